// Clocks, disks and timers that go wrong: what each kind asks of the world, and what it takes back.

import { describe, expect, test } from "vitest";
import type { Fault, FaultAction, FaultTiming } from "../../../src/world/fault.ts";
import type { LatencyModel } from "../../../src/world/plan.ts";
import { FakeControls, all, fault, named, scripted } from "./fake-controls.ts";

const b = all(named("b"));

function done(faults: readonly Fault[], untilUs = 1_000): readonly string[] {
  return new FakeControls(faults).run(untilUs).filter((call) => !/began|ended/.test(call));
}
const during = (fromUs: number, untilUs: number, action: FaultAction): Fault =>
  fault(`${fromUs}`, scripted(fromUs, untilUs - fromUs), action);

describe("each kind, over a window", () => {
  const table: readonly (readonly [FaultAction, readonly string[]])[] = [
    [{ kind: "clockStep", target: b, byUsMin: -7, byUsMax: -7 }, ["10 step b -7", "30 step b 7"]],
    [{ kind: "clockDrift", target: b, ppm: 90 }, ["10 drift b 90", "30 drift b -90"]],
    [{ kind: "clockSlew", target: b, byUs: 500 }, ["10 slew b 500 over 20", "30 slew b -500 over 20"]],
    [{ kind: "clockFreeze", target: b }, ["10 freeze b", "30 unfreeze b"]],
    [
      { kind: "diskError", target: b, rate: { of: 1, outOf: 3 } },
      ["10 syncs of b fail io 1 in 3", "30 syncs of b fail none 1 in 1"],
    ],
    [{ kind: "diskFull", target: b }, ["10 syncs of b fail full 1 in 1", "30 syncs of b fail none 1 in 1"]],
    [{ kind: "lostSync", target: b }, ["10 syncs of b fail lost 1 in 1", "30 syncs of b fail none 1 in 1"]],
    [
      { kind: "diskSlow", target: b, latency: { type: "constant", us: 5 } },
      ["10 disk of b constant", "30 disk of b as planned"],
    ],
    [{ kind: "bitRot", target: b, records: 3 }, ["10 rot 3 of b"]],
    [{ kind: "misdirectedWrite", target: b }, ["10 misdirect 1 of b"]],
    [
      { kind: "suppressTimers", target: b, timers: ["renew"], lost: true },
      ["10 suppress renew of b", "30 release timers of b lost"],
    ],
    [{ kind: "suppressTimers", target: b, timers: [], lost: false }, ["10 suppress  of b", "30 release timers of b"]],
  ];
  test.each(table)("%j", (action, calls) => expect(done([during(10, 30, action)])).toEqual(calls));
});

describe("a clock that steps", () => {
  const step = (byUsMin: number, byUsMax: number): FaultAction => ({
    kind: "clockStep",
    target: all(),
    byUsMin,
    byUsMax,
  });

  test("once stays where it jumped to", () => {
    const world = new FakeControls([fault("s", scripted(5, "once"), step(9, 9))], { servers: 1 });
    expect(world.run(100)).toEqual(["5 0 clockStep began: a +9us", "5 step a 9", "5 0 clockStep ended"]);
    expect(world.heal()).toEqual([]);
  });

  test("until healing jumps back then", () => {
    const world = new FakeControls([fault("s", scripted(5, "untilHeal"), step(9, 9))], { servers: 1 });
    world.run(100);
    expect(world.heal()).toEqual(["100 step a -9", "100 0 clockStep ended"]);
  });

  test("does so by another draw at each node, and back by the same", () => {
    const calls = done([during(10, 30, step(-1_000_000, 1_000_000))]);
    const amounts = calls.map((call) => Number(call.split(" ")[3]));
    expect(new Set(amounts.slice(0, 4)).size).toBe(4);
    expect(amounts.slice(4)).toEqual(amounts.slice(0, 4).map((amount) => -amount));
  });
});

test("a clock slewed without a window is led at 500 ppm, and led back when the world heals", () => {
  const world = new FakeControls([fault("s", scripted(5, "untilHeal"), { kind: "clockSlew", target: b, byUs: -400 })]);
  expect(world.run(10)).toEqual(["5 0 clockSlew began: b -400us", "5 slew b -400 over 800000"]);
  expect(world.heal()).toEqual(["10 slew b 400 over 800000", "10 0 clockSlew ended"]);
});

describe("several faults on one part of a node", () => {
  test("a clock frozen twice goes on when both have ended", () => {
    const freeze: FaultAction = { kind: "clockFreeze", target: b };
    expect(done([during(10, 30, freeze), during(20, 40, freeze)])).toEqual([
      "10 freeze b",
      "20 freeze b",
      "40 unfreeze b",
    ]);
    expect(done([during(10, 40, freeze), during(20, 30, freeze)])).toEqual([
      "10 freeze b",
      "20 freeze b",
      "30 freeze b",
      "40 unfreeze b",
    ]);
  });

  test("of failing disks the fault that began last counts, then the one before it", () => {
    const full: FaultAction = { kind: "diskFull", target: b };
    const error: FaultAction = { kind: "diskError", target: b, rate: { of: 1, outOf: 2 } };
    const lost: FaultAction = { kind: "lostSync", target: b };
    expect(done([during(10, 60, full), during(20, 40, error), during(30, 50, lost)])).toEqual([
      "10 syncs of b fail full 1 in 1",
      "20 syncs of b fail io 1 in 2",
      "30 syncs of b fail lost 1 in 1",
      "50 syncs of b fail full 1 in 1",
      "60 syncs of b fail none 1 in 1",
    ]);
  });

  test("of slow disks likewise", () => {
    const slow = (latency: LatencyModel): FaultAction => ({ kind: "diskSlow", target: b, latency });
    const faults = [
      during(10, 40, slow({ type: "constant", us: 5 })),
      during(20, 30, slow({ type: "uniform", minUs: 1, maxUs: 2 })),
    ];
    expect(done(faults)).toEqual([
      "10 disk of b constant",
      "20 disk of b uniform",
      "30 disk of b constant",
      "40 disk of b as planned",
    ]);
  });
});

test("faults that happen at a moment begin and end in it, window or not, at random times too", () => {
  const timing: FaultTiming = { type: "random", everyUs: 100, forUsMin: 50, forUsMax: 50, fromUs: 0, untilUs: 1_000 };
  const calls = new FakeControls([fault("r", timing, { kind: "bitRot", target: b, records: 1 })]).run(2_000);
  expect(calls.length % 3).toBe(0);
  for (let at = 0; at < calls.length; at += 3) {
    const [atUs] = (calls[at] ?? "").split(" ");
    expect(calls.slice(at, at + 3)).toEqual([
      `${atUs} 0 bitRot began: b`,
      `${atUs} rot 1 of b`,
      `${atUs} 0 bitRot ended`,
    ]);
  }
});
