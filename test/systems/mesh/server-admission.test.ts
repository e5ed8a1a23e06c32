// A server under load: who may begin a transfer, who waits, and what is said about it (FM-008).
import { describe, expect, test } from "vitest";

import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import type { MeshFact } from "../../../src/systems/mesh/facts.ts";
import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import { Server } from "../../../src/systems/mesh/server.ts";
import type { ServerState } from "../../../src/systems/mesh/server-state.ts";
import { Bench, coordinator, s1, s2, s3, settingsWith, store, topology } from "./bench.ts";

const crowd = Array.from({ length: 12 }, (_, number) => nodeId(`q${number}`));
const here = { ...topology, members: new Set([...topology.members, ...crowd]) };

/** With the whole crowd, each at version 0, nobody over a border. */
function crowded(settings: object = {}): Bench {
  const bench = new Bench(() => new Server(s1, here, settingsWith(settings))).boot();
  for (const player of crowd) {
    const grant = { player, token: 1, cause: "join", transfer: "", version: 0, incarnation: 0, region: 0 } as const;
    bench.receive(coordinator, { type: "granted", ...grant });
    const asked = bench.sent.flatMap(({ message }) => (message.type === "load" ? [message] : [])).at(-1);
    const state = { version: 0, x: 5_000, score: 0, items: [], session: 1, sequence: 0 };
    bench.receive(store, { type: "loaded", player, token: 1, ask: asked?.ask ?? 0, state });
  }
  bench.take();
  bench.takeFacts();
  return bench;
}
const at = (x: number, step = x): MeshMessage => ({ type: "move", session: 1, step, x });
const over = at(12_000);
const cross = (bench: Bench, ...players: readonly NodeId[]): Bench => {
  for (const player of players) bench.receive(player, over);
  return bench;
};
const confirm = (player: NodeId): MeshMessage => ({
  type: "confirm",
  transfer: `${player}/1`,
  attempt: 1,
  player,
  token: 2,
});
const named = <Name extends MeshFact["fact"]>(bench: Bench, name: Name) =>
  bench.facts.filter((fact): fact is Extract<MeshFact, { fact: Name }> => fact.fact === name);
const started = (bench: Bench): readonly string[] => named(bench, "transferStarted").map(({ player }) => player);
const stateOf = (bench: Bench) => bench.machine.state as ServerState;

describe("the queue", () => {
  test("is left in the order in which it was joined, and by who walks back", () => {
    const bench = cross(crowded({ transfer: { slots: 2 } }), ...crowd.slice(0, 5));
    expect(started(bench)).toEqual(["q0", "q1"]);
    bench.receive(nodeId("q2"), at(12_500)).receive(nodeId("q3"), at(5_000, 20_000));
    expect(named(bench, "transferWithdrawn")).toMatchObject([{ player: "q3", because: "back", queued: 2 }]);
    for (const player of ["q0", "q1"].map(nodeId)) bench.receive(s2, confirm(player));
    expect(started(bench)).toEqual(["q0", "q1", "q2", "q4"]);
    expect(named(bench, "transferAdmitted")).toMatchObject([
      { player: "q2", queued: 1 },
      { player: "q4", queued: 0 },
    ]);
  });

  test("has an end: who comes then is told once, and gets in later (MESH-F8-01)", () => {
    const bench = cross(crowded({ transfer: { slots: 1, queueMax: 1 } }), ...crowd.slice(0, 3));
    bench.receive(nodeId("q2"), at(12_001)).receive(nodeId("q2"), at(12_002));
    expect(named(bench, "transferTurnedAway")).toMatchObject([{ player: "q2" }]);
    const told = bench.sent.filter(({ to, message }) => to === "q2" && message.type === "notice");
    expect(told).toMatchObject([{ message: { notice: "waiting" } }]);
    bench.receive(s2, confirm(nodeId("q0"))).receive(nodeId("q2"), at(12_003));
    expect(stateOf(bench).queue).toEqual(["q2"]);
  });

  test("leaves a player who waits free to walk and act, and tells it (MESH-F8-06)", () => {
    const bench = cross(crowded({ transfer: { slots: 1 } }), ...crowd.slice(0, 2));
    bench.take();
    const q1 = nodeId("q1");
    bench.receive(q1, { type: "act", session: 1, sequence: 1, oldest: 1, kind: "score", item: "", bargain: null });
    expect(bench.takeTypes()).toEqual(["write"]);
    bench.receive(q1, at(13_000));
    expect(bench.take()).toMatchObject([{ type: "view", paused: false, x: 13_000 }]);
  });

  test("forgets a player that is another server's by now", () => {
    const bench = cross(crowded({ transfer: { slots: 1 } }), ...crowd.slice(0, 2));
    const q1 = nodeId("q1");
    bench.receive(s2, { type: "prepare", transfer: "q1/5", attempt: 1, player: q1, fromToken: 5 });
    expect(named(bench, "transferWithdrawn")).toMatchObject([{ player: "q1", because: "gone", queued: 0 }]);
  });
});

