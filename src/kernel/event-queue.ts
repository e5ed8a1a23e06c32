// The events that wait, in the order they will happen: by time, and within one time in the order they were scheduled.
//
// A timing wheel of eight-bit digits. A bucket of level L holds the events whose time first differs from the base in
// digit L; the base is the start of the bucket opened last, and no event lies before it. To find the next event, the
// first bucket of the lowest level in use is opened: a small one is sorted and served as it is (the bottom), a large one
// is dealt out to the levels below. Events are only ever appended to buckets and dealt out in order, so those of one
// time keep the order they were scheduled in, and need no sequence number.
import { Buckets, CHUNK, type BucketsCheckpoint } from "./buckets.ts";
import * as slots from "./event-slots.ts";
import { EventSlots, type EventHandle, type EventSlotsCheckpoint } from "./event-slots.ts";

const LOW_HALF = 0x1_0000_0000;
const BOTTOM_MAX = CHUNK * 2;
/** Cancelled events are swept away when they outnumber those that wait by this many. */
const DEAD_SPARE = 256;
const NONE = -1;

/** Everything about a queue, as an independent copy. */
export interface EventQueueCheckpoint {
  readonly slots: EventSlotsCheckpoint;
  readonly buckets: BucketsCheckpoint;
  readonly bottom: Int32Array;
  readonly base: readonly [low: number, high: number];
  readonly front: number;
  readonly bottomLevel: number;
}

export class EventQueue {
  /** The event taken last: its time in microseconds, kind and payload. */
  timeUs = 0.5;
  kind = 0;
  a = 0;
  b = 0;
  /** The low 32 bits of its time; and the high 21 bits, with the kind above them. */
  timeLow = 0;
  timeHighAndKind = 0;

  readonly #slots = new EventSlots();
  readonly #buckets = new Buckets();
  /** Events of the opened bucket in order, two words each as in a bucket, from `#bottomAt` up to `#bottomEnd`. */
  readonly #bottom = new Int32Array(BOTTOM_MAX << 1);
  #bottomAt = 0;
  #bottomEnd = 0;
  /** An event that differs from the base first in a digit below this goes to the bottom. */
  #bottomLevel = 0;
  /** The bucket of level 0 that is being served, or -1. Then the bottom is empty. */
  #front = NONE;
  #baseLow = 0;
  #baseHigh = 0;

  /** Events that wait; those cancelled do not count. */
  get size(): number {
    return this.#slots.live;
  }

  /** Slots in use: the events that wait, and the cancelled ones not swept away yet. */
  get sizeWithDead(): number {
    return this.#slots.live + this.#slots.dead;
  }

  /**
   * Adds an event and returns its handle. The time is given as two halves (low 32 bits, high 21 bits), and is not
   * before that of the event taken last, nor before any bound that `take` was given in vain.
   */
  add(timeLow: number, timeHigh: number, kind: number, a: number, b: number): EventHandle {
    const slot = this.#slots.add(timeLow, timeHigh | (kind << slots.TIME_HIGH_BITS), a, b);
    this.#place(timeLow, timeHigh, slot);
    return this.#slots.handleOf(slot);
  }

