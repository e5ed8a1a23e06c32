// Virtual time. The kernel holds what will happen and makes it happen, in order: it has no idea of what any of it means.
import { assert } from "../base/assert.ts";
import { Digest, type DigestState } from "./digest.ts";
import { EventQueue, WAITING_MAX, type EventHandler, type EventQueueCheckpoint } from "./event-queue.ts";
import type { EventHandle } from "./event-slots.ts";

export type { EventHandle, EventHandler };

/** Bounds on a run, each of which ends it with an honest verdict. */
export interface KernelLimits {
  /** Events handled, all runs together. */
  readonly eventsMax: number;
  /** The last moment that is lived, in microseconds. */
  readonly timeUsMax: number;
  /** Events that wait at one time: the memory limit, at most 2^22 (4 194 304). */
  readonly pendingMax: number;
}

/**
 * How a run ended. The present is then `atUs`.
 * - `reached`: every event up to the time asked for was handled; others may wait beyond it.
 * - `idle`: nothing waits any more.
 * - `stopped`: a handler called `stop`; its event was the last.
 * - `limit`: a limit stood in the way of the next event. `wall` is the caller's own, asked through `poll`.
 *   After `memory` an event has been refused, so that the history is no longer whole: every later run ends the same
 *   way at once, until a checkpoint is restored. After any other limit a later run goes on where this one ended.
 */
export type Ending =
  | { readonly type: "reached"; readonly atUs: number }
  | { readonly type: "idle"; readonly atUs: number }
  | { readonly type: "stopped"; readonly atUs: number }
  | { readonly type: "limit"; readonly limit: "events" | "time" | "memory" | "wall"; readonly atUs: number };

/** A whole kernel, as an independent copy; handlers and limits stay with the kernel. Opaque to all but a kernel. */
export interface KernelCheckpoint {
  readonly refusedEvent: boolean;
  readonly queue: EventQueueCheckpoint;
  readonly digest: DigestState;
}

// Constants that hot code reads are private to this module: the engine cannot fold those that cross its border.
const END_OF_TIME_US = Number.MAX_SAFE_INTEGER;
const KINDS = 256;
const EVENTS_PER_POLL = 4096;
const PER_LOW_HALF = 1 / 0x1_0000_0000;

/** The end of time: 2^53 - 1 microseconds, 285 years. */
export const TIME_US_MAX = END_OF_TIME_US;

export class Kernel {
  /** Covers every event in order, when the kernel was made with `digest` on (the default). Others may mix in more. */
  readonly digest = new Digest();
  readonly #digestOfEvents: Digest | undefined;
  readonly #eventsMax: number;
  readonly #timeUsMax: number;
  readonly #pendingMax: number;
  readonly #handlers = nobody.slice();
  readonly #queue: EventQueue;
  #isRunning = false;
  #stopAsked = false;
  #refusedEvent = false;

  /**
   * @param options.startUs the present at first, an integer from 0 (the default) to TIME_US_MAX.
   * @param options.limits those left out do not bind, save that pendingMax is 2^22.
   * @param options.digest whether each event is mixed into the digest; on unless said otherwise.
   */
  constructor(options: { startUs?: number; limits?: Partial<KernelLimits>; digest?: boolean } = {}) {
    const { startUs = 0, limits = {}, digest = true } = options;
    const { eventsMax = Infinity, timeUsMax = END_OF_TIME_US, pendingMax = WAITING_MAX } = limits;
    assert(Number.isSafeInteger(startUs) && startUs >= 0, "a run starts at a whole microsecond from 0 to 2^53 - 1");
    assert(eventsMax >= 0 && timeUsMax >= startUs, "the limits leave room for the start of a run");
    assert(pendingMax >= 0 && pendingMax <= WAITING_MAX, "pendingMax lies between 0 and 2^22");
    this.#eventsMax = eventsMax;
    this.#timeUsMax = Math.min(timeUsMax, END_OF_TIME_US);
    this.#pendingMax = pendingMax;
    this.#digestOfEvents = digest ? this.digest : undefined;
    this.#queue = new EventQueue(startUs);
  }

