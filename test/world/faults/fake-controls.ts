// A world without a network, machines or disks: it writes down what the faults ask of it, and keeps their time.

import { nodeId } from "../../../src/base/ids.ts";
import { Streams } from "../../../src/kernel/streams.ts";
import type { Message } from "../../../src/machine/message.ts";
import type { Controls, Interference, MessageInterceptor, NodeIndex } from "../../../src/world/controls.ts";
import type { Fault, FaultAction, FaultTiming } from "../../../src/world/fault.ts";
import { FaultDriver } from "../../../src/world/faults/driver.ts";
import { FaultLedger } from "../../../src/world/ledger.ts";
import type { NodeSelector, Rate } from "../../../src/world/plan.ts";

interface Wake {
  readonly atUs: number;
  readonly what: number;
  readonly argument: number;
}

export const everyNode: NodeSelector = { nodes: [], roles: [] };
export const always: Rate = { of: 1, outOf: 1 };
export const named = (...names: readonly string[]): NodeSelector => ({ nodes: names.map(nodeId), roles: [] });
export const inRole = (...roles: readonly string[]): NodeSelector => ({ nodes: [], roles });
export const all = (of: NodeSelector = everyNode) => ({ of, pick: "all" as const });
export const any = (of: NodeSelector = everyNode) => ({ of, pick: "any" as const });

export function scripted(atUs: number, forUs: number | "once" | "untilHeal"): FaultTiming {
  return { type: "scripted", atUs, forUs };
}

export function fault(id: string, timing: FaultTiming, action: FaultAction): Fault {
  return { id, timing, action };
}

/** Nodes a, b, c, ... are of the role "server"; those that `clients` counts, x0, x1, ..., are of the role "client". */
export class FakeControls implements Controls {
  nowUs: number;
  readonly streams: Streams;
  readonly ledger: FaultLedger;
  readonly calls: string[] = [];
  readonly driver: FaultDriver;
  readonly running: boolean[];
  interceptor: MessageInterceptor | undefined = undefined;
  readonly #names: readonly string[];
  #wakes: Wake[] = [];

