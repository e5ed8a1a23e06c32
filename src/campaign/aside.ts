// Long work on one failure, in a thread of its own: whoever asked for it stays able to show how far it is, and to stop it.

import { Worker } from "node:worker_threads";

import type { Explanation } from "../explore/explain/explain.ts";
import type { Failure } from "../explore/failure.ts";
import type { ShrinkProgress, Shrunk } from "../explore/shrink/shrink.ts";

export interface AsideTask {
  readonly work: "shrink" | "explain";
  readonly failure: Failure;
  readonly plugIns: readonly string[];
  /** Wall-clock milliseconds; then the best so far is the result. */
  readonly msMax: number;
  /** To be explained with all that it has. */
  readonly asItIs?: boolean | undefined;
}

/** What the thread is started with: [0] is 1 when it should stop. */
export interface AsideData {
  readonly task: AsideTask;
  readonly signals: Int32Array;
}

export type AsideMessage =
  | { readonly type: "progress"; readonly progress: ShrinkProgress }
  | { readonly type: "shrunk"; readonly shrunk: Shrunk | undefined }
  | { readonly type: "explained"; readonly explanation: Explanation | undefined }
  | { readonly type: "broke"; readonly error: Error };

export interface AsideOptions {
  /** Aborted: the work ends soon, with the best so far. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ShrinkProgress) => void;
}

type Task = Omit<AsideTask, "work">;

/** Undefined: the failure is none (any more). */
export async function shrinkAside(task: Task, options: AsideOptions): Promise<Shrunk | undefined> {
  const message = await aside({ ...task, work: "shrink" }, options);
  return message.type === "shrunk" ? message.shrunk : undefined;
}

/** Undefined: the failure is none (any more). */
export async function explainAside(task: Task, options: AsideOptions): Promise<Explanation | undefined> {
  const message = await aside({ ...task, work: "explain" }, options);
  return message.type === "explained" ? message.explanation : undefined;
}

async function aside(task: AsideTask, { signal, onProgress }: AsideOptions): Promise<AsideMessage> {
  const signals = new Int32Array(new SharedArrayBuffer(4));
  const stop = (): void => {
    Atomics.store(signals, 0, 1);
  };
  signal.addEventListener("abort", stop);
  // The sources run as they are, and so does what is built of them.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const workerData: AsideData = { task, signals };
  const worker = new Worker(new URL(`./aside-worker.${extension}`, import.meta.url), { workerData });
  try {
    return await new Promise((resolve, reject) => {
      worker.on("message", (message: AsideMessage) => {
        if (message.type === "progress") onProgress(message.progress);
        else if (message.type === "broke") reject(message.error);
        else resolve(message);
      });
      worker.on("error", reject);
    });
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
