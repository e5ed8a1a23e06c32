// `faultline check` end to end: what it says, as lines and as a document, and how it ends.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import { z } from "zod";

import { faultline, inFolder } from "./command.ts";

const patience = { timeout: 60_000 };

const moment = z.strictObject({ line: z.int(), timeUs: z.int() });
const operation = z.strictObject({
  process: z.string(),
  says: z.string(),
  invoked: moment,
  answered: moment.nullable(),
});
const checkDocument = z.strictObject({
  faultline: z.string(),
  command: z.literal("check"),
  exitCode: z.int(),
  file: z.string(),
  outcome: z.enum(["held", "violated", "inconclusive"]),
  objects: z.array(
    z.strictObject({
      model: z.string(),
      key: z.string(),
      answered: z.int(),
      unanswered: z.int(),
      failed: z.int(),
      verdict: z.enum(["linearizable", "impossible", "inconclusive"]),
      states: z.int(),
      fitsUpToLine: z.int().optional(),
      because: z
        .strictObject({
          operation,
          isFirst: z.boolean(),
          statesBefore: z.array(z.string()),
          order: z.array(operation),
          open: z.array(operation),
        })
        .optional(),
    }),
  ),
});

const line = (process: string, type: string, op: string, value: unknown, time: number): string =>
  JSON.stringify({ process, type, op, key: "x", value, time });

/** A read that comes after a write and has not seen it. */
const stale = [
  line("ann", "invoke", "write", 7, 1_000),
  line("ann", "ok", "write", 7, 2_000),
  line("bob", "invoke", "read", null, 3_000),
  line("bob", "ok", "read", null, 4_000),
].join("\n");

async function checked(text: string, ...words: readonly string[]): ReturnType<typeof faultline> {
  return inFolder((cwd) => {
    writeFileSync(join(cwd, "h.jsonl"), text);
    return faultline(["check", "h.jsonl", ...words], { cwd });
  });
}

describe.concurrent("check", () => {
  test("a run of the mesh is linearizable: 0", patience, () =>
    inFolder(async (cwd) => {
      const run = await faultline(["run", "mesh/walk", "--seed", "3", "--history", "walk.jsonl"], { cwd });
      expect(run.code).toBe(0);
      const { code, stdout, stderr } = await faultline(["check", "walk.jsonl"], { cwd });
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^✔ walk\.jsonl is linearizable\n {2}lock {7}50 objects, [\d ]+ answered, /);
      expect(stdout).toMatch(/\n {2}item {7}60 objects, \d+ answered, \d+ without an answer, \d+ failed\n$/);
    }),
  );

  test("a stale read is not: 1, where, and why", patience, async () => {
    const { code, stdout } = await checked(stale);
    expect(code).toBe(1);
    expect(stdout).toBe(`✘ h.jsonl is not linearizable: 1 of 1 object
  register   1 object, 2 answered, 0 without an answer, 0 failed

x (register): no order explains line 4
  lines 3-4         0.003000 s to 0.004000 s  bob  read null
  Whatever the order, it is then 7.
  An order of what was answered before:
    lines 1-2         0.001000 s to 0.002000 s  ann  write 7
`);
  });

  test("--json: one document", patience, async () => {
    const { code, stdout } = await checked(stale, "--json");
    const document = checkDocument.parse(JSON.parse(stdout));
    expect([code, document.outcome]).toEqual([1, "violated"]);
    expect(document.objects).toMatchObject([
      { key: "x", verdict: "impossible", because: { operation: { says: "read null" }, statesBefore: ["7"] } },
    ]);
  });

  test("a limit: inconclusive, how far it got, and 1", patience, async () => {
    const { code, stdout } = await checked(stale, "--limit-states", "1");
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^\? h\.jsonl is inconclusive: 1 of 1 object\n/)]);
    expect(stdout).toMatch(/x \(register\): inconclusive after \d+ states\n {2}There is an order up to line \d+; /);
  });

  test("--model: the same operations in another reading", patience, async () => {
    const acquire = (process: string, token: number, time: number): readonly string[] => [
      line(process, "invoke", "acquire", { server: "n" }, time),
      line(process, "ok", "acquire", { server: "n", token }, time + 1),
    ];
    const twice = [...acquire("ann", 1, 1), ...acquire("bob", 1, 5)].join("\n");
    expect((await checked(twice)).code).toBe(1);
    expect((await checked(twice, "--model", "authority")).code).toBe(0);
  });

  test.each([
    [
      "a bad line",
      `${stale}\n{"process":"ann"}\n`,
      [],
      /^h\.jsonl:5:1 {2}BAD_FIELD\n {2}"type" is nothing\.\n {2}Expected one of/,
    ],
    ["a file of something else", "title: x\n", [], /^h\.jsonl:1:1 {2}NOT_JSON\n/],
    ["an unknown model", stale, ["--model", "lok"], /^--model lok {2}UNKNOWN_MODEL\n[^]*Fix: did you mean "?lock/],
    ["a limit that is none", stale, ["--limit-states", "0"], /^--limit-states 0 {2}BAD_NUMBER\n/],
    ["bytes that are no text", "\u0000", [], /^h\.jsonl:1:1 {2}NOT_JSON\n/],
  ] as const)("%s: 2, with place and fix", patience, async (_what, text, words, said) => {
    const { code, stdout, stderr } = await checked(text, ...words);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(said);
    expect(stderr).toMatch(/\n {2}Fix: .+\n$/);
  });

  test("a folder: every history in it, and what cannot be explained in full", patience, () =>
    inFolder(async (cwd) => {
      const run = [
        "run",
        "mesh/weather#base",
        "--set",
        "until=25s",
        "--set",
        "heal=5s",
        "--seeds",
        "1..3",
        "--workers",
        "2",
      ];
      expect((await faultline([...run, "--history", "kept"], { cwd })).code).toBe(0);
      const held = await faultline(["check", "kept"], { cwd });
      expect([held.code, held.stdout]).toEqual([0, "✔ 3 histories: all are linearizable\n"]);
      writeFileSync(join(cwd, "kept", "stale.jsonl"), stale);
      const { code, stdout } = await faultline(["check", "kept"], { cwd });
      expect(code).toBe(1);
      expect(stdout).toMatch(/^✘ kept.stale\.jsonl is not linearizable[^]*\n✘ 4 histories: 1 not shown/);
    }),
  );

  test("a file that is not there, or a folder without histories: 2", patience, () =>
    inFolder(async (cwd) => {
      const missing = await faultline(["check", "none.jsonl"], { cwd });
      expect([missing.code, missing.stderr]).toEqual([2, expect.stringMatching(/^none\.jsonl {2}NO_SUCH_FILE\n/)]);
      const folder = await faultline(["check", "."], { cwd });
      expect([folder.code, folder.stderr]).toEqual([2, expect.stringMatching(/^\. {2}NO_HISTORIES\n/)]);
    }),
  );

  test("--help has an example", patience, async () => {
    const { code, stdout } = await faultline(["check", "--help"]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/\nExample:\n {2}faultline run .*\n {2}faultline check /),
    ]);
    expect(stdout.split("\n").filter((words) => words.length > 80)).toEqual([]);
  });
});
