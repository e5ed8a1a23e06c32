// The commands end to end: exit codes, documents, files, reports, failures that replay.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import { z } from "zod";

import { documentJsonSchema, documentSchemas } from "../../src/cli/document-schemas.ts";
import { topics } from "../../src/cli/topics.ts";
import { decodeTrace } from "../../src/trace/codec.ts";
import { mistakesBy } from "../report/formats.ts";
import { echoPlugIn, failingStory, faultline, filesIn, inFolder, quietStory } from "./command.ts";

/** As the program has them. */
const commandNames = [...readFileSync("src/cli/program.ts", "utf8").matchAll(/\.command\("(\w+)"\)/g)].flatMap(
  ([, name]) => name ?? [],
);

const plugIn = ["--plug-in", echoPlugIn];
const patience = { timeout: 60_000 };

const envelope = { faultline: z.string(), command: z.string(), exitCode: z.int() };
/** A document that fits its schema; `shape` says only what a test goes on to read. */
function documentIn<Shape extends z.ZodType>(
  command: string,
  stdout: string | undefined,
  shape: Shape,
): z.infer<Shape> {
  const document: unknown = JSON.parse(stdout ?? "");
  expect(documentSchemas[command]?.safeParse(document).error).toBeUndefined();
  return shape.parse(document);
}

async function withStories<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  return inFolder((folder) => {
    writeFileSync(join(folder, "quiet.yaml"), quietStory);
    writeFileSync(join(folder, "failing.yaml"), failingStory);
    return use(folder);
  });
}

