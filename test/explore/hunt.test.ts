// What a hunt draws from, and that it draws the same whoever runs it.
import { describe, expect, test } from "vitest";

import { variableOf, varied } from "../../src/scenario/vary.ts";
import { faultKinds } from "../../src/scenario/fault-kinds.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { printScenario } from "../../src/scenario/print.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import { reachedBytes } from "../../src/explore/coverage.ts";
import { Die } from "../../src/explore/die.ts";
import { basesOf, huntSpecOf, withoutVarying, worldsOf } from "../../src/explore/hunt-spec.ts";
import { Hunt, roundSize } from "../../src/explore/hunt.ts";
import { inertOf } from "../../src/explore/inert.ts";
import { noEffects } from "../../src/explore/effects.ts";
import { strategies } from "../../src/explore/strategies/all.ts";
import type { Change } from "../../src/systems/hunting.ts";
import { byName } from "../scenario/echo-system.ts";

const nothing = (): Uint8Array => new Uint8Array(reachedBytes);
const mesh = systemNamed("mesh");
const spec = huntSpecOf(mesh);
const bases = basesOf(worldsOf(spec, mesh).stories, spec, mesh, 1_000_000);
const huntOf = (seed: number, shard = { index: 1, count: 1 }): Hunt =>
  new Hunt({ system: mesh, spec, bases }, { seed, strategies, shard }, nothing());

describe("what is set for a hunt", () => {
  const set = ["settings.transfer.slots=3", "settings.boundary={}"];
  const held = withoutVarying(spec, set);

  test("is set in every world, and no longer varied, nor is what it holds", () => {
    const { stories } = worldsOf(spec, mesh, set);
    expect(stories.length).toBeGreaterThan(1);
    for (const { settings } of stories) expect(settings).toMatchObject({ transfer: { slots: 3 } });
    const paths = (of: typeof spec): readonly string[] => of.variables.map(({ path }) => path);
    const gone = paths(spec).filter((path) => !paths(held).includes(path));
    expect(gone).toContain("settings.transfer.slots");
    expect(gone.filter((path) => path !== "settings.transfer.slots" && !path.startsWith("settings.boundary."))).toEqual(
      [],
    );
  });

  test("is refused as it would be in a story", () => {
    expect(worldsOf(spec, mesh, ["settings.transfer.slots=many"]).problems).toHaveLength(1);
  });
});

describe("the fault model of the mesh", () => {
  test("says of every kind whether it is within", () => {
    const { within, outside } = spec.model;
    for (const kind of faultKinds) expect([kind, within.has(kind) !== outside.has(kind)]).toEqual([kind, true]);
    expect(within.size + outside.size).toBe(faultKinds.length);
  });

  test("names roles, messages, facts and properties that there are", () => {
    const roles = mesh.roles.map(({ role }) => role);
    for (const { roles: whom } of spec.model.within.values()) {
      for (const role of whom) expect(roles).toContain(role);
    }
    const sent = spec.moments.flatMap(({ on }) => ("message" in on ? [on.message] : []));
    expect(sent.filter((message) => !mesh.messages.has(message))).toEqual([]);
    const [base] = bases;
    const { settings, workload } = base.story.scenario;
    const ids = mesh.properties({ nodes: new Map(), settings, workload, untilUs: 1, healUs: 1 }).map(({ id }) => id);
    for (const id of spec.unreachable.keys()) expect(ids).toContain(id);
  });
});

describe("what may vary in the mesh", () => {
  test("is taken by its schemas, value by value", () => {
    const story = variableOf(bases[0].story.scenario, mesh);
    for (const variable of spec.variables) {
      const { path } = variable;
      const values: readonly unknown[] =
        "values" in variable
          ? variable.values
          : "countMin" in variable
            ? [variable.countMin, variable.countMax]
            : [`${variable.millisecondsMin}ms`, `${variable.millisecondsMax}ms`];
      for (const value of values) {
        const change: Change = { path, value };
        expect([change, varied(story, [change], mesh) !== undefined]).toEqual([change, true]);
      }
    }
  });

  test("leaves time to settle after healing", () => {
    for (const { story } of bases) {
      const { world, settings } = story.scenario;
      expect(world.untilUs - world.healUs).toBeGreaterThan(mesh.settleUs(settings));
    }
    const slow = varied(bases[0].story, [{ path: "settings.watchdog.bound", value: "40s" }], mesh)!;
    expect(slow.world.untilUs - slow.world.healUs).toBeGreaterThan(mesh.settleUs(slow.settings));
  });

  test("a value that contradicts another is refused", () => {
    expect(varied(bases[0].story, [{ path: "settings.lease.ttl", value: "10ms" }], mesh)).toBeUndefined();
  });
});

