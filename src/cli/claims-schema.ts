// What `faultline claims --json` says, as a schema.

import { z } from "zod";

import { documentOf, seedRange, wrote } from "./document-parts.ts";

const verdict = z
  .enum(["holds", "fails", "undecided"])
  .describe("Undecided: the interval holds the target, or nothing was measured.");
/** An end that nothing bounds is null. */
const interval = z.object({ low: z.number().nullable(), high: z.number().nullable() }).describe("At 95 %.");

const asked = {
  asks: z.string(),
  verdict,
  says: z.string(),
  unit: z.enum(["durationUs", "share", "count", "amount"]),
  runsNeeded: z.int().optional().describe("Runs that would decide it, if all is as it was measured."),
};

const test = z.discriminatedUnion("type", [
  z.object({ ...asked, type: z.literal("nothing") }),
  z.object({
    ...asked,
    type: z.literal("runs"),
    broken: z.int().describe("Runs in which what is promised always was not so."),
    among: z.int().describe("Runs that put it to the test."),
    interval,
    worst: z.number().optional(),
    seed: z.int().optional().describe("The lowest seed that breaks it."),
  }),
  z.object({
    ...asked,
    type: z.literal("estimate"),
    value: z.number(),
    interval,
    samples: z.int(),
    among: z.int(),
  }),
]);

const point = z.object({
  label: z.string(),
  story: z.string(),
  set: z.array(z.string()),
  verdict,
  runs: z.int(),
  command: z.string().describe("Runs it again, and shows every figure of it."),
  replay: z.string().nullable().describe("Tells the first run that breaks what is promised always."),
  tests: z.array(test),
});

const claim = z.object({
  id: z.string(),
  promise: z.string(),
  target: z.string(),
  from: z.array(z.string()).describe("Requirements."),
  qualifiedBy: z.array(z.object({ id: z.string(), says: z.string() })).describe("Contradictions of the documents."),
  verdict: z.enum(["holds", "fails", "conditional", "undecided", "untestable"]),
  because: z.string().optional().describe("Why it cannot be tested."),
  measures: z.string().optional().describe("From which fact to which, or what is counted."),
  factor: z.string().nullable().optional().describe("What its points differ in."),
  region: z.string().describe("Where it holds and where not."),
  points: z.array(point),
  remedies: z.array(point).describe("Beside the documents: no part of the verdict."),
});

export const claimsDocumentSchema = documentOf({
  meta: z
    .object({
      faultline: z.string(),
      startedAt: z.string(),
      tookMs: z.number(),
      host: z.string(),
      node: z.string(),
      workers: z.int(),
    })
    .describe("What two measurements of the same differ in."),
  format: z.int(),
  system: z.string(),
  seeds: seedRange,
  confidence: z.number(),
  brokenShareMax: z.number().describe("What is promised always holds once at most so many runs can be different."),
  totals: z.record(z.string(), z.int()),
  claims: z.array(claim),
  missing: z.array(z.string()).describe("Claims whose runs were not finished when it was interrupted."),
  interrupted: z.boolean(),
  notes: z.array(z.string()).describe("What became of the cache."),
  wrote,
});
