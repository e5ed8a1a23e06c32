// A light generator of even bits, for benches and searches that need one sequence and no name for each decision.
// What a simulated world decides is drawn from streams (kernel/streams.ts) instead.
import { assert } from "./assert.ts";
import { exponentialOf } from "./distributions.ts";

const PER_WORD = 1 / 0x1_0000_0000;

/** Chris Doty-Humphrey's sfc32: 128 bits of state, no cycle shorter than 2^32, and a mean one near 2^127. */
export class Generator {
  #a = 0;
  #b = 0;
  #c = 0;
  #count = 1;

  /** Begins the sequence of a seed, an integer from 0 to 2^53 - 1. */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed) && seed >= 0, "a seed is an integer from 0 to 2^53 - 1");
    this.#a = seed | 0;
    this.#b = Math.floor(seed * PER_WORD) | 0;
    this.#c = 0x9e3779b9 | 0;
    for (let round = 0; round < 15; round++) this.word();
  }

  /** The next 32 even bits, as a signed integer. */
  word(): number {
    const b = this.#b;
    const c = this.#c;
    const result = (((this.#a + b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = b ^ (b >>> 9);
    this.#b = (c + (c << 3)) | 0;
    this.#c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result;
  }

  /** An integer from 0 to n - 1, for 1 <= n <= 2^32. No value is likelier than another by more than n / 2^32 of it. */
  below(n: number): number {
    return Math.floor((this.word() >>> 0) * PER_WORD * n);
  }

  /** An exponential quantity with a mean, rounded to an integer. At most 23 means, since it comes from 32 bits. */
  exponential(mean: number): number {
    const word = this.word();
    const halvings = Math.clz32(word);
    return Math.floor(mean * exponentialOf(halvings, (word << halvings) << 1) + 0.5);
  }
}
