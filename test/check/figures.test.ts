// Histograms, figures, and merging them over runs.
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { FigureSpec } from "../../src/check/figure.ts";
import { Figures, type FiguresData, figuresPlan, mergeFigures, summarise } from "../../src/check/figures.ts";
import { Histogram } from "../../src/check/histogram.ts";

const values = fc.array(fc.oneof(fc.nat(100), fc.nat(5000), fc.nat(100_000_000), fc.maxSafeNat()), {
  minLength: 1,
  maxLength: 200,
});

const counted = (all: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of all) histogram.add(value);
  return histogram;
};

describe("a histogram", () => {
  test("gives quantiles by nearest rank: exact below 2048, within 1 in 1024 above", () => {
    fc.assert(
      fc.property(values, fc.nat(100), (all, percent) => {
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil((sorted.length * percent) / 100)) - 1] ?? Number.NaN;
        const told = counted(all).quantile(percent, 100);
        expect(told).toBeGreaterThanOrEqual(exact);
        expect(told - exact).toBeLessThanOrEqual(exact < 2048 ? 0 : exact / 1024);
      }),
    );
  });

  test("knows the smallest and largest value and the mean exactly", () => {
    fc.assert(
      fc.property(values, (all) => {
        const histogram = counted(all);
        const sum = all.reduce((total, value) => total + BigInt(value), 0n);
        expect(histogram.count).toBe(all.length);
        expect(histogram.min).toBe(Math.min(...all));
        expect(histogram.max).toBe(Math.max(...all));
        expect(histogram.quantile(0, 100)).toBeGreaterThanOrEqual(histogram.min);
        expect(histogram.quantile(100, 100)).toBe(histogram.max);
        expect(histogram.sum).toBe(Number(sum));
      }),
    );
  });

  test("adds up to the same whatever was counted where, and in whatever order", () => {
    fc.assert(
      fc.property(values, fc.nat(200), (all, cut) => {
        const [left, right] = [counted(all.slice(0, cut)), counted(all.slice(cut))];
        const [forth, back] = [new Histogram(), new Histogram()];
        forth.merge(left.data());
        forth.merge(right.data());
        back.merge(right.data());
        back.merge(left.data());
        expect(forth.data()).toEqual(counted(all).data());
        expect(back.data()).toEqual(forth.data());
      }),
    );
  });

  test("that counted nothing knows nothing", () => {
    const empty = new Histogram();
    expect([empty.min, empty.max, empty.mean, empty.quantile(50, 100)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    empty.merge(new Histogram().data());
    expect(empty.count).toBe(0);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("does not count %f", (value) => {
    expect(() => new Histogram().add(value)).toThrow("belief broken");
  });
});

const specs: readonly FigureSpec[] = [
  { id: "transfers", title: "transfers", kind: "count" },
  { id: "latency", title: "latency", kind: "durationUs" },
  { id: "retried", title: "retried", kind: "share" },
];

function run(transfers: number, latencies: readonly number[], retried: readonly number[]): FiguresData {
  const figures = new Figures(figuresPlan(specs));
  for (let at = 0; at < transfers; at++) figures.count("transfers");
  for (const latency of latencies) figures.sample("latency", latency);
  for (const hit of retried) figures.sample("retried", hit);
  return figures.data();
}

describe("figures", () => {
  test("of one run", () => {
    const [transfers, latency, retried] = summarise(specs, run(3, [10, 20, 90], [1, 0, 0, 0]));
    expect(transfers).toMatchObject({ count: 3, mean: 3, max: 3 });
    expect(latency).toMatchObject({
      id: "latency",
      kind: "durationUs",
      count: 3,
      mean: 40,
      p50: 20,
      p95: 90,
      p99: 90,
      max: 90,
      min: 10,
    });
    expect(retried).toMatchObject({ count: 4, mean: 0.25 });
  });

  test("of many runs: counts add up and are seen run by run, samples are pooled", () => {
    const runs = [run(3, [10], [1]), run(0, [], []), run(6, [20, 30], [0, 0])];
    const merged = mergeFigures(runs);
    expect(merged).toEqual(mergeFigures([mergeFigures([runs[2], runs[0]]), runs[1]]));
    expect(merged.runs).toBe(3);
    const [transfers, latency, retried] = summarise(specs, merged);
    expect(transfers).toMatchObject({ count: 9, mean: 3, min: 0, max: 6 });
    expect(latency).toMatchObject({ count: 3, mean: 20, max: 30 });
    expect(retried.mean).toBeCloseTo(1 / 3, 12);
  });

  test("that were never measured have no value", () => {
    expect(summarise(specs, mergeFigures([]))[1]).toMatchObject({ count: 0, mean: Number.NaN, p99: Number.NaN });
  });

  test.each<[string, (figures: Figures) => void]>([
    ["counting what nobody declared", (figures) => figures.count("speed")],
    ["counting a duration", (figures) => figures.count("latency")],
    ["sampling a count", (figures) => figures.sample("transfers", 1)],
    ["a share of two", (figures) => figures.sample("retried", 2)],
    ["half a count", (figures) => figures.count("transfers", 0.5)],
  ])("%s is our mistake", (_what, act) => {
    const figures = new Figures(figuresPlan(specs));
    expect(() => act(figures)).toThrow("belief broken");
  });
});
