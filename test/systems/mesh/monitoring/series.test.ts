// What rules ask of scraped samples, against series that were worked out by hand (X-ALL-06: a sample every 15 s).
import { describe, expect, test } from "vitest";

import { type NodeId, nodeId } from "../../../../src/base/ids.ts";
import { emptyLatencies, latencyEdgesUs, zeroTally } from "../../../../src/systems/mesh/monitoring/metrics.ts";
import { type Measure, readings, type Sample, type Scope } from "../../../../src/systems/mesh/monitoring/series.ts";

const SECOND = 1_000_000;
const [a, b] = [nodeId("a"), nodeId("b")];
const metric = "authority_transfer_timeout_total";
const count = "authority_transfer_attempts_total";
const other = "authority_transfer_attempt_failures_total";
const windowUs = 60 * SECOND;

type Values = Partial<Sample["values"]>;

/** A sample every 15 s, the first at 0; undefined: the scrape was not answered. */
const sampled = (...values: readonly (Values | undefined)[]): readonly Sample[] =>
  values.flatMap((some, at) => {
    if (some === undefined) return [];
    const all = { ...zeroTally(), inter_server_packet_loss_total: 0, ...some };
    return [{ atUs: at * 15 * SECOND, values: all, latencies: emptyLatencies() }];
  });
const counting = (...values: readonly (number | undefined)[]): readonly Sample[] =>
  sampled(...values.map((value) => (value === undefined ? undefined : { [metric]: value })));

function resultOf(
  series: Readonly<Record<string, readonly Sample[]>>,
  measure: Measure,
  atUs: number,
  scope: Scope = "all",
): readonly string[] {
  const known = {
    series: new Map(
      Object.entries(series).map(([name, samples]): [NodeId, readonly Sample[]] => [nodeId(name), samples]),
    ),
    atUs,
    up: new Map([
      [a, true],
      [b, false],
    ]),
  };
  return readings(known, measure, scope).map(({ on, value: { of, outOf } }) => `${on}${on && " "}${of}/${outOf}`);
}

describe("an increase", () => {
  const increase: Measure = { type: "increase", metric, windowUs };

  test.each<[string, readonly Sample[], number, readonly string[]]>([
    ["is what a counter rose by", counting(2, 3, 3, 7), 45, ["5/1"]],
    ["counts from zero where the process has started again", counting(5, 7, 1, 4), 45, ["6/1"]],
    ["does not notice a start after which more was counted than before", counting(5, 0, 9), 30, ["9/1"]],
    ["goes on over scrapes that were not answered", counting(2, undefined, undefined, 7), 45, ["5/1"]],
    ["forgets what is older than the window, and its first instant", counting(0, 4, 5, 6, 7, 7), 75, ["2/1"]],
    ["of one sample is nothing", counting(3), 0, []],
    ["of one sample in the window is nothing", counting(0, 3), 70, []],
    ["of no sample is nothing", [], 15, []],
    ["that there was none is none", counting(3, 3), 15, ["0/1"]],
  ])("%s", (_what, samples, seconds, result) => {
    expect(resultOf({ a: samples }, increase, seconds * SECOND)).toEqual(result);
  });

  test("of the whole mesh is that of all, each with its own restarts", () => {
    expect(resultOf({ a: counting(5, 7, 1), b: counting(1, 1, 4) }, increase, 30 * SECOND)).toEqual(["6/1"]);
  });

  test("of each is one for each that has two samples", () => {
    const series = { a: counting(5, 7), b: counting(undefined, 4) };
    expect(resultOf(series, increase, 15 * SECOND, "each")).toEqual(["a 2/1"]);
  });
});

describe("a rate", () => {
  const rate: Measure = { type: "rate", metric, windowUs };

  test("is the increase over the time between the first and the last sample, in millionths a second", () => {
    // 3 in 45 s: 0.066666... a second, which is written as 3e9 thousandths of a millionth over 45 000 ms.
    expect(resultOf({ a: counting(0, 1, 1, 3) }, rate, 45 * SECOND)).toEqual(["3000000000/45000"]);
  });

  test("of a window that has been forgotten is nothing", () => {
    expect(resultOf({ a: counting(0, 1) }, rate, 300 * SECOND)).toEqual([]);
  });
});

