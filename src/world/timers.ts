// The timers of all nodes, each known by its node and a name, on the monotonic clock of its node. They die with the
// incarnation that set them. A timer is a record of numbers in one table: what a thousand nodes set lies close together.

import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import { compareValues } from "../base/plain-order.ts";
import type { EventHandle } from "../kernel/kernel.ts";
import type { Stream } from "../kernel/streams.ts";
import { effectTag, eventKind, type Ground } from "./ground.ts";
import { oddity } from "./node-table.ts";
import type { NodeTime } from "./node-time.ts";

/**
 * - `idle`: not armed. `armed`: a kernel event is due. `stopped`: armed on a clock that stands still.
 * - `suppressed`: came due while a fault kept it from firing. `waiting`: came due and waits in the node's inbox.
 */
const phase = { idle: 0, armed: 1, stopped: 2, suppressed: 3, waiting: 4 } as const;

/** What is to be known of a node to set its timers. */
interface TimedNode {
  readonly index: number;
  readonly id: NodeId;
  readonly subject: string;
  readonly time: NodeTime;
}

interface Suppression {
  readonly strike: number;
  readonly prefixes: readonly string[];
}

interface TimerRecord {
  readonly slot: number;
  readonly node: number;
  readonly name: string;
  readonly handle: EventHandle;
  readonly dueMonotonicUs: number;
  readonly state: number;
}

export interface TimersCheckpoint {
  readonly timers: readonly TimerRecord[];
  readonly free: readonly number[];
  readonly slots: number;
  readonly knownMax: number;
  readonly armings: number;
  readonly suppressions: readonly (readonly [node: number, suppressions: readonly Suppression[]])[];
}

// Constants that hot code reads are private to this module: the engine cannot fold those that cross its border.
const { timersStand: TIMERS_STAND } = oddity;
const ODD_TIME = oddity.clock | oddity.timersStand;
const { setTimer: SET_TIMER, cancelTimer: CANCEL_TIMER } = effectTag;
const { timer: TIMER_EVENT } = eventKind;

/** Ten years: a timer set further than any run lasts, such as to "never", stays within what time can be counted in. */
const DELAY_US_MAX = 315_360_000_000_000;
/** Timers known at first before those that are idle are forgotten; names made of request numbers would pile up. */
const KNOWN_AT_FIRST = 256;
/** Names of the timers of one node end in this many ways, about. */
const ENDS = 13;

// A record is 32 bytes: two doubles, and then four integers.
const DOUBLES = 4;
const HANDLE = 0;
/** Reading of the monotonic clock at which it fires. */
const DUE_US = 1;
const INTS = 8;
const NAME = 4;
const NODE = 5;
/** Its phase, and above that the ordinal of its last setting: what waits in an inbox is stale when that has moved on. */
const STATE = 6;
/** The node's record before this one, or NONE. */
const NEXT = 7;
const PHASE_BITS = 3;
const PHASE_MASK = (1 << PHASE_BITS) - 1;
/** The delay of a timer that stands. */
const NEVER = -1;
const ARMING_MASK = 2 ** 28 - 1;
const NONE = -1;

