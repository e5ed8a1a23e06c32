// Small changes of a scenario: a fault more, one less, a little earlier, a little longer, at another node; another seed;
// other settings; the faults of two as one.

import { canonicalJson } from "../base/canonical-json.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { variableOf, varied } from "../scenario/vary.ts";
import type { Variable } from "../systems/hunting.ts";
import type { AnySystem } from "../systems/system.ts";
import type { Fault, FaultTarget, FaultTiming } from "../world/fault.ts";
import type { NodeSelector } from "../world/plan.ts";
import { drawChange } from "./candidate.ts";
import type { Die } from "./die.ts";
import { drawAction, drawRandomly, drawScripted, type FaultGround, isWithin, kindsOf, named } from "./fault-draws.ts";

export interface MutationGround extends FaultGround {
  readonly system: AnySystem;
  readonly variables: readonly Variable[];
  /** Another scenario, to take faults from. */
  readonly other: Scenario | undefined;
}

type Mutation = (scenario: Scenario, die: Die, ground: MutationGround) => Scenario;

const ms = 1_000;
const second = 1_000_000;
const faultsMax = 40;
/** Each message's copies are answered in copies: with many such faults at once, a world does nothing but answer. */
const duplicatingMax = 2;

function withFaults(scenario: Scenario, faults: readonly Fault[]): Scenario {
  const duplicating = faults.filter(({ action }) => action.kind === "duplicate").slice(0, duplicatingMax);
  const kept = faults.flatMap((fault) =>
    fault.action.kind !== "duplicate" ? [fault] : duplicating.includes(fault) ? [notUponItself(fault)] : [],
  );
  return { ...scenario, world: { ...scenario.world, faults: kept.slice(0, faultsMax) } };
}

/** Of a fault that strikes again and again: it ends, about, before it begins anew. */
function notUponItself(fault: Fault): Fault {
  const { timing } = fault;
  if (timing.type === "scripted" || timing.everyUs >= timing.forUsMax) return fault;
  return { ...fault, timing: { ...timing, everyUs: timing.forUsMax } };
}

/** One of them changed; as they are when there is none. */
function changing(change: (fault: Fault, die: Die, ground: MutationGround) => Fault): Mutation {
  return (scenario, die, ground) => {
    const { faults } = scenario.world;
    if (faults.length === 0) return scenario;
    const at = die.below(faults.length);
    return withFaults(
      scenario,
      faults.map((fault, place) => (place === at ? change(fault, die, ground) : fault)),
    );
  };
}

const remove: Mutation = (scenario, die) => {
  const { faults } = scenario.world;
  const at = die.below(Math.max(1, faults.length));
  return withFaults(
    scenario,
    faults.filter((_, place) => place !== at),
  );
};

const add: Mutation = (scenario, die, ground) => {
  const passing = kindsOf(ground.model).filter((kind) => ground.model.within.get(kind)?.isLasting !== true);
  const kind = die.pick(passing);
  const everyUs = die.doubling(1_000, 16_000) * ms;
  const drawn = die.percent(60) ? drawScripted(die, kind, ground) : [drawRandomly(die, kind, everyUs, ground)];
  const { faults } = scenario.world;
  return withFaults(scenario, [...faults, ...named(drawn, new Set(faults.map(({ id }) => id)))]);
};

const within = (us: number, { healUs }: FaultGround): number => Math.max(0, Math.min(healUs - 1, us));

const shift = changing(({ timing, ...fault }, die, ground) => {
  const byUs = die.doubling(1, 2_000) * ms * (die.percent(50) ? 1 : -1);
  if (timing.type === "scripted") return { ...fault, timing: { ...timing, atUs: within(timing.atUs + byUs, ground) } };
  const fromUs = within(timing.fromUs + byUs, ground);
  return { ...fault, timing: { ...timing, fromUs, untilUs: Math.max(fromUs + 1, timing.untilUs) } };
});

const stretch = changing(({ timing, ...fault }, die) => ({ ...fault, timing: stretched(timing, die) }));

function stretched(timing: FaultTiming, die: Die): FaultTiming {
  const [by, of] = die.pick([
    [1, 3],
    [1, 2],
    [3, 4],
    [4, 3],
    [2, 1],
    [3, 1],
  ] as const);
  const scaled = (us: number): number => Math.max(1, Math.floor((us * by) / of));
  if (timing.type === "scripted") {
    return typeof timing.forUs === "number"
      ? { ...timing, forUs: Math.min(30 * second, scaled(timing.forUs)) }
      : timing;
  }
  if (timing.forUsMax === 0 || die.percent(50))
    return { ...timing, everyUs: Math.max(100 * ms, scaled(timing.everyUs)) };
  const forUsMax = Math.min(30 * second, scaled(timing.forUsMax));
  return { ...timing, forUsMin: Math.min(timing.forUsMin, forUsMax), forUsMax };
}

/** Another node of the same role, where a fault names one. */
const retarget = changing((fault, die, { nodes, model }) => {
  const { action } = fault;
  if (!("target" in action) || model.within.get(action.kind)?.isLasting === true) return fault;
  const [name] = action.target.of.nodes;
  const peers = [...nodes.values()].find((names) => name !== undefined && names.includes(name)) ?? [];
  if (peers.length < 2) return fault;
  const target: FaultTarget = { of: { nodes: [die.pick(peers)], roles: [] }, pick: "all" };
  return { ...fault, action: { ...action, target } };
});

/** The same kind at the same time, harder or softer. */
const redraw = changing((fault, die, ground) => {
  const { action } = fault;
  const role = ground.model.within.get(action.kind)?.roles ?? [];
  if (role.length === 0) return fault;
  const of: NodeSelector = "target" in action ? action.target.of : { nodes: [], roles: [die.pick(role)] };
  const pick = "target" in action ? action.target.pick : "any";
  return { ...fault, action: drawAction(action.kind, die, { of, pick }, ground) };
});

const reseed: Mutation = (scenario, die) => ({ ...scenario, seed: die.seed() });

const resettle: Mutation = (scenario, die, { variables, system }) => {
  if (variables.length === 0) return scenario;
  const changes = [drawChange(die, die.pick(variables))];
  return varied(variableOf(scenario, system), changes, system) ?? scenario;
};

/** Faults of both, each with an even chance; those they have in common, once. */
const splice: Mutation = (scenario, die, { other }) => {
  if (other === undefined) return scenario;
  const own = scenario.world.faults.filter(() => die.percent(60));
  const taken = new Set(own.map(({ id }) => id));
  const isOwn = new Set(own.map(contentOf));
  const others = other.world.faults
    .filter(() => die.percent(50))
    .filter((fault) => !isOwn.has(contentOf(fault)))
    .map(({ timing, action }) => ({ timing, action }));
  return withFaults(scenario, [...own, ...named(others, taken)]);
};

const contentOf = ({ timing, action }: Fault): string => canonicalJson({ timing, action });

/** As often as they stand here. */
const mutations: readonly Mutation[] = [
  add,
  add,
  remove,
  shift,
  shift,
  stretch,
  retarget,
  redraw,
  reseed,
  resettle,
  splice,
];

/** A few changes; those that would leave the fault model, or name who is not there, are not made. */
export function mutated(scenario: Scenario, die: Die, ground: MutationGround): Scenario {
  let result = scenario;
  for (let left = die.pick([1, 1, 2, 3, 5]); left > 0; left -= 1) {
    const next = die.pick(mutations)(result, die, ground);
    if (isWithin(next.world.faults, ground)) result = next;
  }
  return result;
}
