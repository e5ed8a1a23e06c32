// The thread of `aside.ts`: does the one thing that it was started for, and says how far it is four times a second.

import { parentPort, workerData } from "node:worker_threads";

import { explain } from "../explore/explain/explain.ts";
import { shrink, type ShrinkProgress } from "../explore/shrink/shrink.ts";
import type { AsideData, AsideMessage } from "./aside.ts";
import { systemsWith } from "./plug-ins.ts";

const progressEveryMs = 250;

function tell(message: AsideMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows of a browser have one
  parentPort?.postMessage(message);
}

function done({ task, signals }: AsideData): AsideMessage {
  const { work, failure, plugIns, msMax, asItIs } = task;
  const system = systemsWith(plugIns).get(failure.scenario.system);
  if (system === undefined) return { type: "broke", error: new Error("a failure is one of a system that is there") };
  const deadlineMs = performance.now() + msMax;
  const poll = (): boolean => Atomics.load(signals, 0) !== 0 || performance.now() > deadlineMs;
  let nextMs = 0;
  const onProgress = (progress: ShrinkProgress): void => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + progressEveryMs;
    tell({ type: "progress", progress });
  };
  const options = { system, poll, onProgress };
  return work === "shrink"
    ? { type: "shrunk", shrunk: shrink(failure, options) }
    : { type: "explained", explanation: explain(failure, { ...options, asItIs }) };
}

/** Nobody else starts this file. */
const isAsideData = (data: unknown): data is AsideData =>
  typeof data === "object" && data !== null && "task" in data && "signals" in data;

if (isAsideData(workerData)) {
  let message: AsideMessage;
  try {
    message = done(workerData);
  } catch (error) {
    message = { type: "broke", error: error instanceof Error ? error : new Error(String(error)) };
  }
  tell(message);
}
