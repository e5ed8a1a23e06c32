// The example project, as a team would use it: its tests, its scenarios, and every command of its workflow.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";

import { installExample, typed } from "./project.ts";

const patience = { timeout: 120_000 };
const folder = mkdtempSync(join(tmpdir(), "faultline-example-"));
let project = "";

beforeAll(() => {
  project = installExample(folder);
  chmodSync(join(project, "node_modules/faultline/dist/cli/faultline.js"), 0o755);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

test("its types hold against those that are published", patience, async () => {
  expect(await typed("tsc", project)).toMatchObject({ code: 0, stdout: "" });
});

test("the good system passes", patience, async () => {
  const { code, stdout } = await typed("vitest run --dir test", project);
  expect([code, stdout]).toEqual([0, expect.stringContaining("3 passed")]);
});

describe("the one with the bug", () => {
  test("fails, and vitest's own output tells the story", patience, async () => {
    const { code, stdout, stderr } = await typed("vitest run --dir bugs", project);
    const told = stdout + stderr;
    expect(code).toBe(1);
    expect(told).toContain("EXCLUSIVE is violated: whoever uses the lock holds the newest grant.");
    expect(told).toMatch(/At \d+\.\d{6} s on client-\d: client-\d uses the lock under token \d+/);
    expect(told).toContain("Certified 1-minimal");
    // Of two hundred lines those are left that it takes.
    expect(told.split("\n").filter((line) => /^ +\d+\.\d{3} s {2}/.test(line)).length).toBeLessThan(20);
    expect(told).toMatch(/\d+\.\d{3} s {2}server-1 {2}grants client-\d the lock under token \d+/);
    // The team's own line is what is pointed at, and nothing of ours.
    expect(told).toMatch(/bugs\/counting-from-receipt\.test\.ts:6:\d+/);
    expect(told).not.toMatch(/❯ .*dist\/testing/);
  });

  test("and the lines it gives can be typed", patience, async () => {
    const { stdout, stderr } = await typed("vitest run --dir bugs", project);
    const told = stdout + stderr;
    // The README shows them as they are.
    const readme = readFileSync(join(project, "README.md"), "utf8");
    const lines = told.split("\n").filter((line) => /^ *(?:Saved as|npx faultline|FAULTLINE_SEEDS)/.test(line));
    expect(lines.map((line) => line.trim()).filter((line) => !readme.includes(line))).toEqual([]);
    const [replay = ""] = /npx faultline replay \S+ --plug-in \S+/.exec(told) ?? [];
    const [again = ""] = /FAULTLINE_SEEDS=\d+ npx vitest run .*/.exec(told) ?? [];
    const replayed = await typed(replay, project);
    expect([replayed.code, replayed.stdout]).toEqual([1, expect.stringContaining("EXCLUSIVE IS VIOLATED")]);
    const alone = await typed(again, project);
    expect(again).toContain("bugs/counting-from-receipt.test.ts -t '^never two owners$'");
    expect([alone.code, alone.stdout + alone.stderr]).toEqual([1, expect.stringContaining("the first that was run")]);
  });
});

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly strategy?: { readonly matrix: { readonly shard: readonly number[] } };
        readonly steps: readonly { readonly run?: string }[];
      }
    >
  >;
}

/** The commands of a job as GitHub would run them, one matrix after another, with less to do. */
function commandsOf({ jobs }: Workflow, name: string): readonly string[] {
  const job = jobs[name];
  return (job.strategy?.matrix.shard ?? [1]).flatMap((shard) =>
    job.steps.flatMap(({ run }) => {
      if (run === undefined || run === "npm ci" || run === "npm test") return [];
      const line = run
        .replaceAll("${{ matrix.shard }}", String(shard))
        .replaceAll("${{ github.run_number }}", "7")
        .replace("--seeds 1..2000", "--seeds 1..9")
        .replace("--time 3h", "--time 2s");
      expect(line).not.toContain("${{");
      return [line];
    }),
  );
}

describe("the workflow", () => {
  const workflow = parse(readFileSync("test/example/.github/workflows/faultline.yml", "utf8")) as Workflow;

  test("shards, and the verdict on all of them", patience, async () => {
    const shards = commandsOf(workflow, "shards");
    expect(shards.length).toBe(4);
    for (const line of shards) expect(await typed(line, project)).toMatchObject({ code: 0 });
    const [join_ = "", ...others] = commandsOf(workflow, "verdict");
    expect(others).toEqual([]);
    const verdict = await typed(join_, project);
    expect(verdict).toMatchObject({ code: 0, stdout: expect.stringContaining("COMPLETE") as string });
    expect(["junit.xml", "faultline.sarif"].filter((name) => existsSync(join(project, "reports", name))).length).toBe(
      2,
    );
    rmSync(join(project, "results"), { recursive: true });
  });

  test("the nightly hunt, twice with what the first one learned, and its verdict", patience, async () => {
    const hunts = commandsOf(workflow, "nightly");
    expect(hunts.length).toBe(2);
    for (const line of [...hunts, ...hunts.slice(0, 1)]) expect(await typed(line, project)).toMatchObject({ code: 0 });
    expect(existsSync(join(project, "corpus"))).toBe(true);
    const [verdict = ""] = commandsOf(workflow, "morning");
    expect(await typed(verdict, project)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /2 shards of 1 campaign {2}COMPLETE\n[^]*locks hunted {2}seed 7 {2}NOTHING FOUND/,
      ) as string,
    });
  });
});
