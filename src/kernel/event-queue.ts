// The events that wait, and the loop that makes them happen: by time, and within one time in the order scheduled.
//
// A timing wheel of eight-bit digits. A bucket of level L holds the events whose time first differs from the base in
// digit L; the base is the start of the bucket opened last, and no event lies before it. To find the next event, the
// first bucket of the lowest level in use is opened: a small one is sorted into the bottom, from which events are taken;
// a large one is dealt out to the levels below. Events are only ever appended to buckets, and taken from them in order,
// so those of one time keep the order they were scheduled in, and need no sequence number.
//
// All of it lies in one typed array, since what costs most in a typed array is to reach it.
import type { BlockMemoryCheckpoint } from "./block-memory.ts";
import type { Digest } from "./digest.ts";
import { EventSlots, layout } from "./event-slots.ts";

/** Acts on an event of one kind. `a` and `b` are its payload: two 32-bit integers that mean what the kind says. */
export type EventHandler = (a: number, b: number) => void;

/** Everything about a queue, as an independent copy. */
export interface EventQueueCheckpoint {
  readonly nowUs: number;
  readonly memory: BlockMemoryCheckpoint;
  /** The other fields, in an order that only the queue knows. */
  readonly registers: readonly number[];
}

/** The most events that may wait in one queue. As many cancelled entries may lie among theirs until they are swept out. */
export const WAITING_MAX = 2 ** 22;

// Constants that hot code reads are private to this module: the engine cannot fold those that cross its border.
const {
  block: BLOCK,
  slotShift: SLOT_SHIFT,
  slotMask: SLOT_MASK,
  timeLow: TIME_LOW,
  timeHighAndKind: TIME_HIGH_AND_KIND,
  timeHighBits: TIME_HIGH_BITS,
  payloadA: PAYLOAD_A,
  payloadB: PAYLOAD_B,
  place: ENTRY,
} = layout;
const TIME_HIGH_MASK = (1 << TIME_HIGH_BITS) - 1;
const NONE = -1;
const LOW_HALF = 0x1_0000_0000;
const LEVELS = 7;
const BUCKETS = LEVELS << 8;
const BLOCK_MASK = BLOCK - 1;
const ADDRESS_MASK = 2 ** 27 - 1;
// A bucket is a chain of chunks. An entry is two words: the low half of a time, and a slot, or 0 when it was cancelled. A
// chunk is a block of 31 entries and a link to the next chunk. A tail is the address of the next entry, or of the link
// when the chunk is full; that of an empty bucket is the link of block 0, which is nothing else. The place of an event,
// in its slot, is the address of its entry, or 0 in the bottom.
const LINK = 62;
const HEADS = BLOCK;
const TAILS = HEADS + BUCKETS;
const BITS = TAILS + BUCKETS;
// The bottom holds slots only, one word each.
const BOTTOM = BITS + BLOCK;
const BOTTOM_MIDDLE = BOTTOM + BLOCK / 2;
const BOTTOM_LIMIT = BOTTOM + BLOCK;
const MEMORY_AT_FIRST = 2 ** 13;
/** Cancelled entries are swept away when they outnumber the events that wait by this many. */
const CANCELLED_SPARE = 256;

export class EventQueue extends EventSlots {
  // Half-integers at first make the engine keep these as doubles from the start, not only when they grow large.
  /** The present: the time of the event taken last, in microseconds, or where its owner has moved it since. */
  nowUs = 0.5;
  /** Events taken so far. */
  taken = 0.5;
  /** Set by anybody, ends `handle` after the event in hand. */
  halts = false;