  /** Takes the next event into the fields of this queue, when there is one no later than `untilUs`. */
  take(untilUs: number): boolean {
    for (;;) {
      let slot: number;
      let timeUs: number;
      if (this.#bottomAt !== this.#bottomEnd) {
        const at = this.#bottomAt << 1;
        slot = this.#bottom[at + 1];
        timeUs = this.#baseHigh * LOW_HALF + (this.#bottom[at] >>> 0);
        if (timeUs > untilUs) return false;
        this.#bottomAt++;
      } else if (this.#front !== NONE) {
        timeUs = this.#baseHigh * LOW_HALF + (this.#baseLow >>> 0);
        if (timeUs > untilUs) return false;
        slot = this.#takeFront();
      } else {
        if (!this.#open(untilUs)) return false;
        continue;
      }
      if (this.#slots.isDead(slot)) {
        this.#slots.bury(slot);
        continue;
      }
      this.#deliver(slot, timeUs);
      return true;
    }
  }

  /** Takes an event out before its time. False when it is not waiting. */
  cancel(handle: EventHandle): boolean {
    const slot = this.#slots.slotOf(handle);
    if (slot === NONE) return false;
    this.#slots.kill(slot);
    if (this.#slots.dead > this.#slots.live + DEAD_SPARE) this.#sweep();
    return true;
  }

  isWaiting(handle: EventHandle): boolean {
    return this.#slots.slotOf(handle) !== NONE;
  }

  /** The time of an event that waits, in microseconds, or -1. */
  timeUsOf(handle: EventHandle): number {
    const slot = this.#slots.slotOf(handle);
    return slot === NONE ? -1 : this.#timeUsAt(slot);
  }

  /** Moves an event that waits to another time, behind all that wait for that time. Returns its new handle, or 0. */
  move(handle: EventHandle, timeLow: number, timeHigh: number): EventHandle {
    const slot = this.#slots.slotOf(handle);
    if (slot === NONE) return 0;
    const at = slot << slots.RECORD_SHIFT;
    const words = this.#slots.words;
    const kind = words[at + slots.TIME_HIGH_AND_KIND] >>> slots.TIME_HIGH_BITS;
    const a = words[at + slots.PAYLOAD_A];
    const b = words[at + slots.PAYLOAD_B];
    this.cancel(handle);
    return this.add(timeLow, timeHigh, kind, a, b);
  }

  /** The time of the next event in microseconds, or Infinity when none waits. Looks through the bucket it lies in. */
  nextUs(): number {
    if (this.#slots.live === 0) return Infinity;
    for (let at = this.#bottomAt; at < this.#bottomEnd; at++) {
      const slot = this.#bottom[(at << 1) + 1];
      if (!this.#slots.isDead(slot)) return this.#timeUsAt(slot);
    }
    let bucket = this.#buckets.first();
    for (; bucket !== NONE; bucket = this.#buckets.after(bucket)) {
      const earliestUs = this.#earliestUsIn(bucket);
      if (earliestUs !== Infinity) return earliestUs;
    }
    return Infinity;
  }

  checkpoint(): EventQueueCheckpoint {
    return {
      slots: this.#slots.checkpoint(),
      buckets: this.#buckets.checkpoint(),
      bottom: this.#bottom.slice(this.#bottomAt << 1, this.#bottomEnd << 1),
      base: [this.#baseLow, this.#baseHigh],
      front: this.#front,
      bottomLevel: this.#bottomLevel,
    };
  }

  restore(from: EventQueueCheckpoint): void {
    this.#slots.restore(from.slots);
    this.#buckets.restore(from.buckets);
    this.#bottom.set(from.bottom);
    this.#bottomAt = 0;
    this.#bottomEnd = from.bottom.length >> 1;
    [this.#baseLow, this.#baseHigh] = from.base;
    this.#front = from.front;
    this.#bottomLevel = from.bottomLevel;
  }

  #timeUsAt(slot: number): number {
    const at = slot << slots.RECORD_SHIFT;
    const words = this.#slots.words;
    const high = words[at + slots.TIME_HIGH_AND_KIND] & slots.TIME_HIGH_MASK;
    return high * LOW_HALF + (words[at + slots.TIME_LOW] >>> 0);
  }

  #deliver(slot: number, timeUs: number): void {
    const at = slot << slots.RECORD_SHIFT;
    const words = this.#slots.words;
    this.timeUs = timeUs;
    this.timeLow = words[at + slots.TIME_LOW];
    this.timeHighAndKind = words[at + slots.TIME_HIGH_AND_KIND];
    this.kind = this.timeHighAndKind >>> slots.TIME_HIGH_BITS;
    this.a = words[at + slots.PAYLOAD_A];
    this.b = words[at + slots.PAYLOAD_B];
    this.#slots.fire(slot);
  }

  #place(timeLow: number, timeHigh: number, slot: number): void {
    if (timeHigh !== this.#baseHigh) {
      const far = (31 - Math.clz32(timeHigh ^ this.#baseHigh)) >> 3;
      this.#buckets.append(((4 + far) << 8) | ((timeHigh >>> (far << 3)) & 255), timeLow, slot);
      return;
    }
    const level = (31 - Math.clz32((timeLow ^ this.#baseLow) | 1)) >> 3;
    if (level < this.#bottomLevel) this.#settle(timeLow, slot);
    else this.#buckets.append((level << 8) | ((timeLow >>> (level << 3)) & 255), timeLow, slot);
  }

  /** Puts an event into its place in the bottom, behind those of its time. */
  #settle(timeLow: number, slot: number): void {
    const bottom = this.#bottom;
    if (this.#bottomAt === this.#bottomEnd) {
      this.#bottomAt = 0;
      this.#bottomEnd = 0;
    } else if (this.#bottomEnd === BOTTOM_MAX && !this.#moveDown()) {
      this.#spill();
      this.#place(timeLow, this.#baseHigh, slot);
      return;
    }
    // Within the bottom the highest digit of the low halves is the same, so that signed order is time order.
    const first = this.#bottomAt << 1;
    let at = this.#bottomEnd << 1;
    for (; at > first && bottom[at - 2] > timeLow; at -= 2) {
      bottom[at] = bottom[at - 2];
      bottom[at + 1] = bottom[at - 1];
    }
    bottom[at] = timeLow;
    bottom[at + 1] = slot;
    this.#bottomEnd++;
  }

  /** Moves the bottom to the start of its array, when that makes room enough to be worth it. */
  #moveDown(): boolean {
    if (this.#bottomAt < BOTTOM_MAX >> 1) return false;
    this.#bottom.copyWithin(0, this.#bottomAt << 1, this.#bottomEnd << 1);
    this.#bottomEnd -= this.#bottomAt;
    this.#bottomAt = 0;
    return true;
  }

  /** The bottom has grown too large to keep sorted: deals it out to the levels below the bucket it came from. */
  #spill(): void {
    const bottom = this.#bottom;
    const end = this.#bottomEnd << 1;
    this.#bottomLevel = 0;
    for (let at = this.#bottomAt << 1; at < end; at += 2) this.#place(bottom[at], this.#baseHigh, bottom[at + 1]);
    this.#bottomAt = 0;
    this.#bottomEnd = 0;
  }

  #takeFront(): number {
    const buckets = this.#buckets;
    const front = this.#front;
    const head = buckets.heads[front];
    const slot = buckets.entries[(head << 1) + 1];
    const next = buckets.leave(head, buckets.tails[front]);
    if (next !== 0) {
      buckets.heads[front] = next;
    } else {
      buckets.detach(front);
      this.#front = NONE;
    }
    return slot;
  }

  /** Opens the first bucket in use, when it starts no later than `untilUs`: so the base never passes the present. */
  #open(untilUs: number): boolean {
    const bucket = this.#buckets.first();
    if (bucket === NONE || this.#slots.live === 0) return false;
    const level = bucket >> 8;
    const digit = bucket & 255;
    let low = 0;
    let high = this.#baseHigh;
    if (level < 3) low = (this.#baseLow & (-1 << ((level + 1) << 3))) | (digit << (level << 3));
    else if (level === 3) low = digit << 24;
    else high = (high & (-1 << ((level - 3) << 3))) | (digit << ((level - 4) << 3));
    if (high * LOW_HALF + (low >>> 0) > untilUs) return false;
    this.#baseLow = low;
    this.#baseHigh = high;
    this.#bottomLevel = 0;
    if (level === 0) this.#front = bucket;
    else if (level < 4 && this.#buckets.isSmall(bucket)) this.#serve(bucket, level);
    else this.#deal(bucket);
    return true;
  }

  /** Sorts a small bucket into the bottom. */
  #serve(bucket: number, level: number): void {
    const buckets = this.#buckets;
    const tail = buckets.tails[bucket];
    let position = buckets.heads[bucket];
    buckets.detach(bucket);
    this.#bottomLevel = level;
    for (; position !== 0; position = buckets.leave(position, tail)) {
      this.#settle(buckets.entries[position << 1], buckets.entries[(position << 1) + 1]);
    }
  }

  /** Deals a large bucket out to the levels below it. */
  #deal(bucket: number): void {
    const buckets = this.#buckets;
    const tail = buckets.tails[bucket];
    const isFar = bucket >> 8 >= 4;
    let position = buckets.heads[bucket];
    buckets.detach(bucket);
    while (position !== 0) {
      const timeLow = buckets.entries[position << 1];
      const slot = buckets.entries[(position << 1) + 1];
      // Left before it is placed again, so that a chunk that becomes free serves at once.
      position = buckets.leave(position, tail);
      this.#place(timeLow, isFar ? this.#timeHighAt(slot) : this.#baseHigh, slot);
    }
  }

  #timeHighAt(slot: number): number {
    return this.#slots.words[(slot << slots.RECORD_SHIFT) + slots.TIME_HIGH_AND_KIND] & slots.TIME_HIGH_MASK;
  }

  #earliestUsIn(bucket: number): number {
    const buckets = this.#buckets;
    const tail = buckets.tails[bucket];
    let earliestUs = Infinity;
    for (let position = buckets.heads[bucket]; position !== 0; position = buckets.following(position, tail)) {
      const slot = buckets.entries[(position << 1) + 1];
      if (this.#slots.isDead(slot)) continue;
      const timeUs = this.#timeUsAt(slot);
      if (timeUs < earliestUs) earliestUs = timeUs;
    }
    return earliestUs;
  }

  /** Buries every cancelled event. It takes time in proportion to all that lie here, and is paid for by as many cancels. */
  #sweep(): void {
    const bottom = this.#bottom;
    let kept = this.#bottomAt << 1;
    for (let at = kept; at < this.#bottomEnd << 1; at += 2) {
      if (this.#buried(bottom[at + 1])) continue;
      bottom[kept] = bottom[at];
      bottom[kept + 1] = bottom[at + 1];
      kept += 2;
    }
    this.#bottomEnd = kept >> 1;
    for (let bucket = this.#buckets.first(); bucket !== NONE; bucket = this.#buckets.after(bucket)) {
      this.#sweepBucket(bucket);
    }
  }

  #sweepBucket(bucket: number): void {
    const buckets = this.#buckets;
    const tail = buckets.tails[bucket];
    let position = buckets.heads[bucket];
    buckets.detach(bucket);
    while (position !== 0) {
      const timeLow = buckets.entries[position << 1];
      const slot = buckets.entries[(position << 1) + 1];
      position = buckets.leave(position, tail);
      if (!this.#buried(slot)) buckets.append(bucket, timeLow, slot);
    }
    if (bucket === this.#front && buckets.tails[bucket] === 0) this.#front = NONE;
  }

  #buried(slot: number): boolean {
    const isDead = this.#slots.isDead(slot);
    if (isDead) this.#slots.bury(slot);
    return isDead;
  }
}
