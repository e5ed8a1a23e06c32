// Reduction hides nothing: in small worlds it meets the same states of nodes and judge as plain enumeration does.
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { WalkOptions } from "../../../src/explore/exhaustive/bounds.ts";
import { pathOfTrail, stepsOf, trailOf } from "../../../src/explore/exhaustive/trail.ts";
import { Walk, type WalkFile, type WalkResult } from "../../../src/explore/exhaustive/walk.ts";
import { type ToyPlan, toyPlan, toyWorld } from "./toy.ts";

const deep: WalkOptions = { depthMax: undefined, statesMax: 2000, order: "depth", reduces: true };
const wide: WalkOptions = { ...deep, order: "breadth" };

/** What nodes and judge were in, whatever was on its way. */
const metBy = ({ seen }: WalkFile): readonly string[] =>
  [...new Set(seen.map(([nodes, , view]) => `${nodes.join(",")} ${view}`))].toSorted((a, b) => (a < b ? -1 : 1));

function walked(
  ground: ReturnType<typeof toyWorld>,
  options: WalkOptions,
): { result: WalkResult; met: readonly string[] } {
  const walk = new Walk(ground.world, ground.first, options);
  const result = walk.run();
  return { result, met: metBy(walk.file()) };
}

/** Every order of all moves, breadth first; undefined when there are too many. */
function plain(ground: ReturnType<typeof toyWorld>): ReturnType<typeof walked> | undefined {
  const found = walked(ground, { ...wide, reduces: false });
  return found.result.ending === "states" ? undefined : found;
}

const property = (seed: number, numRuns: number, holds: (plan: ToyPlan) => void): void =>
  fc.assert(fc.property(toyPlan, holds), { seed, numRuns });

describe("a reduced walk", () => {
  test("meets what plain enumeration meets, and breaks what it breaks by as short a way", () => {
    const seen = { complete: 0, violated: 0, fewer: 0 };
    property(1, 250, (plan) => {
      const ground = toyWorld(plan);
      const whole = plain(ground);
      if (whole === undefined) return;
      const [deeply, widely] = [walked(ground, deep), walked(ground, wide)];
      // Far down there can be more of a world than there is up to the nearest violation.
      if (deeply.result.ending === "states") return;
      const { broken } = whole.result;
      seen[broken === undefined ? "complete" : "violated"] += 1;
      if (deeply.result.transitions * 2 <= whole.result.transitions) seen.fewer += 1;
      expect([deeply.result.ending, widely.result.ending]).toEqual([whole.result.ending, whole.result.ending]);
      expect(widely.result.broken?.path.length).toBe(broken?.path.length);
      // With something broken a walk ends before it has met all.
      const everything = broken === undefined ? whole.met : [];
      expect(broken === undefined ? deeply.met : []).toEqual(everything);
      expect(broken === undefined ? widely.met : []).toEqual(everything);
    });
    expect(seen.complete).toBeGreaterThan(20);
    expect(seen.violated).toBeGreaterThan(20);
    expect(seen.fewer).toBeGreaterThan(20);
  });

  test("that was stopped and gone on with, in another world from its file, sees as much", () => {
    property(2, 60, (plan) => {
      const ground = toyWorld(plan);
      const whole = walked(ground, deep);
      const walk = new Walk(ground.world, ground.first, deep);
      const first = walk.run(5);
      if (first.ending !== "stopped") return;
      const other = toyWorld(plan);
      // What takes a way from its file to another world: the numbers of all that was met.
      other.world.images.restore(ground.world.images.digests());
      other.world.messages.restore(ground.world.messages.digests());
      other.world.judge.statements.restore(ground.world.judge.statements.digests());
      other.world.judge.views.restore(ground.world.judge.views.digests());
      const resumed = new Walk(other.world, other.first, deep, structuredClone(walk.file()));
      const second = resumed.run();
      expect(second).toEqual(whole.result);
    });
  });
});

test("a way is found again by its trail, in a world that nobody has walked, and ends with what is broken", () => {
  let found = 0;
  property(3, 100, (plan) => {
    const { world, first } = toyWorld(plan);
    const { broken } = new Walk(world, first, wide).run();
    if (broken === undefined) return;
    found += 1;
    const trail = trailOf(world, first, broken.path);
    const fresh = toyWorld(plan);
    const path = pathOfTrail(fresh.world, fresh.first, trail) ?? [];
    const steps = stepsOf(fresh.world, fresh.first, path);
    expect(steps.at(-1)?.violations.map((violation) => violation.property)).toEqual(["NOT-BOTH"]);
    expect(steps.slice(0, -1).flatMap(({ violations }) => violations)).toEqual([]);
    expect(pathOfTrail(fresh.world, fresh.first, `${trail}.999`)).toBeUndefined();
  });
  expect(found).toBeGreaterThan(10);
});

test("a depth limit is told, and what lies within it is all there", () => {
  let cut = 0;
  property(4, 60, (plan) => {
    const ground = toyWorld(plan);
    const shallow = walked(ground, { ...wide, depthMax: 4 });
    const whole = walked(ground, { ...wide, depthMax: 4, reduces: false });
    expect(shallow.result.broken?.path.length).toBe(whole.result.broken?.path.length);
    if (shallow.result.ending === "depth") cut += 1;
  });
  expect(cut).toBeGreaterThan(5);
});
