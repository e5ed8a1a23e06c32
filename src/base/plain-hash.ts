// A 64-bit fingerprint of plain data, quick enough for every message: equal values have equal fingerprints, whatever the
// order in which keys were added; different ones differ but by accident. Only 32-bit integers: alike in every engine.

import { NotPlainData, isPlainObject, notPlain } from "./plain-data.ts";

const DEPTH_MAX = 1000;
// Odd multipliers with well-spread bits, one pair a lane.
const FIRST = 0x85ebca6b;
const SECOND = 0xc2b2ae35;
// What kind of thing follows; so that 1, "1", [1] and true do not look alike.
const TAG_NULL = 0x1f83d9ab;
const TAG_UNDEFINED = 0x5be0cd19;
const TAG_FALSE = 0x3c6ef372;
const TAG_TRUE = 0x510e527f;
const TAG_NUMBER = 0x243f6a88;
const TAG_TEXT = 0x13198a2e;
const TAG_ARRAY = 0x03707344;
const TAG_OBJECT = 0x299f31d0;
const TAG_MAP = 0x082efa98;
const TAG_SET = 0x452821e6;
const PER_LOW_HALF = 1 / 0x1_0000_0000;

/** Hashes one value after another; the two halves of the last fingerprint are in `first` and `second`. */
export class PlainHasher {
  first = 0;
  second = 0;
  readonly #double = new DataView(new ArrayBuffer(8));

  /**
   * Hashes a value of plain data into `first` and `second`.
   * @throws NotPlainData
   */
  hash(value: unknown): void {
    this.first = 0x9e3779b9 | 0;
    this.second = 0x7f4a7c15;
    this.#value(value, 0);
    this.first = avalanche(this.first);
    this.second = avalanche(this.second ^ this.first);
  }

  /** Hashes a text alone; not the same as `hash` of it. */
  hashText(text: string): void {
    this.first = 0x9e3779b9 | 0;
    this.second = 0x7f4a7c15;
    this.#text(text);
    this.first = avalanche(this.first);
    this.second = avalanche(this.second ^ this.first);
  }

  #value(value: unknown, depth: number): void {
    if (typeof value === "number") return this.#number(value);
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "object" && value !== null) return this.#object(value, depth);
    if (typeof value === "boolean") return this.#word(value ? TAG_TRUE : TAG_FALSE);
    if (value === null) return this.#word(TAG_NULL);
    if (value === undefined) return this.#word(TAG_UNDEFINED);
    throw notPlain(value) ?? new NotPlainData("", "it cannot be hashed");
  }

  #word(word: number): void {
    const mixed = Math.imul(this.first ^ word, FIRST);
    this.first = (mixed << 13) | (mixed >>> 19);
    this.second = (Math.imul(((this.second << 9) | (this.second >>> 23)) + word, SECOND) ^ mixed) | 0;
  }

  #number(value: number): void {
    const low = value | 0;
    if (low === value) {
      this.#word(TAG_NUMBER);
      this.#word(low);
    } else if (Number.isSafeInteger(value)) {
      this.#word(TAG_NUMBER + 1);
      this.#word(low);
      this.#word(Math.floor(value * PER_LOW_HALF));
    } else {
      // One NaN for all: their bits are the engine's own affair.
      this.#double.setFloat64(0, Number.isNaN(value) ? Number.NaN : value);
      this.#word(TAG_NUMBER + 2);
      this.#word(Number.isNaN(value) ? 1 : this.#double.getInt32(0));
      this.#word(Number.isNaN(value) ? 1 : this.#double.getInt32(4));
    }
  }

  #text(text: string): void {
    const length = text.length;
    let first = this.first ^ TAG_TEXT;
    let second = (this.second + length) | 0;
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      first = Math.imul(first ^ unit, FIRST);
      first = (first << 13) | (first >>> 19);
      second = (Math.imul(second, 33) + unit) | 0;
    }
    this.first = first;
    this.second = Math.imul(second ^ (second >>> 15), SECOND);
  }

  #object(value: object, depth: number): void {
    if (depth > DEPTH_MAX) throw notPlain(value) ?? new NotPlainData("", "it lies too deep");
    if (Array.isArray(value)) {
      this.#word(TAG_ARRAY);
      this.#word(value.length);
      for (const part of value) this.#value(part, depth + 1);
    } else if (value instanceof Map) {
      this.#map(value, depth);
    } else if (value instanceof Set) {
      this.#set(value, depth);
    } else if (isPlainObject(value)) {
      this.#fields(value as Record<string, unknown>, depth);
    } else {
      throw notPlain(value) ?? new NotPlainData("", "it cannot be hashed");
    }
  }

  // Entries of objects, Maps and Sets are hashed each from the same start and added up: no order, and no sorting.

  #fields(fields: Record<string, unknown>, depth: number): void {
    const startFirst = this.first;
    const startSecond = this.second;
    let sumFirst = 0;
    let sumSecond = 0;
    for (const key of Object.keys(fields)) {
      const field = fields[key];
      if (field === undefined) continue;
      this.first = TAG_OBJECT;
      this.second = TAG_OBJECT;
      this.#text(key);
      this.#value(field, depth + 1);
      sumFirst = (sumFirst + avalanche(this.first)) | 0;
      sumSecond = (sumSecond + avalanche(this.second)) | 0;
    }
    this.#combine(startFirst, startSecond, sumFirst, sumSecond);
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    const startFirst = this.first;
    const startSecond = this.second;
    let sumFirst = TAG_MAP;
    let sumSecond = map.size;
    for (const [key, part] of map) {
      if (typeof key === "object" && key !== null) throw notPlain(map) ?? new NotPlainData("", "it cannot be hashed");
      this.first = TAG_MAP;
      this.second = TAG_MAP;
      this.#value(key, depth + 1);
      this.#value(part, depth + 1);
      sumFirst = (sumFirst + avalanche(this.first)) | 0;
      sumSecond = (sumSecond + avalanche(this.second)) | 0;
    }
    this.#combine(startFirst, startSecond, sumFirst, sumSecond);
  }

  #set(set: ReadonlySet<unknown>, depth: number): void {
    const startFirst = this.first;
    const startSecond = this.second;
    let sumFirst = TAG_SET;
    let sumSecond = set.size;
    for (const member of set) {
      if (typeof member === "object" && member !== null)
        throw notPlain(set) ?? new NotPlainData("", "it cannot be hashed");
      this.first = TAG_SET;
      this.second = TAG_SET;
      this.#value(member, depth + 1);
      sumFirst = (sumFirst + avalanche(this.first)) | 0;
      sumSecond = (sumSecond + avalanche(this.second)) | 0;
    }
    this.#combine(startFirst, startSecond, sumFirst, sumSecond);
  }

  #combine(startFirst: number, startSecond: number, sumFirst: number, sumSecond: number): void {
    this.first = startFirst;
    this.second = startSecond;
    this.#word(sumFirst);
    this.#word(sumSecond);
  }
}

function avalanche(word: number): number {
  const half = Math.imul(word ^ (word >>> 16), FIRST);
  const whole = Math.imul(half ^ (half >>> 13), SECOND);
  return whole ^ (whole >>> 16);
}
