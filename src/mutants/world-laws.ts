// What a world owes its scenario, seen from outside: a trace says what came of messages and nodes, and the faults that the
// scenario asked for say what had to come of them. The world's own counts are believed only where the trace agrees.

import type { NodeId } from "../base/ids.ts";
import { compareValues } from "../base/plain-order.ts";
import type { Run } from "../simulate.ts";
import type { TraceEvent, Tracer } from "../trace/trace-event.ts";
import type { Fault, FaultKind } from "../world/fault.ts";
import type { LatencyModel, WorldPlan } from "../world/plan.ts";
import type { FoundBy } from "./difference.ts";

/** A time during which something is so between nodes, known from the plan alone. */
interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

interface Cut extends Window {
  readonly groups: readonly (readonly NodeId[])[];
}

/** Watches one run. */
export class WorldWatch implements Tracer {
  readonly #cuts: readonly Cut[];
  readonly #crashes: readonly (Window & { readonly node: NodeId })[];
  readonly #pauses: readonly (Window & { readonly node: NodeId })[];
  /** `tookUsMax`: the longest way that a message took which was sent meanwhile; -1: none was. */
  readonly #delays: readonly (Window & { readonly byUsMin: number; tookUsMax: number })[];
  readonly #latencyUsMin: number;
  readonly #down = new Set<NodeId>();
  readonly #paused = new Set<NodeId>();
  readonly #ended = new Map<NodeId, number>();
  readonly #booted = new Map<NodeId, number[]>();
  readonly #resumed = new Map<NodeId, number[]>();
  #copies = 0;
  #changed = 0;
  #broken: FoundBy | undefined = undefined;

  constructor(plan: WorldPlan) {
    this.#cuts = plan.faults.flatMap((fault) => cutOf(fault, plan));
    this.#crashes = plan.faults.flatMap((fault) => downtimesOf(fault, "crash", plan));
    this.#pauses = plan.faults.flatMap((fault) => downtimesOf(fault, "pause", plan));
    this.#delays = plan.faults.flatMap((fault) => delayOf(fault, plan));
    this.#latencyUsMin = plan.links.length === 0 ? leastOf(plan.link.latency) : 0;
  }

