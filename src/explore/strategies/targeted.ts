// Faults at what is live: a run is looked at first, a moment of it is chosen, and struck; then the run is another one from
// there on, and may be looked at again. Up to the moment it is the same, for every decision has a stream of its own.

import { aimAt } from "../aimed.ts";
import { type Candidate, groundOf, type Proposal } from "../candidate.ts";
import { Die } from "../die.ts";
import { named } from "../fault-draws.ts";
import { type MomentOptions, momentsOf } from "../moments.ts";
import type { Hunting, Strategy } from "../strategy.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Fault } from "../../world/fault.ts";
import { drawUnrest } from "../swarm.ts";
import { drawSwarmScenario } from "./swarm.ts";

/** Percent of candidates without any other fault, and of those in which leaders change and nothing else happens. */
const calmShare = 25;
const unrestShare = 35;
const aimsDrawn = [1, 1, 2, 2, 3];

export const targeted: Strategy = {
  name: "targeted",
  about:
    "faults placed where something is live: leaders, leases, messages of a transfer, what is durable and not yet said",
  propose(die, hunting) {
    if (hunting.spec.moments.length === 0) return undefined;
    const scenario = drawSwarmScenario(die, hunting);
    const faults = backgroundOf(scenario, die, hunting);
    return { scenario: { ...scenario, world: { ...scenario.world, faults } }, reseeds: [], aims: die.pick(aimsDrawn) };
  },
};

/** What else happens: nothing, changes of leaders alone, or some of a swarm. */
function backgroundOf(scenario: Scenario, die: Die, { system, spec: { model, turnovers } }: Hunting): readonly Fault[] {
  const drawn = die.below(100);
  if (drawn < calmShare) return [];
  if (drawn >= calmShare + unrestShare) return scenario.world.faults.filter(() => die.percent(40));
  return turnovers === undefined ? [] : named([drawUnrest(die, turnovers, groundOf(scenario, system, model))]);
}

/** Looks, chooses and strikes, as often as was asked for: what is run in the end. A function of the candidate. */
export function aimed({ scenario, reseeds, aims = 0, index }: Candidate, options: MomentOptions): Proposal {
  const { system, spec } = options;
  const die = new Die("aim", scenario.seed, index);
  let proposal: Proposal = { scenario, reseeds };
  let sinceUs = 0;
  for (let aim = 0; aim < aims; aim += 1) {
    const live = momentsOf(proposal, options).filter(({ atUs }) => atUs > sinceUs);
    if (live.length === 0) return proposal;
    // Sorts are chosen first, or what happens all the time would be all that is struck.
    const name = die.pick([...new Set(live.map((moment) => moment.spec.name))]);
    const moment = die.pick(live.filter((one) => one.spec.name === name));
    const { world } = proposal.scenario;
    const taken = new Set(world.faults.map(({ id }) => id));
    const blows = named(aimAt(moment, die, groundOf(proposal.scenario, system, spec.model)), taken);
    sinceUs = moment.atUs;
    proposal = {
      scenario: { ...proposal.scenario, world: { ...world, faults: [...world.faults, ...blows] } },
      reseeds,
    };
  }
  return proposal;
}