export class Timers {
  readonly #ground: Ground;
  readonly #nodes: TimedNode[] = [];
  #ints = new Int32Array(KNOWN_AT_FIRST * INTS);
  /** The same memory. */
  #doubles = new Float64Array(this.#ints.buffer);
  /** Open hash table, by node and name: slots of records, plus one. */
  #index = new Int32Array(KNOWN_AT_FIRST * 4);
  /** By node: the first of its records. */
  #heads: number[] = [];
  #spreads: (Stream | undefined)[] = [];
  #slots = 0;
  #free: number[] = [];
  #knownMax = KNOWN_AT_FIRST;
  #armings = 0;
  /** By node and the end of a name: the slot that was found there last, or NONE. As long as the index. */
  #front = new Int32Array(KNOWN_AT_FIRST * 4).fill(NONE);
  readonly #names = new Map<string, number>();
  #texts: string[] = [];
  #hashes: number[] = [];
  readonly #suppressions = new Map<number, readonly Suppression[]>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  /** Takes on a node, the next by index. */
  serve(node: TimedNode): void {
    assert(node.index === this.#nodes.length, "nodes come in the order of their indices");
    this.#nodes.push(node);
    this.#heads.push(NONE);
  }

  /** (Re)arms a timer. Both delays are whole microseconds from 0. */
  set(node: number, name: string, afterUs: number, spreadUs: number, monotonicUs: number): void {
    const found = this.#find(node, name);
    const slot = found === NONE ? this.#learn(node, name) : found;
    const drawnUs = spreadUs === 0 ? afterUs : afterUs + this.#spreadUs(slot, spreadUs);
    const delayUs = Math.min(drawnUs, DELAY_US_MAX);
    const ground = this.#ground;
    this.#armings = (this.#armings + 1) & ARMING_MASK;
    this.#doubles[slot * DOUBLES + DUE_US] = monotonicUs + delayUs;
    const ints = this.#ints;
    const at = slot * INTS;
    ints[at + STATE] = (this.#armings << PHASE_BITS) | (ints[at + STATE] & PHASE_MASK);
    this.#aim(slot, node, delayUs);
    if (ground.digests) ground.mixWords(SET_TIMER, node, this.#hashes[ints[at + NAME]], delayUs | 0);
    if (ground.tracer !== undefined) this.#traceSet(node, name, delayUs);
  }

  cancel(node: number, name: string): void {
    const slot = this.#find(node, name);
    if (slot === NONE || this.#phaseOf(slot) === phase.idle) return;
    this.#disarm(slot);
    const ground = this.#ground;
    if (ground.digests) {
      ground.mixWords(CANCEL_TIMER, node, this.#hashes[this.#ints[slot * INTS + NAME]], 0);
    }
    if (ground.tracer !== undefined) this.#trace("timerCancelled", slot);
  }

  /** A timer came due; false when a fault keeps it from firing. It is `waiting` then. */
  due(slot: number): boolean {
    this.#doubles[slot * DOUBLES + HANDLE] = 0;
    if (this.#suppressions.size > 0 && this.#suppress(slot)) return false;
    this.#enter(slot, phase.waiting);
    return true;
  }

  /** Ordinal of its last setting, which tells whether it was set again. */
  armingOf(slot: number): number {
    return this.#ints[slot * INTS + STATE] >>> PHASE_BITS;
  }

  /**
   * The name of a timer that came due and is idle from here on; undefined: it was set again or cancelled since, or while
   * it waited in the inbox a fault began to keep it from firing.
   */
  fire(slot: number, arming: number): string | undefined {
    if (this.#phaseOf(slot) !== phase.waiting || this.armingOf(slot) !== arming) return undefined;
    if (this.#suppressions.size > 0 && this.#suppress(slot)) return undefined;
    this.#enter(slot, phase.idle);
    if (this.#ground.tracer !== undefined) this.#trace("timerFired", slot);
    return this.#nameOf(slot);
  }

  /** The rate of the clock changed, or it goes on after it stood still: each timer fires when the clock says so. */
  reaim(node: number): void {
    this.#ground.nodes.oddities[node] &= ~TIMERS_STAND;
    const monotonicUs = this.#nodes[node].time.peekMonotonicUs();
    for (const slot of this.#inOrder(node, phase.armed, phase.stopped)) {
      this.#aim(slot, node, Math.max(0, this.#doubles[slot * DOUBLES + DUE_US] - monotonicUs));
    }
  }

  /** The clock stands still: no timer comes due until `reaim`. */
  stop(node: number): void {
    this.#ground.nodes.oddities[node] |= TIMERS_STAND;
    for (const slot of this.#inOrder(node, phase.armed)) this.#aim(slot, node, 0);
  }

  /** Whether the clock stands still, as a checkpoint has it. */
  stand(node: number, isStanding: boolean): void {
    const { oddities } = this.#ground.nodes;
    if (isStanding) oddities[node] |= TIMERS_STAND;
    else oddities[node] &= ~TIMERS_STAND;
  }

  /** The incarnation is over. */
  cancelAll(node: number): void {
    const { armed, stopped, suppressed, waiting } = phase;
    for (const slot of this.#inOrder(node, armed, stopped, suppressed, waiting)) this.#disarm(slot);
    this.#ground.nodes.oddities[node] &= ~TIMERS_STAND;
  }

  suppress(node: number, strike: number, prefixes: readonly string[]): void {
    this.#suppressions.set(node, [...(this.#suppressions.get(node) ?? []), { strike, prefixes }]);
  }

  /** Ends what a strike suppressed: timers it kept back fire now, earliest first, or never when `lost`. */
  release(node: number, strike: number, lost: boolean): void {
    const others = (this.#suppressions.get(node) ?? []).filter((suppression) => suppression.strike !== strike);
    if (others.length > 0) this.#suppressions.set(node, others);
    else this.#suppressions.delete(node);
    const held = this.#inOrder(node, phase.suppressed).filter((slot) => this.#suppressorsOf(slot).length === 0);
    // In order of their names they are already.
    held.sort((left, right) => this.#doubles[left * DOUBLES + DUE_US] - this.#doubles[right * DOUBLES + DUE_US]);
    for (const slot of held) {
      if (lost) this.#disarm(slot);
      else this.#aim(slot, node, 0);
    }
  }

  releaseAll(node: number): void {
    for (const { strike } of this.#suppressions.get(node) ?? []) this.release(node, strike, false);
  }

  /** Names of armed timers, in order. */
  armed(node: number): readonly string[] {
    const { armed, stopped, suppressed, waiting } = phase;
    return this.#inOrder(node, armed, stopped, suppressed, waiting).map((slot) => this.#nameOf(slot));
  }

  checkpoint(): TimersCheckpoint {
    const timers: TimerRecord[] = [];
    for (let slot = 0; slot < this.#slots; slot++) {
      const at = slot * INTS;
      if (this.#ints[at + NAME] === NONE) continue;
      const handle = this.#doubles[slot * DOUBLES + HANDLE];
      const dueMonotonicUs = this.#doubles[slot * DOUBLES + DUE_US];
      const { [at + NODE]: node, [at + STATE]: state } = this.#ints;
      timers.push({ slot, node, name: this.#nameOf(slot), handle, dueMonotonicUs, state });
    }
    return {
      timers,
      free: [...this.#free],
      slots: this.#slots,
      knownMax: this.#knownMax,
      armings: this.#armings,
      suppressions: [...this.#suppressions],
    };
  }

  restore(from: TimersCheckpoint): void {
    this.#slots = from.slots;
    this.#free = [...from.free];
    this.#knownMax = from.knownMax;
    this.#armings = from.armings;
    this.#spreads = [];
    this.#suppressions.clear();
    for (const [node, suppressions] of from.suppressions) this.#suppressions.set(node, suppressions);
    while (this.#slots * INTS > this.#ints.length) this.#grow();
    for (const slot of this.#free) this.#ints[slot * INTS + NAME] = NONE;
    for (const { slot, node, name, handle, dueMonotonicUs, state } of from.timers) {
      this.#ints[slot * INTS + NODE] = node;
      this.#ints[slot * INTS + NAME] = this.#idOf(name);
      this.#ints[slot * INTS + STATE] = state;
      this.#doubles[slot * DOUBLES + HANDLE] = handle;
      this.#doubles[slot * DOUBLES + DUE_US] = dueMonotonicUs;
    }
    this.#enlistAll();
  }

  #find(node: number, text: string): number {
    // Names differ in how they end, mostly: what is found there needs no hash of the name, and is always checked.
    const front = this.#front;
    const last = text.length - 1;
    const end = (node * ENDS + (last < 0 ? 0 : text.charCodeAt(last))) & (front.length - 1);
    const slot = front[end];
    if (slot !== NONE) {
      const at = slot * INTS;
      if (this.#ints[at + NODE] === node && this.#texts[this.#ints[at + NAME]] === text) return slot;
    }
    const found = this.#lookUp(node, text);
    if (found !== NONE) front[end] = found;
    return found;
  }

  #lookUp(node: number, text: string): number {
    const name = this.#names.get(text);
    if (name === undefined) return NONE;
    const index = this.#index;
    const ints = this.#ints;
    const mask = index.length - 1;
    for (let place = placeOf(node, name) & mask; ; place = (place + 1) & mask) {
      const slot = index[place] - 1;
      if (slot === NONE) return NONE;
      if (ints[slot * INTS + NODE] === node && ints[slot * INTS + NAME] === name) return slot;
    }
  }

  #phaseOf(slot: number): number {
    return this.#ints[slot * INTS + STATE] & PHASE_MASK;
  }

  #enter(slot: number, next: number): void {
    const at = slot * INTS + STATE;
    this.#ints[at] = (this.#ints[at] & ~PHASE_MASK) | next;
  }

  #aim(slot: number, node: number, delayUs: number): void {
    const { kernel, nodes } = this.#ground;
    const trueDelayUs = (nodes.oddities[node] & ODD_TIME) === 0 ? delayUs : this.#oddDelayUs(slot, node, delayUs);
    if (trueDelayUs === NEVER) return;
    const doubles = this.#doubles;
    const ints = this.#ints;
    const at = slot * DOUBLES + HANDLE;
    const state = slot * INTS + STATE;
    const dueUs = kernel.nowUs + trueDelayUs;
    if ((ints[state] & PHASE_MASK) === phase.armed) {
      doubles[at] = kernel.reset(doubles[at], dueUs);
    } else {
      doubles[at] = kernel.schedule(dueUs, TIMER_EVENT, node, slot);
      ints[state] = (ints[state] & ~PHASE_MASK) | phase.armed;
    }
  }

  /** The true delay of a timer whose node has a clock that is out of the ordinary; NEVER, and it is stopped, when that stands. */
  #oddDelayUs(slot: number, node: number, delayUs: number): number {
    if ((this.#ground.nodes.oddities[node] & TIMERS_STAND) === 0) return this.#nodes[node].time.trueDelayUs(delayUs);
    const at = slot * DOUBLES + HANDLE;
    if (this.#doubles[at] !== 0) this.#ground.kernel.cancel(this.#doubles[at]);
    this.#doubles[at] = 0;
    this.#enter(slot, phase.stopped);
    return NEVER;
  }

  #disarm(slot: number): void {
    const at = slot * DOUBLES + HANDLE;
    if (this.#phaseOf(slot) === phase.armed) this.#ground.kernel.cancel(this.#doubles[at]);
    this.#doubles[at] = 0;
    this.#enter(slot, phase.idle);
  }

  #suppress(slot: number): boolean {
    const strikes = this.#suppressorsOf(slot);
    for (const strike of strikes) this.#ground.ledger.changed(strike);
    if (strikes.length === 0) return false;
    this.#enter(slot, phase.suppressed);
    if (this.#ground.tracer !== undefined) this.#trace("timerSuppressed", slot);
    return true;
  }

  #suppressorsOf(slot: number): readonly number[] {
    const suppressions = this.#suppressions.get(this.#ints[slot * INTS + NODE]) ?? [];
    const name = this.#nameOf(slot);
    return suppressions.flatMap(({ strike, prefixes }) =>
      prefixes.some((prefix) => name.startsWith(prefix)) ? [strike] : [],
    );
  }

  #nameOf(slot: number): string {
    return this.#texts[this.#ints[slot * INTS + NAME]];
  }

  #learn(node: number, text: string): number {
    if (this.#slots - this.#free.length >= this.#knownMax) this.#forgetIdle();
    const name = this.#idOf(text);
    const slot = this.#free.pop() ?? this.#slots++;
    if (slot * INTS === this.#ints.length) this.#grow();
    this.#ints[slot * INTS + NAME] = name;
    this.#ints[slot * INTS + NODE] = node;
    this.#ints[slot * INTS + STATE] = phase.idle;
    this.#doubles[slot * DOUBLES + HANDLE] = 0;
    this.#spreads[slot] = undefined;
    if (this.#slots * 2 > this.#index.length) this.#enlistAll();
    else this.#enlist(slot);
    return slot;
  }

  /** Names that no timer bears any more are forgotten too. */
  #forgetIdle(): void {
    const texts = this.#texts;
    this.#names.clear();
    this.#texts = [];
    this.#hashes = [];
    for (let slot = 0; slot < this.#slots; slot++) {
      const at = slot * INTS;
      if (this.#ints[at + NAME] === NONE) continue;
      if (this.#phaseOf(slot) === phase.idle) {
        this.#ints[at + NAME] = NONE;
        this.#free.push(slot);
      } else {
        this.#ints[at + NAME] = this.#idOf(texts[this.#ints[at + NAME]]);
      }
    }
    this.#knownMax = Math.max(KNOWN_AT_FIRST, (this.#slots - this.#free.length) * 4);
    this.#enlistAll();
  }

  #idOf(text: string): number {
    let id = this.#names.get(text);
    if (id === undefined) {
      id = this.#texts.push(text) - 1;
      this.#hashes.push(this.#ground.hashOfName(text));
      this.#names.set(text, id);
    }
    return id;
  }

  #enlistAll(): void {
    let length = this.#index.length;
    while (length < this.#slots * 4) length *= 2;
    this.#index = new Int32Array(length);
    this.#front = new Int32Array(length).fill(NONE);
    this.#heads = this.#heads.map(() => NONE);
    for (let slot = 0; slot < this.#slots; slot++) if (this.#ints[slot * INTS + NAME] !== NONE) this.#enlist(slot);
  }

  #enlist(slot: number): void {
    const { [slot * INTS + NODE]: node, [slot * INTS + NAME]: name } = this.#ints;
    const mask = this.#index.length - 1;
    let place = placeOf(node, name) & mask;
    while (this.#index[place] !== 0) place = (place + 1) & mask;
    this.#index[place] = slot + 1;
    this.#ints[slot * INTS + NEXT] = this.#heads[node];
    this.#heads[node] = slot;
  }

  #grow(): void {
    const grown = new Int32Array(this.#ints.length * 2);
    grown.set(this.#ints);
    this.#ints = grown;
    this.#doubles = new Float64Array(grown.buffer);
  }

  #spreadUs(slot: number, spreadUs: number): number {
    const { subject } = this.#nodes[this.#ints[slot * INTS + NODE]];
    this.#spreads[slot] ??= this.#ground.streams.named("timer", `${subject} ${this.#nameOf(slot)}`);
    return this.#spreads[slot].below(Math.min(spreadUs, DELAY_US_MAX) + 1);
  }

  /** Timers of a node in some of these phases by name: an order that is nobody's history. */
  #inOrder(node: number, ...phases: readonly number[]): number[] {
    const slots: number[] = [];
    for (let slot = this.#heads[node]; slot !== NONE; slot = this.#ints[slot * INTS + NEXT]) {
      if (phases.includes(this.#phaseOf(slot))) slots.push(slot);
    }
    return slots.sort((left, right) => compareValues(this.#nameOf(left), this.#nameOf(right)));
  }

  #traceSet(node: number, timer: string, delayUs: number): void {
    const { tracer, kernel } = this.#ground;
    const { id, time } = this.#nodes[node];
    const { nowUs: atUs, eventsDone: event } = kernel;
    tracer?.trace({ atUs, event, node: id, kind: "timerSet", timer, dueUs: atUs + time.trueDelayUs(delayUs) });
  }

  #trace(kind: "timerFired" | "timerCancelled" | "timerSuppressed", slot: number): void {
    const { nowUs, eventsDone } = this.#ground.kernel;
    const { id } = this.#nodes[this.#ints[slot * INTS + NODE]];
    this.#ground.tracer?.trace({ atUs: nowUs, event: eventsDone, node: id, kind, timer: this.#nameOf(slot) });
  }
}

/** Where a timer is looked for first. */
function placeOf(node: number, name: number): number {
  const place = Math.imul(node, 0x9e37_79b1) ^ Math.imul(name, 0x85eb_ca6b);
  return place ^ (place >>> 15);
}