  trace(event: TraceEvent): void {
    if (event.kind === "fact") return this.#onFact(event);
    if (event.kind === "delivered") return this.#onDelivered(event);
    if (event.kind !== "timerFired") return;
    if (this.#down.has(event.node)) this.#blame("WORLD-DOWN", `${event.timer} fired at ${event.node}, which is down`);
    if (this.#paused.has(event.node))
      this.#blame("WORLD-PAUSE", `${event.timer} fired at ${event.node}, which stands still`);
  }

  /** The first law that was broken, after the run. */
  verdict({ tallies, messages }: Run): FoundBy | undefined {
    const changed = (kind: FaultKind): number =>
      tallies.filter((tally) => tally.kind === kind).reduce((sum, tally) => sum + tally.changed, 0);
    const dropped = messages.lost.dropFault;
    const damaged = this.#changed + messages.lost.corruptFrame + messages.lost.malformed;
    if (changed("drop") > 0 && dropped === 0)
      this.#blame("WORLD-DROP", "messages were dropped, and none was lost to it");
    if (changed("duplicate") > 0 && this.#copies === 0)
      this.#blame("WORLD-COPY", "messages were duplicated, and no copy came");
    if (changed("corrupt") > 0 && damaged === 0)
      this.#blame("WORLD-DAMAGE", "messages were damaged, and all came as they were sent");
    for (const { byUsMin, tookUsMax } of this.#delays) {
      if (tookUsMax >= 0 && tookUsMax < byUsMin)
        this.#blame("WORLD-DELAY", `messages were delayed by ${byUsMin} us, and none took more than ${tookUsMax} us`);
    }
    for (const { node, toUs } of this.#pauses) {
      if (!(this.#resumed.get(node) ?? []).includes(toUs))
        this.#blame("WORLD-RESUME", `${node} was to go on and did not`);
    }
    for (const { node, fromUs, toUs } of this.#crashes) this.#checkCrash(node, fromUs, toUs);
    return this.#broken;
  }

  #checkCrash(node: NodeId, fromUs: number, toUs: number): void {
    const endedUs = this.#ended.get(node);
    if (endedUs === undefined || endedUs < fromUs || endedUs > toUs) {
      this.#blame("WORLD-CRASH", `${node} was to crash and did not`);
    }
    if (!(this.#booted.get(node) ?? []).some((atUs) => atUs >= toUs && atUs <= toUs + 1_000)) {
      this.#blame("WORLD-RESTART", `${node} was to be up again and was not`);
    }
  }

  #onFact({ fact, node, atUs }: Extract<TraceEvent, { kind: "fact" }>): void {
    switch (fact.fact) {
      case "nodeBooted":
        this.#down.delete(node);
        this.#paused.delete(node);
        this.#booted.set(node, [...(this.#booted.get(node) ?? []), atUs]);
        return;
      case "nodeCrashed":
        this.#down.add(node);
        if (!this.#ended.has(node)) this.#ended.set(node, atUs);
        return;
      case "nodeStopped":
        this.#down.add(node);
        return;
      case "nodePaused":
        this.#paused.add(node);
        return;
      case "nodeResumed":
        this.#paused.delete(node);
        this.#resumed.set(node, [...(this.#resumed.get(node) ?? []), atUs]);
    }
  }

  #onDelivered({ node, from, sentUs, atUs, copy, content }: Extract<TraceEvent, { kind: "delivered" }>): void {
    if (copy > 0) this.#copies++;
    if (content !== undefined) this.#changed++;
    if (from === node) return;
    const tookUs = atUs - sentUs;
    for (const delay of this.#delays) {
      if (sentUs >= delay.fromUs && sentUs < delay.toUs) delay.tookUsMax = Math.max(delay.tookUsMax, tookUs);
    }
    if (tookUs < this.#latencyUsMin)
      this.#blame("WORLD-LATENCY", `a message took ${tookUs} us from ${from} to ${node}`);
    if (this.#down.has(node)) this.#blame("WORLD-DOWN", `a message came to ${node}, which is down`);
    if (this.#paused.has(node)) this.#blame("WORLD-PAUSE", `a message came to ${node}, which stands still`);
    for (const { fromUs, toUs, groups } of this.#cuts) {
      if (sentUs < fromUs || atUs > toUs || isTogether(groups, from, node)) continue;
      this.#blame("WORLD-CUT", `a message came from ${from} to ${node}, between which nothing passes`);
    }
  }

  #blame(id: string, because: string): void {
    this.#broken ??= { kind: "law", id, because };
  }
}

/** Both are in different groups of a cut, or one of them is in none. */
function isTogether(groups: readonly (readonly NodeId[])[], one: NodeId, other: NodeId): boolean {
  const groupOf = (node: NodeId): number => groups.findIndex((group) => group.includes(node));
  const [first, second] = [groupOf(one), groupOf(other)];
  return first < 0 || second < 0 || first === second;
}

function windowOf({ timing }: Fault, { startUs }: WorldPlan): Window | undefined {
  if (timing.type !== "scripted" || timing.forUs === "untilHeal" || timing.forUs === "once") return undefined;
  const fromUs = startUs + timing.atUs;
  return { fromUs, toUs: fromUs + timing.forUs };
}

function cutOf(fault: Fault, plan: WorldPlan): readonly Cut[] {
  const window = windowOf(fault, plan);
  const { action } = fault;
  if (window === undefined || action.kind !== "partition" || action.shape.type !== "groups") return [];
  return [{ ...window, groups: action.shape.groups.map(({ nodes }) => nodes) }];
}

function downtimesOf(
  fault: Fault,
  kind: "crash" | "pause",
  plan: WorldPlan,
): readonly (Window & { readonly node: NodeId })[] {
  const window = windowOf(fault, plan);
  const { action } = fault;
  if (window === undefined || action.kind !== kind) return [];
  return action.target.of.nodes.map((node) => ({ ...window, node }));
}

/** Only where every message between some nodes is delayed: then one of them must have been. */
function delayOf(fault: Fault, plan: WorldPlan): readonly (Window & { readonly byUsMin: number; tookUsMax: number })[] {
  const window = windowOf(fault, plan);
  const { action } = fault;
  if (window === undefined || action.kind !== "delay" || action.messages.types.length > 0) return [];
  const { rate, count } = action.messages;
  if (rate.of < rate.outOf || count < Infinity) return [];
  return [{ ...window, byUsMin: action.byUsMin, tookUsMax: -1 }];
}

/** Below which no draw of a model falls; 0: not known here. */
const leastOf = (model: LatencyModel): number => ("minUs" in model ? model.minUs : 0);

/** Kinds of faults that struck, and made no difference at all, although they do in a sound world. */
export function inertIn(planted: readonly Run[], sound: readonly Run[]): FoundBy | undefined {
  const kinds = new Set(planted.flatMap(({ tallies }) => tallies.map(({ kind }) => kind)));
  for (const kind of [...kinds].toSorted(compareValues)) {
    const [here, there] = [countsOf(kind, planted), countsOf(kind, sound)];
    if (here.injected < 3 || here.changed > 0 || there.changed < 3) continue;
    return { kind: "ledger", id: kind, because: `struck ${here.injected} times and changed nothing` };
  }
  return undefined;
}

function countsOf(kind: FaultKind, runs: readonly Run[]): { readonly injected: number; readonly changed: number } {
  const tallies = runs.flatMap((run) => run.tallies).filter((tally) => tally.kind === kind);
  return {
    injected: tallies.reduce((sum, { injected }) => sum + injected, 0),
    changed: tallies.reduce((sum, { changed }) => sum + changed, 0),
  };
}
