// What a run reached, in a fixed amount of memory: places of a map, and how often, roughly. What was reached that nothing
// before had reached is what a guided hunt goes by.

/** A power of two: places beyond are folded together. */
const PLACES = 1 << 16;
const MASK = PLACES - 1;
/** Buckets of a place: once or twice, up to 15 times, and more often. Finer ones make every run look new. */
const BUCKETS = 3;

/** What all runs of a hunt have reached: for each place a bit for each bucket. May be memory that threads share. */
export type Reached = Uint8Array;

export const reachedBytes = PLACES;

/** A place, and how often: one number. */
export type Feature = number;

/** Two words as one, well mixed; in another order another one. */
export function mixed(first: number, second: number): number {
  let word = Math.imul(first ^ (first >>> 15), 0x85ebca6b) + second;
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}

/** Plain data: what a run has reached by a moment. */
export interface CoverageCheckpoint {
  readonly counts: Uint8Array;
  readonly touched: readonly number[];
  readonly touchedUs: readonly number[];
}

/** Of one run. */
export class Coverage {
  readonly #counts = new Uint8Array(PLACES);
  /** Places in the order in which they were reached, and when. */
  #touched: number[] = [];
  #touchedUs: number[] = [];

  hit(word: number, atUs: number): void {
    const place = word & MASK;
    const count = this.#counts[place];
    if (count === 0) {
      this.#touched.push(place);
      this.#touchedUs.push(atUs);
    }
    if (count < 255) this.#counts[place] = count + 1;
  }

  /** What is not in `reached`, and when each was come to first: in order of time. */
  newIn(reached: Reached): readonly { readonly feature: Feature; readonly atUs: number }[] {
    return this.#touched.flatMap((place, order) => {
      const bucket = bucketOf(this.#counts[place]);
      if ((reached[place] & (1 << bucket)) !== 0) return [];
      return [{ feature: place * BUCKETS + bucket, atUs: this.#touchedUs[order] }];
    });
  }

  checkpoint(): CoverageCheckpoint {
    return { counts: this.#counts.slice(), touched: [...this.#touched], touchedUs: [...this.#touchedUs] };
  }

  restore({ counts, touched, touchedUs }: CoverageCheckpoint): void {
    this.#counts.set(counts);
    this.#touched = [...touched];
    this.#touchedUs = [...touchedUs];
  }
}

/** Adds features, and says which of them were not there. */
export function reach(reached: Reached, features: readonly Feature[]): readonly Feature[] {
  return features.filter((feature) => {
    const place = Math.floor(feature / BUCKETS);
    const bit = 1 << (feature % BUCKETS);
    if ((reached[place] & bit) !== 0) return false;
    reached[place] |= bit;
    return true;
  });
}

/** Features reached in all. */
export function countReached(reached: Reached): number {
  let count = 0;
  for (const bits of reached) for (let left = bits; left !== 0; left &= left - 1) count += 1;
  return count;
}

function bucketOf(count: number): number {
  if (count < 3) return 0;
  return count < 16 ? 1 : 2;
}
