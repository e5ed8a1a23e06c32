// What faults may do to a world, joined to the parts of it that do it.

import type { Streams } from "../kernel/streams.ts";
import type { NodeSpec } from "../machine/machine.ts";
import type { Controls, Ledger, MessageInterceptor, NodeIndex } from "./controls.ts";
import type { FaultKind } from "./fault.ts";
import { eventKind, worldNode, type Ground } from "./ground.ts";
import { selects, type LinkChange } from "./link.ts";
import type { Network } from "./network.ts";
import type { LatencyModel, NodeSelector, Rate } from "./plan.ts";
import type { Process } from "./process.ts";

export class WorldControls implements Controls {
  readonly #ground: Ground;
  readonly #network: Network;
  readonly #nodes: readonly NodeSpec[];
  readonly #processes: readonly Process[];

  constructor(ground: Ground, network: Network, nodes: readonly NodeSpec[], processes: readonly Process[]) {
    this.#ground = ground;
    this.#network = network;
    this.#nodes = nodes;
    this.#processes = processes;
  }

  get nowUs(): number {
    return this.#ground.kernel.nowUs;
  }

  get streams(): Streams {
    return this.#ground.streams;
  }

  get ledger(): Ledger {
    return this.#ground.ledger;
  }

  nodesOf(selector: NodeSelector): readonly NodeIndex[] {
    return this.#nodes.flatMap((node, index) => (selects(selector, node) ? [index] : []));
  }

  subjectOf(node: NodeIndex): string {
    return this.#processes[node].subject;
  }

  nameOf(node: NodeIndex): string {
    return this.#processes[node].id;
  }

  stateFaultBegan(fault: number, kind: FaultKind, about: string, ratePpm: number): void {
    this.#ground.stateOfWorld(worldNode, { fact: "faultBegan", fault, kind, about, ratePpm });
  }

  stateFaultEnded(fault: number, kind: FaultKind, lateUs: number): void {
    const ended = { fact: "faultEnded", fault, kind } as const;
    this.#ground.stateOfWorld(worldNode, lateUs > 0 ? { ...ended, lateUs } : ended);
  }

  wakeFaultsAt(atUs: number, what: number, argument: number): void {
    this.#ground.kernel.schedule(atUs, eventKind.fault, what, argument);
  }

  setInterceptor(interceptor: MessageInterceptor | undefined): void {
    this.#network.setInterceptor(interceptor);
  }

  releaseHeld(strike: number, order: "inOrder" | "shuffled"): void {
    this.#network.releaseHeld(strike, order);
  }

  cutLink(strike: number, from: NodeIndex, to: NodeIndex): void {
    this.#network.cut(strike, from, to);
  }

  mendLink(strike: number, from: NodeIndex, to: NodeIndex): void {
    this.#network.mend(strike, from, to);
  }

  overrideLink(strike: number, from: NodeIndex, to: NodeIndex, change: LinkChange): void {
    this.#network.override(strike, from, to, change);
  }

  restoreLink(strike: number, from: NodeIndex, to: NodeIndex): void {
    this.#network.restoreLink(strike, from, to);
  }

  crash(strike: number, node: NodeIndex, torn: boolean): void {
    this.#processes[node].crash(strike, torn);
  }

  start(_strike: number, node: NodeIndex): void {
    this.#processes[node].boot();
  }

  pause(strike: number, node: NodeIndex, monotonic: "runs" | "stops"): void {
    this.#processes[node].pause(strike, monotonic);
  }

  resume(_strike: number, node: NodeIndex): void {
    this.#processes[node].resume();
  }

  slow(strike: number, node: NodeIndex, stepUs: number): void {
    this.#processes[node].slow(strike, stepUs);
  }

  unslow(strike: number, node: NodeIndex): void {
    this.#processes[node].unslow(strike);
  }

  requestStop(strike: number, node: NodeIndex): void {
    this.#processes[node].requestStop(strike);
  }

  isRunning(node: NodeIndex): boolean {
    return this.#processes[node].isUp;
  }

  suppressTimers(strike: number, node: NodeIndex, prefixes: readonly string[]): void {
    this.#processes[node].suppressTimers(strike, prefixes);
  }

  releaseTimers(strike: number, node: NodeIndex, lost: boolean): void {
    this.#processes[node].releaseTimers(strike, lost);
  }

  stepClock(strike: number, node: NodeIndex, byUs: number): void {
    this.#processes[node].changeClock(strike, (clock, nowUs) => clock.step(byUs, nowUs));
  }

  addDrift(strike: number, node: NodeIndex, ppm: number): void {
    this.#processes[node].changeClock(strike, (clock, nowUs) => clock.addDrift(ppm, nowUs));
  }

  slewClock(strike: number, node: NodeIndex, byUs: number, overUs: number): void {
    this.#processes[node].changeClock(strike, (clock, nowUs) => clock.slew(byUs, overUs, nowUs));
  }

  freezeClock(strike: number, node: NodeIndex): void {
    this.#processes[node].changeClock(strike, (clock, nowUs) => clock.freeze(nowUs));
  }

  unfreezeClock(strike: number, node: NodeIndex): void {
    this.#processes[node].changeClock(strike, (clock, nowUs) => clock.unfreeze(nowUs));
  }

  failSyncs(strike: number, node: NodeIndex, how: "io" | "full" | "lost" | "none", rate: Rate): void {
    this.#processes[node].storage.failSyncs(strike, how, rate);
  }

  slowDisk(strike: number, node: NodeIndex, latency: LatencyModel | undefined): void {
    this.#processes[node].storage.slow(strike, latency);
  }

  damageDisk(strike: number, node: NodeIndex, how: "rot" | "misdirect" | "wipe", records: number): void {
    this.#processes[node].storage.damage(strike, how, records);
  }
}
