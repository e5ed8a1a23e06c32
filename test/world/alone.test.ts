// A fault does what it says, for as long as it says, and nothing else: what comes later fares as if it had not been.
import { describe, expect, test } from "vitest";

import type { Transport } from "../../src/machine/effect.ts";
import type { FaultAction } from "../../src/world/fault.ts";
import type { LinkPlan, WorldPlan } from "../../src/world/plan.ts";
import {
  always,
  everyone,
  fault,
  host,
  hosts,
  only,
  plainLink,
  send,
  world,
  type Handler,
  type Story,
} from "./plans.ts";

const any = { types: [], from: everyone, to: everyone, skip: 0, count: Infinity, rate: always };
const half = { of: 1, outOf: 2 };
const stepUs = 10_000;
const windowUs = { atUs: 500_000, forUs: 100_000 };
const longAfterUs = 710_000;

const actions: readonly FaultAction[] = [
  { kind: "drop", messages: { ...any, count: 1 } },
  { kind: "delay", messages: any, byUsMin: 1_000, byUsMax: 1_000 },
  { kind: "duplicate", messages: any, copies: 1, withinUs: 10 },
  { kind: "reorder", messages: any, withinUs: 2_000 },
  { kind: "corrupt", messages: any, field: "" },
  { kind: "hold", messages: { ...any, rate: half }, release: "inOrder" },
  { kind: "refuse", from: only("a"), to: only("b") },
  { kind: "latency", from: everyone, to: everyone, latency: { type: "constant", us: 9_000 } },
  { kind: "lossy", from: everyone, to: everyone, loss: { type: "none" } },
  { kind: "lossy", from: everyone, to: everyone, loss: { type: "independent", rate: { of: 3, outOf: 10 } } },
  { kind: "bandwidth", from: everyone, to: everyone, bytesPerSecond: 100_000 },
];

const talker =
  (via: Transport): Handler =>
  (event) =>
    event.type === "booted" || event.type === "timerFired"
      ? [send("b", { type: "note" }, via), { type: "setTimer", timer: "next", afterUs: stepUs }]
      : [];

function told(via: Transport, plan: Partial<WorldPlan>, seed = 1): Story {
  const story = world(plan, hosts(host("a", talker(via)), host("b")), { seed });
  story.world.run();
  return story;
}

/** What became of each message that was sent from then on: when it came, or why it did not. */
function fates({ watch }: Story, fromUs: number): readonly string[] {
  const sent = new Set(
    watch.lines.flatMap((line) => (line.kind === "sent" && line.atUs >= fromUs ? [line.message] : [])),
  );
  return watch.lines.flatMap((line): readonly string[] => {
    if (line.kind === "delivered" && sent.has(line.message)) return [`${line.message}.${line.copy} ${line.atUs}`];
    return line.kind === "lost" && sent.has(line.message) ? [`${line.message} ${line.reason}`] : [];
  });
}

const rough: LinkPlan = {
  ...plainLink,
  latency: { type: "uniform", minUs: 100, maxUs: 5_000 },
  loss: { type: "independent", rate: { of: 5, outOf: 100 } },
  duplicate: { of: 1, outOf: 10 },
  reorder: { of: 1, outOf: 5 },
  reorderWithinUs: 3_000,
};

describe.each(["datagram", "stream"] as const)("what is sent long after, by %s,", (via) => {
  test.each(actions.map((action) => [action.kind, action] as const))("is not touched by %s", (_kind, action) => {
    const plan = { link: rough, untilUs: 2_000_000, healUs: 2_000_000 };
    for (const seed of [1, 2, 3]) {
      const without = fates(told(via, plan, seed), longAfterUs);
      expect(without.length).toBeGreaterThan(100);
      expect(fates(told(via, { ...plan, faults: [fault(action, windowUs)] }, seed), longAfterUs)).toEqual(without);
    }
  });
});

const untilHealing: readonly FaultAction[] = [
  { kind: "delay", messages: any, byUsMin: 8_000_000, byUsMax: 8_000_000 },
  { kind: "reorder", messages: any, withinUs: 8_000_000 },
  { kind: "duplicate", messages: any, copies: 1, withinUs: 8_000_000 },
  { kind: "latency", from: everyone, to: everyone, latency: { type: "constant", us: 8_000_000 } },
  { kind: "bandwidth", from: everyone, to: everyone, bytesPerSecond: 1 },
  { kind: "slow", target: { of: everyone, pick: "all" }, stepUs: 8_000_000 },
];

