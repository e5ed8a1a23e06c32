// Several reporters at once, each where it was told to speak.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { readReporting, type ReporterFlags } from "../../src/cli/reporters.ts";
import { isAnnotation, junitMistakes, sarifMistakes } from "../report/formats.ts";
import { echoPlugIn, failingStory, faultline, inFolder, quietStory } from "./command.ts";

const plugIn = ["--plug-in", echoPlugIn];
const patience = { timeout: 60_000 };

const variants = "variants:\n  late:\n    why: w\n    set: { until: 8s }\n";

describe.concurrent("a run that fails", () => {
  test("for people and a machine: the document has stdout to itself, people read stderr", patience, () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "failing.yaml"), `${failingStory}${variants}`);
      const words = ["run", "failing.yaml", ...plugIn, "--reporter", "default", "--reporter", "junit"];
      const { code, stdout, stderr } = await faultline(words, { cwd });
      expect(code).toBe(1);
      expect(await junitMistakes(stdout)).toEqual([]);
      expect(stderr).toMatch(/echo\/failing {2}seed 1 +VIOLATED/);
    }),
  );

  test("all at once: files, annotations at the line of the story, the job summary", patience, () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "failing.yaml"), `${failingStory}${variants}`);
      writeFileSync(join(cwd, "quiet.yaml"), quietStory);
      const reporters = ["default", "json", "junit", "sarif", "github"].flatMap((name) => ["--reporter", name]);
      const files = ["json=out/a.json", "junit=out/a.xml", "sarif=out/a.sarif"];
      const outputs = files.flatMap((file) => ["--reporter-output", file]);
      const env = { GITHUB_STEP_SUMMARY: join(cwd, "summary.md") };
      const { code, stdout } = await faultline(
        ["run", "quiet.yaml", "failing.yaml", "--seeds", "1..2", ...plugIn, ...reporters, ...outputs],
        { cwd, env },
      );
      expect(code).toBe(1);
      const annotations = stdout.split("\n").filter((line) => line.startsWith("::"));
      expect(annotations.filter((line) => !isAnnotation(line))).toEqual([]);
      expect(annotations.map((line) => /file=[^,]+,line=\d+,title=[^:]+/.exec(line)?.[0])).toEqual([
        "file=failing.yaml,line=1,title=echo/failing",
        "file=failing.yaml,line=9,title=echo/failing#late",
      ]);
      expect(stdout).toContain("wrote out/a.sarif");
      const read = (name: string): string => readFileSync(join(cwd, name), "utf8");
      expect(JSON.parse(read("out/a.json"))).toMatchObject({
        command: "run",
        wrote: ["out/a.json", "out/a.xml", "out/a.sarif"],
      });
      expect(await junitMistakes(read("out/a.xml"))).toEqual([]);
      expect(sarifMistakes(JSON.parse(read("out/a.sarif")))).toEqual([]);
      expect(read("summary.md")).toContain("# Faultline report");
    }),
  );

  test(
    "one that cannot be written takes no other with it, and a folder is refused before anything runs",
    patience,
    () =>
      inFolder(async (cwd) => {
        writeFileSync(join(cwd, "failing.yaml"), failingStory);
        const told = [
          "run",
          "failing.yaml",
          ...plugIn,
          "--reporter",
          "default",
          "--reporter",
          "json",
          "--reporter",
          "junit",
        ];
        const outputs = (junit: string): readonly string[] => [
          "--reporter-output",
          `junit=${junit}`,
          "--reporter-output",
          "json=a.json",
        ];
        const full = await faultline([...told, ...outputs("/dev/full")], { cwd });
        expect([full.code, full.stderr]).toEqual([2, expect.stringMatching(/^\/dev\/full {2}NOT_WRITABLE/)]);
        expect(full.stdout).toMatch(/echo\/failing {2}seed 1 +VIOLATED/);
        expect(JSON.parse(readFileSync(join(cwd, "a.json"), "utf8"))).toMatchObject({
          command: "run",
          wrote: ["a.json"],
        });
        const folder = await faultline([...told, ...outputs(".")], { cwd });
        expect([folder.code, folder.stdout]).toEqual([2, ""]);
      }),
  );

  test("named reporters are the only ones, on GitHub too", patience, () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "failing.yaml"), failingStory);
      const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(cwd, "summary.md") };
      const words = ["run", "failing.yaml", ...plugIn, "--reporter", "sarif"];
      const { stdout, stderr } = await faultline(words, { cwd, env });
      expect([sarifMistakes(JSON.parse(stdout)), stderr, existsSync(join(cwd, "summary.md"))]).toEqual([[], "", false]);
    }),
  );
});

describe("refused before anything runs", () => {
  const refusals: readonly (readonly [string, ReporterFlags, string])[] = [
    ["two documents on stdout", { reporter: ["junit", "sarif"] }, "CONFLICTING_OPTIONS"],
    ["a reporter that does not exist", { reporter: ["juint"] }, "UNKNOWN_REPORTER"],
    ["a file for nobody", { reporterOutput: ["junit=a.xml"] }, "REPORTER_NOT_NAMED"],
    ["a file for people", { reporter: ["default"], reporterOutput: ["default=a.txt"] }, "BAD_REPORTER_OUTPUT"],
    ["no file", { reporter: ["junit"], reporterOutput: ["junit"] }, "BAD_REPORTER_OUTPUT"],
    [
      "one file for two",
      { reporter: ["junit", "sarif"], reporterOutput: ["junit=a", "sarif=./a"] },
      "CONFLICTING_OPTIONS",
    ],
    ["two files for one", { reporter: ["junit"], reporterOutput: ["junit=a", "junit=b"] }, "CONFLICTING_OPTIONS"],
    [
      "a folder that cannot be made",
      { reporter: ["junit"], reporterOutput: ["junit=/dev/null/a.xml"] },
      "NOT_WRITABLE",
    ],
  ];

  test.each(refusals)("%s", (_what, flags, code) => {
    expect(() => readReporting(flags, false)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code }) as unknown] }),
    );
  });

  test("--json is a reporter like the others", () => {
    expect(readReporting({}, true)).toMatchObject({ isForPeople: false, onStdout: "json" });
    expect(readReporting({ reporter: ["default"] }, true)).toMatchObject({ isForPeople: true, onStdout: "json" });
    expect(() => readReporting({ reporter: ["junit"] }, true)).toThrow("Both json and junit");
  });
});
