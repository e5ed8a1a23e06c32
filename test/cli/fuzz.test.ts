// `faultline fuzz` as a process: what it says, what it keeps, and what it makes of what others have left.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { echoPlugIn, failingStory, faultline, filesIn, inFolder, quietStory } from "./command.ts";

const plugIn = ["--plug-in", echoPlugIn];
const fuzz = ["fuzz", "--workers", "0", "--shrink-time", "0s", ...plugIn];

interface Document {
  readonly findings: readonly { property: string; strategy: string; file: string; replay: string; count: number }[];
  readonly kept: { runs: number; failures: number; skipped: readonly { file: string; why: string }[] } | null;
  readonly ledger: { readonly runs: number; readonly kinds: object; readonly reached: number };
}

const documentOf = (stdout: string): Document => JSON.parse(stdout) as Document;

describe("a hunt that finds something", { timeout: 120_000 }, () => {
  test("keeps one failure for each signature, which fails alone, and ends with 1", async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, "bad.yaml"), failingStory);
      const found = await faultline([...fuzz, "bad.yaml", "--runs", "40", "--json"], { cwd });
      expect(found.code).toBe(1);
      const { findings, ledger } = documentOf(found.stdout);
      expect(ledger.runs).toBe(40);
      expect(findings[0]).toMatchObject({ property: "ONCE" });
      expect(filesIn(join(cwd, "failures"))).toHaveLength(findings.length);
      const [, ...words] = findings[0]?.replay.split(" ") ?? [];
      const replayed = await faultline(words, { cwd });
      expect(replayed.code).toBe(1);
      expect(replayed.stdout).toContain("ONCE");
    });
  });

  test("makes it small, and names the smaller file", async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, "bad.yaml"), failingStory);
      const words = ["fuzz", "bad.yaml", "--workers", "1", "--runs", "2", "--shrink-time", "20s", ...plugIn];
      const { code, stdout } = await faultline(words, { cwd });
      expect(code).toBe(1);
      expect(stdout).toMatch(/failures\/.*\.shrunk\.failure\.yaml/);
      const long = stdout.split("\n").filter((line) => line.length > 80 && !line.includes("failure.yaml"));
      expect(long).toEqual([]);
    });
  });
});

describe("a hunt that finds nothing", { timeout: 120_000 }, () => {
  test("ends with 0 and its ledger, and leaves no file", async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, "good.yaml"), quietStory);
      const { code, stdout } = await faultline([...fuzz, "good.yaml", "--runs", "20"], { cwd });
      expect([code, stdout.split("\n")[0]]).toEqual([0, "echo hunted  seed 1  NOTHING FOUND"]);
      expect(stdout).toContain("Faults drawn");
      expect(filesIn(cwd)).toEqual(["good.yaml"]);
    });
  });

  test("hunts a system's own worlds, and the same for the same seed", async () => {
    const words = [...fuzz, "--system", "echo", "--runs", "10", "--json"];
    const [first, second, other] = await Promise.all([
      faultline(words),
      faultline(words),
      faultline([...words, "--seed", "2"]),
    ]);
    expect(documentOf(first.stdout).ledger.kinds).toEqual(documentOf(second.stdout).ledger.kinds);
    expect(documentOf(first.stdout).ledger.kinds).not.toEqual(documentOf(other.stdout).ledger.kinds);
  });
});