describe("the throttle", () => {
  const load = { throttleAt: 4, resumeAt: 2, admitRate: 10, window: "0s" };

  test("begins above its mark; then transfers begin at the rate, and others wait", () => {
    const bench = cross(crowded({ load }), ...crowd.slice(0, 8));
    expect(named(bench, "throttlingBegan")).toMatchObject([{ depth: 5 }]);
    // The fifth went by itself, and the bucket gives the first of the throttled ones at once.
    expect(started(bench)).toHaveLength(6);
    bench.after(99_999).fire("admit");
    expect(started(bench)).toHaveLength(6);
    bench.after(1).fire("admit");
    expect(started(bench)).toHaveLength(7);
    expect(named(bench, "transferAdmitted")).toMatchObject([{ player: "q6", waitedUs: 100_000 }]);
  });

  test("ends at the lower mark, and lets everybody go who waits", () => {
    const bench = cross(crowded({ load }), ...crowd.slice(0, 8));
    for (const player of crowd.slice(0, 6)) bench.receive(s2, confirm(player));
    expect(named(bench, "throttlingEnded")).toMatchObject([{ depth: 2 }]);
    expect(started(bench)).toHaveLength(8);
  });

  test("is a switch", () => {
    const bench = cross(crowded({ load: { ...load, throttling: false } }), ...crowd);
    expect(started(bench)).toHaveLength(crowd.length);
    expect(named(bench, "throttlingBegan")).toEqual([]);
  });

  test("finds out that its timer was lost", () => {
    const bench = cross(crowded({ load }), ...crowd.slice(0, 8));
    bench.timers.delete("admit");
    bench.after(300_000).receive(nodeId("q9"), at(5_001));
    expect(bench.timers.has("admit")).toBe(true);
  });

  test("counts what the others say when it is the cluster's, and gives each its part of the rate (X-M-48)", () => {
    const bench = crowded({ load: { ...load, scope: "cluster", window: "1s" } });
    bench.receive(s2, { type: "depth", depth: 2 }).receive(s3, { type: "depth", depth: 2 });
    cross(bench, ...crowd.slice(0, 3));
    expect(named(bench, "throttlingBegan")).toMatchObject([{ depth: 5 }]);
    expect(started(bench)).toHaveLength(2);
    bench.after(299_999).fire("admit");
    expect(started(bench)).toHaveLength(2);
    bench.after(1).fire("admit");
    expect(started(bench)).toHaveLength(3);
  });

  test("can count what waits, or what moves, alone (X-M-48)", () => {
    const slots = { slots: 5, whenBusy: "wait" };
    const queued = cross(crowded({ load: { ...load, gauge: "queued" }, transfer: slots }), ...crowd.slice(0, 9));
    expect(named(queued, "throttlingBegan")).toEqual([]);
    cross(queued, ...crowd.slice(9, 10));
    expect(named(queued, "throttlingBegan")).toMatchObject([{ depth: 5 }]);
    const active = cross(crowded({ load: { ...load, gauge: "active" }, transfer: slots }), ...crowd.slice(0, 5));
    expect(named(active, "throttlingBegan")).toMatchObject([{ depth: 5 }]);
  });

  test("under a soft cap more begin than there are slots", () => {
    const bench = cross(crowded({ load: { cap: "soft" }, transfer: { slots: 2 } }), ...crowd.slice(0, 4));
    expect(started(bench)).toHaveLength(4);
  });
});