describe.concurrent("run", () => {
  test("one run: a glance, the same each time, and 0 when all held", patience, () =>
    withStories(async (cwd) => {
      const [first, second] = await Promise.all([0, 1].map(() => faultline(["run", "quiet.yaml", ...plugIn], { cwd })));
      expect([first?.code, first?.stderr]).toEqual([0, ""]);
      expect(first?.stdout).toBe(second?.stdout);
      expect(first?.stdout).toMatch(/^echo\/quiet {2}seed 1 +HELD\nAll quiet\n/);
      expect(first?.stdout).toMatch(/✔ ONCE/);
      expect(first?.stdout).toContain("faultline replay quiet.yaml --plug-in");
      expect(first?.stdout.split("\n").filter((line) => line.length > 80 && !line.includes("faultline "))).toEqual([]);
    }),
  );

  test("a violation: 1, why, and the line that shows it again", patience, () =>
    withStories(async (cwd) => {
      const { code, stdout } = await faultline(["run", "failing.yaml", "--seed", "7", ...plugIn], { cwd });
      expect(code).toBe(1);
      expect(stdout).toMatch(/seed 7 +VIOLATED\n/);
      expect(stdout).toMatch(
        /✘ ONCE .*violated \d+×\n +at \d+\.\d{6} s on client-\d: client-\d heard \d+ echoes of \d+ hellos/,
      );
      expect(stdout).toMatch(/faultline replay failing\.yaml .*--seed 7\n/);
    }),
  );

  test("expectations: 1 when one is not met, 0 when an expected violation is found", patience, () =>
    withStories(async (cwd) => {
      const unmet = await faultline(["run", "quiet.yaml", "--set", "expect.hellos=>= 100000", ...plugIn], { cwd });
      expect([unmet.code, unmet.stdout]).toEqual([1, expect.stringContaining("NOT AS EXPECTED")]);
      const expected = await faultline(["run", "failing.yaml", "--set", "expect.violated=[ONCE]", ...plugIn], { cwd });
      expect([expected.code, expected.stdout]).toEqual([0, expect.stringContaining("VIOLATED AS EXPECTED")]);
      const missed = await faultline(["run", "quiet.yaml", "--set", "expect.violated=[ONCE]", ...plugIn], { cwd });
      expect(missed.code).toBe(1);
    }),
  );

  test("a limit: inconclusive, in its own word, and 1", patience, () =>
    withStories(async (cwd) => {
      const { code, stdout } = await faultline(["run", "quiet.yaml", "--limit-events", "20", ...plugIn], { cwd });
      expect([code, stdout]).toEqual([1, expect.stringMatching(/INCONCLUSIVE[^]*events limit \(20\)/)]);
    }),
  );

  test("--json: one document", patience, () =>
    withStories(async (cwd) => {
      const { code, stdout, stderr } = await faultline(["run", "failing.yaml", "--json", ...plugIn], { cwd });
      expect([code, stderr]).toEqual([1, ""]);
      expect(documentIn("run", stdout, z.looseObject({}))).toMatchObject({
        command: "run",
        exitCode: 1,
        outcome: "violated",
        scenario: "echo/failing",
      });
    }),
  );

  test(
    "many seeds: totals, a bound (X-M-37), the first failing seed, and the same with any number of workers",
    patience,
    () =>
      withStories(async (cwd) => {
        const runs = ["0", "2"].map((workers) =>
          faultline(
            ["run", "quiet.yaml", "failing.yaml", "--seeds", "1..6", "--workers", workers, "--json", ...plugIn],
            {
              cwd,
            },
          ),
        );
        const [alone, threads] = await Promise.all(runs);
        expect(alone?.stdout).toBe(threads?.stdout);
        const { scenarios } = documentIn("run", alone?.stdout, z.object({ scenarios: z.array(z.unknown()) }));
        expect(scenarios).toMatchObject([
          { scenario: "echo/quiet", outcome: "held", runs: 6, held: 6, firstFailing: null },
          { scenario: "echo/failing", outcome: "violated", runs: 6, violated: 6, firstFailing: 1 },
        ]);
        const told = await faultline(["run", "quiet.yaml", "--seeds", "1..20", ...plugIn], { cwd });
        expect([told.code, told.stdout]).toEqual([
          0,
          expect.stringContaining("0 of 20 failed: at most 13.9 % do (95 %"),
        ]);
      }),
  );

  test("an endless title: cut on the terminal, whole in the pages", patience, () =>
    withStories(async (cwd) => {
      const title = `</script> ${"word ".repeat(2000)}end`;
      writeFileSync(join(cwd, "long.yaml"), quietStory.replace("title: All quiet", `title: "${title}"`));
      for (const command of ["run", "replay"]) {
        const { code, stdout } = await faultline([command, "long.yaml", "--report", command, ...plugIn], { cwd });
        expect(code).toBe(0);
        expect(stdout).toMatch(/\n<\/script> (?:word\s)+wo?r?d?…\n/);
        const titled = stdout.split("\n").filter((line) => line.includes("word"));
        expect(Math.max(...titled.map((line) => line.length))).toBeLessThanOrEqual(80);
      }
      expect(readFileSync(join(cwd, "run", "report.md"), "utf8")).toContain(`${"word ".repeat(2000)}end`);
    }),
  );

  test("--trace and --history: whole files of the one run", patience, () =>
    withStories(async (cwd) => {
      const { code } = await faultline(["run", "quiet.yaml", "--trace", "t.jsonl", "--history", "h.jsonl", ...plugIn], {
        cwd,
      });
      expect(code).toBe(0);
      const trace = decodeTrace(readFileSync(join(cwd, "t.jsonl"), "utf8"));
      expect(trace.header).toMatchObject({ scenario: "echo/quiet", seed: 1 });
      const times = readFileSync(join(cwd, "h.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { time: number }).time);
      expect(times.length).toBeGreaterThan(50);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(filesIn(cwd)).toEqual(["failing.yaml", "h.jsonl", "quiet.yaml", "t.jsonl"]);
    }),
  );

  test("--save: failure files that tell the story and fail again, alike (MESH-F5-13, MESH-IR-05)", patience, () =>
    withStories(async (cwd) => {
      const run = await faultline(["run", "failing.yaml", "--seeds", "1..7", "--save", "kept", ...plugIn], { cwd });
      expect(run.code).toBe(1);
      const kept = filesIn(join(cwd, "kept"));
      expect(kept).toEqual([1, 2, 3, 4, 5].map((seed) => `echo-failing-seed-${seed}.failure.yaml`));
      const file = readFileSync(join(cwd, "kept", kept[2] ?? ""), "utf8");
      expect(file).toMatch(/^# All quiet\n# Seed 3 of echo\/failing, violated: ONCE/);
      const again = await faultline(["replay", join("kept", kept[2] ?? ""), ...plugIn], { cwd });
      expect(again.code).toBe(1);
      expect(again.stdout).toContain(`digest ${/had the digest ([0-9a-f]+)/.exec(file)?.[1]}`);
    }),
  );

  test(
    "--report: a page for each failure and one for all, Markdown, JUnit and JSON, equal but for meta",
    patience,
    () =>
      withStories(async (cwd) => {
        const words = ["run", "failing.yaml", "quiet.yaml", "--seeds", "1..3", ...plugIn];
        await Promise.all(["a", "b"].map((folder) => faultline([...words, "--report", folder], { cwd })));
        expect(filesIn(join(cwd, "a"))).toEqual([
          "echo-failing-seed-1.html",
          "index.html",
          "junit.xml",
          "report.json",
          "report.md",
        ]);
        const meta = /<script type="application\/json" id="faultline-meta">[^<]*<\/script>/;
        for (const name of ["echo-failing-seed-1.html", "index.html"]) {
          const [left, right] = ["a", "b"].map((folder) => readFileSync(join(cwd, folder, name), "utf8"));
          expect(left).toMatch(meta);
          expect(left?.replace(meta, "")).toBe(right?.replace(meta, ""));
        }
        const [a, b] = ["a", "b"].map(
          (folder) => JSON.parse(readFileSync(join(cwd, folder, "report.json"), "utf8")) as { meta: unknown },
        );
        expect({ ...a, meta: null }).toEqual({ ...b, meta: null });
        expect(readFileSync(join(cwd, "a", "junit.xml"), "utf8")).toContain('<testsuite name="echo/failing"');
      }),
  );

  test("on GitHub: an annotation with the file, and the job summary", patience, () =>
    withStories(async (cwd) => {
      const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(cwd, "summary.md") };
      const { stdout } = await faultline(["run", "failing.yaml", ...plugIn], { cwd, env });
      expect(stdout).toMatch(
        /\n::error file=failing\.yaml,line=1,title=echo\/failing::ONCE: .*%0Afaultline replay failing\.yaml .*--seed 1\n$/,
      );
      expect(readFileSync(join(cwd, "summary.md"), "utf8")).toContain("# Faultline report");
    }),
  );

  test("--check-determinism: twice the same", patience, () =>
    withStories(async (cwd) => {
      const { code, stdout } = await faultline(["run", "quiet.yaml", "--check-determinism", ...plugIn], { cwd });
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(/^✔ echo\/quiet seed 1: twice the digest [0-9a-f]{32}\n$/),
      ]);
    }),
  );

  test("Ctrl-C: finished runs are kept, and the way on is named", patience, () =>
    withStories(async (cwd) => {
      const words = ["run", "quiet.yaml", "--seeds", "1..100000", "--set", "until=60s", "--workers", "1", ...plugIn];
      const { code, stdout, stderr } = await faultline(words, {
        cwd,
        onProgress: (pid) => process.kill(pid, "SIGINT"),
      });
      expect(code).toBe(130);
      expect(stderr).toContain("Interrupted: keeping the finished runs.");
      expect(stdout).toMatch(/Partial: [\d ]+ of 100 000 runs done\./);
      expect(stdout).toMatch(/faultline run quiet\.yaml .*--seeds \d+\.\.100000 --workers 1\n/);
    }),
  );

  test.each([
    [
      "--json --limit-time 90s --save kept --report r",
      /^faultline run .*100000 --workers 1 --limit-time 90s --report r-echo-quiet-from-\d+ --save kept$/m,
    ],
    [
      "--reporter json --reporter junit --reporter-output junit=out/all.xml",
      /^faultline run .* --reporter json --reporter junit --reporter-output junit=out\/all-echo-quiet-from-\d+\.xml$/m,
    ],
    ["--json --shard 1/2", /^Interrupted: type the same command again/m],
  ])("Ctrl-C with %s: the way on is named on stderr", patience, (more, way) =>
    withStories(async (cwd) => {
      const words = ["run", "quiet.yaml", "--seeds", "1..100000", "--set", "until=60s", "--workers", "1"];
      const { code, stderr } = await faultline([...words, ...more.split(" "), ...plugIn], {
        cwd,
        onProgress: (pid) => process.kill(pid, "SIGINT"),
      });
      expect([code, stderr]).toEqual([130, expect.stringMatching(way)]);
    }),
  );
});

