// One test of a claim on all runs of a point: what was measured, how sure that is, and whether the bound is kept.

import { unreachable } from "../../base/assert.ts";
import type { FigureKind, FigureSpec } from "../../check/figure.ts";
import type { HistogramData } from "../../check/histogram.ts";
import { binomialInterval, type Interval, runsFor, upperBound } from "../../check/statistics.ts";
import type { Bound, ClaimTest } from "../../systems/claims.ts";
import {
  confidence,
  effectiveCount,
  type Estimate,
  meanOf,
  type ObservedRun,
  type Part,
  quantileOf,
  shareOf,
} from "./sample.ts";

/**
 * What is promised always, or never, is taken to hold once runs bound the share of those that could break it by this: one
 * in two hundred, which takes 598 runs without a single one.
 */
export const brokenShareMax = 1 / 200;

/** Undecided: the interval holds the bound, or nothing was measured. More runs may decide it. */
export type TestVerdict = "holds" | "fails" | "undecided";

export type Unit = FigureKind;

/** Each and never: how many runs broke it. Else: the estimate over all samples. */
export type Finding =
  | {
      readonly type: "runs";
      /** Of `among` runs that put it to the test. */
      readonly broken: number;
      readonly among: number;
      /** Of the share of runs that break it. */
      readonly interval: Interval;
      /** The sample that is furthest from what is promised; absent for properties. */
      readonly worst?: number;
      /** The lowest seed that breaks it. */
      readonly seed?: number;
    }
  | {
      readonly type: "estimate";
      readonly value: number;
      readonly interval: Interval;
      readonly samples: number;
      /** Runs that have any. */
      readonly among: number;
    }
  | { readonly type: "nothing" };

export interface TestResult {
  readonly test: ClaimTest;
  readonly verdict: TestVerdict;
  /** Of the bound and of what was found. */
  readonly unit: Unit;
  readonly found: Finding;
  /** Runs that would decide it, if what is true is as it was measured; absent: it is decided, or no number would. */
  readonly runsNeeded?: number;
}

export function measure(test: ClaimTest, runs: readonly ObservedRun[], specs: readonly FigureSpec[]): TestResult {
  switch (test.type) {
    case "each":
      return eachOf(test, runs, unitOf(test.figure, specs));
    case "never":
      return { test, unit: "count", ...judged(neverOf(test.properties, runs)) };
    case "mean": {
      const unit = unitOf(test.figure, specs);
      const parts = runs.map((run) => sumOf(test.figure, run, unit));
      return estimated(test, test.bound, unit, parts, meanOf(parts));
    }
    case "quantile": {
      const samples = histogramsOf(test.figure, runs);
      const parts = samples.map(({ count }) => ({ sum: 0, count }));
      const estimate = quantileOf(samples, test.of, test.outOf);
      return estimated(test, test.bound, unitOf(test.figure, specs), parts, estimate);
    }
    case "share": {
      const parts = runs.map((run) => sharePartOf(test, run));
      return estimated(test, test.bound, "share", parts, shareOf(parts, test.independentBecause !== undefined));
    }
    default:
      return unreachable(test);
  }
}

/** The parts in which histograms keep their sums: see check/histogram.ts. */
const sumPart = 4_503_599_627_370_496;

const unitOf = (figure: string, specs: readonly FigureSpec[]): Unit =>
  specs.find(({ id }) => id === figure)?.kind ?? "count";

/** The sum of a figure: how often it was counted. */
const countOf = (figure: string, { figures }: ObservedRun): number => {
  const data = figures.get(figure);
  return data === undefined ? 0 : data.sumHigh * sumPart + data.sumLow;
};

/** What is counted and is not there happened no time. */
const sumOf = (figure: string, run: ObservedRun, unit: Unit): Part =>
  unit === "count"
    ? { sum: countOf(figure, run), count: 1 }
    : { sum: countOf(figure, run), count: run.figures.get(figure)?.count ?? 0 };

const histogramsOf = (figure: string, runs: readonly ObservedRun[]): readonly HistogramData[] =>
  runs.flatMap(({ figures }) => {
    const data = figures.get(figure);
    return data === undefined || data.count === 0 ? [] : [data];
  });

