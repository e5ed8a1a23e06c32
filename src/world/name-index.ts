// Names by number: every message names a node and every timer has a name, so that a look-up has to cost less than that
// of a hash table.

import { assert } from "../base/assert.ts";

const NONE = -1;

/**
 * Gives texts numbers. In front of the hash table lies a smaller one, by the last three characters, where names differ
 * most: a name that is asked for again and again is compared by identity, and not hashed.
 */
export class NameIndex {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[];
  readonly #found: Int32Array;
  readonly #mask: number;

  /** @param places of the table in front: a power of two. */
  constructor(places: number) {
    assert((places & (places - 1)) === 0 && places > 0, "a table has a power of two of places");
    this.#texts = new Array<string>(places).fill("");
    this.#found = new Int32Array(places).fill(NONE);
    this.#mask = places - 1;
  }

  /** The number of a text, or -1. */
  numberOf(text: string): number {
    const place = hashOf(text) & this.#mask;
    return this.#texts[place] === text ? this.#found[place] : this.#lookUp(text, place);
  }

  /** @param number from 0 to 2^31 - 1. */
  set(text: string, number: number): void {
    this.#numbers.set(text, number);
    this.#lookUp(text, hashOf(text) & this.#mask);
  }

  #lookUp(text: string, place: number): number {
    const number = this.#numbers.get(text);
    if (number === undefined) return NONE;
    this.#texts[place] = text;
    this.#found[place] = number;
    return number;
  }
}

/** The numbers at the ends of names are spread one beside another. */
function hashOf(text: string): number {
  const last = text.length - 1;
  if (last < 2) return last < 0 ? 0 : text.charCodeAt(last);
  return text.charCodeAt(last) + text.charCodeAt(last - 1) * 10 + text.charCodeAt(last - 2) * 100;
}
