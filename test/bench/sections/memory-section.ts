// What is held in memory. It hardly varies from run to run, so that one round says it.

import type { Job } from "../harness/job.ts";
import { nodeJob, numberFrom, once, type Amounts, type Extent, type Section } from "./section.ts";

export function memorySection({ isQuick }: Extent): Section {
  const job = (variant: string, amounts: Amounts): Job =>
    once(nodeJob(`memory/${variant}`, "memory", { ...amounts, variant }));
  const pending = job("pending", { nodes: 1_000_000, warmup: 0, timed: 1_000_000 });
  const idle = job("idle", { nodes: 10_000, warmup: 0, timed: 50_000 });
  const length = isQuick ? 1_000_000 : 10_000_000;
  const flat = job("flat", { nodes: 10_000, warmup: length, timed: 9 * length });
  return {
    group: "memory",
    title: "Memory",
    counts: "",
    rows: [
      {
        type: "figure",
        name: "Held for each of 1 000 000 pending events",
        unit: "B",
        jobs: [pending],
        of: ([sample]) => numberFrom(sample, "bytesPerEvent"),
        goal: { atMost: 64 },
      },
      {
        type: "figure",
        name: "Held for each of 10 000 idle nodes",
        unit: "B",
        jobs: [idle],
        of: ([sample]) => numberFrom(sample, "bytesPerNode"),
        goal: { atMost: 2048 },
      },
      {
        type: "figure",
        name: `Resident after ${power(10 * length)} events / after ${power(length)}`,
        unit: "x",
        jobs: [flat],
        of: ([sample]) => numberFrom(sample, "rssRatio"),
        goal: { atMost: 1.1 },
      },
    ],
  };
}

/** 10 000 000 as "1e7". */
function power(count: number): string {
  return `1e${Math.round(Math.log10(count))}`;
}
