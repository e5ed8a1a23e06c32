// `faultline export` as it is typed: a scenario, a trace; a file, a pipe; and what cannot be exported.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { encodeTrace } from "../../src/trace/codec.ts";
import { sampleTrace } from "../trace/sample-trace.ts";
import { echoPlugIn, faultline, filesIn, inFolder, quietStory } from "./command.ts";

const patience = 60_000;
const formats = ["perfetto", "shiviz", "csv", "openmetrics"] as const;

describe("a run", () => {
  test("is the same from its scenario and from its trace, in a file and in a pipe", { timeout: patience }, () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "quiet.yaml"), quietStory);
      const own = ["--plug-in", echoPlugIn];
      await faultline(["run", "quiet.yaml", "--trace", "t.jsonl", "--seed", "4", ...own], { cwd: folder });
      await Promise.all(
        formats.map(async (to) => {
          const file = ["export", "quiet.yaml", "--seed", "4", "--to", to, "--output", `quiet.${to}`, ...own];
          const { code, stdout } = await faultline(file, { cwd: folder });
          expect([code, stdout]).toEqual([
            0,
            expect.stringMatching(new RegExp(`seed 4 .*\\n[\\d ]+ events to ${to}; wrote quiet\\.${to}\\n$`)),
          ]);
          const piped = await faultline(["export", "t.jsonl", "--to", to, "--output", "-", ...own], { cwd: folder });
          expect(piped.stdout).toBe(readFileSync(join(folder, `quiet.${to}`), "utf8"));
          expect([piped.code, piped.stderr]).toEqual([0, expect.stringContaining(` events to ${to}\n`)]);
        }),
      );
      expect(filesIn(folder)).toEqual(["quiet.yaml", "t.jsonl", ...formats.map((to) => `quiet.${to}`)].toSorted());
    }),
  );

  test("has figures, and a document that says what was written", { timeout: patience }, () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "quiet.yaml"), quietStory);
      const words = ["export", "quiet.yaml", "--to", "figures", "--output", "f.csv", "--json", "--plug-in", echoPlugIn];
      const { code, stdout, stderr } = await faultline(words, { cwd: folder });
      expect([code, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout)).toMatchObject({ command: "export", format: "figures", wrote: ["f.csv"] });
      expect(readFileSync(join(folder, "f.csv"), "utf8")).toMatch(
        /^scenario,seed,figure,.*\r\necho\/quiet,\d+,hellos,/,
      );
    }),
  );
});

test("events that a window leaves out are not counted as written", { timeout: patience }, () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "quiet.yaml"), quietStory);
    const own = ["--plug-in", echoPlugIn];
    await faultline(["run", "quiet.yaml", "--trace", "t.jsonl", ...own], { cwd: folder });
    for (const run of ["quiet.yaml", "t.jsonl"]) {
      const csv = ["export", run, "--to", "csv", "--output", "t.csv", ...own];
      const none = await faultline([...csv, "--from", "999h"], { cwd: folder });
      expect([none.code, none.stdout]).toEqual([0, expect.stringContaining("\n0 events to csv")]);
      const { stdout } = await faultline([...csv, "--from", "1s", "--until", "2s", "--json"], { cwd: folder });
      const rows = readFileSync(join(folder, "t.csv"), "utf8").trimEnd().split("\n");
      expect(JSON.parse(stdout)).toMatchObject({ events: rows.length - 1 });
    }
  }),
);

test.each(["t.csv", "-"])(
  "an interruption leaves nothing behind: --output %s",
  { timeout: patience },
  async (target) => {
    await inFolder(async (folder) => {
      const words = ["export", "mesh/baseline", "--set", "until=30m", "--to", "csv", "--output", target];
      const onProgress = (pid: number): void => void process.kill(pid, "SIGINT");
      const { code, stdout } = await faultline(words, {
        cwd: folder,
        env: { TMPDIR: folder, NODE_DISABLE_COMPILE_CACHE: "1" },
        onProgress,
      });
      expect([code, stdout]).not.toEqual([0, ""]);
      expect([stdout, filesIn(folder)]).toEqual(["", []]);
    });
  },
);

/** A trace of the mesh, whole as a file, of one fact. */
const traceOf = (fact: object, endUs = 0): string =>
  encodeTrace({
    header: { ...sampleTrace.header, system: "mesh" },
    events: [{ atUs: 0, event: 1, node: "server-1", kind: "fact", fact } as never],
    end: { ...sampleTrace.end, events: 1, atUs: endUs },
  });

