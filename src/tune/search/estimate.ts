// What runs come to, and how sure that is. Runs are independent, what is measured within one is not: every spread is one
// between runs, however many samples a run has (cluster sampling; Woodruff 1952 for quantiles).

import { assert } from "../../base/assert.ts";
import { binomialInterval, type Counted, upperBound } from "../../check/statistics.ts";
import type { Sample, Statistic } from "../response.ts";
import { studentQuantile } from "./student.ts";

/** What some runs come to. */
export interface Estimate {
  /** NaN when nothing was measured. */
  readonly value: number;
  /** How far each run moves the value, in order of runs: they add up to 0, and the value's error is that of their mean. */
  readonly influence: readonly number[];
  /**
   * Of a quantile: how many standard errors its share lies from the nearer end of the samples. Beyond that no sample bounds
   * it, and the largest has no room at all. Infinity otherwise.
   */
  readonly room: number;
}

export interface Range {
  readonly low: number;
  /** Infinity: so few samples bound it by nothing. */
  readonly high: number;
}

/** Below this many runs a spread says nothing. */
const runsMin = 3;

export function estimate(statistic: Statistic, samples: readonly Sample[]): Estimate {
  const count = samples.reduce((total, sample) => total + sample.count, 0);
  if (count === 0) return { value: Number.NaN, influence: samples.map(() => 0), room: Infinity };
  const perRun = count / samples.length;
  if (statistic.type === "quantile") return quantileEstimate(statistic, samples, perRun);
  const value = samples.reduce((total, { sum }) => total + sum, 0) / count;
  return { value, influence: samples.map((sample) => (sample.sum - value * sample.count) / perRun), room: Infinity };
}

/** What left is above right, of runs under the same seeds. */
export const differenceOf = (left: Estimate, right: Estimate): Estimate => ({
  value: left.value - right.value,
  influence: left.influence.map((one, run) => one - right.influence[run]),
  room: Math.min(left.room, right.room),
});

/** Half the width of the interval of an estimate, or of a difference of two. Infinity: so few samples say nothing. */
export function halfWidth({ influence, room }: Pick<Estimate, "influence" | "room">, chance: number): number {
  const runs = influence.length;
  if (runs < runsMin) return Infinity;
  const errors = studentQuantile(chance, runs - 1);
  return errors >= room ? Infinity : errors * standardError(influence);
}

function standardError(influence: readonly number[]): number {
  const runs = influence.length;
  const squares = influence.reduce((total, one) => total + one * one, 0);
  return Math.sqrt(squares / (runs * (runs - 1)));
}

/**
 * What the value may differ by although all runs say the same: what they did not show may still happen, in one of so many
 * runs or to one of so many samples. Infinity: nothing says how much it is when it does.
 */
export function unseen(statistic: Statistic, samples: readonly Sample[], chance: number): number {
  if (statistic.type === "rate") return upperBound({ events: 0, runs: countedOf(samples).runs }, chance);
  const bound = statistic.type === "mean" ? statistic.bound : undefined;
  if (bound === undefined) return Infinity;
  if (bound.by === "runs") return upperBound({ events: 0, runs: samples.length }, chance);
  const count = samples.reduce((total, sample) => total + sample.count, 0);
  return samples.some(({ sum }) => sum > 0) ? Infinity : bound.scale * upperBound({ events: 0, runs: count }, chance);
}

const countedOf = (samples: readonly Sample[]): Counted => ({
  events: samples.reduce((total, { sum }) => total + sum, 0),
  runs: samples.reduce((total, { count }) => total + count, 0),
});

/** The two-sided interval of what all runs there could be come to. */
export function intervalOf(statistic: Statistic, samples: readonly Sample[], confidence: number): Range {
  const chance = (1 + confidence) / 2;
  const { value, influence } = estimate(statistic, samples);
  if (Number.isNaN(value)) return { low: 0, high: Infinity };
  // Counted, of the runs that could have shown it, and so exact of however few.
  if (statistic.type === "rate") return binomialInterval(countedOf(samples), confidence);
  if (samples.length < runsMin) return { low: 0, high: Infinity };
  if (statistic.type === "quantile") return quantileInterval(statistic, samples, chance);
  const half = halfWidth({ influence, room: Infinity }, chance) || unseen(statistic, samples, chance);
  const most = statistic.bound?.by === "runs" ? 1 : Infinity;
  return { low: half === Infinity ? 0 : Math.max(0, value - half), high: Math.min(most, value + half) };
}

type Quantile = Extract<Statistic, { type: "quantile" }>;

function quantileEstimate(statistic: Quantile, samples: readonly Sample[], perRun: number): Estimate {
  const pooled = pool(samples);
  const value = quantileOf(pooled, statistic.of / statistic.outOf);
  const below = shareBelow(samples, value, perRun);
  // The slope of the distribution there: how far the value moves when a share of the samples changes sides.
  const window = Math.max(halfWidth(below, 0.84), 1 / pooled.count);
  const share = statistic.of / statistic.outOf;
  const [from, to] = [Math.max(0, share - window), Math.min(1, share + window)];
  const rise = quantileOf(pooled, to) - quantileOf(pooled, from);
  const slope = Number.isFinite(window) ? rise / (to - from) : 0;
  // As if each sample stood alone: what a cluster shows can be too even by luck, and this is the least there is.
  const alone = Math.sqrt((share * (1 - share)) / pooled.count);
  const nearer = Math.min(share, 1 - share);
  const room = nearer === 0 ? 0 : nearer / Math.max(standardError(below.influence), alone);
  return { value, influence: below.influence.map((one) => -one * slope), room };
}

/** Where the shares end between which the quantile's lies: bounds of the share, read back as values. */
function quantileInterval(statistic: Quantile, samples: readonly Sample[], chance: number): Range {
  const pooled = pool(samples);
  const share = statistic.of / statistic.outOf;
  const value = quantileOf(pooled, share);
  const perRun = pooled.count / samples.length;
  const spread = halfWidth(shareBelow(samples, value, perRun), chance);
  const alone = studentQuantile(chance, samples.length - 1) * Math.sqrt((share * (1 - share)) / pooled.count);
  const half = Math.max(spread, alone);
  return {
    low: share - half <= 0 ? 0 : quantileOf(pooled, share - half),
    high: share + half >= 1 ? Infinity : quantileOf(pooled, share + half),
  };
}

interface Pooled {
  readonly count: number;
  readonly values: readonly (readonly [value: number, count: number])[];
}

function pool(samples: readonly Sample[]): Pooled {
  const values = samples.flatMap((sample) => sample.values).toSorted((a, b) => a[0] - b[0]);
  return { values, count: values.reduce((total, [, count]) => total + count, 0) };
}

/** The smallest value that at least this share does not exceed (nearest rank). */
function quantileOf({ values, count }: Pooled, share: number): number {
  const rank = Math.max(1, Math.ceil(share * count - 1e-9));
  let reached = 0;
  for (const [value, times] of values) {
    reached += times;
    if (reached >= rank) return value;
  }
  return values.at(-1)?.[0] ?? Number.NaN;
}

function shareBelow(samples: readonly Sample[], value: number, perRun: number): Estimate {
  const below = samples.map((sample) =>
    sample.values.reduce((total, [one, times]) => (one <= value ? total + times : total), 0),
  );
  const share = below.reduce((total, one) => total + one, 0) / (perRun * samples.length);
  assert(share > 0 && share <= 1 + 1e-9, "a quantile is one of the samples");
  const influence = samples.map((sample, run) => (below[run] - share * sample.count) / perRun);
  return { value: share, influence, room: Infinity };
}