  constructor(
    faults: readonly Fault[],
    {
      servers = 4,
      clients = 0,
      seed = 1,
      startUs = 0,
    }: { servers?: number; clients?: number; seed?: number; startUs?: number } = {},
  ) {
    this.nowUs = startUs;
    this.streams = new Streams(seed);
    this.ledger = new FaultLedger(faults);
    this.#names = [
      ...Array.from({ length: servers }, (_, at) => String.fromCharCode(97 + at)),
      ...Array.from({ length: clients }, (_, at) => `x${at}`),
    ];
    this.running = this.#names.map(() => true);
    this.driver = new FaultDriver(faults, this);
    this.driver.begin();
  }

  /** Lets time pass up to `untilUs`, inclusive; returns what happened meanwhile. */
  run(untilUs: number): readonly string[] {
    const from = this.calls.length;
    for (;;) {
      const next = this.#wakes.reduce(
        (best, wake) => (wake.atUs < (best?.atUs ?? Infinity) ? wake : best),
        this.#wakes[0],
      );
      if (next === undefined || next.atUs > untilUs) break;
      this.#wakes.splice(this.#wakes.indexOf(next), 1);
      this.nowUs = next.atUs;
      this.driver.onWake(next.what, next.argument);
    }
    this.nowUs = untilUs;
    return this.calls.slice(from);
  }

  /** Heals the world; returns what happened. */
  heal(): readonly string[] {
    const from = this.calls.length;
    this.driver.endAll();
    return this.calls.slice(from);
  }

  /** Sends a message through whatever intercepts at this moment. */
  send(from: string, to: string, message: Message = { type: "ping" }): Interference | undefined {
    return this.interceptor?.intercept({
      from: this.#names.indexOf(from),
      to: this.#names.indexOf(to),
      message,
      transport: "datagram",
      atUs: this.nowUs,
    });
  }

  wakes(): readonly Wake[] {
    return [...this.#wakes];
  }

  restoreWakes(wakes: readonly Wake[]): void {
    this.#wakes = [...wakes];
  }

  nodesOf(selector: NodeSelector): readonly NodeIndex[] {
    const { nodes, roles } = selector;
    const everyone = this.#names.map((_, at) => at);
    if (nodes.length + roles.length === 0) return everyone;
    return everyone.filter((at) => nodes.includes(nodeId(this.nameOf(at))) || roles.includes(this.#roleOf(at)));
  }

  subjectOf(node: NodeIndex): string {
    return `${this.#roleOf(node)}/${node}`;
  }

  nameOf(node: NodeIndex): string {
    return this.#names[node] ?? "?";
  }

  stateFaultBegan(index: number, kind: string, about: string): void {
    this.#say(`${index} ${kind} began: ${about}`);
  }

  stateFaultEnded(index: number, kind: string, lateUs: number): void {
    this.#say(`${index} ${kind}${lateUs > 0 ? `, late for ${lateUs} us more,` : ""} ended`);
  }

  wakeFaultsAt(atUs: number, what: number, argument: number): void {
    this.#wakes.push({ atUs, what, argument });
  }

  setInterceptor(interceptor: MessageInterceptor | undefined): void {
    this.interceptor = interceptor;
  }

  releaseHeld(strike: number, order: string): void {
    this.#say(`release held by ${strike} ${order}`);
  }

  cutLink(strike: number, from: NodeIndex, to: NodeIndex): void {
    this.#about(strike, `cut ${this.nameOf(from)}>${this.nameOf(to)}`);
  }

  mendLink(_strike: number, from: NodeIndex, to: NodeIndex): void {
    this.#say(`mend ${this.nameOf(from)}>${this.nameOf(to)}`);
  }

  overrideLink(strike: number, from: NodeIndex, to: NodeIndex, change: object): void {
    this.#about(strike, `override ${this.nameOf(from)}>${this.nameOf(to)} ${Object.keys(change).join()}`);
  }

  restoreLink(_strike: number, from: NodeIndex, to: NodeIndex): void {
    this.#say(`restore ${this.nameOf(from)}>${this.nameOf(to)}`);
  }

  crash(strike: number, node: NodeIndex, torn: boolean): void {
    this.running[node] = false;
    this.#about(strike, `crash ${this.nameOf(node)}${torn ? " torn" : ""}`);
  }

  start(_strike: number, node: NodeIndex): void {
    this.running[node] = true;
    this.#say(`start ${this.nameOf(node)}`);
  }

  pause(strike: number, node: NodeIndex, monotonic: string): void {
    this.#about(strike, `pause ${this.nameOf(node)} ${monotonic}`);
  }

  resume(_strike: number, node: NodeIndex): void {
    this.#say(`resume ${this.nameOf(node)}`);
  }

  slow(strike: number, node: NodeIndex, stepUs: number): void {
    this.#about(strike, `slow ${this.nameOf(node)} ${stepUs}`);
  }

  unslow(_strike: number, node: NodeIndex): void {
    this.#say(`unslow ${this.nameOf(node)}`);
  }

  requestStop(strike: number, node: NodeIndex): void {
    this.#about(strike, `ask ${this.nameOf(node)} to stop`);
  }

  isRunning(node: NodeIndex): boolean {
    return this.running[node] ?? false;
  }

  suppressTimers(strike: number, node: NodeIndex, prefixes: readonly string[]): void {
    this.#about(strike, `suppress ${prefixes.join()} of ${this.nameOf(node)}`);
  }

  releaseTimers(_strike: number, node: NodeIndex, lost: boolean): void {
    this.#say(`release timers of ${this.nameOf(node)}${lost ? " lost" : ""}`);
  }

  stepClock(strike: number, node: NodeIndex, byUs: number): void {
    this.#about(strike, `step ${this.nameOf(node)} ${byUs}`);
  }

  addDrift(strike: number, node: NodeIndex, ppm: number): void {
    this.#about(strike, `drift ${this.nameOf(node)} ${ppm}`);
  }

  slewClock(strike: number, node: NodeIndex, byUs: number, overUs: number): void {
    this.#about(strike, `slew ${this.nameOf(node)} ${byUs} over ${overUs}`);
  }

  freezeClock(strike: number, node: NodeIndex): void {
    this.#about(strike, `freeze ${this.nameOf(node)}`);
  }

  unfreezeClock(_strike: number, node: NodeIndex): void {
    this.#say(`unfreeze ${this.nameOf(node)}`);
  }

  failSyncs(strike: number, node: NodeIndex, how: string, { of, outOf }: Rate): void {
    this.#about(strike, `syncs of ${this.nameOf(node)} fail ${how} ${of} in ${outOf}`);
  }

  slowDisk(strike: number, node: NodeIndex, latency: { readonly type: string } | undefined): void {
    this.#about(strike, `disk of ${this.nameOf(node)} ${latency?.type ?? "as planned"}`);
  }

  damageDisk(strike: number, node: NodeIndex, how: string, records: number): void {
    this.#about(strike, `${how} ${records} of ${this.nameOf(node)}`);
  }

  #roleOf(node: NodeIndex): string {
    return this.nameOf(node).startsWith("x") ? "client" : "server";
  }

  #say(what: string): void {
    this.calls.push(`${this.nowUs} ${what}`);
  }

  /** What a strike does bites here at once, for there is nothing else to bite. */
  #about(strike: number, what: string): void {
    this.ledger.changed(strike);
    this.#say(what);
  }
}
