// Faults as a group of Raft nodes must survive them, struck often enough for something to be always wrong.
import type { Fault, FaultAction, FaultTarget, MessageSelector } from "../../../src/world/fault.ts";
import type { NodeSelector } from "../../../src/world/plan.ts";

const nodes: NodeSelector = { nodes: [], roles: ["node"] };
const target: FaultTarget = { of: nodes, pick: "any" };
const messages: MessageSelector = {
  types: [],
  from: nodes,
  to: nodes,
  skip: 0,
  count: Infinity,
  rate: { of: 1, outOf: 5 },
};
const cut = { kind: "partition", flapCutUs: 0, flapOpenUs: 0 } as const;

const actions: Readonly<Record<string, FaultAction>> = {
  drop: { kind: "drop", messages },
  delay: { kind: "delay", messages, byUsMin: 1_000, byUsMax: 400_000 },
  duplicate: { kind: "duplicate", messages, copies: 2, withinUs: 600_000 },
  reorder: { kind: "reorder", messages, withinUs: 50_000 },
  isolate: { ...cut, shape: { type: "isolate", target } },
  halves: { ...cut, shape: { type: "dealt", nodes, as: "halves" } },
  deafHalf: { ...cut, shape: { type: "dealt", nodes, as: "deafHalf" } },
  bridge: { ...cut, shape: { type: "dealt", nodes, as: "bridge" } },
  ring: { ...cut, shape: { type: "dealt", nodes, as: "ring" } },
  crash: { kind: "crash", target, torn: false },
  torn: { kind: "crash", target, torn: true },
  restart: { kind: "restart", target },
  restartAll: { kind: "restart", target: { of: nodes, pick: "all" } },
  pause: { kind: "pause", target, monotonic: "runs" },
  stop: { kind: "stop", target },
  diskError: { kind: "diskError", target, rate: { of: 1, outOf: 2 } },
  diskSlow: { kind: "diskSlow", target, latency: { type: "uniform", minUs: 5_000, maxUs: 200_000 } },
  diskFull: { kind: "diskFull", target },
  fast: { kind: "clockDrift", target, ppm: 200 },
  slow: { kind: "clockDrift", target, ppm: -200 },
  step: { kind: "clockStep", target, byUsMin: -5_000_000, byUsMax: 5_000_000 },
  timers: { kind: "suppressTimers", target, timers: ["raft."], lost: true },
};

/** Each kind strikes every few seconds; `only`: no others. */
export function tempest(untilUs: number, only: readonly string[] = Object.keys(actions)): readonly Fault[] {
  return Object.entries(actions)
    .filter(([name]) => only.includes(name))
    .map(([name, action]): Fault => ({
      id: name,
      timing: {
        type: "random",
        everyUs: 300_000 * only.length,
        forUsMin: 50_000,
        forUsMax: 1_500_000,
        fromUs: 0,
        untilUs,
      },
      action,
    }));
}
