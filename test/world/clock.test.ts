// The clocks of a node: exact, monotonic where they must be, and off by what a fault says where it says so.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NodeClock } from "../../src/world/clock.ts";

const second = 1_000_000;
const hour = 3_600 * second;
const year = 365 * 24 * hour;

type Op =
  | { readonly op: "step"; readonly byUs: number }
  | { readonly op: "drift"; readonly ppm: number }
  | { readonly op: "slew"; readonly byUs: number; readonly overUs: number }
  | { readonly op: "freeze" | "unfreeze" | "stop" | "resume" | "incarnation" | "read" };

const anOp: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constant("step" as const), byUs: fc.integer({ min: -hour, max: hour }) }),
  fc.record({ op: fc.constant("drift" as const), ppm: fc.integer({ min: -50_000, max: 50_000 }) }),
  fc.record({
    op: fc.constant("slew" as const),
    byUs: fc.integer({ min: -hour, max: hour }),
    overUs: fc.integer({ min: 0, max: 2 * hour }),
  }),
  fc.record({ op: fc.constantFrom("freeze", "unfreeze", "stop", "resume", "incarnation", "read") }),
);

const aStory = fc.array(fc.tuple(fc.integer({ min: 0, max: hour }), anOp), { maxLength: 30 });

/** Drifts beyond what a clock can do are left out, so that every story can be told. */
function tell(clock: NodeClock, { op, nowUs, driftPpm }: { op: Op; nowUs: number; driftPpm: { total: number } }): void {
  switch (op.op) {
    case "step":
      return clock.step(op.byUs, nowUs);
    case "drift":
      if (Math.abs(driftPpm.total + op.ppm) > 900_000) return;
      driftPpm.total += op.ppm;
      return clock.addDrift(op.ppm, nowUs);
    case "slew":
      return clock.slew(op.byUs, op.overUs, nowUs);
    case "freeze":
      return clock.freeze(nowUs);
    case "unfreeze":
      return clock.unfreeze(nowUs);
    case "stop":
      return clock.stopMonotonic(nowUs);
    case "resume":
      return clock.resumeMonotonic(nowUs);
    case "incarnation":
      return clock.onIncarnation(nowUs);
    case "read":
      return undefined;
  }
}

describe("a clock that no fault touches", () => {
  test("runs with true time, and its wall clock with it, off by its offset", () => {
    const clock = new NodeClock({ offsetUs: -250, driftPpm: 0 }, 5 * second);
    expect(clock.isPlain).toBe(true);
    expect(clock.monotonicUs(5 * second)).toBe(0);
    expect(clock.monotonicUs(7 * second)).toBe(2 * second);
    expect(clock.wallUs(7 * second)).toBe(7 * second - 250);
    expect(clock.trueDelayUs(123, 7 * second)).toBe(123);
    expect(clock.distorted(7 * second)).toBe(false);
  });

  test("restarts its monotonic clock, and only that one, with each incarnation", () => {
    const clock = new NodeClock({ offsetUs: 10, driftPpm: 0 }, 0);
    clock.onIncarnation(3 * second);
    expect(clock.monotonicUs(3 * second)).toBe(0);
    expect(clock.monotonicUs(4 * second)).toBe(second);
    expect(clock.wallUs(4 * second)).toBe(4 * second + 10);
    expect(clock.isPlain).toBe(true);
    expect(clock.distorted(4 * second)).toBe(false);
  });

  test("is not distorted by the drift and offset that its plan gives it", () => {
    const clock = new NodeClock({ offsetUs: 77, driftPpm: -321 }, second);
    expect(clock.isPlain).toBe(false);
    clock.onIncarnation(2 * second);
    for (let nowUs = 2 * second; nowUs < 3 * second; nowUs += 9_973) expect(clock.distorted(nowUs)).toBe(false);
  });
});