describe.concurrent("replay", () => {
  test("tells messages with their fates, and violations where they happen", patience, () =>
    withStories(async (cwd) => {
      const { code, stdout } = await faultline(["replay", "failing.yaml", "--until", "2s", ...plugIn], { cwd });
      expect(code).toBe(1);
      expect(stdout).toMatch(/client-\d {2}→ server-\d {2}hello round=1 {2}arrives after \d+ us/);
      expect(stdout).toMatch(/arrives after \d+ us and again after \d+ us/);
      expect(stdout).toMatch(/ONCE IS VIOLATED: client-\d heard 2 echoes of 1 hellos/);
    }),
  );

  test("says so when nothing is as it was asked for", patience, () =>
    withStories(async (cwd) => {
      const words = ["replay", "quiet.yaml", "--follow", "client-22", "--until", "2s", ...plugIn];
      const { code, stdout } = await faultline(words, { cwd });
      expect([code, stdout]).toEqual([
        0,
        expect.stringContaining('Nothing to tell: no line names "client-22" and is before 2s.'),
      ]);
    }),
  );

  test("follows a node, and gives the same as a document", patience, () =>
    withStories(async (cwd) => {
      const { stdout } = await faultline(
        ["replay", "quiet.yaml", "--node", "client-2", "--until", "2s", "--json", ...plugIn],
        { cwd },
      );
      const line = z.object({ node: z.string(), text: z.string() });
      const { lines } = documentIn("replay", stdout, z.object({ lines: z.array(line) }));
      expect(lines.length).toBeGreaterThan(10);
      expect(lines.filter(({ node, text }) => node !== "client-2" && !text.includes("client-2"))).toEqual([]);
    }),
  );
});

