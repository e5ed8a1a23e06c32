// Every strategy, and what share of a hunt each has.

import type { Strategy } from "../strategy.ts";
import { branching } from "./branching.ts";
import { guided } from "./guided.ts";
import { swarm } from "./swarm.ts";
import { targeted } from "./targeted.ts";
import { weather } from "./weather.ts";

export const strategies: readonly Strategy[] = [swarm, targeted, guided, branching, weather];

const inTurn = [swarm, guided, targeted, guided, swarm, targeted, guided] as const;

/** Candidates in turn, when nobody asks for one strategy: by their share. A branching candidate is several runs. */
export const usualMixture: readonly Strategy[] = [...inTurn, branching, ...inTurn, weather];