  /** The present, in microseconds: the time of the event in hand or, between runs, that reached by the last run. */
  get nowUs(): number {
    return this.#queue.nowUs;
  }

  /** Events handled so far, the one in hand included. */
  get eventsDone(): number {
    return this.#queue.taken;
  }

  /** Events that wait. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Says who acts on events of a kind, 0 to 255; whoever did before no longer does. */
  on(kind: number, handler: EventHandler): void {
    assert(Number.isInteger(kind) && kind >= 0 && kind < KINDS, "a kind is an integer from 0 to 255");
    this.#handlers[kind] = handler;
  }

  /**
   * Lets an event happen at a time, after all that are to happen at that time already.
   * @param atUs an integer from `nowUs` to TIME_US_MAX.
   * @param a @param b 32-bit integers, handed to the handler of the kind.
   * @returns its handle; or 0, when as many events wait as the limit allows. Then the event will not happen, and the run
   *   ends after the event in hand (a later run: at once) with the limit "memory".
   */
  schedule(atUs: number, kind: number, a: number, b: number): EventHandle {
    const queue = this.#queue;
    const high = (atUs * PER_LOW_HALF) | 0;
    const low = atUs | 0;
    const payloadA = a | 0;
    const payloadB = b | 0;
    const isTime = atUs >= queue.nowUs && atUs <= END_OF_TIME_US && Math.floor(atUs) === atUs;
    if (!isTime || (kind & 255) !== kind || payloadA !== a || payloadB !== b) believeEvent(isTime, kind, a, b);
    if (queue.size >= this.#pendingMax) return this.#refuse();
    return queue.handleOf(queue.add(low, high, kind, payloadA, payloadB));
  }

  /** Takes back an event. False, and nothing changes, when it happened or was cancelled already. Costs O(1). */
  cancel(handle: EventHandle): boolean {
    const slot = this.#queue.slotOf(handle);
    if (slot < 0) return false;
    this.#queue.cancel(slot);
    return true;
  }

  /**
   * Moves a waiting event to another time, where it takes its place as if scheduled now.
   * @param atUs an integer from `nowUs` to TIME_US_MAX.
   * @returns its new handle (the old one is stale); or 0, when it happened or was cancelled already.
   */
  reset(handle: EventHandle, atUs: number): EventHandle {
    const queue = this.#queue;
    assert(Number.isSafeInteger(atUs) && atUs >= queue.nowUs, TIME_BELIEF);
    const slot = queue.slotOf(handle);
    return slot < 0 ? 0 : queue.handleOf(queue.move(slot, atUs | 0, (atUs * PER_LOW_HALF) | 0));
  }

  /** Whether the event is still to happen. */
  isPending(handle: EventHandle): boolean {
    return this.#queue.slotOf(handle) >= 0;
  }

  /** When a waiting event is to happen, in microseconds; -1 when it happened or was cancelled. */
  atUsOf(handle: EventHandle): number {
    const slot = this.#queue.slotOf(handle);
    return slot < 0 ? -1 : this.#queue.timeUsAt(slot);
  }

  /** When the next event is to happen, in microseconds; Infinity when none waits. Looks through a part of the queue. */
  peekUs(): number {
    return this.#queue.nextUs();
  }

  /**
   * Handles every event up to and including a time, and moves the present there. What a handler throws comes out of
   * here: its event counts as done, and a later run goes on behind it.
   * @param untilUs an integer, no earlier than `nowUs`.
   * @param poll asked after every 4096 events; true ends the run with the limit "wall".
   */
  runUntil(untilUs: number, poll: () => boolean = never): Ending {
    assert(Number.isSafeInteger(untilUs) && untilUs >= this.nowUs, "a run ends at a whole microsecond not in the past");
    return this.#run(untilUs, poll);
  }

  /** Handles events until none waits, the present moving from one to the next. For the rest as `runUntil`. */
  runUntilIdle(poll: () => boolean = never): Ending {
    return this.#run(Infinity, poll);
  }

  /** Handles one event. False, and the present stays, when none waits or a limit stands in the way. */
  step(): boolean {
    this.#begin();
    try {
      if (this.#refusedEvent || this.eventsDone >= this.#eventsMax) return false;
      // To look for an event up to a bound, in vain, is to promise the queue that the present moves there.
      if (this.#timeUsMax < END_OF_TIME_US && this.peekUs() > this.#timeUsMax) return false;
      return this.#handleUpTo(this.#timeUsMax, 1) === 1;
    } finally {
      this.#isRunning = false;
    }
  }

  /** Called by a handler, ends the run after the event in hand. Between runs it does nothing. */
  stop(): void {
    this.#stopAsked = true;
    this.#queue.halts = true;
  }

  /** A copy of everything but handlers and limits. Taken in a handler, it holds the event in hand as done. */
  checkpoint(): KernelCheckpoint {
    return {
      refusedEvent: this.#refusedEvent,
      queue: this.#queue.checkpoint(),
      digest: this.digest.checkpoint(),
    };
  }

  /**
   * Goes back to a checkpoint of this kernel or of another one. Handles given out before the checkpoint name the same
   * events again; those given out after it must be forgotten. Not for handlers: a run cannot be put back under itself.
   */
  restore(from: KernelCheckpoint): void {
    assert(!this.#isRunning, "a kernel is restored between runs");
    this.#refusedEvent = from.refusedEvent;
    this.#queue.restore(from.queue);
    this.digest.restore(from.digest);
  }

  #run(untilUs: number, poll: () => boolean): Ending {
    this.#begin();
    try {
      return this.#runWithin(untilUs, poll);
    } finally {
      this.#isRunning = false;
    }
  }

  #begin(): void {
    assert(!this.#isRunning, "a handler does not run the kernel that runs it");
    this.#isRunning = true;
    this.#stopAsked = false;
    this.#queue.halts = this.#refusedEvent;
  }

  #runWithin(untilUs: number, poll: () => boolean): Ending {
    const boundUs = Math.min(untilUs, this.#timeUsMax);
    for (;;) {
      if (this.#refusedEvent) return this.#limit("memory");
      if (this.#stopAsked) return { type: "stopped", atUs: this.nowUs };
      const left = this.#eventsMax - this.eventsDone;
      if (left <= 0 && this.peekUs() <= boundUs) return this.#limit("events");
      const burst = Math.min(left, EVENTS_PER_POLL);
      const done = this.#handleUpTo(boundUs, burst);
      if (this.#queue.halts) continue;
      if (done < burst || left <= 0) return this.#endAtBound(untilUs, boundUs);
      if (poll()) return this.#limit("wall");
    }
  }

  /** No event is left up to the bound: the present moves there, save that an idle run stays at its last event. */
  #endAtBound(untilUs: number, boundUs: number): Ending {
    if (untilUs === Infinity && this.pending === 0) return { type: "idle", atUs: this.nowUs };
    this.#queue.nowUs = boundUs;
    return untilUs > boundUs ? this.#limit("time") : { type: "reached", atUs: boundUs };
  }

  #handleUpTo(boundUs: number, count: number): number {
    return this.#queue.handle(boundUs, count, this.#handlers, this.#digestOfEvents);
  }

  #refuse(): EventHandle {
    this.#refusedEvent = true;
    this.#queue.halts = true;
    return 0;
  }

  #limit(limit: "events" | "time" | "memory" | "wall"): Ending {
    return { type: "limit", limit, atUs: this.nowUs };
  }
}

const TIME_BELIEF = "an event is scheduled for a whole microsecond, from the present to 2^53 - 1";

/** Says which belief about an event is broken. The caller has found that one is, at less cost. */
function believeEvent(isTime: boolean, kind: number, a: number, b: number): void {
  assert(isTime, TIME_BELIEF);
  assert((kind & 255) === kind, "a kind is an integer from 0 to 255");
  assert((a | 0) === a && (b | 0) === b, "a payload is two 32-bit integers");
}

const nobody: readonly EventHandler[] = Array.from({ length: KINDS }, () => unhandled);

function never(): boolean {
  return false;
}

function unhandled(): void {
  assert(false, "an event that happens has a handler for its kind");
}
