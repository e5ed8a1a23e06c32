// Every fault kind in a real world: it bites where there is something to bite, it is over when the world heals, and
// where it does not happen nothing is counted.

import { describe, expect, test } from "vitest";
import { nodeId } from "../../../src/base/ids.ts";
import type { Effect, Fact } from "../../../src/machine/effect.ts";
import type { Message } from "../../../src/machine/message.ts";
import type { Fault, FaultAction, FaultKind, MessageSelector } from "../../../src/world/fault.ts";
import type { WorldPlan } from "../../../src/world/plan.ts";
import { faultProfiles } from "../../../src/world/profiles.ts";
import { FakeControls } from "./fake-controls.ts";
import { always, everyone, host, hosts, only, plainLink, world, type Handler, type Story } from "../plans.ts";

const ms = 1_000;
const names = ["a", "b", "c"];

/** Talks to all others and writes to its disk at every beat; says what it hears, reads and finds after a restart. */
function chatter(self: string, beatUs: number): Handler {
  return (event, state) => {
    const say = (fact: string, fields: object): Effect<Message, Fact> => ({ type: "record", fact, ...fields });
    switch (event.type) {
      case "booted": {
        const found = [...(event.disk.get("log") ?? [])].map((record) =>
          record.type === "intact" ? record.value : "X",
        );
        return [say("found", { records: found }), { type: "setTimer", timer: "beat", afterUs: beatUs }];
      }
      case "timerFired": {
        const beat = Number(state["beat"] ?? 0) + 1;
        state["beat"] = beat;
        const sends = names
          .filter((name) => name !== self)
          .map((to): Effect => ({ type: "send", to: nodeId(to), message: Object.assign({ type: "ping" }, { beat }) }));
        return [
          say("beat", { beat, wallUs: event.wallUs, monotonicUs: event.monotonicUs }),
          ...sends,
          { type: "append", file: "log", record: beat },
          { type: "sync", sync: `${beat}` },
          { type: "setTimer", timer: "beat", afterUs: beatUs },
        ];
      }
      case "received":
        return [say("heard", { from: event.from, message: event.message })];
      case "synced":
        return [say("synced", { sync: event.sync })];
      case "syncFailed":
        return [say("syncFailed", { sync: event.sync, error: event.error })];
      case "connectionLost":
        return [say("connectionLost", { peer: event.peer, reason: event.reason })];
      case "stopRequested":
        return [{ type: "halt" }];
      default:
        return [];
    }
  };
}

const plan: Partial<WorldPlan> = { untilUs: 400 * ms, healUs: 200 * ms };

function run(faults: readonly Fault[], seed = 1, change: Partial<WorldPlan> = {}): Story {
  const nodes = hosts(...names.map((name) => host(name, chatter(name, 5 * ms), "server")));
  const story = world({ ...plan, ...change, faults }, nodes, { seed });
  story.world.run();
  return story;
}

const messages: MessageSelector = { types: [], from: only("a"), to: everyone, skip: 0, count: Infinity, rate: always };
const b = { of: only("b"), pick: "all" as const };
const any = { of: everyone, pick: "any" as const };
const ends = { from: only("a"), to: only("b") };
const cut = { kind: "partition", flapCutUs: 0, flapOpenUs: 0 } as const;

