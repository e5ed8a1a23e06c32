// One thread of a hunt. It is sent candidates, and sends back what came of them.

import { workerData } from "node:worker_threads";

import type { Candidate } from "../explore/candidate.ts";
import { huntSpecOf } from "../explore/hunt-spec.ts";
import { failedTrial, type Trial, tryCandidate } from "../explore/try-candidate.ts";
import type { HuntLimits } from "./hunt-limits.ts";
import { systemsWith } from "./plug-ins.ts";
import { type HuntMemory, huntSignal, sharedOf } from "./hunt-signals.ts";

export interface HuntTask {
  /** Where this task says how far it is. */
  readonly slot: number;
  readonly system: string;
  readonly candidates: readonly Candidate[];
  readonly plugIns: readonly string[];
  readonly limits: HuntLimits;
}

export interface HuntAnswer {
  readonly trials: readonly Trial[];
  /** The hunt was stopped before all were run. */
  readonly wasStopped: boolean;
}

/** Systems that were made once, by what they were made of: a thread serves one hunt. */
const made = new Map<string, ReturnType<typeof systemsWith>>();

export function runHuntTask(task: HuntTask): HuntAnswer {
  return runCandidates(task, sharedOf(workerData));
}

export function runCandidates(
  { slot, system: name, candidates, plugIns, limits }: HuntTask,
  shared: HuntMemory,
): HuntAnswer {
  const key = plugIns.join("\n");
  const systems = made.get(key) ?? systemsWith(plugIns);
  made.set(key, systems);
  const system = systems.get(name);
  if (system === undefined) throw new TypeError(`there is no system ${name}`);
  const spec = huntSpecOf(system);
  const { signals, reached } = shared;
  const trials: Trial[] = [];
  const isStopped = (): boolean => Atomics.load(signals, huntSignal.stop) !== 0;
  for (const [place, candidate] of candidates.entries()) {
    Atomics.store(signals, huntSignal.slots + slot, place + 1);
    const deadlineMs = computedMs() + limits.runMsMax;
    const done = tried(candidate, { system, spec, reached, poll: () => isStopped() || computedMs() > deadlineMs });
    // What was cut short by the reader says nothing about the candidate.
    if (isStopped()) return { trials, wasStopped: true };
    trials.push(...done);
    Atomics.add(signals, huntSignal.runs, done.length);
  }
  return { trials, wasStopped: false };
}

/** What this thread has computed: a machine that is busy with other things makes no finding of a run. */
function computedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** A run that the simulator itself does not survive is a finding like any other. */
function tried(candidate: Candidate, options: Parameters<typeof tryCandidate>[1]): readonly Trial[] {
  try {
    return tryCandidate(candidate, options);
  } catch (error) {
    const because = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return [failedTrial(candidate, "broke", because)];
  }
}
