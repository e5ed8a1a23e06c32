// Hunts every bug of a catalogue, several at a time, each in a thread: until something finds it or its budget is spent.

import type { MutantOutcome, MutantTask } from "./mutant-task.ts";
import { runMutantTask } from "./mutant-worker.ts";

export interface MutantHuntOptions {
  /** Threads; 0: none but this one. */
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onDone: (outcome: MutantOutcome) => void;
}

/** Outcomes come as they are ready; those that were stopped do not come. */
export async function huntMutants(tasks: readonly MutantTask[], options: MutantHuntOptions): Promise<void> {
  const signals = new Int32Array(new SharedArrayBuffer(4));
  const stop = (): void => {
    Atomics.store(signals, 0, 1);
  };
  options.signal.addEventListener("abort", stop);
  const give = (outcome: MutantOutcome): void => {
    if (!outcome.wasStopped) options.onDone(outcome);
  };
  try {
    if (options.workers === 0) await onThisThread(tasks, signals, give);
    else await onWorkers(tasks, signals, options.workers, give);
  } finally {
    options.signal.removeEventListener("abort", stop);
  }
}

async function onThisThread(
  tasks: readonly MutantTask[],
  signals: Int32Array,
  give: (outcome: MutantOutcome) => void,
): Promise<void> {
  for (const task of tasks) {
    if (Atomics.load(signals, 0) !== 0) return;
    give(runMutantTask(task, () => Atomics.load(signals, 0) !== 0));
    // Lets signals and timers in between two bugs.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

async function onWorkers(
  tasks: readonly MutantTask[],
  signals: Int32Array,
  workers: number,
  give: (outcome: MutantOutcome) => void,
): Promise<void> {
  const { Piscina } = await import("piscina");
  // The sources run as they are, and so does what is built of them.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const pool = new Piscina<MutantTask, MutantOutcome>({
    filename: new URL(`./mutant-worker.${extension}`, import.meta.url).href,
    name: "runMutant",
    minThreads: Math.min(workers, Math.max(1, tasks.length)),
    maxThreads: workers,
    workerData: { signals },
  });
  try {
    await Promise.all(tasks.map(async (task) => give(await pool.run(task))));
  } finally {
    await pool.destroy();
  }
}
