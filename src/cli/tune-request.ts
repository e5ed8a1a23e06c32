// What `faultline tune` was asked to do, checked.

import { availableParallelism } from "node:os";

import type { SearchBudget } from "../campaign/run-search.ts";
import { readCount, readSeed, readTime } from "./arguments.ts";
import { argumentMistake } from "./exit-codes.ts";
import type { CacheFlags } from "./cache-option.ts";
import { type PlugInFlags, plugInsOf } from "./plug-in-option.ts";

/** Options as they were typed. */
export interface TuneFlags extends PlugInFlags, CacheFlags {
  readonly budget?: string | undefined;
  readonly time?: string | undefined;
  readonly seed?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly workers?: string | undefined;
  readonly output?: string | undefined;
  readonly report?: string | undefined;
  readonly external?: boolean | undefined;
}

export interface TuneRequest {
  /** Runs; undefined: what the study says. */
  readonly runsMax: number | undefined;
  readonly msMax: number;
  readonly seed: number;
  readonly set: readonly string[];
  readonly workers: number;
  readonly output: string | undefined;
  readonly report: string | undefined;
  readonly isExternal: boolean;
  readonly plugIns: readonly string[];
}

const runsMost = 100_000_000;
const workersMax = 256;
/** Where neither the study nor the command line says how many. */
const runsPreset = 2_000;

export function readTuneRequest(flags: TuneFlags): TuneRequest {
  const { budget, time, seed, workers } = flags;
  const isExternal = flags.external ?? false;
  if (isExternal && (time !== undefined || flags.output !== undefined || flags.report !== undefined)) {
    throw argumentMistake("--external", {
      code: "CONFLICTING_OPTIONS",
      what: "--external is given together with --time, --output or --report.",
      expected: "Expected at most --budget, --set, --seed and --workers beside it.",
      fix: "leave them out: whoever drives decides when to end, and what to keep.",
    });
  }
  return {
    runsMax: budget === undefined ? undefined : readCount("--budget", budget, { min: 1, max: runsMost }),
    msMax: time === undefined ? Infinity : readTime("--time", time) / 1_000,
    seed: seed === undefined ? 1 : readSeed("--seed", seed),
    set: flags.set ?? [],
    workers:
      workers === undefined ? availableParallelism() : readCount("--workers", workers, { min: 0, max: workersMax }),
    output: flags.output,
    report: flags.report,
    isExternal,
    plugIns: plugInsOf(flags),
  };
}

/** What the command line says before what the study says; of both, runs and time, whichever ends first. */
export function budgetOf({ runsMax, msMax }: TuneRequest, ofStudy: number | undefined): SearchBudget {
  if (runsMax !== undefined) return { runsMax, msMax };
  return { runsMax: msMax < Infinity ? Infinity : (ofStudy ?? runsPreset), msMax };
}
