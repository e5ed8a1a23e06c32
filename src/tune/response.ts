// What a study asks of each run, as it is written: "player.pause.p99", "transfer.rolledBack.count", "A1" (the share of runs
// that break it), "messages.sent", or one amount for each so many of another, "belief.overlap.sum per million
// transfer.started.count".

import type { FigureKind, FigureSpec } from "../check/figure.ts";
import { Histogram, type HistogramData } from "../check/histogram.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { type Problem, shown } from "../scenario/problem.ts";
import type { Observation } from "./observation.ts";

/** How a response is made of what runs measured. Samples of all runs are pooled: percentiles are never averaged. */
export type Statistic =
  | { readonly type: "mean"; readonly bound?: MeanBound | undefined }
  /** The share of runs to which something happened: a sample's sum is 0 or 1. */
  | { readonly type: "rate" }
  | { readonly type: "quantile"; readonly of: number; readonly outOf: number };

/** What runs that show nothing bound a mean by; without one, by nothing: once may be as much as it likes. */
export type MeanBound =
  /** A share of what runs have: 0 to 1. */
  | { readonly by: "runs" }
  /** So much for each of the samples to which it happens. */
  | { readonly by: "samples"; readonly scale: number };

/** What one run measured of one response. Without samples it says nothing about it, and that is no zero. */
export interface Sample {
  readonly sum: number;
  readonly count: number;
  /** Of quantiles: values with how often, rising. Empty otherwise. */
  readonly values: readonly (readonly [value: number, count: number])[];
}

/** What numbers of a response are in: microseconds, a share from 0 to 1, times a run, or whatever the figure counts. */
export type Unit = "durationUs" | "share" | "count" | "amount";

/** Which way is better. */
export type Better = "low" | "high";

export interface Response {
  /** As it is written. */
  readonly name: string;
  /** In words. */
  readonly title: string;
  readonly unit: Unit;
  readonly statistic: Statistic;
  readonly source: Source;
}

type Source =
  | { readonly type: "amount"; readonly of: Amount }
  | { readonly type: "property"; readonly id: string }
  | { readonly type: "samples"; readonly figure: string }
  | { readonly type: "ratio"; readonly of: Amount; readonly per: Amount; readonly scale: number };

/** One number of each run. */
type Amount =
  | { readonly type: "sum"; readonly figure: string; readonly kind: FigureKind }
  | { readonly type: "samples"; readonly figure: string }
  | { readonly type: "messages"; readonly which: (typeof messageWords)[number] }
  | { readonly type: "events" };

/** What a system can be asked. */
export interface Vocabulary {
  readonly figures: readonly FigureSpec[];
  readonly properties: readonly { readonly id: string; readonly claim: string }[];
}

const quantiles: ReadonlyMap<string, readonly [of: number, outOf: number]> = new Map([
  ["min", [0, 100]],
  ["p5", [5, 100]],
  ["p50", [50, 100]],
  ["p90", [90, 100]],
  ["p95", [95, 100]],
  ["p99", [99, 100]],
  ["max", [100, 100]],
]);

const messageWords = ["sent", "delivered", "lost"] as const;
const scales: ReadonlyMap<string, number> = new Map([
  ["thousand", 1_000],
  ["million", 1_000_000],
]);

/** What figures of a kind can be asked for. */
const statisticsOf = (kind: FigureKind): readonly string[] => {
  if (kind === "share") return ["share", "count", "sum"];
  return kind === "count" ? ["count"] : ["mean", ...quantiles.keys(), "count", "sum"];
};

type Refusal = Omit<Problem, "place">;
type Read<Value> =
  | { readonly type: "read"; readonly value: Value }
  | { readonly type: "refused"; readonly why: Refusal };

