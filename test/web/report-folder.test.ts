// Where reports go, and where they do not.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { echoPlugIn, failingStory, faultline, filesIn, inFolder, quietStory } from "../cli/command.ts";

const plugIn = ["--plug-in", echoPlugIn] as const;

test("a folder that is there keeps what is in it", () =>
  inFolder(async (cwd) => {
    writeFileSync(join(cwd, "quiet.yaml"), quietStory);
    mkdirSync(join(cwd, "there"));
    writeFileSync(join(cwd, "there", "notes.txt"), "mine");
    const { code, stdout } = await faultline(["run", "quiet.yaml", "--report", "there", ...plugIn], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain(`wrote ${join(cwd, "there", "index.html")}`);
    expect(readFileSync(join(cwd, "there", "notes.txt"), "utf8")).toBe("mine");
    expect(filesIn(join(cwd, "there"))).toEqual(["index.html", "junit.xml", "notes.txt", "report.json", "report.md"]);
  }));

test.each(["run", "replay", "fuzz"])(
  "%s refuses a link that leads away, and a place below a file, and writes nothing",
  (command) =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, "quiet.yaml"), quietStory);
      mkdirSync(join(cwd, "inside"));
      mkdirSync(join(cwd, "outside"));
      symlinkSync(join(cwd, "outside"), join(cwd, "inside", "link"));
      const asked = ["quiet.yaml", ...(command === "fuzz" ? ["--runs", "1"] : [])];
      const link = await faultline([command, ...asked, "--report", "inside/link", ...plugIn], { cwd });
      expect([link.code, link.stderr]).toEqual([
        2,
        expect.stringMatching(/^inside\/link {2}LINK_OUT\n.*\n.*\n {2}Fix: /),
      ]);
      const file = await faultline([command, ...asked, "--report", "quiet.yaml/below", ...plugIn], { cwd });
      expect([file.code, file.stderr]).toEqual([2, expect.stringMatching(/NOT_WRITABLE/)]);
      expect(filesIn(cwd)).toEqual(["inside", "inside/link", "outside", "quiet.yaml"]);
    }),
);

test("a hunt's page leads to the story of what it found, and says the same as another one's but for meta", () =>
  inFolder(async (cwd) => {
    writeFileSync(join(cwd, "failing.yaml"), failingStory);
    const words = ["fuzz", "failing.yaml", "--runs", "4", "--shrink-time", "0s", "--workers", "0", ...plugIn];
    for (const folder of ["a", "b"]) await faultline([...words, "--report", folder, "--save", "kept"], { cwd });
    expect(filesIn(join(cwd, "a"))).toEqual(["finding-1-once.html", "index.html"]);
    const [left, right] = ["a", "b"].map((folder) =>
      readFileSync(join(cwd, folder, "index.html"), "utf8").replace(/(?<=id="faultline-meta">)[^<]*/, ""),
    );
    expect(left).toContain('"href":"finding-1-once.html"');
    expect(left).toBe(right);
  }));
