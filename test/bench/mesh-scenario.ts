// The mesh that the bench runs: so many servers, two players to each, who walk over borders and act.

import { readFileSync } from "node:fs";

import { parseScenario } from "../../src/scenario/parse.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { systemNamed } from "../../src/systems/registry.ts";

/** A mesh of `servers` regions for `seconds` of its own time; 1 stands for the story `mesh/walk`: fifty players. */
export function meshScenario(servers: number, seconds: number): Scenario {
  return parsed(servers === 1 ? readFileSync(walk, "utf8") : crowd(servers), [`until=${seconds}s`]);
}

/** A run of a hunt: the story `mesh/hunt`, random faults of the profile "rough", for a minute of its own time. */
export function fuzzScenario(servers: number): Scenario {
  return parsed(readFileSync(hunt, "utf8"), [`world.nodes.servers=${servers}`]);
}

/** The story `planet`, whole; or a part of it with so many players, fifty to a server, where nothing goes wrong. */
export function planetScenario(players: number, seconds: number, { isWhole }: { isWhole: boolean }): Scenario {
  const story = readFileSync(planet, "utf8");
  if (isWhole) return parsed(story, []);
  const calm = story.replace(/^heal: .*\n/mu, "").replace(/^faults:$[^]*/mu, "");
  const servers = players / playersOfServer;
  const nodes = [`world.nodes.servers=${servers}`, `world.nodes.players=${players}`];
  return parsed(calm, [...nodes, `workload.items=${players / playersOfItem}`, `until=${seconds}s`]);
}

function parsed(story: string, set: readonly string[]): Scenario {
  const result = parseScenario(story, "bench.yaml", { systems: new Map([["mesh", systemNamed("mesh")]]), set });
  if (result.type === "refused") throw new Error(`the bench's scenario is refused: ${JSON.stringify(result.problems)}`);
  return result.story.base;
}

const walk = new URL("../../scenarios/mesh/walk.yaml", import.meta.url);
const hunt = new URL("../../scenarios/mesh/hunt.yaml", import.meta.url);
const planet = new URL("../../scenarios/planet.yaml", import.meta.url);
/** As the planet has them. */
const playersOfServer = 50;
const playersOfItem = 5;

const crowd = (servers: number): string => `
title: A mesh of ${servers} servers
why: How fast a world of this size is simulated and judged
system: mesh
until: 1s
world: { nodes: { servers: ${servers}, players: ${2 * servers} } }
`;
