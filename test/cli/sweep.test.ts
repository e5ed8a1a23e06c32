// `faultline sweep` from end to end: studies and typed questions, the cache, an interruption, and every mistake.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { sweep } from "../../src/cli/sweep.ts";
import type { SweepFlags } from "../../src/cli/sweep-request.ts";
import { defaultPath } from "../../src/cli/cache-option.ts";
import { ReaderMistake } from "../../src/cli/exit-codes.ts";
import { documentOf, output } from "./answers.ts";
import { echoPlugIn, faultline, inFolder, quietStory } from "./command.ts";

const question: SweepFlags = {
  vary: ["workload.every=[100ms, 300ms]"],
  response: ["hellos.count"],
  seeds: "1..6",
  workers: "0",
  plugIn: [echoPlugIn],
};

const study = (scenario: string, keys = ""): string =>
  `title: How often?\nwhy: w\nscenario: ${scenario}\nseeds: 1..4\nvary: { workload.every: [100ms, 300ms] }\n${keys}responses: [hellos.count]\n`;

/** A folder with a scenario and a study of it. */
const inStudy = async (use: (folder: string, file: string) => Promise<void>, keys = ""): Promise<void> =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "quiet.yaml"), quietStory);
    writeFileSync(join(folder, "study.yaml"), study("quiet.yaml", keys));
    await use(folder, join(folder, "study.yaml"));
  });

async function codesOf(reference: string, flags: SweepFlags): Promise<readonly string[]> {
  try {
    await sweep(reference, flags, output);
    return [];
  } catch (error) {
    if (error instanceof ReaderMistake) return error.problems.map(({ code }) => code);
    throw error;
  }
}

describe("faultline sweep", () => {
  test("answers a question that is typed", () =>
    inStudy(async (folder) => {
      const document = documentOf("sweep", await sweep(join(folder, "quiet.yaml"), question, output));
      expect(document).toMatchObject({
        exitCode: 0,
        baseline: { "workload.every": "100ms" },
        points: [
          { isBaseline: true, runs: 6 },
          { runs: 6, responses: [{ difference: { verdict: "better" } }] },
        ],
        answer: { tone: "unsure" },
        runs: { ran: 12, known: 0 },
      });
    }));

  test("answers a study, whose scenario lies beside it, the same on threads and again", () =>
    inStudy(async (folder, file) => {
      const flags = { plugIn: [echoPlugIn], output: join(folder, "1.json"), report: join(folder, "report") };
      await sweep(file, { ...flags, workers: "2" }, output);
      await sweep(file, { ...flags, workers: "0", output: join(folder, "2.json") }, output);
      expect(readFileSync(join(folder, "2.json"), "utf8")).toBe(readFileSync(join(folder, "1.json"), "utf8"));
      expect(readdirSync(join(folder, "report")).toSorted()).toEqual(
        expect.arrayContaining(["index.html", "report.json", "report.md"]),
      );
      expect(readFileSync(join(folder, "report", "report.md"), "utf8")).toContain("300 ms is better than 100 ms");
    }));

  test("what is typed wins over what a study says", () =>
    inStudy(async (_, file) => {
      const flags = { plugIn: [echoPlugIn], workers: "0", seeds: "5..6", vary: ["workload.every=1s..2s/2"] };
      const answer = await sweep(
        file,
        { ...flags, response: ["events"], set: ["until=9s"], baseline: ["workload.every=1s"] },
        output,
      );
      expect(documentOf("sweep", answer)).toMatchObject({
        seeds: { from: 5, to: 6 },
        baseline: { "workload.every": "1s" },
        points: [{ at: { "workload.every": "1s" } }, { at: { "workload.every": "2s" } }],
        responses: [{ name: "events" }],
      });
    }));

  test("makes no run twice, and goes on where it was interrupted", { timeout: 120_000 }, () =>
    inFolder(async (folder) => {
      const cache = join(folder, "cache.sqlite");
      const flags: SweepFlags = {
        vary: ["settings.transfer.deadline=[50ms, 100ms]"],
        response: ["transfer.started.count"],
        set: ["until=3s", "heal=2s"],
        seeds: "1..2",
        workers: "0",
        cache,
      };
      const runsOf = async (changed: SweepFlags) =>
        documentOf("sweep", await sweep("mesh/transfer#base", { ...flags, ...changed }, output))["runs"];
      expect(await runsOf({})).toEqual({ ran: 4, known: 0 });
      expect(await runsOf({ seeds: "1..3" })).toEqual({ ran: 2, known: 4 });
      expect(await runsOf({ response: ["A1", "messages.sent"] })).toEqual({ ran: 0, known: 4 });
      expect(await runsOf({ plant: ["mesh/no-fencing"] })).toEqual({ ran: 4, known: 0 });
      expect(await runsOf({ cache: false })).toEqual({ ran: 4, known: 0 });

      const words = ["sweep", "mesh/transfer#base", "--vary", "settings.transfer.deadline=[50ms, 100ms]", "--json"];
      const typed = [...words, "--set", "until=3s", "--set", "heal=2s", "--response", "events", "--cache", cache];
      const cut = await faultline([...typed, "--workers", "1", "--seeds", "1..4000"], {
        onProgress: (pid) => process.kill(pid, "SIGINT"),
      });
      expect(cut.code).toBe(130);
      const kept = JSON.parse(cut.stdout) as { runs: { ran: number; known: number }; missing: number };
      expect(kept.runs.known).toBe(6);
      expect(kept.runs.ran + kept.runs.known + kept.missing).toBe(8000);
      expect(kept.missing).toBeGreaterThan(0);
    }),
  );

  test("keeps results in the user's folder unless told otherwise", () => {
    expect(defaultPath({ FAULTLINE_CACHE: "/a/b.sqlite", XDG_CACHE_HOME: "/c" })).toBe("/a/b.sqlite");
    expect(defaultPath({ XDG_CACHE_HOME: "/c" })).toBe(join("/c", "faultline", "results.sqlite"));
    expect(defaultPath({})).toMatch(/\.cache.faultline.results\.sqlite$/);
  });
});

