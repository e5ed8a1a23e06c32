// A world where nothing goes wrong but what a program asks for.

import type { LatencyModel, LossModel, WorldPlan } from "../../src/world/plan.ts";

const never = { of: 0, outOf: 1 };
const hourUs = 3_600_000_000;

export function quietPlan({ latency, loss }: { latency: LatencyModel; loss: LossModel }): WorldPlan {
  return {
    startUs: 0,
    untilUs: 1000 * hourUs,
    healUs: 1000 * hourUs,
    link: {
      latency,
      loss,
      duplicate: never,
      reorder: never,
      reorderWithinUs: 0,
      corrupt: never,
      frameChecksum: true,
      bytesPerSecond: 0,
      queueMax: 1_000_000,
      transport: "datagram",
      retransmitUs: 200_000,
      connectionTimeoutUs: 10_000_000,
    },
    links: [],
    clock: { offsetUs: 0, driftPpm: 0 },
    clocks: [],
    disk: { syncLatency: { type: "constant", us: 1000 }, recordsMax: 0 },
    disks: [],
    process: { stepUs: 0, inboxMax: 1_000_000 },
    processes: [],
    faults: [],
    limits: { eventsMax: Infinity, pendingMax: 1_000_000 },
  };
}
