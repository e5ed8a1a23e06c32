// Things that wait for a kernel event, which carries no more than small integers: a slot is the integer.

import { assert } from "../base/assert.ts";

export interface SlotsCheckpoint<T> {
  readonly items: readonly (T | undefined)[];
  readonly free: readonly number[];
}

/** Numbered places, used again last out first in: which slot a thing gets is a function of the history alone. */
export class Slots<T extends object> {
  #items: (T | undefined)[] = [];
  #free: number[] = [];

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  /** The slot that the next thing gets. */
  get next(): number {
    return this.#free.at(-1) ?? this.#items.length;
  }

  add(item: T): number {
    const slot = this.#free.pop();
    if (slot === undefined) return this.#items.push(item) - 1;
    this.#items[slot] = item;
    return slot;
  }

  at(slot: number): T {
    const item = this.#items[slot];
    assert(item !== undefined, "a slot that is named is in use");
    return item;
  }

  remove(slot: number): T {
    const item = this.#items[slot];
    assert(item !== undefined, "a slot is freed once");
    this.#items[slot] = undefined;
    this.#free.push(slot);
    return item;
  }

  /** Puts another thing in the place of each. */
  update(change: (item: T) => T): void {
    this.#items = this.#items.map((item) => (item === undefined ? undefined : change(item)));
  }

  /** Slots in use, in order. */
  *used(): Iterable<number> {
    for (let slot = 0; slot < this.#items.length; slot++) if (this.#items[slot] !== undefined) yield slot;
  }

  /** @param copy absent: the things never change, and are shared with the checkpoint. */
  checkpoint(copy: (item: T) => T = same): SlotsCheckpoint<T> {
    return { items: this.#items.map((item) => (item === undefined ? undefined : copy(item))), free: [...this.#free] };
  }

  restore(from: SlotsCheckpoint<T>, copy: (item: T) => T = same): void {
    this.#items = from.items.map((item) => (item === undefined ? undefined : copy(item)));
    this.#free = [...from.free];
  }
}

function same<T>(item: T): T {
  return item;
}
