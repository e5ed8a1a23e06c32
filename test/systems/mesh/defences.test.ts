// What each defence is worth: with it off, one way of things going wrong breaks the property it protects; with it on,
// the same way breaks nothing. The interleavings are told in src/systems/mesh/README.md.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import { mesh } from "../../../src/systems/mesh/mesh.ts";
import type { Fault, FaultAction, MessageSelector } from "../../../src/world/fault.ts";
import type { NodeSelector } from "../../../src/world/plan.ts";
import { fault } from "../../world/plans.ts";
import { type Arena, fight } from "./arena.ts";
import { unwatched } from "./bench.ts";

const anyone: NodeSelector = { nodes: [], roles: [] };
const every = (role: string): NodeSelector => ({ nodes: [], roles: [role] });
const messages = (types: readonly string[], of = 1, outOf = 1): MessageSelector => ({
  types,
  from: anyone,
  to: anyone,
  skip: 0,
  count: Infinity,
  rate: { of, outOf },
});
const always = (action: FaultAction): Fault => fault(action);

const late: Fault = always({ kind: "delay", messages: messages(["write"], 1, 4), byUsMin: 1_000, byUsMax: 400_000 });
const restarts: Fault = {
  id: "restarts",
  timing: { type: "random", everyUs: 1_500_000, forUsMin: 0, forUsMax: 1, fromUs: 1_000_000, untilUs: 7_000_000 },
  action: { kind: "restart", target: { of: every("coordinator"), pick: "all" } },
};
const slowDisk: Fault = {
  ...always({
    kind: "diskSlow",
    target: { of: every("coordinator"), pick: "all" },
    latency: { type: "constant", us: 300_000 },
  }),
  id: "slow",
};

/** Players who act all the time, and links slow enough for something to happen while a player moves. */
const busy: Arena = {
  workload: {
    players: { speed: 10_000, motion: { type: "border", reach: 2_000 }, actions: { every: "50ms", spread: "20ms" } },
  },
  link: { latency: { type: "uniform", minUs: 5_000, maxUs: 15_000 } },
};

interface Way {
  readonly setting: string;
  readonly how: string;
  readonly arena: Arena;
}

