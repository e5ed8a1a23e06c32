// A failure is kept as decisions, not as a position in a random stream: it outlives edits beside it (DESIGN §3.5).
import { expect, test } from "vitest";

import { nodeId } from "../../src/base/ids.ts";
import type { Effect, Fact } from "../../src/machine/effect.ts";
import type { MachineEvent } from "../../src/machine/event.ts";
import type { Machine, NodeSpec } from "../../src/machine/machine.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { printScenario } from "../../src/scenario/print.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import { storyNamed } from "./stories.ts";

const mesh = systemNamed("mesh");

/** A node of a kind that was not there: it draws, it sets timers, it talks. */
class Newcomer implements Machine {
  state = { drawn: 0 };

  step(event: MachineEvent): readonly Effect[] {
    if (event.type === "drawn") this.state.drawn += event.value;
    if (event.type !== "booted" && event.type !== "timerFired") return [];
    return [
      { type: "draw", purpose: "mood", below: 1000 },
      { type: "setTimer", timer: "again", afterUs: 100_000, spreadUs: 50_000 },
      { type: "record", fact: "newcomerWoke" },
    ];
  }
}

/** A machine that says more than it did: a log fact before each of its effects. */
function talkative(spec: NodeSpec): NodeSpec {
  return {
    ...spec,
    start: () => {
      const machine = spec.start();
      return {
        get state() {
          return machine.state;
        },
        set state(state: object) {
          machine.state = state;
        },
        step: (event) => [
          { type: "record", fact: `log ${event.type}` } satisfies { type: "record" } & Fact,
          ...machine.step(event),
        ],
      };
    },
  };
}

const edited: AnySystem = {
  ...mesh,
  nodes: (input) => [
    { id: nodeId("newcomer-1"), role: "newcomer", ordinal: 0, start: () => new Newcomer() },
    ...mesh.nodes(input).map(talkative),
  ],
};

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
