// The timers of one node, by name, on its monotonic clock. They die with the incarnation that set them.

import type { NodeId } from "../base/ids.ts";
import { compareValues } from "../base/plain-order.ts";
import type { EventHandle } from "../kernel/kernel.ts";
import type { Stream } from "../kernel/streams.ts";
import { effectTag, eventKind, type Ground } from "./ground.ts";
import type { NodeTime } from "./node-time.ts";

/**
 * - `idle`: not armed. `armed`: a kernel event is due. `stopped`: armed on a clock that stands still.
 * - `suppressed`: came due while a fault kept it from firing. `waiting`: came due and waits in the node's inbox.
 */
type TimerPhase = "idle" | "armed" | "stopped" | "suppressed" | "waiting";

/** One timer of a node; it stays known by name for a while after it fired. */
export interface NodeTimer {
  readonly name: string;
  readonly nameHash: number;
  readonly slot: number;
  phase: TimerPhase;
  handle: EventHandle;
  /** Reading of the monotonic clock at which it fires. */
  dueMonotonicUs: number;
  /** Ordinal of its last setting among those of the node: what waits in an inbox is stale when this has moved on. */
  arming: number;
  spread: Stream | undefined;
}

interface Suppression {
  readonly strike: number;
  readonly prefixes: readonly string[];
}

type TimerRecord = Pick<NodeTimer, "name" | "slot" | "phase" | "handle" | "dueMonotonicUs" | "arming">;

export interface NodeTimersCheckpoint {
  readonly timers: readonly TimerRecord[];
  readonly free: readonly number[];
  readonly slots: number;
  readonly knownMax: number;
  readonly armings: number;
  readonly isStopped: boolean;
  readonly suppressions: readonly Suppression[];
}

/** Ten years: a timer set further than any run lasts, such as to "never", stays within what time can be counted in. */
const DELAY_US_MAX = 315_360_000_000_000;
/** Names known at first before those that are idle are forgotten; names made of request numbers would pile up. */
const KNOWN_AT_FIRST = 64;

export class NodeTimers {
  readonly #ground: Ground;
  readonly #node: number;
  readonly #id: NodeId;
  readonly #subject: string;
  readonly #time: NodeTime;
  readonly #byName = new Map<string, NodeTimer>();
  #slots: (NodeTimer | undefined)[] = [];
  #free: number[] = [];
  #knownMax = KNOWN_AT_FIRST;
  #armings = 0;
  #isStopped = false;
  #suppressions: readonly Suppression[] = [];

  constructor(ground: Ground, node: { index: number; id: NodeId; subject: string; time: NodeTime }) {
    this.#ground = ground;
    this.#node = node.index;
    this.#id = node.id;
    this.#subject = node.subject;
    this.#time = node.time;
  }

