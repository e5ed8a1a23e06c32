// Nodes that go down, stand still or go slowly, alone and with several faults on one node at once.

import { describe, expect, test } from "vitest";
import type { Fault, FaultAction } from "../../../src/world/fault.ts";
import { FakeControls, all, fault, named, scripted } from "./fake-controls.ts";

const b = all(named("b"));
const crash: FaultAction = { kind: "crash", target: b, torn: false };
const stop: FaultAction = { kind: "stop", target: b };
const wipe: FaultAction = { kind: "wipe", target: b };
const pauseRuns: FaultAction = { kind: "pause", target: b, monotonic: "runs" };
const pauseStops: FaultAction = { kind: "pause", target: b, monotonic: "stops" };

const during = (fromUs: number, untilUs: number, action: FaultAction, id = `${fromUs}`): Fault =>
  fault(id, scripted(fromUs, untilUs - fromUs), action);

/** What the faults did to nodes, without the world's own statements. */
function done(faults: readonly Fault[], untilUs = 1_000): readonly string[] {
  return new FakeControls(faults).run(untilUs).filter((call) => !/began|ended/.test(call));
}

describe("a node that is crashed", () => {
  test("is down for the window", () => {
    expect(done([during(10, 30, crash)])).toEqual(["10 crash b", "30 start b"]);
  });

  test("by two faults starts when both have ended, in whatever order they end", () => {
    expect(done([during(10, 30, crash), during(20, 40, crash)])).toEqual(["10 crash b", "40 start b"]);
    expect(done([during(10, 50, crash), during(20, 40, crash)])).toEqual(["10 crash b", "50 start b"]);
    expect(done([during(10, 50, crash), during(20, 40, wipe), during(30, 60, crash)])).toEqual([
      "10 crash b",
      "20 wipe 0 of b",
      "60 start b",
    ]);
  });

  test("and keeps another fault's crash from ending, is credited to the one that keeps it down", () => {
    const world = new FakeControls([during(10, 30, crash), during(20, 40, crash)]);
    world.run(25);
    expect(world.ledger.tallies()[1]).toMatchObject({ injected: 1, touched: 0 });
    world.run(100);
    expect(world.ledger.tallies()[1]).toMatchObject({ injected: 1, touched: 1, changed: 1 });
  });

  test("once or until healing starts when the world heals", () => {
    for (const forUs of ["once", "untilHeal"] as const) {
      const world = new FakeControls([fault("c", scripted(10, forUs), crash)]);
      world.run(500);
      expect(world.heal()).toEqual(["500 start b", "500 0 crash ended"]);
    }
  });

  test("but had left by itself is not touched, and not started", () => {
    const world = new FakeControls([
      during(10, 30, crash),
      during(40, 50, wipe),
      during(60, 70, stop),
      during(80, 90, pauseRuns),
    ]);
    world.running[1] = false;
    expect(world.run(100).filter((call) => !/began|ended/.test(call))).toEqual([]);
    expect(world.ledger.tallies().every(({ injected, touched }) => injected === 1 && touched === 0)).toBe(true);
  });

  test("is torn if the fault says so", () => {
    expect(done([during(10, 30, { ...crash, torn: true })])).toEqual(["10 crash b torn", "30 start b"]);
  });
});

describe("a node that is asked to stop", () => {
  const asked = during(10, 30, stop);

  test("and does is started when the window ends", () => {
    const world = new FakeControls([asked]);
    world.run(20);
    world.running[1] = false;
    expect(world.run(100)).toEqual(["30 start b", "30 0 stop ended"]);
  });

  test("and does not is made to when the window ends", () => {
    expect(done([asked])).toEqual(["10 ask b to stop", "30 crash b", "30 start b"]);
  });

  test("and is crashed meanwhile starts when both have ended", () => {
    expect(done([asked, during(15, 20, crash)])).toEqual(["10 ask b to stop", "15 crash b", "30 start b"]);
    expect(done([asked, during(15, 40, crash)])).toEqual(["10 ask b to stop", "15 crash b", "40 start b"]);
  });
});

describe("a node that is restarted", () => {
  const restart = fault("r", scripted(20, "once"), { kind: "restart", target: b });

  test("is up again at once, and the fault is over", () => {
    expect(new FakeControls([restart]).run(100)).toEqual([
      "20 0 restart began: b",
      "20 crash b",
      "20 start b",
      "20 0 restart ended",
    ]);
  });

  test("while it is down is left alone", () => {
    expect(done([during(10, 30, crash), restart])).toEqual(["10 crash b", "30 start b"]);
  });

  test("while it is asked to stop goes down for the rest of that window", () => {
    expect(done([during(10, 30, stop), restart])).toEqual(["10 ask b to stop", "20 crash b", "30 start b"]);
  });
});

test("a wiped node comes back with an empty disk", () => {
  expect(done([during(10, 30, wipe)])).toEqual(["10 crash b", "10 wipe 0 of b", "30 start b"]);
});

test("a lost node is never started again: not by the fault that held it before, and not by healing", () => {
  const lose = fault("l", scripted(20, "once"), { kind: "lose", target: b });
  expect(done([during(10, 30, crash), lose])).toEqual(["10 crash b"]);
  const world = new FakeControls([lose, fault("c", scripted(30, "untilHeal"), crash)]);
  world.run(100);
  world.heal();
  expect(world.calls.filter((call) => !/began|ended/.test(call))).toEqual(["20 crash b"]);
});

describe("a node that is paused", () => {
  test("goes on after the window", () => {
    expect(done([during(10, 30, pauseStops)])).toEqual(["10 pause b stops", "30 resume b"]);
  });

  test("by two faults goes on when both have ended; the one that began last says how it stands", () => {
    expect(done([during(10, 30, pauseRuns), during(20, 40, pauseStops)])).toEqual([
      "10 pause b runs",
      "20 pause b stops",
      "40 resume b",
    ]);
    expect(done([during(10, 40, pauseRuns), during(20, 30, pauseStops)])).toEqual([
      "10 pause b runs",
      "20 pause b stops",
      "30 pause b runs",
      "40 resume b",
    ]);
  });

  test("and crashed meanwhile is paused no longer: what starts afterwards runs", () => {
    expect(done([during(10, 50, pauseRuns), during(20, 30, crash)])).toEqual([
      "10 pause b runs",
      "20 crash b",
      "30 start b",
    ]);
    expect(done([during(10, 30, pauseRuns), during(20, 50, crash)])).toEqual([
      "10 pause b runs",
      "20 crash b",
      "50 start b",
    ]);
  });

  test("while it is down is not touched", () => {
    const world = new FakeControls([during(10, 50, crash), during(20, 30, pauseRuns)]);
    expect(world.run(100).filter((call) => !/began|ended/.test(call))).toEqual(["10 crash b", "50 start b"]);
    expect(world.ledger.tallies()[1]).toMatchObject({ injected: 1, touched: 0, changed: 0 });
  });

  test("again after its restart stays paused when the first pause would have ended", () => {
    const faults = [during(10, 50, pauseRuns), during(20, 30, crash), during(40, 60, pauseRuns)];
    expect(done(faults)).toEqual(["10 pause b runs", "20 crash b", "30 start b", "40 pause b runs", "60 resume b"]);
  });
});

test("slowness of several faults is each one's own", () => {
  const slow = (stepUs: number): FaultAction => ({ kind: "slow", target: b, stepUs });
  expect(done([during(10, 30, slow(5)), during(20, 40, slow(7))])).toEqual([
    "10 slow b 5",
    "20 slow b 7",
    "30 unslow b",
    "40 unslow b",
  ]);
});