describe("what was begun elsewhere", () => {
  const prepare = (player: NodeId, attempt = 1): MeshMessage => ({
    type: "prepare",
    transfer: `${player}/3`,
    attempt,
    player,
    fromToken: 3,
  });
  const far = nodeId("p1");

  test("has the next slot when it waits here", () => {
    const bench = cross(crowded({ transfer: { slots: 1, whenBusy: "wait" } }), ...crowd.slice(0, 2));
    bench.receive(s2, prepare(far)).receive(s2, confirm(nodeId("q0")));
    expect(bench.takeTypes().slice(-2)).toEqual(["prepared", "notice"].toReversed());
    expect(started(bench)).toEqual(["q0"]);
  });

  test("says when one that waits here is over before it has a slot, and not when it got one", () => {
    const waits = (): Bench => cross(crowded({ transfer: { slots: 1, whenBusy: "wait" } }), ...crowd.slice(0, 2));
    const given = waits().receive(s2, prepare(far));
    given.receive(s2, { type: "cancel", transfer: `${far}/3`, attempt: 1, player: far });
    expect(named(given, "requestDropped")).toMatchObject([{ transfer: "p1/3", player: "p1" }]);
    const served = waits()
      .receive(s2, prepare(far))
      .receive(s2, confirm(nodeId("q0")));
    expect([named(served, "requestDropped"), named(served, "lockTaken").at(-1)]).toMatchObject([
      [],
      { lock: "slot/in/p1" },
    ]);
  });

  test("has the next slot when it was told to come again, until it must have come", () => {
    const bench = cross(crowded({ transfer: { slots: 1 } }), ...crowd.slice(0, 2));
    bench.receive(s2, prepare(far)).receive(s2, confirm(nodeId("q0")));
    expect(started(bench)).toEqual(["q0"]);
    bench.receive(s2, prepare(far, 2));
    expect(named(bench, "lockTaken").at(-1)).toMatchObject({ lock: "slot/in/p1" });
    const later = cross(crowded({ transfer: { slots: 1 } }), ...crowd.slice(0, 2));
    later.receive(s2, prepare(far)).receive(s2, confirm(nodeId("q0")));
    // 50 ms to the retry, and the attempt's own 100 ms.
    later.after(149_999).fire("admit");
    expect(started(later)).toEqual(["q0"]);
    later.after(1).fire("admit");
    expect(started(later)).toEqual(["q0", "q1"]);
  });

  test("is not waited for when it was given up, or will not come again", () => {
    const bench = cross(crowded({ transfer: { slots: 1 } }), ...crowd.slice(0, 2));
    bench.receive(s2, prepare(far)).receive(s2, confirm(nodeId("q0")));
    bench.receive(s2, { type: "cancel", transfer: `${far}/3`, attempt: 1, player: far });
    expect(started(bench)).toEqual(["q0", "q1"]);
    const last = cross(crowded({ transfer: { slots: 1 } }), ...crowd.slice(0, 2));
    last.receive(s2, prepare(far, 4)).receive(s2, confirm(nodeId("q0")));
    expect(started(last)).toEqual(["q0", "q1"]);
  });

  test("has its slot kept when a request of an earlier transfer of the player comes late", () => {
    const bench = cross(crowded({ transfer: { slots: 1 } }), ...crowd.slice(0, 2));
    bench.receive(s2, prepare(far)).receive(s2, confirm(nodeId("q0")));
    bench.receive(s2, { type: "prepare", transfer: `${far}/2`, attempt: 2, player: far, fromToken: 2 });
    expect(named(bench, "lateMessageIgnored")).toMatchObject([{ transfer: "p1/2" }]);
    bench.receive(s2, prepare(far, 2));
    expect(named(bench, "lockTaken").at(-1)).toMatchObject({ lock: "slot/in/p1", transfer: "p1/3" });
  });

  test("is looked out for once a tick, and no more often while the throttle is on", () => {
    for (const load of [{}, { throttleAt: 1, resumeAt: 0 }]) {
      const bench = cross(crowded({ transfer: { slots: 1, tick: "7ms" }, load }), ...crowd.slice(0, 2));
      bench.receive(s2, prepare(far)).receive(s2, confirm(nodeId("q0")));
      expect(started(bench)).toEqual(["q0"]);
      expect(bench.timers.get("admit")).toBe(bench.nowUs + 7_000);
    }
  });

  test("waits like everybody else with the switch off", () => {
    const off = { load: { inProgressFirst: false, window: "0s" }, transfer: { slots: 1, whenBusy: "wait" } };
    const bench = cross(crowded(off), ...crowd.slice(0, 2));
    bench.receive(s2, prepare(far)).receive(s2, confirm(nodeId("q0")));
    expect(started(bench)).toEqual(["q0", "q1"]);
  });
});

