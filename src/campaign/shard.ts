// A campaign in parts that several machines run, each knowing only its number: the same parts wherever they are cut.

import { plainDigest } from "../base/plain-hash.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Job, seedsIn } from "./plan.ts";

export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  readonly count: number;
}

/**
 * The part of each job that falls to a shard: seeds that follow each other, perhaps none. All parts together are the
 * jobs. Scenarios with few seeds begin with different shards, so that each shard gets some of them.
 */
export const partOf = (jobs: readonly Job[], { index, count }: Shard): readonly Job[] =>
  jobs.map(({ scenario, seeds }, ordinal) => {
    const turn = (index - 1 + ordinal) % count;
    const boundary = (part: number): number => seeds.from + Math.floor((seedsIn(seeds) * part) / count);
    return { scenario, seeds: { from: boundary(turn), to: boundary(turn + 1) - 1 } };
  });

/** What is run besides the scenarios themselves: the version, and the bugs that are planted. */
export type Circumstances = readonly string[];

/** A scenario under these circumstances, in 16 digits. */
export const planDigestOf = (scenario: Scenario, circumstances: Circumstances): string =>
  plainDigest([scenario, circumstances]);

/** Equal for the shards of one campaign, and for no others. */
export const campaignOf = (jobs: readonly Job[], { count }: Shard, circumstances: Circumstances): string =>
  plainDigest([
    count,
    jobs.map(({ scenario, seeds }) => [planDigestOf(scenario, circumstances), seeds.from, seeds.to]),
  ]);

/** The same of a hunt: what it is drawn from. */
export const huntCampaignOf = (
  drawnFrom: { readonly system: string; readonly seed: number; readonly stories: readonly Scenario[] },
  { count }: Shard,
  circumstances: Circumstances,
): string => plainDigest(["hunt", count, drawnFrom, circumstances]);
