// Latency models: each draws what it says, within what chance allows over many draws.

import { describe, expect, test } from "vitest";
import { Streams } from "../../src/kernel/streams.ts";
import { constantOf, drawLatency, latencyNeedsDraw } from "../../src/world/latency.ts";
import type { LatencyModel } from "../../src/world/plan.ts";

const draws = 40_000;

/** Sorted draws of a model. */
function sample(model: LatencyModel): readonly number[] {
  const stream = new Streams(7).named("test", JSON.stringify(model));
  return Array.from({ length: draws }, () => drawLatency(model, stream)).sort((left, right) => left - right);
}

const quantile = (sorted: readonly number[], inThousand: number): number =>
  sorted[Math.floor((sorted.length * inThousand) / 1000)] ?? -1;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** By how many percent of the expected value a measured one is off. */
const off = (actual: number, expected: number): number => (Math.abs(actual - expected) * 100) / expected;

const constant = (us: number): LatencyModel => ({ type: "constant", us });

describe("what is drawn", () => {
  test("uniform: every value between its ends, both included", () => {
    const sorted = sample({ type: "uniform", minUs: 3, maxUs: 12 });
    expect(new Set(sorted).size).toBe(10);
    expect([sorted.at(0), sorted.at(-1)]).toEqual([3, 12]);
    expect(off(mean(sorted), 7.5)).toBeLessThan(1);
  });

  test("normal: its mean and deviation, and nothing below the cut", () => {
    const sorted = sample({ type: "normal", meanUs: 10_000, deviationUs: 1_000, minUs: 9_000 });
    expect(sorted[0]).toBe(9_000);
    expect(off(quantile(sorted, 500), 10_000)).toBeLessThan(1);
    expect(off(quantile(sorted, 841), 11_000)).toBeLessThan(1);
    expect(off(sorted.filter((us) => us === 9_000).length / draws, 0.1587)).toBeLessThan(5);
  });

  test("exponential: its least value and its mean beyond it", () => {
    const sorted = sample({ type: "exponential", minUs: 500, meanUs: 2_000 });
    expect(sorted[0]).toBeGreaterThanOrEqual(500);
    expect(off(mean(sorted), 2_500)).toBeLessThan(2);
    expect(off(quantile(sorted, 990) - 500, 2_000 * 4.60517)).toBeLessThan(5);
  });

  test("long-tailed: half below its median, one in a hundred above its 99th percentile", () => {
    const model: LatencyModel = { type: "longTailed", medianUs: 20_000, p99Us: 200_000 };
    const sorted = sample(model);
    expect(off(quantile(sorted, 500), 20_000)).toBeLessThan(3);
    expect(off(quantile(sorted, 990), 200_000)).toBeLessThan(8);
  });

  test("bimodal: the rare mode at its rate", () => {
    const rareRate = { of: 1, outOf: 20 };
    const sorted = sample({
      type: "bimodal",
      usual: constant(1),
      rare: { type: "uniform", minUs: 5, maxUs: 9 },
      rareRate,
    });
    expect(off(sorted.filter((us) => us > 1).length / draws, 0.05)).toBeLessThan(8);
    expect(new Set(sorted)).toEqual(new Set([1, 5, 6, 7, 8, 9]));
  });

  test("table: its quantiles, with even spread between them", () => {
    const sorted = sample({ type: "table", quantilesUs: [100, 200, 1_000] });
    expect([sorted.at(0), sorted.at(-1)]).toEqual([100, 1_000]);
    expect(off(quantile(sorted, 250), 150)).toBeLessThan(2);
    expect(off(quantile(sorted, 500), 200)).toBeLessThan(3);
    expect(off(quantile(sorted, 750), 600)).toBeLessThan(3);
  });

  test("every draw is a whole number of microseconds", () => {
    const models: readonly LatencyModel[] = [
      { type: "normal", meanUs: 10, deviationUs: 9, minUs: 0 },
      { type: "exponential", minUs: 0, meanUs: 3 },
      { type: "longTailed", medianUs: 7, p99Us: 8_000_000_000 },
      { type: "table", quantilesUs: [0, 1, 3] },
    ];
    for (const model of models) expect(sample(model).every((us) => Number.isSafeInteger(us) && us >= 0)).toBe(true);
  });
});

describe("models without chance", () => {
  const rare = { of: 0, outOf: 5 };
  const table: readonly (readonly [LatencyModel, number])[] = [
    [constant(5), 5],
    [{ type: "uniform", minUs: 4, maxUs: 4 }, 4],
    [{ type: "normal", meanUs: 3, deviationUs: 0, minUs: 7 }, 7],
    [{ type: "exponential", minUs: 6, meanUs: 0 }, 6],
    [{ type: "longTailed", medianUs: 8, p99Us: 8 }, 8],
    [{ type: "longTailed", medianUs: 0, p99Us: 9 }, 0],
    [{ type: "bimodal", usual: constant(2), rare: constant(3), rareRate: rare }, 2],
    [
      {
        type: "bimodal",
        usual: { type: "uniform", minUs: 0, maxUs: 9 },
        rare: constant(3),
        rareRate: { of: 1, outOf: 1 },
      },
      3,
    ],
    [{ type: "table", quantilesUs: [9, 9, 9] }, 9],
  ];
  test.each(table)("%j is always %i, and takes no decision", (model, us) => {
    const stream = new Streams(1).named("test", "constant");
    expect(latencyNeedsDraw(model)).toBe(false);
    expect([constantOf(model), drawLatency(model, stream), stream.ordinal]).toEqual([us, us, 0]);
  });
});
