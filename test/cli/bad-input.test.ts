// Whatever is wrong with what is typed or with a file: exit 2, a place and a fix, no stack, and nothing written.
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { echoPlugIn, faultline, filesIn, inFolder, quietStory } from "./command.ts";

const MEBIBYTE = 1024 * 1024;
const patience = { timeout: 30_000 };
const exported = "--to csv --output o.csv";

/** Makes the bad thing; what is then typed beside the file's name, and what must be said first. */
const files: readonly (readonly [what: string, make: (path: string) => void, said: string])[] = [
  ["that is not there", () => {}, "bad.yaml  NO_SUCH_FILE"],
  ["that is a folder", (path) => mkdirSync(path), "bad.yaml  IS_A_FOLDER"],
  ["that is empty", (path) => writeFileSync(path, ""), "bad.yaml  EMPTY_FILE"],
  [
    "that is not UTF-8",
    (path) => writeFileSync(path, Buffer.from("title: \xff\xfe\n", "latin1")),
    "bad.yaml  NOT_UTF8",
  ],
  ["of 50 MB", (path) => sparse(path, 50 * MEBIBYTE), "bad.yaml  TOO_LARGE"],
  ["that is not YAML", (path) => writeFileSync(path, "a: [1\n"), "bad.yaml:2:1  NOT_YAML"],
  ["with a key nobody knows", (path) => writeFileSync(path, `${quietStory}sytem: echo\n`), "bad.yaml:6:1  UNKNOWN_KEY"],
  ["from the future", (path) => writeFileSync(path, "faultline: 9\n"), "bad.yaml:1:12  NEWER_FORMAT"],
  ["of two documents", (path) => writeFileSync(path, "a: 1\n---\nb: 1\n"), "bad.yaml:2:1  SEVERAL_DOCUMENTS"],
  ["with a bomb of aliases", (path) => writeFileSync(path, bomb()), "bad.yaml:1:16  TOO_MANY_VALUES"],
  ["with a seed that is none", (path) => writeFileSync(path, `${quietStory}seed: 08\n`), "bad.yaml:6:7  NOT_EXACT"],
];

function sparse(path: string, bytes: number): void {
  const file = openSync(path, "w");
  ftruncateSync(file, bytes);
  closeSync(file);
}

const bomb = (): string =>
  `z: &z [0,0,0,0,0,0,0,0,0,0]\n${"abcdefg"
    .split("")
    .map(
      (key, index, all) =>
        `${key}: &${key} [${Array(10)
          .fill(`*${all[index - 1] ?? "z"}`)
          .join()}]`,
    )
    .join("\n")}`;

describe.concurrent("a file", () => {
  test.each(files)("%s", { timeout: 30_000 }, async (_what, make, said) => {
    await inFolder(async (folder) => {
      make(join(folder, "bad.yaml"));
      const before = filesIn(folder);
      const words = [
        "run",
        "bad.yaml",
        "--plug-in",
        echoPlugIn,
        "--report",
        "out",
        "--save",
        "kept",
        "--seeds",
        "1..3",
      ];
      const { code, stdout, stderr } = await faultline(words, { cwd: folder });
      expect(stderr.split("\n")[0]).toBe(said);
      expect(stderr).toMatch(/\n {2}Expected .*\n {2}Fix: /);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect([code, stdout]).toEqual([2, ""]);
      expect(filesIn(folder)).toEqual(before);
    });
  });
});

const typed: readonly (readonly [words: string, said: string])[] = [
  ["rnu", "UNKNOWN_COMMAND"],
  ["run", "MISSING_ARGUMENT"],
  ["run good.yaml --sed 3", "UNKNOWN_OPTION"],
  ["run good.yaml --seed 08", "BAD_SEED"],
  ["run good.yaml --seed 9007199254740992", "BAD_SEED"],
  ["run good.yaml --seed 1e400", "BAD_SEED"],
  ["run good.yaml --seeds 5..1", "BAD_SEEDS"],
  ["run good.yaml --seeds 1..", "BAD_SEED"],
  ["run good.yaml --seed 1 --seeds 1..2", "CONFLICTING_OPTIONS"],
  ["run good.yaml --workers many", "BAD_NUMBER"],
  ["run good.yaml --limit-events 0", "BAD_NUMBER"],
  ["run good.yaml --limit-time 30", "BAD_DURATION"],
  ["run good.yaml --set settings.retry.aftr=1s", "UNKNOWN_PATH"],
  ["run good.yaml --set settings.retry.after=-1s", "WRONG_VALUE"],
  ["run good.yaml --variant nope", "UNKNOWN_VARIANT"],
  ["run good.yaml#nope", "UNKNOWN_VARIANT"],
  ["run good.yaml --seeds 1..2 --trace out.jsonl", "ONE_RUN_ONLY"],
  ["run good.yaml --trace no/such/folder/out.jsonl", "NOT_WRITABLE"],
  ["run good.yaml --report good.yaml", "NOT_WRITABLE"],
  ["run good.yaml --plug-in nope.ts", "PLUG_IN_UNUSABLE"],
  ["run echo/good", "UNKNOWN_SCENARIO"],
  ["sweep transfer-deadlin", "UNKNOWN_STUDY"],
  ["tune nonsense", "UNKNOWN_STUDY"],
  ["replay good.yaml --node nobody", "UNKNOWN_NODE"],
  ["mutants --system raft --only mesh/no-fencing", "CONFLICTING_OPTIONS"],
  ["list nonsense", "UNKNOWN_TOPIC"],
  ["list --system nope", "UNKNOWN_SYSTEM"],
];

