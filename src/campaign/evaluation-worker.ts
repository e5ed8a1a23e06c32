// One thread of an evaluation: takes a scenario and seeds, and sends back what each run showed, as canonical text.

import { workerData } from "node:worker_threads";

import { canonicalJson } from "../base/canonical-json.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { Simulation } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import { observationOf } from "../tune/observation.ts";
import type { ChunkLimits } from "./chunk.ts";
import { systemsWith } from "./plug-ins.ts";
import { scalesOf } from "./traffic.ts";

export interface EvaluationTask {
  readonly scenario: Scenario;
  readonly seeds: readonly number[];
  readonly limits: ChunkLimits;
  readonly plugIns: readonly string[];
  /** Measures what was sent, in bytes, as the system's ledger says. */
  readonly weighs: boolean;
  readonly asks: Asked | undefined;
}

/** All that somebody wants to know of runs, by ids: what nobody asks is not worked out. */
export interface Asked {
  readonly properties: ReadonlySet<string>;
  readonly figures: ReadonlySet<string>;
}

/**
 * Texts in order of the seeds, fewer when it was stopped, and the seeds of runs that the wall clock cut short. An error stops
 * every thread, and is told once.
 */
export type EvaluationAnswer =
  | { readonly type: "done"; readonly observations: readonly string[]; readonly cut: readonly number[] }
  | { readonly type: "broke"; readonly error: Error };

export function runEvaluation(task: EvaluationTask): EvaluationAnswer {
  return evaluateTask(task, signalsOf(workerData));
}

/** @param signals [0] is 1 when all should stop, [1] counts finished runs. */
export function evaluateTask(
  { scenario, seeds, limits, plugIns, weighs, asks }: EvaluationTask,
  signals: Int32Array,
): EvaluationAnswer {
  const isStopped = (): boolean => Atomics.load(signals, 0) !== 0;
  const observations: string[] = [];
  const cut: number[] = [];
  try {
    const system = systemsWith(plugIns).get(scenario.system);
    const judged = asks === undefined || system === undefined ? system : judgedBy(asks.properties, system);
    const simulation = new Simulation(scenario, judged);
    const traffic = weighs ? system?.claims?.traffic : undefined;
    for (const seed of seeds) {
      const deadlineMs = performance.now() + limits.runMsMax;
      let isLate = false;
      const poll = (): boolean => isStopped() || (isLate = performance.now() > deadlineMs);
      const scales = traffic === undefined ? undefined : scalesOf(traffic);
      const run = simulation.run({ seed, digest: false, poll, tracer: scales });
      // A run that was cut short by the reader says nothing about its seed.
      if (isStopped()) break;
      if (isLate) cut.push(seed);
      const observation = observationOf(run, system?.measures.figures ?? []);
      const measured = [...observation.figures, ...(scales?.figures() ?? [])];
      const figures = asks === undefined ? measured : measured.filter(({ id }) => asks.figures.has(id));
      observations.push(canonicalJson({ ...observation, figures }));
      Atomics.add(signals, 1, 1);
    }
    return { type: "done", observations, cut };
  } catch (error) {
    Atomics.store(signals, 0, 1);
    return { type: "broke", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** The system, judged by some of its properties: what figures are made of is folded all the same. */
const judgedBy = (ids: ReadonlySet<string>, system: AnySystem): AnySystem => ({
  ...system,
  properties: (input) => system.properties(input).filter(({ id }) => ids.has(id)),
});

/** The pool hands its own data in front of ours. */
function signalsOf(data: unknown): Int32Array {
  const own: unknown = Array.isArray(data) ? data[1] : data;
  if (own instanceof Int32Array) return own;
  throw new TypeError("a thread of an evaluation is started with its signals");
}
