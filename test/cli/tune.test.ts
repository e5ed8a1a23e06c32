// `faultline tune` as a process: what it recommends, what it refuses, and what it answers to an optimiser of somebody else's.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { tuneDocuments } from "../../src/cli/tune-schema.ts";
import { echoPlugIn, faultline, filesIn, inFolder } from "./command.ts";

const plugIn = ["--plug-in", echoPlugIn];

const story =
  "title: Hellos that come twice\nwhy: w\nsystem: echo\nuntil: 6s\nworkload: { every: 1s }\n" +
  "faults: [{ at: 0s, for: 4s, duplicate: { message: echo, copies: 2, rate: 1 in 5 } }]\n";

/** As many hellos as can be, with a defence that may be off: then what must not happen does. */
const study =
  "title: How often may clients say hello?\nwhy: Silence is worse than noise.\nscenario: story.yaml\nseeds: 1..20\n" +
  "vary:\n  workload.every: 100ms..2s/20\n  settings.defence.onceOnly: [true, false]\n" +
  "responses:\n  - { of: hellos.count, as: hellos, better: high }\n" +
  "baseline: { workload.every: 1s, settings.defence.onceOnly: true }\n" +
  "tune:\n  budget: 600\n  worse: { slow links: { world.link: mobile }, noise: { settings.defence.onceOnly: false } }\n";

interface Told {
  readonly point: Readonly<Record<string, string>>;
  readonly runs: number;
  readonly values: Readonly<Record<string, { value: number; low: number; high: number | null }>>;
  readonly constraints: readonly { constraint: string; isKept: boolean; events: number | null }[];
}

interface Document {
  readonly runs: number;
  readonly wasCutShort: boolean;
  readonly recommended:
    | (Told & {
        worse: readonly { name: string; broken: readonly string[] }[];
        room: readonly { steps: readonly { isSafe: boolean; worse: readonly string[] }[] }[];
      })
    | null;
  readonly today: Told | null;
  readonly nearest: readonly { point: Told["point"]; broken: readonly string[] }[];
  readonly looked: readonly Told[];
}

/** What it says has the schema that it is said to have. */
function documentOf(stdout: string): Document {
  const document: unknown = JSON.parse(stdout);
  tuneDocuments.parse({ faultline: "", command: "", exitCode: 0, ...(document as object) });
  return document as Document;
}

async function inStudy<Result>(text: string, use: (cwd: string) => Promise<Result>): Promise<Result> {
  return inFolder(async (cwd) => {
    writeFileSync(join(cwd, "story.yaml"), story);
    writeFileSync(join(cwd, "study.yaml"), text);
    return use(cwd);
  });
}

const tune = (cwd: string, ...words: readonly string[]) =>
  faultline(["tune", "study.yaml", "--workers", "0", ...plugIn, ...words], { cwd });

