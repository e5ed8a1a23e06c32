// Runs a campaign: chunks to workers, results by index, whatever order they come back in.

import { combinedDigest, mergeTotals, type ScenarioResult } from "./brief.ts";
import { type ChunkLimits, type ChunkResult, runChunk, type RunHistory } from "./chunk.ts";
import { type Chunk, chunksOf, type Job, seedsIn } from "./plan.ts";
import { systemsWith } from "./plug-ins.ts";
import type { WorkerAnswer, WorkerTask } from "./worker.ts";

export interface CampaignOptions {
  /** Threads; 0 runs everything on this one. */
  readonly workers: number;
  readonly limits: ChunkLimits;
  readonly plugIns: readonly string[];
  /** Aborted: runs in hand are given up, finished ones are kept. */
  readonly signal?: AbortSignal | undefined;
  /** Finished runs so far, about four times a second. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Is handed what clients saw in each finished run, and does not have to keep it. */
  readonly onHistory?: ((job: Job, history: RunHistory) => void) | undefined;
}

const progressEveryMs = 250;

export async function runCampaign(jobs: readonly Job[], options: CampaignOptions): Promise<readonly ScenarioResult[]> {
  const chunks = chunksOf(jobs, options.workers);
  const signals = new Int32Array(new SharedArrayBuffer(8));
  const stop = (): void => {
    Atomics.store(signals, 0, 1);
  };
  options.signal?.addEventListener("abort", stop);
  const total = jobs.reduce((sum, { seeds }) => sum + seedsIn(seeds), 0);
  const progress = setInterval(() => options.onProgress?.(Atomics.load(signals, 1), total), progressEveryMs);
  try {
    const results =
      options.workers === 0
        ? await onThisThread(jobs, chunks, signals, options)
        : await onWorkers(jobs, chunks, signals, options);
    return jobs.map((job, index) =>
      resultOf(
        job,
        results.filter((result) => result.job === index),
      ),
    );
  } finally {
    clearInterval(progress);
    options.signal?.removeEventListener("abort", stop);
  }
}

async function onThisThread(
  jobs: readonly Job[],
  chunks: readonly Chunk[],
  signals: Int32Array,
  { limits, plugIns, signal, onProgress, onHistory }: CampaignOptions,
): Promise<readonly ChunkResult[]> {
  const systems = systemsWith(plugIns);
  const results: ChunkResult[] = [];
  for (const { job, seeds } of chunks) {
    const asked = jobs[job];
    if (asked === undefined || signal?.aborted === true) break;
    const { scenario } = asked;
    const keepsHistories = onHistory !== undefined;
    const work = { job, scenario, seeds, system: systems.get(scenario.system), keepsHistories };
    const isStopped = (): boolean => Atomics.load(signals, 0) !== 0;
    const result = runChunk(work, limits, isStopped, () => Atomics.add(signals, 1, 1));
    results.push(handedOver(result, asked, onHistory));
    onProgress?.(
      Atomics.load(signals, 1),
      chunks.reduce((sum, chunk) => sum + seedsIn(chunk.seeds), 0),
    );
    // Lets signals and timers in between two chunks.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return results;
}

async function onWorkers(
  jobs: readonly Job[],
  chunks: readonly Chunk[],
  signals: Int32Array,
  { workers, limits, plugIns, signal, onHistory }: CampaignOptions,
): Promise<readonly ChunkResult[]> {
  // Whoever needs no threads does not wait for their library.
  const { Piscina } = await import("piscina");
  // The sources run as they are, and so does what is built of them.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const pool = new Piscina<WorkerTask, WorkerAnswer>({
    filename: new URL(`./worker.${extension}`, import.meta.url).href,
    name: "runTask",
    minThreads: Math.min(workers, chunks.length),
    maxThreads: workers,
    workerData: { signals },
  });
  try {
    const answers = await Promise.all(
      chunks.map(async ({ job, seeds }) => {
        const asked = jobs[job];
        if (asked === undefined || signal?.aborted === true) return [];
        const keepsHistories = onHistory !== undefined;
        const answer = await pool.run({ job, scenario: asked.scenario, seeds, limits, keepsHistories, plugIns });
        // Thrown once all others have stopped, too.
        return answer.type === "broke" ? [answer.error] : [handedOver(answer.result, asked, onHistory)];
      }),
    );
    return answers.flat().map((answer) => {
      if (answer instanceof Error) throw answer;
      return answer;
    });
  } finally {
    await pool.destroy();
  }
}

/** Histories are many times what else is kept of a run: they are let go of as they come. */
function handedOver(result: ChunkResult, job: Job, onHistory: CampaignOptions["onHistory"]): ChunkResult {
  for (const history of result.histories) onHistory?.(job, history);
  return { ...result, histories: [] };
}

function resultOf({ scenario, seeds }: Job, results: readonly ChunkResult[]): ScenarioResult {
  const runs = results.flatMap((result) => result.runs).toSorted((a, b) => a.seed - b.seed);
  const totals = mergeTotals(results.flatMap((result) => result.totals ?? []));
  const gap = runs.findIndex(({ seed }, index) => seed !== seeds.from + index);
  const missingFrom = gap >= 0 ? seeds.from + gap : runs.length < seedsIn(seeds) ? seeds.from + runs.length : undefined;
  return { scenario, seeds, runs, totals, digest: combinedDigest(runs), missingFrom };
}