function sharePartOf({ figures, among }: Extract<ClaimTest, { type: "share" }>, run: ObservedRun): Part {
  const total = (ids: readonly string[]): number => ids.reduce((all, id) => all + countOf(id, run), 0);
  if (among !== undefined) return { sum: total(figures), count: total(among) };
  return { sum: total(figures), count: figures.reduce((all, id) => all + (run.figures.get(id)?.count ?? 0), 0) };
}

function keeps(value: number, { comparison, value: bound }: Bound): boolean {
  switch (comparison) {
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    default:
      return unreachable(comparison);
  }
}

const isUpper = ({ comparison }: Bound): boolean => comparison === "<" || comparison === "<=";

function eachOf(test: Extract<ClaimTest, { type: "each" }>, runs: readonly ObservedRun[], unit: Unit): TestResult {
  const worstOf = ({ min, max }: HistogramData): number => (isUpper(test.bound) ? max : min);
  const all = runs.flatMap((run) => {
    const { seed } = run;
    const data = run.figures.get(test.figure);
    if (test.among !== undefined && countOf(test.among, run) === 0) return [];
    if (data !== undefined && data.count > 0) return [{ seed, worst: worstOf(data) }];
    // What is counted and is not there happened no time.
    return unit === "count" ? [{ seed, worst: 0 }] : [];
  });
  const broken = all.filter(({ worst }) => !keeps(worst, test.bound));
  const found = broke(
    all.length,
    broken.map(({ seed }) => seed),
  );
  if (found.type !== "runs") return { test, unit, ...judged(found) };
  const worst = all.reduce(
    (soFar, one) => (isUpper(test.bound) ? Math.max(soFar, one.worst) : Math.min(soFar, one.worst)),
    isUpper(test.bound) ? -Infinity : Infinity,
  );
  return { test, unit, ...judged({ ...found, worst }) };
}

function neverOf(properties: readonly string[], runs: readonly ObservedRun[]): Finding {
  const violated = runs.filter((run) => properties.some((id) => run.violated.has(id)));
  const exercised = runs.filter((run) => properties.some((id) => run.exercised.has(id) || run.violated.has(id)));
  return broke(
    exercised.length,
    violated.map(({ seed }) => seed),
  );
}

function broke(among: number, seeds: readonly number[]): Finding {
  if (among === 0) return { type: "nothing" };
  const counted = { events: seeds.length, runs: among };
  const [seed] = seeds;
  return {
    type: "runs",
    broken: seeds.length,
    among,
    interval: binomialInterval(counted, confidence),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** What is promised of every run is refuted by one, and held once few enough can be different. */
function judged(found: Finding): Pick<TestResult, "found" | "verdict" | "runsNeeded"> {
  if (found.type !== "runs") return { found, verdict: "undecided" };
  if (found.broken > 0) return { found, verdict: "fails" };
  const isBounded = upperBound({ events: 0, runs: found.among }, confidence) <= brokenShareMax;
  return isBounded
    ? { found, verdict: "holds" }
    : { found, verdict: "undecided", runsNeeded: runsFor(brokenShareMax, confidence) };
}

function estimated(
  test: ClaimTest,
  bound: Bound,
  unit: Unit,
  parts: readonly Part[],
  estimate: Estimate | undefined,
): TestResult {
  if (estimate === undefined) return { test, unit, verdict: "undecided", found: { type: "nothing" } };
  const { value, interval } = estimate;
  const among = parts.filter(({ count }) => count > 0).length;
  const samples = parts.reduce((all, { count }) => all + count, 0);
  const found: Finding = { type: "estimate", value, interval, samples, among };
  const ends = [interval.low, interval.high];
  if (ends.every((end) => keeps(end, bound))) return { test, unit, verdict: "holds", found };
  if (ends.every((end) => !keeps(end, bound))) return { test, unit, verdict: "fails", found };
  const runsNeeded = runsToDecide({ value, interval }, bound, effectiveCount(parts));
  return { test, unit, verdict: "undecided", found, ...(runsNeeded === undefined ? {} : { runsNeeded }) };
}

/** An interval shrinks with the root of the number of runs. */
function runsToDecide({ value, interval }: Estimate, bound: Bound, runs: number): number | undefined {
  const away = Math.abs(bound.value - value);
  const width = bound.value > value ? interval.high - value : value - interval.low;
  if (away === 0 || !Number.isFinite(width)) return undefined;
  const ratio = width / away;
  return Math.ceil(runs * ratio * ratio);
}
