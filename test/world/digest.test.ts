// One seed is one history: what the digest depends on, what it does not, and how a difference is found (X1, X2).
import { describe, expect, test } from "vitest";

import type { Decisions } from "../../src/kernel/streams.ts";
import type { NodeSpec } from "../../src/machine/machine.ts";
import { firstDivergence } from "../../src/world/divergence.ts";
import type { WorldPlan } from "../../src/world/plan.ts";
import { World, type WorldOptions } from "../../src/world/world.ts";
import { pingNodes, pingPlan } from "./ping.ts";
import { Watch, host, hosts, plainPlan, send, type Handler } from "./plans.ts";
import { stormNodes, stormPlan } from "./storm.ts";

const quiet = { observe() {} };

function storm(options: Partial<WorldOptions> = {}, nodes: readonly NodeSpec[] = stormNodes(5)): World {
  const world = new World(stormPlan, nodes, { seed: 7, observer: quiet, ...options });
  world.run();
  return world;
}

describe("the digest of a storm", () => {
  const digest = storm().digestHex();

  test("is the same again, in checking mode too, watched or not, traced or not", () => {
    expect(storm().digestHex()).toBe(digest);
    expect(storm({ check: true }).digestHex()).toBe(digest);
    const watch = new Watch();
    expect(storm({ observer: watch, tracer: watch }).digestHex()).toBe(digest);
    expect(storm({ decisions: { record: true } }).digestHex()).toBe(digest);
    expect(watch.lines.length).toBeGreaterThan(2_000);
  });

  test("is the same in any bites: by event, by millisecond, at once", () => {
    const byEvent = new World(stormPlan, stormNodes(5), { seed: 7, observer: quiet });
    while (byEvent.step());
    expect(byEvent.digestHex()).toBe(digest);
    const byTime = new World(stormPlan, stormNodes(5), { seed: 7, observer: quiet });
    for (let atUs = 0; atUs <= stormPlan.untilUs; atUs += 1_000) byTime.runUntil(atUs);
    expect(byTime.digestHex()).toBe(digest);
  });

  test("is another for each seed", () => {
    const digests = Array.from({ length: 40 }, (_, seed) => storm({ seed }).digestHex());
    expect(new Set(digests).size).toBe(40);
    expect(storm({ seed: "7" }).digestHex()).toBe(digest);
  });

  test("comes again under another seed when everything that chance decided is forced", () => {
    const decisions = storm({ decisions: { record: true } }).recordedDecisions();
    const again = storm({ seed: "quite another", decisions: { force: decisions } });
    expect(again.digestHex()).toBe(digest);
    expect(again.forcedMisfits).toBe(0);
    expect(decisions.length).toBeGreaterThan(100);
  });

  test("every fault kind bit something", () => {
    const changed = new Map<string, number>();
    for (let seed = 0; seed < 12; seed++) {
      for (const { id, changed: count } of storm({ seed }).tallies()) changed.set(id, (changed.get(id) ?? 0) + count);
    }
    expect([...changed].filter(([, count]) => count === 0)).toEqual([]);
  });
});

test("what was decided is plain data, sorted by stream, with no stream twice", () => {
  const decisions: Decisions = storm({ decisions: { record: true } }).recordedDecisions();
  const names = decisions.map(({ stream }) => stream);
  expect(names).toEqual([...new Set(names)].sort((left, right) => (left < right ? -1 : 1)));
  expect(names.some((name) => name.startsWith("latency storm/0>storm/1 hello"))).toBe(true);
  expect(JSON.parse(JSON.stringify(decisions))).toEqual(decisions);
});

describe("a node more", () => {
  /** Each node sends to the next of the first four, with everything that chance can do to a message. */
  const chatter: Handler = (event) => {
    if (event.type !== "booted" && event.type !== "timerFired") return [];
    return [
      ...["n0", "n1", "n2", "n3"].map((name) => send(name, { type: "hello" })),
      { type: "setTimer", timer: "beat", afterUs: 900, spreadUs: 300 },
    ];
  };
  const names = ["n0", "n1", "n2", "n3"];
  const plan: WorldPlan = { ...plainPlan, untilUs: 100_000, healUs: 100_000, link: { ...stormPlan.link } };
  const deliveries = (nodes: readonly NodeSpec[]): readonly string[] => {
    const watch = new Watch();
    new World(plan, nodes, { seed: 3, observer: watch, tracer: watch }).run();
    return watch.lines.flatMap((line) => (line.kind === "delivered" ? [`${line.atUs} ${line.node}<${line.from}`] : []));
  };
  const four = hosts(...names.map((name) => host(name, chatter)));

  test.each([
    ["at the end", [...four, host("idle", undefined, "node", 4)]],
    ["at the front", [host("idle", undefined, "other", 0), ...four]],
    [
      "a hundred of them",
      [...four, ...Array.from({ length: 100 }, (_, at) => host(`idle ${at}`, undefined, "other", at))],
    ],
  ])("that does nothing shifts no draw of the others: %s", (_, nodes) => {
    expect(deliveries(nodes)).toEqual(deliveries(four));
  });
});

