// The simulated world: it hosts the machines of a plan on virtual time, lets the faults happen, and tells what it saw.
// One seed is one history: the digest covers every event and every effect, and nothing that only watches.

import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import { compareValues } from "../base/plain-order.ts";
import { Kernel, type Ending, type KernelCheckpoint } from "../kernel/kernel.ts";
import { Streams, type Decisions, type StreamsCheckpoint } from "../kernel/streams.ts";
import type { NodeSpec } from "../machine/machine.ts";
import type { FactObserver, MessageListener, Tracer } from "../trace/trace-event.ts";
import type { Fault, FaultTally } from "./fault.ts";
import { Draws } from "./draws.ts";
import { FaultDriver, type FaultDriverCheckpoint } from "./faults/driver.ts";
import type { MessageCounts } from "./flights.ts";
import type { Controls } from "./controls.ts";
import { Ground, eventKind, worldNode, type GroundCheckpoint, type StepRecord } from "./ground.ts";
import { Lanes, type LanesCheckpoint } from "./lanes.ts";
import { FaultLedger, type LedgerCheckpoint } from "./ledger.ts";
import { selects } from "./link.ts";
import { Network, type NetworkCheckpoint } from "./network.ts";
import type { NodeOverride, WorldPlan } from "./plan.ts";
import { NodeTable } from "./node-table.ts";
import { Process } from "./process.ts";
import type { ProcessCheckpoint, ProcessWorld } from "./process-parts.ts";
import { Timers, type TimersCheckpoint } from "./timers.ts";
import { WorldControls } from "./world-controls.ts";

export type { Ending, MessageCounts, StepRecord };

export interface WorldOptions {
  readonly seed: number | string;
  readonly observer: FactObserver;
  /** Absent: nothing is traced, at no cost. */
  readonly tracer?: Tracer | undefined;
  readonly listener?: MessageListener | undefined;
  /** Freezes every message, fact and record, and keeps `lastSteps`. Off unless said otherwise. */
  readonly check?: boolean;
  /** On unless said otherwise. */
  readonly digest?: boolean;
  readonly decisions?: { readonly force?: Decisions; readonly record?: boolean };
  /** Stands between faults and the world: for who asks what a world is worth in which they do something else. */
  readonly bend?: ((controls: Controls) => Controls) | undefined;
}

/** A whole world at one moment, for a world of the same plan, nodes and seed. Opaque to all but a world. */
export interface WorldCheckpoint {
  readonly kernel: KernelCheckpoint;
  readonly ground: GroundCheckpoint;
  readonly streams: StreamsCheckpoint;
  readonly lanes: LanesCheckpoint;
  readonly ledger: LedgerCheckpoint;
  readonly driver: FaultDriverCheckpoint;
  readonly network: NetworkCheckpoint;
  readonly timers: TimersCheckpoint;
  readonly processes: readonly ProcessCheckpoint[];
  readonly isFinished: boolean;
}

export class World {
  readonly #plan: WorldPlan;
  readonly #kernel: Kernel;
  readonly #streams: Streams;
  readonly #lanes: Lanes;
  readonly #ledger: FaultLedger;
  readonly #ground: Ground;
  readonly #network: Network;
  readonly #timers: Timers;
  readonly #processes: Process[] = [];
  readonly #indexOf: ReadonlyMap<NodeId, number>;
  readonly #driver: FaultDriver;
  #isFinished = false;

