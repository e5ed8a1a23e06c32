// What a hunt decides by chance about its candidates: a function of the hunt's seed and the candidate's number, and of
// nothing else, so that any number of workers makes the same candidates.

import { assert } from "../base/assert.ts";
import { PlainHasher } from "../base/plain-hash.ts";
import { Generator } from "../base/random.ts";

const TWO_21 = 2 ** 21;

/** A number from 0 to 2^53 - 1 made of parts, such as a seed and a place. */
function seedOf(...parts: readonly (number | string)[]): number {
  const hasher = new PlainHasher();
  hasher.hash(parts);
  return (hasher.first >>> 0) * TWO_21 + ((hasher.second >>> 0) % TWO_21);
}

export class Die {
  readonly #generator: Generator;

  constructor(...seed: readonly (number | string)[]) {
    this.#generator = new Generator(seedOf(...seed));
  }

  /** An integer from 0 to n - 1. */
  below(n: number): number {
    return this.#generator.below(n);
  }

  /** An integer from `min` to `max`, both included, less than 2^32 apart. */
  between(min: number, max: number): number {
    assert(min <= max, "a draw is between two numbers, in order");
    return min + this.#generator.below(max - min + 1);
  }

  percent(chance: number): boolean {
    return this.#generator.below(100) < chance;
  }

  /** An integer from `min` >= 1 to `max`; each doubling between the two is as likely as the next. */
  doubling(min: number, max: number): number {
    assert(min >= 1 && min <= max, "doublings begin above zero, and rise");
    let doublings = 1;
    for (let reached = min * 2; reached < max; reached *= 2) doublings += 1;
    let low = min;
    for (let doubled = this.below(doublings); doubled > 0; doubled -= 1) low *= 2;
    return this.between(low, Math.min(max, low * 2));
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    assert(list.length > 0, "one of none cannot be picked");
    return picked;
  }

  /** A seed of a run. */
  seed(): number {
    return (this.#generator.word() >>> 0) * TWO_21 + ((this.#generator.word() >>> 0) % TWO_21);
  }
}
