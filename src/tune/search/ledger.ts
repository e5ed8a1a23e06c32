// What was run so far, what it came to, and what is left of the budget. Runs of a point are under the same seeds as those
// of any other point, in the same order, so that the first n of both make n pairs.

import { assert } from "../../base/assert.ts";
import { type Estimate, estimate, intervalOf, type Range } from "./estimate.ts";
import { keyOf, type Point } from "./space.ts";
import type { Answers, RunResult, SearchTask, Wanted } from "./task.ts";

/**
 * Seeds that the search chose by say too much good of what it chose, so what is told is measured under fresh ones.
 * `under` is 0, or the number of a worse network.
 */
export interface Lane {
  readonly seeds: "search" | "fresh";
  readonly under: number;
}

export const searching: Lane = { seeds: "search", under: 0 };
export const fresh: Lane = { seeds: "fresh", under: 0 };

/** Fresh seeds begin this far after those of the search: no search has as many runs of one point. */
const freshAfter = 1_000_000;

export type Asking<Result> = Generator<readonly Wanted[], Result, Answers>;

interface Row {
  readonly results: RunResult[];
  readonly estimates: Map<string, Estimate>;
  readonly intervals: Map<string, Range>;
}

export class Ledger {
  readonly task: SearchTask;
  readonly #reserved: number;
  #runsDone = 0;
  #runsMax: number;
  #isOver = false;
  readonly #rows = new Map<string, Row>();
  readonly #points = new Map<string, Point>();

  /** @param reserved the share of all runs that the search must leave for what comes after it. */
  constructor(task: SearchTask, reserved = 0) {
    this.task = task;
    this.#reserved = reserved;
    this.#runsMax = task.runsMax;
  }

  get runsDone(): number {
    return this.#runsDone;
  }

  get runsLeft(): number {
    return this.#isOver ? 0 : Math.max(0, this.#runsMax - this.#runsDone);
  }

  /** Without what is reserved. */
  get searchRunsLeft(): number {
    return Math.max(0, this.runsLeft - this.runsOfShare(this.#reserved));
  }

  /** So much of all runs. */
  runsOfShare(share: number): number {
    return Math.floor(this.#runsMax * share);
  }

  get wasCutShort(): boolean {
    return this.#isOver;
  }

  /** Every point that the search has run, in the order in which it came to them. */
  get points(): readonly Point[] {
    return [...this.#points.values()];
  }

  runsOf(point: Point, lane: Lane = searching): number {
    return this.#rows.get(rowKey(point, lane))?.results.length ?? 0;
  }

  /** Sees to it that each point has that many runs: fewer of each, where the budget ends before. */
  *need(points: readonly Point[], runs: number, lane: Lane = searching): Asking<void> {
    const different = [...new Map(points.map((point) => [keyOf(point), point])).values()];
    const affordable = this.#affordable(different, runs, lane);
    const wanted = different.flatMap((point): readonly Wanted[] => {
      const has = this.runsOf(point, lane);
      const seeds = Array.from({ length: Math.max(0, affordable - has) }, (_, more) => this.#seedOf(has + more, lane));
      return seeds.length === 0 ? [] : [{ point, under: lane.under, seeds }];
    });
    if (wanted.length === 0) return;
    const { results, isOver, runsMax } = yield wanted;
    assert(results.length === wanted.length, "each that was wanted is answered");
    for (const [index, { point, seeds }] of wanted.entries()) this.#keep(point, lane, results[index], seeds.length);
    this.#isOver ||= isOver;
    this.#runsMax = runsMax ?? this.#runsMax;
  }

  /** Of the first so many runs; undefined: of all there are. */
  estimateOf(point: Point, response: number, runs?: number, lane: Lane = searching): Estimate {
    const row = this.#rows.get(rowKey(point, lane));
    if (row === undefined) return { value: Number.NaN, influence: [], room: Infinity };
    const length = runs ?? row.results.length;
    const key = `${response} ${length}`;
    const known = row.estimates.get(key);
    if (known !== undefined) return known;
    const samples = row.results.slice(0, length).map((result) => result[response]);
    const made = estimate(this.task.responses[response].statistic, samples);
    row.estimates.set(key, made);
    return made;
  }

  /** The two-sided interval of all there is. */
  intervalOf(point: Point, response: number, confidence: number, lane: Lane = searching): Range {
    const row = this.#rows.get(rowKey(point, lane));
    if (row === undefined) return { low: 0, high: Infinity };
    const key = `${response} ${row.results.length} ${confidence}`;
    const known = row.intervals.get(key);
    if (known !== undefined) return known;
    const samples = row.results.map((result) => result[response]);
    const made = intervalOf(this.task.responses[response].statistic, samples, confidence);
    row.intervals.set(key, made);
    return made;
  }

  resultsOf(point: Point, lane: Lane = searching): readonly RunResult[] {
    return this.#rows.get(rowKey(point, lane))?.results ?? [];
  }

  #keep(point: Point, lane: Lane, results: readonly RunResult[], asked: number): void {
    assert(results.length <= asked, "nothing is answered that was not asked");
    const key = rowKey(point, lane);
    const row = this.#rows.get(key) ?? {
      results: [],
      estimates: new Map<string, Estimate>(),
      intervals: new Map<string, Range>(),
    };
    row.results.push(...results);
    this.#rows.set(key, row);
    if (lane.seeds === "search" && results.length > 0) this.#points.set(keyOf(point), point);
    this.#runsDone += results.length;
  }

  #affordable(points: readonly Point[], runs: number, lane: Lane): number {
    const costOf = (each: number): number =>
      points.reduce((cost, point) => cost + Math.max(0, each - this.runsOf(point, lane)), 0);
    const most = lane.seeds === "search" ? this.searchRunsLeft : this.runsLeft;
    if (costOf(runs) <= most) return runs;
    let [low, high] = [0, runs];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (costOf(middle) <= most) low = middle;
      else high = middle;
    }
    return low;
  }

  #seedOf(ordinal: number, { seeds }: Lane): number {
    assert(ordinal < freshAfter, "the search never reaches the seeds that are kept for the end");
    return this.task.firstSeed + (seeds === "fresh" ? freshAfter : 0) + ordinal;
  }
}

const rowKey = (point: Point, { seeds, under }: Lane): string => `${seeds} ${under} ${keyOf(point)}`;
