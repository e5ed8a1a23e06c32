// Where results may be put beside plain files: behind links, into pipes and devices, which must stay what they are.
import { execFileSync, spawn } from "node:child_process";
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { describe, expect, test } from "vitest";

import { echoPlugIn, type Ended, faultline, inFolder, quietStory } from "./command.ts";

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
