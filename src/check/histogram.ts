// Counts of integers in buckets that grow with the value: exact below 2048, within 1 part in 1024 above. Two histograms
// add up to exactly the one that would have counted everything, in whatever order.

import { assert } from "../base/assert.ts";

/** Values below this have a bucket each; each doubling above has half as many buckets. */
const EXACT = 2048;
const HALF = EXACT / 2;
const VALUE_MAX = Number.MAX_SAFE_INTEGER;
/** 2^52. Sums are kept in two parts, so that they are exact beyond 2^53 and do not depend on the order of adding. */
const SUM_PART = 4_503_599_627_370_496;

/** A histogram as plain data, for workers and files. Buckets in rising order. */
export interface HistogramData {
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sumHigh: number;
  readonly sumLow: number;
}

export class Histogram {
  readonly #counts = new Map<number, number>();
  #count = 0;
  #min = Infinity;
  #max = -Infinity;
  #sumHigh = 0;
  #sumLow = 0;
  /** The buckets in order, until the next value is counted. */
  #inOrder: HistogramData["buckets"] | undefined = undefined;

  get count(): number {
    return this.#count;
  }

  /** NaN when nothing was counted; so are `max`, `mean` and `quantile`. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min;
  }

  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max;
  }

  /** Of the values themselves, not of their buckets. Exact up to 2^53. */
  get sum(): number {
    return this.#sumHigh * SUM_PART + this.#sumLow;
  }

  get mean(): number {
    return this.#count === 0 ? Number.NaN : this.sum / this.#count;
  }

  /** Counts an integer from 0 to 2^53-1. */
  add(value: number): void {
    assert(Number.isInteger(value) && value >= 0 && value <= VALUE_MAX, "a counted value is an integer of 0 or more");
    const bucket = bucketOf(value);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#count++;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#addToSum(0, value);
  }

  merge(other: HistogramData): void {
    for (const [bucket, count] of other.buckets) this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#count += other.count;
    if (other.count > 0) {
      this.#min = Math.min(this.#min, other.min);
      this.#max = Math.max(this.#max, other.max);
    }
    this.#addToSum(other.sumHigh, other.sumLow);
  }

  /**
   * The smallest value that at least `of` in `outOf` of all values do not exceed (nearest rank): exact below 2048, else
   * the highest value of its bucket, and never above the largest value counted.
   */
  quantile(of: number, outOf: number): number {
    assert(of >= 0 && of <= outOf, "a quantile is a share from 0 to 1");
    const rank = Math.max(1, Math.ceil((this.#count * of) / outOf));
    let reached = 0;
    for (const [bucket, count] of this.#sorted()) {
      reached += count;
      if (reached >= rank) return Math.max(this.#min, Math.min(highestOf(bucket), this.#max));
    }
    return Number.NaN;
  }

  /** Each value with how often it was counted, rising: exact below 2048, else the highest value of its bucket. */
  values(): readonly (readonly [value: number, count: number])[] {
    return this.#sorted().map(([bucket, count]) => [
      Math.max(this.#min, Math.min(highestOf(bucket), this.#max)),
      count,
    ]);
  }

  data(): HistogramData {
    const [min, max] = this.#count === 0 ? [0, 0] : [this.#min, this.#max];
    return { buckets: this.#sorted(), count: this.#count, min, max, sumHigh: this.#sumHigh, sumLow: this.#sumLow };
  }

  #sorted(): HistogramData["buckets"] {
    this.#inOrder ??= [...this.#counts].sort((a, b) => a[0] - b[0]);
    return this.#inOrder;
  }

  #addToSum(high: number, low: number): void {
    this.#inOrder = undefined;
    // The low part stays below 2^52, so that adding to it is exact.
    const sum = this.#sumLow + (low % SUM_PART);
    this.#sumLow = sum % SUM_PART;
    this.#sumHigh += high + Math.floor(low / SUM_PART) + Math.floor(sum / SUM_PART);
  }
}

/** A histogram without a value, as data. */
export const nothingCounted: HistogramData = { buckets: [], count: 0, min: 0, max: 0, sumHigh: 0, sumLow: 0 };

/** What a histogram is that has counted this one value: most counts of a run are 0, and share theirs. */
export function countedOnce(value: number): HistogramData {
  if (value === 0) return zeroOnce;
  const once = new Histogram();
  once.add(value);
  return once.data();
}

const zeroOnce: HistogramData = { buckets: [[0, 1]], count: 1, min: 0, max: 0, sumHigh: 0, sumLow: 0 };

/** Bucket numbers rise with values. */
function bucketOf(value: number): number {
  let scaled = value;
  let doublings = 0;
  while (scaled >= EXACT) {
    scaled = Math.floor(scaled / 2);
    doublings++;
  }
  return doublings * HALF + scaled;
}

function highestOf(bucket: number): number {
  if (bucket < EXACT) return bucket;
  const doublings = Math.floor(bucket / HALF) - 1;
  let lowest = bucket - doublings * HALF;
  let width = 1;
  for (let step = 0; step < doublings; step++) {
    lowest *= 2;
    width *= 2;
  }
  return lowest + width - 1;
}
