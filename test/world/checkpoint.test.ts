// A world goes on from a checkpoint as if nothing had happened: in itself, and in another world of the same plan.
import { describe, expect, test } from "vitest";

import { World } from "../../src/world/world.ts";
import { everyone, fault } from "./plans.ts";
import { stormNodes, stormPlan } from "./storm.ts";

const quiet = { observe() {} };

describe.each([1, 2, 3])("a storm, seed %i", (seed) => {
  const fresh = (): World => new World(stormPlan, stormNodes(5), { seed, observer: quiet, check: true });
  const whole = fresh();
  whole.run();

  test.each([0, 1, 137_000, 500_001, 999_999])("continued from %i us ends as the uninterrupted one", (atUs) => {
    const first = fresh();
    first.runUntil(atUs);
    const checkpoint = first.checkpoint();
    first.run();
    expect(first.digestHex()).toBe(whole.digestHex());

    // Back again in the same world, and in one that never ran.
    first.restore(checkpoint);
    first.run();
    expect(first.digestHex()).toBe(whole.digestHex());
    const other = fresh();
    other.restore(checkpoint);
    other.run();
    expect(other.digestHex()).toBe(whole.digestHex());
    expect(other.messageCounts()).toEqual(whole.messageCounts());
    expect(other.tallies()).toEqual(whole.tallies());
  });

  test("continued from a checkpoint at every thousandth event", () => {
    let world = fresh();
    for (let events = 0; ; events++) {
      if (events % 1_000 === 999) {
        const next = fresh();
        next.restore(world.checkpoint());
        world = next;
      }
      if (!world.step()) break;
    }
    expect(world.digestHex()).toBe(whole.digestHex());
  });
});

test("a checkpoint is no part of the world it was taken from", () => {
  const world = new World(stormPlan, stormNodes(3), { seed: 1, observer: quiet, check: true });
  world.runUntil(300_000);
  const checkpoint = world.checkpoint();
  const before = JSON.stringify(checkpoint.processes.map(({ state }) => state));
  world.run();
  expect(JSON.stringify(checkpoint.processes.map(({ state }) => state))).toBe(before);
});

test("message faults that were open are open again", () => {
  const messages = { types: [], from: everyone, to: everyone, skip: 0, count: Infinity, rate: { of: 1, outOf: 3 } };
  const plan = { ...stormPlan, faults: [fault({ kind: "drop", messages }, { atUs: 100_000, forUs: 500_000 })] };
  const fresh = (): World => new World(plan, stormNodes(3), { seed: 4, observer: quiet });
  const whole = fresh();
  whole.run();
  const part = fresh();
  part.runUntil(200_000);
  const other = fresh();
  other.restore(part.checkpoint());
  other.run();
  expect(other.digestHex()).toBe(whole.digestHex());
  expect(other.messageCounts().lost.dropFault).toBeGreaterThan(10);
});

test("what struck at random strikes again as a script, and nothing else differs", () => {
  const world = new World(stormPlan, stormNodes(5), { seed: 2, observer: quiet });
  world.run();
  const faults = world.scripted();
  expect(faults.length).toBeGreaterThan(5);
  const again = new World({ ...stormPlan, faults }, stormNodes(5), { seed: 2, observer: quiet });
  again.run();
  expect(again.messageCounts()).toEqual(world.messageCounts());
});
