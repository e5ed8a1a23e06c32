// What is known of each event that waits, in a record of fixed size; and the handles that name it.
import { BlockMemory } from "./block-memory.ts";

/**
 * Names one scheduled event for as long as anybody remembers it: generation x 2^24 + slot, below 2^53. Zero is never a
 * handle. A handle of an event that happened or was cancelled stays harmless for ever: no generation comes twice.
 */
export type EventHandle = number;

/** How the memory is laid out. Who reads it often takes the numbers into constants of its own, which the engine folds. */
export const layout = {
  /** Words of a block: 8 slots, or whatever else a subclass makes of it. */
  block: 64,
  /** A slot is 8 words, numbered by their address / 8; the first word is its generation. Slot 0 is none. */
  slotShift: 3,
  slotMask: 2 ** 24 - 1,
  timeLow: 1,
  /** The high 21 bits of the time, with the kind above them. */
  timeHighAndKind: 2,
  timeHighBits: 21,
  payloadA: 3,
  payloadB: 4,
  /** What a subclass wants to know of an event that waits. In a free slot: the next free one. */
  place: 5,
} as const;

const {
  block: BLOCK,
  slotShift: SLOT_SHIFT,
  slotMask: SLOT_MASK,
  timeLow: TIME_LOW,
  timeHighAndKind: TIME_HIGH_AND_KIND,
  timeHighBits: TIME_HIGH_BITS,
  place: NEXT_FREE,
} = layout;
const NONE = -1;
const LOW_HALF = 0x1_0000_0000;
const SLOTS_MAX = SLOT_MASK + 1;
const GENERATION_MAX = 2 ** 29 - 1;

export abstract class EventSlots extends BlockMemory {
  /** Events that wait. */
  size = 0;
  /** The first free slot, or 0. */
  protected freeSlot = 0;

  /** @param size in words: of the table before all slots, of the memory at first. The table holds slot 0. */
  constructor(size: { table: number; first: number }) {
    super({ block: BLOCK, max: SLOTS_MAX << SLOT_SHIFT, ...size });
  }

  /** The handle of the event that waits in a slot. */
  handleOf(slot: number): EventHandle {
    return this.words[(slot & SLOT_MASK) << SLOT_SHIFT] * SLOTS_MAX + slot;
  }

  /** The slot of an event that waits, or -1 when the handle is of one that is gone. */
  slotOf(handle: EventHandle): number {
    const slot = handle & SLOT_MASK;
    const at = slot << SLOT_SHIFT;
    const generation = Math.floor(handle / SLOTS_MAX);
    return generation > 0 && at < this.end && this.words[at] === generation ? slot : NONE;
  }

  /** The time of the event that waits in a slot, in microseconds. */
  timeUsAt(slot: number): number {
    const at = slot << SLOT_SHIFT;
    const high = this.words[at | TIME_HIGH_AND_KIND] & ((1 << TIME_HIGH_BITS) - 1);
    return high * LOW_HALF + (this.words[at | TIME_LOW] >>> 0);
  }

  /** Ends the event in a slot: its handle goes stale, and the slot is free again. */
  protected releaseSlot(slot: number): void {
    const { words } = this;
    const at = (slot & SLOT_MASK) << SLOT_SHIFT;
    const generation = words[at];
    this.size = (this.size - 1) | 0;
    words[at] = generation + 1;
    // A slot whose generations are used up is never used again: that keeps stale handles harmless.
    if (generation === GENERATION_MAX) return;
    words[at | NEXT_FREE] = this.freeSlot;
    this.freeSlot = slot;
  }

  /** Makes a block of free slots: `freeSlot` is not 0 then. */
  protected makeSlots(): void {
    const block = this.takeBlock();
    const { words } = this;
    for (let at = block + BLOCK - 8; at >= block; at -= 8) {
      words[at] = 1;
      words[at | NEXT_FREE] = this.freeSlot;
      this.freeSlot = at >> SLOT_SHIFT;
    }
  }
}
