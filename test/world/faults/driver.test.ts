// When faults strike, for how long and at whom: and that no fault shifts the strikes of another.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Fault, FaultTiming } from "../../../src/world/fault.ts";
import { FakeControls, all, any, fault, inRole, named, scripted } from "./fake-controls.ts";

const every = (everyUs: number, forUsMin: number, forUsMax = forUsMin): FaultTiming => ({
  type: "random",
  everyUs,
  forUsMin,
  forUsMax,
  fromUs: 1_000,
  untilUs: 101_000,
});
const slowAny = (id: string, timing: FaultTiming): Fault =>
  fault(id, timing, { kind: "slow", target: any(), stepUs: 7 });

/** Only what one fault did. */
const of = (index: number, calls: readonly string[]): readonly string[] =>
  calls.filter((call) => call.split(" ")[1] === String(index));

describe("scripted faults", () => {
  test("begin at their time after the start of the run and end with their window", () => {
    const world = new FakeControls(
      [fault("s", scripted(500, 250), { kind: "slow", target: all(named("b")), stepUs: 7 })],
      { startUs: 10_000 },
    );
    expect(world.run(20_000)).toEqual([
      "10500 0 slow began: b",
      "10500 slow b 7",
      "10750 unslow b",
      "10750 0 slow ended",
    ]);
    expect(world.driver.openCount).toBe(0);
  });

  test("with a window of no length end as they begin", () => {
    const world = new FakeControls([fault("s", scripted(5, 0), { kind: "slow", target: all(named("a")), stepUs: 7 })]);
    expect(world.run(1_000)).toEqual(["5 0 slow began: a", "5 slow a 7", "5 unslow a", "5 0 slow ended"]);
  });

  test.each(["once", "untilHeal"] as const)("with a window of %j last until the world heals", (forUs) => {
    const world = new FakeControls([
      fault("s", scripted(5, forUs), { kind: "slow", target: all(named("a")), stepUs: 7 }),
    ]);
    expect(world.run(1_000_000)).toHaveLength(2);
    expect(world.driver.openCount).toBe(1);
    expect(world.heal()).toEqual(["1000000 unslow a", "1000000 0 slow ended"]);
  });

  test("that name no node strike, and touch nothing", () => {
    const world = new FakeControls([slowAny("s", scripted(5, 5))], { servers: 0 });
    expect(world.run(100)).toEqual(["5 0 slow began: no node", "10 0 slow ended"]);
    expect(world.ledger.tallies()).toMatchObject([{ injected: 1, touched: 0, changed: 0 }]);
  });
});

describe("healing", () => {
  test("ends every open strike once, in order of beginning, and none begins afterwards", () => {
    const faults = [
      fault("late", scripted(900, 100), { kind: "slow", target: all(named("a")), stepUs: 1 }),
      fault("b", scripted(20, "untilHeal"), { kind: "slow", target: all(named("b")), stepUs: 2 }),
      fault("a", scripted(10, 600), { kind: "slow", target: all(named("a")), stepUs: 3 }),
      slowAny("r", every(100, 50)),
    ];
    const world = new FakeControls(faults);
    world.run(500);
    expect(world.heal()).toEqual(["500 unslow a", "500 2 slow ended", "500 unslow b", "500 1 slow ended"]);
    expect(world.run(200_000)).toEqual([]);
  });
});

