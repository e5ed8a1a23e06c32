// How many draws each lane has taken: an open hash table of small integers. Of the millions of lanes that a large world
// could have, most are never used, and those that are used are used again: they should lie close together.

/** Words of an entry: its row plus one, its pair of columns, and a count for each column of the pair. */
const WORDS = 4;
const ENTRIES_MIN = 1 << 10;
/** Where the row would be of an entry that is free. Fresh memory is all free, and costs nothing until it is used. */
const FREE = 0;

export class LaneCounts {
  #entries = new Int32Array(ENTRIES_MIN * WORDS);
  #mask = ENTRIES_MIN - 1;
  #used = 0;
  /** Where the last entry asked for was found: it is set next. */
  #lastAt = 0;

  /** @param row and column from 0, below 2^31 - 1. 0 for a lane that was never set. */
  get(row: number, column: number): number {
    const at = this.#find(row, column >>> 1);
    this.#lastAt = at;
    return this.#entries[at] === FREE ? 0 : this.#entries[at + 2 + (column & 1)];
  }

  set(row: number, column: number, count: number): void {
    const pair = column >>> 1;
    let at = this.#lastAt;
    if (this.#entries[at] !== row + 1 || this.#entries[at + 1] !== pair) at = this.#find(row, pair);
    if (this.#entries[at] === FREE) {
      if (this.#used * 2 > this.#mask) {
        this.#grow();
        at = this.#find(row, pair);
      }
      this.#used += 1;
      this.#entries[at] = row + 1;
      this.#entries[at + 1] = pair;
    }
    this.#entries[at + 2 + (column & 1)] = count;
  }

  clear(): void {
    this.#entries = new Int32Array(ENTRIES_MIN * WORDS);
    this.#mask = ENTRIES_MIN - 1;
    this.#used = 0;
    this.#lastAt = 0;
  }

  /** Every count that is not zero, by row and column; in no order that means anything. */
  *entries(): Iterable<readonly [row: number, column: number, count: number]> {
    const entries = this.#entries;
    for (let at = 0; at < entries.length; at += WORDS) {
      if (entries[at] === FREE) continue;
      for (const odd of [0, 1]) {
        const count = entries[at + 2 + odd];
        if (count > 0) yield [entries[at] - 1, entries[at + 1] * 2 + odd, count];
      }
    }
  }

  /** Where the entry of this pair of columns is, or would be. */
  #find(row: number, pair: number): number {
    const entries = this.#entries;
    const mask = this.#mask;
    let place = Math.imul(row, 0x9e37_79b1) ^ Math.imul(pair, 0x85eb_ca6b);
    place = (place ^ (place >>> 15)) & mask;
    for (;;) {
      const at = place * WORDS;
      const found = entries[at];
      if (found === FREE || (found === row + 1 && entries[at + 1] === pair)) return at;
      place = (place + 1) & mask;
    }
  }

  #grow(): void {
    const before = this.#entries;
    const entries = new Int32Array(before.length * 2);
    this.#entries = entries;
    this.#mask = this.#mask * 2 + 1;
    for (let at = 0; at < before.length; at += WORDS) {
      if (before[at] === FREE) continue;
      const to = this.#find(before[at] - 1, before[at + 1]);
      for (let word = 0; word < WORDS; word++) entries[to + word] = before[at + word];
    }
  }
}
