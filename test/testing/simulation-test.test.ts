// What a test in a team's own repository does, short of registering it.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { afterAll, describe, expect, test } from "vitest";

import { parseScenario } from "../../src/scenario/parse.ts";
import { simulate } from "../../src/simulate.ts";
import { scenarioOf, stemOf } from "../../src/testing/scenario-of.ts";
import { runSeeds, seedRangeOf, type SeedsResult } from "../../src/testing/seeds.ts";
import { failed, mistakeIn, type SimulationFailure } from "../../src/testing/simulation-failure.ts";
import type { SimulationTestOptions } from "../../src/testing/options.ts";
import { byName, echo } from "../scenario/echo-system.ts";

const system = byName.get(echo.name)!;
const folder = mkdtempSync(join(tmpdir(), "faultline-testing-"));
const file = join(folder, "story.yaml");
writeFileSync(
  file,
  "title: t\nwhy: w\nsystem: echo\nuntil: 6s\nfaults: [{ at: 1s, for: 1s, pause: { node: client-1 } }]\n" +
    "variants:\n  slow:\n    why: w\n    set: { workload.every: 2s }\n",
);

afterAll(() => rmSync(folder, { recursive: true }));

const bug = {
  until: "6s",
  settings: { defence: { onceOnly: false } },
  faults: [{ at: "0s", duplicate: { message: "echo", copies: 2, count: 1 } }],
} as const;

const done = async (options: SimulationTestOptions): Promise<SeedsResult> =>
  runSeeds(scenarioOf("a claim", system, options), system, { from: 1, to: 3 }, () => false);

async function mistake(options: SimulationTestOptions): Promise<string | undefined> {
  const found = await done(options);
  return found.type === "done" ? mistakeIn("a claim", found, 1000) : "failed";
}

/** As a test fails that stands in such a file, in such suites. */
function toldOf(
  claim: string,
  { failure, heldBefore }: Extract<SeedsResult, { type: "failed" }>,
  options: SimulationTestOptions,
  { file: testFile, suites }: { readonly file: string; readonly suites: readonly string[] } = {
    file: "a.test.ts",
    suites: [],
  },
): SimulationFailure {
  const place = { file: testFile, name: [...suites, claim].join(" > ") };
  return failed({ claim, place, small: { found: failure, shrunk: undefined, heldBefore }, system }, options);
}

describe("a scenario", () => {
  test("of values, with the profile rough when nothing is said of faults", () => {
    const scenario = scenarioOf("Never twice!", system, {
      nodes: { servers: 1 },
      until: "9s",
      workload: { every: "2s" },
    });
    expect(scenario).toMatchObject({
      name: "echo/never-twice",
      world: { untilUs: 9_000_000 },
      workload: { every: 2_000_000 },
    });
    expect(scenario.nodes.get("server")?.length).toBe(1);
    expect(scenario.world.faults.length).toBeGreaterThan(3);
    expect(scenarioOf("x", system, { faults: [] }).world.faults).toEqual([]);
  });

  test("of a file, or a story in it, with values on top", () => {
    const base = scenarioOf("x", system, { scenario: file, settings: { retry: { after: "7ms" } } });
    expect(base).toMatchObject({
      name: "echo/story",
      settings: { retry: { after: 7000 } },
      workload: { every: 1_000_000 },
    });
    expect(base.world.faults.length).toBe(1);
    const slow = scenarioOf("x", system, {
      scenario: `${file}#slow`,
      faults: [],
      expect: { "echo.round": { max: "< 1s" } },
    });
    expect(slow).toMatchObject({ name: "echo/story#slow", workload: { every: 2_000_000 }, world: { faults: [] } });
    expect(slow.expect.figures).toMatchObject([{ figure: "echo.round", statistic: "max" }]);
  });

  test.each<[string, SimulationTestOptions, RegExp]>([
    ["a setting that there is not", { settings: { retri: {} } }, /settings[^]*retri[^]*Fix:/],
    ["a file that there is not", { scenario: "no/such.yaml" }, /There is no scenario file "no\/such\.yaml"/],
    ["a variant that there is not", { scenario: `${file}#slower` }, /UNKNOWN_VARIANT/],
    ["a fault that there is not", { faults: [{ at: "1s", explode: {} } as never] }, /explode/],
  ])("with %s is refused, and says why", (_what, options, why) => {
    expect(() => scenarioOf("x", system, options)).toThrow(why);
  });
});

test.each([
  [undefined, {}, { from: 1, to: 200 }],
  [30, {}, { from: 1, to: 30 }],
  [{ from: 5, to: 9 }, {}, { from: 5, to: 9 }],
  [30, { FAULTLINE_SEEDS: "7" }, { from: 7, to: 7 }],
  [30, { FAULTLINE_SEEDS: "3..1000" }, { from: 3, to: 1000 }],
  [30, { FAULTLINE_SEEDS: "" }, { from: 1, to: 30 }],
])("seeds %j in %j are %j", (seeds, environment, range) => {
  expect(seedRangeOf(seeds, environment)).toEqual(range);
});

test.each([
  [0, {}],
  [1.5, {}],
  [{ from: 3, to: 2 }, {}],
  [1, { FAULTLINE_SEEDS: "many" }],
  [1, { FAULTLINE_SEEDS: "3..2" }],
])("seeds %j in %j are refused", (seeds, environment) => {
  expect(() => seedRangeOf(seeds, environment)).toThrow(/expected/);
});

