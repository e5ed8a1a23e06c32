// Figures of one run as they are measured, of many runs merged, and what they come to.

import { assert } from "../base/assert.ts";
import { compareValues } from "../base/plain-order.ts";
import type { FigureKind, FigureSink, FigureSpec } from "./figure.ts";
import { countedOnce, Histogram, type HistogramData, nothingCounted } from "./histogram.ts";

/** Figures as plain data, for workers and files; in order of ids. Of a count, each run is one sample. */
export interface FiguresData {
  readonly runs: number;
  readonly figures: readonly { readonly id: string; readonly samples: HistogramData }[];
}

/** What a figure comes to. Without a sample, everything but `count` is NaN. */
export interface FigureSummary {
  readonly id: string;
  readonly title: string;
  readonly kind: FigureKind;
  /** Durations and shares: how many samples. Counts: the sum over all runs. */
  readonly count: number;
  /** Durations: microseconds. Shares: the share, since each sample is 1 or 0. Counts: per run; so is what follows. */
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly min: number;
}

/** What all runs that measure the same figures have in common. */
export interface FiguresPlan {
  /** In order of ids. */
  readonly specs: readonly FigureSpec[];
  /** By id: where it stands among them. */
  readonly places: ReadonlyMap<string, number>;
}

export function figuresPlan(figures: readonly FigureSpec[]): FiguresPlan {
  const specs = [...figures].sort((left, right) => compareValues(left.id, right.id));
  const places = new Map(specs.map(({ id }, place) => [id, place]));
  assert(places.size === specs.length, "figure ids are unique");
  return { specs, places };
}

/** The sink of one run. What is never measured costs nothing. */
export class Figures implements FigureSink {
  readonly #plan: FiguresPlan;
  /** By place: of counts. */
  readonly #sums: number[];
  /** By place: of what is sampled, from its first sample on. */
  readonly #samples: (Histogram | undefined)[];

  constructor(plan: FiguresPlan) {
    this.#plan = plan;
    this.#sums = plan.specs.map(() => 0);
    this.#samples = plan.specs.map(() => undefined);
  }

  count(id: string, by = 1): void {
    const place = this.#placeOf(id);
    assert(this.#plan.specs[place].kind === "count", "only a declared count is counted up");
    assert(Number.isInteger(by) && by >= 0, "a count rises by whole steps");
    this.#sums[place] += by;
  }

  /** Of a share: 1 for a hit, 0 for a miss. */
  sample(id: string, value: number): void {
    const place = this.#placeOf(id);
    const { kind } = this.#plan.specs[place];
    assert(kind !== "count", "only declared durations and shares are sampled");
    assert(value <= 1 || kind !== "share", "a sample of a share is 0 or 1");
    (this.#samples[place] ??= new Histogram()).add(value);
  }

  data(): FiguresData {
    const figures = this.#plan.specs.map(({ id, kind }, place) => ({
      id,
      samples: kind === "count" ? countedOnce(this.#sums[place]) : (this.#samples[place]?.data() ?? nothingCounted),
    }));
    return { runs: 1, figures };
  }

  #placeOf(id: string): number {
    const place = this.#plan.places.get(id);
    assert(place !== undefined, "only declared figures are measured");
    return place;
  }
}

/** The figures of all these runs: the same in whatever order they come. */
export function mergeFigures(parts: Iterable<FiguresData>): FiguresData {
  const merged = new Map<string, Histogram>();
  let runs = 0;
  for (const part of parts) {
    runs += part.runs;
    for (const { id, samples } of part.figures) {
      const all = merged.get(id) ?? new Histogram();
      all.merge(samples);
      merged.set(id, all);
    }
  }
  const ids = [...merged.keys()].sort(compareValues);
  return { runs, figures: ids.map((id) => ({ id, samples: (merged.get(id) ?? new Histogram()).data() })) };
}

/** In the order of `specs`. A figure that `data` does not have was never measured. */
export function summarise(specs: readonly FigureSpec[], data: FiguresData): readonly FigureSummary[] {
  const samples = new Map(data.figures.map((figure) => [figure.id, figure.samples]));
  return specs.map(({ id, title, kind }) => {
    const histogram = new Histogram();
    const measured = samples.get(id);
    if (measured !== undefined) histogram.merge(measured);
    return {
      id,
      title,
      kind,
      count: kind === "count" ? histogram.sum : histogram.count,
      mean: histogram.mean,
      p50: histogram.quantile(50, 100),
      p95: histogram.quantile(95, 100),
      p99: histogram.quantile(99, 100),
      max: histogram.max,
      min: histogram.min,
    };
  });
}
