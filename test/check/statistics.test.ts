// How sure counting makes us, against tables and closed forms.
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { atMost, binomialInterval, lowerBound, runsFor, upperBound } from "../../src/check/statistics.ts";

describe("nothing seen in n runs", () => {
  test.each([
    [20, 0.139],
    [10, 0.259],
    [1000, 0.002991],
    [10_000, 0.0002995],
  ])("bounds the chance, at 95 %%: n = %i", (runs, bound) => {
    expect(upperBound({ events: 0, runs }, 0.95)).toBeCloseTo(bound, 3);
    expect(upperBound({ events: 0, runs }, 0.95)).toBeCloseTo(1 - 0.05 ** (1 / runs), 12);
  });

  test("as many runs as a claim takes: one fewer would not do", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-5, max: 0.9, noNaN: true }),
        fc.constantFrom(0.9, 0.95, 0.99),
        (chance, confidence) => {
          const runs = runsFor(chance, confidence);
          expect(upperBound({ events: 0, runs }, confidence)).toBeLessThanOrEqual(chance * (1 + 1e-9));
          const oneFewer = runs === 1 ? 1 : upperBound({ events: 0, runs: runs - 1 }, confidence);
          expect(oneFewer).toBeGreaterThan(chance * (1 - 1e-9));
        },
      ),
    );
    expect(runsFor(0.001, 0.95)).toBe(2995);
  });
});

describe("intervals", () => {
  test.each([
    [0, 10, 0, 0.308497],
    [1, 10, 0.002529, 0.445016],
    [5, 10, 0.187086, 0.812914],
    [10, 10, 0.691503, 1],
    [3, 1000, 0.000619, 0.008742],
  ])("%i of %i as in the tables of Clopper and Pearson", (events, runs, low, high) => {
    const interval = binomialInterval({ events, runs }, 0.95);
    expect(interval.low).toBeCloseTo(low, 6);
    expect(interval.high).toBeCloseTo(high, 6);
  });

  test("end where seeing so few, or so many, has half of what confidence leaves", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (runs, share) => {
        const events = Math.max(1, Math.min(runs - 1, Math.round(runs * share)));
        const { low, high } = binomialInterval({ events, runs }, 0.95);
        expect(1 - atMost(events - 1, runs, low)).toBeCloseTo(0.025, 10);
        expect(atMost(events, runs, high)).toBeCloseTo(0.025, 10);
      }),
    );
  });

  test("mirror when events and their absence change places, and hold the share seen", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (runs, some) => {
        const events = Math.min(some, runs);
        const { low, high } = binomialInterval({ events, runs }, 0.99);
        const mirror = binomialInterval({ events: runs - events, runs }, 0.99);
        expect(mirror.high).toBeCloseTo(1 - low, 10);
        expect(low).toBeLessThanOrEqual(events / runs);
        expect(high).toBeGreaterThanOrEqual(events / runs);
      }),
    );
  });

  test("of a million runs are found, whatever the share", () => {
    for (const events of [0, 1, 1000, 500_000, 999_999, 1_000_000]) {
      const { low, high } = binomialInterval({ events, runs: 1_000_000 }, 0.95);
      expect(high - low).toBeLessThan(0.0021);
      expect(low).toBeLessThanOrEqual(events / 1_000_000);
      expect(high).toBeGreaterThanOrEqual(events / 1_000_000);
    }
  });

  test("of one side lie within those of two", () => {
    const seen = { events: 7, runs: 90 };
    const { low, high } = binomialInterval(seen, 0.95);
    expect(lowerBound(seen, 0.95)).toBeGreaterThan(low);
    expect(upperBound(seen, 0.95)).toBeLessThan(high);
    expect(lowerBound({ events: 0, runs: 9 }, 0.95)).toBe(0);
    expect(upperBound({ events: 9, runs: 9 }, 0.95)).toBe(1);
  });
});

test("the chance of at most k of n is the sum of the terms", () => {
  const choose = [1, 12, 66, 220, 495, 792, 924, 792, 495, 220, 66, 12, 1];
  for (const chance of [0.001, 0.3, 0.5, 0.97]) {
    let sum = 0;
    for (let k = 0; k < 12; k++) {
      sum += (choose[k] ?? 0) * chance ** k * (1 - chance) ** (12 - k);
      expect(atMost(k, 12, chance)).toBeCloseTo(sum, 12);
    }
  }
  expect([atMost(-1, 5, 0.5), atMost(5, 5, 0.5), atMost(2, 5, 0), atMost(2, 5, 1)]).toEqual([0, 1, 1, 0]);
  expect(atMost(10, 1_000_000, 0.9)).toBe(0);
  expect(atMost(900_000, 1_000_000, 1e-9)).toBe(1);
});

test.each([
  [{ events: 0, runs: 0 }, 0.95],
  [{ events: 3, runs: 2 }, 0.95],
  [{ events: -1, runs: 2 }, 0.95],
  [{ events: 1, runs: 2 }, 1],
  [{ events: 1, runs: 2 }, 0],
])("no statistics of %o at %f", (counted, confidence) => {
  expect(() => binomialInterval(counted, confidence)).toThrow("belief broken");
});
