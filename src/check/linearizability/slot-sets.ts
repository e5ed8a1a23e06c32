// Sets of small numbers, each distinct set kept once under a number of its own: equal sets are equal numbers, and what a
// change makes of a set is worked out once.

export class SlotSets {
  /** Words of 32 slots; the last one is never 0. The empty set is 0. */
  readonly #words: (readonly number[])[] = [[]];
  readonly #sizes: number[] = [0];
  readonly #known = new Map<number | string, number>([["", 0]]);
  /** By set and slot: the set with that slot in it when it was not, without when it was. */
  readonly #toggled: number[][] = [[]];

  has(set: number, slot: number): boolean {
    const words = this.#words[set];
    const at = slot >>> 5;
    return at < words.length && ((words[at] >>> (slot & 31)) & 1) === 1;
  }

  size(set: number): number {
    return this.#sizes[set];
  }

  including(set: number, slot: number): number {
    return this.has(set, slot) ? set : this.#toggle(set, slot);
  }

  excluding(set: number, slot: number): number {
    return this.has(set, slot) ? this.#toggle(set, slot) : set;
  }

  #toggle(set: number, slot: number): number {
    const known = this.#toggled[set][slot];
    if (known !== undefined) return known;
    const made = this.#make(set, slot);
    this.#toggled[set][slot] = made;
    return made;
  }

  isWithin(inner: number, outer: number): boolean {
    if (inner === outer || inner === 0) return true;
    const some = this.#words[inner];
    const all = this.#words[outer];
    if (some.length > all.length) return false;
    for (let at = 0; at < some.length; at++) if ((some[at] & ~all[at]) !== 0) return false;
    return true;
  }

  #make(set: number, slot: number): number {
    const words = [...this.#words[set]];
    while (words.length <= slot >>> 5) words.push(0);
    words[slot >>> 5] ^= 1 << (slot & 31);
    while (words.at(-1) === 0) words.pop();
    // Most sets are one word.
    const name = words.length === 1 ? words[0] : words.join();
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const made = this.#words.length;
    this.#words.push(words);
    this.#toggled.push([]);
    this.#sizes.push(this.#sizes[set] + (this.has(set, slot) ? -1 : 1));
    this.#known.set(name, made);
    return made;
  }
}