describe("a share", () => {
  const share: Measure = { type: "share", metric, outOf: [count, other], windowUs };

  test("is one increase of several, in millionths", () => {
    const samples = sampled({ [metric]: 1, [count]: 10, [other]: 0 }, { [metric]: 3, [count]: 17, [other]: 1 });
    expect(resultOf({ a: samples }, share, 15 * SECOND)).toEqual(["2000000/8"]);
  });

  test("of nothing is nothing", () => {
    expect(resultOf({ a: sampled({}, {}) }, share, 15 * SECOND)).toEqual([]);
  });

  test("of the whole mesh is one of all that happened, not a mean of shares", () => {
    const series = {
      a: sampled({}, { [metric]: 1, [count]: 1 }),
      b: sampled({}, { [metric]: 0, [count]: 99 }),
    };
    expect(resultOf(series, share, 15 * SECOND)).toEqual(["1000000/100"]);
  });
});

test("a mean is one increase over another", () => {
  const mean: Measure = { type: "mean", sum: metric, count, windowUs };
  const samples = sampled({ [metric]: 100, [count]: 2 }, { [metric]: 400, [count]: 5 });
  expect(resultOf({ a: samples }, mean, 15 * SECOND)).toEqual(["300/3"]);
  expect(resultOf({ a: sampled({}, {}) }, mean, 15 * SECOND)).toEqual([]);
});

describe("the latest value", () => {
  const gauge = "authority_transfer_active_count";
  const series = { a: sampled({}, { [gauge]: 3 }), b: sampled({}, { [gauge]: 5 }) };

  test.each<[Measure, Scope, readonly string[]]>([
    [{ type: "latest", metric: gauge }, "each", ["a 3/1", "b 5/1"]],
    [{ type: "latest", metric: gauge }, "all", ["5/1"]],
    [{ type: "latestSum", metric: gauge }, "all", ["8/1"]],
  ])("%o of %s", (measure, scope, result) => {
    expect(resultOf(series, measure, 15 * SECOND, scope)).toEqual(result);
  });

  test("of whoever did not answer the last scrape is nothing: it is not known any more", () => {
    const late = { a: sampled({}, { [gauge]: 3 }, undefined), b: sampled({}, {}, { [gauge]: 5 }) };
    expect(resultOf(late, { type: "latest", metric: gauge }, 30 * SECOND, "each")).toEqual(["b 5/1"]);
    expect(resultOf(late, { type: "latestSum", metric: gauge }, 45 * SECOND)).toEqual([]);
  });
});

test("up is 1 for whoever answered and 0 for whoever did not", () => {
  expect(resultOf({}, { type: "up" }, 0, "each")).toEqual(["a 1/1", "b 0/1"]);
});

describe("a percentile of latencies", () => {
  const p99: Measure = { type: "latencyPercentile", percent: 99, windowUs };
  const at100 = latencyEdgesUs.indexOf(100_000);
  /** How many fell into each bucket, by its upper edge in milliseconds; 0 is the one without. */
  function latencies(buckets: Readonly<Record<number, number>>): readonly Sample[] {
    const counts = emptyLatencies();
    for (const [ms, many] of Object.entries(buckets)) {
      const edge = latencyEdgesUs.indexOf(Number(ms) * 1_000);
      counts[edge < 0 ? latencyEdgesUs.length : edge] = many;
    }
    const [first, last] = sampled({}, {});
    return [first, { ...last, latencies: counts }];
  }
  const us = (samples: readonly Sample[]): number | undefined => {
    const [text] = resultOf({ a: samples }, p99, 15 * SECOND);
    const [of, outOf] = (text ?? "").split("/").map(Number);
    return of === undefined || outOf === undefined ? undefined : of / outOf;
  };

  test("knows 100 ms as an edge, the bound of MESH-MON-02", () => expect(at100).toBeGreaterThan(0));

  test.each<[string, Readonly<Record<number, number>>, number]>([
    ["all in one bucket", { 5: 100 }, 4_950],
    ["exactly 1 % above", { 100: 99, 150: 1 }, 100_000],
    ["a little more than 1 % above", { 100: 197, 150: 3 }, 100_000 + 50_000 / 3],
    ["all above the last edge", { 0: 3 }, 10_000_000],
  ])("%s", (_what, buckets, result) => expect(us(latencies(buckets))).toBeCloseTo(result, 3));

  test("of none is nothing", () => expect(us(latencies({}))).toBeUndefined());
});