/** For each kind, actions that bite this world. The type lists every kind, so that a new one is not forgotten. */
const actions: { readonly [K in FaultKind]: readonly Extract<FaultAction, { readonly kind: K }>[] } = {
  drop: [{ kind: "drop", messages }],
  delay: [{ kind: "delay", messages, byUsMin: 1, byUsMax: 9 * ms }],
  duplicate: [{ kind: "duplicate", messages, copies: 2, withinUs: ms }],
  corrupt: [
    { kind: "corrupt", messages, field: "beat" },
    { kind: "corrupt", messages, field: "beat", to: "x" },
    { kind: "corrupt", messages, field: "" },
  ],
  reorder: [{ kind: "reorder", messages, withinUs: 20 * ms }],
  hold: [
    { kind: "hold", messages, release: "inOrder" },
    { kind: "hold", messages, release: "shuffled" },
  ],
  partition: [
    { ...cut, shape: { type: "groups", groups: [only("a"), only("b", "c")] } },
    { ...cut, shape: { type: "oneWay", from: only("a"), to: only("c") } },
    { ...cut, shape: { type: "bridge", left: only("a"), bridge: only("b"), right: only("c") } },
    { ...cut, shape: { type: "isolate", target: any } },
    { ...cut, shape: { type: "dealt", nodes: everyone, as: "halves" } },
    { ...cut, shape: { type: "dealt", nodes: everyone, as: "deafHalf" } },
    { ...cut, shape: { type: "dealt", nodes: everyone, as: "bridge" } },
    { kind: "partition", shape: { type: "isolate", target: any }, flapCutUs: 7 * ms, flapOpenUs: 7 * ms },
  ],
  lossy: [{ kind: "lossy", ...ends, loss: { type: "independent", rate: { of: 1, outOf: 2 } } }],
  latency: [{ kind: "latency", ...ends, latency: { type: "uniform", minUs: 0, maxUs: 30 * ms } }],
  bandwidth: [{ kind: "bandwidth", ...ends, bytesPerSecond: 1_000 }],
  refuse: [{ kind: "refuse", ...ends }],
  crash: [
    { kind: "crash", target: b, torn: false },
    { kind: "crash", target: any, torn: true },
  ],
  restart: [{ kind: "restart", target: b }],
  pause: [
    { kind: "pause", target: b, monotonic: "runs" },
    { kind: "pause", target: b, monotonic: "stops" },
  ],
  slow: [{ kind: "slow", target: b, stepUs: 3 * ms }],
  stop: [{ kind: "stop", target: b }],
  wipe: [{ kind: "wipe", target: b }],
  lose: [{ kind: "lose", target: b }],
  clockStep: [{ kind: "clockStep", target: b, byUsMin: -9 * ms, byUsMax: -8 * ms }],
  clockDrift: [
    { kind: "clockDrift", target: b, ppm: 50_000 },
    { kind: "clockDrift", target: b, ppm: -50_000 },
  ],
  clockSlew: [{ kind: "clockSlew", target: b, byUs: 2 * ms }],
  clockFreeze: [{ kind: "clockFreeze", target: b }],
  diskError: [{ kind: "diskError", target: b, rate: { of: 1, outOf: 2 } }],
  diskFull: [{ kind: "diskFull", target: b }],
  diskSlow: [{ kind: "diskSlow", target: b, latency: { type: "constant", us: 12 * ms } }],
  lostSync: [{ kind: "lostSync", target: b }],
  bitRot: [{ kind: "bitRot", target: b, records: 2 }],
  misdirectedWrite: [{ kind: "misdirectedWrite", target: b }],
  suppressTimers: [
    { kind: "suppressTimers", target: b, timers: ["be"], lost: false },
    { kind: "suppressTimers", target: b, timers: [], lost: true },
  ],
};

const everyAction = Object.values(actions).flat();
const windows = [60 * ms, "untilHeal", "once"] as const;
const cases = everyAction.flatMap((action) => windows.map((forUs) => ({ action, forUs })));

/** `lose` and what makes a node deaf to its own timer for good end beating; all else beats on after healing. */
const beatsAfterwards = (story: Story, node: string): boolean =>
  story.watch.named("beat").some((fact) => fact.node === node && fact.atUs > 300 * ms);

/** Only a stream can be reset. */
const linkOf = (action: FaultAction): Partial<WorldPlan> =>
  action.kind === "refuse" ? { link: { ...plainLink, transport: "stream" } } : {};

