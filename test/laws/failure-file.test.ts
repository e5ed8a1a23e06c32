// A failure is kept as decisions, not as a position in a random stream: it outlives edits beside it (DESIGN §3.5).
import { expect, test } from "vitest";

import { parseScenario } from "../../src/scenario/parse.ts";
import { printScenario } from "../../src/scenario/print.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import { edited } from "./edited-system.ts";
import { storyNamed } from "./stories.ts";

const mesh = systemNamed("mesh");

test.each([
  ["mesh/defences#without-attempt-check", 3],
  ["mesh/defences#without-durable-grants", 2],
  ["mesh/defences#without-idempotency", 1],
  ["mesh/fm-001-network-timeout#source-decides", 4],
])("%s fails in the same way with a node, a log fact and a stream more, under any seed", (name, seed) => {
  const story = storyNamed(name);
  const first = simulate(story, { seed, recordDecisions: true });
  const violation = ({ verdict }: typeof first) =>
    verdict.properties
      .filter(({ status, advisory }) => status === "violated" && !advisory)
      .map(({ id, first: [one] }) => [id, one?.atUs, one?.because]);
  expect(violation(first)).not.toEqual([]);

  const file = printScenario({ ...story, seed, decisions: first.decisions }, mesh, { header: ["kept"] });
  const parsed = parseScenario(file, "kept.failure.yaml", { systems: new Map([["mesh", mesh]]) });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems[0]));
  const again = simulate(parsed.story.base, { seed: seed + 1000, system: edited });
  expect(violation(again)).toEqual(violation(first));
  expect(again.forcedMisfits).toBe(0);
});