test("other names shift no draw", () => {
  const timesOf = (names: readonly string[]): readonly string[] => {
    const chatter: Handler = (event) =>
      event.type === "booted" || event.type === "timerFired"
        ? [
            ...names.map((name) => send(name, { type: "hello" })),
            { type: "setTimer", timer: "beat", afterUs: 900, spreadUs: 300 },
          ]
        : [];
    const watch = new Watch();
    const plan = { ...plainPlan, untilUs: 50_000, healUs: 50_000, link: stormPlan.link };
    const nodes = hosts(...names.map((name) => host(name, chatter)));
    new World(plan, nodes, { seed: 3, observer: watch, tracer: watch }).run();
    const place = (name: string): number => names.indexOf(name);
    return watch.lines.flatMap((line) =>
      line.kind === "delivered" ? [`${line.atUs} ${place(line.node)}<${place(line.from)}`] : [],
    );
  };
  expect(timesOf(["zeta", "alpha", "m"])).toEqual(timesOf(["n0", "n1", "n2"]));
});

test("large worlds draw the same whether their streams are kept or only counted", () => {
  const plan = { ...pingPlan, untilUs: 30_000, healUs: 30_000, link: stormPlan.link };
  const digests = [{}, { decisions: { record: true } }].map((options) => {
    const world = new World(plan, pingNodes(100), { seed: 5, observer: quiet, ...options });
    world.run();
    return world.digestHex();
  });
  expect(digests[0]).toBe(digests[1]);
});

test("a checkpoint holds in a large world too", () => {
  const plan = { ...pingPlan, untilUs: 30_000, healUs: 30_000, link: stormPlan.link };
  const [whole, part, other] = [1, 2, 3].map(() => new World(plan, pingNodes(100), { seed: 5, observer: quiet }));
  whole?.run();
  part?.runUntil(11_111);
  if (part !== undefined) other?.restore(part.checkpoint());
  other?.run();
  expect(other?.digestHex()).toBe(whole?.digestHex());
});

test("when the world begins changes nothing but the time on the facts", () => {
  const relative = (startUs: number): readonly string[] => {
    const watch = new Watch();
    new World({ ...stormPlan, startUs }, stormNodes(4), { seed: 2, observer: watch, tracer: watch }).run();
    return watch.lines.map((line) => `${line.atUs - startUs} ${line.node} ${line.kind}`);
  };
  expect(relative(1_700_000_000_000_000)).toEqual(relative(0));
});

describe("two runs that should be one", () => {
  const plan: WorldPlan = { ...plainPlan, untilUs: 50_000, healUs: 50_000 };
  const beats = (leak: { count: number }): readonly NodeSpec[] => {
    const beat: Handler = (event) => {
      if (event.type !== "booted" && event.type !== "timerFired") return [];
      leak.count++;
      return [
        send("b", { type: "beat", at: { list: [1, leak.count === 7 ? 2 : 1] } } as never),
        { type: "setTimer", timer: "beat", afterUs: 1_000 },
      ];
    };
    return hosts(host("a", beat), host("b"));
  };
  const worldOf = (nodes: readonly NodeSpec[]): World =>
    new World(plan, nodes, { seed: 1, observer: quiet, check: true });

  test("and are", () => {
    expect(firstDivergence(worldOf(beats({ count: 100 })), worldOf(beats({ count: 100 })))).toBeUndefined();
  });

  test("and are not, differ first at an event, a node and a field", () => {
    // What one run leaves behind, the other finds: a count outside the machine's state.
    expect(firstDivergence(worldOf(beats({ count: 0 })), worldOf(beats({ count: 50 })))).toEqual({
      event: 14,
      atUs: 6_000,
      node: "a",
      difference: { path: "effects[0].message.at.list[1]", left: 2, right: 1 },
    });
  });
});
