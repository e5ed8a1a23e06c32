// Parts of the documents that `--json` says, as schemas: what a reader of them may rely on.

import { z } from "zod";

import { faultKinds } from "../scenario/fault-kinds.ts";

const envelope = {
  faultline: z.string().describe("The version that wrote it."),
  command: z.string(),
  exitCode: z
    .int()
    .describe("0 held, 1 failed, 2 the reader's mistake, 3 a mistake of Faultline's own, 130 interrupted."),
};

/** A document of a command: the same head, then its own. */
export const documentOf = <Shape extends z.ZodRawShape>(shape: Shape) => z.object({ ...envelope, ...shape });

export const outcome = z.enum(["held", "violated", "unmet", "inconclusive"]);

export const digest = z.string().regex(/^[0-9a-f]{16,32}$/);

export const seedRange = z.object({ from: z.int(), to: z.int() }).describe("Both ends included; none when to is less.");

/** In files too: what JSON cannot say is null. */
const measured = z.number().nullable();

export const violation = z.object({
  property: z.string(),
  claim: z.string(),
  atUs: z.int().describe("Simulated time in microseconds."),
  event: z.int(),
  node: z.string(),
  about: z.string(),
  because: z.string(),
  evidence: z.array(z.int()),
});

const property = {
  id: z.string(),
  kind: z.enum(["always", "eventually", "sometimes"]),
  claim: z.string(),
  source: z.string(),
  advisory: z.boolean(),
  exercised: z.int(),
  violations: z.int(),
};

/** Of one run. */
export const propertyResult = z.object({
  ...property,
  status: z.enum(["held", "violated", "not exercised"]),
  first: z.array(violation),
});

/** Over many runs. */
export const propertyTotal = z.object({
  ...property,
  runsExercised: z.int(),
  runsViolated: z.int(),
  first: violation.extend({ seed: z.int() }).optional().describe("In the lowest seed in which it is broken."),
});

export const expectation = z.object({
  kind: z.enum(["exercised", "violated", "figure", "alert"]),
  text: z.string(),
  met: z.boolean(),
  found: z.string(),
});

export const figureKind = z.enum(["count", "durationUs", "amount", "share"]);

export const figureSummary = z.object({
  id: z.string(),
  title: z.string(),
  kind: figureKind,
  count: z.number(),
  mean: measured,
  p50: measured,
  p95: measured,
  p99: measured,
  max: measured,
  min: measured,
});

export const faultTally = z.object({
  id: z.string(),
  kind: z.enum(faultKinds),
  injected: z.int(),
  touched: z.int(),
  changed: z.int(),
});

export const messageTotals = z.object({ sent: z.int(), delivered: z.int(), lost: z.int() });

export const runBrief = z.object({
  seed: z.int(),
  outcome: z.enum(["held", "violated", "inconclusive"]),
  digest,
  eventsDone: z.int(),
  summary: z.string(),
});

export const storyPart = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("line"),
    atUs: z.int(),
    event: z.int(),
    node: z.string(),
    text: z.string(),
    kind: z.enum(["fault", "world", "system", "violation"]),
  }),
  z.object({ type: z.literal("gap"), lines: z.int().describe("So many were left out.") }),
]);

export const wrote = z.array(z.string()).describe("Paths of the files that were written.");

const bucket = z.tuple([z.int(), z.int()]);

/** Samples of figures, so that those of several results can be added up. */
export const figuresData = z.object({
  runs: z.int(),
  figures: z.array(
    z.object({
      id: z.string(),
      samples: z.object({
        buckets: z.array(bucket),
        count: z.int(),
        min: z.int(),
        max: z.int(),
        sumHigh: z.int(),
        sumLow: z.int(),
      }),
    }),
  ),
});

const figureExpectation = z.object({
  figure: z.string(),
  statistic: z.enum(["count", "mean", "p50", "p95", "p99", "max", "min"]),
  comparison: z.enum(["<", "<=", ">", ">=", "="]),
  value: z.number(),
});

const alertExpectation = z.object({
  alert: z.string().nullable(),
  fires: z.union([z.number(), z.enum(["never", "maybe"])]),
});

/** As much of a scenario as its results need to be judged. */
export const scenarioOutline = z.object({
  name: z.string(),
  title: z.string(),
  why: z.string(),
  system: z.string(),
  expect: z.object({
    exercised: z.array(z.string()),
    violated: z.array(z.string()),
    figures: z.array(figureExpectation),
    alerts: z.array(alertExpectation),
  }),
  world: z.object({ startUs: z.int() }),
});
