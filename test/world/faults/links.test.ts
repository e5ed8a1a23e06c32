// Cuts of every shape, and links that lose, dawdle, choke or refuse.

import { describe, expect, test } from "vitest";
import type { FaultAction, PartitionShape } from "../../../src/world/fault.ts";
import { FakeControls, all, any, everyNode, fault, inRole, named, scripted } from "./fake-controls.ts";

const cutBy = (shape: PartitionShape): FaultAction => ({ kind: "partition", shape, flapCutUs: 0, flapOpenUs: 0 });

/** The links that a shape cuts, such as "a>b", in order of names. */
function cuts(shape: PartitionShape, servers = 4): string {
  const world = new FakeControls([fault("p", scripted(0, 10), cutBy(shape))], { servers });
  const calls = world.run(5).filter((call) => call.includes(" cut "));
  const links = calls.map((call) => call.slice(call.lastIndexOf(" ") + 1));
  expect(new Set(links).size).toBe(links.length);
  const mended = world
    .run(20)
    .filter((call) => call.includes(" mend "))
    .map((call) => call.slice(call.lastIndexOf(" ") + 1));
  expect(mended).toEqual(links);
  return links.sort((left, right) => (left < right ? -1 : 1)).join(" ");
}

describe("a partition cuts", () => {
  const table: readonly (readonly [name: string, shape: PartitionShape, links: string])[] = [
    [
      "two groups from each other, both ways; others reach all",
      { type: "groups", groups: [named("a", "b"), named("c")] },
      "a>c b>c c>a c>b",
    ],
    ["three groups", { type: "groups", groups: [named("a"), named("b"), named("c")] }, "a>b a>c b>a b>c c>a c>b"],
    [
      "no node from a group it shares with the other",
      { type: "groups", groups: [named("a", "b"), named("b", "c")] },
      "a>c c>a",
    ],
    ["one way only", { type: "oneWay", from: named("a"), to: named("b", "c") }, "a>b a>c"],
    ["one way, a node never from itself", { type: "oneWay", from: named("a", "b"), to: named("b") }, "a>b"],
    [
      "both sides of a bridge",
      { type: "bridge", left: named("a"), bridge: named("b"), right: named("c", "d") },
      "a>c a>d c>a d>a",
    ],
    [
      "nothing from a bridge that a side names too",
      { type: "bridge", left: named("a", "b"), bridge: named("a"), right: named("d") },
      "b>d d>b",
    ],
    ["a ring of four across", { type: "ring", nodes: everyNode }, "a>c b>d c>a d>b"],
    ["a ring in the order given", { type: "ring", nodes: named("a", "c", "b", "d") }, "a>b b>a c>d d>c"],
    ["nothing in a ring of three", { type: "ring", nodes: named("a", "b", "c") }, ""],
    ["one node from all", { type: "isolate", target: all(named("b")) }, "a>b b>a b>c b>d c>b d>b"],
    [
      "two lonely nodes from all, and each from the other",
      { type: "isolate", target: all(named("a", "b")) },
      "a>b a>c a>d b>a b>c b>d c>a c>b d>a d>b",
    ],
  ];
  test.each(table)("%s", (_name, shape, links) => expect(cuts(shape)).toBe(links));

  test("with a role as a group, every node of it", () => {
    const groups = [inRole("server"), inRole("client")];
    const world = new FakeControls([fault("p", scripted(0, 10), cutBy({ type: "groups", groups }))], {
      servers: 2,
      clients: 2,
    });
    expect(
      world
        .run(5)
        .filter((call) => call.includes(" cut "))
        .map((call) => call.slice(6)),
    ).toEqual(["a>x0", "a>x1", "b>x0", "b>x1", "x0>a", "x0>b", "x1>a", "x1>b"]);
  });
});

test("a partition that isolates any node draws one at each strike", () => {
  const shape: PartitionShape = { type: "isolate", target: any() };
  const timing = { type: "random", everyUs: 50, forUsMin: 10, forUsMax: 10, fromUs: 0, untilUs: 10_000 } as const;
  const world = new FakeControls([fault("p", timing, cutBy(shape))]);
  const alone = new Set(
    world
      .run(20_000)
      .filter((call) => call.includes("began"))
      .map((call) => call.split(": ")[1]),
  );
  expect(alone).toEqual(new Set(["a alone", "b alone", "c alone", "d alone"]));
});

describe("a flapping partition", () => {
  const flapping: FaultAction = {
    kind: "partition",
    shape: { type: "oneWay", from: named("a"), to: named("b") },
    flapCutUs: 10,
    flapOpenUs: 5,
  };

  test("opens and closes in turn, beginning closed, and is open after its window", () => {
    expect(new FakeControls([fault("p", scripted(100, 42), flapping)]).run(1_000)).toEqual([
      "100 0 partition began: a cannot reach b",
      "100 cut a>b",
      "110 mend a>b",
      "115 cut a>b",
      "125 mend a>b",
      "130 cut a>b",
      "140 mend a>b",
      "142 0 partition ended",
    ]);
  });

  test("is open after healing, whether it was cut then or not", () => {
    for (const healUs of [105, 112]) {
      const world = new FakeControls([fault("p", scripted(100, "untilHeal"), flapping)]);
      world.run(healUs);
      world.heal();
      world.run(1_000);
      const moves = world.calls.filter((call) => / cut | mend /.test(call)).map((call) => call.split(" ")[1]);
      expect(moves).toEqual(["cut", "mend"]);
    }
  });
});

