// A campaign before it runs: scenarios times seeds, cut into chunks that workers take one after another.

import { assert } from "../base/assert.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Both ends included. */
export interface SeedRange {
  readonly from: number;
  readonly to: number;
}

export interface Job {
  readonly scenario: Scenario;
  readonly seeds: SeedRange;
}

/** Seeds of one job that one worker runs in order. */
export interface Chunk {
  /** Index into the jobs. */
  readonly job: number;
  readonly seeds: SeedRange;
}

/** Beyond this a worker would be silent for too long; 50 are as cheap to send as one. */
const chunkSeedsMax = 50;
/** On the thread that listens nothing is heard, and nobody told, before a chunk is done. */
const ownChunkSeedsMax = 5;

export const seedsIn = ({ from, to }: SeedRange): number => to - from + 1;

/** Chunks in order of job and seed, small enough that every worker has several. 0 workers: none but this thread. */
export function chunksOf(jobs: readonly Job[], workers: number): readonly Chunk[] {
  assert(workers >= 0, "there are workers, or none");
  const total = jobs.reduce((sum, { seeds }) => sum + seedsIn(seeds), 0);
  const sizeMax = workers === 0 ? ownChunkSeedsMax : chunkSeedsMax;
  const size = Math.max(1, Math.min(sizeMax, Math.floor(total / (Math.max(1, workers) * 8))));
  return jobs.flatMap(({ seeds }, job) => {
    const count = Math.ceil(seedsIn(seeds) / size);
    return Array.from({ length: count }, (_, index) => {
      const from = seeds.from + index * size;
      return { job, seeds: { from, to: Math.min(seeds.to, from + size - 1) } };
    });
  });
}