describe.concurrent("list and validate", () => {
  test.each(topics)("list %s", patience, async (topic) => {
    const { code, stdout } = await faultline(["list", topic, "--json"]);
    const document = z.strictObject({
      ...envelope,
      topic: z.string(),
      // Of requirements: how many are shown.
      coverage: z.record(z.string(), z.unknown()).optional(),
      items: z.array(z.looseObject({ name: z.string(), about: z.string() })).min(1),
    });
    expect(document.parse(JSON.parse(stdout))).toMatchObject({ topic, exitCode: code });
  });

  test("a folder stands for the scenario files in it", patience, () =>
    withStories(async (cwd) => {
      const tales = join(cwd, "tales");
      mkdirSync(join(tales, "more"), { recursive: true });
      cpSync(join(cwd, "quiet.yaml"), join(tales, "one.yaml"));
      cpSync(join(cwd, "quiet.yaml"), join(tales, "more", "two.yml"));
      writeFileSync(join(tales, "notes.txt"), "no scenario");
      const { code, stdout } = await faultline(["validate", "tales", ...plugIn], { cwd });
      expect(code).toBe(0);
      expect(stdout.match(/tales\/[^:]+/g)).toEqual(["tales/more/two.yml", "tales/one.yaml"]);
    }),
  );

  test("validate says what each file holds", patience, () =>
    withStories(async (cwd) => {
      const { code, stdout } = await faultline(["validate", "quiet.yaml", "failing.yaml", "--json", ...plugIn], {
        cwd,
      });
      expect(JSON.parse(stdout)).toMatchObject({
        exitCode: code,
        stories: [{ name: "echo/quiet" }, { name: "echo/failing", faults: 1 }],
      });
    }),
  );

  test("every scenario that comes with Faultline is valid", patience, async () => {
    const { stdout } = await faultline(["list", "scenarios", "--json"]);
    const { items } = JSON.parse(stdout) as { items: readonly { name: string; about: string }[] };
    expect(items.filter(({ about }) => about.includes("does not parse"))).toEqual([]);
  });

  test("every study that comes with Faultline can be named, and reads", patience, async () => {
    const { stdout } = await faultline(["list", "studies", "--json"]);
    const { items } = JSON.parse(stdout) as { items: readonly { name: string; about: string; why?: string }[] };
    expect(items.map(({ name }) => name)).toContain("studies/transfer-deadline");
    expect(items.filter(({ why }) => why === undefined)).toEqual([]);
  });
});

