// A 64-bit fingerprint of plain data, quick enough for every message: equal values have equal fingerprints, whatever the
// order in which keys were added; different ones differ but by accident. Only 32-bit integers: alike in every engine.

import { NotPlainData, isPlainObject, notPlain } from "./plain-data.ts";

const DEPTH_MAX = 1000;
// Odd multipliers with well-spread bits, one a lane.
const FIRST = 0x85ebca6b;
const SECOND = 0xc2b2ae35;
const START_FIRST = 0x1e3779b9;
const START_SECOND = 0x7f4a7c15;
// What kind of thing follows; so that 1, "1", [1] and true do not look alike.
const TAG_NULL = 0x1f83d9ab;
const TAG_UNDEFINED = 0x5be0cd19;
const TAG_FALSE = 0x3c6ef372;
const TAG_TRUE = 0x510e527f;
const TAG_LARGE = 0x243f6a88;
const TAG_FRACTION = 0x2f1b3c57;
const TAG_ARRAY = 0x03707344;
const TAG_OBJECT = 0x299f31d0;
const TAG_MAP = 0x082efa98;
const TAG_SET = 0x452821e6;
const PER_LOW_HALF = 1 / 0x1_0000_0000;
/** Names of fields and types whose hashes are remembered, at most. */
const WORDS_MAX = 4096;
/** Parts that are remembered, at most: looking through them has to cost less than hashing one. */
const PARTS_MAX = 8;

/** The name of a field, or the value of a field "type": where the lanes stand after it, and which name came next. */
class Word {
  readonly text: string;
  readonly first: number;
  readonly second: number;
  /** Objects of one shape name their fields in one order: a guess that is nearly always right, and always checked. */
  next: Word | undefined = undefined;

  constructor(text: string, first: number, second: number) {
    this.text = text;
    this.first = first;
    this.second = second;
  }
}

