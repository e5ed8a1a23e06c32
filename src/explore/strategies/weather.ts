// What every strategy is compared with: the ready mixtures of faults, all kinds at once at one intensity.

import { faultProfiles } from "../../world/profiles.ts";
import type { Strategy } from "../strategy.ts";

const mixtures = ["rough", "storm"] as const;

export const weather: Strategy = {
  name: "weather",
  about: "the usual world under a ready mixture of all kinds of faults, and another seed each time",
  propose(die, { bases }) {
    const { scenario } = bases[0].story;
    const { world } = scenario;
    const faults = faultProfiles.get(die.pick(mixtures))?.([], world.healUs) ?? [];
    return { scenario: { ...scenario, seed: die.seed(), world: { ...world, faults } }, reseeds: [] };
  },
};
