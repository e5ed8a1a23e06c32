// What is held in memory: for each event that waits, for each node that idles, and after a run ten times as long.
// Started with --expose-gc, so that what is counted is held and not merely not collected yet.

import type { NodeId } from "../../src/base/ids.ts";
import { Generator } from "../../src/base/random.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import type { NodeSpec } from "../../src/machine/machine.ts";
import { World } from "../../src/world/world.ts";
import { collectGarbage, cpuSeconds, programArguments, report, type ProgramArguments } from "./meter.ts";
import { quietPlan } from "./quiet-plan.ts";

const ARRIVAL = 0;
const HEARTBEAT_US = 1_000_000;

const given = programArguments();
if (given.variant === "pending") measurePending(given);
else if (given.variant === "idle") measureIdleNodes(given);
else measureFlatness(given);

/** Bytes per event, with `nodes` events waiting, as they lie after `timedEvents` of them were replaced. */
function measurePending({ nodes, timedEvents, seed }: ProgramArguments): void {
  collectGarbage();
  const bytesBefore = bytesHeld();
  const run = startPhold(nodes, seed);
  run.goOn(timedEvents);
  collectGarbage();
  report({ events: nodes, seconds: 0, bytesPerEvent: (bytesHeld() - bytesBefore) / run.kernel.pending });
}

/** Bytes per node of a world whose nodes do nothing but re-arm one timer a second. */
function measureIdleNodes({ nodes, timedEvents, seed }: ProgramArguments): void {
  const specs = Array.from({ length: nodes }, (_, ordinal) => idleNode(ordinal));
  const plan = quietPlan({ latency: { type: "constant", us: 500 }, loss: { type: "none" } });
  collectGarbage();
  const bytesBefore = bytesHeld();
  const world = new World(plan, specs, { seed, observer: { observe() {} } });
  world.runUntil((timedEvents / nodes) * HEARTBEAT_US);
  collectGarbage();
  report({ events: nodes, seconds: 0, bytesPerNode: (bytesHeld() - bytesBefore) / nodes, digest: world.digestHex() });
}

function idleNode(ordinal: number): NodeSpec {
  const heartbeat = [{ type: "setTimer", timer: "heartbeat", afterUs: HEARTBEAT_US }] as const;
  return {
    id: `node-${ordinal}` as NodeId,
    role: "node",
    ordinal,
    start: () => ({ state: {}, step: () => heartbeat }),
  };
}

/** Resident memory after the warm-up events, and how much more there is after the timed ones. */
function measureFlatness({ nodes, warmupEvents, timedEvents, seed }: ProgramArguments): void {
  const run = startPhold(nodes, seed);
  run.goOn(warmupEvents);
  collectGarbage();
  const before = process.memoryUsage();
  const begunAt = cpuSeconds();
  run.goOn(timedEvents);
  const seconds = cpuSeconds() - begunAt;
  collectGarbage();
  const after = process.memoryUsage();
  report({ events: timedEvents, seconds, rssRatio: after.rss / before.rss, digest: run.kernel.digest.hex() });
}

function startPhold(processes: number, seed: number): { kernel: Kernel; goOn: (events: number) => void } {
  const kernel = new Kernel();
  const generator = new Generator(seed);
  const nextAtUs = (): number => kernel.nowUs + 100_000 + generator.exponential(1_000_000);
  let left = 0;
  kernel.on(ARRIVAL, () => {
    kernel.schedule(nextAtUs(), ARRIVAL, generator.below(processes), 0);
    if (--left === 0) kernel.stop();
  });
  for (let process = 0; process < processes; process++) kernel.schedule(nextAtUs(), ARRIVAL, process, 0);
  const goOn = (events: number): void => {
    left = events;
    kernel.runUntilIdle();
  };
  return { kernel, goOn };
}

function bytesHeld(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
