// Threads that try candidates. A thread that dies, or does not come back, takes one candidate along and is replaced.

import type { Candidate } from "../explore/candidate.ts";
import { failedTrial, type Trial } from "../explore/try-candidate.ts";
import type { HuntLimits } from "./hunt-limits.ts";
import { type HuntMemory, huntSignal } from "./hunt-signals.ts";
import { type HuntAnswer, type HuntTask, runCandidates } from "./hunt-worker.ts";

export interface HuntPoolOptions {
  readonly workers: number;
  readonly system: string;
  readonly plugIns: readonly string[];
  readonly limits: HuntLimits;
}

/** Candidates of one task: few enough that all threads end a round at about the same time. */
const taskSize = 4;
/** A thread that is late by half of what a run may take is taken to never come back. */
const patienceMs = ({ runMsMax }: HuntLimits): number => runMsMax + Math.max(1_000, runMsMax / 2);
const lookEveryMs = 500;

/**
 * A task under way: which candidate it was at when we last looked, and how often we have found it there. Looks are
 * counted, not time: where the whole process stands still, as with a machine that sleeps, no thread is late.
 */
interface Watched {
  readonly slot: number;
  readonly controller: AbortController;
  at: number;
  looks: number;
}

interface Threads {
  run(task: HuntTask, options: { readonly signal: AbortSignal }): Promise<HuntAnswer>;
  destroy(): Promise<void>;
}

export class HuntPool {
  readonly #options: HuntPoolOptions;
  readonly #threads: Threads | undefined;
  readonly #memory: HuntMemory;
  readonly #free: number[];
  readonly #watched = new Set<Watched>();
  readonly #look: NodeJS.Timeout;

  private constructor(options: HuntPoolOptions, threads: Threads | undefined, memory: HuntMemory, slots: number) {
    this.#options = options;
    this.#threads = threads;
    this.#memory = memory;
    this.#free = Array.from({ length: slots }, (_, slot) => slot);
    this.#look = setInterval(() => this.#endLate(), lookEveryMs);
  }

  /** With 0 workers everything is run on this thread. */
  static async start(options: HuntPoolOptions, memory: HuntMemory, slots: number): Promise<HuntPool> {
    if (options.workers === 0) return new HuntPool(options, undefined, memory, slots);
    const { Piscina } = await import("piscina");
    // The sources run as they are, and so does what is built of them.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const threads = new Piscina<HuntTask, HuntAnswer>({
      filename: new URL(`./hunt-worker.${extension}`, import.meta.url).href,
      name: "runHuntTask",
      minThreads: options.workers,
      maxThreads: options.workers,
      workerData: memory,
    });
    return new HuntPool(options, threads, memory, slots);
  }

  /** Runs done so far, those under way included. */
  get runs(): number {
    return Atomics.load(this.#memory.signals, huntSignal.runs);
  }

  /** What runs now is given up. */
  stop(): void {
    Atomics.store(this.#memory.signals, huntSignal.stop, 1);
  }

  get isStopped(): boolean {
    return Atomics.load(this.#memory.signals, huntSignal.stop) !== 0;
  }

  /** Trials of all candidates, or of those that were finished when the pool was stopped. */
  async tryAll(candidates: readonly Candidate[]): Promise<readonly Trial[]> {
    const tasks = Array.from({ length: Math.ceil(candidates.length / taskSize) }, (_, task) =>
      candidates.slice(task * taskSize, (task + 1) * taskSize),
    );
    const done = await Promise.all(tasks.map(async (some) => this.#tryTask(some)));
    return done.flat();
  }

  async destroy(): Promise<void> {
    clearInterval(this.#look);
    await this.#threads?.destroy();
  }

  async #tryTask(candidates: readonly Candidate[]): Promise<readonly Trial[]> {
    const lost: Trial[] = [];
    let left = candidates;
    while (left.length > 0 && !this.isStopped) {
      const slot = this.#free.pop() ?? 0;
      Atomics.store(this.#memory.signals, huntSignal.slots + slot, 0);
      try {
        const { system, plugIns, limits } = this.#options;
        const { trials } = await this.#run({ slot, candidates: left, system, plugIns, limits });
        return [...lost, ...trials];
      } catch (error) {
        // Nothing is known of the others of this task, so they are run once more.
        const place = Math.max(0, Atomics.load(this.#memory.signals, huntSignal.slots + slot) - 1);
        const because = `its thread was lost: ${error instanceof Error ? error.message : String(error)}`;
        lost.push(...left.slice(place, place + 1).map((candidate) => failedTrial(candidate, "lost", because)));
        left = left.filter((_, other) => other !== place);
      } finally {
        this.#free.push(slot);
      }
    }
    return lost;
  }

  async #run(task: HuntTask): Promise<HuntAnswer> {
    if (this.#threads === undefined) {
      // Lets signals and timers in between two tasks.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      return runCandidates(task, this.#memory);
    }
    const watched = { slot: task.slot, controller: new AbortController(), at: 0, looks: 0 };
    this.#watched.add(watched);
    try {
      return await this.#threads.run(task, { signal: watched.controller.signal });
    } finally {
      this.#watched.delete(watched);
    }
  }

  /** A machine that never returns from a step cannot be asked to stop: its thread is ended. */
  #endLate(): void {
    const looksMax = patienceMs(this.#options.limits) / lookEveryMs;
    for (const watched of this.#watched) {
      const at = Atomics.load(this.#memory.signals, huntSignal.slots + watched.slot);
      watched.looks = at === watched.at ? watched.looks + 1 : 0;
      watched.at = at;
      if (at > 0 && watched.looks > looksMax) watched.controller.abort();
    }
  }
}
