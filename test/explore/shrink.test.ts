// A failure comes down to what it is made of: the same core with and without much that does not matter.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../src/base/ids.ts";
import { countDecisions, withScriptedFaults, withStruckMessages } from "../../src/explore/concretise.ts";
import { findingOf, type Failure } from "../../src/explore/failure.ts";
import { minimalSubset } from "../../src/explore/shrink/ddmin.ts";
import { rounded, roundedUp } from "../../src/explore/shrink/ladders.ts";
import { shrink } from "../../src/explore/shrink/shrink.ts";
import { withoutNode } from "../../src/explore/shrink/nodes.ts";
import { shelvesOf } from "../../src/explore/shrink/shelves.ts";
import { Workbench } from "../../src/explore/shrink/workbench.ts";
import { tryScenario } from "../../src/explore/trial.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { printScenario } from "../../src/scenario/print.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { Fault } from "../../src/world/fault.ts";
import { faultProfiles } from "../../src/world/profiles.ts";
import { storyNamed } from "../laws/stories.ts";

const mesh = systemNamed("mesh");

function failing(scenario: Scenario, seed: number): Failure {
  const failure = findingOf(simulate(scenario, { seed, system: mesh }), scenario.expect.violated[0]);
  if (failure === undefined) throw new Error(`${scenario.name} does not fail under seed ${seed}`);
  return failure;
}

const withMore = (scenario: Scenario, more: readonly Fault[]): Scenario => ({
  ...scenario,
  world: { ...scenario.world, faults: [...scenario.world.faults, ...more] },
});

/** Weather on top of what a story has. */
function stormy(scenario: Scenario): Scenario {
  return withMore(scenario, faultProfiles.get("storm")?.([], scenario.world.healUs) ?? []);
}

/** Faults that make a difference, and none that anything hangs on: players' clocks, a monitor that stands still. */
const padding: readonly Fault[] = Array.from({ length: 200 }, (_, index): Fault => {
  const whom = index % 2 === 0 ? "monitor-1" : `player-${(index % 3) + 1}`;
  const target = { of: { nodes: [nodeId(whom)], roles: [] }, pick: "all" } as const;
  const action: Fault["action"] =
    index % 2 === 0
      ? { kind: "pause", target, monotonic: "runs" }
      : { kind: "clockStep", target, byUsMin: 1_000, byUsMax: 1_000 };
  return { id: `padding-${index}`, timing: { type: "scripted", atUs: index * 4_000, forUs: 1_000 }, action };
});

describe("a minimal subset", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index);

  test.each([[[]], [[42]], [[0, 99]], [[3, 50, 51]], [hundred]])("is found: %o", (needed) => {
    const holds = (kept: readonly number[]): boolean => needed.every((one) => kept.includes(one));
    expect(minimalSubset(hundred, holds)).toEqual(needed);
  });

  test("is small in any case, where one of several will do", () => {
    expect(minimalSubset(hundred, (kept) => kept.some((one) => one % 10 === 7))).toHaveLength(1);
  });

  test("is what was reached when time is up, and nothing more is asked", () => {
    let asked = 0;
    const stillFails = (some: readonly number[]): boolean => (asked += 1) < 5 && some.includes(42);
    const kept = minimalSubset(hundred, stillFails, () => asked >= 5);
    expect(kept).toContain(42);
    expect(kept.length).toBeLessThan(100);
    expect(asked).toBe(5);
  });
});

test("times are rounded to what is easily said", () => {
  expect(rounded(1_000_000)).toEqual([]);
  expect(rounded(1_234_567)[0]).toBe(1_000_000);
  expect(rounded(1_234_567)).not.toContain(10_000_000);
  expect(roundedUp(1_347_942)).toBe(2_000_000);
  expect(roundedUp(0)).toBe(0);
});

