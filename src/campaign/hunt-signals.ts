// The few words of memory that a hunt shares with its threads.

/** Places in it: 1 when all should stop; runs done so far; from here on, the number of the candidate each task is at, from 1. */
export const huntSignal = { stop: 0, runs: 1, slots: 2 } as const;

export const signalsFor = (slots: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(4 * (huntSignal.slots + slots)));

/** What a thread was given; a pool hands data of its own in front of ours. */
export function signalsOf(data: unknown): Int32Array {
  const own: unknown = Array.isArray(data) ? data[1] : data;
  if (typeof own === "object" && own !== null && "signals" in own && own.signals instanceof Int32Array)
    return own.signals;
  throw new TypeError("a worker is started by a hunt, with its signals");
}
