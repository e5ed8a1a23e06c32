// What a file of a story becomes, and what variants and overrides make of it.
import { describe, expect, test } from "vitest";

import { parseScenario, type ParseResult } from "../../src/scenario/parse.ts";
import { printProblems } from "../../src/scenario/problem.ts";
import type { Story } from "../../src/scenario/scenario.ts";
import { byName as systems } from "./echo-system.ts";
import { story } from "./story.ts";

function storyOf(result: ParseResult): Story {
  if (result.type === "refused") throw new Error(printProblems(result.problems));
  return result.story;
}

const parsed = (text: string, set: readonly string[] = [], variant?: string): Story =>
  storyOf(parseScenario(text, "scenarios/echo/lost-echo.yaml", { systems, set, variant }));

const head = "title: t\nwhy: w\nsystem: echo\nuntil: 10s\n";

describe("a story", () => {
  const { base, variants } = parsed(story);

  test("is named by its system and its file", () => {
    expect(base.name).toBe("echo/lost-echo");
    expect(variants.map(({ name }) => name)).toEqual(["echo/lost-echo#twice", "echo/lost-echo#quiet"]);
  });

  test("names its nodes by role: those of a count are numbered", () => {
    expect([...base.nodes]).toEqual([
      ["server", ["server-1", "server-2"]],
      ["client", ["alice", "bob"]],
    ]);
  });

  test("heals in time for its system to settle", () => {
    expect([base.world.untilUs, base.world.healUs]).toEqual([30_000_000, 29_000_000]);
  });

  test("has settings and workload through the system's schemas, defaults included", () => {
    expect(base.settings).toEqual({ retry: { after: 80_000, attemptsMax: 3 }, defence: { onceOnly: true } });
    expect(base.workload).toEqual({ every: 1_000_000, greeting: "hello", motion: { type: "still" } });
  });

  test("takes links from a profile, and overrides from another", () => {
    expect(base.world.link.bytesPerSecond).toBe(2_500_000);
    expect(base.world.links[0]).toMatchObject({
      from: { nodes: [], roles: ["client"] },
      oneWay: false,
      link: { latency: { type: "uniform", minUs: 1_000, maxUs: 5_000 } },
    });
  });

  test("says what it expects", () => {
    expect(base.expect).toEqual({
      exercised: ["ONCE"],
      violated: [],
      figures: [
        { figure: "hellos", statistic: "count", comparison: ">=", value: 3 },
        { figure: "echo.round", statistic: "count", comparison: ">", value: 1 },
        { figure: "echo.round", statistic: "count", comparison: "<", value: 5 },
        { figure: "echo.round", statistic: "p99", comparison: "<", value: 100_000 },
      ],
      alerts: [
        { alert: "Noise", fires: 90_000_000 },
        { alert: null, fires: "never" },
      ],
    });
  });
});

describe("faults", () => {
  const faultsOf = (faults: string) => parsed(`${head}faults:\n${faults}`).base.world.faults;

  test("of single messages last until the world heals, unless they say otherwise", () => {
    const timings = faultsOf(
      "  - { at: 2s, drop: { count: 1 } }\n  - { at: 3s, for: 1s, drop: {} }\n  - { at: 4s, for: once, drop: {} }\n",
    ).map(({ timing }) => timing);
    expect(timings).toEqual([
      { type: "scripted", atUs: 2_000_000, forUs: "untilHeal" },
      { type: "scripted", atUs: 3_000_000, forUs: 1_000_000 },
      { type: "scripted", atUs: 4_000_000, forUs: "once" },
    ]);
  });

  test("that strike at random do so from the start until the world heals", () => {
    const [crash] = faultsOf("  - { every: 2s, for: 500ms..1s, crash: { node: any server } }\n");
    expect(crash).toEqual({
      id: "crash-any-server-every-2s",
      timing: {
        type: "random",
        everyUs: 2_000_000,
        forUsMin: 500_000,
        forUsMax: 1_000_000,
        fromUs: 0,
        untilUs: 9_000_000,
      },
      action: { kind: "crash", target: { of: { nodes: [], roles: ["server"] }, pick: "any" }, torn: false },
    });
  });

  test.each([
    ["server-1", { nodes: ["server-1"], roles: [] }, "all"],
    ["servers", { nodes: [], roles: ["server"] }, "all"],
    ["server", { nodes: [], roles: ["server"] }, "all"],
    ["[server-1, clients]", { nodes: ["server-1"], roles: ["client"] }, "all"],
    ["all", { nodes: [], roles: [] }, "all"],
    ["any", { nodes: [], roles: [] }, "any"],
    ["any client", { nodes: [], roles: ["client"] }, "any"],
    ["{ any: [server-1, client-2] }", { nodes: ["server-1", "client-2"], roles: [] }, "any"],
  ])("strike at %s", (written, of, pick) => {
    const [fault] = faultsOf(`  - { at: 1s, restart: { node: ${written} } }\n`);
    expect(fault?.action).toEqual({ kind: "restart", target: { of, pick } });
  });

  test("keep their names, under which they are drawn, when another is taken out or put in", () => {
    const drop = "  - { at: 2s, drop: { message: echo, to: client-1 } }\n";
    const crash = "  - { at: 2s, crash: { node: any server } }\n";
    const idsOf = (faults: string) => faultsOf(faults).map(({ id }) => id);
    expect(idsOf(drop + crash)).toEqual([...idsOf(drop), ...idsOf(crash)]);
    expect(idsOf(crash + drop)).toEqual([...idsOf(crash), ...idsOf(drop)]);
    expect(idsOf(drop)).toEqual(["drop-echo-to-client-1-at-2s"]);
  });
});