describe("faultline sweep refuses", () => {
  test.each<readonly [string, Partial<SweepFlags>, string]>([
    ["an unknown setting", { vary: ["workload.evry=[1s, 2s]"] }, "UNKNOWN_PATH"],
    ["an empty range", { vary: ["workload.every=2s..1s/4"] }, "EMPTY_RANGE"],
    ["a range without a number of values", { vary: ["workload.every=1s..2s"] }, "BAD_RANGE"],
    ["a path that is varied twice", { vary: ["workload.every=1s..2s/2", "workload.every=[3s, 4s]"] }, "VARIED_TWICE"],
    ["no equals sign", { vary: ["workload.every"] }, "BAD_OVERRIDE"],
    ["an unknown response", { response: ["helos.count"] }, "UNKNOWN_RESPONSE"],
    ["nothing asked", { response: [] }, "NOTHING_ASKED"],
    ["nothing varied", { vary: [] }, "NOTHING_VARIED"],
    ["no points", { points: "0" }, "BAD_NUMBER"],
    ["seeds that are none", { seeds: "9..1" }, "BAD_SEEDS"],
    ["a baseline of something else", { baseline: ["settings.retry.after=1s"] }, "NOT_VARIED"],
    ["a baseline that cannot be", { baseline: ["workload.every=often"] }, "WRONG_VALUE"],
  ])("%s", (_, flags, code) =>
    inStudy(async (folder) => {
      expect(await codesOf(join(folder, "quiet.yaml"), { ...question, ...flags })).toEqual([code]);
    }),
  );

  test("studies of a later format, of no scenario, and scenarios that are none", () =>
    inStudy(async (folder, file) => {
      const flags = { plugIn: [echoPlugIn], workers: "0" };
      const written = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const later = written("later.yaml", `faultline: 2\n${readFileSync(file, "utf8")}`);
      expect(await codesOf(later, flags)).toEqual(["NEWER_FORMAT"]);
      const none = written("none.yaml", study("nowhere.yaml"));
      expect(await codesOf(none, flags)).toEqual(["NO_SUCH_FILE"]);
      expect(await codesOf(join(folder, "quiet.yaml"), flags)).toEqual(["NOT_A_STUDY"]);
      expect(await codesOf(join(folder, "nowhere.yaml"), flags)).toEqual(["NO_SUCH_FILE"]);
      const two = written("two.yaml", study("two.yaml"));
      expect(await codesOf(two, flags)).toEqual(["IS_A_STUDY"]);
    }));
});