describe("drift", () => {
  test("is exact over 10 000 seconds, a year, and any rate", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.integer({ min: 0, max: year }),
        (driftPpm, elapsedUs) => {
          const clock = new NodeClock({ offsetUs: 0, driftPpm }, 0);
          const exact = (BigInt(elapsedUs) * BigInt(1_000_000 + driftPpm)) / 1_000_000n;
          expect(clock.monotonicUs(elapsedUs)).toBe(Number(exact));
          expect(clock.wallUs(elapsedUs)).toBe(Number(exact));
        },
      ),
    );
    const fast = new NodeClock({ offsetUs: 0, driftPpm: 1 }, 0);
    expect(fast.monotonicUs(10_000_000_000)).toBe(10_000_010_000);
  });

  test("loses no part of a microsecond, however often the clock is touched on the way", () => {
    const untouched = new NodeClock({ offsetUs: 0, driftPpm: 333_33 }, 0);
    const touched = new NodeClock({ offsetUs: 0, driftPpm: 333_33 }, 0);
    let nowUs = 0;
    for (let at = 0; at < 10_000; at++) {
      nowUs += 7 + (at % 13);
      touched.addDrift(0, nowUs);
    }
    expect(touched.monotonicUs(nowUs)).toBe(untouched.monotonicUs(nowUs));
    expect(touched.monotonicUs(nowUs + year)).toBe(untouched.monotonicUs(nowUs + year));
  });

  test("added and taken back leaves what was gained meanwhile, in both clocks", () => {
    const clock = new NodeClock({ offsetUs: 0, driftPpm: 0 }, 0);
    clock.addDrift(1_000, 10 * second);
    clock.addDrift(-1_000, 20 * second);
    expect(clock.monotonicUs(30 * second)).toBe(30 * second + 10_000);
    expect(clock.wallUs(30 * second)).toBe(30 * second + 10_000);
    expect(clock.distorted(30 * second)).toBe(true);
  });
});

describe("timers", () => {
  test("fire at the first true microsecond at which the monotonic clock has advanced enough, after any history", () => {
    fc.assert(
      fc.property(
        aStory,
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.integer({ min: 0, max: year }),
        (story, ppm, localUs) => {
          const clock = new NodeClock({ offsetUs: 0, driftPpm: ppm }, 0);
          let nowUs = 0;
          const driftPpm = { total: ppm };
          for (const [gapUs, op] of story) {
            nowUs += gapUs;
            tell(clock, { op, nowUs, driftPpm });
          }
          clock.resumeMonotonic(nowUs);
          const delayUs = clock.trueDelayUs(localUs, nowUs);
          const before = clock.monotonicUs(nowUs);
          expect(clock.monotonicUs(nowUs + delayUs) - before).toBeGreaterThanOrEqual(localUs);
          const justBeforeUs = nowUs + Math.max(0, delayUs - 1);
          expect(delayUs === 0 || clock.monotonicUs(justBeforeUs) - before < localUs).toBe(true);
        },
      ),
    );
  });

  test("of a fast clock fire early in true time, of a slow one late", () => {
    const fast = new NodeClock({ offsetUs: 0, driftPpm: 100_000 }, 0);
    const slow = new NodeClock({ offsetUs: 0, driftPpm: -100_000 }, 0);
    expect(fast.trueDelayUs(1_100_000, 0)).toBe(1_000_000);
    expect(slow.trueDelayUs(900_000, 0)).toBe(1_000_000);
  });
});

describe("the monotonic clock", () => {
  test("never goes back within an incarnation, whatever happens to the clock", () => {
    fc.assert(
      fc.property(aStory, (story) => {
        const clock = new NodeClock({ offsetUs: 0, driftPpm: 0 }, 100);
        let nowUs = 100;
        let last = 0;
        const driftPpm = { total: 0 };
        for (const [gapUs, op] of story) {
          nowUs += gapUs;
          const before = clock.monotonicUs(nowUs);
          expect(before).toBeGreaterThanOrEqual(last);
          tell(clock, { op, nowUs, driftPpm });
          last = clock.monotonicUs(nowUs);
          expect(last).toBe(op.op === "incarnation" ? 0 : before);
        }
      }),
    );
  });

  test("stands while it is stopped, and goes on from there; the wall clock does not care", () => {
    const clock = new NodeClock({ offsetUs: 0, driftPpm: 0 }, 0);
    clock.stopMonotonic(2 * second);
    clock.stopMonotonic(3 * second);
    expect(clock.monotonicUs(5 * second)).toBe(2 * second);
    expect(clock.wallUs(5 * second)).toBe(5 * second);
    expect(clock.distorted(5 * second)).toBe(true);
    clock.resumeMonotonic(5 * second);
    expect(clock.monotonicUs(6 * second)).toBe(3 * second);
  });

  test("runs again in the next incarnation", () => {
    const clock = new NodeClock({ offsetUs: 0, driftPpm: 0 }, 0);
    clock.stopMonotonic(2 * second);
    clock.onIncarnation(4 * second);
    expect(clock.monotonicUs(5 * second)).toBe(second);
    expect(clock.distorted(5 * second)).toBe(false);
  });
});

