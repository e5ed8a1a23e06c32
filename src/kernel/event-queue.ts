// The events that wait, and the loop that makes them happen: by time, and within one time in the order scheduled.
//
// A timing wheel of eight-bit digits. A bucket of level L holds the events whose time first differs from the base in
// digit L; the base is the start of the bucket opened last, and no event lies before it. To find the next event, the
// first bucket of the lowest level in use is opened: a small one is sorted into the bottom, from which events are taken;
// a large one is dealt out to the levels below. Events are only ever appended to buckets, and taken from them in order,
// so those of one time keep the order they were scheduled in, and need no sequence number.
//
// All of it lies in one typed array, since what costs most in a typed array is to reach it.
import { BlockMemory, type BlockMemoryCheckpoint } from "./block-memory.ts";
import type { Digest } from "./digest.ts";

/** Acts on an event of one kind. `a` and `b` are its payload: two 32-bit integers that mean what the kind says. */
export type EventHandler = (a: number, b: number) => void;

/**
 * Names one scheduled event for as long as anybody remembers it: generation x 2^24 + slot, below 2^53. Zero is never a
 * handle. A handle of an event that happened or was cancelled stays harmless for ever: no generation comes twice.
 */
export type EventHandle = number;

/** Everything about a queue, as an independent copy. */
export interface EventQueueCheckpoint {
  readonly nowUs: number;
  readonly memory: BlockMemoryCheckpoint;
  /** The other fields, in an order that only the queue knows. */
  readonly registers: readonly number[];
}

/** The most events that may wait in one queue. As many cancelled ones may lie beside them until they are swept away. */
export const WAITING_MAX = 2 ** 22;

// Constants that hot code reads are private to this module: the engine cannot fold those that cross its border.
const NONE = -1;
const LOW_HALF = 0x1_0000_0000;
const LEVELS = 7;
const BUCKETS = LEVELS << 8;

// The memory is cut into blocks of 64 words: first a table, then blocks that are either a chunk or 8 slots.
const BLOCK = 64;
const BLOCK_MASK = BLOCK - 1;
const ADDRESS_MASK = 2 ** 27 - 1;
// A slot is 8 words, numbered by their address / 8. Its state is generation x 2, plus 1 while it is dead: cancelled, but
// with an entry left somewhere. The 53 bits of its time have the kind above them.
const SLOT_SHIFT = 3;
const TIME_LOW = 1;
const TIME_HIGH_AND_KIND = 2;
const PAYLOAD_A = 3;
const PAYLOAD_B = 4;
const NEXT_FREE = 5;
const TIME_HIGH_BITS = 21;
const TIME_HIGH_MASK = 2 ** TIME_HIGH_BITS - 1;
const SLOTS_MAX = 2 ** 24;
const SLOT_MASK = SLOTS_MAX - 1;
const STATE_MAX = 2 ** 30;
// An entry is two words: the low half of its time, and its slot. A chunk holds 31 of them and a link to the next chunk
// of its bucket. A tail is the address of the next entry, or of the link when the chunk is full; that of an empty bucket
// is the link of block 0, which is nothing else.
const LINK = 62;
const HEADS = BLOCK;
const TAILS = HEADS + BUCKETS;
const BITS = TAILS + BUCKETS;
// The bottom holds slots only, one word each.
const BOTTOM = BITS + BLOCK;
const BOTTOM_MIDDLE = BOTTOM + BLOCK / 2;
const BOTTOM_LIMIT = BOTTOM + BLOCK;
const MEMORY_AT_FIRST = 2 ** 13;
/** Dead events are swept away when they outnumber those that wait by this many. */
const DEAD_SPARE = 256;

export class EventQueue extends BlockMemory {
  // Half-integers at first make the engine keep these as doubles from the start, not only when they grow large.
  /** The present: the time of the event taken last, in microseconds, or where its owner has moved it since. */
  nowUs = 0.5;
  /** Events taken so far. */
  taken = 0.5;
  /** Events that wait. */
  size = 0;
  /** Set by anybody, ends `handle` after the event in hand. */
  halts = false;