test("what chance did can be written down: the run is the run again", () => {
  const story = stormy(storyNamed("mesh/defences#without-idempotency"));
  const { scenario, property } = failing(story, 3);
  const options = { system: mesh, property };
  const { violation } = tryScenario(scenario, options);
  const scripted = withScriptedFaults(scenario, options);
  expect(scripted.world.faults.every(({ timing }) => timing.type === "scripted")).toBe(true);
  expect(tryScenario(scripted, options).violation).toEqual(violation);
  const single = withStruckMessages(scripted, options);
  expect(tryScenario(single, options).violation?.property).toBe(property);
  expect(countDecisions(single, options)).toBeGreaterThan(0);
});

test.each([
  ["mesh/defences#without-checksum", 1],
  ["mesh/defences#without-idempotency", 1],
])("%s comes down to one fault, and so it does in a storm and with 200 faults beside", (name, seed) => {
  const story = storyNamed(name);
  const cores = [story, stormy(story), withMore(story, padding)].map((scenario) => {
    const failure = failing(scenario, seed);
    const shrunk = shrink(failure, { system: mesh });
    if (shrunk === undefined) throw new Error("it does not fail again");
    expect(shrunk.isMinimal).toBe(true);
    expect(shrunk.failure.property).toBe(failure.property);
    expect(shrunk.after.decisions).toBe(1);
    expect(shrunk.after.nodes).toBeLessThanOrEqual(6);
    // Whole, alone, through its file.
    const parsed = parseScenario(printScenario(shrunk.failure.scenario, mesh), "kept.failure.yaml", {
      systems: new Map([["mesh", mesh]]),
    });
    if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems[0]));
    const again = simulate(parsed.story.base, { system: mesh });
    expect(again.digest).toBe(shrunk.failure.digest);
    expect(findingOf(again, failure.property)?.violation).toEqual(shrunk.failure.violation);
    return shrunk.failure.scenario.world.faults.map(({ action }) => action.kind);
  });
  expect(cores[1]).toEqual(cores[0]);
  expect(cores[2]).toEqual(cores[0]);
});

test("each part that is left is needed", () => {
  const shrunk = shrink(failing(storyNamed("mesh/defences#without-durable-grants"), 1), { system: mesh });
  if (shrunk === undefined) throw new Error("it does not fail again");
  const { scenario, property } = shrunk.failure;
  let removals = 0;
  for (const { parts, keeping } of shelvesOf(scenario, mesh)) {
    for (const part of parts) {
      const less = keeping(new Set(parts.filter((other) => other !== part)));
      if (less === undefined || (mesh.explain?.(less) ?? []).length > 0) continue;
      removals += 1;
      expect([part, tryScenario(less, { system: mesh, property }).violation]).toEqual([part, undefined]);
    }
  }
  expect(removals).toBeGreaterThan(0);
});

test("time that is up leaves the best so far, and says so", () => {
  const failure = failing(storyNamed("mesh/defences#without-checksum"), 1);
  let polls = 0;
  const shrunk = shrink(failure, { system: mesh, poll: () => (polls += 1) > 40 });
  expect(shrunk).toMatchObject({ isMinimal: false, failure: { property: failure.property } });
});

test("no node is taken out that leaves a quorum of those that faults have taken for good", () => {
  const target = { of: { nodes: [nodeId("coordinator-3")], roles: [] }, pick: "all" } as const;
  const timing = { type: "scripted", atUs: 14_000_000, forUs: "once" } as const;
  const lost: Fault = { id: "lost", timing, action: { kind: "lose", target } };
  const story = storyNamed("mesh/defences#without-fencing");
  const options = { system: mesh, property: "A1" };
  const less = (scenario: Scenario): Scenario => withoutNode(scenario, nodeId("coordinator-2"));
  expect(Workbench.of(story, options)?.accept(less(story))).toBe(true);
  const minority = withMore(story, [lost]);
  expect(Workbench.of(minority, options)?.accept(less(minority))).toBe(false);
});

test("what does not fail is not shrunk", () => {
  const failure = failing(storyNamed("mesh/defences#without-checksum"), 1);
  const healthy = storyNamed("mesh/defences#without-checksum", ["settings.defence.checksum=on"]);
  expect(shrink({ ...failure, scenario: healthy }, { system: mesh })).toBeUndefined();
});
