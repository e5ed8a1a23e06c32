// What runs come to, how sure that is, and how evenly a design lies: against tables, and against chance itself.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { Generator } from "../../../src/base/random.ts";
import type { Sample, Statistic } from "../../../src/tune/response.ts";
import { differenceOf, estimate, halfWidth, intervalOf } from "../../../src/tune/search/estimate.ts";
import { sobol } from "../../../src/tune/search/sobol.ts";
import { designOf, sizeOf } from "../../../src/tune/search/space.ts";
import { studentQuantile } from "../../../src/tune/search/student.ts";
import { factorOf, noise } from "./synthetic.ts";

describe("Student's t", () => {
  test.each([
    [0.975, 2, 4.302653],
    [0.975, 4, 2.776445],
    [0.995, 10, 3.169273],
    [0.95, 30, 1.697261],
    [0.9995, 20, 3.849516],
    [0.975, 60, 2.000298],
    [0.975, 120, 1.97993],
    [0.995, 1_000, 2.580755],
  ])("%f of %i degrees is %f, as in the tables", (chance, degrees, quantile) => {
    expect(studentQuantile(chance, degrees)).toBeCloseTo(quantile, 5);
  });

  test("an odd number of few degrees is rounded down, so that an interval is a little too wide", () => {
    expect(studentQuantile(0.975, 5)).toBe(studentQuantile(0.975, 4));
    expect(studentQuantile(0.975, 1)).toBe(Infinity);
  });
});

const samplesOf = (values: readonly number[]): Sample => {
  const sorted = values.toSorted((a, b) => a - b);
  return { sum: values.reduce((a, b) => a + b, 0), count: values.length, values: sorted.map((value) => [value, 1]) };
};