  /** Cancelled entries that still lie in buckets. */
  #cancelled = 0;
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
    super({ table: BOTTOM_LIMIT, first: MEMORY_AT_FIRST });
    this.words.fill(LINK, TAILS, BITS);
    this.nowUs = nowUs;
    this.taken = 0;
  }

  /**
   * Adds an event and returns its slot, which is its own until it is taken or cancelled. The time is given in halves, the
   * low 32 bits and the high 21, and lies neither before `nowUs` nor before any bound that `handle` reached.
   */
  add(timeLow: number, timeHigh: number, kind: number, a: number, b: number): number {
    // All in one piece, too large for the engine to put into `Kernel.schedule`: which stays small, is put into the code
    // of whoever schedules, and there needs no boxes for the time and the handle.
    if (this.freeSlot === 0) this.makeSlots();
    const { words } = this;
    const slot = this.freeSlot & SLOT_MASK;
    const at = slot << SLOT_SHIFT;
    this.freeSlot = words[at | ENTRY];
    this.size = (this.size + 1) | 0;
    // The engine takes `| 0` as a promise: without it, a word becomes a double on its way into the array.
    words[at | TIME_LOW] = timeLow | 0;
    words[at | TIME_HIGH_AND_KIND] = timeHigh | (kind << TIME_HIGH_BITS);
    words[at | PAYLOAD_A] = a | 0;
    words[at | PAYLOAD_B] = b | 0;
    if (timeHigh !== this.#baseHigh) {
      this.#appendFar(timeHigh, timeLow, slot);
      return slot;
    }
    // 8 x the level; a time that is equal to the base belongs to level 0.
    const shift = (31 - Math.clz32((timeLow ^ this.#baseLow) | 1)) & 24;
    if (shift < this.#bottomShift) {
      // Into the bottom, behind those of its time.
      if (this.#bottomAt === this.#bottomEnd) {
        this.#bottomAt = BOTTOM;
        this.#bottomEnd = BOTTOM;
      } else if (this.#bottomEnd === BOTTOM_LIMIT && !this.#moveBottom()) {
        this.#spillBottom(timeLow, slot);
        return slot;
      }
      insert(words, this.#bottomAt, this.#bottomEnd, timeLow, slot);
      this.#bottomEnd++;
      return slot;
    }
    // `#append` written out, here and where buckets are dealt out: the call would be a tenth of what an event costs.
    const bucket = (shift << 5) | ((timeLow >>> shift) & 255);
    const tail = words[TAILS + bucket] & ADDRESS_MASK;
    if ((tail & BLOCK_MASK) === LINK) {
      this.#appendToNew(bucket, timeLow, slot);
      return slot;
    }
    words[tail] = timeLow | 0;
    words[tail | 1] = slot;
    words[TAILS + bucket] = tail + 2;
    words[at | ENTRY] = tail;
    return slot;
  }

  /**
   * Takes up to `count` events no later than `untilUs`, one after another, and has each handled: the present moves to it,
   * it is mixed into the digest, and the handler of its kind is called. Returns how many there were. When it ends for
   * want of events, the bound is reached: the owner moves the present there, unless none waits at all.
   */
  handle(untilUs: number, count: number, handlers: readonly EventHandler[], digest: Digest | undefined): number {
    let done = 0;
    while (done < count) {
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
      done++;
      this.nowUs = timeUs;
      this.taken++;
      this.releaseSlot(slot);
      const timeHighAndKind = words[at | TIME_HIGH_AND_KIND];
      const a = words[at | PAYLOAD_A];
      const b = words[at | PAYLOAD_B];
      if (digest !== undefined) digest.mix4(timeLow, timeHighAndKind, a, b);
      handlers[timeHighAndKind >>> TIME_HIGH_BITS](a, b);
      if (this.halts) break;
    }
    return done;
  }

  /** Takes the event that waits in a slot out before its time. Costs O(1), spread over as many cancellations. */
  cancel(slot: number): void {
    const entry = this.words[(slot << SLOT_SHIFT) | ENTRY];
    this.releaseSlot(slot);
    if (entry === 0) {
      this.#unsettle(slot);
      return;
    }
    this.words[entry | 1] = 0;
    if (++this.#cancelled > this.size + CANCELLED_SPARE) this.#sweep();
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
    if (this.#bottomAt !== this.#bottomEnd) return this.timeUsAt(this.words[this.#bottomAt]);
    let earliestUs = Infinity;
    for (let bucket = this.#firstBucket(); earliestUs === Infinity; bucket = this.#nextBucket(bucket + 1)) {
      const tail = this.words[TAILS + bucket];
      for (let at = this.words[HEADS + bucket]; at !== tail; at += 2) {
        if ((at & BLOCK_MASK) === LINK) at = this.words[at];
        const slot = this.words[at | 1];
        if (slot !== 0) earliestUs = Math.min(earliestUs, this.timeUsAt(slot));
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
        this.freeSlot,
        this.#cancelled,
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
    [this.taken, this.size, this.freeSlot, this.#cancelled, this.#baseLow, this.#baseHigh] = from.registers;
    [this.#bottomAt, this.#bottomEnd, this.#bottomShift, this.#wordsLow, this.#wordsHigh] = from.registers.slice(6);
  }

  /** Puts an event at the end of a bucket of the far levels, which lie in the high half of the time. */
  #appendFar(timeHigh: number, timeLow: number, slot: number): void {
    const shift = (31 - Math.clz32(timeHigh ^ this.#baseHigh)) & 24;
    this.#append(((shift + 32) << 5) | ((timeHigh >>> shift) & 255), timeLow, slot);
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
    words[((slot & SLOT_MASK) << SLOT_SHIFT) | ENTRY] = tail;
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
    words[((slot & SLOT_MASK) << SLOT_SHIFT) | ENTRY] = chunk;
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

  /** Takes an event out of the bottom. */
  #unsettle(slot: number): void {
    const { words } = this;
    let at = this.#bottomAt;
    while (words[at] !== slot) at++;
    this.#bottomEnd--;
    for (; at < this.#bottomEnd; at++) words[at] = words[at + 1];
  }

  /** Moves the bottom to the start of its place, when that makes room enough to be worth it. */
  #moveBottom(): boolean {
    if (this.#bottomAt < BOTTOM_MIDDLE) return false;
    this.words.copyWithin(BOTTOM, this.#bottomAt, this.#bottomEnd);
    this.#bottomEnd -= this.#bottomAt - BOTTOM;
    this.#bottomAt = BOTTOM;
    return true;
  }

  /** The bottom has grown too large to keep in order by hand: with one event more, it is dealt out after all. */
  #spillBottom(timeLow: number, slot: number): void {
    const shift = this.#bottomShift;
    const bucket = (shift << 5) | ((this.#baseLow >>> shift) & 255);
    for (let at = this.#bottomAt; at < this.#bottomEnd; at++) {
      this.#append(bucket, this.words[(this.words[at] << SLOT_SHIFT) | TIME_LOW], this.words[at]);
    }
    this.#append(bucket, timeLow, slot);
    this.#bottomAt = BOTTOM;
    this.#bottomEnd = BOTTOM;
    this.#deal(bucket, this.words[HEADS + bucket], this.words[TAILS + bucket]);
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
    for (let at = head & ADDRESS_MASK; at < end; at += 2) {
      const slot = words[at | 1];
      if (slot !== 0) insert(words, BOTTOM, bottomEnd++, words[at], slot);
      else this.#cancelled--;
    }
    this.#bottomShift = shift;
    this.#bottomAt = BOTTOM;
    this.#bottomEnd = bottomEnd;
    if (isLast) this.#detach(bucket);
    else words[HEADS + bucket] = words[link];
    this.releaseBlock(head & ~BLOCK_MASK);
  }

  /** Deals a large or far bucket, which starts at the base, out to the levels below it. */
  #deal(bucket: number, head: number, tail: number): void {
    const isFar = bucket >= 4 << 8;
    this.#bottomShift = 0;
    this.#detach(bucket);
    for (let at = head & ADDRESS_MASK; at !== 0;) {
      const { words } = this;
      const timeLow = words[at];
      const slot = words[at | 1] & SLOT_MASK;
      at = this.#leave(at, tail | 0);
      if (slot === 0) {
        this.#cancelled--;
        continue;
      }
      const slotAt = slot << SLOT_SHIFT;
      if (isFar && (words[slotAt | TIME_HIGH_AND_KIND] & TIME_HIGH_MASK) !== this.#baseHigh) {
        this.#appendFar(words[slotAt | TIME_HIGH_AND_KIND] & TIME_HIGH_MASK, timeLow, slot);
        continue;
      }
      const shift = (31 - Math.clz32((timeLow ^ this.#baseLow) | 1)) & 24;
      const to = (shift << 5) | ((timeLow >>> shift) & 255);
      const end = words[TAILS + to] & ADDRESS_MASK;
      if ((end & BLOCK_MASK) === LINK) {
        this.#appendToNew(to, timeLow, slot);
        continue;
      }
      words[end] = timeLow;
      words[end | 1] = slot;
      words[TAILS + to] = end + 2;
      words[slotAt | ENTRY] = end;
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

  /** Drops every cancelled entry. It walks through all entries, more than half of them cancelled. */
  #sweep(): void {
    this.#cancelled = 0;
    for (let bucket = this.#nextBucket(0); bucket < BUCKETS; bucket = this.#nextBucket(bucket + 1)) {
      const { words } = this;
      const tail = words[TAILS + bucket];
      const head = words[HEADS + bucket];
      let kept = head;
      for (let at = head; at !== tail; at += 2) {
        if ((at & BLOCK_MASK) === LINK) at = words[at];
        const slot = words[at | 1];
        if (slot === 0) continue;
        if ((kept & BLOCK_MASK) === LINK) kept = words[kept];
        words[kept] = words[at];
        words[kept | 1] = slot;
        words[(slot << SLOT_SHIFT) | ENTRY] = kept;
        kept += 2;
      }
      this.#cutOff(bucket, head, kept, tail);
    }
  }

  /** Makes a bucket end at an address before its tail. */
  #cutOff(bucket: number, head: number, end: number, tail: number): void {
    const last = tail & ~BLOCK_MASK;
    for (let chunk = end & ~BLOCK_MASK; chunk !== last;) {
      chunk = this.words[chunk | LINK];
      this.releaseBlock(chunk);
    }
    if (end !== head) {
      this.words[TAILS + bucket] = end;
      return;
    }
    this.#detach(bucket);
    this.releaseBlock(head);
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
  words[((slot & SLOT_MASK) << SLOT_SHIFT) | ENTRY] = 0;
}
