// What `faultline sweep --json` says, as a schema.

import { z } from "zod";

import { documentOf, seedRange, wrote } from "./document-parts.ts";

const unit = z.enum(["durationUs", "share", "count", "amount"]);
/** What JSON cannot say is null: nothing was measured, or so little that it bounds nothing. */
const measured = z.number().nullable();
const point = z.record(z.string(), z.unknown()).describe("A value for each factor, as it would be typed.");

const circumstances = z.record(z.string(), z.string());

const difference = z.object({
  value: z.number(),
  low: measured,
  high: measured,
  verdict: z.enum(["better", "worse", "same"]).describe("Beyond chance, all points and responses considered."),
  leansWorse: z.boolean().describe("Its own interval lies on the worse side."),
  pairing: measured.describe("Variance over that of a difference without common seeds."),
});

const cell = z.object({
  value: measured,
  low: measured,
  high: measured,
  samples: z.number(),
  limit: z.enum(["kept", "broken", "open"]).nullable(),
  difference: difference.nullable().describe("Against the baseline, on the same seeds."),
});

export const sweptDocument = documentOf({
  title: z.string(),
  why: z.string(),
  scenario: z.string(),
  system: z.string(),
  seeds: seedRange,
  factors: z.array(z.object({ name: z.string(), unit: unit.nullable(), levels: z.array(z.string()) })),
  circumstances: z.array(z.object({ name: z.string(), levels: z.array(z.string()) })),
  responses: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      title: z.string(),
      unit,
      better: z.enum(["low", "high"]),
      limit: z.string().nullable(),
    }),
  ),
  answer: z.object({
    tone: z.enum(["good", "bad", "unsure"]),
    verdict: z.string(),
    sentences: z.array(z.string()),
    under: z
      .array(
        z.object({
          circumstances,
          from: point.nullable().describe("With `to`: as good as the baseline throughout; of one ordered factor."),
          to: point.nullable(),
          better: z.array(point),
          asGood: z.array(point),
        }),
      )
      .describe("One for each combination of circumstances; one in all where a study names none."),
  }),
  baseline: point,
  points: z.array(
    z.object({
      at: point,
      circumstances,
      isBaseline: z.boolean(),
      runs: z.int(),
      cut: z.int().describe("Of these runs, those that a limit cut short."),
      responses: z.array(cell),
    }),
  ),
  pairing: z.array(z.object({ response: z.string(), ratio: measured, worth: measured })),
  missing: z.int().describe("Runs that were asked for and not finished."),
  interrupted: z.boolean(),
  leftOut: z.array(z.object({ point: z.string(), why: z.string() })),
  runs: z.object({ ran: z.int(), known: z.int() }),
  notes: z.array(z.string()),
  wrote,
});