describe("estimates", () => {
  test("samples are pooled: a run with many of them counts for as much", () => {
    const runs = [samplesOf([10]), samplesOf([1, 1, 1])];
    expect(estimate({ type: "mean" }, runs).value).toBe(13 / 4);
    expect(estimate({ type: "quantile", of: 50, outOf: 100 }, runs).value).toBe(1);
  });

  test("of nothing measured there is no value, and no bound", () => {
    const none: Sample = { sum: 0, count: 0, values: [] };
    expect(estimate({ type: "mean" }, [none, none, none]).value).toBeNaN();
    expect(intervalOf({ type: "mean" }, [none, none, none], 0.95)).toEqual({ low: 0, high: Infinity });
  });

  test("what happened in none of some runs may still happen: bound by runs, by samples, or by nothing", () => {
    const highOf = (statistic: Statistic, count: number, sum = 0): number =>
      intervalOf(
        statistic,
        Array.from({ length: 100 }, (): Sample => ({ sum, count, values: [] })),
        0.95,
      ).high;
    // 1 - 0.025^(1/100)
    expect(highOf({ type: "mean", bound: { by: "runs" } }, 5)).toBeCloseTo(0.03622, 4);
    // Of 500 samples it may happen to 1 - 0.025^(1/500), told for a thousand of them.
    expect(highOf({ type: "mean", bound: { by: "samples", scale: 1_000 } }, 5)).toBeCloseTo(7.3507, 3);
    // How long something takes, or how often it happens in a run, is bound by nothing, and so is what is always the same.
    expect(highOf({ type: "mean" }, 5)).toBe(Infinity);
    expect(highOf({ type: "mean" }, 1, 3)).toBe(Infinity);
  });

  test("shares of runs have the exact interval, of those that could have shown it", () => {
    const runs = (events: number, tried: number, idle: number): readonly Sample[] =>
      Array.from({ length: tried + idle }, (_, run) => ({
        sum: run < events ? 1 : 0,
        count: run < tried ? 1 : 0,
        values: [],
      }));
    const highs = [0, 1, 2, 3].map((events) => intervalOf({ type: "rate" }, runs(events, 20, 0), 0.95).high);
    expect(highs.map((high) => high.toFixed(4))).toEqual(["0.1684", "0.2487", "0.3170", "0.3789"]);
    // Runs that never tried it tell nothing of it: 1 - 0.025^(1/2).
    expect(intervalOf({ type: "rate" }, runs(0, 2, 18), 0.95).high).toBeCloseTo(0.8419, 4);
    expect(intervalOf({ type: "rate" }, runs(0, 0, 18), 0.95)).toEqual({ low: 0, high: Infinity });
  });

  test("two runs have no spread to go by", () => {
    expect(halfWidth({ influence: [1, -1], room: Infinity }, 0.975)).toBe(Infinity);
  });

  test("of the largest sample, and of a p99 of few, no difference has a width: nothing bounds it", () => {
    const runs = (salt: number): readonly Sample[] =>
      Array.from({ length: 20 }, (_, run) => samplesOf([100 + 20 * noise(run, salt), 100 + 20 * noise(run, salt + 1)]));
    const widthOf = (of: number): number => {
      const statistic = { type: "quantile", of, outOf: 100 } as const;
      return halfWidth(differenceOf(estimate(statistic, runs(1)), estimate(statistic, runs(3))), 0.975);
    };
    expect([0, 95, 99, 100].map((of) => widthOf(of))).toEqual([Infinity, Infinity, Infinity, Infinity]);
    expect(widthOf(50)).toBeGreaterThan(0);
    expect(widthOf(50)).toBeLessThan(30);
  });

  property.prop([
    fc.array(fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 5 }), {
      minLength: 3,
      maxLength: 20,
    }),
  ])("the influence of all runs adds up to nothing", (runs) => {
    const { value, influence } = estimate({ type: "mean" }, runs.map(samplesOf));
    expect(Math.abs(influence.reduce((a, b) => a + b, 0))).toBeLessThan(1e-6 * Math.max(1, value) * runs.length);
  });

  test.each([
    { statistic: { type: "mean" } as const, truth: 100 },
    { statistic: { type: "quantile", of: 50, outOf: 100 } as const, truth: 100 },
    { statistic: { type: "quantile", of: 90, outOf: 100 } as const, truth: 100 + 1.2816 * Math.sqrt(500) },
  ])("intervals of $statistic hold the truth 95 times in 100, of runs whose samples resemble each other", (given) => {
    const repeats = 400;
    let held = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const runs = Array.from({ length: 40 }, (_, run) => {
        const seed = repeat * 1_000 + run;
        // A deviation of 20 between runs and of 10 within one.
        return samplesOf(Array.from({ length: 8 }, (__, at) => 100 + 20 * noise(seed, 1) + 10 * noise(seed, at + 2)));
      });
      const { low, high } = intervalOf(given.statistic, runs, 0.95);
      if (low <= given.truth && given.truth <= high) held++;
    }
    expect(held / repeats).toBeGreaterThan(0.92);
    expect(held / repeats).toBeLessThan(0.99);
  });
});

describe("designs", () => {
  test.each([1, 2, 5, 10])("of 64 points, each 64th of each of %i dimensions holds one", (dimensions) => {
    const points = sobol(dimensions, 64, new Generator(7));
    for (let dimension = 0; dimension < dimensions; dimension++) {
      expect(new Set(points.map((point) => Math.floor(64 * point[dimension]))).size).toBe(64);
    }
  });

  test("of 64 points, each of 8 by 8 squares holds one", () => {
    const squares = sobol(2, 64, new Generator(3)).map(([x = 0, y = 0]) => `${Math.floor(8 * x)} ${Math.floor(8 * y)}`);
    expect(new Set(squares).size).toBe(64);
  });

  test("as many points as were asked for, all different and possible; or all there are", () => {
    const space = [factorOf("a", 10), factorOf("b", 10)];
    const exists = ([a = 0, b = 0]: readonly number[]): boolean => a <= b;
    const some = designOf(space, 20, new Generator(1), exists);
    expect(new Set(some.map(String)).size).toBe(20);
    expect(some.every((point) => exists(point))).toBe(true);
    expect(designOf(space, sizeOf(space), new Generator(1), exists)).toHaveLength(55);
  });
});
