// What `faultline run` was asked to do, checked.

import type { ChunkLimits } from "../campaign/chunk.ts";
import type { SeedRange } from "../campaign/plan.ts";
import type { Shard } from "../campaign/shard.ts";
import { argumentMistake } from "./exit-codes.ts";
import { plugInsOf, type PlugInFlags } from "./plug-in-option.ts";
import { readCount, readSeed, readSeeds, readShard, readTime } from "./arguments.ts";
import type { ReporterFlags } from "./reporters.ts";

/** Options as they were typed. */
export interface RunFlags extends PlugInFlags, ReporterFlags {
  readonly seed?: string | undefined;
  readonly seeds?: string | undefined;
  readonly shard?: string | undefined;
  readonly variant?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly workers?: string | undefined;
  readonly report?: string | undefined;
  readonly trace?: string | undefined;
  readonly history?: string | undefined;
  readonly save?: string | undefined;
  readonly checkDeterminism?: boolean | undefined;
  readonly limitEvents?: string | undefined;
  readonly limitTime?: string | undefined;
}

export interface RunRequest {
  /** Absent: each scenario's own seed. */
  readonly seeds: SeedRange | undefined;
  /** Absent: all of it. */
  readonly shard: Shard | undefined;
  readonly variant: string | undefined;
  readonly set: readonly string[];
  readonly workers: number | undefined;
  readonly report: string | undefined;
  readonly trace: string | undefined;
  readonly history: string | undefined;
  readonly save: string | undefined;
  readonly checksDeterminism: boolean;
  readonly limits: ChunkLimits;
  readonly plugIns: readonly string[];
  /** As they were typed. */
  readonly reporters: readonly string[];
  readonly reporterOutputs: readonly string[];
}

const workersMax = 256;

export function readRunRequest(flags: RunFlags): RunRequest {
  if (flags.seed !== undefined && flags.seeds !== undefined) {
    throw argumentMistake(`--seed ${flags.seed} --seeds ${flags.seeds}`, {
      code: "CONFLICTING_OPTIONS",
      what: "Both --seed and --seeds are given.",
      expected: "Expected one of the two.",
      fix: "leave one out.",
    });
  }
  const seed = flags.seed === undefined ? undefined : readSeed("--seed", flags.seed);
  const limitEvents =
    flags.limitEvents === undefined
      ? undefined
      : readCount("--limit-events", flags.limitEvents, { min: 1, max: 10_000_000_000 });
  return {
    seeds:
      flags.seeds !== undefined ? readSeeds(flags.seeds) : seed === undefined ? undefined : { from: seed, to: seed },
    shard: flags.shard === undefined ? undefined : readShard(flags.shard),
    variant: flags.variant,
    set: [...(flags.set ?? []), ...(limitEvents === undefined ? [] : [`world.limits.events=${limitEvents}`])],
    workers:
      flags.workers === undefined ? undefined : readCount("--workers", flags.workers, { min: 0, max: workersMax }),
    report: flags.report,
    trace: flags.trace,
    history: flags.history,
    save: flags.save,
    checksDeterminism: flags.checkDeterminism ?? false,
    limits: { runMsMax: flags.limitTime === undefined ? Infinity : readTime("--limit-time", flags.limitTime) / 1000 },
    plugIns: plugInsOf(flags),
    reporters: flags.reporter ?? [],
    reporterOutputs: flags.reporterOutput ?? [],
  };
}
