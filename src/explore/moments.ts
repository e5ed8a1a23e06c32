// The instants of a run at which something is live: a leader just elected, a lease just held, a message of a transfer on
// its way, an effect durable and not yet told. A fault at random meets them seldom; one that was placed there always does.

import type { NodeId } from "../base/ids.ts";
import type { Fact } from "../machine/effect.ts";
import { type HostedSystem, worldOf } from "../simulate.ts";
import type { HuntSpec, MomentSpec } from "../systems/hunting.ts";
import type { FactObserver, TraceEvent, Tracer } from "../trace/trace-event.ts";
import type { Proposal } from "./candidate.ts";

export interface Moment {
  readonly spec: MomentSpec;
  /** Counted from the start. */
  readonly atUs: number;
  readonly node: NodeId;
  /** Of a message: its type, and who it is for. */
  readonly message: { readonly type: string; readonly to: NodeId } | undefined;
}

export interface MomentOptions {
  readonly system: HostedSystem;
  readonly spec: HuntSpec;
  /** Asked now and then; true cuts the run short. */
  readonly poll?: (() => boolean) | undefined;
}

/** More of one sort are not kept: a fault is placed at one of them. */
const alikeMax = 400;

/** Runs it without judging, and says where something was live before the world healed. */
export function momentsOf({ scenario, reseeds }: Proposal, { system, spec, poll }: MomentOptions): readonly Moment[] {
  const watcher = new MomentWatcher(spec, new Set([...scenario.nodes.values()].flat()), scenario.world.startUs);
  const world = worldOf(scenario, system, watcher, { tracer: watcher, digest: false });
  const { startUs, healUs } = scenario.world;
  for (const { atUs, seed } of reseeds) {
    world.runUntil(startUs + atUs, poll);
    world.reseed(seed);
  }
  world.runUntil(startUs + healUs - 1, poll);
  return watcher.moments;
}

class MomentWatcher implements FactObserver, Tracer {
  readonly moments: Moment[] = [];
  readonly #byFact: ReadonlyMap<string, readonly MomentSpec[]>;
  readonly #byMessage: ReadonlyMap<string, readonly MomentSpec[]>;
  readonly #nodes: ReadonlySet<NodeId>;
  readonly #startUs: number;
  readonly #counts = new Map<MomentSpec, number>();

  constructor({ moments }: HuntSpec, nodes: ReadonlySet<NodeId>, startUs: number) {
    const named = moments.map((spec) => ({ spec, name: "fact" in spec.on ? spec.on.fact : spec.on.message }));
    const group = (some: typeof named): ReadonlyMap<string, readonly MomentSpec[]> =>
      new Map(some.map(({ name }) => [name, some.filter((one) => one.name === name).map(({ spec }) => spec)]));
    this.#byFact = group(named.filter(({ spec }) => "fact" in spec.on));
    this.#byMessage = group(named.filter(({ spec }) => "message" in spec.on));
    this.#nodes = nodes;
    this.#startUs = startUs;
  }

  observe(atUs: number, _event: number, node: NodeId, fact: Fact): void {
    for (const spec of this.#byFact.get(fact.fact) ?? []) {
      const { whose } = spec;
      const named: unknown = whose === "self" ? node : new Map<string, unknown>(Object.entries(fact)).get(whose.field);
      this.#add(spec, atUs, named, undefined);
    }
  }

  trace(event: TraceEvent): void {
    if (event.kind !== "sent" || !("type" in event.content) || typeof event.content.type !== "string") return;
    const { type } = event.content;
    for (const spec of this.#byMessage.get(type) ?? []) this.#add(spec, event.atUs, event.node, { type, to: event.to });
  }

  #add(spec: MomentSpec, atUs: number, named: unknown, message: Moment["message"]): void {
    const count = this.#counts.get(spec) ?? 0;
    if (!this.#nodes.has(named as NodeId) || count >= alikeMax) return;
    this.#counts.set(spec, count + 1);
    this.moments.push({ spec, atUs: atUs - this.#startUs, node: named as NodeId, message });
  }
}
