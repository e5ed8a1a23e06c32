// A run as a whole: how it begins, how it ends, what healing means, and what a plan says about whom.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../src/base/ids.ts";
import type { FaultAction } from "../../src/world/fault.ts";
import { World } from "../../src/world/world.ts";
import {
  always,
  everyone,
  fault,
  host,
  hosts,
  only,
  plainLink,
  plainPlan,
  send,
  world,
  type Handler,
} from "./plans.ts";

const quiet = { observe() {} };
const beat: Handler = (event) =>
  event.type === "booted" || event.type === "timerFired" ? [{ type: "setTimer", timer: "beat", afterUs: 1_000 }] : [];

test("nodes boot as the first events, in the order of declaration, with incarnation 0 and an empty disk", () => {
  const boots: Handler = (event) =>
    event.type === "booted" ? [{ type: "record", fact: `${event.incarnation} ${event.disk.size}` }] : [];
  const { world: made, watch } = world({}, hosts(host("z", boots), host("a", boots)));
  made.run();
  expect(watch.facts.map(({ atUs, event, node, fact }) => `${atUs} ${event} ${node} ${fact.fact}`)).toEqual([
    "0 1 z nodeBooted",
    "0 1 z 0 0",
    "0 2 a nodeBooted",
    "0 2 a 0 0",
    "1000000 2 world runEnded",
  ]);
});

describe("a run ends", () => {
  test("at the end of its plan, that moment included", () => {
    const { world: made, watch } = world({ untilUs: 3_000, healUs: 3_000 }, hosts(host("a", beat)));
    expect(made.run()).toEqual({ type: "reached", atUs: 3_000 });
    expect(made.eventsDone).toBe(4);
    expect(watch.facts.slice(-2).map(({ fact }) => fact)).toEqual([
      { fact: "timerLeft", timer: "beat" },
      { fact: "runEnded", ending: "reached" },
    ]);
  });

  test.each([
    [{ eventsMax: 10, pendingMax: 100 }, "events"],
    [{ eventsMax: 1_000, pendingMax: 2 }, "memory"],
  ])("at a limit, honestly: %o", (limits, limit) => {
    const flood: Handler = (event) =>
      event.type === "booted" || event.type === "received" ? [send("a", { type: "m" }), send("a", { type: "m" })] : [];
    const { world: made, watch } = world({ limits }, hosts(host("a", flood)));
    expect(made.run()).toMatchObject({ type: "limit", limit });
    expect(watch.facts.at(-1)?.fact).toEqual({ fact: "runEnded", ending: `limit: ${limit}` });
  });

  test("when the caller says so", () => {
    const forever: Handler = () => [{ type: "setTimer", timer: "again", afterUs: 0 }];
    const { world: made } = world({}, hosts(host("a", forever)));
    expect(made.run(() => true)).toMatchObject({ type: "limit", limit: "wall" });
  });

  test("once", () => {
    const { world: made, watch } = world({}, hosts(host("a")));
    made.run();
    made.finish();
    expect(watch.named("runEnded")).toHaveLength(1);
  });
});

describe("in a world that checks, a machine is stopped that changes", () => {
  const change = (map: unknown): void => {
    if (map instanceof Map) map.set("p", 2);
  };
  const later = { type: "setTimer", timer: "later", afterUs: 1_000 } as const;
  const cases: readonly (readonly [string, Handler])[] = [
    [
      "what it has sent",
      (event, state) => {
        change(state["sent"]);
        state["sent"] = new Map();
        return event.type === "booted" ? [send("b", { type: "m", map: state["sent"] } as never), later] : [];
      },
    ],
    [
      "what it has stated",
      (event, state) => {
        change(state["stated"]);
        state["stated"] = new Map();
        return event.type === "booted" ? [{ type: "record", fact: "f", map: state["stated"] } as never, later] : [];
      },
    ],
  ];
  test.each(cases)("%s", (_, handle) => {
    const { world: made, watch } = world({}, hosts(host("a", handle), host("b")));
    made.run();
    const error: unknown = expect.stringContaining("it is frozen");
    expect(watch.named("machineBroke").map(({ fact }) => fact)).toEqual([
      { fact: "machineBroke", error, event: expect.any(String) as unknown },
    ]);
  });
});

test("a run goes on in pieces, and without end until nothing is left", () => {
  const { world: made } = world(
    { untilUs: 10_000, healUs: 10_000 },
    hosts(
      host("a", (event) => (event.type === "booted" ? [{ type: "setTimer", timer: "late", afterUs: 50_000 }] : [])),
    ),
  );
  expect(made.runUntil(5_000)).toEqual({ type: "reached", atUs: 5_000 });
  expect(made.runUntil(50_000)).toEqual({ type: "reached", atUs: 10_000 });
  expect(made.step()).toBe(false);
  expect(made.runUntilIdle()).toEqual({ type: "idle", atUs: 50_000 });
});

