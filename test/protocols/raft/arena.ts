// A whole Raft group with its clients in the simulated world, judged as it runs.
import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import { Judge, judgePlan } from "../../../src/check/judge.ts";
import type { Verdict } from "../../../src/check/property.ts";
import type { Fact } from "../../../src/machine/effect.ts";
import type { Machine, NodeSpec } from "../../../src/machine/machine.ts";
import { raftModel } from "../../../src/protocols/raft/properties/raft-model.ts";
import { raftProperties } from "../../../src/protocols/raft/properties/raft-properties.ts";
import type { JudgedFact, RaftView } from "../../../src/protocols/raft/properties/raft-view.ts";
import { RaftMachine } from "../../../src/protocols/raft/raft-machine.ts";
import { type RaftChanges, raftSettings } from "../../../src/protocols/raft/settings.ts";
import { type ClientPlan, StoreClient } from "../../../src/protocols/raft/store-client.ts";
import { RaftOperator } from "../../../src/systems/raft/operator.ts";
import type { Fault } from "../../../src/world/fault.ts";
import type { WorldPlan } from "../../../src/world/plan.ts";
import { planDefaults } from "../../../src/world/profiles.ts";
import { World, type WorldOptions } from "../../../src/world/world.ts";

export interface Arena {
  readonly seed?: number;
  readonly nodes?: number;
  /** Nodes that are no members at first. */
  readonly spares?: number;
  readonly clients?: number;
  readonly client?: Partial<ClientPlan>;
  readonly settings?: RaftChanges;
  readonly faults?: readonly Fault[];
  readonly plan?: Partial<WorldPlan>;
  readonly healUs?: number;
  readonly untilUs?: number;
  readonly world?: Partial<WorldOptions>;
  /** An operator changes the members, and who leads, every so often. */
  readonly operatesUs?: number;
  readonly watch?: (atUs: number, node: NodeId, fact: Fact) => void;
}

export interface Fought {
  readonly verdict: Verdict;
  readonly violated: readonly string[];
  /** One line for each first violation. */
  readonly told: readonly string[];
  readonly exercised: ReadonlyMap<string, number>;
  readonly events: number;
  readonly digest: string;
}

const named = (prefix: string, count: number): readonly NodeId[] =>
  Array.from({ length: count }, (_, index) => nodeId(`${prefix}${index + 1}`));

export function arenaWorld(arena: Arena): { world: World; judge: Judge<RaftView, JudgedFact> } {
  const { nodes: count = 5, spares = 0, clients = 4, seed = 1, faults = [], operatesUs = 0 } = arena;
  const settings = raftSettings(arena.settings);
  const healUs = arena.healUs ?? 20_000_000;
  const untilUs = arena.untilUs ?? healUs + 10_000_000;
  const nodes = named("n", count + spares);
  const founders = nodes.slice(0, count);
  const initial = { voters: founders, outgoing: [], learners: [] };
  const nobody = { voters: [], outgoing: [], learners: [] };
  const client: ClientPlan = {
    nodes,
    keys: 3,
    thinkUs: 2_000,
    thinkSpreadUs: 20_000,
    retryUs: 150_000,
    readsOfTen: 4,
    ...arena.client,
  };
  const specs: NodeSpec[] = nodes.map((id, ordinal) => ({
    id,
    role: "node",
    ordinal,
    start: () => new RaftMachine(id, founders.includes(id) ? initial : nobody, settings),
  }));
  named("c", clients).forEach((id, ordinal) =>
    specs.push({ id, role: "client", ordinal, start: () => new StoreClient(id, client) }),
  );
  if (operatesUs > 0) {
    const start = (): Machine => new RaftOperator(nodes, { everyUs: operatesUs, untilUs: healUs });
    specs.push({ id: nodeId("operator"), role: "operator", ordinal: 0, start });
  }
  const plan: WorldPlan = {
    ...planDefaults,
    startUs: 0,
    links: [],
    clocks: [],
    disks: [],
    processes: [],
    ...arena.plan,
    untilUs,
    healUs,
    faults,
  };
  const properties = raftProperties(settings, { retryUs: client.retryUs, nodes: nodes.length });
  const judge = new Judge<RaftView, JudgedFact>(judgePlan(raftModel, properties));
  const observer = {
    observe(atUs: number, event: number, node: NodeId, fact: Fact): void {
      judge.observe(atUs, event, node, fact);
      arena.watch?.(atUs, node, fact);
    },
  };
  return { world: new World(plan, specs, { seed, observer, check: true, ...arena.world }), judge };
}

export function fight(arena: Arena = {}): Fought {
  const { world, judge } = arenaWorld(arena);
  world.run();
  const verdict = judge.finish({ atUs: world.nowUs, event: world.eventsDone });
  const broken = verdict.properties.filter(({ status }) => status === "violated");
  return {
    verdict,
    violated: broken.map(({ id }) => id),
    told: broken.map(({ id, first }) => `${id} at ${first[0]?.atUs}: ${first[0]?.because}`),
    exercised: new Map(verdict.properties.map(({ id, exercised }) => [id, exercised])),
    events: world.eventsDone,
    digest: world.digestHex(),
  };
}
