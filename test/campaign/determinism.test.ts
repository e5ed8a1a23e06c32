// A machine that takes something from outside its events is caught, and the first thing it does otherwise is named.
import { describe, expect, test } from "vitest";

import { checkDeterminism } from "../../src/campaign/determinism.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { simulate } from "../../src/simulate.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import { byName, echo } from "../scenario/echo-system.ts";

const system = byName.get(echo.name)!;
const parsed = parseScenario("title: t\nwhy: w\nsystem: echo\nuntil: 20s\n", "e.yaml", { systems: byName });
const scenario = (parsed.type === "parsed" ? parsed.story.base : undefined) as Scenario;

describe("the same run twice", () => {
  test("is the same, digest and all", () => {
    const found = checkDeterminism(scenario, { system });
    expect(found).toEqual({ type: "same", digest: simulate(scenario, { system }).digest });
  });
});

test("is not, when a machine counts outside its state", () => {
  let outside = 0;
  const impure: AnySystem = {
    ...system,
    nodes: (input) =>
      system.nodes(input).map((node) => ({
        ...node,
        start: () => {
          const machine = node.start();
          return {
            get state() {
              return machine.state;
            },
            set state(state) {
              machine.state = state;
            },
            step: (event) =>
              machine.step(event).map((effect) => {
                if (effect.type !== "send" || effect.message.type !== "hello") return effect;
                outside += 1;
                return { ...effect, message: { ...effect.message, round: outside } };
              }),
          };
        },
      })),
  };
  const found = checkDeterminism(scenario, { system: impure });
  const where = found.type === "different" ? `${found.node} ${found.path}` : "the same";
  expect(where).toMatch(/^client-\d .*message\.round$/);
});