test("what a partition is about is told in short", () => {
  const about = (shape: PartitionShape, servers = 4): string | undefined =>
    new FakeControls([fault("p", scripted(0, 1), cutBy(shape))], { servers }).run(0)[0]?.split("began: ")[1];
  expect(about({ type: "groups", groups: [named("a"), named("b", "c")] })).toBe("a | b, c");
  expect(about({ type: "bridge", left: named("a"), bridge: named("b"), right: named("c") })).toBe(
    "a | c, both reach b",
  );
  expect(about({ type: "ring", nodes: everyNode })).toBe("ring a, b, c, d");
  expect(about({ type: "isolate", target: all() }, 12)).toBe("a, b, c, d, e, f, g, h and 4 more alone");
});

describe("links", () => {
  const ends = { from: named("a"), to: named("a", "b") };
  const table: readonly (readonly [FaultAction, string])[] = [
    [{ kind: "lossy", ...ends, loss: { type: "independent", rate: { of: 1, outOf: 2 } } }, "loss"],
    [{ kind: "latency", ...ends, latency: { type: "constant", us: 5 } }, "latency"],
    [{ kind: "bandwidth", ...ends, bytesPerSecond: 100 }, "bytesPerSecond"],
    [{ kind: "refuse", ...ends }, "refuse"],
  ];
  test.each(table)("%j changes the links it names, one way, for its window", (action, field) => {
    expect(new FakeControls([fault("l", scripted(10, 20), action)]).run(100)).toEqual([
      `10 0 ${action.kind} began: a to a, b`,
      `10 override a>b ${field}`,
      "30 restore a>b",
      `30 0 ${action.kind} ended`,
    ]);
  });

  test("that refuse once are reset, and open again in the same moment", () => {
    expect(new FakeControls([fault("l", scripted(10, "once"), { kind: "refuse", ...ends })]).run(100)).toEqual([
      "10 0 refuse began: a to a, b",
      "10 override a>b refuse",
      "10 restore a>b",
      "10 0 refuse ended",
    ]);
  });
});

describe("a dealt partition", () => {
  type Deal = Extract<PartitionShape, { readonly type: "dealt" }>["as"];
  const timing = { type: "random", everyUs: 50, forUsMin: 10, forUsMax: 10, fromUs: 0, untilUs: 10_000 } as const;

  /** What each strike was about, without repeats. */
  function deals(as: Deal, servers: number): readonly string[] {
    const faults = [fault("p", timing, cutBy({ type: "dealt", nodes: everyNode, as }))];
    const calls = new FakeControls(faults, { servers }).run(20_000);
    return [...new Set(calls.filter((call) => call.includes("began")).map((call) => call.split("began: ")[1] ?? ""))];
  }

  const table: readonly (readonly [as: Deal, servers: number, pattern: RegExp, variants: number])[] = [
    ["halves", 4, /^\w, \w \| \w, \w$/, 6],
    ["halves", 5, /^\w, \w \| \w, \w, \w$/, 10],
    ["minority", 5, /^\w, \w \| \w, \w, \w$/, 10],
    ["minority", 4, /^\w \| \w, \w, \w$/, 4],
    ["deafHalf", 3, /^\w cannot reach \w, \w$/, 3],
    ["bridge", 3, /^\w \| \w, both reach \w$/, 6],
    ["ring", 4, /^ring \w, \w, \w, \w$/, 24],
  ];
  test.each(table)("as %s of %i nodes deals them anew at each strike", (as, servers, pattern, variants) => {
    const seen = deals(as, servers);
    expect(seen.every((about) => pattern.test(about))).toBe(true);
    expect(seen.length).toBe(variants);
  });

  test("cuts what it says, and mends it", () => {
    const world = new FakeControls([
      fault("p", scripted(0, 10), cutBy({ type: "dealt", nodes: everyNode, as: "deafHalf" })),
    ]);
    const calls = world.run(20);
    const links = (word: string): readonly string[] =>
      calls.filter((call) => call.includes(` ${word} `)).map((call) => call.split(" ")[2] ?? "");
    const about = calls.find((call) => call.includes("began"))?.split("began: ")[1] ?? "";
    const [deaf = "", rest = ""] = about.split(" cannot reach ");
    const expected = deaf.split(", ").flatMap((from) => rest.split(", ").map((to) => `${from}>${to}`));
    expect(new Set(links("cut"))).toEqual(new Set(expected));
    expect(links("mend")).toEqual(links("cut"));
  });
});
