// Every strategy, and what share of a hunt each has.

import type { Strategy } from "../strategy.ts";
import { swarm } from "./swarm.ts";
import { weather } from "./weather.ts";

export const strategies: readonly Strategy[] = [swarm, weather];

/** Candidates in turn, when nobody asks for one strategy: by their share. */
export const usualMixture: readonly Strategy[] = [swarm, swarm, swarm, swarm, swarm, swarm, swarm, weather];