describe("candidates", () => {
  test("are a function of the seed and their number", () => {
    expect(huntOf(7).round(3)).toEqual(huntOf(7).round(3));
    expect(huntOf(7).round(3)).not.toEqual(huntOf(8).round(3));
  });

  test("of shards are those of no other shard", () => {
    const parts = [1, 2, 3].map((part) =>
      huntOf(1, { index: part, count: 3 })
        .round(0)
        .map(({ index }) => index),
    );
    expect(new Set(parts.flat()).size).toBe(3 * roundSize);
  });

  test("are scenarios that a file can hold", () => {
    for (const { scenario } of huntOf(5).round(0)) {
      const text = printScenario(scenario, mesh);
      const parsed = parseScenario(text, "c.yaml", { systems: new Map([["mesh", mesh]]) });
      expect(parsed).toMatchObject({ type: "parsed", story: { base: scenario } });
    }
  });

  test("take for good from a minority of a role only", () => {
    for (let round = 0; round < 4; round++) {
      for (const { scenario, strategy } of huntOf(2).round(round)) {
        if (strategy === "weather") continue;
        for (const [role, names] of scenario.nodes) {
          const lost = scenario.world.faults.flatMap(({ action }) =>
            spec.model.within.get(action.kind)?.isLasting === true && "target" in action ? action.target.of.nodes : [],
          );
          const ofRole = new Set(lost.filter((name) => names.includes(name)));
          expect([role, ofRole.size <= Math.max(0, (names.length - 1) / 2)]).toEqual([role, true]);
        }
      }
    }
  });
});

test("a system that says nothing about hunts is hunted in worlds of its default size", () => {
  const echo = byName.get("echo")!;
  const own = huntSpecOf(echo);
  const hunting = { system: echo, spec: own, bases: basesOf(worldsOf(own, echo).stories, own, echo, 1_000) };
  const round = new Hunt(hunting, { seed: 1, strategies, shard: { index: 1, count: 1 } }, nothing()).round(0);
  expect(round).toHaveLength(roundSize);
  expect(round[0].scenario.nodes.get("client")).toHaveLength(3);
});

test("a die draws within its bounds, and each doubling is as likely as the next", () => {
  const die = new Die("test", 1);
  const counts = [0, 0, 0];
  for (let draw = 0; draw < 3_000; draw++) {
    const value = die.doubling(1_000, 8_000);
    expect(value).toBeGreaterThanOrEqual(1_000);
    expect(value).toBeLessThanOrEqual(8_000);
    counts[value < 2_000 ? 0 : value < 4_000 ? 1 : 2]++;
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(100);
  expect(die.doubling(5, 5)).toBe(5);
});

test("a fault that never bites is inert once it was drawn often enough, and a property once there were runs enough", () => {
  const kinds = new Map([["crash", { runs: 1_000, injected: 9, touched: 3, changed: 0 }]] as const);
  const few = new Map([["crash", { runs: 10, injected: 9, touched: 3, changed: 0 }]] as const);
  const never = { runsExercised: 0, runsViolated: 0 };
  const properties = new Map([
    ["P4", never],
    ["MESH-F5-09", never],
  ]);
  expect(inertOf({ ...noEffects, runs: 1_000, kinds, properties }, spec)).toEqual({ kinds: ["crash"], properties: [] });
  expect(inertOf({ ...noEffects, runs: 1_000, kinds: few, properties }, spec)).toEqual({ kinds: [], properties: [] });
  expect(inertOf({ ...noEffects, runs: 10_000, kinds: few, properties }, spec).properties).toEqual(["P4"]);
  // Of a system that says nothing of faults nobody knows which it has a use for.
  const told = inertOf(
    { ...noEffects, runs: 10_000, kinds, properties: new Map([["P4", never]]) },
    huntSpecOf(byName.get("echo")!),
  );
  expect(told).toEqual({ kinds: [], properties: ["P4"] });
});
