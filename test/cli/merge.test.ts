// Shards, merged: one verdict, and every file that cannot count named with its reason.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import type { Answer } from "../../src/cli/output.ts";
import { merge } from "../../src/cli/merge.ts";
import { failuresOf } from "../../src/report/test-report.ts";
import { type Document, documentOf, fuzzEcho, output, runEcho } from "./answers.ts";
import { failingStory, faultline, inFolder, quietStory } from "./command.ts";

interface Stage {
  readonly folder: string;
  readonly whole: Answer;
  /** Documents of three shards, by their number. */
  readonly shards: readonly Document[];
}

/** Three shards of two scenarios, one of which fails when it is to. */
async function withShards<Result>(
  { fails, expects = ">= 1" }: { readonly fails: boolean; readonly expects?: string },
  use: (stage: Stage) => Result,
): Promise<Result> {
  return inFolder(async (folder) => {
    const files = [join(folder, "quiet.yaml"), join(folder, "other.yaml")] as const;
    writeFileSync(files[0], `${quietStory}expect: { exercised: [ONCE], hellos: "${expects}" }\n`);
    writeFileSync(files[1], fails ? failingStory : quietStory);
    const whole = await runEcho(files, { seeds: "1..7" });
    const shards: Document[] = [];
    for (const index of [1, 2, 3]) {
      const document = documentOf("run", await runEcho(files, { seeds: "1..7", shard: `${index}/3` }));
      shards.push(document);
      writeFileSync(join(folder, `${index}.json`), JSON.stringify(document));
    }
    return use({ folder, whole, shards });
  });
}

const nameless = (key: string, value: unknown): unknown => (key === "signature" ? undefined : value);

/** What is said of files and shards that do not count, by code. */
const remarksOf = (answer: Answer): readonly string[] =>
  (answer.document["remarks"] as readonly { file: string; code: string }[]).map(({ code }) => code);

