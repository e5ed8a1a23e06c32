// Runs points of a study, seed by seed, on threads that stay: asked again and again, as a search does, it starts nothing
// anew. What a cache knows is not run.

import { parseCanonical } from "../base/canonical-json.ts";
import { compareValues } from "../base/plain-order.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Observation } from "../tune/observation.ts";
import type { ChunkLimits } from "./chunk.ts";
import { type Asked, type EvaluationAnswer, type EvaluationTask, evaluateTask } from "./evaluation-worker.ts";

export interface EvaluatorOptions {
  /** Threads; 0 runs everything on this one. */
  readonly workers: number;
  readonly limits: ChunkLimits;
  readonly plugIns: readonly string[];
  /** Figures that are kept of each run; undefined: all. */
  readonly figures?: ReadonlySet<string> | undefined;
  readonly cache?: ObservationCache | undefined;
  /** Aborted: runs in hand are given up, finished ones are kept. */
  readonly signal?: AbortSignal | undefined;
  /** Runs finished or found so far, of all that were asked for; about four times a second. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Keeps what runs showed, as text. A scenario is one whatever it is called. */
export interface ObservationCache {
  readonly keyOf: (scenario: Scenario) => string;
  readonly find: (key: string, seeds: readonly number[]) => ReadonlyMap<number, string>;
  readonly keep: (key: string, found: readonly (readonly [seed: number, text: string])[]) => void;
}

/** A point, under some seeds. */
export interface Evaluation {
  readonly scenario: Scenario;
  readonly seeds: readonly number[];
  /** Measures the bytes that were sent as well, which takes longer. */
  readonly weighs?: boolean;
  /** By who does not ask how runs ended either. Absent: everything. */
  readonly asks?: Asked;
}

interface Threads {
  run(task: EvaluationTask): Promise<EvaluationAnswer>;
  destroy(): Promise<void>;
}

type Finished = Extract<EvaluationAnswer, { type: "done" }>;

interface Task {
  readonly index: number;
  readonly scenario: Scenario;
  readonly seeds: readonly number[];
  readonly weighs: boolean;
  readonly asks: Asked | undefined;
  readonly key: string;
}

/** Runs of one task: enough to be cheap to send, few enough that all threads end at about the same time. */
const taskSeedsMax = 8;
const progressEveryMs = 250;

export class Evaluator {
  /** Runs that were run, and those that the cache knew. */
  ran = 0;
  known = 0;
  readonly #options: EvaluatorOptions;
  readonly #threads: Threads | undefined;
  readonly #signals: Int32Array;
  readonly #stop: () => void;

  private constructor(options: EvaluatorOptions, threads: Threads | undefined, signals: Int32Array) {
    this.#options = options;
    this.#threads = threads;
    this.#signals = signals;
    this.#stop = () => {
      Atomics.store(signals, 0, 1);
    };
    if (options.signal?.aborted === true) this.#stop();
    options.signal?.addEventListener("abort", this.#stop);
  }