describe("each kind bites, and is over when the world has healed", () => {
  test.each(cases)("$action.kind for $forUs: $action", ({ action, forUs }) => {
    const story = run([{ id: "f", timing: { type: "scripted", atUs: 50 * ms, forUs }, action }], 1, linkOf(action));
    expect(story.world.tallies()).toEqual([{ id: "f", kind: action.kind, injected: 1, touched: 1, changed: 1 }]);
    expect(story.watch.named("machineBroke")).toEqual([]);
    // It begins and ends once, in this order, and no later than the world heals.
    const [began, ended] = [story.watch.named("faultBegan"), story.watch.named("faultEnded")];
    expect([began.length, ended.length]).toEqual([1, 1]);
    expect(began[0]?.atUs).toBe(50 * ms);
    const facts = story.watch.facts.map(({ fact }) => fact.fact);
    expect(facts.slice(0, facts.indexOf("faultBegan")).filter((fact) => fact === "nodeCrashed")).toEqual([]);
    expect(ended[0]?.atUs).toBeLessThanOrEqual(200 * ms);
    // Then every node beats on, unless a fault took that from it for good, and nothing is lost but to the lost.
    expect(story.watch.named("healed")).toHaveLength(1);
    const silent = action.kind === "lose" || (action.kind === "suppressTimers" && action.lost) ? ["b"] : [];
    expect(names.filter((name) => !beatsAfterwards(story, name))).toEqual(silent);
    const lateLosses = story.watch.lines.filter((line) => line.kind === "lost" && line.atUs > 220 * ms);
    expect(lateLosses.every((line) => line.kind === "lost" && line.reason === "receiverDown")).toBe(true);
  });

  test.each(everyAction)("and changes the history: $kind $", (action) => {
    const fair = run([]).world.digestHex();
    const story = run([{ id: "f", timing: { type: "scripted", atUs: 50 * ms, forUs: "untilHeal" }, action }]);
    expect(story.world.digestHex()).not.toBe(fair);
  });
});

describe("where a fault does not happen, nothing is counted", () => {
  test.each(everyAction)("$kind after the end of the run", (action) => {
    const story = run([{ id: "f", timing: { type: "scripted", atUs: 500 * ms, forUs: "once" }, action }]);
    expect(story.world.tallies()).toEqual([{ id: "f", kind: action.kind, injected: 0, touched: 0, changed: 0 }]);
    expect(story.watch.named("faultBegan")).toEqual([]);
  });

  test.each(everyAction)("$kind after healing", (action) => {
    const story = run([{ id: "f", timing: { type: "scripted", atUs: 250 * ms, forUs: "once" }, action }]);
    expect(story.world.tallies()[0]).toMatchObject({ injected: 0, changed: 0 });
  });

  test("a message fault that matches nothing is injected and touches nothing", () => {
    const nothing = { ...messages, types: ["pong"] };
    const story = run([
      {
        id: "f",
        timing: { type: "scripted", atUs: 0, forUs: "untilHeal" },
        action: { kind: "drop", messages: nothing },
      },
    ]);
    expect(story.world.tallies()[0]).toMatchObject({ injected: 1, touched: 0, changed: 0 });
  });

  test("a node that nobody talks to, and that does nothing, is not touched by faults of links, timers and syncs", () => {
    const idle = { of: only("d"), pick: "all" as const };
    const idleActions: readonly FaultAction[] = [
      { ...cut, shape: { type: "isolate", target: idle } },
      { kind: "lossy", from: everyone, to: only("d"), loss: { type: "independent", rate: always } },
      { kind: "latency", from: only("d"), to: everyone, latency: { type: "constant", us: 9 } },
      { kind: "bandwidth", from: only("d"), to: everyone, bytesPerSecond: 9 },
      { kind: "refuse", from: everyone, to: only("d") },
      { kind: "slow", target: idle, stepUs: 9 },
      { kind: "clockStep", target: idle, byUsMin: 9, byUsMax: 9 },
      { kind: "clockFreeze", target: idle },
      { kind: "diskFull", target: idle },
      { kind: "lostSync", target: idle },
      { kind: "suppressTimers", target: idle, timers: [], lost: false },
    ];
    const faults = idleActions.map((action, at): Fault => ({
      id: `f${at}`,
      timing: { type: "scripted", atUs: 20 * ms, forUs: 50 * ms },
      action,
    }));
    const nodes = [
      ...hosts(...names.map((name) => host(name, chatter(name, 5 * ms), "server"))),
      host("d", () => [], "idle"),
    ];
    const story = world({ ...plan, faults }, nodes);
    story.world.run();
    for (const tally of story.world.tallies()) expect(tally).toMatchObject({ injected: 1, touched: 0, changed: 0 });
  });
});