describe.each(["datagram", "stream"] as const)("once the world has healed, by %s,", (via) => {
  test.each(untilHealing.map((action) => [action.kind, action] as const))("nothing is late by %s", (_kind, action) => {
    const healUs = 205_000;
    const story = told(via, { healUs, untilUs: 9_000_000, faults: [fault(action, { atUs: 50_000 })] });
    const late = story.watch.lines.flatMap((line) =>
      line.kind === "delivered" && line.atUs > Math.max(healUs, line.sentUs) + plainLink.retransmitUs + 1_000
        ? [line]
        : [],
    );
    expect(late).toEqual([]);
  });
});

test.each([
  ["latency", { kind: "latency", from: everyone, to: everyone, latency: { type: "constant", us: 300_000 } }],
  ["lossy", { kind: "lossy", from: everyone, to: everyone, loss: { type: "independent", rate: always } }],
  [
    "partition",
    {
      kind: "partition",
      shape: { type: "groups", groups: [only("a"), only("b")] },
      flapCutUs: 0,
      flapOpenUs: 0,
    },
  ],
] as const)("a stream that is late by %s is said to be, until it is not", (_kind, action) => {
  const link = { ...plainLink, connectionTimeoutUs: 1_000_000 };
  const { watch } = told("stream", { link, faults: [fault(action, { atUs: 50_000, forUs: 40_000 })] });
  const [ended] = watch.facts.flatMap(({ atUs, fact }) => (fact.fact === "faultEnded" ? [{ atUs, ...fact }] : []));
  const lateUs = (ended as { lateUs?: number } | undefined)?.lateUs ?? 0;
  const behind = watch.lines.flatMap((line) =>
    line.kind === "delivered" && line.atUs - line.sentUs > 2 * plainLink.retransmitUs ? [line.atUs] : [],
  );
  expect(behind.length).toBeGreaterThan(0);
  expect(Math.max(...behind)).toBeLessThanOrEqual(90_000 + lateUs + plainLink.retransmitUs);
});

test("a stream that meets cuts and lasting losses delivers in order, and ends in time when nothing gets through", () => {
  const link: LinkPlan = {
    ...plainLink,
    transport: "stream",
    latency: {
      type: "bimodal",
      usual: { type: "constant", us: 1_000 },
      rare: { type: "constant", us: 15_000 },
      rareRate: { of: 1, outOf: 5 },
    },
    loss: { type: "independent", rate: { of: 1, outOf: 10 } },
  };
  const flapping = fault(
    {
      kind: "partition",
      shape: { type: "oneWay", from: only("a"), to: only("b") },
      flapCutUs: 3_000,
      flapOpenUs: 20_000,
    },
    { atUs: 5_000 },
  );
  for (let seed = 1; seed <= 20; seed++) {
    const order = told("stream", { link, faults: [flapping] }, seed).watch.lines.flatMap((line) =>
      line.kind === "delivered" ? [line.message] : [],
    );
    expect(order.length).toBeGreaterThan(50);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
  }
  const dead: LinkPlan = { ...plainLink, transport: "stream", corrupt: always };
  const { watch } = told("stream", { link: dead, healUs: 1_000_000 });
  const lost = watch.lines.filter((line) => line.kind === "lost" && line.reason === "connectionReset");
  expect(lost[0]?.atUs).toBe(plainLink.connectionTimeoutUs);
});

test("a world goes back from within a pause in which clocks stand still to before it", () => {
  const pause = fault(
    { kind: "pause", target: { of: everyone, pick: "all" }, monotonic: "stops" },
    { atUs: 100_000, forUs: 100_000 },
  );
  const fresh = (): Story => world({ faults: [pause] }, hosts(host("a", talker("datagram")), host("b")));
  const straight = fresh().world;
  straight.run();
  const { world: other } = fresh();
  other.runUntil(50_000);
  const early = other.checkpoint();
  other.runUntil(150_000);
  other.restore(early);
  other.run();
  expect(other.digestHex()).toBe(straight.digestHex());
});

test("what two faults hold back waits for both", () => {
  const hold: FaultAction = { kind: "hold", messages: any, release: "inOrder" };
  const faults = [fault(hold, { atUs: 5_000, forUs: 200_000 }, "f"), fault(hold, { atUs: 15_000, forUs: 20_000 }, "g")];
  const arrived = told("datagram", { faults }).watch.lines.flatMap((line) =>
    line.kind === "delivered" ? [line.atUs] : [],
  );
  expect(arrived.filter((atUs) => atUs > 5_000 && atUs < 205_000)).toEqual([]);
});