  /** The nodes boot, in the order given, as the first events of the run. */
  constructor(plan: WorldPlan, nodes: readonly NodeSpec[], options: WorldOptions) {
    const { seed, observer, tracer, listener, check = false, digest = true, decisions = {}, bend } = options;
    assert(plan.healUs >= 0 && plan.healUs <= plan.untilUs, "a world heals before it ends");
    this.#plan = plan;
    this.#kernel = new Kernel({ startUs: plan.startUs, limits: plan.limits, digest });
    this.#streams = new Streams(seed);
    if (decisions.force !== undefined) this.#streams.force(decisions.force);
    if (decisions.record === true) this.#streams.record();
    const subjects = nodes.map(({ role, ordinal }) => `${role}/${ordinal}`);
    assert(new Set(subjects).size === nodes.length, "no two nodes are the same one of their role");
    this.#lanes = new Lanes(seed, subjects, decisions);
    this.#ledger = new FaultLedger(plan.faults);
    this.#ground = new Ground({
      kernel: this.#kernel,
      streams: this.#streams,
      lanes: this.#lanes,
      ledger: this.#ledger,
      nodes: new NodeTable(nodes.length),
      observer,
      tracer,
      listener,
      checks: check,
      digests: digest,
    });
    this.#indexOf = new Map(nodes.map(({ id }, index) => [id, index]));
    assert(this.#indexOf.size === nodes.length, "no two nodes bear one name");
    this.#network = new Network(this.#ground, plan, nodes, this.#processes);
    this.#timers = new Timers(this.#ground);
    const parts: ProcessWorld = {
      ground: this.#ground,
      network: this.#network,
      timers: this.#timers,
      draws: new Draws(this.#streams),
    };
    nodes.forEach((spec, index) => {
      const plans = {
        clock: planOf(plan.clock, plan.clocks, spec),
        disk: planOf(plan.disk, plan.disks, spec),
        process: planOf(plan.process, plan.processes, spec),
      };
      this.#processes.push(new Process(parts, { index, spec }, plans));
    });
    const controls = new WorldControls(this.#ground, this.#network, nodes, this.#processes);
    this.#driver = new FaultDriver(plan.faults, bend === undefined ? controls : bend(controls));
    this.#listen();
    this.#begin();
  }

  /** True time, in microseconds. */
  get nowUs(): number {
    return this.#kernel.nowUs;
  }

  /** Kernel events so far, the one in hand included. */
  get eventsDone(): number {
    return this.#kernel.eventsDone;
  }

  /** In checking mode: what machines did in the event in hand, or the last one; empty when none did anything. */
  get lastSteps(): readonly StepRecord[] {
    const { lastSteps } = this.#ground;
    return lastSteps[0]?.event === this.eventsDone ? lastSteps : [];
  }

  /** The whole run, from start to the end of the plan, and what is told at its end. */
  run(poll?: () => boolean): Ending {
    const ending = this.runUntil(this.#endUs, poll);
    this.finish(ending.type === "limit" ? `limit: ${ending.limit}` : ending.type);
    return ending;
  }

  /** Runs up to and including a time, and no further than the end of the plan. */
  runUntil(atUs: number, poll?: () => boolean): Ending {
    return this.#kernel.runUntil(Math.min(atUs, this.#endUs), poll);
  }

  /** Runs until nothing is left to happen, whatever the plan says about the end. */
  runUntilIdle(poll?: () => boolean): Ending {
    return this.#kernel.runUntilIdle(poll);
  }

  /** One event; false when none is left up to the end of the plan. */
  step(): boolean {
    return this.#kernel.peekUs() <= this.#endUs && this.#kernel.step();
  }

  /** Called by whoever watches: the run ends after the event in hand. */
  stop(): void {
    this.#kernel.stop();
  }

  /** What struck so far, as scripted faults that do the same again in place of those of the plan. */
  scripted(): readonly Fault[] {
    return this.#driver.scripted();
  }

  /** States what is left at the end: timers still armed, and that the run is over. */
  finish(ending = "reached"): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#network.flights.assertBalanced();
    for (const process of this.#processes) {
      for (const timer of process.armedTimers) this.#ground.stateOfWorld(process.id, { fact: "timerLeft", timer });
    }
    this.#ground.stateOfWorld(worldNode, { fact: "runEnded", ending });
  }

  /**
   * From now on everything is drawn as under another seed: as in a world that had it from the beginning, and was forced to
   * decide as this one has so far.
   */
  reseed(seed: number | string): void {
    this.#streams.reseed(seed);
    this.#lanes.reseed(seed);
  }

  digestHex(): string {
    return this.#ground.digestHex();
  }

  /** What each fault of the plan did, in its order. */
  tallies(): readonly FaultTally[] {
    return this.#ledger.tallies();
  }

  messageCounts(): MessageCounts {
    return this.#network.flights.counts();
  }

  /** What chance decided, when the world was asked to record it. */
  recordedDecisions(): Decisions {
    return [...this.#streams.recorded(), ...this.#lanes.recorded()].sort((left, right) =>
      compareValues(left.stream, right.stream),
    );
  }

  /** Forced decisions that were impossible where they came up. */
  get forcedMisfits(): number {
    return this.#streams.forcedMisfits + this.#lanes.forcedMisfits;
  }

  /** What the machine of a node remembers; undefined while it is down. Not to be changed. */
  stateOf(node: NodeId): object | undefined {
    return this.#process(node).state;
  }

  isRunning(node: NodeId): boolean {
    return this.#process(node).isUp;
  }

  checkpoint(): WorldCheckpoint {
    return {
      kernel: this.#kernel.checkpoint(),
      ground: this.#ground.checkpoint(),
      streams: this.#streams.checkpoint(),
      lanes: this.#lanes.checkpoint(),
      ledger: this.#ledger.checkpoint(),
      driver: this.#driver.checkpoint(),
      network: this.#network.checkpoint(),
      timers: this.#timers.checkpoint(),
      processes: this.#processes.map((process) => process.checkpoint()),
      isFinished: this.#isFinished,
    };
  }

  /** Goes back to a checkpoint, of this world or of another one with the same plan and nodes; its seed counts then. */
  restore(from: WorldCheckpoint): void {
    this.#kernel.restore(from.kernel);
    this.#ground.restore(from.ground);
    this.#streams.restore(from.streams);
    this.#lanes.restore(from.lanes);
    this.#ledger.restore(from.ledger);
    this.#network.restore(from.network);
    this.#timers.restore(from.timers);
    from.processes.forEach((process, index) => this.#processes[index].restore(process));
    // The driver comes last: it arms the message faults that were open.
    this.#driver.restore(from.driver);
    this.#isFinished = from.isFinished;
  }

  get #endUs(): number {
    return this.#plan.startUs + this.#plan.untilUs;
  }

  #listen(): void {
    const kernel = this.#kernel;
    const processes = this.#processes;
    kernel.on(eventKind.boot, (node) => processes[node].boot());
    kernel.on(eventKind.timer, (node, slot) => processes[node].onTimer(slot));
    kernel.on(eventKind.work, (node) => processes[node].onWork());
    kernel.on(eventKind.due, (node, slot) => processes[node].onDue(slot));
    kernel.on(eventKind.fault, (what, argument) => this.#driver.onWake(what, argument));
    kernel.on(eventKind.heal, () => this.#heal());
  }

  #begin(): void {
    const { startUs, healUs, untilUs } = this.#plan;
    for (const { index } of this.#processes) this.#kernel.schedule(startUs, eventKind.boot, index, 0);
    if (healUs < untilUs) this.#kernel.schedule(startUs + healUs, eventKind.heal, 0, 0);
    this.#driver.begin();
  }

  /** From now on the world is fair: no fault goes on, and every node that was not lost for good runs. */
  #heal(): void {
    this.#driver.endAll();
    this.#network.heal();
    const lost = new Set(this.#driver.checkpoint().lost);
    for (const process of this.#processes) {
      process.heal();
      if (!lost.has(process.index)) process.boot();
    }
    this.#ground.stateOfWorld(worldNode, { fact: "healed" });
  }

  #process(node: NodeId): Process {
    const index = this.#indexOf.get(node);
    assert(index !== undefined, "a node that is asked about is one of this world");
    return this.#processes[index];
  }
}

/** The plan for one node: later overrides win. */
function planOf<P extends object>(plan: P, overrides: readonly NodeOverride<P>[], node: NodeSpec): P {
  return overrides.reduce(
    (soFar, { nodes, plan: change }) => (selects(nodes, node) ? { ...soFar, ...change } : soFar),
    plan,
  );
}
