// The mesh that the bench runs: so many servers, two players to each, who walk over borders and act.

import { parseScenario } from "../../src/scenario/parse.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { systemNamed } from "../../src/systems/registry.ts";

/** A mesh of `servers` regions for `seconds` of its own time; 1 stands for the lone player who walks over one border. */
export function meshScenario(servers: number, seconds: number): Scenario {
  const story = servers === 1 ? walk : crowd(servers);
  const result = parseScenario(`${story}until: ${seconds}s\n`, "bench.yaml", {
    systems: new Map([["mesh", systemNamed("mesh")]]),
  });
  if (result.type === "refused") throw new Error(`the bench's scenario is refused: ${JSON.stringify(result.problems)}`);
  return result.story.base;
}

const walk = `
title: One player walks to and fro over a border
why: How much faster than real time the smallest story goes
system: mesh
world: { nodes: { servers: 2, players: 1 } }
`;

const crowd = (servers: number): string => `
title: A mesh of ${servers} servers
why: How fast a world of this size is simulated and judged
system: mesh
world: { nodes: { servers: ${servers}, players: ${2 * servers} } }
`;