describe("the watchdog (X-M-45)", () => {
  const stuck = (ageBase: string): Bench => {
    const bench = cross(crowded({ transfer: { slots: 1 }, watchdog: { ageBase } }), ...crowd.slice(0, 2));
    bench.after(9_500_000).receive(s2, confirm(nodeId("q0")));
    return bench.after(1_000_000).fire("watchdog");
  };

  test("counts from the slot, or from the wish for one", () => {
    expect(named(stuck("dequeue"), "transferStuck")).toEqual([]);
    expect(named(stuck("enqueue"), "transferStuck")).toMatchObject([{ player: "q1", ageUs: 10_500_000 }]);
  });

  test("takes who waits too long out of the queue, where waiting counts", () => {
    const bench = cross(
      crowded({ transfer: { slots: 1 }, watchdog: { ageBase: "enqueue" }, retry: { attemptsMax: 20 } }),
      ...crowd.slice(0, 3),
    );
    bench.after(10_000_000).fire("watchdog");
    expect(named(bench, "transferWithdrawn").map(({ player, because }) => `${player} ${because}`)).toEqual([
      "q2 watchdog",
    ]);
  });
});

describe("gauges (MESH-F8-03)", () => {
  test("are stated once a window, with the declared work and how late the timer came", () => {
    const bench = crowded({ transfer: { slots: 4 }, load: { eventCost: "10ms", window: "1s" } });
    cross(bench, ...crowd.slice(0, 3))
      .after(1_250_000)
      .fire("gauge");
    const events = stateOf(bench).gauge.events;
    expect(named(bench, "loadMeasured")).toMatchObject([
      { active: 3, queued: 0, waiting: 0, saturation: 75, busy: Math.floor((events * 1_000) / 1_250), lagUs: 250_000 },
    ]);
  });

  test("are stated without their timer, when it is long overdue", () => {
    const bench = crowded({ load: { window: "1s" } });
    bench.after(2_000_001).receive(nodeId("q0"), at(5_001));
    expect(named(bench, "loadMeasured")).toMatchObject([{ lagUs: 1_000_001 }]);
  });

  test("throttle a server that is late with its own timers (MESH-F3-02)", () => {
    const bench = crowded({ load: { window: "1s", throttleLag: "200ms" } })
      .after(1_300_000)
      .fire("gauge");
    expect(named(bench, "throttlingBegan")).toMatchObject([{ depth: 0, isStrained: true }]);
    bench.receive(nodeId("q0"), at(5_001)).after(1_000_000).fire("gauge");
    expect(named(bench, "throttlingEnded")).toHaveLength(1);
  });
});
