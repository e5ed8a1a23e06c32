// A little of everything at once: datagrams and streams, timers with spreads, draws, a disk, and every kind of fault.
import type { Effect } from "../../src/machine/effect.ts";
import type { MachineEvent } from "../../src/machine/event.ts";
import type { NodeSpec } from "../../src/machine/machine.ts";
import type { Fault, FaultAction, FaultTarget } from "../../src/world/fault.ts";
import type { NodeSelector, WorldPlan } from "../../src/world/plan.ts";
import { always, everyone, host, only, plainLink, plainPlan, send } from "./plans.ts";

interface StormState {
  beats?: number;
  seen?: Map<string, number>;
  synced?: number;
}

export function stormNodes(count: number): readonly NodeSpec[] {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  return names.map((name, index) => {
    const others = names.filter((other) => other !== name);
    return host(name, (event, state) => step(event, state, others), "storm", index);
  });
}

function step(event: MachineEvent, state: StormState, others: readonly string[]): readonly Effect[] {
  state.seen ??= new Map();
  switch (event.type) {
    case "booted":
      return [
        { type: "record", fact: "up" },
        { type: "setTimer", timer: "beat", afterUs: 2_000, spreadUs: 3_000 },
        { type: "setTimer", timer: "flush", afterUs: 7_000 },
      ];
    case "timerFired":
      return event.timer === "beat" ? beat(state, others) : flush(state);
    case "drawn":
      return [
        send(others[event.value], { type: "gossip", beats: state.beats, seen: new Map(state.seen) } as never, "stream"),
      ];
    case "received":
      state.seen.set(
        `${event.from} ${event.message.type}`,
        (state.seen.get(`${event.from} ${event.message.type}`) ?? 0) + 1,
      );
      return event.message.type === "hello"
        ? [send(event.from, { type: "welcome" }), { type: "setTimer", timer: "flush", afterUs: 9_000 }]
        : [];
    case "connectionLost":
      return [{ type: "record", fact: `lost ${event.peer} ${event.reason}` }];
    case "synced":
      state.synced = (state.synced ?? 0) + 1;
      return [];
    case "syncFailed":
      return [{ type: "sync", sync: event.sync }];
    case "stopRequested":
      return [{ type: "halt" }];
    default:
      return [];
  }
}

function beat(state: StormState, others: readonly string[]): readonly Effect[] {
  state.beats = (state.beats ?? 0) + 1;
  const hellos = others.map((other) => send(other, { type: "hello", beats: state.beats } as never));
  return [
    ...hellos,
    { type: "draw", purpose: "confidant", below: others.length },
    { type: "setTimer", timer: "beat", afterUs: 2_000, spreadUs: 3_000 },
  ];
}

function flush(state: StormState): readonly Effect[] {
  return [
    { type: "append", file: "log", record: { beats: state.beats ?? 0 } },
    { type: "rewrite", file: "seen", records: [new Map(state.seen)] },
    { type: "sync", sync: "flush" },
    { type: "setTimer", timer: "flush", afterUs: 7_000, spreadUs: 1_000 },
  ];
}

const any: FaultTarget = { of: everyone, pick: "any" };
const messages = { types: [], from: everyone, to: everyone, skip: 0, count: Infinity, rate: { of: 1, outOf: 5 } };
const uniform = { type: "uniform", minUs: 500, maxUs: 9_000 } as const;
const ends: readonly [NodeSelector, NodeSelector] = [only("s0"), everyone];

const actions: readonly FaultAction[] = [
  { kind: "drop", messages },
  { kind: "delay", messages, byUsMin: 100, byUsMax: 5_000 },
  { kind: "duplicate", messages, copies: 2, withinUs: 3_000 },
  { kind: "corrupt", messages, field: "" },
  { kind: "corrupt", messages, field: "beats" },
  { kind: "reorder", messages, withinUs: 4_000 },
  { kind: "hold", messages, release: "shuffled" },
  { kind: "partition", shape: { type: "isolate", target: any }, flapCutUs: 0, flapOpenUs: 0 },
  { kind: "partition", shape: { type: "oneWay", from: ends[0], to: ends[1] }, flapCutUs: 3_000, flapOpenUs: 2_000 },
  {
    kind: "lossy",
    from: ends[0],
    to: ends[1],
    loss: {
      type: "bursty",
      toBad: { of: 1, outOf: 4 },
      toGood: { of: 1, outOf: 2 },
      lossGood: { of: 0, outOf: 1 },
      lossBad: always,
    },
  },
  { kind: "latency", from: ends[0], to: ends[1], latency: uniform },
  { kind: "bandwidth", from: ends[0], to: ends[1], bytesPerSecond: 20_000 },
  { kind: "refuse", from: ends[0], to: ends[1] },
  { kind: "crash", target: any, torn: true },
  { kind: "restart", target: any },
  { kind: "pause", target: any, monotonic: "stops" },
  { kind: "pause", target: any, monotonic: "runs" },
  { kind: "slow", target: any, stepUs: 300 },
  { kind: "stop", target: any },
  { kind: "clockStep", target: any, byUsMin: -5_000, byUsMax: 5_000 },
  { kind: "clockDrift", target: any, ppm: 20_000 },
  { kind: "clockFreeze", target: any },
  { kind: "diskError", target: any, rate: { of: 1, outOf: 2 } },
  { kind: "diskSlow", target: any, latency: uniform },
  { kind: "lostSync", target: any },
  { kind: "suppressTimers", target: any, timers: ["bea"], lost: false },
];

const faults: readonly Fault[] = actions.map((action, index) => ({
  id: `f${index} ${action.kind}`,
  timing: { type: "random", everyUs: 150_000, forUsMin: 2_000, forUsMax: 60_000, fromUs: 0, untilUs: 800_000 },
  action,
}));

/** A second of faults of every kind, the last tenth of it fair. */
export const stormPlan: WorldPlan = {
  ...plainPlan,
  healUs: 900_000,
  link: {
    ...plainLink,
    latency: { type: "exponential", minUs: 200, meanUs: 600 },
    loss: { type: "independent", rate: { of: 1, outOf: 50 } },
    duplicate: { of: 1, outOf: 50 },
    reorder: { of: 1, outOf: 20 },
    reorderWithinUs: 3_000,
    corrupt: { of: 1, outOf: 100 },
    frameChecksum: false,
  },
  disk: { syncLatency: { type: "uniform", minUs: 100, maxUs: 900 }, recordsMax: 0 },
  faults,
};