describe.concurrent("typing", () => {
  test.each(typed)("%s", { timeout: 30_000 }, async (words, said) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "good.yaml"), quietStory);
      const plugIn =
        words.startsWith("r") && !words.includes("--plug-in") && words.includes(" ") ? ["--plug-in", echoPlugIn] : [];
      const { code, stdout, stderr } = await faultline([...words.split(" "), ...plugIn], { cwd: folder });
      expect(stderr.split("\n")[0]).toMatch(new RegExp(` {2}${said}$`));
      expect(stderr).toMatch(/\n {2}Expected .*\n {2}Fix: .*\n$/);
      expect([code, stdout]).toEqual([2, ""]);
      expect(filesIn(folder)).toEqual(["good.yaml"]);
    });
  });
});

test("with --json the mistakes are a document, and stderr is silent", { timeout: 30_000 }, async () => {
  const { code, stdout, stderr } = await faultline(["run", "nope.yaml", "--json"]);
  expect([code, stderr]).toEqual([2, ""]);
  expect(JSON.parse(stdout)).toMatchObject({
    command: "run",
    exitCode: 2,
    error: { problems: [{ where: "nope.yaml", code: "NO_SUCH_FILE" }] },
  });
});

test("any number of mistakes are told by the first ones, and counted", { timeout: 90_000 }, () =>
  inFolder(async (folder) => {
    // None of it can be read after the first map.
    writeFileSync(join(folder, "bad.yaml"), `{}\n${'["a",1]\n'.repeat(2_000)}`);
    const { code, stdout } = await faultline(["validate", "bad.yaml", "--json"], { cwd: folder });
    const { error } = JSON.parse(stdout) as { error: { problems: readonly unknown[]; left: number } };
    expect([code, error.problems.length, error.left > 100]).toEqual([2, 1_000, true]);
  }),
);

test.each(["help run", "run --help", "--help", "help", "--version", ""])(
  "%s with --json is one document",
  { timeout: 30_000 },
  async (words) => {
    const { code, stdout } = await faultline([...words.split(" ").filter((word) => word !== ""), "--json"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { command: "help", exitCode: 0 }]);
  },
);

describe.concurrent("what cannot be meant", () => {
  const twice = "v.yaml --seed 1 --seed 2";
  test.each([
    ["a story named in two ways", "run v.yaml#two --variant bad", "--variant bad  CONFLICTING_OPTIONS", "v.yaml#two"],
    ["an option given twice", `run ${twice}`, "--seed 2  GIVEN_TWICE", "leave one of them out"],
    ["too many seeds", "run v.yaml --seeds 5..99999999999999", "BAD_SEEDS", "write 5..100000004"],
    ["an option that is a file", "run -x.yaml", "UNKNOWN_OPTION", "write the file as ./-x.yaml"],
    ["--left with a trace", "diff t.jsonl v.yaml#two --left until=3s", "t.jsonl --left  WRONG_OPTION", "leave it out"],
    ["--set with two traces", "diff t.jsonl t.jsonl --set until=3s", "t.jsonl --set  WRONG_OPTION", "leave it out"],
    ["--seed with two traces", "diff t.jsonl t.jsonl --seed 3", "t.jsonl --seed  WRONG_OPTION", "leave it out"],
    ["--plant with a trace", `export t.jsonl ${exported} --plant raft/no-vote-fsync`, "--plant  WRONG_OPTION", "trace"],
  ])("%s", { timeout: 30_000 }, (_what, words, said, fix) =>
    inFolder(async (folder) => {
      const variants = "variants:\n  two: { why: w, set: { until: 3s } }\n  bad: { why: w, set: { until: 4s } }\n";
      for (const name of ["v.yaml", "-x.yaml"]) writeFileSync(join(folder, name), quietStory + variants);
      writeFileSync(join(folder, "t.jsonl"), "");
      const { code, stderr } = await faultline([...words.split(" "), "--plug-in", echoPlugIn], { cwd: folder });
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
      expect(stderr).toContain(fix);
    }),
  );
});

test("a file named like an option is run behind --, and the way on names it so that it is read", patience, () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "-x.yaml"), quietStory);
    const { code, stdout } = await faultline(["run", "--plug-in", echoPlugIn, "--", "-x.yaml"], { cwd: folder });
    expect([code, stdout]).toEqual([0, expect.stringContaining("faultline replay ./-x.yaml ")]);
  }),
);