export function readResponse(written: string, vocabulary: Vocabulary): Read<Response> {
  const name = written.trim().replaceAll(/\s+/g, " ");
  const [, over, scaleWord, under] = /^(\S+) per (?:(thousand|million) )?(\S+)$/.exec(name) ?? [];
  if (over !== undefined && under !== undefined) return readRatio(name, { over, under, scaleWord }, vocabulary);
  const property = vocabulary.properties.find(({ id }) => id === name);
  if (property !== undefined) {
    const source = { type: "property", id: name } as const;
    return read({ name, title: `runs that break ${name}`, unit: "share", statistic: { type: "rate" }, source });
  }
  const amount = readAmount(name, vocabulary);
  if (amount !== undefined) {
    const isSum = amount.type === "sum" && amount.kind === "durationUs";
    const unit = isSum ? "durationUs" : "count";
    const title = `${titleOf(amount, vocabulary)}, a run`;
    return read({ name, title, unit, statistic: { type: "mean" }, source: { type: "amount", of: amount } });
  }
  return readFigure(name, vocabulary);
}

function readFigure(name: string, vocabulary: Vocabulary): Read<Response> {
  const { figure, word } = cut(name);
  const spec = vocabulary.figures.find(({ id }) => id === figure);
  if (spec === undefined) return { type: "refused", why: unknown(name, vocabulary) };
  const source = { type: "samples", figure } as const;
  if (word === "mean" || word === "share") {
    if (!statisticsOf(spec.kind).includes(word)) return { type: "refused", why: wrongStatistic(name, spec) };
    const statistic = { type: "mean", bound: word === "share" ? ({ by: "runs" } as const) : undefined } as const;
    return read({ name, title: spec.title, unit: unitOf(spec.kind), statistic, source });
  }
  const quantile = spec.kind === "count" || spec.kind === "share" ? undefined : quantiles.get(word);
  if (quantile === undefined) return { type: "refused", why: wrongStatistic(name, spec) };
  const [of, outOf] = quantile;
  const statistic = { type: "quantile", of, outOf } as const;
  return read({ name, title: `${spec.title}: ${word}`, unit: unitOf(spec.kind), statistic, source });
}

function readRatio(
  name: string,
  { over, under, scaleWord }: { readonly over: string; readonly under: string; readonly scaleWord: string | undefined },
  vocabulary: Vocabulary,
): Read<Response> {
  const of = readAmount(over, vocabulary);
  const per = readAmount(under, vocabulary);
  if (of === undefined || per === undefined) {
    const part = of === undefined ? over : under;
    return { type: "refused", why: noAmount(part, vocabulary) };
  }
  const scale = scales.get(scaleWord ?? "") ?? 1;
  const unit = of.type === "sum" && of.kind === "durationUs" ? "durationUs" : "amount";
  const title = `${titleOf(of, vocabulary)}, for each ${scaleWord ?? "one"} of: ${titleOf(per, vocabulary)}`;
  const bound = isCounted(of) && isCounted(per) ? ({ by: "samples", scale } as const) : undefined;
  return read({ name, title, unit, statistic: { type: "mean", bound }, source: { type: "ratio", of, per, scale } });
}

const isCounted = (amount: Amount): boolean =>
  amount.type !== "sum" || amount.kind === "count" || amount.kind === "share";

function readAmount(name: string, { figures }: Vocabulary): Amount | undefined {
  if (name === "events") return { type: "events" };
  const which = messageWords.find((word) => name === `messages.${word}`);
  if (which !== undefined) return { type: "messages", which };
  const { figure, word } = cut(name);
  const spec = figures.find(({ id }) => id === figure);
  if (spec === undefined || (word !== "count" && word !== "sum")) return undefined;
  if (word === "count" && spec.kind !== "count") return { type: "samples", figure };
  return { type: "sum", figure, kind: spec.kind };
}

/** The figures that a response is made of: nothing else of an observation has to be kept for it. */
export function figuresOf({ source }: Response): readonly string[] {
  switch (source.type) {
    case "samples":
      return [source.figure];
    case "property":
      return [];
    case "amount":
      return figuresIn(source.of);
    case "ratio":
      return [...figuresIn(source.of), ...figuresIn(source.per)];
  }
}

const figuresIn = (amount: Amount): readonly string[] =>
  amount.type === "sum" || amount.type === "samples" ? [amount.figure] : [];