/** What is typed, and what is said first. */
const refused: readonly (readonly [words: string, said: string])[] = [
  ["export good.yaml --output x", "MISSING_MANDATORY_OPTION_VALUE"],
  ["export good.yaml --to csv", "MISSING_MANDATORY_OPTION_VALUE"],
  ["export good.yaml --to perfeto --output x", "UNKNOWN_FORMAT"],
  ["export good.yaml --to csv --output x --from 3", "BAD_DURATION"],
  ["export good.yaml --to csv --output x --from 5s --until 2s", "BAD_WINDOW"],
  ["export good.yaml --to openmetrics --output x --every 0s", "BAD_DURATION"],
  ["export good.yaml --to figures --output x --until 2s", "OF_THE_WHOLE_RUN"],
  ["export good.yaml --to csv --output x --seed 08", "BAD_SEED"],
  ["export nope.yaml --to csv --output x", "NO_SUCH_FILE"],
  ["export good.yaml --to csv --output no/such/folder/x", "NOT_WRITABLE"],
  ["export good.yaml --to csv --output folder", "NOT_WRITABLE"],
  ["export good.yaml --to csv --output sealed/x", "NOT_WRITABLE"],
  ["export good.jsonl --to figures --output x", "NEEDS_A_RUN"],
  ["export good.jsonl --to csv --output x --seed 3", "WRONG_OPTION"],
  ["export half.jsonl --to csv --output x", "HALF_WRITTEN"],
  ["export half.jsonl --to csv --output -", "HALF_WRITTEN"],
  ["export newer.jsonl --to csv --output x", "NEWER_TRACE"],
  ["export foreign.jsonl --to csv --output x", "UNKNOWN_SYSTEM"],
  ["export untold.jsonl --to perfetto --output x --from 1s", "WRONG_EVENT"],
  ["export unnamed.jsonl --to openmetrics --output -", "WRONG_EVENT"],
  ["export endless.jsonl --to openmetrics --output x", "TOO_MANY_SAMPLES"],
  ["export folder --to csv --output x", "IS_A_FOLDER"],
  ["export bytes.jsonl --to csv --output x", "NOT_UTF8"],
  ["export long.jsonl --to csv --output x", "LINE_TOO_LONG"],
];

describe.concurrent("typing", () => {
  test.each(refused)("%s", { timeout: patience }, async (words, said) => {
    await inFolder(async (folder) => {
      const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
      const trace = encodeTrace({ ...sampleTrace, header: { ...sampleTrace.header, system: "echo" } });
      put("good.yaml", quietStory);
      put("good.jsonl", trace);
      put("half.jsonl", trace.slice(0, -20));
      put("newer.jsonl", trace.replace('"faultlineTrace":1', '"faultlineTrace":9'));
      put("foreign.jsonl", trace.replace('"system":"echo"', '"system":"nobody"'));
      put("untold.jsonl", traceOf({ fact: "itemsSpawned", type: "record" }));
      put("unnamed.jsonl", traceOf({ fact: "faultBegan", fault: 0 }));
      put("endless.jsonl", traceOf({ fact: "healed" }, Number.MAX_SAFE_INTEGER));
      put("bytes.jsonl", Buffer.from(`${trace.slice(0, 400)}\xff`, "latin1"));
      put("long.jsonl", "x".repeat(17 * 1024 * 1024));
      mkdirSync(join(folder, "folder"));
      mkdirSync(join(folder, "sealed"));
      if (process.getuid?.() === 0) mkdirSync(join(folder, "sealed", "x"));
      chmodSync(join(folder, "sealed"), 0o500);
      const before = filesIn(folder);
      const { code, stdout, stderr } = await faultline([...words.split(" "), "--plug-in", echoPlugIn], { cwd: folder });
      expect(stderr.split("\n")[0]).toMatch(new RegExp(` {2}${said}$`));
      expect(stderr).toMatch(/\n {2}Expected .*\n {2}Fix: .*\n$/);
      expect([code, stdout]).toEqual([2, ""]);
      expect(filesIn(folder)).toEqual(before);
    });
  });

  test("stdout for two", { timeout: patience }, async () => {
    const words = ["export", "mesh/walk", "--to", "csv", "--output", "-", "--json"];
    const { code, stdout } = await faultline(words);
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { error: { problems: [{ code: "CONFLICTING_OPTIONS" }] } }]);
  });
});
