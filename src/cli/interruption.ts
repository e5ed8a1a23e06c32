// Work that a reader may end early, with what there is by then: Ctrl-C once asks for that, twice leaves at once.

import { Progress } from "./progress.ts";

export interface Interruptible<P> {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: P) => void;
}

/** @param kept what becomes of the work, such as "keeping the finished runs". */
export async function interruptible<P, R>(
  kept: string,
  textOf: (progress: P) => string,
  work: (options: Interruptible<P>) => Promise<R>,
): Promise<{ readonly result: R; readonly wasInterrupted: boolean }> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(130);
    process.stderr.write(`\nInterrupted: ${kept}. Press Ctrl-C again to leave at once.\n`);
    interruption.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const progress = await Progress.begin();
  try {
    const result = await work({ signal: interruption.signal, onProgress: (done) => progress.say(textOf(done)) });
    return { result, wasInterrupted: interruption.signal.aborted };
  } finally {
    progress.clear();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}
