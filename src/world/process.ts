// One node: its machine, and what an operating system would be to it. It hands events over one at a time, each with the
// node's own clocks, and carries out the effects in order. Of an incarnation nothing survives but the disk.

import { assert, unreachable } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import { NotPlainData, clonePlain, notPlain } from "../base/plain-data.ts";
import type { Effect } from "../machine/effect.ts";
import type { ConnectionLoss, MachineEvent, NodeClocks } from "../machine/event.ts";
import type { Machine, NodeSpec } from "../machine/machine.ts";
import type { NodeClock } from "./clock.ts";
import type { Draws } from "./draws.ts";
import { effectTag, eventKind, type Ground } from "./ground.ts";
import { Inbox, type Occurrence } from "./inbox.ts";
import type { Network } from "./network.ts";
import { NodeTime } from "./node-time.ts";
import { oddity, type NodeTable } from "./node-table.ts";
import type { ProcessPlan } from "./plan.ts";
import type { Due, Pause, ProcessCheckpoint, ProcessPlans, ProcessWorld, Slowness } from "./process-parts.ts";
import { isWhole, stepUsOf, textOf } from "./process-parts.ts";
import { Slots } from "./slots.ts";
import { Storage } from "./storage.ts";
import type { Timers } from "./timers.ts";

// Constants that hot code reads are private to this module: the engine cannot fold those that cross its border.
const { busy: BUSY, clock: ODD_CLOCK } = oddity;

/** A machine that draws so often without end in one event is broken. */
const DRAWS_MAX = 10_000;

export class Process {
  // First what every event asks for, so that in a world of many nodes it lies together.
  #machine: Machine | undefined = undefined;
  readonly index: number;
  readonly #ground: Ground;
  readonly #nodes: NodeTable;
  readonly #network: Network;
  readonly #timers: Timers;
  readonly #draws: Draws;
  readonly id: NodeId;
  readonly #time: NodeTime;
  readonly subject: string;
  readonly storage: Storage;
  /** -1: never booted. */
  incarnation = -1;
  readonly #spec: NodeSpec;
  readonly #plan: ProcessPlan;
  readonly #inbox = new Inbox();
  readonly #dues = new Slots<Due>();
  /** Kernel event at which the first in the inbox has had its service; 0: none. */
  #work = 0;
  #pause: Pause | undefined = undefined;
  #slownesses: readonly Slowness[] = [];
  #stepUs: number;

