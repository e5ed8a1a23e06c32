// `faultline list requirements`: at a glance, one by one, gaps only, as a document, and where there are no sources.
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { echoPlugIn, type Ended, faultline, inFolder } from "./command.ts";

const patience = { timeout: 60_000 };

const state = z.enum(["shown", "measured", "settable", "gap", "never"]);
const item = z.strictObject({
  name: z.string(),
  about: z.string(),
  numbers: z.string().nullable(),
  kinds: z.array(z.string()).min(1),
  never: z.string().nullable(),
  state,
  stories: z.array(z.string()),
  tests: z.array(z.strictObject({ file: z.string(), title: z.string() })),
  properties: z.array(z.string()),
  figures: z.array(z.string()),
  settings: z.array(z.strictObject({ name: z.string(), values: z.array(z.string()), preset: z.string() })),
  section: z.string(),
});
const counts = z.record(z.enum(["all", ...state.options]), z.int());
const document = z.strictObject({
  faultline: z.string(),
  command: z.literal("list"),
  exitCode: z.literal(0),
  topic: z.literal("requirements"),
  coverage: counts,
  items: z.array(item),
});

const tooWide = ({ stdout }: Ended): readonly string[] => stdout.split("\n").filter((line) => line.length > 80);

describe("list requirements", () => {
  test("at a glance: section, id, one line, how much shows it, within 80 columns", patience, async () => {
    const ended = await faultline(["list", "requirements"]);
    expect([ended.code, ended.stderr, tooWide(ended)]).toEqual([0, "", []]);
    expect(ended.stdout).toMatch(/^mesh: Principles, risk matrix, classification: \d+ of 16 shown\nMESH-GEN-01 {2}\S/);
    expect(ended.stdout).toMatch(/\nMESH-F1-01 [^]*?\n +\d+ stories, \d+ tests?, 1 setting\n/);
    expect(ended.stdout).toMatch(/\nMESH-IR-04 [^]*?\n +never shown: names of people/);
    expect(ended.stdout).toMatch(/\n\d+ of 230 shown; [^]* gaps?; \d+ that nothing\s+will\s+ever\s+show\.\n$/);
  });

  test("some of them: everything that shows each, by name", patience, async () => {
    const ended = await faultline(["list", "requirements", "mesh-f7-0"]);
    expect([ended.code, tooWide(ended)]).toEqual([0, []]);
    expect(ended.stdout).not.toContain("\u001b");
    expect(ended.stdout).toMatch(/^mesh: FM-005 to FM-008[^]+\sof\s+8\s+shown\nMESH-F7-01 {2}/);
    expect(ended.stdout).toMatch(/ {2}stories {5}mesh\/\S+\n[^]* {14}mesh\/fm-007-transfer-stuck\n/);
    expect(ended.stdout).toMatch(/ {2}settings {4}settings\.watchdog\.bound: 10s by default\n/);
    expect(ended.stdout).toMatch(/ {2}tests {7}test\/golden\/mesh\/\S+\.txt: /);
    expect(ended.stdout).not.toContain("MESH-F6");
  });

  test("as a document: all of it, and counts that agree", patience, async () => {
    const { stdout, stderr } = await faultline(["list", "requirements", "--json"]);
    const { coverage, items } = document.parse(JSON.parse(stdout));
    expect([stderr, items.length, coverage.all]).toEqual(["", 230, 230]);
    for (const each of state.options) expect(items.filter((one) => one.state === each).length).toBe(coverage[each]);
    expect(items.find(({ name }) => name === "X-M-01")).toMatchObject({
      state: "shown",
      settings: [{ name: "settings.retry.schedule", values: ["prose", "code"], preset: "prose" }],
    });
  });

  test("gaps only", patience, async () => {
    const { stdout } = await faultline(["list", "requirements", "X-M", "--gaps", "--json"]);
    const { coverage, items } = document.parse(JSON.parse(stdout));
    expect(coverage.all).toBe(64);
    expect(items.length).toBe(64 - (coverage.shown ?? 0));
    expect(items.every((one) => one.state !== "shown" && one.name.startsWith("X-M-"))).toBe(true);
  });

  test("with colours when they are asked for", patience, async () => {
    const env = { NO_COLOR: "", FORCE_COLOR: "1" };
    expect((await faultline(["list", "requirements", "X-M-01"], { env })).stdout).toContain("\u001b");
  });

  test("from another folder: stories and tests all the same", patience, () =>
    inFolder(async (cwd) => {
      const { stdout } = await faultline(["list", "requirements", "MESH-F7-01", "--json"], { cwd });
      const { items } = document.parse(JSON.parse(stdout));
      expect([items[0]?.stories.length, items[0]?.tests.length]).not.toContain(0);
    }),
  );

  test("of a system without a catalogue: none", patience, async () => {
    const words = ["list", "requirements", "--system", "echo", "--plug-in", echoPlugIn];
    const { code, stdout } = await faultline(words);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^0 of 0 shown;/)]);
  });
});

describe("a mistake", () => {
  test.each([
    [["requirements", "MESH-F101"], "UNKNOWN_NAME", 'did you mean "MESH-F1-01"?'],
    [["requirements", "NOPE"], "UNKNOWN_NAME", 'see "faultline list requirements".'],
    [["requirement"], "UNKNOWN_TOPIC", 'did you mean "requirements"?'],
    [["settings", "retri.base"], "UNKNOWN_NAME", 'see "faultline list settings".'],
    [["settings", "--gaps"], "WRONG_OPTION", 'ask for "faultline list requirements --gaps".'],
  ])("list %j", patience, async (words, code, fix) => {
    const ended = await faultline(["list", ...words]);
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toContain(code);
    expect(ended.stderr).toContain(fix);
  });
});

test("any list can be narrowed", patience, async () => {
  const { stdout } = await faultline(["list", "settings", "retry.", "--json"]);
  const { items } = z.object({ items: z.array(z.object({ name: z.string() })).min(3) }).parse(JSON.parse(stdout));
  expect(items.filter(({ name }) => !name.includes("retry."))).toEqual([]);
});