/** What the run says about the response. */
export function sampleOf({ source, statistic }: Response, observation: Observation): Sample {
  switch (source.type) {
    case "property": {
      const count = observation.exercised.includes(source.id) ? 1 : 0;
      return { sum: observation.violated.includes(source.id) ? 1 : 0, count, values: [] };
    }
    case "amount":
      return { sum: amountOf(source.of, observation), count: 1, values: [] };
    case "ratio":
      return {
        sum: amountOf(source.of, observation) * source.scale,
        count: amountOf(source.per, observation),
        values: [],
      };
    case "samples": {
      const samples = samplesOf(source.figure, observation);
      if (samples === undefined) return { sum: 0, count: 0, values: [] };
      const all = new Histogram();
      all.merge(samples);
      return { sum: all.sum, count: all.count, values: statistic.type === "quantile" ? all.values() : [] };
    }
  }
}

function amountOf(amount: Amount, observation: Observation): number {
  switch (amount.type) {
    case "events":
      return observation.eventsDone;
    case "messages":
      return observation.messages[amount.which];
    case "samples":
      return samplesOf(amount.figure, observation)?.count ?? 0;
    case "sum": {
      const samples = samplesOf(amount.figure, observation);
      if (samples === undefined) return 0;
      const all = new Histogram();
      all.merge(samples);
      return all.sum;
    }
  }
}

const samplesOf = (figure: string, { figures }: Observation): HistogramData | undefined =>
  figures.find(({ id }) => id === figure)?.samples;

const read = (value: Response): Read<Response> => ({ type: "read", value });

function cut(name: string): { readonly figure: string; readonly word: string } {
  const dot = name.lastIndexOf(".");
  return { figure: name.slice(0, Math.max(0, dot)), word: name.slice(dot + 1) };
}

const unitOf = (kind: FigureKind): Unit => kind;

function titleOf(amount: Amount, { figures }: Vocabulary): string {
  switch (amount.type) {
    case "events":
      return "events";
    case "messages":
      return `messages ${amount.which}`;
    case "samples":
    case "sum": {
      const title = figures.find(({ id }) => id === amount.figure)?.title ?? amount.figure;
      return amount.type === "sum" && amount.kind === "durationUs" ? `sum of: ${title}` : title;
    }
  }
}

function unknown(name: string, { figures, properties }: Vocabulary): Refusal {
  const { figure, word } = cut(name);
  const bare = figures.find(({ id }) => id === name);
  if (bare !== undefined) return wrongStatistic(name, bare);
  const isFigure = word === "count" || word === "sum" || word === "mean" || word === "share" || quantiles.has(word);
  const names = figures.map(({ id }) => id);
  const near = isFigure
    ? fixByName(figure, names, 'see "faultline list figures".')
    : fixByName(
        name,
        [...names, ...properties.map(({ id }) => id)],
        'see "faultline list figures" and "list invariants".',
      );
  return {
    code: "UNKNOWN_RESPONSE",
    what: `${shown(name)} is nothing that a run measures.`,
    expected:
      "Expected a figure and a statistic, as in transfer.latency.p99; a property, as in A1; messages.sent; or events.",
    fix: near,
  };
}

function wrongStatistic(name: string, { id, kind }: FigureSpec): Refusal {
  const known = statisticsOf(kind).map((word) => `${id}.${word}`);
  return {
    code: "UNKNOWN_RESPONSE",
    what: `${shown(name)} does not say what to make of ${id}, which is a ${kind === "durationUs" ? "duration" : kind}.`,
    expected: expectedOneOf(known),
    fix: `write ${known[0] ?? id}.`,
  };
}

const noAmount = (part: string, { figures }: Vocabulary): Refusal => ({
  code: "UNKNOWN_RESPONSE",
  what: `${shown(part)} is no amount that could be shared out.`,
  expected:
    "Expected a sum or a count on both sides of per, as in belief.overlap.sum per million transfer.started.count.",
  fix: fixByName(
    part,
    figures.flatMap(({ id, kind }) => (kind === "count" ? [`${id}.count`] : [`${id}.count`, `${id}.sum`])),
    'see "faultline list figures".',
  ),
});