describe("shards that are all there", () => {
  test("say what one campaign would have said", () =>
    withShards({ fails: true }, ({ folder, whole }) => {
      const merged = merge([folder], output);
      expect(merged.exitCode).toBe(1);
      expect(documentOf("merge", merged)).toMatchObject({ complete: true, remarks: [] });
      expect(documentOf("merge", merged)["scenarios"]).toEqual(documentOf("run", whole)["scenarios"]);
      // A shard names its failures; a run does so when somebody asks for it.
      const unnamed = JSON.parse(JSON.stringify(merged.report?.suites.slice(1), nameless)) as unknown;
      expect(unnamed).toEqual(JSON.parse(JSON.stringify(whole.report?.suites)));
      expect(
        merged.report?.suites.flatMap((suite) => failuresOf(suite).map(({ finding }) => finding.signature)),
      ).toEqual([expect.stringContaining("ONCE | client heard")]);
    }));

  test("end with 0 when all held, in whatever order they are named", () =>
    withShards({ fails: false }, ({ folder }) => {
      const files = [3, 1, 2].map((index) => join(folder, `${index}.json`));
      expect(merge(files, output)).toMatchObject({ exitCode: 0, document: { complete: true } });
    }));

  test("count once, however often a file is named", () =>
    withShards({ fails: false }, ({ folder }) => {
      const merged = merge([join(folder, "1.json"), folder, `${folder}/.`], output);
      expect(documentOf("merge", merged)).toMatchObject({ complete: true, remarks: [] });
      expect(merged.document["inputs"]).toHaveLength(3);
    }));

  test("are held together to what is expected of all runs, which no shard is held to", () =>
    withShards({ fails: false, expects: ">= 100000" }, ({ folder, shards }) => {
      expect(shards.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
      expect(merge([folder], output).exitCode).toBe(1);
    }));
});

describe("what cannot count is named, and the rest is judged", () => {
  const cases: readonly (readonly [what: string, text: (shard: Document) => string, code: string, exitCode: number])[] =
    [
      ["a file cut short", (shard) => JSON.stringify(shard).slice(0, 300), "DAMAGED", 1],
      ["a document changed on the way", (shard) => JSON.stringify({ ...shard, scenarios: [{}] }), "DAMAGED", 1],
      ["a file of somebody else", () => '{"name":"some-package"}', "FOREIGN", 0],
      ["another document of ours", () => '{"faultline":"0.1.0","command":"list","exitCode":0}', "FOREIGN", 0],
      [
        "a result of a later build",
        (shard) => JSON.stringify({ ...shard, shard: { ...(shard["shard"] as object), format: 2 } }),
        "FUTURE",
        1,
      ],
      [
        "a shard that ended with a mistake",
        () => '{"faultline":"0.1.0","command":"run","exitCode":2,"error":{}}',
        "NO_RESULT",
        1,
      ],
      ["a result without a shard", () => '{"faultline":"0.1.0","command":"run","exitCode":0}', "NOT_A_SHARD", 1],
      ["the same again", (shard) => JSON.stringify(shard), "DUPLICATE", 0],
      ["no text at all", () => "\u0000\ufffd", "DAMAGED", 1],
    ];

  test("each beside three good shards", () =>
    withShards({ fails: false }, ({ folder, shards: [first = {}] }) => {
      for (const [what, text, code, exitCode] of cases) {
        const file = join(folder, "more.json");
        writeFileSync(file, text(first));
        const merged = merge([folder], output);
        expect([what, remarksOf(merged), merged.exitCode]).toEqual([what, [code], exitCode]);
      }
    }));

  test("a missing shard: never green, in no report", () =>
    withShards({ fails: false }, ({ folder }) => {
      rmSync(join(folder, "2.json"));
      const merged = merge([folder, join(folder, "nowhere.json")], output);
      expect([remarksOf(merged), merged.exitCode]).toEqual([["NO_SUCH_FILE", "MISSING_SHARD"], 1]);
      expect(merged.lines.join("\n")).toMatch(/INCOMPLETE\n[^]*MISSING_SHARD {2}Shard 2 of 3 is missing/);
      expect(merged.report?.suites[0]?.cases[0]?.result.type).toBe("failed");
      expect(merged.report?.markdown).toContain("MISSING");
    }));

  test("an interrupted shard", () =>
    withShards({ fails: false }, ({ folder, shards: [first = {}] }) => {
      const [scenario, ...others] = first["scenarios"] as readonly Document[];
      const { runs, ...part } = scenario["part"] as { readonly runs: readonly unknown[] };
      const cut = { ...scenario, missingFrom: 2, runs: 1, part: { ...part, runs: runs.slice(0, 1) } };
      writeFileSync(
        join(folder, "1.json"),
        JSON.stringify({ ...first, interrupted: true, scenarios: [cut, ...others] }),
      );
      const merged = merge([folder], output);
      expect([remarksOf(merged), merged.exitCode]).toEqual([["PARTIAL_SHARD"], 1]);
    }));
});

describe("refused", () => {
  test("nothing to merge", () =>
    inFolder(async (folder) => {
      expect(() => merge([folder], output)).toThrow("There is no .json file in it.");
      writeFileSync(join(folder, "a.json"), "{");
      expect(() => merge([folder], output)).toThrow("It is no JSON document");
      await Promise.resolve();
    }));

  test("two results that cannot both be true", () =>
    withShards({ fails: false }, ({ folder, shards: [first = {}] }) => {
      const [one, two] = first["scenarios"] as readonly Document[];
      const other = { ...first, scenarios: [{ ...one, digest: "0123456789abcdef" }, two] };
      writeFileSync(join(folder, "more.json"), JSON.stringify(other));
      expect(() => merge([folder], output)).toThrow(/cannot both count\. Both are shard 1 of 3/);
    }));

  test("a part that does not exist, and one run in parts", async () => {
    for (const shard of ["0/3", "4/3", "1", "a/b", "1/10000"]) {
      await expect(runEcho(["mesh/baseline"], { shard })).rejects.toThrow("is no part of a campaign");
    }
  });
});

describe("hunts", () => {
  test("of one campaign: findings by signature, ledgers added up, reports like those of runs", () =>
    inFolder(async (folder) => {
      const story = join(folder, "failing.yaml");
      writeFileSync(story, failingStory);
      const hunts: Document[] = [];
      for (const index of [1, 2]) {
        const flags = { runs: "6", seed: "3", shard: `${index}/2`, save: join(folder, "found"), shrinkTime: "0s" };
        const document = documentOf("fuzz", await fuzzEcho([story], flags));
        hunts.push(document);
        writeFileSync(join(folder, `${index}.json`), JSON.stringify(document));
      }
      const merged = merge([folder], output);
      const [hunt] = merged.document["hunts"] as readonly { runs: number; findings: readonly { count: number }[] }[];
      const each = hunts.map(({ ledger }) => ledger as { runs: number; violated: number });
      expect(hunt).toMatchObject({ runs: each[0].runs + each[1].runs, system: "echo", seed: 3 });
      const found = hunts.flatMap(({ findings }) => findings as readonly { signature: string; count: number }[]);
      expect(found.length).toBeGreaterThan(1);
      expect(hunt.findings.length).toBe(new Set(found.map(({ signature }) => signature)).size);
      const countIn = (findings: readonly { count: number }[]): number =>
        findings.reduce((sum, { count }) => sum + count, 0);
      expect(countIn(hunt.findings)).toBe(countIn(found));
      expect([merged.exitCode, remarksOf(merged)]).toEqual([1, []]);
      const failures = merged.report?.suites.flatMap((suite) => failuresOf(suite)) ?? [];
      expect(failures.map(({ rule }) => rule.id)).toContain("ONCE");
      expect(failures[0]?.finding).toMatchObject({ signature: expect.stringContaining("ONCE") as string });
      expect(merged.lines.join("\n")).toMatch(/echo hunted {2}seed 3 {2}\d+ FINDINGS?\n/);

      rmSync(join(folder, "1.json"));
      expect(remarksOf(merge([folder], output))).toEqual(["MISSING_SHARD"]);
    }));
});

test("as a command: 2 with nothing, 1 with a loss", { timeout: 60_000 }, () =>
  withShards({ fails: false }, async ({ folder }) => {
    const [nothing, loss] = await Promise.all([
      faultline(["merge", join(folder, "quiet.yaml")]),
      faultline(["merge", join(folder, "1.json"), "--json"]),
    ]);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("DAMAGED")]);
    expect([loss.code, JSON.parse(loss.stdout)]).toEqual([1, expect.objectContaining({ complete: false })]);
  }),
);
