// A whole mesh in the simulated world, judged as it runs: for tests that ask what a setting or a fault makes of it.
import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import { Judge, judgePlan } from "../../../src/check/judge.ts";
import type { PropertyResult, Verdict } from "../../../src/check/property.ts";
import type { Fact } from "../../../src/machine/effect.ts";
import { meshModel } from "../../../src/systems/mesh/mesh-model.ts";
import { meshNodes } from "../../../src/systems/mesh/mesh-nodes.ts";
import type { JudgedFact, MeshView } from "../../../src/systems/mesh/mesh-view.ts";
import { meshBounds, meshProperties } from "../../../src/systems/mesh/properties/mesh-properties.ts";
import { meshSettings } from "../../../src/systems/mesh/settings.ts";
import { meshWorkload } from "../../../src/systems/mesh/workload.ts";
import type { Observation, TraceEvent, Tracer } from "../../../src/trace/trace-event.ts";
import type { Fault } from "../../../src/world/fault.ts";
import type { LinkPlan, WorldPlan } from "../../../src/world/plan.ts";
import { World } from "../../../src/world/world.ts";
import { plainLink, plainPlan } from "../../world/plans.ts";

export interface Arena {
  readonly seed?: number | string;
  readonly servers?: number;
  readonly players?: number;
  readonly settings?: unknown;
  readonly workload?: unknown;
  readonly faults?: readonly Fault[];
  readonly link?: Partial<LinkPlan>;
  readonly plan?: Partial<WorldPlan>;
  readonly untilUs?: number;
  readonly healUs?: number;
  readonly trace?: boolean;
}

export interface Fought {
  readonly facts: readonly Observation[];
  readonly trace: readonly TraceEvent[];
  readonly verdict: Verdict;
  readonly violated: readonly string[];
  readonly events: number;
  readonly digest: string;
}

const names = (prefix: string, count: number): readonly NodeId[] =>
  Array.from({ length: count }, (_, index) => nodeId(`${prefix}${index + 1}`));

export const nodesOf = (servers: number, players: number): ReadonlyMap<string, readonly NodeId[]> =>
  new Map([
    ["coordinator", [nodeId("coordinator")]],
    ["store", [nodeId("store")]],
    ["server", names("s", servers)],
    ["player", names("p", players)],
    ["operator", [nodeId("operator")]],
  ]);

/** Lively by default: borders are crossed about once a second. */
export function fight(arena: Arena = {}): Fought {
  const settings = meshSettings.parse(arena.settings ?? {});
  const workload = meshWorkload.parse(arena.workload ?? {});
  const healUs = arena.healUs ?? 20_000_000;
  const untilUs = arena.untilUs ?? healUs + meshBounds(settings).settleUs + 1_000_000;
  const nodes = nodesOf(arena.servers ?? 3, arena.players ?? 4);
  const plan: WorldPlan = {
    ...plainPlan,
    link: { ...plainLink, ...arena.link },
    process: { stepUs: 0, inboxMax: 10_000 },
    limits: { eventsMax: 20_000_000, pendingMax: 1_000_000 },
    ...arena.plan,
    untilUs,
    healUs,
    faults: arena.faults ?? [],
  };
  const judge = new Judge<MeshView, JudgedFact>(judgePlan(meshModel, meshProperties(settings)));
  const facts: Observation[] = [];
  const trace: TraceEvent[] = [];
  const tracer: Tracer = { trace: (event) => void trace.push(event) };
  const observer = {
    observe: (atUs: number, event: number, node: NodeId, fact: Fact): void => {
      facts.push({ atUs, event, node, fact });
      judge.observe(atUs, event, node, fact);
    },
  };
  const input = { nodes, settings, workload, untilUs, healUs };
  const world = new World(plan, meshNodes(input), {
    seed: arena.seed ?? 1,
    observer,
    check: true,
    ...(arena.trace === true ? { tracer } : {}),
  });
  world.run();
  const verdict = judge.finish({ atUs: world.nowUs, event: world.eventsDone });
  const violated = verdict.properties.filter(({ status, advisory }) => status === "violated" && !advisory);
  return {
    facts,
    trace,
    verdict,
    violated: violated.map(({ id }: PropertyResult) => id),
    events: world.eventsDone,
    digest: world.digestHex(),
  };
}
