// A search among settings, answered by an evaluator: what it asks for is run, as long as there is time.

import type { Found } from "../tune/search/search.ts";
import { search } from "../tune/search/search.ts";
import type { Answers, RunResult, Wanted } from "../tune/search/task.ts";
import { searchTaskOf, type StudyTask } from "../tune/study-task.ts";
import type { Evaluator } from "./evaluator.ts";

export interface SearchBudget {
  /** Infinity: as many as there is time for. */
  readonly runsMax: number;
  /** Wall-clock milliseconds; Infinity: as long as it takes. */
  readonly msMax: number;
}

export interface SearchRun {
  readonly task: StudyTask;
  readonly evaluator: Pick<Evaluator, "evaluate">;
  readonly budget: SearchBudget;
  /** Of the choices of the search. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Runs done, and what they are for. */
  readonly onProgress: (runs: number) => void;
}

/** Runs of today's setting from which is told how many there is time for. */
const pilotRuns = 8;
/** What is planned with of the time there is: runs of worse settings and networks take longer. */
const planned = 0.85;
/** With time alone to end it. */
const runsOfTimeMax = 10_000_000;

export async function runSearch(run: SearchRun): Promise<Found> {
  const { task, budget, seed } = run;
  const pace = new Pace(budget);
  if (budget.msMax < Infinity) await pilot(run, pace);
  const asking = search(searchTaskOf(task, { seed, runsMax: pace.runsMax() }));
  let step = asking.next();
  while (step.done !== true) {
    const results = await answered(step.value, run);
    pace.add(results.reduce((sum, { length }) => sum + length, 0));
    run.onProgress(pace.runs);
    const answers: Answers = { results, isOver: run.signal.aborted || pace.isOver, runsMax: pace.runsMax() };
    step = asking.next(answers);
  }
  return step.value;
}

/** How fast runs are, and so how many there will be. */
class Pace {
  runs = 0;
  readonly #budget: SearchBudget;
  readonly #startMs = performance.now();
  /** Since when runs are as fast as they will be. */
  #warmMs = performance.now();
  #piloted = 0;

  constructor(budget: SearchBudget) {
    this.#budget = budget;
  }

  get isOver(): boolean {
    return performance.now() - this.#startMs >= this.#budget.msMax;
  }

  add(runs: number): void {
    this.runs += runs;
  }

  /** What was before is no measure of what comes: it loaded what all runs need. */
  warm(): void {
    this.#warmMs = performance.now();
  }

  /** Runs that are no part of the search, and tell how long one takes. */
  pilot(runs: number): void {
    this.#piloted += runs;
  }

  runsMax(): number {
    const { runsMax, msMax } = this.#budget;
    if (msMax === Infinity) return runsMax;
    const now = performance.now();
    const perMs = (this.runs + this.#piloted) / Math.max(1, now - this.#warmMs);
    const more = perMs * Math.max(0, msMax - (now - this.#startMs)) * planned;
    return Math.max(1, Math.min(runsMax, runsOfTimeMax, this.runs + Math.floor(more)));
  }
}

async function pilot(run: SearchRun, pace: Pace): Promise<void> {
  const { task } = run;
  const seeds = Array.from({ length: pilotRuns }, (_, ordinal) => task.study.study.seeds.from + ordinal);
  await answered([{ point: task.today, under: 0, seeds: [task.study.study.seeds.from] }], run);
  pace.warm();
  const [results = []] = await answered([{ point: task.today, under: 0, seeds }], run);
  pace.pilot(results.length);
}

/** Of each that is wanted, the first of its seeds that were finished. */
export async function answered(
  wanted: readonly Wanted[],
  { task, evaluator }: Pick<SearchRun, "task" | "evaluator">,
): Promise<readonly (readonly RunResult[])[]> {
  const asked = wanted.flatMap(({ point, under, seeds }, index) => {
    const scenario = task.scenarioAt(point, under);
    return scenario === undefined ? [] : [{ index, scenario, seeds }];
  });
  const observed = await evaluator.evaluate(asked);
  const results: (readonly RunResult[])[] = wanted.map(() => []);
  for (const [place, { index }] of asked.entries()) {
    const own = observed[place];
    const end = own.indexOf(undefined);
    results[index] = own
      .slice(0, end === -1 ? own.length : end)
      .flatMap((observation) =>
        observation === undefined ? [] : [task.responses.map(({ sampleOf }) => sampleOf(observation))],
      );
  }
  return results;
}
