// What was scraped, and what rules ask of it: as Prometheus has it, but exact. A result is a fraction of whole numbers,
// never rounded, and nothing is extrapolated to the ends of a window: what happened is divided by the time between the
// first and the last sample in it.

import type { NodeId } from "../../../base/ids.ts";
import { emptyLatencies, latencyEdgesUs, type MetricName, type Scraped } from "./metrics.ts";

export interface Sample {
  readonly atUs: number;
  /** Everything but `up`, which those have too who were not heard. */
  readonly values: Readonly<Record<Exclude<MetricName, "up">, number>>;
  readonly latencies: Scraped["latencies"];
}

/** Oldest first, by whose they are. A scrape that was not answered leaves no sample. */
export type Series = ReadonlyMap<NodeId, readonly Sample[]>;

/** A whole number divided by another one above zero. */
export interface Fraction {
  readonly of: number;
  readonly outOf: number;
}

type Sampled = keyof Sample["values"];

/** What is measured, and of how much time. All but the first three need two samples in their window. */
export type Measure =
  /** 1 for whoever answered the last scrape, 0 for whoever did not. Servers only. */
  | { readonly type: "up" }
  /** The value at the last scrape; of the whole mesh, the greatest one. */
  | { readonly type: "latest"; readonly metric: Sampled }
  /** The same; of the whole mesh, all of them added up. */
  | { readonly type: "latestSum"; readonly metric: Sampled }
  /** How much counters rose. */
  | { readonly type: "increase"; readonly metric: Sampled; readonly windowUs: number }
  /** The same, in millionths a second. */
  | { readonly type: "rate"; readonly metric: Sampled; readonly windowUs: number }
  /** Of how much one counter rose, of that by which all of `outOf` rose, in millionths. */
  | {
      readonly type: "share";
      readonly metric: Sampled;
      readonly outOf: readonly Sampled[];
      readonly windowUs: number;
    }
  /** How much one counter rose for each time another one did. */
  | { readonly type: "mean"; readonly sum: Sampled; readonly count: Sampled; readonly windowUs: number }
  /** Latency of transfers below which `percent` of them were, taken to be spread evenly over each bucket. */
  | { readonly type: "latencyPercentile"; readonly percent: number; readonly windowUs: number };

/** One result for each server, or one for the whole mesh. */
export type Scope = "each" | "all";

export interface Reading {
  /** Empty: the whole mesh. */
  readonly on: NodeId | "";
  readonly value: Fraction;
}

/** What was known when a scrape was over. */
export interface Known {
  readonly series: Series;
  /** When the last scrape was. */
  readonly atUs: number;
  /** Servers, and whether each answered it. */
  readonly up: ReadonlyMap<NodeId, boolean>;
}

/** Results there are; where there is nothing to measure there is none, and nothing is above or below any bound. */
export function readings(known: Known, measure: Measure, scope: Scope): readonly Reading[] {
  if (measure.type === "up") return [...known.up].map(([on, isUp]) => ({ on, value: { of: isUp ? 1 : 0, outOf: 1 } }));
  if (scope === "all") return readingOf("", [...known.series.values()], measure, known.atUs);
  return [...known.series].flatMap(([on, samples]) => readingOf(on, [samples], measure, known.atUs));
}

function readingOf(
  on: NodeId | "",
  all: readonly (readonly Sample[])[],
  measure: Exclude<Measure, { type: "up" }>,
  nowUs: number,
): readonly Reading[] {
  const value = measured(all, measure, nowUs);
  return value === undefined ? [] : [{ on, value }];
}

function measured(
  all: readonly (readonly Sample[])[],
  measure: Exclude<Measure, { type: "up" }>,
  nowUs: number,
): Fraction | undefined {
  if (measure.type === "latest" || measure.type === "latestSum") return latest(all, measure, nowUs);
  const windows = all.map((samples) => samplesIn(samples, nowUs, measure.windowUs)).filter(({ length }) => length > 1);
  if (windows.length === 0) return undefined;
  switch (measure.type) {
    case "increase":
      return { of: increaseOf(windows, measure.metric), outOf: 1 };
    case "rate":
      return rateOf(windows, measure.metric);
    case "share":
      return fraction(
        increaseOf(windows, measure.metric) * 1_000_000,
        measure.outOf.reduce((total, metric) => total + increaseOf(windows, metric), 0),
      );
    case "mean":
      return fraction(increaseOf(windows, measure.sum), increaseOf(windows, measure.count));
    case "latencyPercentile":
      return percentileOf(windows, measure.percent);
  }
}

const fraction = (of: number, outOf: number): Fraction | undefined => (outOf === 0 ? undefined : { of, outOf });

/** Those of the last `windowUs`, of which the instant it began is no part. */
function samplesIn(samples: readonly Sample[], nowUs: number, windowUs: number): readonly Sample[] {
  let first = samples.length;
  while (first > 0 && samples[first - 1].atUs > nowUs - windowUs) first--;
  return first === 0 ? samples : samples.slice(first);
}

/** Over all who answered the last scrape. */
function latest(
  all: readonly (readonly Sample[])[],
  { type, metric }: Extract<Measure, { type: "latest" | "latestSum" }>,
  nowUs: number,
): Fraction | undefined {
  let of: number | undefined = undefined;
  for (const samples of all) {
    const last = samples.at(-1);
    if (last?.atUs !== nowUs) continue;
    const value = last.values[metric];
    if (of === undefined) of = value;
    else of = type === "latest" ? Math.max(of, value) : of + value;
  }
  return of === undefined ? undefined : { of, outOf: 1 };
}

function increaseOf(windows: readonly (readonly Sample[])[], metric: Sampled): number {
  let total = 0;
  for (const samples of windows) {
    for (let at = 1; at < samples.length; at++) {
      total += increase(samples[at - 1].values[metric], samples[at].values[metric]);
    }
  }
  return total;
}

/** A counter that fell was started again from zero: what it shows then has all been counted since. */
const increase = (before: number, now: number): number => (now < before ? now : now - before);

/** The sum of what each counter rose a second, in millionths: over the time of the one that was seen for the longest. */
function rateOf(windows: readonly (readonly Sample[])[], metric: Sampled): Fraction | undefined {
  const elapsedMs = Math.max(
    ...windows.map((samples) => Math.floor((samples[samples.length - 1].atUs - samples[0].atUs) / 1_000)),
  );
  return fraction(increaseOf(windows, metric) * 1_000_000_000, elapsedMs);
}

function percentileOf(windows: readonly (readonly Sample[])[], percent: number): Fraction | undefined {
  const buckets = emptyLatencies();
  let total = 0;
  for (const samples of windows) {
    for (let at = 1; at < samples.length; at++) {
      const before = samples[at - 1].latencies;
      const now = samples[at].latencies;
      for (let bucket = 0; bucket < buckets.length; bucket++) {
        const more = increase(before[bucket], now[bucket]);
        buckets[bucket] += more;
        total += more;
      }
    }
  }
  if (total === 0) return undefined;
  const rank = total * percent;
  let below = 0;
  for (const [at, edgeUs] of latencyEdgesUs.entries()) {
    const count = buckets[at];
    if ((below + count) * 100 >= rank && count > 0) {
      const fromUs = at === 0 ? 0 : latencyEdgesUs[at - 1];
      return { of: fromUs * count * 100 + (edgeUs - fromUs) * (rank - below * 100), outOf: count * 100 };
    }
    below += count;
  }
  // Of what is above the last edge only that is known.
  return { of: latencyEdgesUs[latencyEdgesUs.length - 1], outOf: 1 };
}