describe.concurrent("a terminal and a pipe", () => {
  test("colours are asked for, not guessed", patience, async () => {
    const colored = await faultline(["list", "faults"], { env: { NO_COLOR: "", FORCE_COLOR: "1" } });
    // oxlint-disable-next-line eslint/no-control-regex -- escape sequences are what is looked for
    expect(colored.stdout).toMatch(/\u001b\[36m/);
    const plain = await faultline(["list", "faults"], { env: { NO_COLOR: "1", FORCE_COLOR: "1" } });
    expect(plain.stdout).not.toContain("\u001b");
  });

  test.each(commandNames)("%s --help has an example", patience, async (command) => {
    const { code, stdout } = await faultline([command, "--help"]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`\\nExample:\\n(?: {2}.*\\n)*? {2}faultline ${command}`)),
    ]);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });
});

test(
  "a machine or plug-in that throws is nobody's mistake but ours or its own: 3, short, and how to report it",
  patience,
  async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, "quiet.yaml"), quietStory);
      const broken = `import { systems as whole } from ${JSON.stringify(echoPlugIn)};
      export const systems = whole.map((system) => ({ ...system, nodes: () => { throw new Error("boom"); } }));`;
      writeFileSync(join(cwd, "broken.ts"), broken);
      for (const seeds of ["1..1", "1..40"]) {
        const { code, stdout, stderr } = await faultline(
          ["run", "quiet.yaml", "--seeds", seeds, "--plug-in", "./broken.ts"],
          { cwd },
        );
        expect([code, stdout]).toEqual([3, ""]);
        expect(stderr).toMatch(/^faultline {2}OUR_BUG\n {2}Error: boom\n[^]*\n {2}Fix: report it with these lines/m);
        expect(stderr.split("\n").length).toBeLessThan(12);
      }
    });
  },
);

test("a reader that has seen enough closes the pipe, and nothing is said about it", patience, async () => {
  const { execFileSync } = await import("node:child_process");
  const launcher = join(process.cwd(), "src/cli/faultline.ts");
  const shell = `"${process.execPath}" "${launcher}" list settings 2>&1 | head -n 1`;
  expect(execFileSync("sh", ["-c", shell], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } })).toMatch(
    /^mesh: settings\.[^\n]*\n$/,
  );
});

test("the demo keeps its promises", patience, async () => {
  const { code, stdout } = await faultline(["demo", "--json"]);
  const document = z.strictObject({
    ...envelope,
    kept: z.literal(true),
    acts: z
      .array(z.object({ reference: z.string(), word: z.string(), replay: z.string(), outcome: z.literal("held") }))
      .length(5),
  });
  expect(mistakesBy(documentJsonSchema("demo", documentSchemas["demo"]))(JSON.parse(stdout))).toEqual([]);
  expect([code, document.parse(JSON.parse(stdout)).acts.map(({ word }) => word)]).toEqual([
    0,
    ["HELD", "HELD", "HELD", "HELD", "VIOLATED AS EXPECTED"],
  ]);
});

test("the README shows what the demo prints", patience, async () => {
  const [, excerpt = ""] =
    /## What the demo shows[^]*?```text\n([^]*?)```/.exec(readFileSync("README.md", "utf8")) ?? [];
  const { stdout } = await faultline(["demo"]);
  const printed = stdout.split("\n");
  const shown = excerpt.split("\n").filter((line) => line !== "");
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.filter((line) => !printed.includes(line))).toEqual([]);
});