describe("healing", () => {
  const crash: FaultAction = { kind: "crash", target: { of: only("b"), pick: "all" }, torn: false };
  const lossy: FaultAction = {
    kind: "lossy",
    from: everyone,
    to: everyone,
    loss: { type: "independent", rate: always },
  };
  const pause: FaultAction = { kind: "pause", target: { of: only("a"), pick: "all" }, monotonic: "runs" };

  test("ends every fault, starts and resumes every node, and is told last", () => {
    const { world: made, watch } = world(
      { healUs: 600_000, faults: [fault(crash, {}, "1"), fault(lossy, {}, "2"), fault(pause, {}, "3")] },
      hosts(host("a", beat), host("b")),
    );
    made.run();
    const atHeal = watch.facts.filter(({ atUs, fact }) => atUs === 600_000 && !("type" in fact));
    expect(atHeal.map(({ node, fact: { fact } }) => `${node} ${fact}`)).toEqual([
      "b nodeBooted",
      "world faultEnded",
      "world faultEnded",
      "a nodeResumed",
      "world faultEnded",
      "world healed",
    ]);
    expect(made.isRunning(nodeId("b"))).toBe(true);
  });

  test("does not come when it is due at the end", () => {
    const { world: made, watch } = world({ faults: [fault(crash)] }, hosts(host("a"), host("b")));
    made.run();
    expect(watch.named("healed")).toEqual([]);
    expect(made.isRunning(nodeId("b"))).toBe(false);
  });

  test("lets no fault begin after it", () => {
    const { world: made, watch } = world(
      { healUs: 1_000, faults: [fault(crash, { atUs: 2_000 })] },
      hosts(host("a"), host("b")),
    );
    made.run();
    expect(watch.named("faultBegan")).toEqual([]);
    expect(made.tallies()).toMatchObject([{ injected: 0 }]);
  });
});

test("what a plan says of some nodes, by name or by role, the later entry winning", () => {
  const clockOf: Handler = (event) =>
    event.type === "booted" ? [{ type: "record", fact: `wall ${event.wallUs}` }] : [];
  const roles = { nodes: [], roles: ["server"] };
  const { world: made, watch } = world(
    {
      clocks: [
        { nodes: roles, plan: { offsetUs: 100 } },
        { nodes: only("s1"), plan: { offsetUs: 200 } },
      ],
    },
    [host("s0", clockOf, "server", 0), host("s1", clockOf, "server", 1), host("p0", clockOf, "player", 0)],
  );
  made.run();
  expect(
    watch.facts.flatMap(({ node, fact: { fact } }) => (fact.startsWith("wall") ? [`${node} ${fact}`] : [])),
  ).toEqual(["s0 wall 100", "s1 wall 200", "p0 wall 0"]);
});

test("the state of a node can be looked at while it runs", () => {
  const counts: Handler = (event, state) => {
    state["events"] = Number(state["events"] ?? 0) + 1;
    return beat(event, state);
  };
  const { world: made } = world({}, hosts(host("a", counts)));
  made.runUntil(2_500);
  expect(made.stateOf(nodeId("a"))).toEqual({ events: 3 });
});

test("names and places are borne by one node each", () => {
  const make = (specs: readonly ReturnType<typeof host>[]) => () =>
    new World(plainPlan, specs, { seed: 1, observer: quiet });
  expect(make([host("a"), host("a", beat, "node", 1)])).toThrow("no two nodes bear one name");
  expect(make([host("a"), host("b")])).toThrow("no two nodes are the same one of their role");
});

test("a full trace names every message, and loses none of their ends", () => {
  const chat: Handler = (event) =>
    event.type === "booted" || event.type === "timerFired"
      ? [
          send("a", { type: "m" }),
          send("b", { type: "m" }, "stream"),
          { type: "setTimer", timer: "t", afterUs: 3_000, spreadUs: 500 },
        ]
      : [];
  const { world: made, watch } = world(
    {
      untilUs: 200_000,
      healUs: 200_000,
      link: { ...plainLink, loss: { type: "independent", rate: { of: 1, outOf: 3 } } },
    },
    hosts(host("a", chat), host("b", chat)),
  );
  made.run();
  const sent = watch.lines.flatMap((line) => (line.kind === "sent" ? [line.message] : []));
  expect(sent).toEqual(sent.map((_, at) => at + 1));
  const ended = watch.lines.flatMap((line) =>
    line.kind === "delivered" || line.kind === "lost" ? [line.message] : [],
  );
  expect(new Set(ended).size).toBe(ended.length);
  expect(sent.length - ended.length).toBe(made.messageCounts().inFlight);
});
