// What `faultline fuzz` was asked to do, checked.

import { availableParallelism } from "node:os";

import { type HuntLimits, huntLimits } from "../campaign/hunt-limits.ts";
import type { HuntOptions } from "../explore/hunt.ts";
import { strategies, usualMixture } from "../explore/strategies/all.ts";
import type { Mutant } from "../mutants/mutant.ts";
import { mutantNamed } from "../mutants/plant.ts";
import { fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import { readCount, readSeed, readShard, readTime, readTimeOrNone } from "./arguments.ts";
import { argumentMistake } from "./exit-codes.ts";
import { type PlugInFlags, plugInsOf } from "./plug-in-option.ts";

/** Options as they were typed. */
export interface FuzzFlags extends PlugInFlags {
  readonly system?: string | undefined;
  readonly runs?: string | undefined;
  readonly time?: string | undefined;
  readonly seed?: string | undefined;
  readonly shard?: string | undefined;
  readonly workers?: string | undefined;
  readonly bail?: boolean | undefined;
  readonly strategy?: readonly string[] | undefined;
  readonly save?: string | undefined;
  readonly corpus?: string | undefined;
  readonly report?: string | undefined;
  readonly shrinkTime?: string | undefined;
  readonly allowInert?: boolean | undefined;
  readonly variant?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly limitEvents?: string | undefined;
  readonly limitTime?: string | undefined;
}

export interface FuzzRequest extends HuntOptions {
  readonly system: string | undefined;
  readonly runsMax: number;
  readonly msMax: number;
  readonly workers: number;
  readonly bails: boolean;
  readonly save: string;
  readonly corpus: string | undefined;
  readonly report: string | undefined;
  /** Wall-clock milliseconds for each finding; 0: none is shrunk. */
  readonly shrinkMsMax: number;
  readonly allowsInert: boolean;
  readonly variant: string | undefined;
  readonly set: readonly string[];
  readonly limits: HuntLimits;
  readonly plugIns: readonly string[];
  /** Bugs among the plug-ins. */
  readonly planted: readonly Mutant[];
}

const runsPreset = 1_000;
const shrinkPreset = "20s";
const countMax = 1_000_000_000;
const workersMax = 256;

export function readFuzzRequest(flags: FuzzFlags): FuzzRequest {
  const { runs, time, seed, workers, limitEvents, limitTime } = flags;
  return {
    system: flags.system,
    seed: seed === undefined ? 1 : readSeed("--seed", seed),
    shard: flags.shard === undefined ? { index: 1, count: 1 } : readShard(flags.shard),
    strategies: flags.strategy === undefined ? usualMixture : flags.strategy.map((name) => strategyNamed(name)),
    runsMax:
      runs === undefined
        ? time === undefined
          ? runsPreset
          : Infinity
        : readCount("--runs", runs, { min: 1, max: countMax }),
    msMax: time === undefined ? Infinity : readTime("--time", time) / 1_000,
    workers:
      workers === undefined ? availableParallelism() : readCount("--workers", workers, { min: 0, max: workersMax }),
    bails: flags.bail ?? false,
    save: flags.save ?? (flags.corpus === undefined ? "failures" : `${flags.corpus}/failures`),
    corpus: flags.corpus,
    report: flags.report,
    shrinkMsMax: readTimeOrNone("--shrink-time", flags.shrinkTime ?? shrinkPreset),
    allowsInert: flags.allowInert ?? false,
    variant: flags.variant,
    set: flags.set ?? [],
    limits: {
      runMsMax: limitTime === undefined ? huntLimits.runMsMax : readTime("--limit-time", limitTime) / 1_000,
      eventsMax:
        limitEvents === undefined
          ? huntLimits.eventsMax
          : readCount("--limit-events", limitEvents, { min: 1, max: 10 * countMax }),
    },
    plugIns: plugInsOf(flags),
    planted: huntable(flags.plant ?? []),
  };
}

/** A hunt asks the judge, and so cannot find that the judge is wrong. */
function huntable(ids: readonly string[]): readonly Mutant[] {
  const planted = ids.flatMap((id) => mutantNamed(id) ?? []);
  const ofJudge = planted.find(({ where }) => where === "judge");
  if (ofJudge === undefined) return planted;
  throw argumentMistake(`--plant ${ofJudge.id}`, {
    code: "BUG_OF_A_JUDGE",
    what: "It is a bug of a judge, and a hunt believes what its judge says.",
    expected: "Expected a bug of a system or of its world.",
    fix: `faultline mutants --only ${ofJudge.id} looks for it where the verdict is known beforehand.`,
  });
}

function strategyNamed(name: string): HuntOptions["strategies"][number] {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  const names = strategies.map((strategy) => strategy.name);
  throw argumentMistake(`--strategy ${name}`, {
    code: "UNKNOWN_STRATEGY",
    what: `There is no strategy ${shown(name)}.`,
    expected: `Expected one of ${names.join(", ")}.`,
    fix: fixByName(name, names, "leave it out: the usual mixture has all of them."),
  });
}
