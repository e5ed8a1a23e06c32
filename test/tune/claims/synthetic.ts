// Runs that were never run: what claims are judged by, made up.
import type { FigureSpec } from "../../../src/check/figure.ts";
import { Histogram } from "../../../src/check/histogram.ts";
import type { ClaimPoint, ClaimTest, MeasuredClaim } from "../../../src/systems/claims.ts";
import type { ObservedRun } from "../../../src/tune/claims/sample.ts";

export const specs: readonly FigureSpec[] = [
  { id: "time", title: "a duration", kind: "durationUs" },
  { id: "hit", title: "a share", kind: "share" },
  { id: "times", title: "a count", kind: "count" },
  { id: "all", title: "a count", kind: "count" },
];

export interface MadeUp {
  readonly samples?: Readonly<Record<string, readonly number[]>>;
  readonly exercised?: readonly string[];
  readonly violated?: readonly string[];
}

/** One run for each, under seeds 1, 2, 3 and so on. */
export const runsOf = (many: readonly MadeUp[]): readonly ObservedRun[] =>
  many.map(({ samples = {}, exercised = [], violated = [] }, index) => ({
    seed: index + 1,
    figures: new Map(Object.entries(samples).map(([id, values]) => [id, histogramOf(values)])),
    exercised: new Set(exercised),
    violated: new Set(violated),
  }));

export function histogramOf(values: readonly number[]): ReturnType<Histogram["data"]> {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram.data();
}

/** So many runs that each measured this. */
export const repeated = (count: number, run: (index: number) => MadeUp): readonly ObservedRun[] =>
  runsOf(Array.from({ length: count }, (_, index) => run(index)));

export const claimOf = (tests: readonly ClaimTest[], points: readonly Partial<ClaimPoint>[] = [{}]): MeasuredClaim => ({
  type: "measured",
  id: "CL-M-99",
  promise: "Something is so.",
  target: "so much",
  from: [],
  qualifiedBy: [],
  measures: "something",
  factor: "world",
  tests,
  points: points.map((point, index) => ({ label: `world ${index}`, story: `story#${index}`, ...point })),
});
