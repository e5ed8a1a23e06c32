// `npm run check` itself, on a copy of the sources with one of each kind of wrong planted in it.
import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { afterAll, beforeAll, expect, test } from "vitest";

let copy = "";
let said = "";
let exitCode: number | null = null;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), "faultline-check-"));
  const mine = new Set(["node_modules", ".git", "dist", "reports", "coverage"]);
  // Of the tests those that the check runs, and what they stand on: the rest would be looked at in vain.
  const needed = /^test(\/(laws|scenario|setup\.ts|web)(\/|$)|$)|^(?!test(\/|$))/;
  cpSync(".", copy, { recursive: true, filter: (path) => !mine.has(basename(path)) && needed.test(path) });
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"), "junction");

  writeFileSync(join(copy, "src/base/half-used.ts"), `export const used = 1;\nexport const unusedByAll = 2;\n`);
  appendFileSync(join(copy, "src/index.ts"), `\nexport { used } from "./base/half-used.ts";\n`);
  appendFileSync(join(copy, "src/machine/machine.ts"), `\nimport "../world/plan.ts";\n`);
  writeFileSync(join(copy, "src/systems/planted.ts"), `export const now = (): number => Date.now();\n`);
  writeFileSync(join(copy, "src/protocols/planted.ts"), `export const later = (): void => setTimeout(later, 1);\n`);
  writeFileSync(join(copy, "src/base/planted.ts"), `export const loose = (value: any): string => value!.name\n`);
  writeFileSync(
    join(copy, "src/base/sorts.ts"),
    `export const array = (list: string[]): string[] => list.toSorted();
export const typed = (list: Float64Array): Float64Array => list.sort();
`,
  );
  writeFileSync(join(copy, "src/base/long.ts"), `export const n = 1;\n${"//\n".repeat(500)}`);

  const { status, stdout, stderr } = spawnSync(process.execPath, [".ci/check.ts"], {
    cwd: copy,
    env: { ...process.env, PATH: `${resolve("node_modules/.bin")}:${process.env["PATH"]}`, NO_COLOR: "1" },
    encoding: "utf8",
  });
  exitCode = status;
  // Tools colour what they say as they like where CI is set.
  said = stripVTControlCharacters(stdout + stderr);
}, 300_000);

afterAll(() => rmSync(copy, { recursive: true }));

test("the check fails", () => {
  expect(exitCode).toBe(1);
  expect(said).toMatch(/checks do not hold/);
});

test.each([
  ["a forbidden import", /src\/machine\/machine\.ts:\d+:1 {2}FORBIDDEN_IMPORT\n\s+machine imports world/],
  ["a clock in a system", /src\/systems\/planted\.ts:1:34 {2}BANNED_NAME\n\s+Date is used/],
  ["a timer in a protocol", /src\/protocols\/planted\.ts:1:34 {2}BANNED_NAME\n\s+setTimeout is used/],
  ["a timer, to the compiler", /src\/protocols\/planted\.ts\(1,34\): error TS2304: Cannot find name 'setTimeout'/],
  ["an unused export", /unusedByAll\s+src\/base\/half-used\.ts/],
  ["any", /no-explicit-any.*\n\s*(?:,-|╭─)\[src\/base\/planted\.ts/],
  ["a non-null assertion", /no-non-null-assertion.*\n\s*(?:,-|╭─)\[src\/base\/planted\.ts/],
  ["an array sorted without a comparator", /require-array-sort-compare.*\n\s*(?:,-|╭─)\[src\/base\/sorts\.ts:1:/],
  ["a file of more than 500 lines", /max-lines.*\n\s*(?:,-|╭─)\[src\/base\/long\.ts/],
  ["another format", /src\/base\/planted\.ts \(\d+ms\)/],
])("for %s", (_, refusal) => {
  expect(said).toMatch(refusal);
});

test("but not for a typed array sorted without one, which is in the same order everywhere", () => {
  expect(said).not.toMatch(/src\/base\/sorts\.ts:2:/);
});