describe("random faults", () => {
  test("strike within their time only, at exponential gaps of their mean, for as long as drawn", () => {
    const world = new FakeControls([slowAny("r", every(100, 10, 30))]);
    const calls = world.run(200_000);
    const began = calls.filter((call) => call.includes("began")).map((call) => Number(call.split(" ")[0]));
    const ended = calls.filter((call) => call.includes("ended")).map((call) => Number(call.split(" ")[0]));
    expect(began.length).toBeGreaterThan(900);
    expect(began.length).toBeLessThan(1_100);
    expect(ended.length).toBe(began.length);
    expect(Math.min(...began)).toBeGreaterThan(1_000);
    expect(Math.max(...began)).toBeLessThan(101_000);
    const gaps = began.slice(1).map((at, index) => at - (began[index] ?? 0));
    // An exponential gap exceeds twice its mean in 13.5 % of all cases.
    expect(gaps.filter((gap) => gap > 200).length / gaps.length).toBeCloseTo(0.135, 1);
    expect(world.ledger.tallies()).toMatchObject([{ injected: began.length, changed: began.length }]);
  });

  test("of which some are drawn to last no time end all the same", () => {
    const world = new FakeControls([slowAny("r", every(100, 0, 1))]);
    const calls = world.run(200_000);
    const counted = (what: string): number => calls.filter((call) => call.endsWith(what)).length;
    expect(counted("slow ended")).toBe(calls.filter((call) => call.includes("slow began")).length);
    expect(world.driver.openCount).toBe(0);
  });

  test("pick any matching node, each about as often", () => {
    const world = new FakeControls([slowAny("r", every(10, 5))], { servers: 5 });
    const struck = world.run(200_000).filter((call) => call.includes(" slow ") && call.endsWith(" 7"));
    for (const node of ["a", "b", "c", "d", "e"]) {
      const count = struck.filter((call) => call.includes(` slow ${node} `)).length;
      expect(count / struck.length).toBeGreaterThan(0.17);
      expect(count / struck.length).toBeLessThan(0.23);
    }
  });

  test("have the same strikes for the same seed, and others for another", () => {
    const faults = [
      slowAny("r", every(500, 5, 500)),
      fault("c", every(900, 10), { kind: "crash", target: any(), torn: false }),
    ];
    const story = (seed: number): readonly string[] => new FakeControls(faults, { seed }).run(200_000);
    expect(story(5)).toEqual(story(5));
    expect(story(5)).not.toEqual(story(6));
  });

  test("keep their strikes when another fault is taken out, added, renamed or moved", () => {
    const kept = slowAny("kept", every(700, 10, 400));
    const others = [
      fault("c", every(300, 10), { kind: "clockStep", target: any(), byUsMin: -9, byUsMax: 9 }),
      fault("d", every(200, 10), { kind: "clockDrift", target: any(), ppm: 50 }),
    ];
    const alone = of(0, new FakeControls([kept]).run(200_000));
    expect(alone.length).toBeGreaterThan(100);
    const relabel = (calls: readonly string[], index: number): readonly string[] =>
      of(index, calls).map((call) => call.replace(` ${index} `, " 0 "));
    expect(relabel(new FakeControls([...others, kept]).run(200_000), 2)).toEqual(alone);
    expect(relabel(new FakeControls([kept, ...others]).run(200_000), 0)).toEqual(alone);
  });

  test("keep their targets when a node is added, except where the new node is picked", () => {
    const picks = (servers: number): readonly string[] =>
      new FakeControls([slowAny("r", every(100, 5))], { servers })
        .run(200_000)
        .filter((call) => call.includes("began"));
    const before = picks(4);
    const after = picks(5);
    const moved = after.filter((call, at) => call !== before[at]);
    expect(moved.every((call) => call.endsWith(": e"))).toBe(true);
    expect(moved.length / before.length).toBeCloseTo(0.2, 1);
  });

  test("aim at roles", () => {
    const world = new FakeControls(
      [fault("r", every(100, 5), { kind: "slow", target: any(inRole("client")), stepUs: 7 })],
      { clients: 2 },
    );
    const calls = world.run(100_000).filter((call) => call.includes("began"));
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.every((call) => /: x[01]$/.test(call))).toBe(true);
  });
});

test("a driver goes on from a checkpoint as it would have without", () => {
  const faults = [
    slowAny("s", every(300, 10, 2_000)),
    fault("c", every(500, 10, 3_000), { kind: "crash", target: any(), torn: true }),
    fault("p", every(400, 10, 3_000), { kind: "pause", target: any(), monotonic: "runs" }),
    fault("k", every(400, 10, 3_000), {
      kind: "partition",
      shape: { type: "isolate", target: any() },
      flapCutUs: 40,
      flapOpenUs: 60,
    }),
    fault("z", every(900, 3_000), { kind: "clockFreeze", target: all() }),
    fault("d", every(600, 2_000), { kind: "diskError", target: any(), rate: { of: 1, outOf: 2 } }),
    fault("f", every(600, 2_000), { kind: "diskFull", target: any() }),
  ];
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 50_000 }), (untilUs) => {
      const original = new FakeControls(faults);
      original.run(untilUs);
      const copy = new FakeControls(faults);
      copy.driver.restore(structuredClone(original.driver.checkpoint()));
      copy.streams.restore(original.streams.checkpoint());
      copy.ledger.restore(original.ledger.checkpoint());
      copy.restoreWakes(original.wakes());
      copy.running.splice(0, copy.running.length, ...original.running);
      copy.nowUs = original.nowUs;
      expect(copy.run(60_000)).toEqual(original.run(60_000));
      expect(copy.heal()).toEqual(original.heal());
      expect(copy.ledger.tallies()).toEqual(original.ledger.tallies());
    }),
    { numRuns: 20 },
  );
});
