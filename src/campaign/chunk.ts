// Runs the seeds of one chunk, one after another, until told to stop. The same code in a worker and without one.

import { canonicalJson } from "../base/canonical-json.ts";
import type { HistoryEntry } from "../check/history.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { Simulation } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import { briefOf, mergeTotals, type RunBrief, type Totals, totalsOf } from "./brief.ts";
import type { SeedRange } from "./plan.ts";

export interface ChunkLimits {
  /** Wall-clock milliseconds that one run may take. */
  readonly runMsMax: number;
}

/** What clients asked for and were answered in one run: JSON lines (DESIGN §7). */
export interface RunHistory {
  readonly seed: number;
  readonly lines: string;
}

export interface ChunkResult {
  readonly job: number;
  readonly runs: readonly RunBrief[];
  /** Of the runs above, when they were asked for. */
  readonly histories: readonly RunHistory[];
  /** Of the runs above. */
  readonly totals: Totals | undefined;
}

export function runChunk(
  work: {
    readonly job: number;
    readonly scenario: Scenario;
    readonly seeds: SeedRange;
    readonly system: AnySystem | undefined;
    readonly keepsHistories: boolean;
  },
  limits: ChunkLimits,
  isStopped: () => boolean,
  onRun: () => void,
): ChunkResult {
  const runs: RunBrief[] = [];
  const totals: Totals[] = [];
  const histories: RunHistory[] = [];
  const simulation = new Simulation(work.scenario, work.system);
  for (let seed = work.seeds.from; seed <= work.seeds.to; seed += 1) {
    if (isStopped()) break;
    const deadlineMs = performance.now() + limits.runMsMax;
    const poll = (): boolean => isStopped() || performance.now() > deadlineMs;
    const lines: string[] = [];
    const history = work.keepsHistories
      ? (entry: HistoryEntry): void => void lines.push(`${canonicalJson(entry)}\n`)
      : undefined;
    const run = simulation.run({ seed, poll, history });
    // A run that was cut short by the reader says nothing about its seed.
    if (isStopped()) break;
    runs.push(briefOf(run));
    totals.push(totalsOf(run));
    if (work.keepsHistories) histories.push({ seed, lines: lines.join("") });
    onRun();
  }
  return { job: work.job, runs, histories, totals: totals.length === 0 ? undefined : mergeTotals(totals) };
}
