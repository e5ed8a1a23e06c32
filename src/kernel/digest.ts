// The fingerprint of a history: 128 bits over everything mixed in, in order. Two runs with equal digests did the same
// things in the same order; it is the same in every engine, since only 32-bit integer arithmetic is used.

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** Where a digest stands: four 32-bit lanes and the count of blocks mixed. Plain data. */
export interface DigestState {
  readonly lanes: readonly [number, number, number, number];
  readonly blocks: number;
}

/**
 * A running 128-bit digest: MurmurHash3_x86_128 over blocks of four 32-bit words, which can be read at any time.
 * It tells accidents apart (a chance collision of two different histories has probability 2^-128); it is no defence
 * against somebody who constructs collisions on purpose.
 */
export class Digest {
  #h1 = 0x243f6a88 | 0;
  #h2 = 0x85a308d3 | 0;
  #h3 = 0x13198a2e | 0;
  #h4 = 0x03707344 | 0;
  #blocks = 0;

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
    let k = Math.imul(first, C1);
    let h = this.#h1 ^ Math.imul((k << 15) | (k >>> 17), C2);
    const h1 = (Math.imul(((h << 19) | (h >>> 13)) + this.#h2, 5) + 0x561ccd1b) | 0;
    k = Math.imul(second, C2);
    h = this.#h2 ^ Math.imul((k << 16) | (k >>> 16), C3);
    this.#h2 = (Math.imul(((h << 17) | (h >>> 15)) + this.#h3, 5) + 0x0bcaa747) | 0;
    k = Math.imul(third, C3);
    h = this.#h3 ^ Math.imul((k << 17) | (k >>> 15), C4);
    this.#h3 = (Math.imul(((h << 15) | (h >>> 17)) + this.#h4, 5) + 0x96cd1c35) | 0;
    k = Math.imul(fourth, C4);
    h = this.#h4 ^ Math.imul((k << 18) | (k >>> 14), C1);
    this.#h4 = (Math.imul(((h << 13) | (h >>> 19)) + h1, 5) + 0x32ac3b17) | 0;
    this.#h1 = h1;
    this.#blocks++;
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
    const length = Math.imul(this.#blocks, 16);
    let h1 = this.#h1 ^ length;
    let h2 = this.#h2 ^ length;
    let h3 = this.#h3 ^ length;
    let h4 = this.#h4 ^ length;
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
    return { lanes: [this.#h1, this.#h2, this.#h3, this.#h4], blocks: this.#blocks };
  }

  /** Continues from where another digest stood. */
  restore(state: DigestState): void {
    [this.#h1, this.#h2, this.#h3, this.#h4] = state.lanes;
    this.#blocks = state.blocks;
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