  constructor(world: ProcessWorld, node: { index: number; spec: NodeSpec }, plans: ProcessPlans) {
    const { ground, network, timers, draws } = world;
    const { index, spec } = node;
    this.index = index;
    this.id = spec.id;
    this.subject = `${spec.role}/${spec.ordinal}`;
    this.#ground = ground;
    this.#nodes = ground.nodes;
    this.#network = network;
    this.#timers = timers;
    this.#draws = draws;
    this.#spec = spec;
    this.#plan = plans.process;
    this.#stepUs = plans.process.stepUs;
    this.#time = new NodeTime(ground, index, plans.clock);
    timers.serve({ index, id: spec.id, subject: this.subject, time: this.#time });
    this.storage = new Storage(ground, { index, id: spec.id, subject: this.subject }, plans.disk);
    this.#refresh();
  }

  get isUp(): boolean {
    return this.#machine !== undefined;
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** What the machine remembers; undefined while the process is down. */
  get state(): object | undefined {
    return this.#machine?.state;
  }

  /** Names of the timers that are armed, in order. */
  get armedTimers(): readonly string[] {
    return this.#timers.armed(this.index);
  }

  /** Starts a new incarnation, unless one runs. */
  boot(): void {
    if (this.#machine !== undefined) return;
    this.incarnation++;
    this.#time.set((clock, nowUs) => clock.onIncarnation(nowUs));
    this.#machine = this.#spec.start();
    const { incarnation } = this;
    this.#ground.stateOfWorld(this.id, { fact: "nodeBooted", incarnation });
    this.#refresh();
    const disk = this.storage.contents();
    this.#step({
      type: "booted",
      incarnation,
      disk,
      monotonicUs: this.#monotonicUs(),
      wallUs: this.#wallUs(),
    });
  }

  /** A message has reached the node. The process is up. */
  receive(slot: number): void {
    if (this.#isReady) return this.#handMessage(slot);
    const { flights } = this.#network;
    if (this.#inbox.length >= this.#plan.inboxMax && flights.isDatagram(slot)) {
      flights.lose(slot, "queueFull");
      this.#creditWait();
      return;
    }
    this.#wait({ type: "message", flight: slot });
  }

  /** A timer came due. */
  onTimer(slot: number): void {
    if (!this.#timers.due(slot)) return;
    const arming = this.#timers.armingOf(slot);
    if (this.#isReady) this.#handTimer(slot, arming);
    else this.#wait({ type: "timer", slot, arming });
  }

  /** The first in the inbox has had its service. */
  onWork(): void {
    this.#work = 0;
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      if (this.#hand(next)) break;
    }
    this.#refresh();
    this.#planWork();
  }

  onDue(slot: number): void {
    const due = this.#dues.remove(slot);
    if (due.incarnation !== this.incarnation || this.#machine === undefined) return;
    this.#offer(this.storage.completeSync(due.sync, due.mark));
  }

  loseConnection(incarnation: number, peer: NodeId, reason: ConnectionLoss): void {
    if (incarnation !== this.incarnation || this.#machine === undefined) return;
    this.#offer({ type: "connectionLost", peer, reason });
  }

  /** Kills the process. */
  crash(strike: number, torn: boolean): void {
    if (this.#machine === undefined) return;
    this.#ground.ledger.changed(strike);
    this.#end("crashed", "fault", torn);
  }

  requestStop(strike: number): void {
    if (this.#machine === undefined) return;
    this.#ground.ledger.changed(strike);
    this.#offer({ type: "stopRequested" });
  }

  pause(strike: number, monotonic: "runs" | "stops"): void {
    if (this.#machine === undefined) return;
    const { ledger, kernel } = this.#ground;
    ledger.touched(strike);
    if (this.#pause === undefined) this.#ground.stateOfWorld(this.id, { fact: "nodePaused" });
    const wasStopped = this.#pause?.monotonic === "stops";
    this.#pause = { strike, monotonic };
    if (monotonic === "stops" && !wasStopped) {
      this.#time.set((clock, nowUs) => clock.stopMonotonic(nowUs));
      this.#timers.stop(this.index);
    } else if (monotonic === "runs" && wasStopped) {
      this.#time.set((clock, nowUs) => clock.resumeMonotonic(nowUs));
      this.#timers.reaim(this.index);
    }
    if (this.#work !== 0) {
      kernel.cancel(this.#work);
      this.#work = 0;
      ledger.changed(strike);
    }
    this.#refresh();
  }

  resume(): void {
    if (this.#pause === undefined) return;
    if (this.#pause.monotonic === "stops") {
      this.#time.set((clock, nowUs) => clock.resumeMonotonic(nowUs));
      this.#timers.reaim(this.index);
    }
    this.#pause = undefined;
    this.#ground.stateOfWorld(this.id, { fact: "nodeResumed" });
    this.#refresh();
    this.#planWork();
  }

  slow(strike: number, stepUs: number): void {
    this.#setSlownesses([...this.#slownesses, { strike, stepUs }]);
  }

  unslow(strike: number): void {
    this.#setSlownesses(this.#slownesses.filter((slowness) => slowness.strike !== strike));
  }

  suppressTimers(strike: number, prefixes: readonly string[]): void {
    this.#timers.suppress(this.index, strike, prefixes);
  }

  releaseTimers(strike: number, lost: boolean): void {
    this.#timers.release(this.index, strike, lost);
  }

  /** Does something to the clock; timers are aimed anew, since its rate may be another. */
  changeClock(strike: number, change: (clock: NodeClock, nowUs: number) => void): void {
    this.#time.strike(strike, change);
    if (this.#machine !== undefined && this.#pause?.monotonic !== "stops") this.#timers.reaim(this.index);
  }

  /** No fault is upon the node any more. */
  heal(): void {
    this.resume();
    this.#timers.releaseAll(this.index);
    this.#setSlownesses([]);
    this.storage.heal();
    this.#dues.update((due) => ({ ...due, event: this.storage.hasten(due.event) }));
  }

  checkpoint(): ProcessCheckpoint {
    return {
      incarnation: this.incarnation,
      state: this.#machine === undefined ? undefined : clonePlain(this.#machine.state),
      time: this.#time.checkpoint(),
      storage: this.storage.checkpoint(),
      inbox: this.#inbox.checkpoint(),
      dues: this.#dues.checkpoint(),
      work: this.#work,
      pause: this.#pause,
      slownesses: this.#slownesses,
    };
  }

  restore(from: ProcessCheckpoint): void {
    this.incarnation = from.incarnation;
    // All that a machine remembers is its state: one that is there goes on with another.
    if (from.state === undefined) this.#machine = undefined;
    else (this.#machine ??= this.#spec.start()).state = clonePlain(from.state);
    this.#time.restore(from.time);
    this.storage.restore(from.storage);
    this.#inbox.restore(from.inbox);
    this.#dues.restore(from.dues);
    this.#work = from.work;
    this.#pause = from.pause;
    this.#timers.stand(this.index, from.pause?.monotonic === "stops");
    this.#slownesses = from.slownesses;
    this.#stepUs = stepUsOf(this.#plan, from.slownesses);
    this.#refresh();
  }

  /** Hands an event over now, or lets it wait its turn. */
  #offer(occurrence: Occurrence): void {
    if (this.#isReady) this.#hand(occurrence);
    else this.#wait(occurrence);
  }

  #wait(occurrence: Occurrence): void {
    this.#inbox.push(occurrence);
    this.#creditWait();
    this.#refresh();
    this.#planWork();
  }

  #creditWait(): void {
    if (this.#pause !== undefined) this.#ground.ledger.changed(this.#pause.strike);
    for (const { strike } of this.#slownesses) this.#ground.ledger.changed(strike);
  }

  #planWork(): void {
    if (this.#work !== 0 || this.#inbox.length === 0 || this.#pause !== undefined) return;
    const { kernel } = this.#ground;
    this.#work = kernel.schedule(kernel.nowUs + this.#stepUs, eventKind.work, this.index, 0);
  }

  /** What the process is about when it gets quicker is done at the new speed, from now on. */
  #setSlownesses(slownesses: readonly Slowness[]): void {
    const { kernel } = this.#ground;
    this.#slownesses = slownesses;
    this.#stepUs = stepUsOf(this.#plan, slownesses);
    if (this.#work !== 0 && kernel.atUsOf(this.#work) > kernel.nowUs + this.#stepUs) {
      this.#work = kernel.reset(this.#work, kernel.nowUs + this.#stepUs);
    }
    this.#refresh();
  }

  #refresh(): void {
    const { oddities } = this.#nodes;
    const isReady =
      this.#machine !== undefined && this.#pause === undefined && this.#stepUs === 0 && this.#inbox.length === 0;
    if (isReady) oddities[this.index] &= ~BUSY;
    else oddities[this.index] |= BUSY;
  }

  /** An event can be handed over as it comes: nothing waits, nothing is slow. */
  get #isReady(): boolean {
    return (this.#nodes.oddities[this.index] & BUSY) === 0;
  }

  #monotonicUs(): number {
    const { nodes, kernel } = this.#ground;
    const isPlain = (nodes.oddities[this.index] & ODD_CLOCK) === 0;
    return isPlain ? kernel.nowUs - nodes.bootedUs[this.index] : this.#time.monotonicUs();
  }

  #wallUs(): number {
    const { nodes, kernel } = this.#ground;
    const isPlain = (nodes.oddities[this.index] & ODD_CLOCK) === 0;
    return isPlain ? kernel.nowUs + nodes.wallAheadUs[this.index] : this.#time.wallUs();
  }

  #handMessage(slot: number): void {
    const { flights } = this.#network;
    const name = this.#network.nameOf(flights.fromOf(slot));
    const message = flights.deliver(slot);
    this.#step({
      type: "received",
      from: name,
      message,
      monotonicUs: this.#monotonicUs(),
      wallUs: this.#wallUs(),
    });
  }

  /** Gives an event to the machine. False: it was stale, and nothing happened. */
  #hand(occurrence: Occurrence): boolean {
    if (occurrence.type === "timer") return this.#handTimer(occurrence.slot, occurrence.arming);
    // What it sends in answer goes by a new one.
    if (occurrence.type === "connectionLost") this.#network.streams.forget(this.index, occurrence.peer);
    if (occurrence.type === "message") this.#handMessage(occurrence.flight);
    else this.#step({ ...occurrence, monotonicUs: this.#monotonicUs(), wallUs: this.#wallUs() });
    return true;
  }

  #handTimer(slot: number, arming: number): boolean {
    const timer = this.#timers.fire(slot, arming);
    if (timer === undefined) return false;
    this.#step({ type: "timerFired", timer, monotonicUs: this.#monotonicUs(), wallUs: this.#wallUs() });
    return true;
  }

  #step(event: MachineEvent): void {
    const machine = this.#machine;
    assert(machine !== undefined, "only a process that is up is given events");
    this.#stepOnce(machine, event);
    if (this.#draws.waiting > 0) this.#tellDrawn(machine, event);
  }

  /** Tells a machine what it drew in a step, and what it draws in answer, for as long as it goes on. */
  #tellDrawn(machine: Machine, { monotonicUs, wallUs }: NodeClocks): void {
    const draws = this.#draws;
    const { purposes, values } = draws;
    for (let at = 0; at < draws.waiting && this.#machine === machine; at++) {
      const purpose = purposes[at];
      const value = values[at];
      if (at < DRAWS_MAX) this.#stepOnce(machine, { type: "drawn", purpose, value, monotonicUs, wallUs });
      else this.#break(`a machine draws no more than ${DRAWS_MAX} times in answer to one event`, "drawn");
    }
    draws.waiting = 0;
  }

  #stepOnce(machine: Machine, event: MachineEvent): void {
    const effects = this.#ask(machine, event);
    if (effects === undefined) return;
    const wrong = this.#carryOutAll(effects, machine, event.monotonicUs);
    if (wrong !== undefined) this.#break(wrong, event.type);
  }

  /** What the machine wants done; undefined when it threw, and is no more. */
  #ask(machine: Machine, event: MachineEvent): readonly Effect[] | undefined {
    try {
      const effects = machine.step(event);
      if (this.#ground.checks) this.#record(event, effects);
      return effects;
    } catch (error) {
      if (this.#ground.checks) this.#record(event, []);
      this.#break(textOf(error), event.type);
      return undefined;
    }
  }

  /** Returns what no machine may ask for, if one did; effects before it have been carried out. */
  #carryOutAll(effects: readonly Effect[], machine: Machine, monotonicUs: number): string | undefined {
    let inHand: Effect | undefined;
    try {
      // By index: a step of the iterator costs as much as a quick effect until the engine has optimised it away.
      for (let at = 0; at < effects.length; at++) {
        inHand = effects[at];
        const wrong = this.#carryOut(inHand, monotonicUs);
        if (wrong !== undefined) return wrong;
        if (this.#machine !== machine) return undefined;
      }
      return undefined;
    } catch (error) {
      if (error instanceof NotPlainData) return (notPlain(inHand) ?? error).message;
      throw error;
    }
  }

  #carryOut(effect: Effect, monotonicUs: number): string | undefined {
    switch (effect.type) {
      case "send":
        if (this.#network.send(this.index, effect.to, effect.message, effect.via)) return undefined;
        return `a message is sent to a node that exists, and none is called "${effect.to}"`;
      case "setTimer":
        return this.#setTimer(effect.timer, effect.afterUs, effect.spreadUs ?? 0, monotonicUs);
      case "cancelTimer":
        this.#timers.cancel(this.index, effect.timer);
        return undefined;
      case "record":
        this.#ground.state(this.id, effect);
        return undefined;
      case "draw":
        return this.#draw(effect.purpose, effect.below);
      case "append":
        this.storage.append(effect.file, effect.record);
        return undefined;
      case "rewrite":
        this.storage.rewrite(effect.file, effect.records);
        return undefined;
      case "sync":
        this.#sync(effect.sync);
        return undefined;
      case "halt":
        this.#end("stopped");
        return undefined;
      default:
        return unreachable(effect);
    }
  }

  #setTimer(timer: string, afterUs: number, spreadUs: number, monotonicUs: number): string | undefined {
    if (!isWhole(afterUs) || !isWhole(spreadUs)) {
      return `timer "${timer}" is set to whole microseconds from 0, not to ${afterUs} with a spread of ${spreadUs}`;
    }
    this.#timers.set(this.index, timer, afterUs, spreadUs, monotonicUs);
    return undefined;
  }

  #draw(purpose: string, below: number): string | undefined {
    if (!isWhole(below) || below < 1) return `a draw for "${purpose}" is below an integer from 1, not below ${below}`;
    const value = this.#draws.draw(this.index, this.subject, purpose, below);
    if (this.#ground.digests) {
      this.#ground.mixWords(effectTag.drawn, this.index, Math.floor(value / 0x1_0000_0000), value | 0);
    }
    return undefined;
  }

  #sync(sync: string): void {
    const { mark, atUs } = this.storage.beginSync(sync);
    const slot = this.#dues.next;
    const event = this.#ground.kernel.schedule(atUs, eventKind.due, this.index, slot);
    this.#dues.add({ incarnation: this.incarnation, sync, mark, event });
  }

  /** The machine did what no machine may do: a finding, told with its story, and from here on a crash like another. */
  #break(error: string, event: string): void {
    if (this.#ground.digests) this.#ground.mixWords(effectTag.broke, this.index, 0, 0);
    this.#ground.stateOfWorld(this.id, { fact: "machineBroke", error, event });
    this.#end("crashed", "machineBroke");
  }

  /** The incarnation is over, with everything that was not durable. */
  #end(how: "crashed" | "stopped", cause = "", torn = false): void {
    const { kernel } = this.#ground;
    if (this.#work !== 0) kernel.cancel(this.#work);
    this.#work = 0;
    this.#machine = undefined;
    this.#pause = undefined;
    this.#nodes.oddities[this.index] |= BUSY;
    this.#timers.cancelAll(this.index);
    for (const waiting of this.#inbox.clear()) {
      if (waiting.type === "message") this.#network.flights.lose(waiting.flight, "receiverDown");
    }
    this.#network.onCrash(this.index);
    const lostRecords = this.storage.crash(torn);
    if (how === "stopped" && this.#ground.digests) this.#ground.mixWords(effectTag.halt, this.index, 0, 0);
    const fact =
      how === "stopped" ? ({ fact: "nodeStopped" } as const) : { fact: "nodeCrashed" as const, cause, lostRecords };
    this.#ground.stateOfWorld(this.id, fact);
  }

  #record(what: MachineEvent, effects: readonly Effect[]): void {
    const { nowUs: atUs, eventsDone: event } = this.#ground.kernel;
    const step = { event, atUs, node: this.id, what, effects };
    const { lastSteps } = this.#ground;
    this.#ground.lastSteps = lastSteps[0]?.event === event ? [...lastSteps, step] : [step];
  }
}