describe("a variant", () => {
  const { base, variants } = parsed(story);
  const [twice, quiet] = variants;

  test("changes what it sets, adds faults, and leaves the rest as it was", () => {
    expect(twice).toMatchObject({ why: "Counting twice is caught.", title: base.title, nodes: base.nodes });
    expect(twice?.settings).toEqual({ ...(base.settings as object), defence: { onceOnly: false } });
    expect(twice?.world.faults.map(({ id }) => id)).toEqual([
      ...base.world.faults.map(({ id }) => id),
      "duplicate-echo-at-3s",
    ]);
    expect(twice?.world.faults[0]?.action).toMatchObject({ messages: { count: 2 } });
    expect(twice?.expect.figures.at(-1)).toMatchObject({ figure: "echo.round", statistic: "p99", value: 50_000 });
  });

  test("replaces faults and expectations as wholes, and merges what else is a map", () => {
    expect(quiet?.world.faults).toEqual([]);
    expect(quiet?.expect).toEqual({ exercised: [], violated: [], figures: [], alerts: [] });
    expect(quiet?.workload).toMatchObject({ greeting: "hi", every: 1_000_000 });
  });
});

describe("--set", () => {
  const baseWith = (...set: readonly string[]) => parsed(story, set, "base").base;

  test.each([
    ["settings.retry.after=90ms", { settings: { retry: { after: 90_000 } } }],
    ["seed=8", { seed: 8 }],
    [
      "faults[0].drop.to=[alice, bob]",
      { world: { faults: { 0: { action: { messages: { to: { nodes: ["alice", "bob"] } } } } } } },
    ],
    [
      "expect.echo.round.p50=> 1ms",
      { expect: { figures: { 3: { statistic: "p50", comparison: ">", value: 1_000 } } } },
    ],
    ["workload.motion={ type: walk, pause: 1s }", { workload: { motion: { type: "walk", pause: 1_000_000 } } }],
  ])("%s", (set, expected) => expect(baseWith(set)).toMatchObject(expected));

  test("can make maps on the way, and change how many nodes there are", () => {
    expect(baseWith("world.link={}", "world.link.loss=1%").world.link.loss).toMatchObject({
      rate: { of: 1, outOf: 100 },
    });
    expect(baseWith("world.nodes.servers=3").nodes.get("server")).toEqual(["server-1", "server-2", "server-3"]);
  });

  test("reaches the one story that is asked for; others are not looked at", () => {
    const { base, variants } = parsed(story, ["settings.retry.attemptsMax=5"], "twice");
    expect(base.settings).toMatchObject({ retry: { attemptsMax: 3 } });
    expect(variants.map(({ name }) => name)).toEqual(["echo/lost-echo#twice"]);
    expect(variants[0]?.settings).toMatchObject({ retry: { attemptsMax: 5 } });
  });

  test("reaches every variant, and the later one wins", () => {
    const { base, variants } = parsed(story, ["settings.retry.attemptsMax=5", "settings.retry.attemptsMax=6"]);
    for (const scenario of [base, ...variants]) expect(scenario.settings).toMatchObject({ retry: { attemptsMax: 6 } });
  });
});