  static async start(options: EvaluatorOptions): Promise<Evaluator> {
    const signals = new Int32Array(new SharedArrayBuffer(8));
    if (options.workers === 0) return new Evaluator(options, undefined, signals);
    const { Piscina } = await import("piscina");
    // The sources run as they are, and so does what is built of them.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const threads = new Piscina<EvaluationTask, EvaluationAnswer>({
      filename: new URL(`./evaluation-worker.${extension}`, import.meta.url).href,
      name: "runEvaluation",
      // Whoever finds everything in the cache starts none.
      minThreads: 0,
      maxThreads: options.workers,
      idleTimeout: 60_000,
      workerData: signals,
    });
    return new Evaluator(options, threads, signals);
  }

  /** By point, by seed, in the order asked for; undefined: not finished when it was interrupted. */
  async evaluate(asked: readonly Evaluation[]): Promise<readonly (readonly (Observation | undefined)[])[]> {
    const { cache, onProgress } = this.#options;
    const found = asked.map(() => new Map<number, Observation>());
    const tasks: Task[] = [];
    for (const [index, { scenario, seeds, weighs = false, asks }] of asked.entries()) {
      const key = `${cache?.keyOf(scenario) ?? ""}${weighs ? " weighed" : ""}${asks === undefined ? "" : said(asks)}`;
      for (const [seed, text] of cache?.find(key, seeds) ?? []) {
        const observation = this.#read(text, seed);
        if (observation !== undefined && isWhole(observation)) found[index].set(seed, observation);
      }
      this.known += found[index].size;
      const missing = [...new Set(seeds)].filter((seed) => !found[index].has(seed));
      tasks.push(...tasksOf(missing).map((some) => ({ index, scenario, seeds: some, weighs, asks, key })));
    }
    const total = asked.reduce((sum, { seeds }) => sum + seeds.length, 0);
    const done = total - tasks.reduce((sum, { seeds }) => sum + seeds.length, 0);
    Atomics.store(this.#signals, 1, 0);
    const tell = (): void => onProgress?.(done + Atomics.load(this.#signals, 1), total);
    const progress = setInterval(tell, progressEveryMs);
    try {
      await this.#runAll(bySeed(tasks), found, tell);
    } finally {
      clearInterval(progress);
    }
    return asked.map(({ seeds }, index) => seeds.map((seed) => found[index].get(seed)));
  }

  async end(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#stop);
    await this.#threads?.destroy();
  }

  async #runAll(tasks: readonly Task[], found: readonly Map<number, Observation>[], tell: () => void): Promise<void> {
    const errors: Error[] = [];
    const take = (task: Task, answer: EvaluationAnswer): void => {
      if (answer.type === "broke") errors.push(answer.error);
      else this.#take(task, answer, found[task.index]);
    };
    if (this.#threads === undefined) {
      for (const task of tasks) {
        if (this.#isStopped) break;
        take(task, evaluateTask(this.#asked(task), this.#signals));
        tell();
        // Lets signals and timers in between.
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    } else {
      const threads = this.#threads;
      await Promise.all(
        tasks.map(async (task) => {
          if (this.#isStopped) return;
          take(task, await threads.run(this.#asked(task)));
        }),
      );
    }
    const [first] = errors;
    if (first !== undefined) throw first;
  }

  #asked({ scenario, seeds, weighs, asks }: Task): EvaluationTask {
    const { limits, plugIns } = this.#options;
    return { scenario, seeds, limits, plugIns, weighs, asks };
  }

  get #isStopped(): boolean {
    return Atomics.load(this.#signals, 0) !== 0;
  }

  #take({ key, seeds }: Task, { observations, cut }: Finished, found: Map<number, Observation>): void {
    const whole: (readonly [seed: number, text: string])[] = [];
    for (const [at, text] of observations.entries()) {
      const seed = seeds[at];
      const observation = this.#read(text, seed);
      if (observation === undefined) throw new Error("a thread sends back what it was asked for");
      found.set(seed, observation);
      // One that breaks a promise is no longer inconclusive, wherever it was cut.
      if (isWhole(observation) && !cut.includes(seed)) whole.push([seed, text]);
    }
    this.#options.cache?.keep(key, whole);
    this.ran += observations.length;
  }

  /** Undefined: it is not what was asked for, as a cache that somebody wrote into may hold. */
  #read(text: string, seed: number): Observation | undefined {
    const parsed = parseCanonical(text);
    if (parsed.type === "malformed" || !isObservation(parsed.value) || parsed.value.seed !== seed) return undefined;
    const { figures: wanted } = this.#options;
    if (wanted === undefined) return parsed.value;
    return { ...parsed.value, figures: parsed.value.figures.filter(({ id }) => wanted.has(id)) };
  }
}

/** What a limit cut short is of a part of a run: another time, or with another limit, there is more of it. */
const isWhole = ({ outcome }: Observation): boolean => outcome !== "inconclusive";

const said = ({ properties, figures }: Asked): string =>
  ` asked ${[properties, figures].map((ids) => [...ids].sort(compareValues).join(" ")).join(" / ")}`;

const isObservation = (value: unknown): value is Observation =>
  typeof value === "object" &&
  value !== null &&
  "figures" in value &&
  Array.isArray(value.figures) &&
  "violated" in value &&
  "exercised" in value &&
  "messages" in value &&
  "outcome" in value &&
  "seed" in value;

const tasksOf = (seeds: readonly number[]): readonly (readonly number[])[] =>
  Array.from({ length: Math.ceil(seeds.length / taskSeedsMax) }, (_, task) =>
    seeds.slice(task * taskSeedsMax, (task + 1) * taskSeedsMax),
  );

/** Every point's first seeds before anybody's next: what is interrupted has about as many of each. */
function bySeed(tasks: readonly Task[]): readonly Task[] {
  const turns = new Map<number, number>();
  return tasks
    .map((task) => {
      const turn = turns.get(task.index) ?? 0;
      turns.set(task.index, turn + 1);
      return { task, turn };
    })
    .toSorted((a, b) => a.turn - b.turn || a.task.index - b.task.index)
    .map(({ task }) => task);
}
