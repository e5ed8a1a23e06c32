// Where results may be put beside plain files: behind links, into pipes and devices, which must stay what they are.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { describe, expect, test } from "vitest";

import { echoPlugIn, type Ended, failingStory, faultline, inFolder, quietStory } from "./command.ts";

const patience = 60_000;

const run = (cwd: string, ...words: readonly string[]): Promise<Ended> =>
  faultline(["run", "good.yaml", "--plug-in", echoPlugIn, ...words], { cwd });

async function inStory(work: (folder: string, trace: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "good.yaml"), quietStory);
    expect((await run(folder, "--trace", "trace.jsonl")).code).toBe(0);
    await work(folder, readFileSync(join(folder, "trace.jsonl"), "utf8"));
  });
}

describe.concurrent("a trace", () => {
  test("goes where a link leads, and the link stays", { timeout: patience }, () =>
    inStory(async (folder, trace) => {
      writeFileSync(join(folder, "real.jsonl"), "old");
      symlinkSync("real.jsonl", join(folder, "link.jsonl"));
      expect((await run(folder, "--trace", "link.jsonl")).code).toBe(0);
      expect(lstatSync(join(folder, "link.jsonl")).isSymbolicLink()).toBe(true);
      expect(readFileSync(join(folder, "real.jsonl"), "utf8")).toBe(trace);
    }),
  );

  test.skipIf(process.platform === "win32")("is read from a pipe, which stays one", { timeout: patience }, () =>
    inStory(async (folder, trace) => {
      const pipe = join(folder, "pipe");
      execFileSync("mkfifo", [pipe]);
      const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "ignore"] });
      const [read, { code }] = await Promise.all([text(reader.stdout), run(folder, "--trace", "pipe")]);
      expect([code, read === trace, lstatSync(pipe).isFIFO()]).toEqual([0, true, true]);
    }),
  );

  test.skipIf(process.platform === "win32")("goes to our own output, before what is told", { timeout: patience }, () =>
    inStory(async (folder, trace) => {
      const { code, stdout } = await run(folder, "--trace", "/dev/stdout");
      expect([code, stdout.startsWith(trace), stdout.length > trace.length]).toEqual([0, true, true]);
    }),
  );
});

test.skipIf(process.platform === "win32")("a report nobody wants leaves a device alone", { timeout: patience }, () =>
  inStory(async (folder) => {
    const { code, stdout } = await run(folder, "--json", "--reporter", "junit", "--reporter-output", "junit=/dev/null");
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { command: "run" }]);
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  }),
);

describe.concurrent("nobody listens", () => {
  const launcher = join(process.cwd(), "src/cli/faultline.ts");
  async function shell(cwd: string, line: string): Promise<Ended> {
    const child = spawn("sh", ["-c", line.replace("faultline", `"${process.execPath}" "${launcher}"`)], { cwd });
    const ended = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code: child.exitCode, stdout, stderr };
  }

  test.skipIf(process.platform === "win32")(
    "to progress: the work goes on, and ends as it would",
    { timeout: patience },
    () =>
      inFolder(async (folder) => {
        writeFileSync(join(folder, "bad.yaml"), failingStory);
        const { code, stdout } = await shell(
          folder,
          `faultline run bad.yaml --plug-in "${echoPlugIn}" --seeds 1..2000 --workers 0 2>/dev/full`,
        );
        expect([code, stdout]).toEqual([1, expect.stringContaining("2 000 violated")]);
      }),
  );

  test.skipIf(process.platform !== "linux")(
    "to results, for want of room: one line, and 2",
    { timeout: patience },
    () =>
      inFolder(async (folder) => {
        const { code, stderr } = await shell(folder, "faultline list faults >/dev/full");
        expect([code, stderr]).toEqual([2, expect.stringMatching(/^stdout {2}NOT_WRITABLE\n/)]);
      }),
  );

  test("to a job's summary: a warning beside the verdict", { timeout: patience }, () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "good.yaml"), quietStory);
      const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(folder, "no", "such") };
      const words = ["run", "good.yaml", "--plug-in", echoPlugIn];
      const { code, stdout } = await faultline(words, { cwd: folder, env });
      expect([code, stdout]).toEqual([0, expect.stringContaining("::warning title=No job summary::")]);
    }),
  );
});

test("stories of one name in two folders have files of their own", { timeout: patience }, () =>
  inFolder(async (folder) => {
    for (const name of ["one", "two"]) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, "same.yaml"), quietStory);
    }
    const words = ["run", "one/same.yaml", "two/same.yaml", "--seeds", "1..2", "--history", "histories"];
    expect((await faultline([...words, "--plug-in", echoPlugIn], { cwd: folder })).code).toBe(0);
    expect(readdirSync(join(folder, "histories"))).toHaveLength(4);

    for (const name of ["one", "two"]) writeFileSync(join(folder, name, "same.yaml"), failingStory);
    const report = ["run", "one/same.yaml", "two/same.yaml", "--seeds", "1..2", "--report", "report"];
    expect((await faultline([...report, "--plug-in", echoPlugIn], { cwd: folder })).code).toBe(1);
    const pages = readdirSync(join(folder, "report")).filter((name) => /^echo-.*\.html$/.test(name));
    expect(pages.toSorted()).toEqual(["echo-same-2-seed-1.html", "echo-same-seed-1.html"]);
  }),
);

test("a trace is no scenario, and a failure file that is cut short no failure", { timeout: patience }, () =>
  inStory(async (folder) => {
    writeFileSync(join(folder, "cut.failure.yaml"), quietStory);
    for (const [file, said] of [
      ["trace.jsonl", "IS_A_TRACE"],
      ["cut.failure.yaml", "HALF_WRITTEN"],
    ] as const) {
      const { code, stderr } = await faultline(["replay", file, "--plug-in", echoPlugIn], { cwd: folder });
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    }
  }),
);
