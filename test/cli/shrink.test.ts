// `faultline shrink` as it is typed: a file that fails alike when it is replayed, whatever ends the work.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { echoPlugIn, faultline, inFolder, quietStory } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "faultline-shrink-"));
const story = "mesh/defences#without-durable-grants";
// Beside everything else that the machine does.
const patience = 240_000;

describe("faultline shrink", () => {
  test("writes the smallest failure, which replays alone to the same digest", { timeout: patience }, async () => {
    const path = join(folder, "small.failure.yaml");
    const shrunk = await faultline(["shrink", story, "--seed", "1", "--output", path, "--json"]);
    expect(shrunk.code).toBe(0);
    const document = JSON.parse(shrunk.stdout) as Record<string, unknown>;
    expect(document).toMatchObject({ property: "A3", isMinimal: true, wrote: [path], after: { decisions: 2 } });
    const text = readFileSync(path, "utf8");
    expect(text).toContain("# Certified 1-minimal after ");
    const asked = Number(document["witnesses"]);
    const criterion =
      asked === 0 ? " under its seed." : ` under its seed and under ${Math.ceil(asked / 2)} of ${asked} other`;
    expect(text.replaceAll(/\n# /g, " ")).toContain(criterion.trim());
    expect(text).toMatch(/A3 IS VIOLATED/);
    const replayed = JSON.parse((await faultline(["replay", path, "--json"])).stdout) as Record<string, unknown>;
    expect(replayed).toMatchObject({ digest: document["digest"], forcedMisfits: 0 });
  });

  test(
    "keeps the best so far when time is up, and says that it may be smaller still",
    { timeout: patience },
    async () => {
      const path = join(folder, "short.failure.yaml");
      const shrunk = await faultline(["shrink", story, "--seed", "1", "--output", path, "--time", "200ms"]);
      expect(shrunk.code).toBe(0);
      expect(shrunk.stdout).toContain("Cut short after");
      expect(readFileSync(path, "utf8")).toContain("property: A3");
    },
  );

  test("keeps the best so far when it is interrupted", { timeout: patience }, async () => {
    const path = join(folder, "interrupted.failure.yaml");
    const ended = await faultline(["shrink", "mesh/defences#without-quorum", "--seed", "2", "--output", path], {
      onProgress: (pid) => process.kill(pid, "SIGINT"),
    });
    expect(ended.stderr).toContain("keeping the smallest failure so far");
    expect(ended.code).toBe(130);
    expect(readFileSync(path, "utf8")).toContain("property: A3");
  });

  test.each([
    [["mesh/baseline", "--seed", "1"], "NOT_FAILING"],
    [[story, "--seed", "1", "--property", "A99"], "UNKNOWN_PROPERTY"],
    [["mesh/defences", "--seed", "1"], "ONE_STORY_ONLY"],
    [[story, "--seed", "1", "--output", "small.yaml"], "WRONG_ENDING"],
    [[story, "--seed", "1", "--time", "soon"], "BAD_DURATION"],
    [["no-such.failure.yaml"], "NO_SUCH_FILE"],
  ])("refuses %o with %s", { timeout: patience }, async (words, code) => {
    const refused = await faultline(["shrink", ...words]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(code);
  });

  test("and the line that finds a failure is about the same runs", { timeout: patience }, async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, "my story.yaml"), quietStory);
      const changed = ["--plug-in", echoPlugIn, "--set", "workload.every=200ms"];
      const { code, stderr } = await faultline(["explain", "my story.yaml", "--seed", "1", ...changed], { cwd });
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(
          `faultline run 'my story.yaml' --set workload.every=200ms --plug-in ${echoPlugIn} --seeds 1..200.`,
        ),
      ]);
    });
  });
});
