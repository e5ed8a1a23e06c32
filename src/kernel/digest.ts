// The fingerprint of a history: 128 bits over everything mixed in, in order. Two runs with equal digests did the same
// things in the same order; it is the same in every engine, since only 32-bit integer arithmetic is used.

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** Where a digest stands: four 32-bit lanes. Plain data. */
export type DigestState = readonly [number, number, number, number];

/**
 * A running 128-bit digest over blocks of four 32-bit words, which can be read at any time. Its block function is that of
 * MurmurHash3_x86_128 with one multiplication a word instead of two; what it ends with is the same. Mixing a block is a
 * bijection of the lanes, and of each word into its lane: histories that differ in one place never meet again while they
 * go on alike, and others meet by a chance of 2^-128. It is no defence against collisions made on purpose.
 */
export class Digest {
  #h1 = 0x243f6a88 | 0;
  #h2 = 0x85a308d3 | 0;
  #h3 = 0x13198a2e | 0;
  #h4 = 0x03707344 | 0;

  /** Mixes one 32-bit word. Not the same as `mix2(word, 0)`. */
  mix(word: number): void {
    this.mix4(word, 0, 0, 1);
  }

  /** Mixes two 32-bit words, in order. */
  mix2(first: number, second: number): void {
    this.mix4(first, second, 0, 2);
  }

  /** Mixes one block of four 32-bit words, in order. Numbers beyond 32 bits are cut, as by `| 0`. */
  mix4(first: number, second: number, third: number, fourth: number): void {
    const h2 = this.#h2;
    const h3 = this.#h3;
    const h4 = this.#h4;
    // Five times h is written as a shift and a sum: as a call, four of them make this too long to be put into a loop.
    let h = this.#h1 ^ Math.imul(first, C1);
    h = ((h << 19) | (h >>> 13)) + h2;
    const h1 = ((h << 2) + h + 0x561ccd1b) | 0;
    this.#h1 = h1;
    h = h2 ^ Math.imul(second, C2);
    h = ((h << 17) | (h >>> 15)) + h3;
    this.#h2 = ((h << 2) + h + 0x0bcaa747) | 0;
    h = h3 ^ Math.imul(third, C3);
    h = ((h << 15) | (h >>> 17)) + h4;
    this.#h3 = ((h << 2) + h + 0x96cd1c35) | 0;
    h = h4 ^ Math.imul(fourth, C4);
    h = ((h << 13) | (h >>> 19)) + h1;
    this.#h4 = ((h << 2) + h + 0x32ac3b17) | 0;
  }

  /** Mixes a number of up to 53 bits, or any finite integer below 2^53 in size, as two words. */
  mixNumber(value: number): void {
    this.mix2(value, Math.floor(value / 0x1_0000_0000));
  }

  /** Mixes a text: its length and its UTF-16 code units. */
  mixText(text: string): void {
    const length = text.length;
    this.mix4(length, 0, 0, 3);
    for (let at = 0; at < length; at += 8) {
      this.mix4(pair(text, at), pair(text, at + 2), pair(text, at + 4), pair(text, at + 6));
    }
  }

  /** The digest so far: four 32-bit words, well mixed. Reading changes nothing. */
  words(): readonly [number, number, number, number] {
    let h1 = this.#h1;
    let h2 = this.#h2;
    let h3 = this.#h3;
    let h4 = this.#h4;
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = avalanche((h2 + h1) | 0);
    h3 = avalanche((h3 + h1) | 0);
    h4 = avalanche((h4 + h1) | 0);
    h1 = avalanche(h1);
    h1 = (h1 + h2 + h3 + h4) | 0;
    return [h1, (h2 + h1) | 0, (h3 + h1) | 0, (h4 + h1) | 0];
  }

  /** The digest so far as 32 lower-case hexadecimal digits. Reading changes nothing. */
  hex(): string {
    return this.words().map(eightDigits).join("");
  }

  /** Where this digest stands; independent of what is mixed later. */
  checkpoint(): DigestState {
    return [this.#h1, this.#h2, this.#h3, this.#h4];
  }

  /** Continues from where another digest stood. */
  restore(state: DigestState): void {
    [this.#h1, this.#h2, this.#h3, this.#h4] = state;
  }
}

function pair(text: string, at: number): number {
  return charCode(text, at) | (charCode(text, at + 1) << 16);
}

function charCode(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : 0;
}

function avalanche(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function eightDigits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
