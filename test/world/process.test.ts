// One node: its timers on its own clock, its turn in the queue, its disk, and what is left of it after an end.
import { describe, expect, test } from "vitest";

import type { Effect } from "../../src/machine/effect.ts";
import type { MachineEvent } from "../../src/machine/event.ts";
import type { FaultAction, FaultTiming } from "../../src/world/fault.ts";
import type { WorldPlan } from "../../src/world/plan.ts";
import { everyone, fault, host, hosts, only, plainLink, send, world, type Handler, type Story } from "./plans.ts";

const all = { of: everyone, pick: "all" } as const;
const note = (text: string): Effect => ({ type: "record", fact: text });
const timer = (name: string, afterUs: number, spreadUs = 0): Effect => ({
  type: "setTimer",
  timer: name,
  afterUs,
  spreadUs,
});

/** Runs one node and tells its facts as "time fact". */
function told(handle: Handler, plan: Partial<WorldPlan> = {}): readonly string[] {
  return factsOf(ran(handle, plan));
}

function ran(handle: Handler, plan: Partial<WorldPlan> = {}): Story {
  const story = world(plan, hosts(host("a", handle)));
  story.world.run();
  return story;
}

const factsOf = ({ watch }: Story): readonly string[] =>
  watch.facts.flatMap(({ atUs, fact }) => ("type" in fact ? [`${atUs} ${fact.fact}`] : []));

const onBoot =
  (effects: readonly Effect[], otherwise: Handler = () => []): Handler =>
  (event, state) =>
    event.type === "booted" ? effects : otherwise(event, state);

const say: Handler = (event) => (event.type === "timerFired" ? [note(`${event.timer} at ${event.monotonicUs}`)] : []);

const struck = (action: FaultAction, timing: Partial<FaultTiming & { type: "scripted" }>, id?: string) =>
  fault(action, timing, id);

