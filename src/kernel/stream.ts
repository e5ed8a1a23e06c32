// One stream of decisions. Its draws come from a generator without memory: the bits of an ordinal are a keyed mixture
// of that ordinal alone, in 32-bit arithmetic, so that a stream is no more than a key and a count.
import { assert } from "../base/assert.ts";
import { exp, exponentialOf, normalQuantile } from "../base/distributions.ts";

/** 128 bits that tell a stream from every other one, and a seed from every other one. */
export type StreamKey = readonly [number, number, number, number];

/** Hears of every decision of a stream and may put another outcome in its place. `max` and `min` bound what is possible. */
export interface DecisionTape {
  decide(ordinal: number, seeded: number, min: number, max: number): number;
}

const PER_WORD = 1 / 0x1_0000_0000;
const TWO_53 = 2 ** 53;
const CHANCE_BELIEF = "a chance is so many in so many, at least in one, and both are integers";
/** Below this bound one word of 32 bits is even enough, from it on 53 bits are drawn. */
const SMALL = 2 ** 16;

/**
 * Each method takes one decision, which is one ordinal, whatever the method and its arguments. Outcomes are integers.
 * No method allocates. A stream is made by `Streams.named` and by nobody else.
 */
export class Stream {
  /** "purpose subject". */
  readonly name: string;
  #key0 = 0;
  #key1 = 0;
  #key2 = 0;
  #key3 = 0;
  // The key, with the high half of the ordinal mixed in.
  #k0 = 0;
  #k1 = 0;
  #k2 = 0;
  #k3 = 0;
  #ordinalLow = 0;
  #ordinalHigh = 0;
  /** 32 bits more of the draw in hand, even when those of `#word` are known. */
  #secondWord = 0;
  #tape: DecisionTape | undefined = undefined;