describe("what a test fails by", () => {
  test("nothing, when all held and something was put to the test", async () => {
    expect(await mistake({ until: "6s", faults: [] })).toBeUndefined();
  });

  test("an expectation over all seeds", async () => {
    expect(await mistake({ until: "6s", faults: [], expect: { hellos: ">= 1000" } })).toMatch(
      /^a claim: not as expected\.\nexpected hellos count >= 1000: count is \d+ to \d+$/,
    );
  });

  test("nothing that was ever put to the test", async () => {
    expect(await mistake({ until: "6s", faults: [], nodes: { clients: 0 } })).toMatch(
      /nothing was put to the test\. .* ONCE /,
    );
  });

  test("runs that a limit cut short", async () => {
    expect(await mistake({ until: "6s", faults: [], world: { limits: { events: 10 } } })).toMatch(
      /3 runs ended at a limit/,
    );
  });

  test("time that was too short, with all that ran having held", async () => {
    let asked = 0;
    const scenario = scenarioOf("a claim", system, { until: "6s", faults: [] });
    const found = await runSeeds(scenario, system, { from: 1, to: 50 }, () => (asked += 1) > 3);
    expect(found.type === "done" && mistakeIn("a claim", found, 1000)).toMatch(
      /only \d seeds? of 1\.\.50 in 1000 ms, and all held/,
    );
  });

  test("files of different claims are called differently, whatever they are written in", () => {
    expect(stemOf("Never two owners, at once!")).toBe("never-two-owners-at-once");
    const long = "x".repeat(90);
    const claims = ["никогда не два владельца", "никогда не потерять", `${long}a`, `${long}b`, "a < b", "a > b", "a b"];
    const stems = claims.map((claim) => stemOf(claim));
    expect(new Set(stems).size).toBe(claims.length);
    expect(stems.every((stem) => /^[a-z0-9][a-z0-9-]{0,79}$/.test(stem))).toBe(true);
  });

  test("a violation, told and kept as a file that fails alike", async () => {
    const found = await done(bug);
    if (found.type === "done") throw new Error("the bug was not found");
    const { failure } = found;
    const options = { saveTo: join(folder, "kept"), plugIn: "./echo.ts" };
    const error = toldOf("Never twice", found, options);
    expect(error).toMatchObject({
      property: "ONCE",
      seed: 1,
      file: expect.stringMatching(/kept\/never-twice-[0-9a-f]{16}\.failure\.yaml$/) as string,
    });
    expect(error.message).toMatch(
      /^Never twice\n\nONCE is violated: a client hears no more echoes than it said hellos\.\nAt \d\.\d{6} s on client-\d: /,
    );
    expect(error.message).toContain(`npx faultline replay ${error.file} --plug-in ./echo.ts`);
    expect(error.message.split("\n").filter((line) => line.length > 100 && !line.includes(folder))).toEqual([]);
    expect(existsSync(error.file)).toBe(true);
    const parsed = parseScenario(readFileSync(error.file, "utf8"), error.file, { systems: byName });
    const again = parsed.type === "parsed" ? simulate(parsed.story.base, { system }) : undefined;
    expect([again?.outcome, again?.digest]).toEqual(["violated", failure.digest]);
  });

  test("each test has a failure file of its own", async () => {
    const found = await done(bug);
    if (found.type === "done") throw new Error("the bug was not found");
    const options = { saveTo: join(folder, "own") };
    const failures = [
      toldOf("never twice", found, options),
      toldOf("never twice!", found, options),
      toldOf("Never twice", found, options),
      toldOf("never twice", found, options, { file: "a.test.ts", suites: ["when it rains"] }),
      toldOf("никогда", found, options),
      toldOf("никогда!", found, options),
      toldOf("never twice", found, options, { file: "deep/a.test.ts", suites: [] }),
    ];
    const names = failures.map(({ file: kept }) => basename(kept));
    expect(new Set(names).size).toBe(failures.length);
    expect(names.filter((kept) => !/^[a-z0-9]+(?:-[a-z0-9]+)*\.failure\.yaml$/.test(kept))).toEqual([]);
    expect(toldOf("never twice", found, options).file).toBe(failures[0]?.file);
  });

  test("the lines to type mean this test and this file, whatever they are called", async () => {
    const found = await done(bug);
    if (found.type === "done") throw new Error("the bug was not found");
    const name = 'a+b (or $HOME, `c`)? It\'s "twice" [1.5] ^| {x}\\';
    const options = { saveTo: join(folder, "a folder's"), plugIn: "./my systems.ts" };
    const error = toldOf(name, found, options, { file: "my tests/a (1).test.ts", suites: ["a suite"] });
    const words = error.message.split("\n").flatMap((line) =>
      / (?:npx|FAULTLINE_SEEDS=1 npx) /.test(line)
        ? [
            spawnSync("sh", ["-c", `for w in ${line}; do printf '%s\\n' "$w"; done`], { encoding: "utf8" })
              .stdout.trim()
              .split("\n"),
          ]
        : [],
    );
    expect(words).toEqual([
      ["npx", "faultline", "replay", error.file, "--plug-in", "./my systems.ts"],
      ["FAULTLINE_SEEDS=1", "npx", "vitest", "run", "my tests/a (1).test.ts", "-t", expect.any(String) as string],
    ]);
    const pattern = new RegExp(words[1]?.at(-1) ?? "");
    expect(`a suite > ${name}`).toMatch(pattern);
    expect([`another suite > ${name}`, `a suite > ${name} else`].filter((one) => pattern.test(one))).toEqual([]);
  });
});