const ways: readonly Way[] = [
  {
    setting: "attemptCheck",
    how: "confirmations and shipments come twice, the second time seconds later",
    arena: {
      faults: [
        always({ kind: "duplicate", messages: messages(["confirm", "ship"], 1, 1), copies: 2, withinUs: 3_000_000 }),
        { ...always({ kind: "drop", messages: messages(["prepare"], 1, 3) }), id: "drop" },
      ],
      workload: { players: { speed: 12_000, motion: { type: "border", reach: 2_000 } } },
    },
  },
  {
    setting: "fencing",
    how: "writes come late while the player acts on",
    arena: { ...busy, faults: [late], settings: { transfer: { policy: "version" } } },
  },
  {
    setting: "sealBeforeGrant",
    how: "writes come late while the player acts on",
    arena: { ...busy, faults: [late], settings: { transfer: { policy: "version" } } },
  },
  {
    setting: "checksum",
    how: "a field is damaged on its way",
    arena: { faults: [always({ kind: "corrupt", messages: messages(["ship"], 1, 5), field: "state.score" })] },
  },
  { setting: "stateGuard", how: "nothing but a player that acts while it moves", arena: busy },
  {
    setting: "idempotency",
    how: "writes come twice",
    arena: {
      faults: [always({ kind: "duplicate", messages: messages(["write"], 1, 4), copies: 1, withinUs: 300_000 })],
    },
  },
  {
    setting: "sessionOrder",
    how: "actions overtake each other",
    arena: {
      faults: [always({ kind: "reorder", messages: messages(["act"], 1, 2), withinUs: 500_000 })],
    },
  },
  {
    setting: "durableGrants",
    how: "the coordinator restarts before its disk is done",
    arena: { faults: [slowDisk, restarts] },
  },
  {
    setting: "ackAfterStore",
    how: "an item is gone when the store is asked for it",
    arena: { workload: { items: 1, players: { actions: { score: 1, pickup: 3 } } } },
  },
  {
    setting: "watchdog",
    how: "the timers of attempts do not fire",
    arena: {
      // Nothing comes in that would be an occasion to notice it: no answers to heartbeats, and no sweep.
      settings: { ...unwatched, sweep: { period: "1000s" } },
      faults: [
        {
          ...always({
            kind: "suppressTimers",
            target: { of: every("server"), pick: "all" },
            timers: ["tick", "retry:"],
            lost: true,
          }),
          timing: { type: "scripted", atUs: 1_000_000, forUs: 3_000_000 },
        },
        {
          ...always({ kind: "drop", messages: messages(["prepared"]) }),
          id: "drop",
          timing: { type: "scripted", atUs: 1_000_000, forUs: 3_000_000 },
        },
      ],
      workload: { players: { stay: "3s", away: "60s" } },
      players: 2,
      healUs: 4_000_000,
      untilUs: 40_000_000,
    },
  },
  {
    setting: "clientTokenCheck",
    how: "what a server shows comes late",
    arena: {
      faults: [always({ kind: "delay", messages: messages(["view"], 1, 5), byUsMin: 1_000, byUsMax: 900_000 })],
    },
  },
  {
    setting: "suspension",
    how: "a region is frozen and its players do not hear of it",
    arena: {
      workload: {
        operator: [
          { at: "2s", freeze: 1, reason: "to look" },
          { at: "5s", unfreeze: 1, reason: "seen" },
        ],
      },
      faults: [always({ kind: "drop", messages: messages(["notice"]) })],
    },
  },
  {
    setting: "itemLedger",
    how: "players want the same item",
    arena: { workload: { items: 1, players: { actions: { pickup: 5, drop: 3 } } } },
  },
  {
    setting: "quorum",
    how: "the coordinator restarts before its disk is done",
    arena: { faults: [slowDisk, restarts] },
  },
  {
    setting: "itemFencing",
    how: "a server is given up, and what it wrote of its ground is late",
    arena: {
      workload: {
        items: 30,
        itemsAt: "borders",
        players: { actions: { every: "50ms", spread: "20ms", pickup: 6, drop: 3 } },
      },
      faults: [
        {
          ...always({
            kind: "drop",
            messages: { ...messages(["heartbeat"]), from: { nodes: [nodeId("s1")], roles: [] } },
          }),
          timing: { type: "scripted", atUs: 1_000_000, forUs: 9_000_000 },
        },
        {
          ...always({ kind: "delay", messages: messages(["lay"], 1, 2), byUsMin: 1_000_000, byUsMax: 6_000_000 }),
          id: "late",
        },
      ],
      healUs: 12_000_000,
      untilUs: 13_000_000,
    },
  },
  {
    setting: "replicaGuard",
    how: "players want what lies on the other side",
    arena: { workload: { itemsAt: "borders", items: 20, players: { actions: { pickup: 6 } } } },
  },
  {
    setting: "tradeWhole",
    how: "players offer things for others that nobody has",
    arena: { workload: { items: 4, players: { actions: { pickup: 6, trade: 6 } } } },
  },
];

const seeds = [1, 2, 3, 4, 5];

const brokenBy = ({ setting, arena }: Way, on: boolean): ReadonlySet<string> => {
  const { settings, ...rest } = arena;
  const all = { ...(settings as object), defence: { [setting]: on } };
  const common = { healUs: 8_000_000, untilUs: 9_000_000, ...rest, settings: all };
  return new Set(seeds.flatMap((seed) => fight({ ...common, seed }).violated));
};

describe("without", () => {
  test.each(ways.map((way) => [way.setting, way.how, way] as const))(
    "%s, when %s, a property it protects breaks",
    (setting, _how, way) => {
      const { protects } = mesh.defences.find((defence) => defence.setting === `defence.${setting}`)!;
      const broken = brokenBy(way, false);
      expect(protects.filter((id) => broken.has(id))).not.toEqual([]);
    },
  );
});

describe("with", () => {
  test.each(ways.map((way) => [way.setting, way.how, way] as const))(
    "%s, when %s, all holds",
    (_setting, _how, way) => {
      expect([...brokenBy(way, true)]).toEqual([]);
    },
  );
});

test("every defence has its way here", () => {
  expect(ways.map(({ setting }) => `defence.${setting}`)).toEqual(mesh.defences.map(({ setting }) => setting));
});
