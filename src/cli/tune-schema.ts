// What `faultline tune --json` says, as a schema; with --external, what it says at the end.

import { z } from "zod";

import { documentOf, wrote } from "./document-parts.ts";

/** What JSON cannot say is null: nothing was measured, or so little that it bounds nothing. */
const number = z.number().nullable();
const measured = { value: number, low: number, high: number };
const point = z.record(z.string(), z.string()).describe("A value for each factor, as it would be typed.");

const shown = z.object({
  point,
  runs: z.int(),
  values: z.record(z.string(), z.object(measured)).describe("By response."),
  constraints: z.array(
    z.object({
      constraint: z.string(),
      isKept: z.boolean().describe("As far as the runs show."),
      isSure: z.boolean().describe("Whether they could show otherwise by chance."),
      events: z.int().nullable().describe("Of what must never happen: runs to which it did."),
      ...measured,
    }),
  ),
  aboveToday: z.array(z.object({ response: z.string(), ...measured })).nullable(),
});

const recommendation = shown.extend({
  isConfirmed: z.boolean().describe("Measured under seeds that had no part in choosing it."),
  sureness: z.object({ rivals: z.int(), betterByMax: number, undecided: z.int() }).nullable(),
  setAside: z.array(shown).describe("Preferred to it, until fresh seeds broke a limit of theirs."),
  room: z.array(
    z.object({
      path: z.string(),
      from: z.string(),
      to: z.string(),
      steps: z.array(
        shown.extend({
          isSafe: z.boolean(),
          worse: z
            .array(z.string())
            .describe("Objectives that are surely worse than recommended by more than a tenth."),
        }),
      ),
    }),
  ),
  worse: z.array(shown.extend({ name: z.string(), broken: z.array(z.string()), neighbours: z.array(shown) })),
});

const searched = documentOf({
  study: z.object({
    title: z.string(),
    factors: z.array(z.object({ path: z.string(), levels: z.array(z.string()) })),
    objectives: z.array(z.object({ response: z.string(), direction: z.enum(["minimise", "maximise"]) })),
    constraints: z.array(z.string()),
  }),
  verdict: z.string(),
  runs: z.int(),
  wasCutShort: z.boolean(),
  recommended: recommendation.nullable(),
  front: z.array(shown),
  today: shown.nullable(),
  nearest: z.array(z.object({ point, runs: z.int(), broken: z.array(z.string()) })),
  looked: z.array(z.object({ point, runs: z.int(), values: z.record(z.string(), number) })),
  notes: z.array(z.string()),
  wrote: wrote.optional(),
});

const driven = documentOf({ told: z.int(), refused: z.int(), runs: z.int() });

export const tuneDocuments = z.union([searched, driven]);