  constructor(name: string, key: StreamKey) {
    this.name = name;
    [this.#key0, this.#key1, this.#key2, this.#key3] = key;
    this.ordinal = 0;
  }

  /** The ordinal of the next decision: how many were taken, unless they are numbered otherwise. */
  get ordinal(): number {
    return this.#ordinalHigh / PER_WORD + (this.#ordinalLow >>> 0);
  }

  set ordinal(next: number) {
    this.#ordinalLow = next | 0;
    this.#ordinalHigh = Math.floor(next * PER_WORD);
    this.#mixKey();
  }

  /** The next decision is that of an ordinal: for whoever numbers decisions by what they are about. */
  at(ordinal: number): void {
    if (this.#ordinalHigh === 0 && ordinal < 0x8000_0000) this.#ordinalLow = ordinal | 0;
    else this.ordinal = ordinal;
  }

  /**
   * Becomes the stream of another key, where that stands: for whoever has more streams than can be kept, and keeps the
   * ordinal of each instead. The name stays, and so does who follows; it is not for streams made by `Streams.named`.
   */
  become(key0: number, key1: number, key2: number, key3: number, ordinal: number): void {
    this.#key0 = key0;
    this.#key1 = key1;
    this.#key2 = key2;
    this.#key3 = key3;
    this.ordinal = ordinal;
  }

  /** From now on it decides as the stream of another key would, from the ordinal where it stands. */
  rekey([key0, key1, key2, key3]: StreamKey): void {
    this.become(key0, key1, key2, key3, this.ordinal);
  }

  /** From now on a tape hears of each decision; with `undefined`, none does. */
  follow(tape: DecisionTape | undefined): void {
    this.#tape = tape;
  }

  /**
   * An integer from 0 to n - 1, for an integer 1 <= n <= 2^53. For n <= 2^16 no value is likelier than another by more
   * than 2^-16 of it; beyond, by more than 2^-21; beyond 2^32, not at all.
   */
  below(n: number): number {
    assert(n >= 1 && n <= TWO_53 && Math.floor(n) === n, "a draw is below an integer from 1 to 2^53");
    const seeded = this.#evenBelow(n);
    return this.#tape === undefined ? seeded : this.#decide(seeded, 0, n - 1);
  }

  /** An integer from `min` to `max`, both included; both are safe integers, at most 2^53 - 1 apart. */
  between(min: number, max: number): number {
    assert(min <= max && Number.isSafeInteger(min) && max - min < TWO_53, "a draw is between two integers, in order");
    assert(Number.isSafeInteger(max), "a draw is between two integers, in order");
    const seeded = min + this.#evenBelow(max - min + 1);
    return this.#tape === undefined ? seeded : this.#decide(seeded, min, max);
  }

  /** Whether a chance of `of` in `outOf` comes true; integers, 0 <= of <= outOf <= 2^53. Recorded as 1 or 0. */
  chance(of: number, outOf: number): boolean {
    const isFraction = of >= 0 && of <= outOf && outOf >= 1 && outOf <= TWO_53;
    assert(isFraction && Math.floor(of) === of && Math.floor(outOf) === outOf, CHANCE_BELIEF);
    const seeded = this.#evenBelow(outOf) < of;
    return this.#tape === undefined ? seeded : this.#decide(seeded ? 1 : 0, 0, 1) === 1;
  }

  /** An exponential quantity with a mean >= 0, rounded. Its tail is whole down to chances of 2^-64. */
  exponentialUs(meanUs: number): number {
    assert(meanUs >= 0, "a mean time is not negative");
    const seeded = whole(meanUs * this.#exponential());
    return this.#tape === undefined ? seeded : this.#decide(seeded, 0, Number.MAX_SAFE_INTEGER);
  }

  /** A normal quantity with a mean and a standard deviation >= 0, rounded; what falls below zero becomes zero. */
  normalUs(meanUs: number, deviationUs: number): number {
    assert(deviationUs >= 0, "a standard deviation is not negative");
    const seeded = whole(meanUs + deviationUs * this.#normal());
    return this.#tape === undefined ? seeded : this.#decide(seeded, 0, Number.MAX_SAFE_INTEGER);
  }

  /**
   * A quantity whose logarithm is normal, rounded: half of them lie below the median, and `sigma` >= 0 is the standard
   * deviation of the logarithm (0.5: 84 % lie below 1.65 medians, 99.9 % below 4.7).
   */
  logNormalUs(medianUs: number, sigma: number): number {
    assert(medianUs >= 0 && sigma >= 0, "a median and the spread around it are not negative");
    const seeded = whole(medianUs * exp(sigma * this.#normal()));
    return this.#tape === undefined ? seeded : this.#decide(seeded, 0, Number.MAX_SAFE_INTEGER);
  }

  /**
   * A Pareto quantity, rounded: at least `minUs` >= 0, and above x with chance (minUs / x)^alpha, for alpha > 0. The mean
   * is without bound for alpha <= 1; outcomes are cut off at 2^53 - 1.
   */
  paretoUs(minUs: number, alpha: number): number {
    assert(minUs >= 0 && alpha > 0, "a Pareto quantity has a least value and a positive exponent");
    const seeded = whole(minUs * exp(this.#exponential() / alpha));
    return this.#tape === undefined ? seeded : this.#decide(seeded, whole(minUs), Number.MAX_SAFE_INTEGER);
  }

  /**
   * A quantity with an empirical distribution, rounded. The table holds its quantiles at even steps, from the least to
   * the greatest value, in order; between two of them outcomes are spread evenly. One value is a constant.
   */
  quantileUs(table: readonly number[]): number {
    const last = table.length - 1;
    assert(last >= 0 && table[0] >= 0, "a table of quantiles has a value, and none below zero");
    const place = this.#fraction() * last;
    const index = Math.floor(place);
    const low = table[index];
    const high = index < last ? table[index + 1] : low;
    assert(low <= high, "a table of quantiles is in order");
    const seeded = whole(low + (high - low) * (place - index));
    return this.#tape === undefined ? seeded : this.#decide(seeded, whole(table[0]), whole(table[last]));
  }

  #decide(seeded: number, min: number, max: number): number {
    const tape = this.#tape;
    return tape === undefined ? seeded : tape.decide(this.ordinal - 1, seeded, min, max);
  }

  #evenBelow(n: number): number {
    const word = this.#word() >>> 0;
    if (n <= SMALL) return Math.floor(word * PER_WORD * n);
    const low21 = this.#secondWord >>> 11;
    if (n <= 0x1_0000_0000) return Math.floor((word + low21 / 0x20_0000) * PER_WORD * n);
    return this.#evenBelowLarge(n, word * 0x20_0000 + low21);
  }

  /** Redraws the 53 bits that fall behind the last whole multiple of n: fewer than half. */
  #evenBelowLarge(n: number, bits: number): number {
    const bound = TWO_53 - (TWO_53 % n);
    let even = bits;
    for (let again = 1; even >= bound; again++) {
      const high = scramble(Math.floor(even / 0x20_0000) ^ this.#k1, again);
      const low = scramble(this.#secondWord ^ this.#k3, high);
      even = (high >>> 0) * 0x20_0000 + (low >>> 11);
    }
    return even % n;
  }

  #exponential(): number {
    const word = this.#word();
    const halvings = word === 0 ? 32 + Math.clz32(this.#secondWord) : Math.clz32(word);
    return exponentialOf(halvings, this.#secondWord);
  }

  #normal(): number {
    return normalQuantile(this.#fraction() + 1 / TWO_53);
  }

  /** A multiple of 2^-52, from 0 to less than 1. */
  #fraction(): number {
    return (this.#word() >>> 0) * PER_WORD + (this.#secondWord >>> 12) * (PER_WORD / 0x10_0000);
  }

  /**
   * Takes the next ordinal and draws 64 bits for it: 32 are returned, and 32 lie in `#secondWord`. Two keyed mixtures of
   * the ordinal, each a permutation of 32 bits, are added: a permutation alone would never repeat a word.
   */
  #word(): number {
    const ordinal = this.#ordinalLow;
    this.#ordinalLow = (ordinal + 1) | 0;
    let x = (ordinal + this.#k0) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(((x ^ (x >>> 15)) + this.#k1) | 0, 0x846ca68b);
    x ^= x >>> 16;
    let y = ordinal ^ this.#k2;
    y = Math.imul(y ^ (y >>> 17), 0xed5ad4bb);
    y = Math.imul(((y ^ (y >>> 11)) + this.#k3) | 0, 0xac4c1b51);
    y ^= y >>> 15;
    this.#secondWord = ((x << 16) | (x >>> 16)) ^ y;
    if (ordinal === -1) this.#nextHigh();
    return (x + y) | 0;
  }

  #nextHigh(): void {
    this.#ordinalHigh++;
    this.#mixKey();
  }

  #mixKey(): void {
    const high = this.#ordinalHigh;
    this.#k0 = scramble(this.#key0, high);
    this.#k1 = scramble(this.#key1, high);
    this.#k2 = scramble(this.#key2, high);
    this.#k3 = scramble(this.#key3, high);
  }
}

/** Rounds a time, and keeps it within 0 and 2^53 - 1. */
function whole(us: number): number {
  const rounded = Math.floor(us + 0.5);
  return rounded <= 0 ? 0 : rounded < Number.MAX_SAFE_INTEGER ? rounded : Number.MAX_SAFE_INTEGER;
}

/** A permutation of the 32-bit words, another one for each `tweak`; that of 0 changes nothing but the order of words. */
function scramble(word: number, tweak: number): number {
  let x = (word + Math.imul(tweak, 0x9e3779b9)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
