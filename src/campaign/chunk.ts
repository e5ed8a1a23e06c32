// Runs the seeds of one chunk, one after another, until told to stop. The same code in a worker and without one.

import type { Scenario } from "../scenario/scenario.ts";
import { simulate } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import { briefOf, mergeTotals, type RunBrief, type Totals, totalsOf } from "./brief.ts";
import type { SeedRange } from "./plan.ts";

export interface ChunkLimits {
  /** Wall-clock milliseconds that one run may take. */
  readonly runMsMax: number;
}

export interface ChunkResult {
  readonly job: number;
  readonly runs: readonly RunBrief[];
  /** Of the runs above. */
  readonly totals: Totals | undefined;
}

export function runChunk(
  work: {
    readonly job: number;
    readonly scenario: Scenario;
    readonly seeds: SeedRange;
    readonly system: AnySystem | undefined;
  },
  limits: ChunkLimits,
  isStopped: () => boolean,
  onRun: () => void,
): ChunkResult {
  const runs: RunBrief[] = [];
  const totals: Totals[] = [];
  for (let seed = work.seeds.from; seed <= work.seeds.to; seed += 1) {
    if (isStopped()) break;
    const deadlineMs = performance.now() + limits.runMsMax;
    const poll = (): boolean => isStopped() || performance.now() > deadlineMs;
    const run = simulate(work.scenario, { seed, system: work.system, poll });
    // A run that was cut short by the reader says nothing about its seed.
    if (isStopped()) break;
    runs.push(briefOf(run));
    totals.push(totalsOf(run));
    onRun();
  }
  return { job: work.job, runs, totals: totals.length === 0 ? undefined : mergeTotals(totals) };
}