  /** (Re)arms a timer. Both delays are whole microseconds from 0. */
  set(name: string, afterUs: number, spreadUs: number, monotonicUs: number): void {
    const timer = this.#byName.get(name) ?? this.#learn(name);
    const drawnUs =
      spreadUs === 0 ? afterUs : afterUs + this.#spreadOf(timer).below(Math.min(spreadUs, DELAY_US_MAX) + 1);
    const delayUs = Math.min(drawnUs, DELAY_US_MAX);
    timer.dueMonotonicUs = monotonicUs + delayUs;
    timer.arming = ++this.#armings;
    this.#aim(timer, delayUs);
    const ground = this.#ground;
    if (ground.digests) ground.mixWords(effectTag.setTimer, this.#node, timer.nameHash, delayUs | 0);
    if (ground.tracer !== undefined) {
      const { nowUs, eventsDone } = ground.kernel;
      const dueUs = nowUs + this.#time.trueDelayUs(delayUs);
      ground.tracer.trace({ atUs: nowUs, event: eventsDone, node: this.#id, kind: "timerSet", timer: name, dueUs });
    }
  }

  cancel(name: string): void {
    const timer = this.#byName.get(name);
    if (timer === undefined || timer.phase === "idle") return;
    this.#disarm(timer);
    const ground = this.#ground;
    if (ground.digests) ground.mixWords(effectTag.cancelTimer, this.#node, timer.nameHash, 0);
    if (ground.tracer !== undefined) this.#trace("timerCancelled", name);
  }

  /** The timer of a slot came due; undefined when a fault keeps it from firing. It is `waiting` then. */
  due(slot: number): NodeTimer | undefined {
    const timer = this.at(slot);
    timer.handle = 0;
    if (this.#suppressions.length > 0 && this.#suppress(timer)) return undefined;
    timer.phase = "waiting";
    return timer;
  }

  /** The name of a timer that came due and is idle from here on; undefined: it was set again or cancelled since. */
  fire(slot: number, arming: number): string | undefined {
    const timer = this.#slots[slot];
    if (timer === undefined || timer.arming !== arming || timer.phase !== "waiting") return undefined;
    timer.phase = "idle";
    if (this.#ground.tracer !== undefined) this.#trace("timerFired", timer.name);
    return timer.name;
  }

  at(slot: number): NodeTimer {
    const timer = this.#slots[slot];
    if (timer === undefined) throw new RangeError("a kernel event names a timer that is known");
    return timer;
  }

  /** The rate of the clock changed, or it goes on after it stood still: each timer fires when the clock says so. */
  reaim(): void {
    this.#isStopped = false;
    const monotonicUs = this.#time.peekMonotonicUs();
    for (const timer of this.#inOrder("armed", "stopped")) {
      this.#aim(timer, Math.max(0, timer.dueMonotonicUs - monotonicUs));
    }
  }

  /** The clock stands still: no timer comes due until `reaim`. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#inOrder("armed")) this.#aim(timer, 0);
  }

  /** The incarnation is over. */
  cancelAll(): void {
    for (const timer of this.#inOrder("armed", "stopped", "suppressed", "waiting")) this.#disarm(timer);
    this.#byName.clear();
    this.#slots = [];
    this.#free = [];
    this.#isStopped = false;
  }

  suppress(strike: number, prefixes: readonly string[]): void {
    this.#suppressions = [...this.#suppressions, { strike, prefixes }];
  }

  /** Ends what a strike suppressed: timers it kept back fire now, earliest first, or never when `lost`. */
  release(strike: number, lost: boolean): void {
    this.#suppressions = this.#suppressions.filter((suppression) => suppression.strike !== strike);
    const held = this.#inOrder("suppressed").filter(({ name }) => this.#suppressorsOf(name).length === 0);
    held.sort((left, right) => left.dueMonotonicUs - right.dueMonotonicUs || compareValues(left.name, right.name));
    for (const timer of held) {
      if (lost) this.#disarm(timer);
      else this.#aim(timer, 0);
    }
  }

  releaseAll(): void {
    for (const { strike } of this.#suppressions) this.release(strike, false);
  }

  /** Names of armed timers, in order. */
  armed(): readonly string[] {
    return this.#inOrder("armed", "stopped", "suppressed", "waiting").map(({ name }) => name);
  }

  checkpoint(): NodeTimersCheckpoint {
    const timers = [...this.#byName.values()].map(({ name, slot, phase, handle, dueMonotonicUs, arming }) => {
      return { name, slot, phase, handle, dueMonotonicUs, arming };
    });
    return {
      timers,
      free: [...this.#free],
      slots: this.#slots.length,
      knownMax: this.#knownMax,
      armings: this.#armings,
      isStopped: this.#isStopped,
      suppressions: this.#suppressions,
    };
  }

  restore(from: NodeTimersCheckpoint): void {
    this.#byName.clear();
    this.#slots = Array.from({ length: from.slots }, () => undefined);
    this.#free = [...from.free];
    for (const record of from.timers) {
      const timer = { ...record, nameHash: this.#ground.hashOfName(record.name), spread: undefined };
      this.#byName.set(timer.name, timer);
      this.#slots[timer.slot] = timer;
    }
    this.#knownMax = from.knownMax;
    this.#armings = from.armings;
    this.#isStopped = from.isStopped;
    this.#suppressions = from.suppressions;
  }

  #aim(timer: NodeTimer, delayUs: number): void {
    const { kernel } = this.#ground;
    if (this.#isStopped) {
      if (timer.handle !== 0) kernel.cancel(timer.handle);
      timer.handle = 0;
      timer.phase = "stopped";
      return;
    }
    const { nowUs } = kernel;
    const dueUs = nowUs + this.#time.trueDelayUs(delayUs);
    timer.handle =
      timer.phase === "armed"
        ? kernel.reset(timer.handle, dueUs)
        : kernel.schedule(dueUs, eventKind.timer, this.#node, timer.slot);
    timer.phase = "armed";
  }

  #disarm(timer: NodeTimer): void {
    if (timer.phase === "armed") this.#ground.kernel.cancel(timer.handle);
    timer.handle = 0;
    timer.phase = "idle";
  }

  #suppress(timer: NodeTimer): boolean {
    const strikes = this.#suppressorsOf(timer.name);
    for (const strike of strikes) this.#ground.ledger.changed(strike);
    if (strikes.length === 0) return false;
    timer.phase = "suppressed";
    if (this.#ground.tracer !== undefined) this.#trace("timerSuppressed", timer.name);
    return true;
  }

  #suppressorsOf(name: string): readonly number[] {
    return this.#suppressions.flatMap(({ strike, prefixes }) =>
      prefixes.some((prefix) => name.startsWith(prefix)) ? [strike] : [],
    );
  }

  #learn(name: string): NodeTimer {
    if (this.#byName.size >= this.#knownMax) this.#forgetIdle();
    const slot = this.#free.pop() ?? this.#slots.length;
    const timer: NodeTimer = {
      name,
      nameHash: this.#ground.hashOfName(name),
      slot,
      phase: "idle",
      handle: 0,
      dueMonotonicUs: 0,
      arming: 0,
      spread: undefined,
    };
    this.#slots[slot] = timer;
    this.#byName.set(name, timer);
    return timer;
  }

  #forgetIdle(): void {
    for (const timer of this.#byName.values()) {
      if (timer.phase !== "idle") continue;
      this.#byName.delete(timer.name);
      this.#slots[timer.slot] = undefined;
      this.#free.push(timer.slot);
    }
    this.#knownMax = Math.max(KNOWN_AT_FIRST, this.#byName.size * 2);
  }

  #spreadOf(timer: NodeTimer): Stream {
    timer.spread ??= this.#ground.streams.named("timer", `${this.#subject} ${timer.name}`);
    return timer.spread;
  }

  /** Timers in some of these phases by name: an order that is nobody's history. */
  #inOrder(...phases: readonly TimerPhase[]): NodeTimer[] {
    const timers = [...this.#byName.values()].filter(({ phase }) => phases.includes(phase));
    return timers.sort((left, right) => compareValues(left.name, right.name));
  }

  #trace(kind: "timerFired" | "timerCancelled" | "timerSuppressed", timer: string): void {
    const { nowUs, eventsDone } = this.#ground.kernel;
    this.#ground.tracer?.trace({ atUs: nowUs, event: eventsDone, node: this.#id, kind, timer });
  }
}
