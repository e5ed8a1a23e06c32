// What is kept of each run for the statistics of claims, and how sure many runs make us when what one run shows is not
// independent: runs are drawn, samples within a run come along.

import { assert } from "../../base/assert.ts";
import { Histogram, type HistogramData } from "../../check/histogram.ts";
import { atMost, binomialInterval, type Interval } from "../../check/statistics.ts";

/** One run, as far as claims look at it. */
export interface ObservedRun {
  readonly seed: number;
  /** By id; of a count one sample, its total. Absent: nothing was measured, or counted. */
  readonly figures: ReadonlyMap<string, HistogramData>;
  /** Ids of properties that the run put to the test, and of those that it broke. */
  readonly exercised: ReadonlySet<string>;
  readonly violated: ReadonlySet<string>;
}

/** What one run adds to a sum and to what it is taken of. */
export interface Part {
  readonly sum: number;
  readonly count: number;
}

export interface Estimate {
  readonly value: number;
  /** 95 %, two-sided; an end that nothing bounds is infinite. */
  readonly interval: Interval;
}

export const confidence = 0.95;
const half = (1 - confidence) / 2;

/** Runs without a sample say nothing. */
const told = (parts: readonly Part[]): readonly Part[] => parts.filter(({ count }) => count > 0);

const totalOf = (parts: readonly Part[]): Part =>
  parts.reduce(({ sum, count }, part) => ({ sum: sum + part.sum, count: count + part.count }), { sum: 0, count: 0 });

/**
 * How many independent samples these are worth at the least: as if all samples of a run said the same (Kish 1965). From
 * 1 to the number of runs that have any.
 */
export function effectiveCount(parts: readonly Part[]): number {
  const counts = told(parts).map(({ count }) => count);
  const sum = counts.reduce((all, count) => all + count, 0);
  const squares = counts.reduce((all, count) => all + count * count, 0);
  return squares === 0 ? 0 : Math.max(1, Math.floor((sum * sum) / squares));
}

/** The mean over all samples, its interval from how much runs differ (ratio estimator, t). Undefined below two runs. */
export function meanOf(parts: readonly Part[]): Estimate | undefined {
  const runs = told(parts);
  if (runs.length < 2) return undefined;
  const { sum, count } = totalOf(runs);
  const value = sum / count;
  const halfWidth = tQuantile(runs.length - 1) * Math.sqrt(ratioVariance(runs, value, count));
  return { value, interval: { low: value - halfWidth, high: value + halfWidth } };
}

function ratioVariance(runs: readonly Part[], value: number, count: number): number {
  const squares = runs.reduce((all, part) => {
    const rest = part.sum - value * part.count;
    return all + rest * rest;
  }, 0);
  return (squares * runs.length) / ((runs.length - 1) * count * count);
}

/**
 * The share of hits among samples, exact binomial on as many samples as they are worth (Korn and Graubard 1998). When all
 * are hits, or none, nothing tells how alike the samples of a run are: then each run counts once, unless they are known to
 * be independent.
 */
export function shareOf(parts: readonly Part[], areIndependent = false): Estimate | undefined {
  const runs = told(parts);
  if (runs.length < 2) return undefined;
  const { sum, count } = totalOf(runs);
  const value = sum / count;
  if (sum === 0 || sum === count) {
    const worth = areIndependent ? count : effectiveCount(runs);
    return { value, interval: binomialInterval({ events: sum === 0 ? 0 : worth, runs: worth }, confidence) };
  }
  const alone = (value * (1 - value)) / count;
  const effect = Math.max(1, ratioVariance(runs, value, count) / alone);
  const worth = Math.max(1, Math.floor(count / effect));
  // Whole events to either side of the share: the interval is wider for it, never narrower.
  const low = binomialInterval({ events: Math.floor(value * worth), runs: worth }, confidence).low;
  const high = binomialInterval({ events: Math.min(worth, Math.ceil(value * worth)), runs: worth }, confidence).high;
  return { value, interval: { low, high } };
}

/** A quantile over all samples, between order statistics: of as many samples as they are worth at the least. */
export function quantileOf(samples: readonly HistogramData[], of: number, outOf: number): Estimate | undefined {
  const pooled = new Histogram();
  for (const data of samples) pooled.merge(data);
  if (pooled.count === 0) return undefined;
  const worth = effectiveCount(samples.map(({ count }) => ({ sum: 0, count })));
  const [low, high] = orderRanks(worth, of / outOf);
  return {
    value: pooled.quantile(of, outOf),
    interval: {
      low: low === 0 ? -Infinity : pooled.quantile(low, worth),
      high: high > worth ? Infinity : pooled.quantile(high, worth),
    },
  };
}

/** Ranks between which the quantile lies: 0 and `count` + 1 stand for "nothing bounds it". */
function orderRanks(count: number, share: number): readonly [low: number, high: number] {
  // The quantile is below the k-th smallest only if fewer than k samples are.
  const low = lastTrue(count, (rank) => rank === 0 || atMost(rank - 1, count, share) <= half);
  const high = 1 + lastTrue(count, (rank) => rank === 0 || 1 - atMost(rank - 1, count, share) > half);
  return [low, high];
}

/** The highest of 0 to `max` for which it is true, when it is for all below. */
function lastTrue(max: number, isTrue: (rank: number) => boolean): number {
  let low = 0;
  let high = max;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isTrue(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The 97.5 % point of the normal distribution. */
const z = 1.959963984540054;

/** The 97.5 % point of Student's t: exact for 1 and 2, else by the expansion of Cornish and Fisher, within 1 % from 3 on. */
export function tQuantile(degrees: number): number {
  assert(Number.isSafeInteger(degrees) && degrees >= 1, "an interval of a mean needs two runs");
  if (degrees === 1) return 12.706204736432095;
  if (degrees === 2) return 4.302652729696142;
  const z2 = z * z;
  const first = (z2 + 1) / 4;
  const second = ((5 * z2 + 16) * z2 + 3) / 96;
  const third = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  const fourth = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92_160;
  return z * (1 + (first + (second + (third + fourth / degrees) / degrees) / degrees) / degrees);
}