describe("the wall clock", () => {
  test("steps, forth and back", () => {
    const clock = new NodeClock({ offsetUs: 0, driftPpm: 0 }, 0);
    clock.step(-3 * second, second);
    expect(clock.wallUs(second)).toBe(-2 * second);
    expect(clock.monotonicUs(second)).toBe(second);
    expect(clock.distorted(second)).toBe(true);
    clock.step(3 * second, 2 * second);
    expect(clock.wallUs(2 * second)).toBe(2 * second);
    expect(clock.distorted(2 * second)).toBe(false);
  });

  test("is slewed in equal parts, and keeps what it was led to", () => {
    const clock = new NodeClock({ offsetUs: 0, driftPpm: 0 }, 0);
    clock.slew(100, 1_000, 500);
    expect([500, 509, 510, 1_000, 1_499, 1_500, 9_000].map((at) => clock.wallUs(at) - at)).toEqual([
      0, 0, 1, 50, 99, 100, 100,
    ]);
    clock.slew(-100, 1_000, 9_000);
    expect(clock.wallUs(9_500) - 9_500).toBe(50);
    expect(clock.wallUs(20_000)).toBe(20_000);
  });

  test("slews exactly over hours, where products exceed what a number can hold", () => {
    const clock = new NodeClock({ offsetUs: 0, driftPpm: 0 }, 0);
    clock.slew(-7 * hour, 24 * hour, 0);
    expect(clock.wallUs(12 * hour)).toBe(12 * hour - 3.5 * hour);
    expect(clock.wallUs(1)).toBe(0);
  });

  test("stands still when frozen, and jumps to where it belongs afterwards, steps included", () => {
    const clock = new NodeClock({ offsetUs: 0, driftPpm: 0 }, 0);
    clock.freeze(second);
    clock.step(500, 2 * second);
    expect(clock.wallUs(3 * second)).toBe(second);
    expect(clock.monotonicUs(3 * second)).toBe(3 * second);
    clock.unfreeze(3 * second);
    expect(clock.wallUs(3 * second)).toBe(3 * second + 500);
  });
});

test("a clock goes on from a checkpoint as it would have without", () => {
  fc.assert(
    fc.property(aStory, aStory, (before, after) => {
      const original = new NodeClock({ offsetUs: 12, driftPpm: 34 }, 0);
      let nowUs = 0;
      const driftPpm = { total: 34 };
      for (const [gapUs, op] of before) tell(original, { op, nowUs: (nowUs += gapUs), driftPpm });
      const copy = new NodeClock({ offsetUs: 12, driftPpm: 34 }, 0);
      copy.restore(structuredClone(original.checkpoint()));
      const driftOfCopy = { ...driftPpm };
      for (const [gapUs, op] of after) {
        nowUs += gapUs;
        tell(original, { op, nowUs, driftPpm });
        tell(copy, { op, nowUs, driftPpm: driftOfCopy });
        expect([copy.monotonicUs(nowUs), copy.wallUs(nowUs), copy.distorted(nowUs), copy.isPlain]).toEqual([
          original.monotonicUs(nowUs),
          original.wallUs(nowUs),
          original.distorted(nowUs),
          original.isPlain,
        ]);
      }
    }),
  );
});