describe("a corpus", { timeout: 120_000 }, () => {
  test("is run first and gone on from; what is damaged, foreign or of the future is named and skipped", async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, "bad.yaml"), failingStory);
      const words = [...fuzz, "bad.yaml", "--runs", "20", "--corpus", "kept", "--json"];
      const first = documentOf((await faultline(words, { cwd })).stdout);
      expect(first.kept).toMatchObject({ runs: 0, skipped: [] });
      const runs = filesIn(join(cwd, "kept/runs")).filter((name) => name.endsWith(".run.json"));
      expect(runs.length).toBeGreaterThan(0);

      const [some = ""] = runs;
      const entry = readFileSync(join(cwd, "kept/runs", some), "utf8");
      const put = (name: string, text: string): void => writeFileSync(join(cwd, "kept/runs", name), text);
      put("half.run.json", entry.slice(0, 100));
      put("future.run.json", entry.replace('"faultlineCorpus":1', '"faultlineCorpus":2'));
      put("foreign.run.json", '{"name":"somebody else\'s"}');
      const backwards = '"reseeds":[{"atUs":9000000,"seed":1},{"atUs":5,"seed":2}]';
      put("backwards.run.json", entry.replace(/"reseeds":\[[^\]]*\]/, backwards));
      put("other.run.json", entry.replace('"system":"echo"', '"system":"mesh"'));
      writeFileSync(join(cwd, "kept/failures/torn.failure.yaml"), "title: t\nsystem: echo\n");

      const second = documentOf((await faultline(words, { cwd })).stdout);
      expect(second.kept?.runs).toBe(runs.length + first.findings.length);
      const why = new Map(second.kept?.skipped.map(({ file, why: because }) => [file.split("/").at(-1), because]));
      expect(why.get("half.run.json")).toMatch(/damaged/);
      expect(why.get("future.run.json")).toMatch(/format 2, newer/);
      expect(why.get("foreign.run.json")).toMatch(/no run of a hunt/);
      expect(why.get("other.run.json")).toMatch(/about mesh/);
      expect(why.get("torn.failure.yaml")).toBeDefined();
      expect(why.get("backwards.run.json")).toBeDefined();
      expect(why.size).toBe(6);
      // The failure of the first hunt is the first thing that the second one finds.
      expect(second.findings[0]?.strategy).toBe("kept");
    });
  });

  test("survives a hunt that is killed, and two at once", async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, "bad.yaml"), failingStory);
      const words = [...fuzz, "bad.yaml", "--time", "60s", "--corpus", "kept"];
      const killed = await Promise.all(
        ["1", "2"].map(async (seed) =>
          faultline([...words, "--seed", seed], {
            cwd,
            onProgress: (pid) => setTimeout(() => process.kill(pid, "SIGKILL"), 2_500),
          }),
        ),
      );
      expect(killed.map(({ code }) => code)).toEqual([null, null]);
      const left = await faultline([...fuzz, "bad.yaml", "--runs", "1", "--corpus", "kept", "--json"], { cwd });
      const { kept } = documentOf(left.stdout);
      expect(kept?.runs).toBeGreaterThan(0);
      expect(kept?.failures).toBeGreaterThan(0);
      expect(kept?.skipped).toEqual([]);
    });
  });

  test("Ctrl-C keeps what was done and ends with 130", async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, "bad.yaml"), failingStory);
      const { code, stdout } = await faultline([...fuzz, "bad.yaml", "--time", "60s"], {
        cwd,
        onProgress: (pid) => setTimeout(() => process.kill(pid, "SIGINT"), 1_500),
      });
      expect(code).toBe(130);
      expect(stdout).toContain("Partial: interrupted");
      expect(filesIn(join(cwd, "failures")).length).toBeGreaterThan(0);
    });
  });
});

test.each([
  [["--shard", "3/2"], "BAD_SHARD"],
  [["--strategy", "luck"], "UNKNOWN_STRATEGY"],
  [["--system", "mush"], "UNKNOWN_SYSTEM"],
  [["--time", "soon"], "BAD_DURATION"],
  [["--runs", "0"], "BAD_NUMBER"],
  [["--set", "settings.nonsense=off"], "UNKNOWN_PATH"],
  [["--variant", "late-answer"], "NO_STORY"],
  [["--plant", "raft/no-vote-fsync", "--system", "mesh"], "OTHER_SYSTEM"],
  [["--plant", "raft/no-vote-fsync", "mesh/baseline"], "OTHER_SYSTEM"],
  [["--plant", "judge/raft-reads-left-out"], "BUG_OF_A_JUDGE"],
])("%j is the reader's mistake", { timeout: 60_000 }, async (words, problem) => {
  const { code, stderr } = await faultline(["fuzz", ...words]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(problem)]);
});

test("a planted bug is hunted in its own system, where it is at home too", { timeout: 120_000 }, async () => {
  const words = ["--runs", "4", "--workers", "0", "--shrink-time", "0s", "--allow-inert", "--json"];
  const { stdout } = await faultline(["fuzz", "--plant", "raft/no-vote-fsync", ...words]);
  expect(JSON.parse(stdout)).toMatchObject({ system: "raft" });
});