describe("a search that finds something", { timeout: 60_000 }, () => {
  test("recommends what is best of what keeps every promise, and says what breaks first", async () => {
    await inStudy(study, async (cwd) => {
      const { code, stdout } = await tune(cwd);
      expect(code).toBe(0);
      expect(stdout).toContain("Recommended: workload.every=100ms, settings.defence.onceOnly=true.");
      expect(stdout).toMatch(/Hellos is [\d.]+\s+\([\d.]+ to [\d.]+\) more than\s+today's/);
      expect(stdout).toContain("never a broken promise: in 0 of");
      expect(stdout).toMatch(/breaks first:\s+under\s+"noise"/);
      expect(stdout).toContain("every: only 100ms; at 200ms hellos is worse by more than a tenth.");
      expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    });
  });

  test("says of circumstances that they are as the scenario has them", async () => {
    await inStudy(`${study}under: { world.start: [0s, 1s] }\n`.replace("budget: 600", "budget: 60"), async (cwd) => {
      const { stdout } = await tune(cwd);
      expect(stdout).toMatch(/^Searched with world\.start as the scenario has it: "faultline/m);
    });
  });

  test("says that nothing gains anything where today's setting is the best", async () => {
    await inStudy(study.replace("baseline: { workload.every: 1s", "baseline: { workload.every: 100ms"), async (cwd) => {
      const { code, stdout } = await tune(cwd);
      expect(code).toBe(0);
      expect(stdout).toContain("Keep today's setting: workload.every=100ms, settings.defence.onceOnly=true.");
      expect(stdout).toMatch(/gains\s+anything\s+beyond\s+chance/);
    });
  });

  test("says the same on any number of threads, and writes what it says", async () => {
    await inStudy(study, async (cwd) => {
      const alone = await tune(cwd, "--json");
      const words = ["tune", "study.yaml", "--workers", "2", "--output", "out.json", "--report", "report", ...plugIn];
      const together = await faultline(words, { cwd });
      expect(together.code).toBe(0);
      expect(filesIn(cwd)).toContain("out.json");
      const written = documentOf(readFileSync(join(cwd, "out.json"), "utf8"));
      const { recommended, runs, looked, today } = documentOf(alone.stdout);
      expect({ recommended, runs, looked, today }).toEqual({
        recommended: written.recommended,
        runs: written.runs,
        looked: written.looked,
        today: written.today,
      });
      expect(runs).toBeLessThanOrEqual(600);
      // What keeps a step from being safe is said, and shown on the page.
      expect(recommended?.room[0]?.steps.map(({ isSafe, worse }) => [isSafe, worse]).slice(0, 2)).toEqual([
        [true, []],
        [false, ["hellos.count"]],
      ]);
      const page = readFileSync(join(cwd, "report", "index.html"), "utf8");
      expect(page.includes("One step at a time")).toBe(true);
      expect(readFileSync(join(cwd, "report", "tune.json"), "utf8")).toBe(readFileSync(join(cwd, "out.json"), "utf8"));
      expect(filesIn(join(cwd, "report")).length).toBeGreaterThan(1);
    });
  });

  test("ends when its time is up, and says so by what it has", async () => {
    await inStudy(study, async (cwd) => {
      const startMs = performance.now();
      const { code, stdout } = await tune(cwd, "--time", "3s", "--json");
      expect(code).toBe(0);
      expect(performance.now() - startMs).toBeLessThan(25_000);
      const { recommended, runs } = documentOf(stdout);
      expect(recommended?.point["settings.defence.onceOnly"]).toBe("true");
      expect(runs).toBeGreaterThan(0);
    });
  });

  test("keeps the best so far when it is interrupted", async () => {
    await inStudy(study, async (cwd) => {
      const words = ["tune", "study.yaml", "--workers", "1", "--budget", "500000", "--json", ...plugIn];
      const { code, stdout, stderr } = await faultline(words, {
        cwd,
        onProgress: (pid) => process.kill(pid, "SIGINT"),
      });
      expect(code).toBe(130);
      expect(stderr).toContain("telling the best so far");
      const { wasCutShort, looked, runs } = documentOf(stdout);
      expect(wasCutShort).toBe(true);
      expect(runs).toBeLessThan(500_000);
      expect(looked.reduce((sum, point) => sum + point.runs, 0)).toBeLessThanOrEqual(runs);
    });
  });
});

describe("a search that finds nothing", { timeout: 60_000 }, () => {
  test("ends with 1 where nothing keeps the limits, and names what comes nearest", async () => {
    const limited = study
      .replace("better: high }", 'better: high }\n  - { of: echo.round.mean, limit: "< 1us" }')
      .replace("tune:\n", "tune:\n  objectives: [{ of: hellos.count, better: high }]\n");
    await inStudy(limited, async (cwd) => {
      const { code, stdout } = await tune(cwd);
      expect(code).toBe(1);
      expect(stdout).toContain("No setting that was looked at keeps every limit.");
      expect(stdout).toContain("What comes nearest");
      expect(stdout).toContain("echo.round.mean <= 1 us");
      expect(documentOf((await tune(cwd, "--json")).stdout).nearest[0]?.broken.length).toBeGreaterThan(0);
    });
  });

  test.each([
    ["a budget of nothing", study.replace("budget: 600", "budget: 0"), [], "tune.budget"],
    ["no runs at all", study, ["--budget", "0"], "BAD_NUMBER"],
    ["no time at all", study, ["--time", "0s"], "BAD_DURATION"],
    ["an objective that nothing measures", study.replace("hellos.count", "hellos.mean"), [], "UNKNOWN_RESPONSE"],
    ["an empty range", study.replace("100ms..2s/20", "2s..100ms/20"), [], "EMPTY_RANGE"],
    [
      "a worse network that does not exist",
      study.replace("world.link: mobile", "world.link: telepathy"),
      [],
      "study.yaml",
    ],
    ["a limit of two sides", study.replace("better: high", 'better: high, limit: "= 3"'), [], "NOTHING_WANTED"],
    ["a file that cannot be", study, ["--output", "no/such/folder/out.json"], "out.json"],
    ["a page for somebody else's optimiser", study, ["--external", "--report", "r"], "CONFLICTING_OPTIONS"],
  ])("refuses %s", async (_, text, words, told) => {
    await inStudy(text, async (cwd) => {
      const { code, stdout, stderr } = await tune(cwd, ...words);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(told);
      expect(stderr).toContain("Fix: ");
      expect(filesIn(cwd)).toEqual(["story.yaml", "study.yaml"]);
    });
  });
});

const launcher = fileURLToPath(new URL("../../src/cli/faultline.ts", import.meta.url));

/** An optimiser of somebody else's: it says a line and waits for one. */
function conversation(cwd: string, ...words: readonly string[]) {
  const child = spawn(
    process.execPath,
    [launcher, "tune", "study.yaml", "--external", "--workers", "0", ...plugIn, ...words],
    { cwd, stdio: ["pipe", "pipe", "ignore"] },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hear = async (): Promise<Record<string, Record<string, unknown>>> =>
    JSON.parse(String((await lines.next()).value)) as Record<string, Record<string, unknown>>;
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", (code) => resolve(code));
  });
  return {
    hear,
    say: async (line: unknown) => {
      child.stdin.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
      return hear();
    },
    hangUp: () => child.stdin.end(),
    interrupt: () => child.kill("SIGINT"),
    ended,
  };
}

const pointOf = (every: string, onceOnly = true) => ({
  "workload.every": every,
  "settings.defence.onceOnly": onceOnly,
});

describe("an optimiser of one's own", { timeout: 60_000 }, () => {
  test("asks what a setting is worth, and finds the best by halving", async () => {
    await inStudy(study, async (cwd) => {
      const { hear, say, hangUp, ended } = conversation(cwd);
      const { study: asked } = await hear();
      expect(asked).toMatchObject({
        factors: [
          { path: "workload.every", isOrdered: true },
          { path: "settings.defence.onceOnly", isOrdered: false },
        ],
        objectives: [{ response: "hellos.count", direction: "maximise" }],
        today: { "workload.every": "1s" },
      });
      const worth = async (everyMs: number): Promise<number> => {
        const { tell } = await say({ ask: { id: everyMs, point: pointOf(`${everyMs}ms`), seeds: 4 } });
        expect(tell).toMatchObject({ id: everyMs, runs: 4, isKept: true });
        return (tell as unknown as Told).values["hellos.count"]?.value ?? 0;
      };
      let [low, high] = [100, 2_000];
      while (high - low > 50) {
        const [left, right] = [Math.round(low + (high - low) / 3), Math.round(high - (high - low) / 3)];
        if ((await worth(left)) >= (await worth(right))) high = right;
        else low = left;
      }
      expect(low).toBe(100);
      hangUp();
      expect(await hear()).toMatchObject({ end: { refused: 0 } });
      expect(await ended).toBe(0);
    });
  });

  test("is told when a promise breaks, and gets the same runs for the same question", async () => {
    await inStudy(study, async (cwd) => {
      const { hear, say, hangUp } = conversation(cwd);
      await hear();
      const first = await say({ ask: { point: pointOf("200ms", false), seeds: 6 } });
      expect(first).toMatchObject({ tell: { isKept: false, runs: 6 } });
      expect(await say({ ask: { point: pointOf("200ms", false), seeds: 6 } })).toEqual(first);
      hangUp();
      expect(await hear()).toMatchObject({ end: { told: 2, runs: 6 } });
    });
  });

  test("is answered with an error whatever it says, and may go on", async () => {
    await inStudy(study, async (cwd) => {
      const { hear, say, hangUp, ended } = conversation(cwd, "--budget", "5");
      await hear();
      const hostile: readonly (readonly [unknown, string])[] = [
        ["rubbish", "NOT_JSON"],
        ["[".repeat(60_000), "NOT_JSON"],
        ["x".repeat(300_000), "LINE_TOO_LONG"],
        ["\u0000\u001b[31m", "NOT_JSON"],
        [{}, "NOT_UNDERSTOOD"],
        [null, "NOT_UNDERSTOOD"],
        [{ ask: { point: pointOf("1s"), seeds: 0 } }, "NOT_UNDERSTOOD"],
        [{ ask: { point: pointOf("1s"), seeds: 1e9 } }, "NOT_UNDERSTOOD"],
        [{ ask: { point: pointOf("1s"), more: 1 } }, "NOT_UNDERSTOOD"],
        ['{"ask": {"point": {"__proto__": "1s"}}}', "LEVEL_MISSING"],
        [{ ask: { point: { "workload.every": "1s" } } }, "LEVEL_MISSING"],
        [{ ask: { point: { ...pointOf("1s"), "workload.greeting": "hi" } } }, "NOT_VARIED"],
        [{ ask: { point: pointOf("1h") } }, "NOT_A_LEVEL"],
        [{ ask: { point: pointOf("often") } }, "NOT_A_LEVEL"],
        [{ ask: { point: pointOf("1s"), seeds: 6 } }, "BUDGET_SPENT"],
      ];
      for (const [place, [line, code]] of hostile.entries()) {
        expect(await say(line)).toMatchObject({ error: { line: place + 1, code } });
      }
      expect(await say({ ask: { point: pointOf("1s"), seeds: 5 } })).toMatchObject({ tell: { runs: 5 } });
      hangUp();
      expect(await hear()).toEqual({ end: { told: 1, refused: hostile.length, runs: 5 } });
      expect(await ended).toBe(0);
    });
  });

  test("pays for today's runs too where a limit refers to them, and never beyond the budget", async () => {
    const limited = study.replace("responses:\n", 'responses:\n  - { of: messages.sent, limit: "<= baseline" }\n');
    await inStudy(limited, async (cwd) => {
      const { hear, say, hangUp } = conversation(cwd, "--budget", "14");
      await hear();
      expect(JSON.stringify(await say({ ask: { point: pointOf("500ms"), seeds: 8 } }))).toMatch(
        /"BUDGET_SPENT".*has 14 runs left/,
      );
      expect(await say({ ask: { point: pointOf("1s"), seeds: 5 } })).toMatchObject({ tell: { runs: 5 } });
      expect(await say({ ask: { point: pointOf("500ms"), seeds: 6 } })).toMatchObject({ tell: { runs: 6 } });
      expect(JSON.stringify(await say({ ask: { point: pointOf("2s"), seeds: 3 } }))).toContain("has 2 runs left");
      hangUp();
      expect(await hear()).toMatchObject({ end: { told: 2, runs: 12 } });
    });
  });

  test("may be interrupted with Ctrl-C while nobody asks", async () => {
    await inStudy(study, async (cwd) => {
      const { hear, interrupt, ended } = conversation(cwd);
      await hear();
      interrupt();
      expect(await hear()).toMatchObject({ end: { told: 0 } });
      expect(await ended).toBe(130);
    });
  });
});

test("names of a study's own do not act on a terminal", { timeout: 60_000 }, async () => {
  const hostile = String.raw`
title: >
  A question
  of two lines
why: w
scenario: story.yaml
seeds: 1..4
vary:
  "pa\u202ece\u001b[31m":
    "sl\u202eow": { workload.every: 2s }
    "q\u0007uick": { workload.every: 1s }
  settings.defence.onceOnly: [true, false]
responses:
  - { of: hellos.count, as: "he\u202ellos\u001b[31m", better: high }
tune: { budget: 60, worse: { "n\u202eoise": { until: 7s } } }
`;
  await inStudy(hostile, async (cwd) => {
    for (const command of ["sweep", "tune"]) {
      const { code, stdout } = await faultline([command, "study.yaml", "--no-cache", ...plugIn], { cwd });
      expect([command, code]).toEqual([command, 0]);
      expect(stdout).toContain("A question of two lines\n");
      // oxlint-disable-next-line eslint/no-control-regex -- control characters are what is looked for
      expect(stdout).not.toMatch(/[\u0007\u001b\u202e]|u000a/);
      expect(stdout).toContain(String.raw`he\u202ellos\u001b[31m`);
    }
  });
});
