// Independent seeds of one mesh, shared out to workers that take the next seed when they are done with one.
// Arguments: servers, seeds of warm-up for each worker, timed seeds of all, first seed, workers. Seconds are wall-clock.
// oxlint-disable unicorn/require-post-message-target-origin -- a worker thread has no origin; the rule is for windows.

import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { simulate } from "../../src/simulate.ts";
import { programArguments, report, type ProgramArguments } from "./meter.ts";
import { meshScenario } from "./mesh-scenario.ts";

const VIRTUAL_SECONDS = 10;

/** What the workers of one bench share. */
interface Share {
  readonly given: ProgramArguments;
  /** Seeds taken so far. */
  readonly taken: Int32Array<SharedArrayBuffer>;
}

if (isMainThread) await lead(programArguments());
else follow(workerData as Share);

async function lead(given: ProgramArguments): Promise<void> {
  const share: Share = { given, taken: new Int32Array(new SharedArrayBuffer(4)) };
  const workers = Array.from({ length: Number(given.variant) }, () => {
    return new Worker(new URL(import.meta.url), { workerData: share, argv: process.argv.slice(2) });
  });
  await Promise.all(workers.map((worker) => said(worker)));
  const begunAt = performance.now();
  const counts = workers.map((worker) => said(worker));
  for (const worker of workers) worker.postMessage("go");
  const events = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  report({ events, seconds: (performance.now() - begunAt) / 1000 });
}

/** The next number that a worker says. */
function said(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function follow({ given, taken }: Share): void {
  const scenario = meshScenario(given.nodes, VIRTUAL_SECONDS);
  for (let seed = 0; seed < given.warmupEvents; seed++) simulate(scenario, { seed });
  parentPort?.once("message", () => {
    let events = 0;
    for (;;) {
      const seed = Atomics.add(taken, 0, 1);
      if (seed >= given.timedEvents) break;
      events += simulate(scenario, { seed: given.seed + seed }).eventsDone;
    }
    parentPort?.postMessage(events);
  });
  parentPort?.postMessage(0);
}
