// Random subsets of faults over random worlds: what finds most, and what all other strategies begin with.

import { drawVariant, groundOf } from "../candidate.ts";
import type { Die } from "../die.ts";
import type { Hunting, Strategy } from "../strategy.ts";
import { drawSwarm } from "../swarm.ts";
import type { Scenario } from "../../scenario/scenario.ts";

/** Percent of candidates in the first world, which is the usual one. */
const usualShare = 50;

/** The one strategy that always has something to propose. */
export const swarm = {
  name: "swarm",
  about: "a random world, and a few kinds of faults, each with an intensity of its own",
  propose: (die: Die, hunting: Hunting) => ({ scenario: drawSwarmScenario(die, hunting), reseeds: [] }),
} satisfies Strategy;

export function drawSwarmScenario(die: Die, { bases, system, spec }: Hunting): Scenario {
  const base = die.percent(usualShare) ? bases[0] : die.pick(bases);
  const scenario = drawVariant(base, die, system);
  const faults = drawSwarm(die, groundOf(scenario, system, spec.model), spec.turnovers);
  const own = new Set(faults.map(({ id }) => id));
  const kept = scenario.world.faults.filter(({ id }) => !own.has(id));
  return { ...scenario, seed: die.seed(), world: { ...scenario.world, faults: [...kept, ...faults] } };
}