describe("a storm", () => {
  const storm = faultProfiles.get("storm")?.([], 60_000 * ms) ?? [];

  /** A minute of it, and ten seconds after; without a trace, since it is long. */
  function weather(faults: readonly Fault[], seed: number): Story {
    const nodes = hosts(...names.map((name) => host(name, chatter(name, 20 * ms), "server")));
    const change = { untilUs: 70_000 * ms, healUs: 60_000 * ms, faults };
    const story = world(change, nodes, { seed, tracer: undefined, check: false });
    story.world.run();
    return story;
  }

  test("is the same history for the same seed, and lets every node beat on when it is over", () => {
    const first = weather(storm, 7);
    const second = weather(storm, 7);
    expect(second.world.digestHex()).toBe(first.world.digestHex());
    expect(weather(storm, 8).world.digestHex()).not.toBe(first.world.digestHex());
    for (const node of names) {
      expect(first.watch.named("beat").some((fact) => fact.node === node && fact.atUs > 69_000 * ms)).toBe(true);
    }
    expect(first.watch.named("faultBegan").length).toBe(first.watch.named("faultEnded").length);
  });

  test("bites with nearly each of its faults over a few seeds", () => {
    const changed = new Map<string, number>();
    for (let seed = 1; seed <= 5; seed++) {
      for (const tally of weather(storm, seed).world.tallies()) {
        changed.set(tally.id, (changed.get(tally.id) ?? 0) + tally.changed);
      }
    }
    // Of three nodes in a ring none is cut off from another.
    expect([...changed].filter(([, count]) => count === 0)).toEqual([["storm-ring", 0]]);
  });

  test("keeps the strikes of each fault when another one is taken out", () => {
    const strikes = (faults: readonly Fault[]): Map<string, string> => {
      const story = weather(faults, 3);
      const byFault = new Map<string, string>();
      for (const { atUs, fact } of story.watch.named("faultBegan")) {
        const { fault } = fact as Fact & { fault: number };
        const id = faults[fault]?.id ?? "";
        byFault.set(id, `${byFault.get(id) ?? ""} ${atUs}`);
      }
      return byFault;
    };
    const before = strikes(storm);
    const after = strikes(storm.filter(({ id }) => id !== "storm-crash"));
    expect(before.size).toBeGreaterThan(20);
    expect(before.delete("storm-crash")).toBe(true);
    expect(after).toEqual(before);
  });

  test("written down as a script of its strikes is the same history to every machine", () => {
    const heard = (story: Story): readonly string[] =>
      story.watch.facts
        .filter(({ fact }) => !/^fault(Began|Ended)$/.test(fact.fact))
        .map(({ atUs, node, fact }) => `${atUs} ${node} ${JSON.stringify(fact)}`);
    const original = weather(storm, 5);
    const { driver } = new FakeControls(storm, { servers: names.length });
    driver.restore(original.world.checkpoint().driver);
    const script = driver.scripted();
    expect(script.length).toBeGreaterThan(40);
    expect(heard(weather(script, 5))).toEqual(heard(original));
  });
});
