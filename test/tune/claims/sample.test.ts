// Intervals that claims are judged by, against tables, closed forms, and how often they hold what is true.
import { describe, expect, test } from "vitest";

import { Streams } from "../../../src/kernel/streams.ts";
import { effectiveCount, meanOf, type Part, quantileOf, shareOf, tQuantile } from "../../../src/tune/claims/sample.ts";
import { histogramOf } from "./synthetic.ts";

const parts = (...sums: readonly number[]): readonly Part[] => sums.map((sum) => ({ sum, count: 1 }));

describe("Student's t, 97.5 %", () => {
  test.each([
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [5, 2.571],
    [10, 2.228],
    [30, 2.042],
    [1000, 1.962],
  ])("%i degrees of freedom", (degrees, value) => {
    expect(Math.abs(tQuantile(degrees) / value - 1)).toBeLessThan(0.01);
  });
});

describe("a mean", () => {
  test("of one sample a run is the mean of a textbook", () => {
    const estimate = meanOf(parts(1, 2, 3, 4, 5));
    expect(estimate?.value).toBe(3);
    // The standard error is the root of 2.5 / 5, and t with 4 degrees of freedom 2.776.
    expect(estimate?.interval.high).toBeCloseTo(3 + 2.776 * Math.sqrt(0.5), 1);
  });

  test("weighs runs by their samples", () => {
    expect(
      meanOf([
        { sum: 10, count: 1 },
        { sum: 60, count: 3 },
      ])?.value,
    ).toBe(17.5);
  });

  test("of runs in which all samples are alike is as unsure as one sample of each", () => {
    const once = meanOf(parts(1, 5, 9, 2, 8));
    const often = meanOf([1, 5, 9, 2, 8].map((value) => ({ sum: value * 100, count: 100 })));
    expect(often?.interval).toEqual(once?.interval);
  });

  test("needs two runs that have anything", () => {
    expect(meanOf([{ sum: 5, count: 1 }])).toBeUndefined();
    expect(
      meanOf([
        { sum: 5, count: 1 },
        { sum: 0, count: 0 },
      ]),
    ).toBeUndefined();
  });
});

describe("a share", () => {
  test("of independent samples is that of Clopper and Pearson", () => {
    const runs = parts(...Array.from({ length: 100 }, (_, index) => (index < 10 ? 1 : 0)));
    const { interval } = shareOf(runs) ?? { interval: { low: 0, high: 0 } };
    expect(Math.abs(interval.low - 0.049)).toBeLessThan(0.008);
    expect(Math.abs(interval.high - 0.176)).toBeLessThan(0.012);
  });

  test("of runs in which all samples are alike is as unsure as one sample of each", () => {
    const alike = Array.from({ length: 100 }, (_, index) => ({ sum: index < 10 ? 50 : 0, count: 50 }));
    const { interval } = shareOf(alike) ?? { interval: { low: 0, high: 0 } };
    expect(interval.low).toBeLessThan(0.055);
    expect(interval.high).toBeGreaterThan(0.17);
  });

  test("without a hit is bounded by runs, and by samples only where these are known to be independent", () => {
    const none = Array.from({ length: 100 }, () => ({ sum: 0, count: 20 }));
    expect(shareOf(none)?.interval.high).toBeCloseTo(1 - 0.025 ** (1 / 100), 6);
    expect(shareOf(none, true)?.interval.high).toBeCloseTo(1 - 0.025 ** (1 / 2000), 6);
  });
});

describe("a quantile", () => {
  test("lies between order statistics: the median of a hundred between the 40th and the 61st", () => {
    const samples = Array.from({ length: 100 }, (_, index) => histogramOf([index + 1]));
    expect(quantileOf(samples, 50, 100)).toEqual({ value: 50, interval: { low: 40, high: 61 } });
  });

  test("that so few samples cannot bound has no end", () => {
    const samples = Array.from({ length: 100 }, (_, index) => histogramOf([index + 1]));
    expect(quantileOf(samples, 99, 100)?.interval.high).toBe(Infinity);
    expect(quantileOf(samples, 1, 100)?.interval.low).toBe(-Infinity);
    expect(quantileOf([], 50, 100)).toBeUndefined();
  });

  test("of runs with many samples is no surer than of runs", () => {
    const once = Array.from({ length: 100 }, (_, index) => histogramOf([index + 1]));
    const often = Array.from({ length: 100 }, (_, index) => histogramOf(Array(7).fill(index + 1)));
    expect(quantileOf(often, 90, 100)).toEqual(quantileOf(once, 90, 100));
  });
});

test("samples are worth as many runs as have them, if all have as many, and fewer otherwise", () => {
  expect(effectiveCount([3, 3, 3].map((count) => ({ sum: 0, count })))).toBe(3);
  expect(effectiveCount([10, 1, 1].map((count) => ({ sum: 0, count })))).toBe(1);
  expect(effectiveCount([])).toBe(0);
});

test("of intervals around means, shares and medians of runs that differ, 93 in a hundred hold what is true, or more", () => {
  const stream = new Streams(7).named("coverage", "");
  const held = { mean: 0, share: 0, median: 0 };
  const repeats = 1000;
  for (let repeat = 0; repeat < repeats; repeat++) {
    // Each run has a level of its own, around which its samples lie: they are far from independent.
    const runs = Array.from({ length: 150 }, () => {
      const level = stream.below(1000);
      return Array.from({ length: 1 + stream.below(4) }, () => level + stream.below(200));
    });
    const within = (interval: { low: number; high: number } | undefined, truth: number): number =>
      interval !== undefined && interval.low <= truth && truth <= interval.high ? 1 : 0;
    const sums = runs.map((values) => ({ sum: values.reduce((all, value) => all + value, 0), count: values.length }));
    const hits = runs.map((values) => ({ sum: values.filter((value) => value < 599).length, count: values.length }));
    held.mean += within(meanOf(sums)?.interval, 599);
    held.share += within(shareOf(hits)?.interval, 0.5);
    held.median += within(
      quantileOf(
        runs.map((values) => histogramOf(values)),
        50,
        100,
      )?.interval,
      599,
    );
  }
  for (const count of Object.values(held)) expect(count).toBeGreaterThanOrEqual(0.93 * repeats);
});
