// What is known of each event that waits: its time, kind and payload, in one typed array of fixed records. A slot is
// used again as soon as its event is gone; the generation in it tells the old handles from the new.
import { assert } from "../base/assert.ts";

/**
 * Names one scheduled event for as long as anybody remembers it: generation x 2^24 + slot, below 2^53. Zero is never a
 * handle. A handle of an event that fired or was cancelled stays harmless for ever, since no generation comes twice.
 */
export type EventHandle = number;

/** The most slots there can be, cancelled events not yet swept away included. */
export const SLOTS_MAX = 2 ** 24;
const SLOT_MASK = SLOTS_MAX - 1;
const SLOTS_AT_FIRST = 128;
const GENERATION_MAX = 2 ** 29 - 1;

/** 32-bit words in the record of a slot, as a shift. */
export const RECORD_SHIFT = 3;
// The words of a record. The first, its state, is generation x 2, plus one while a cancelled event still lies in a
// bucket. A slot in the free list keeps the next free slot where the low half of the time was.
export const TIME_LOW = 1;
/** The high 21 bits of the time, with the kind above them. */
export const TIME_HIGH_AND_KIND = 2;
export const PAYLOAD_A = 3;
export const PAYLOAD_B = 4;
const NEXT_FREE = TIME_LOW;
const NONE = -1;

export const TIME_HIGH_BITS = 21;
export const TIME_HIGH_MASK = 2 ** TIME_HIGH_BITS - 1;

/** Everything about the slots, as an independent copy. */
export interface EventSlotsCheckpoint {
  readonly words: Int32Array;
  readonly used: number;
  readonly firstFree: number;
  readonly dead: number;
  readonly live: number;
}

export class EventSlots {
  /** The records, one after another. Replaced when it grows: never keep it across an `add`. */
  words = new Int32Array(SLOTS_AT_FIRST << RECORD_SHIFT);
  /** Events that wait. */
  live = 0;
  /** Cancelled events whose entries have not been reached or swept yet. */
  dead = 0;
  #used = 0;
  #firstFree = NONE;

  /** Takes a slot for an event. The caller has made sure that fewer than SLOTS_MAX are in use. */
  add(timeLow: number, timeHighAndKind: number, a: number, b: number): number {
    let slot = this.#firstFree;
    if (slot === NONE) slot = this.#freshSlot();
    const at = slot << RECORD_SHIFT;
    const words = this.words;
    this.#firstFree = words[at + NEXT_FREE];
    words[at + TIME_LOW] = timeLow;
    words[at + TIME_HIGH_AND_KIND] = timeHighAndKind;
    words[at + PAYLOAD_A] = a;
    words[at + PAYLOAD_B] = b;
    this.live++;
    return slot;
  }

  /** The handle of the event in a slot. */
  handleOf(slot: number): EventHandle {
    return (this.words[slot << RECORD_SHIFT] >> 1) * SLOTS_MAX + slot;
  }

  /** The slot of an event that waits, or -1 when the handle is of an event that is gone, or is no handle. */
  slotOf(handle: EventHandle): number {
    const slot = handle & SLOT_MASK;
    const generation = Math.floor(handle / SLOTS_MAX);
    if (slot >= this.#used || generation === 0) return NONE;
    return this.words[slot << RECORD_SHIFT] === generation << 1 ? slot : NONE;
  }

  /** Ends the event in a slot because it fires: its handle goes stale and the slot is free again. */
  fire(slot: number): void {
    this.live--;
    this.words[slot << RECORD_SHIFT] += 2;
    this.#free(slot);
  }

  /** Ends the event in a slot because it is cancelled: its handle goes stale, its entry lies dead in a bucket. */
  kill(slot: number): void {
    this.live--;
    this.dead++;
    this.words[slot << RECORD_SHIFT] += 3;
  }

  isDead(slot: number): boolean {
    return (this.words[slot << RECORD_SHIFT] & 1) !== 0;
  }

  /** Frees the slot of a dead event whose entry has just been dropped. */
  bury(slot: number): void {
    this.dead--;
    this.words[slot << RECORD_SHIFT] &= ~1;
    this.#free(slot);
  }

  checkpoint(): EventSlotsCheckpoint {
    return {
      words: this.words.slice(0, this.#used << RECORD_SHIFT),
      used: this.#used,
      firstFree: this.#firstFree,
      dead: this.dead,
      live: this.live,
    };
  }

  restore(from: EventSlotsCheckpoint): void {
    if (this.words.length < from.words.length) this.words = new Int32Array(capacityFor(from.words.length));
    this.words.set(from.words);
    this.#used = from.used;
    this.#firstFree = from.firstFree;
    this.dead = from.dead;
    this.live = from.live;
  }

  #free(slot: number): void {
    const at = slot << RECORD_SHIFT;
    // A slot whose generations are used up is never used again: that is what keeps stale handles harmless.
    if (this.words[at] >>> 1 > GENERATION_MAX) return;
    this.words[at + NEXT_FREE] = this.#firstFree;
    this.#firstFree = slot;
  }

  #freshSlot(): number {
    const slot = this.#used++;
    assert(slot < SLOTS_MAX, "the limit on pending events keeps the slots within their bound");
    const at = slot << RECORD_SHIFT;
    if (at === this.words.length) {
      const grown = new Int32Array(at * 2);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[at] = 2;
    this.words[at + NEXT_FREE] = NONE;
    return slot;
  }
}

function capacityFor(words: number): number {
  let capacity = SLOTS_AT_FIRST << RECORD_SHIFT;
  while (capacity < words) capacity *= 2;
  return capacity;
}