describe("timers", () => {
  test("fire once, in the order in which they are due, and ties in the order in which they were set", () => {
    expect(told(onBoot([timer("late", 200), timer("x", 100), timer("y", 100)], say))).toEqual([
      "100 x at 100",
      "100 y at 100",
      "200 late at 200",
    ]);
  });

  test("set again fire at the later time only, and cancelled not at all", () => {
    const effects = [timer("a", 100), timer("a", 300), timer("b", 100), { type: "cancelTimer", timer: "b" } as const];
    expect(told(onBoot([...effects, { type: "cancelTimer", timer: "never set" }], say))).toEqual(["300 a at 300"]);
  });

  test("with names made of request numbers do not pile up, and none that is armed is forgotten", () => {
    const requests: Handler = (event, state) => {
      if (event.type === "timerFired" && event.timer === "last") return [note("last")];
      const number = Number(state["number"] ?? 0) + 1;
      state["number"] = number;
      return [
        ...(event.type === "booted" ? [timer("last", 9_000)] : []),
        timer(`request-${number}`, 1),
        timer(`answer-${number}`, 5),
        { type: "cancelTimer", timer: `answer-${number}` },
      ];
    };
    const { world: made, watch } = ran(requests, { untilUs: 10_000, healUs: 10_000 });
    expect(made.checkpoint().timers.slots).toBeLessThan(300);
    expect(watch.facts.find(({ fact }) => fact.fact === "last")?.atUs).toBe(9_000);
  });

  test("with a spread are drawn within it, each by its own name", () => {
    const again: Handler = (event) =>
      event.type === "booted" || event.type === "timerFired" ? [...(say(event, {}) ?? []), timer("t", 1_000, 500)] : [];
    const alone = told(again, { untilUs: 100_000, healUs: 100_000 });
    const gaps = alone
      .map((line) => Number(line.split(" ")[0]))
      .map((at, index, times) => at - (times[index - 1] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_500);
    expect(new Set(gaps).size).toBeGreaterThan(20);
    const withAnother: Handler = (event, state) =>
      event.type === "booted"
        ? [timer("t", 1_000, 500), timer("other", 10, 7)]
        : event.type === "timerFired" && event.timer === "other"
          ? [timer("other", 1_000, 99)]
          : again(event, state);
    expect(told(withAnother, { untilUs: 100_000, healUs: 100_000 })).toEqual(alone);
  });

  test("of many names are forgotten once they fired", () => {
    const churn: Handler = (event, state) => {
      if (event.type !== "booted" && event.type !== "timerFired") return [];
      const count = Number(state["count"] ?? 0) + 1;
      state["count"] = count;
      return count > 1_000
        ? [note("done")]
        : [
            timer(`request ${count}`, 10),
            timer(`retry ${count}`, 1_000_000),
            { type: "cancelTimer", timer: `retry ${count - 1}` },
          ];
    };
    expect(told(churn)).toEqual(["10000 done"]);
  });

  test("run on the node's clock: a fast one fires early, and when its rate changes midway so does the rest", () => {
    const plan = { clock: { offsetUs: 0, driftPpm: 100_000 } };
    expect(told(onBoot([timer("t", 110_000)], say), plan)).toEqual(["100000 t at 110000"]);
    const drift = struck({ kind: "clockDrift", target: all, ppm: 100_000 }, { atUs: 50_000, forUs: 500_000 });
    expect(told(onBoot([timer("t", 105_000)], say), { faults: [drift] })).toEqual(["100000 t at 105000"]);
  });

  test("die with the incarnation that set them", () => {
    const restart = struck({ kind: "restart", target: all }, { atUs: 50_000, forUs: "once" });
    const handle: Handler = (event) =>
      event.type === "booted"
        ? [
            note(`boot ${event.incarnation} at ${event.monotonicUs}`),
            ...(event.incarnation === 0 ? [timer("old", 100_000)] : []),
          ]
        : (say(event, {}) ?? []);
    expect(told(handle, { faults: [restart] })).toEqual(["0 boot 0 at 0", "50000 boot 1 at 0"]);
  });

  test("set to never do not fire, on any clock", () => {
    const never = onBoot([timer("never", Number.MAX_SAFE_INTEGER, 5), timer("soon", 11)], say);
    expect(told(never)).toEqual(["11 soon at 11"]);
    expect(told(never, { clock: { offsetUs: 0, driftPpm: -100_000 }, startUs: 1_700_000_000_000_000 })).toHaveLength(1);
  });

  test("left at the end are told", () => {
    const { watch } = ran(onBoot([timer("b", 2_000_000), timer("a", 3_000_000), timer("done", 10)]));
    expect(watch.named("timerLeft").map(({ fact }) => fact)).toEqual([
      { fact: "timerLeft", timer: "a" },
      { fact: "timerLeft", timer: "b" },
    ]);
  });

  test("kept from firing by a fault fire when it ends, in the order in which they were due, or never", () => {
    const suppress = (lost: boolean) =>
      struck({ kind: "suppressTimers", target: all, timers: ["lease"], lost }, { atUs: 50, forUs: 450 });
    const effects = [timer("lease b", 200), timer("lease a", 300), timer("other", 250), timer("lease late", 600)];
    expect(told(onBoot(effects, say), { faults: [suppress(false)] })).toEqual([
      "250 other at 250",
      "500 lease b at 500",
      "500 lease a at 500",
      "600 lease late at 600",
    ]);
    const lost = ran(onBoot(effects, say), { faults: [suppress(true)] });
    expect(factsOf(lost)).toEqual(["250 other at 250", "600 lease late at 600"]);
    expect(lost.world.tallies()).toMatchObject([{ injected: 1, touched: 1, changed: 1 }]);
  });

  test("kept from firing by a fault wait for its end, too, when they came due before it while the process stood still", () => {
    const pause = struck({ kind: "pause", target: all, monotonic: "runs" }, { atUs: 100, forUs: 300 });
    const suppress = (lost: boolean) =>
      struck({ kind: "suppressTimers", target: all, timers: ["lease"], lost }, { atUs: 300, forUs: 300 });
    const effects = [timer("lease", 200), timer("other", 250)];
    const kept = ran(onBoot(effects, say), { faults: [pause, suppress(false)] });
    expect(factsOf(kept)).toEqual(["400 other at 400", "600 lease at 600"]);
    expect(kept.world.tallies()).toMatchObject([{ changed: 1 }, { injected: 1, changed: 1 }]);
    expect(told(onBoot(effects, say), { faults: [pause, suppress(true)] })).toEqual(["400 other at 400"]);
  });
});

describe("a paused process", () => {
  const pause = (monotonic: "runs" | "stops") =>
    struck({ kind: "pause", target: { of: only("b"), pick: "all" }, monotonic }, { atUs: 1_500, forUs: 10_000 });
  const busy: Handler = (event) => {
    if (event.type === "booted") return [timer("t", 5_000), timer("u", 20_000)];
    if (event.type === "received") return [note(`got at ${event.monotonicUs}`)];
    return say(event, {});
  };
  const two: Handler = (event) =>
    event.type === "booted"
      ? [send("b", { type: "m" }), timer("next", 2_000)]
      : event.type === "timerFired"
        ? [send("b", { type: "m" })]
        : [];
  const story = (monotonic: "runs" | "stops"): Story => {
    const made = world({ faults: [pause(monotonic)] }, hosts(host("a", two), host("b", busy)));
    made.world.run();
    return made;
  };

  test("handles nothing; on resuming, what came goes first and in order, and timers that came due fire after it", () => {
    expect(factsOf(story("runs"))).toEqual([
      "1000 got at 1000",
      "11500 got at 11500",
      "11500 t at 11500",
      "20000 u at 20000",
    ]);
  });

  test("whose monotonic clock stops with it knows nothing of the pause", () => {
    expect(factsOf(story("stops"))).toEqual([
      "1000 got at 1000",
      "11500 got at 1500",
      "15000 t at 5000",
      "30000 u at 20000",
    ]);
  });

  test("is told, and counted", () => {
    const { watch, world: made } = story("runs");
    expect(
      watch.facts
        .filter(({ fact }) => fact.fact.startsWith("nodePaused") || fact.fact.startsWith("nodeResumed"))
        .map(({ atUs }) => atUs),
    ).toEqual([1_500, 11_500]);
    expect(made.tallies()).toMatchObject([{ kind: "pause", injected: 1, touched: 1, changed: 1 }]);
  });

  test("a timer cancelled by an event that waited before it does not fire", () => {
    const handle: Handler = (event) =>
      event.type === "booted"
        ? [timer("t", 5_000)]
        : event.type === "received"
          ? [{ type: "cancelTimer", timer: "t" }]
          : say(event, {});
    const made = world({ faults: [pause("runs")] }, hosts(host("a", two), host("b", handle)));
    made.world.run();
    expect(factsOf(made)).toEqual([]);
  });
});

describe("a process that takes its time", () => {
  test("hands over each event once its service is done, first come first served", () => {
    const handle: Handler = (event) =>
      event.type === "booted" ? [timer("x", 100), timer("y", 110), timer("z", 900)] : say(event, {});
    expect(told(handle, { process: { stepUs: 50, inboxMax: 10 } })).toEqual([
      "150 x at 150",
      "200 y at 200",
      "950 z at 950",
    ]);
  });

  test("a timer that waits for its turn and is set again meanwhile loses that turn, also when it has come due anew", () => {
    const handle: Handler = (event) => {
      if (event.type === "booted") return [timer("a", 10), timer("t", 20), timer("b", 150)];
      const again = event.type === "timerFired" && event.timer === "a" ? [timer("t", 50)] : [];
      return [...(say(event, {}) ?? []), ...again];
    };
    expect(told(handle, { process: { stepUs: 100, inboxMax: 10 } })).toEqual([
      "110 a at 110",
      "210 b at 210",
      "310 t at 310",
    ]);
  });

  test("slows down while a fault says so, and is quick again after it", () => {
    const slow = struck({ kind: "slow", target: all, stepUs: 40 }, { atUs: 105, forUs: 100 });
    const handle: Handler = (event) =>
      event.type === "booted" ? [timer("x", 100), timer("y", 110), timer("z", 900)] : say(event, {});
    const made = ran(handle, { faults: [slow] });
    expect(factsOf(made)).toEqual(["100 x at 100", "150 y at 150", "900 z at 900"]);
    expect(made.world.tallies()).toMatchObject([{ kind: "slow", touched: 1, changed: 1 }]);
  });
});

describe("draws", () => {
  const rolls: Handler = (event, state) => {
    if (event.type === "booted") return [{ type: "draw", purpose: "die", below: 6 }, note("asked")];
    if (event.type !== "drawn") return [];
    const count = Number(state["count"] ?? 0) + 1;
    state["count"] = count;
    return [
      note(`${event.purpose} ${event.value}`),
      ...(count < 30 ? [{ type: "draw", purpose: "die", below: 6 } as const] : []),
    ];
  };

  test("are answered at once, after the effects of the step that asked", () => {
    const facts = told(rolls);
    expect(facts[0]).toBe("0 asked");
    expect(facts).toHaveLength(31);
    expect(facts.slice(1).every((line) => /^0 die [0-5]$/.test(line))).toBe(true);
    expect(new Set(facts).size).toBe(7);
  });

  test("without end are a finding: the machine breaks, and the run goes on", () => {
    const forever: Handler = (event) =>
      event.type === "booted" || event.type === "drawn" ? [{ type: "draw", purpose: "p", below: 2 }] : [];
    const { watch } = ran(forever);
    expect(watch.facts.map(({ fact }) => fact)).toContainEqual({
      fact: "machineBroke",
      error: "a machine draws no more than 10000 times in answer to one event",
      event: "drawn",
    });
  });

  test("are forgotten when the machine halts in the step that asked", () => {
    const handle = onBoot([{ type: "draw", purpose: "p", below: 2 }, { type: "halt" }], () => [note("never")]);
    expect(told(handle)).toEqual([]);
  });

  test("can be forced", () => {
    const made = world({}, hosts(host("a", rolls)), {
      decisions: { force: [{ stream: "draw node/0 die", values: [3, null, 3, 17] }] },
    });
    made.world.run();
    const seeded = told(rolls);
    const facts = factsOf(made);
    expect(facts[1]).toBe("0 die 3");
    expect(facts[3]).toBe("0 die 3");
    expect([facts[2], ...facts.slice(4)]).toEqual([seeded[2], ...seeded.slice(4)]);
    expect(made.world.forcedMisfits).toBe(1);
  });
});

describe("a disk", () => {
  const append = (record: unknown): Effect => ({ type: "append", file: "log", record });
  const sync = (name: string): Effect => ({ type: "sync", sync: name });
  /** Writes 1, syncs, writes 2; tells at each boot what it finds. */
  const writer: Handler = (event) => {
    if (event.type === "booted") {
      const found = [...event.disk].map(([file, records]) => `${file} ${JSON.stringify(records)}`).join();
      return event.incarnation > 0 ? [note(`found ${found}`)] : [append({ n: 1 }), sync("s1"), append({ n: 2 })];
    }
    return event.type === "synced" || event.type === "syncFailed" ? [note(`${event.type} ${event.sync}`)] : [];
  };
  const crash = (atUs: number): FaultAction & { kind: "crash" } => ({ kind: "crash", target: all, torn: atUs < 0 });

  test.each([
    [50, "found ", 2],
    [150, 'found log [{"type":"intact","value":{"n":1}}]', 1],
  ])("at a crash after %i us keeps exactly what the last completed sync covered", (atUs, found, lost) => {
    const made = ran(writer, { faults: [fault(crash(atUs), { atUs, forUs: 1_000 })] });
    expect(factsOf(made)).toEqual([...(atUs > 100 ? ["100 synced s1"] : []), `${atUs + 1_000} ${found}`]);
    expect(made.watch.named("nodeCrashed").map(({ fact }) => fact)).toEqual([
      { fact: "nodeCrashed", cause: "fault", lostRecords: lost },
    ]);
  });

  test("answers syncs in the order in which they were asked for, and not to the next incarnation", () => {
    const many: Handler = (event) =>
      event.type === "booted" && event.incarnation === 0
        ? [append(1), sync("a"), append(2), sync("b"), sync("c")]
        : (writer(event, {}) ?? []);
    const disk = { syncLatency: { type: "uniform", minUs: 10, maxUs: 500 } as const, recordsMax: 0 };
    expect(told(many, { disk }).map((line) => line.split(" ").slice(1).join(" "))).toEqual([
      "synced a",
      "synced b",
      "synced c",
    ]);
    const restarted = told(many, {
      disk: { ...disk, syncLatency: { type: "constant", us: 100 } },
      faults: [fault({ kind: "restart", target: all }, { atUs: 50, forUs: "once" })],
    });
    expect(restarted).toEqual(["50 found "]);
  });

  test("that fails says so, and what it was asked to keep may be lost", () => {
    const made = ran(writer, { faults: [fault({ kind: "diskFull", target: all }, { atUs: 0 })] });
    expect(factsOf(made)).toEqual(["100 syncFailed s1"]);
    expect(made.world.tallies()).toMatchObject([{ kind: "diskFull", touched: 1, changed: 1 }]);
  });

  test("of a graceful stop keeps no more than of a crash", () => {
    const stops: Handler = (event) =>
      event.type === "stopRequested"
        ? [append({ n: 3 }), { type: "halt" }, note("never said")]
        : (writer(event, {}) ?? []);
    const made = ran(stops, { faults: [fault({ kind: "stop", target: all }, { atUs: 500, forUs: 1_000 })] });
    expect(factsOf(made)).toEqual(["100 synced s1", '1500 found log [{"type":"intact","value":{"n":1}}]']);
    expect(made.watch.facts.map(({ atUs, fact: { fact } }) => `${atUs} ${fact}`)).toContain("500 nodeStopped");
  });
});

describe("a machine that does what no machine may do", () => {
  test.each<[string, (event: MachineEvent) => readonly Effect[], RegExp]>([
    [
      "throws",
      () => {
        throw new Error("out of cheese");
      },
      /out of cheese/,
    ],
    ["sends to nobody", () => [send("nobody", { type: "m" })], /none is called "nobody"/],
    ["sets a timer into the past", () => [timer("t", -1)], /timer "t" is set to whole microseconds from 0, not to -1/],
    ["sets a timer to half a microsecond", () => [timer("t", 0.5)], /not to 0.5/],
    ["draws from nothing", () => [{ type: "draw", purpose: "p", below: 0 }], /below an integer from 1, not below 0/],
    [
      "sends what is not data",
      () => [send("a", { type: "m", call: () => 1 } as never)],
      /call is not plain data: it is a function/,
    ],
    [
      "writes what is not data",
      () => [{ type: "append", file: "f", record: new Date(0) }],
      /not plain data: it is a Date/,
    ],
  ])("%s: it is told, and the node is down until something starts it", (_, effects, error) => {
    for (const check of [true, false]) {
      const handle: Handler = (event) =>
        event.type === "booted"
          ? event.incarnation === 0
            ? [timer("go", 100)]
            : [note("back")]
          : event.type === "timerFired"
            ? effects(event)
            : [];
      const made = world({ healUs: 700_000 }, hosts(host("a", handle)), { check });
      made.world.run();
      const broke = made.watch.named("machineBroke");
      expect(broke).toHaveLength(1);
      expect(broke[0]).toMatchObject({ atUs: 100, node: "a", fact: { event: "timerFired" } });
      expect((broke[0]?.fact as { error?: string } | undefined)?.error).toMatch(error);
      expect(made.watch.named("nodeCrashed")).toMatchObject([{ atUs: 100, fact: { cause: "machineBroke" } }]);
      expect(factsOf(made)).toEqual(["700000 back"]);
    }
  });

  test("changing a message after sending it breaks the one who does, in checking mode", () => {
    const shared: Handler = (event, state) => {
      if (event.type === "booted") {
        state["list"] = [1];
        return [send("a", { type: "m", list: state["list"] } as never), timer("later", 10)];
      }
      if (event.type === "timerFired") (state["list"] as number[]).push(2);
      return [];
    };
    expect(ran(shared).watch.named("machineBroke")).toHaveLength(1);
  });
});

test("clocks: a node sees its own, and true time stays hidden", () => {
  const handle: Handler = (event) =>
    event.type === "booted" ? [timer("t", 1_000)] : [note(`wall ${event.wallUs} monotonic ${event.monotonicUs}`)];
  const plan = { startUs: 5_000_000, clock: { offsetUs: -100, driftPpm: 0 } };
  expect(told(handle, plan)).toEqual(["5001000 wall 5000900 monotonic 1000"]);
});

test("clock faults are counted when a reading was off, and only then", () => {
  const step = (id: string, atUs: number) =>
    struck({ kind: "clockStep", target: all, byUsMin: 50, byUsMax: 50 }, { atUs, forUs: "once" }, id);
  const handle: Handler = (event) => (event.type === "booted" ? [timer("t", 1_000)] : [note(`wall ${event.wallUs}`)]);
  const made = ran(handle, { faults: [step("read", 500), step("unread", 2_000)] });
  expect(factsOf(made)).toEqual(["1000 wall 1050"]);
  expect(made.world.tallies()).toMatchObject([
    { id: "read", injected: 1, touched: 1, changed: 1 },
    { id: "unread", injected: 1, touched: 0, changed: 0 },
  ]);
});

test("a step of the wall clock moves no timer", () => {
  const step = struck(
    { kind: "clockStep", target: all, byUsMin: 50_000, byUsMax: 50_000 },
    { atUs: 500, forUs: "once" },
  );
  expect(told(onBoot([timer("t", 1_000)], say), { faults: [step] })).toEqual(["1000 t at 1000"]);
});

test("a node that was lost for good stays down after healing; one that halted by itself runs again", () => {
  const handle: Handler = (event) =>
    event.type === "booted" && event.incarnation === 0
      ? [timer("end", 100)]
      : event.type === "timerFired"
        ? [{ type: "halt" }]
        : [];
  const lose = fault({ kind: "lose", target: { of: only("b"), pick: "all" } }, { atUs: 200, forUs: "once" });
  const made = world({ healUs: 1_000, faults: [lose], link: plainLink }, hosts(host("a", handle), host("b")));
  made.world.run();
  expect(made.world.isRunning("a" as never)).toBe(true);
  expect(made.world.isRunning("b" as never)).toBe(false);
});
