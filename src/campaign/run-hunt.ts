// Runs a hunt: rounds of candidates to the threads, what they found back to the hunt, until a bound is reached.

import type { Candidate } from "../explore/candidate.ts";
import { type Hunt, roundSize, runsOf } from "../explore/hunt.ts";
import type { Trial } from "../explore/try-candidate.ts";
import { HuntPool, type HuntPoolOptions } from "./hunt-pool.ts";
import { type HuntMemory, memoryFor } from "./hunt-signals.ts";

export interface RunHuntOptions extends HuntPoolOptions {
  /** What the hunt and its threads share: made by `huntMemory`. */
  readonly memory: HuntMemory;
  /** Runs in all; Infinity: no bound. */
  readonly runsMax: number;
  /** Run before all else, whatever the bound of runs. */
  readonly first?: readonly Candidate[];
  /** The first round that is run: those before were, by an earlier hunt. */
  readonly fromRound?: number;
  /** Wall-clock milliseconds; Infinity: no bound. */
  readonly msMax: number;
  /** Stops after the round in which something was found. */
  readonly bails: boolean;
  /** Aborted: runs in hand are given up, finished ones are kept. */
  readonly signal?: AbortSignal | undefined;
  /** About four times a second. */
  readonly onProgress?: ((runs: number) => void) | undefined;
  /** After each round, with what reached something new, and how many rounds are done. */
  readonly onRound?: ((fresh: readonly Trial[], rounds: number) => void) | undefined;
}

export interface HuntEnding {
  readonly tookMs: number;
  readonly wasInterrupted: boolean;
}

const progressEveryMs = 250;
/** Rounds that are under way at one time: when one ends, threads find the next one waiting. */
const roundsAhead = 2;
const tasksAtOnce = roundsAhead * roundSize;

export const huntMemory = (): HuntMemory => memoryFor(tasksAtOnce);

export async function runHunt(hunt: Hunt, options: RunHuntOptions): Promise<HuntEnding> {
  const { signal, onProgress, msMax } = options;
  const startMs = performance.now();
  const pool = await HuntPool.start(options, options.memory, tasksAtOnce);
  const stop = (): void => pool.stop();
  signal?.addEventListener("abort", stop);
  const timer = Number.isFinite(msMax) ? setTimeout(stop, msMax) : undefined;
  const progress = setInterval(() => onProgress?.(pool.runs), progressEveryMs);
  try {
    await rounds(hunt, pool, options);
    return { tookMs: performance.now() - startMs, wasInterrupted: signal?.aborted === true };
  } finally {
    clearInterval(progress);
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    await pool.destroy();
  }
}

async function rounds(hunt: Hunt, pool: HuntPool, options: RunHuntOptions): Promise<void> {
  const { runsMax, bails, onRound, first = [], fromRound = 0 } = options;
  for (let at = 0; at < first.length && !pool.isStopped; at += roundSize) {
    const fresh = hunt.learn(await pool.tryAll(first.slice(at, at + roundSize)));
    onRound?.(fresh, fromRound);
  }
  if (bails && hunt.findings.length > 0) return;

  const underWay: Promise<readonly Trial[]>[] = [];
  let planned = 0;
  // The first that was cut short, or that its bound may have cut: whoever goes on runs it again, and those behind it.
  let cutRound = Infinity;
  const begin = (round: number): void => {
    if (planned >= runsMax || pool.isStopped) return;
    const candidates = hunt.round(round, runsMax - planned);
    for (const candidate of candidates) planned += runsOf(candidate);
    if (candidates.length < roundSize || planned >= runsMax) cutRound = Math.min(cutRound, round);
    underWay.push(pool.tryAll(candidates));
  };
  for (let round = fromRound; round < fromRound + roundsAhead; round += 1) begin(round);
  for (let round = fromRound + roundsAhead; underWay.length > 0; round += 1) {
    const trials = await underWay.shift();
    if (trials === undefined) return;
    const fresh = hunt.learn(trials);
    const done = round - roundsAhead;
    if (pool.isStopped) cutRound = Math.min(cutRound, done);
    onRound?.(fresh, Math.min(cutRound, done + 1));
    // What the next round finds as well is not waited for.
    if (bails && hunt.findings.length > 0) {
      pool.stop();
      await Promise.allSettled(underWay);
      return;
    }
    begin(round);
  }
}
