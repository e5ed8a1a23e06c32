// One seed is one history: whoever watches, whatever is added beside it, and wherever time begins (DESIGN §3).
import { describe, expect, test } from "vitest";

import { checkDeterminism } from "../../src/campaign/determinism.ts";
import type { Decisions } from "../../src/kernel/streams.ts";
import type { Machine } from "../../src/machine/machine.ts";
import type { Message } from "../../src/machine/message.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { type Run, simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import { allStories, storyNamed } from "./stories.ts";

/** What was found out about each property: everything a verdict says but how often and when. */
const verdictOf = ({ verdict }: Run): readonly string[] =>
  verdict.properties.map(({ id, status }) => `${id} ${status}`);
const broken = ({ verdict }: Run): readonly string[] =>
  verdict.properties.filter(({ status, kind }) => status === "violated" && kind !== "sometimes").map(({ id }) => id);

/**
 * Of each story the first twelve seconds: all of them whole take longer than all other tests together, and
 * are a command: `faultline run scenarios/mesh --check-determinism`.
 */
const BEGINNING_US = 12_000_000;
const beginningOf = (story: Scenario): Scenario => {
  const { untilUs, healUs } = story.world;
  const world = { ...story.world, untilUs: Math.min(untilUs, BEGINNING_US), healUs: Math.min(healUs, BEGINNING_US) };
  return { ...story, world };
};
const stories = allStories().map((story) => [story.name, beginningOf(story)] as const);
/** One of each failure mode, with scripted faults: what is compared is the run with a change beside it. */
const edited = [
  "mesh/fm-001-network-timeout",
  "mesh/fm-002-packet-loss#confirmation-lost",
  "mesh/fm-004-state-mismatch",
  "mesh/fm-007-transfer-stuck",
  "mesh/defences#without-fencing",
];

describe("every story runs twice alike (MESH-INV-12)", () => {
  test.each(stories)("%s", (_name, story) => {
    const isSame = simulate(story).digest === simulate(story).digest;
    // What names the event that differs takes half as long again, and is asked only then.
    expect(isSame ? { type: "same" } : checkDeterminism(story)).toEqual({ type: "same" });
    expect(isSame).toBe(true);
  });
});

describe("a digest does not depend on who watches", () => {
  test.each(edited)("%s", (name) => {
    const story = storyNamed(name);
    const plain = simulate(story).digest;
    expect(simulate(story, { tracer: { trace: () => {} } }).digest).toBe(plain);
    expect(simulate(story, { history: () => {}, observer: { observe: () => {} } }).digest).toBe(plain);
    expect(simulate(story, { recordDecisions: true }).digest).toBe(plain);
    expect(simulate(story, { check: true }).digest).toBe(plain);
  });
});

test("another seed is another history (properties.md X2)", () => {
  const story = storyNamed("mesh/walk", ["until=5s"]);
  const digests = new Set(Array.from({ length: 20 }, (_, seed) => simulate(story, { seed }).digest));
  expect(digests.size).toBe(20);
});

describe("what is beside a story changes no verdict", () => {
  const renamed = (text: string): string =>
    text
      .replace(/servers: 2/, "servers: [alpha, beta]")
      .replaceAll("server-1", "alpha")
      .replaceAll("server-2", "beta");

  test.each(edited)("an idle node: %s", (name) => {
    const story = storyNamed(name);
    const before = simulate(story);
    // A server is never idle, for it is everybody's peer: a player is who never joins.
    const players = (story.nodes.get("player") ?? []).length + 1;
    const never = `[{ players: [player-${players}], with: { startAfter: 10h } }]`;
    const after = simulate(storyNamed(name, [`world.nodes.players=${players}`, `workload.overrides=${never}`]));
    expect(broken(after)).toEqual(broken(before));
  });

  test.each(edited)("other names: %s", (name) => {
    const before = simulate(storyNamed(name));
    const after = simulate(storyNamed(name, [], renamed));
    expect(verdictOf(after)).toEqual(verdictOf(before));
    expect(after.eventsDone).toBe(before.eventsDone);
  });

  test.each(edited)("another start: %s", (name) => {
    const before = simulate(storyNamed(name));
    const after = simulate(storyNamed(name, ["world.start=123456789ms"]));
    expect(verdictOf(after)).toEqual(verdictOf(before));
    expect(after.eventsDone).toBe(before.eventsDone);
  });
});

describe("removing one fault leaves every other decision as it was", () => {
  const decisionsOf = (story: Scenario): Decisions => simulate(story, { recordDecisions: true }).decisions;
  const without = (story: Scenario, index: number): Scenario => ({
    ...story,
    world: { ...story.world, faults: story.world.faults.filter((_, at) => at !== index) },
  });

  test.each(["mesh/defences", "mesh/fm-002-packet-loss#store-path", "mesh/fm-007-transfer-stuck#coordinator-away"])(
    "%s",
    (name) => {
      const story = storyNamed(name);
      const before = new Map(decisionsOf(story).map(({ stream, values }) => [stream, values]));
      for (const index of story.world.faults.keys()) {
        let compared = 0;
        for (const { stream, values } of decisionsOf(without(story, index))) {
          const others = before.get(stream);
          if (others === undefined) continue;
          const length = Math.min(others.length, values.length);
          expect([stream, ...values.slice(0, length)]).toEqual([stream, ...others.slice(0, length)]);
          compared += length;
        }
        expect(compared).toBeGreaterThan(1000);
      }
    },
  );
});

test("a counter that runs share is named at the first event that differs", () => {
  const mesh = systemNamed("mesh");
  let calls = 0;
  const leaky: AnySystem = {
    ...mesh,
    nodes: (input) =>
      mesh
        .nodes(input)
        .map((spec) =>
          spec.role !== "store" ? spec : { ...spec, start: () => leakingFrom(spec.start(), () => (calls += 1)) },
        ),
  };
  const story = storyNamed("mesh/fm-004-state-mismatch");
  const found = checkDeterminism(story, { system: leaky });
  expect(found).toMatchObject({ type: "different", node: "store-1" });
  if (found.type !== "different") return;
  expect(found.path).toMatch(/effects.*message.*leak/);
  expect(Number(found.left)).not.toBe(Number(found.right));
  // The store's first message is the answer to the first seal or load: long before anything else can differ.
  expect(found.atUs).toBeLessThan(1_000_000);
});

/** The machine, with every message of it stamped from outside. */
function leakingFrom(machine: Machine, next: () => number): Machine {
  return {
    get state() {
      return machine.state;
    },
    set state(state: object) {
      machine.state = state;
    },
    step: (event) =>
      machine
        .step(event)
        .map((effect) =>
          effect.type === "send" ? { ...effect, message: { ...effect.message, leak: next() } as Message } : effect,
        ),
  };
}
