// What reached something new is changed a little and run again: whoever came into a state that is seldom come into is more
// likely than others to come into one beyond it.

import { groundOf } from "../candidate.ts";
import { mutated } from "../mutate.ts";
import type { Strategy } from "../strategy.ts";

/** Percent of candidates that are also struck where something is live. */
const aimedShare = 25;

export const guided: Strategy = {
  name: "guided",
  about: "runs that reached something new, with a fault more or less, shifted, at another node, under another seed",
  propose(die, { corpus, system, spec, bases }) {
    const entry = corpus.choose(die);
    if (entry === undefined) return undefined;
    const { scenario, reseeds } = entry.proposal;
    const ground = {
      ...groundOf(scenario, system, spec.model),
      system,
      variables: bases[0].variables,
      other: corpus.choose(die)?.proposal.scenario,
    };
    const changed = mutated(scenario, die, ground);
    const isSameSeed = changed.seed === scenario.seed;
    const aims = spec.moments.length > 0 && die.percent(aimedShare) ? 1 : 0;
    return { scenario: changed, reseeds: isSameSeed ? reseeds : [], aims };
  },
};
