// Figures of one run as they are measured, of many runs merged, and what they come to.

import { assert } from "../base/assert.ts";
import { compareValues } from "../base/plain-order.ts";
import type { FigureKind, FigureSink, FigureSpec } from "./figure.ts";
import { Histogram, type HistogramData } from "./histogram.ts";

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

/** The sink of one run. */
export class Figures implements FigureSink {
  readonly #totals = new Map<string, { sum: number }>();
  readonly #sampled = new Map<string, { readonly samples: Histogram; readonly isShare: boolean }>();

  constructor(specs: readonly FigureSpec[]) {
    for (const { id, kind } of specs) {
      if (kind === "count") this.#totals.set(id, { sum: 0 });
      else this.#sampled.set(id, { samples: new Histogram(), isShare: kind === "share" });
    }
    assert(new Set(specs.map(({ id }) => id)).size === specs.length, "figure ids are unique");
  }

  count(id: string, by = 1): void {
    const total = this.#totals.get(id);
    assert(total !== undefined, "only a declared count is counted up");
    assert(Number.isInteger(by) && by >= 0, "a count rises by whole steps");
    total.sum += by;
  }

  /** Of a share: 1 for a hit, 0 for a miss. */
  sample(id: string, value: number): void {
    const figure = this.#sampled.get(id);
    assert(figure !== undefined, "only declared durations and shares are sampled");
    assert(value <= 1 || !figure.isShare, "a sample of a share is 0 or 1");
    figure.samples.add(value);
  }

  data(): FiguresData {
    const counted = [...this.#totals].map(([id, { sum }]) => {
      const once = new Histogram();
      once.add(sum);
      return { id, samples: once.data() };
    });
    const sampled = [...this.#sampled].map(([id, { samples }]) => ({ id, samples: samples.data() }));
    return { runs: 1, figures: [...counted, ...sampled].sort((left, right) => compareValues(left.id, right.id)) };
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
