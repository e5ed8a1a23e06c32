// The memory that a hunt shares with its threads.

import { reachedBytes } from "../explore/coverage.ts";

export interface HuntMemory {
  readonly signals: Int32Array;
  /** What all runs have reached so far. Only the hunt itself writes to it, between rounds. */
  readonly reached: Uint8Array;
}

/**
 * Places in the signals: 1 when all should stop; runs done so far; from here on, the number of the candidate each task is
 * at, from 1.
 */
export const huntSignal = { stop: 0, runs: 1, slots: 2 } as const;

export const memoryFor = (slots: number): HuntMemory => ({
  signals: new Int32Array(new SharedArrayBuffer(4 * (huntSignal.slots + slots))),
  reached: new Uint8Array(new SharedArrayBuffer(reachedBytes)),
});

/** What a thread was given; a pool hands data of its own in front of ours. */
export function sharedOf(data: unknown): HuntMemory {
  const own: unknown = Array.isArray(data) ? data[1] : data;
  if (typeof own === "object" && own !== null && "signals" in own && "reached" in own) {
    const { signals, reached } = own;
    if (signals instanceof Int32Array && reached instanceof Uint8Array) return { signals, reached };
  }
  throw new TypeError("a worker is started by a hunt, with its memory");
}