/** The fingerprint of one value in 16 digits, for whoever keeps or compares it as text. @throws NotPlainData */
export function plainDigest(value: unknown): string {
  const hasher = new PlainHasher();
  hasher.hash(value);
  return [hasher.first, hasher.second].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/**
 * Hashes one value after another: each call of `add` goes on from where the lanes stand, and `hash` begins anew. The
 * lanes are 32 bits each; after `hash` they are well mixed.
 */
export class PlainHasher {
  first = START_FIRST;
  second = START_SECOND;
  readonly #names = new Map<string, Word>();
  readonly #types = new Map<string, Word>();
  readonly #start = new Word("", 0, 0);
  #lastType: Word;
  #typeBefore: Word;
  readonly #double = new DataView(new ArrayBuffer(8));
  /** Parts of the values hashed last, what their fields came to, and which of them is the oldest. */
  readonly #parts: object[] = [];
  readonly #sums = new Int32Array(PARTS_MAX * 2);
  #oldest = 0;
  /** What the fields came to of the object hashed last that lies within another value. */
  #sumFirst = 0;
  #sumSecond = 0;
  readonly #remembers: boolean;

  /**
   * @param options.remembers the objects within the values that are hashed never change: those met last are not hashed
   *   again. A message to many carries the same parts to each.
   */
  constructor(options: { remembers: boolean } = { remembers: false }) {
    this.#remembers = options.remembers;
    this.#lastType = this.#learn(this.#types, "", TAG_LARGE);
    this.#typeBefore = this.#lastType;
  }

  /**
   * Hashes one value alone.
   * @throws NotPlainData
   */
  hash(value: unknown): void {
    this.first = START_FIRST;
    this.second = START_SECOND;
    try {
      this.#value(value, 0);
    } catch (error) {
      throw error instanceof NotPlainData ? (notPlain(value) ?? error) : error;
    }
    this.first = avalanche(this.first);
    this.second = avalanche(this.second ^ this.first);
  }

  /**
   * Hashes a value, and a 32-bit word about it, after what was hashed so far.
   * @throws NotPlainData without its path, which `notPlain` tells; the lanes have gone on by then.
   */
  add(word: number, value: object): void {
    // As good as to ask for the prototype, which costs more than the rest: other classes name another constructor.
    if (value.constructor === Object) {
      this.#fields(value as Record<string, unknown>, 0, word);
    } else {
      this.addWord(word);
      this.#object(value, 0);
    }
  }

  /** Hashes a 32-bit word after what was hashed so far. */
  addWord(word: number): void {
    const mixed = Math.imul(this.first ^ word, FIRST);
    this.first = (mixed << 13) | (mixed >>> 19);
    this.second = (Math.imul(((this.second << 9) | (this.second >>> 23)) + word, SECOND) ^ mixed) | 0;
  }

  #value(value: unknown, depth: number): void {
    if (typeof value === "number") return this.#number(value);
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "object" && value !== null) return this.#object(value, depth);
    if (typeof value === "boolean") return this.addWord(value ? TAG_TRUE : TAG_FALSE);
    if (value === null) return this.addWord(TAG_NULL);
    if (value === undefined) return this.addWord(TAG_UNDEFINED);
    throw new NotPlainData("", "it cannot be hashed");
  }

  #number(value: number): void {
    const low = value | 0;
    if (low === value) {
      this.addWord(low);
    } else if (Number.isSafeInteger(value)) {
      this.addWord(TAG_LARGE);
      this.addWord(low);
      this.addWord(Math.floor(value * PER_LOW_HALF));
    } else {
      this.#double.setFloat64(0, value);
      this.addWord(TAG_FRACTION);
      // One NaN for all: their bits are the engine's own affair.
      this.addWord(Number.isNaN(value) ? 1 : this.#double.getInt32(0));
      this.addWord(Number.isNaN(value) ? 1 : this.#double.getInt32(4));
    }
  }

  #text(text: string): void {
    const length = text.length;
    let { first, second } = this;
    first ^= length + 1;
    for (let at = 0; at < length; at++) {
      const unit = text.charCodeAt(at);
      first = Math.imul(first ^ unit, FIRST);
      first = (first << 13) | (first >>> 19);
      second = (Math.imul(second, 33) + unit) | 0;
    }
    this.first = Math.imul(first ^ (first >>> 15), SECOND);
    this.second = Math.imul(second ^ (second >>> 15), FIRST);
  }

  #object(value: object, depth: number): void {
    if (depth > DEPTH_MAX) throw new NotPlainData("", "it lies too deep");
    if (Array.isArray(value)) {
      this.addWord(TAG_ARRAY);
      this.addWord(value.length);
      for (let at = 0; at < value.length; at++) this.#value(value[at], depth + 1);
    } else if (value.constructor === Object || isPlainObject(value)) {
      if (this.#remembers && depth > 0) this.#part(value, depth);
      else this.#fields(value as Record<string, unknown>, depth, 0);
    } else if (value instanceof Map) {
      this.#map(value, depth);
    } else if (value instanceof Set) {
      this.#set(value, depth);
    } else {
      throw new NotPlainData("", "it cannot be hashed");
    }
  }

  /** An object within a value: what it adds does not depend on where it stands. */
  #part(value: object, depth: number): void {
    const parts = this.#parts;
    for (let at = 0; at < parts.length; at++) {
      if (parts[at] !== value) continue;
      this.#combine(this.first, this.second, this.#sums[at * 2], this.#sums[at * 2 + 1]);
      return;
    }
    this.#fields(value as Record<string, unknown>, depth, 0);
    const at = this.#oldest;
    this.#oldest = (at + 1) % PARTS_MAX;
    parts[at] = value;
    this.#sums[at * 2] = this.#sumFirst;
    this.#sums[at * 2 + 1] = this.#sumSecond;
  }

  // Entries of objects, Maps and Sets are hashed each from the same start and added up: no order, and no sorting.

  #fields(fields: Record<string, unknown>, depth: number, about: number): void {
    const { first: startFirst, second: startSecond } = this;
    let sumFirst = TAG_OBJECT ^ about;
    let sumSecond = about;
    let last = this.#start;
    // No array of keys is made, and none needs an order: this runs for every message.
    for (const key in fields) {
      const field = fields[key];
      let word = last.next;
      if (word === undefined || word.text !== key) {
        word = this.#names.get(key) ?? this.#learn(this.#names, key, TAG_OBJECT);
        last.next = word;
      }
      if (typeof field === "number" && (field | 0) === field) {
        // One product for both lanes: no two integers give one field the same, and the sums differ in how they mix it.
        const mixed = Math.imul(word.first ^ field, FIRST);
        sumFirst = (sumFirst + (mixed ^ ((mixed << 11) | (mixed >>> 21)))) | 0;
        sumSecond = (sumSecond + (mixed ^ (mixed >>> 13))) | 0;
      } else if (typeof field === "string" && key === "type") {
        word = this.#typeOf(field);
        sumFirst = (sumFirst + word.first) | 0;
        sumSecond = (sumSecond + word.second) | 0;
      } else if (field === undefined) {
        continue;
      } else {
        this.first = word.first;
        this.second = word.second;
        this.#value(field, depth + 1);
        sumFirst = (sumFirst + avalanche(this.first)) | 0;
        sumSecond = (sumSecond + avalanche(this.second)) | 0;
      }
      last = word;
    }
    if (depth > 0) {
      this.#sumFirst = sumFirst;
      this.#sumSecond = sumSecond;
    }
    this.#combine(startFirst, startSecond, sumFirst, sumSecond);
  }

  /** A conversation has two types, mostly: each is looked for where the last two were found. */
  #typeOf(type: string): Word {
    const last = this.#lastType;
    if (last.text === type) return last;
    const before = this.#typeBefore;
    if (before.text === type) return before;
    this.#typeBefore = last;
    this.#lastType = this.#types.get(type) ?? this.#learn(this.#types, type, TAG_LARGE);
    return this.#lastType;
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    const { first: startFirst, second: startSecond } = this;
    let sumFirst = TAG_MAP;
    let sumSecond = map.size;
    for (const [key, part] of map) {
      if (typeof key === "object" && key !== null) throw new NotPlainData("", "it cannot be hashed");
      this.first = TAG_MAP;
      this.second = typeof key === "string" ? TAG_SET : TAG_MAP;
      this.#value(key, depth + 1);
      this.#value(part, depth + 1);
      sumFirst = (sumFirst + avalanche(this.first)) | 0;
      sumSecond = (sumSecond + avalanche(this.second)) | 0;
    }
    this.#combine(startFirst, startSecond, sumFirst, sumSecond);
  }

  #set(set: ReadonlySet<unknown>, depth: number): void {
    const { first: startFirst, second: startSecond } = this;
    let sumFirst = TAG_SET;
    let sumSecond = set.size;
    for (const member of set) {
      if (typeof member === "object" && member !== null) {
        throw new NotPlainData("", "it cannot be hashed");
      }
      this.first = TAG_SET;
      this.second = typeof member === "string" ? TAG_SET : TAG_MAP;
      this.#value(member, depth + 1);
      sumFirst = (sumFirst + avalanche(this.first)) | 0;
      sumSecond = (sumSecond + avalanche(this.second)) | 0;
    }
    this.#combine(startFirst, startSecond, sumFirst, sumSecond);
  }

  #combine(startFirst: number, startSecond: number, sumFirst: number, sumSecond: number): void {
    const mixed = Math.imul(startFirst ^ sumFirst, FIRST);
    this.first = (mixed << 13) | (mixed >>> 19);
    const turned = (startSecond << 9) | (startSecond >>> 23);
    this.second = Math.imul((turned + sumSecond) | 0, SECOND) ^ mixed;
  }

  #learn(words: Map<string, Word>, text: string, tag: number): Word {
    if (words.size >= WORDS_MAX) words.clear();
    this.first = tag;
    this.second = tag;
    this.#text(text);
    const word = new Word(text, this.first, this.second);
    words.set(text, word);
    return word;
  }
}

function avalanche(word: number): number {
  const half = Math.imul(word ^ (word >>> 16), FIRST);
  const whole = Math.imul(half ^ (half >>> 13), SECOND);
  return whole ^ (whole >>> 16);
}