  #freeSlot = NONE;
  #dead = 0;
  #baseLow = 0;
  #baseHigh = 0;
  /** The bottom: events in order, from here to there. */
  #bottomAt = BOTTOM;
  #bottomEnd = BOTTOM;
  /** 8 x the level of the bucket it was made from: an event that differs from the base below that belongs in it. */
  #bottomShift = 0;
  /** One bit for each word of BITS that is not zero, in two halves. */
  #wordsLow = 0;
  #wordsHigh = 0;

  constructor(nowUs: number) {
    super({ block: BLOCK, table: BOTTOM_LIMIT, first: MEMORY_AT_FIRST, max: SLOTS_MAX << SLOT_SHIFT });
    this.words.fill(LINK, TAILS, BITS);
    this.nowUs = nowUs;
    this.taken = 0;
  }

  /**
   * Adds an event and returns its slot, which is its own until it is taken or cancelled. The time is given in halves, the
   * low 32 bits and the high 21, and lies neither before `nowUs` nor before any bound that `handle` reached.
   */
  add(timeLow: number, timeHigh: number, kind: number, a: number, b: number): number {
    if (this.#freeSlot === NONE) this.#makeSlots();
    const { words } = this;
    const slot = this.#freeSlot & SLOT_MASK;
    const at = slot << SLOT_SHIFT;
    this.#freeSlot = words[at | NEXT_FREE];
    // The engine takes `| 0` as a promise: without it, a word becomes a double on its way into the array.
    words[at | TIME_LOW] = timeLow | 0;
    words[at | TIME_HIGH_AND_KIND] = timeHigh | (kind << TIME_HIGH_BITS);
    words[at | PAYLOAD_A] = a | 0;
    words[at | PAYLOAD_B] = b | 0;
    this.size = (this.size + 1) | 0;
    this.#place(timeLow | 0, timeHigh | 0, slot);
    return slot;
  }

  /**
   * Takes up to `count` events no later than `untilUs`, one after another, and has each handled: the present moves to it,
   * it is mixed into the digest, and the handler of its kind is called. Returns how many there were. When it ends for
   * want of events, the bound is reached: the owner moves the present there, unless none waits at all.
   */
  handle(untilUs: number, count: number, handlers: readonly EventHandler[], digest: Digest | undefined): number {
    let left = count | 0;
    while (left > 0) {
      const bottomAt = this.#bottomAt;
      if (bottomAt === this.#bottomEnd) {
        if (!this.#open(untilUs)) break;
        continue;
      }
      const { words } = this;
      const slot = words[bottomAt & ADDRESS_MASK] & SLOT_MASK;
      const at = slot << SLOT_SHIFT;
      const timeLow = words[at | TIME_LOW];
      const timeUs = this.#baseHigh * LOW_HALF + (timeLow >>> 0);
      if (timeUs > untilUs) break;
      this.#bottomAt = bottomAt + 1;
      const state = words[at];
      if ((state & 1) !== 0) {
        this.#bury(slot);
        continue;
      }
      left--;
      this.nowUs = timeUs;
      this.taken++;
      this.size = (this.size - 1) | 0;
      words[at] = state + 2;
      // A slot whose generations are used up is never used again: that keeps stale handles harmless.
      if (state < STATE_MAX) {
        words[at | NEXT_FREE] = this.#freeSlot;
        this.#freeSlot = slot;
      }
      const timeHighAndKind = words[at | TIME_HIGH_AND_KIND];
      const a = words[at | PAYLOAD_A];
      const b = words[at | PAYLOAD_B];
      if (digest !== undefined) digest.mix4(timeLow, timeHighAndKind, a, b);
      handlers[timeHighAndKind >>> TIME_HIGH_BITS](a, b);
      if (this.halts) break;
    }
    return count - left;
  }

  /** The handle of the event that waits in a slot. */
  handleOf(slot: number): EventHandle {
    return (this.words[(slot & SLOT_MASK) << SLOT_SHIFT] >> 1) * SLOTS_MAX + slot;
  }

  /** The slot of an event that waits, or -1 when the handle is of one that is gone. */
  slotOf(handle: EventHandle): number {
    const slot = handle & SLOT_MASK;
    const at = slot << SLOT_SHIFT;
    const generation = Math.floor(handle / SLOTS_MAX);
    return generation > 0 && at < this.end && this.words[at] === generation << 1 ? slot : NONE;
  }

  /** The time of the event that waits in a slot, in microseconds. */
  timeUsAt(slot: number): number {
    const at = slot << SLOT_SHIFT;
    return (this.words[at | TIME_HIGH_AND_KIND] & TIME_HIGH_MASK) * LOW_HALF + (this.words[at | TIME_LOW] >>> 0);
  }

  /** Takes the event that waits in a slot out before its time. Costs O(1), spread over as many cancellations. */
  cancel(slot: number): void {
    this.size--;
    this.words[slot << SLOT_SHIFT] += 3;
    if (++this.#dead > this.size + DEAD_SPARE) this.#sweep();
  }

  /** Moves the event that waits in a slot to another time, as if added now. Returns its new slot. */
  move(slot: number, timeLow: number, timeHigh: number): number {
    const at = slot << SLOT_SHIFT;
    const kind = this.words[at | TIME_HIGH_AND_KIND] >>> TIME_HIGH_BITS;
    const a = this.words[at | PAYLOAD_A];
    const b = this.words[at | PAYLOAD_B];
    this.cancel(slot);
    return this.add(timeLow, timeHigh, kind, a, b);
  }

  /** The time of the next event in microseconds, or Infinity. Changes nothing, but looks through the bucket it is in. */
  nextUs(): number {
    if (this.size === 0) return Infinity;
    for (let at = this.#bottomAt; at < this.#bottomEnd; at++) {
      const slot = this.words[at];
      if (!this.#isDead(slot)) return this.timeUsAt(slot);
    }
    let earliestUs = Infinity;
    for (let bucket = this.#firstBucket(); earliestUs === Infinity; bucket = this.#nextBucket(bucket + 1)) {
      const tail = this.words[TAILS + bucket];
      for (let at = this.words[HEADS + bucket]; at !== tail;) {
        const slot = this.words[at | 1];
        if (!this.#isDead(slot)) earliestUs = Math.min(earliestUs, this.timeUsAt(slot));
        at += 2;
        if (at !== tail && (at & BLOCK_MASK) === LINK) at = this.words[at];
      }
    }
    return earliestUs;
  }

  checkpoint(): EventQueueCheckpoint {
    return {
      nowUs: this.nowUs,
      memory: this.checkpointMemory(),
      registers: [
        this.taken,
        this.size,
        this.#freeSlot,
        this.#dead,
        this.#baseLow,
        this.#baseHigh,
        this.#bottomAt,
        this.#bottomEnd,
        this.#bottomShift,
        this.#wordsLow,
        this.#wordsHigh,
      ],
    };
  }

  restore(from: EventQueueCheckpoint): void {
    this.nowUs = from.nowUs;
    this.restoreMemory(from.memory);
    [this.taken, this.size, this.#freeSlot, this.#dead, this.#baseLow, this.#baseHigh] = from.registers;
    [this.#bottomAt, this.#bottomEnd, this.#bottomShift, this.#wordsLow, this.#wordsHigh] = from.registers.slice(6);
  }

  /** Puts an event where it belongs: into the bottom, or at the end of a bucket. */
  #place(timeLow: number, timeHigh: number, slot: number): void {
    let bucket: number;
    if (timeHigh === this.#baseHigh) {
      // 8 x the level; a time that is equal to the base belongs to level 0.
      const shift = (31 - Math.clz32((timeLow ^ this.#baseLow) | 1)) & 24;
      if (shift < this.#bottomShift) {
        this.#settle(timeLow, slot);
        return;
      }
      bucket = (shift << 5) | ((timeLow >>> shift) & 255);
    } else {
      const shift = (31 - Math.clz32(timeHigh ^ this.#baseHigh)) & 24;
      bucket = ((shift + 32) << 5) | ((timeHigh >>> shift) & 255);
    }
    this.#append(bucket, timeLow, slot);
  }

  #append(bucket: number, timeLow: number, slot: number): void {
    const { words } = this;
    const tail = words[TAILS + bucket] & ADDRESS_MASK;
    if ((tail & BLOCK_MASK) === LINK) {
      this.#appendToNew(bucket, timeLow, slot);
      return;
    }
    words[tail] = timeLow;
    words[tail | 1] = slot;
    words[TAILS + bucket] = tail + 2;
  }

  /** Appends to a bucket whose last chunk is full, or that is empty. */
  #appendToNew(bucket: number, timeLow: number, slot: number): void {
    const chunk = this.takeBlock();
    const { words } = this;
    const tail = words[TAILS + bucket];
    words[tail] = chunk;
    words[chunk] = timeLow | 0;
    words[chunk | 1] = slot | 0;
    words[TAILS + bucket] = chunk + 2;
    if (tail !== LINK) return;
    words[HEADS + bucket] = chunk;
    const word = bucket >> 5;
    words[BITS + word] |= 1 << (bucket & 31);
    if (word < 32) this.#wordsLow |= 1 << word;
    else this.#wordsHigh |= 1 << (word - 32);
  }

  /** Makes a bucket empty. Its chunks are released by whoever has read its head and tail. */
  #detach(bucket: number): void {
    const { words } = this;
    words[TAILS + bucket] = LINK;
    const word = bucket >> 5;
    const bits = words[BITS + word] & ~(1 << (bucket & 31));
    words[BITS + word] = bits;
    if (bits !== 0) return;
    if (word < 32) this.#wordsLow &= ~(1 << word);
    else this.#wordsHigh &= ~(1 << (word - 32));
  }

  /** Puts an event into the bottom, behind those of its time. */
  #settle(timeLow: number, slot: number): void {
    if (this.#bottomAt === this.#bottomEnd) {
      this.#bottomAt = BOTTOM;
      this.#bottomEnd = BOTTOM;
    } else if (this.#bottomEnd === BOTTOM_LIMIT && !this.#moveBottom()) {
      this.#spillBottom();
      this.#place(timeLow, this.#baseHigh, slot);
      return;
    }
    insert(this.words, this.#bottomAt, this.#bottomEnd, timeLow, slot);
    this.#bottomEnd++;
  }

  /** Moves the bottom to the start of its place, when that makes room enough to be worth it. */
  #moveBottom(): boolean {
    if (this.#bottomAt < BOTTOM_MIDDLE) return false;
    this.words.copyWithin(BOTTOM, this.#bottomAt, this.#bottomEnd);
    this.#bottomEnd -= this.#bottomAt - BOTTOM;
    this.#bottomAt = BOTTOM;
    return true;
  }

  /** The bottom has grown too large to keep in order by hand: it goes to the levels below the bucket it came from. */
  #spillBottom(): void {
    const end = this.#bottomEnd;
    this.#bottomShift = 0;
    for (let at = this.#bottomAt; at < end; at++) {
      const slot = this.words[at];
      this.#place(this.words[(slot << SLOT_SHIFT) | TIME_LOW], this.#baseHigh, slot);
    }
    this.#bottomAt = BOTTOM;
    this.#bottomEnd = BOTTOM;
  }

  /** Opens the first bucket in use, when it starts no later than `untilUs`: so the base never passes the present. */
  #open(untilUs: number): boolean {
    const bucket = this.#firstBucket();
    if (bucket === NONE || this.size === 0) return false;
    const shift = (bucket >> 8) << 3;
    const digit = bucket & 255;
    let low = 0;
    let high = this.#baseHigh;
    if (shift < 24) low = (this.#baseLow & (-256 << shift)) | (digit << shift);
    else if (shift === 24) low = digit << 24;
    else high = (high & (-256 << (shift - 32))) | (digit << (shift - 32));
    if (high * LOW_HALF + (low >>> 0) > untilUs) return false;
    this.#baseLow = low;
    this.#baseHigh = high;
    const head = this.words[HEADS + bucket];
    const tail = this.words[TAILS + bucket];
    const isSmall = ((head ^ tail) & ~BLOCK_MASK) === 0;
    if (shift === 0 || (isSmall && shift <= 24)) this.#serve(bucket, head, tail, shift);
    else this.#deal(bucket, head, tail);
    return true;
  }

  /** Sorts the first chunk of a bucket into the bottom: it is the only one, or all events are of one time. */
  #serve(bucket: number, head: number, tail: number, shift: number): void {
    const { words } = this;
    const link = (head & ~BLOCK_MASK) | LINK;
    const isLast = ((head ^ tail) & ~BLOCK_MASK) === 0;
    const end = isLast ? tail | 0 : link;
    let bottomEnd = BOTTOM;
    for (let at = head & ADDRESS_MASK; at < end; at += 2) insert(words, BOTTOM, bottomEnd++, words[at], words[at | 1]);
    this.#bottomShift = shift;
    this.#bottomAt = BOTTOM;
    this.#bottomEnd = bottomEnd;
    if (isLast) this.#detach(bucket);
    else words[HEADS + bucket] = words[link];
    this.releaseBlock(head & ~BLOCK_MASK);
  }

  /** Deals a large or far bucket out to the levels below it. */
  #deal(bucket: number, head: number, tail: number): void {
    const isFar = bucket >= 4 << 8;
    this.#bottomShift = 0;
    this.#detach(bucket);
    for (let at = head & ADDRESS_MASK; at !== 0;) {
      const { words } = this;
      const timeLow = words[at];
      const slot = words[at | 1];
      at = this.#leave(at, tail);
      const timeHigh = isFar ? words[(slot << SLOT_SHIFT) | TIME_HIGH_AND_KIND] & TIME_HIGH_MASK : this.#baseHigh;
      this.#place(timeLow, timeHigh, slot);
    }
  }

  /** The first bucket in use, levels from low to high, or -1. */
  #firstBucket(): number {
    let word = this.#wordsLow;
    if (word !== 0) {
      word = 31 - Math.clz32(word & -word);
    } else {
      word = this.#wordsHigh;
      if (word === 0) return NONE;
      word = 63 - Math.clz32(word & -word);
    }
    const bits = this.words[BITS + word];
    return (word << 5) + 31 - Math.clz32(bits & -bits);
  }

  /** The first bucket in use from one on, or BUCKETS. */
  #nextBucket(from: number): number {
    let bucket = from;
    while (bucket < BUCKETS && this.words[TAILS + bucket] === LINK) bucket++;
    return bucket;
  }

  /** The address of the entry behind one, or 0 behind the last before `tail`. A chunk that is left becomes free. */
  #leave(at: number, tail: number): number {
    const next = (at + 2) & ADDRESS_MASK;
    if ((next & BLOCK_MASK) !== LINK && next !== tail) return next;
    const following = next === tail ? 0 : this.words[next] & ADDRESS_MASK;
    this.releaseBlock(at & ~BLOCK_MASK);
    return following;
  }

  #isDead(slot: number): boolean {
    return (this.words[slot << SLOT_SHIFT] & 1) !== 0;
  }

  /** Frees the slot of a dead event, whose entry has just been dropped. */
  #bury(slot: number): void {
    const at = slot << SLOT_SHIFT;
    const { words } = this;
    const state = words[at] & ~1;
    this.#dead--;
    words[at] = state;
    if (state >= STATE_MAX) return;
    words[at | NEXT_FREE] = this.#freeSlot;
    this.#freeSlot = slot;
  }

  /** Buries every dead event, at a cost in proportion to all that lie here: more than half of them are dead. */
  #sweep(): void {
    const end = this.#bottomEnd;
    this.#bottomEnd = this.#bottomAt;
    for (let at = this.#bottomAt; at < end; at++) {
      const slot = this.words[at];
      if (this.#isDead(slot)) this.#bury(slot);
      else this.words[this.#bottomEnd++] = slot;
    }
    for (let bucket = this.#nextBucket(0); bucket < BUCKETS; bucket = this.#nextBucket(bucket + 1)) {
      const tail = this.words[TAILS + bucket];
      this.#detach(bucket);
      for (let at = this.words[HEADS + bucket]; at !== 0;) {
        const timeLow = this.words[at];
        const slot = this.words[at | 1];
        at = this.#leave(at, tail);
        if (this.#isDead(slot)) this.#bury(slot);
        else this.#append(bucket, timeLow, slot);
      }
    }
  }

  /** Makes a block of free slots. */
  #makeSlots(): void {
    const block = this.takeBlock();
    const { words } = this;
    for (let at = block + BLOCK - 8; at >= block; at -= 8) {
      words[at] = 2;
      words[at | NEXT_FREE] = this.#freeSlot;
      this.#freeSlot = at >> SLOT_SHIFT;
    }
  }
}

/** Inserts an event into the sorted ones from `first` to `end`. */
function insert(words: Int32Array, first: number, end: number, timeLow: number, slot: number): void {
  // The highest digit is the same in all of them, so that signed order is the order of time.
  let at = end;
  for (; at > first; at--) {
    const before = words[at - 1] & SLOT_MASK;
    if (words[(before << SLOT_SHIFT) | TIME_LOW] <= timeLow) break;
    words[at] = before;
  }
  words[at] = slot;
}
