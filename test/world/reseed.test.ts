// Another future from a moment on: it is the one that the other seed would have had, had it decided the past alike.
import { describe, expect, test } from "vitest";

import type { NodeSpec } from "../../src/machine/machine.ts";
import { World, type WorldOptions } from "../../src/world/world.ts";
import { stormNodes, stormPlan } from "./storm.ts";

const quiet = { observe() {} };

function fresh(seed: number, decisions: WorldOptions["decisions"] = {}, nodes: readonly NodeSpec[] = stormNodes(4)) {
  return new World(stormPlan, nodes, { seed, observer: quiet, check: true, decisions });
}

describe.each([1, 137_000, 500_001])("from %i us on", (atUs) => {
  test("the seed decides as if it had from the beginning, with the past forced", () => {
    const branch = fresh(1, { record: true });
    branch.runUntil(atUs);
    const past = branch.recordedDecisions();
    branch.reseed(2);
    branch.run();

    const forced = fresh(2, { force: past });
    forced.run();
    expect(forced.forcedMisfits).toBe(0);
    expect(forced.digestHex()).toBe(branch.digestHex());

    const whole = fresh(2, { force: branch.recordedDecisions() });
    whole.run();
    expect(whole.digestHex()).toBe(branch.digestHex());
  });

  test("each seed has a future of its own, and going back undoes it", () => {
    const world = fresh(1);
    world.runUntil(atUs);
    const checkpoint = world.checkpoint();
    const futures = [7, 8, 7, undefined].map((seed) => {
      world.restore(checkpoint);
      if (seed !== undefined) world.reseed(seed);
      world.run();
      return world.digestHex();
    });
    const untouched = fresh(1);
    untouched.run();
    expect(futures[0]).not.toBe(futures[1]);
    expect(futures[2]).toBe(futures[0]);
    expect(futures[3]).toBe(untouched.digestHex());
  });

  test("a checkpoint of a future is gone on from in a world of the first seed", () => {
    const world = fresh(1);
    world.runUntil(atUs);
    world.reseed(7);
    world.runUntil(atUs + 1_000);
    const checkpoint = world.checkpoint();
    world.run();
    const other = fresh(1);
    other.restore(checkpoint);
    other.run();
    expect(other.digestHex()).toBe(world.digestHex());
  });
});

test("streams that are too many to be kept are reseeded alike", () => {
  // Beyond 64 nodes lanes keep counts only; what is recorded is kept as streams: both have to agree.
  const nodes = stormNodes(70);
  const [kept, counted] = [{ record: true }, {}].map((decisions) => {
    const world = fresh(1, decisions, nodes);
    world.runUntil(3_000);
    world.reseed(5);
    world.runUntil(6_000);
    return world.digestHex();
  });
  expect(counted).toBe(kept);
});
