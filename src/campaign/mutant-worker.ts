// One thread of a hunt for planted bugs: takes a bug, and tries story by story until something finds it.

import { workerData } from "node:worker_threads";

import { findingOf } from "../explore/failure.ts";
import { shrink } from "../explore/shrink/shrink.ts";
import { mutantNamed } from "../mutants/plant.ts";
import { type Ground, Trials } from "../mutants/trial.ts";
import { isExcused } from "../scenario/expectations.ts";
import { simulate } from "../simulate.ts";
import { systemNamed } from "../systems/registry.ts";
import type { MutantFinding, MutantGround, MutantOutcome, MutantShrunk, MutantTask } from "./mutant-task.ts";

/** Processor time of this thread since it was asked for. */
function stopwatch(): () => number {
  const before = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system - before.user - before.system) / 1000;
  };
}

export function runMutant(task: MutantTask): MutantOutcome {
  const signals = signalsOf(workerData);
  return runMutantTask(task, () => Atomics.load(signals, 0) !== 0);
}

export function runMutantTask(task: MutantTask, isStopped: () => boolean): MutantOutcome {
  return task.hunt.type === "control"
    ? control(task.hunt.system, task, isStopped)
    : hunt(task.hunt.id, task, isStopped);
}

/** Every story under each seed in turn. */
function* turns(grounds: readonly MutantGround[], runsMax: number): Generator<readonly [MutantGround, number]> {
  for (let seed = 1; seed <= runsMax; seed++) for (const ground of grounds) yield [ground, seed];
}

function hunt(id: string, task: MutantTask, isStopped: () => boolean): MutantOutcome {
  const mutant = mutantNamed(id);
  if (mutant === undefined) throw new Error(`a bug that is hunted is in the catalogue, and ${id} is not`);
  const trials = new Trials(mutant, systemNamed(mutant.system));
  const cpuMs = stopwatch();
  const poll = (): boolean => isStopped() || cpuMs() > task.cpuMsMax;
  let runs = 0;
  let found: MutantFinding | null = null;
  for (const [ground, seed] of turns(task.grounds, task.runsMax)) {
    if (runs >= task.runsMax || poll()) break;
    const trial = trials.try(withBug(ground), seed, poll);
    runs += trial.runs;
    const { reference, knownBad } = ground;
    // What was cut short says nothing.
    if (trial.found === undefined || poll()) continue;
    found = { by: trial.found, reference, knownBad, seed };
    break;
  }
  const tookMs = cpuMs();
  const shrinkMs = stopwatch();
  const shrunk = found === null ? null : shrunkOf(id, found, task, () => isStopped() || shrinkMs() > task.shrinkMsMax);
  return { name: id, found, runs, cpuMs: tookMs, shrunk, shrinkMs: shrinkMs(), wasStopped: isStopped() };
}

const withBug = ({ reference, scenario, knownBad }: MutantGround): Ground => ({
  reference,
  scenario,
  knownBad: knownBad === null ? null : (mutantNamed(knownBad) ?? null),
});

/** Only what a promise of the system breaks on can be made smaller: the rest is no violation of one run. */
function shrunkOf(
  id: string,
  { by, reference, seed }: MutantFinding,
  { grounds, shrinkMsMax }: MutantTask,
  poll: () => boolean,
): MutantShrunk | null {
  const mutant = mutantNamed(id);
  const ground = grounds.find((one) => one.reference === reference);
  if (by.kind !== "property" || mutant?.where !== "logic" || ground === undefined || shrinkMsMax === 0) return null;
  const system = mutant.plant(systemNamed(mutant.system));
  const failure = findingOf(simulate(ground.scenario, { seed, system }), by.id);
  const shrunk = failure === undefined ? undefined : shrink(failure, { system, poll });
  return shrunk === undefined ? null : { before: shrunk.before, after: shrunk.after, isMinimal: shrunk.isMinimal };
}

/** The sound system in the same stories: nothing of it may be found wrong. */
function control(name: string, { grounds, runsMax, cpuMsMax }: MutantTask, isStopped: () => boolean): MutantOutcome {
  const system = systemNamed(name);
  const cpuMs = stopwatch();
  let runs = 0;
  let found: MutantFinding | null = null;
  for (const [{ reference, scenario }, seed] of turns(grounds, runsMax)) {
    if (runs >= runsMax || isStopped() || cpuMs() > cpuMsMax) break;
    const run = simulate(scenario, { seed, system, poll: isStopped });
    runs++;
    const broken = run.verdict.properties.find(
      (property) => property.status === "violated" && !isExcused(scenario.expect, property),
    );
    if (broken === undefined) continue;
    const by = { kind: "property", id: broken.id, because: broken.first[0]?.because ?? broken.claim } as const;
    found = { by, reference, knownBad: null, seed };
    break;
  }
  return { name, found, runs, cpuMs: cpuMs(), shrunk: null, shrinkMs: 0, wasStopped: isStopped() };
}

/** The pool hands its own data in front of ours. */
function signalsOf(data: unknown): Int32Array {
  const own: unknown = Array.isArray(data) ? data[1] : data;
  if (typeof own === "object" && own !== null && "signals" in own && own.signals instanceof Int32Array)
    return own.signals;
  throw new TypeError("a thread of a hunt is started with its signals");
}
