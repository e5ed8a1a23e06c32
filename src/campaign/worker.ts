// One thread of a campaign. It is sent a scenario and seeds, and sends back totals; a shared flag tells it to stop.

import { workerData } from "node:worker_threads";

import type { Scenario } from "../scenario/scenario.ts";
import { type ChunkLimits, type ChunkResult, runChunk } from "./chunk.ts";
import type { SeedRange } from "./plan.ts";
import { systemsWith } from "./plug-ins.ts";

/** Shared with every worker: [0] is 1 when all should stop, [1] counts finished runs. */
export type Signals = Int32Array;

export interface WorkerTask {
  readonly job: number;
  readonly scenario: Scenario;
  readonly seeds: SeedRange;
  readonly limits: ChunkLimits;
  readonly keepsHistories: boolean;
  readonly plugIns: readonly string[];
}

/** What a worker sends back. A machine or plug-in that throws must not leave several threads to fail each on its own. */
export type WorkerAnswer =
  | { readonly type: "done"; readonly result: ChunkResult }
  | { readonly type: "broke"; readonly error: Error };

export function runTask({ job, scenario, seeds, limits, keepsHistories, plugIns }: WorkerTask): WorkerAnswer {
  const signals = signalsOf(workerData);
  const isStopped = (): boolean => Atomics.load(signals, 0) !== 0;
  try {
    const system = systemsWith(plugIns).get(scenario.system);
    const onRun = (): void => {
      Atomics.add(signals, 1, 1);
    };
    const work = { job, scenario, seeds, system, keepsHistories };
    return { type: "done", result: runChunk(work, limits, isStopped, onRun) };
  } catch (error) {
    Atomics.store(signals, 0, 1);
    return { type: "broke", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** The pool hands its own data in front of ours. */
function signalsOf(data: unknown): Signals {
  const own: unknown = Array.isArray(data) ? data[1] : data;
  if (typeof own === "object" && own !== null && "signals" in own && own.signals instanceof Int32Array)
    return own.signals;
  throw new TypeError("a worker is started by a campaign, with its signals");
}
