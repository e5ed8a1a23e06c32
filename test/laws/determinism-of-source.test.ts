// One seed, one history: nothing below the edges may hold a clock, a die, a locale, or state that outlives a run.
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { determinismFindings } from "./determinism-law.ts";
import { expectNone, printFindings } from "./finding.ts";
import { readImportLaw } from "./import-law.ts";
import { sourceFile, sourceFiles } from "./source-file.ts";

const law = readImportLaw(readFileSync("src/README.md", "utf8"));
const refusals = (text: string, path = "systems/mesh/node.ts"): string =>
  printFindings(determinismFindings([sourceFile(path, text)]));

test("the sources below the edges are deterministic by construction", () => {
  const files = sourceFiles("src").filter(({ path }) => law.get(path.split("/")[0] ?? "")?.isEdge !== true);
  expectNone(determinismFindings(files));
});

test("a clock planted in a machine is refused with its place and what to use instead", () => {
  expect(refusals(`export function step() {\n  const now = Date.now();\n  return now;\n}\n`)).toBe(
    `src/systems/mesh/node.ts:2:15  BANNED_NAME
  Date is used.
  Expected nothing below the edges that could make one seed two histories.
  Fix: use the time on the event.
`,
  );
});

describe("refused", () => {
  test.each([
    // clocks and timers
    "const now = () => new Date();",
    "const now = () => performance.now();",
    "function later() { setTimeout(later, 10); }",
    "function later() { setInterval(later, 10); }",
    "function later() { setImmediate(later); }",
    "function later() { queueMicrotask(later); }",
    // dice
    "const die = () => Math.random();",
    "const die = () => Math['random']();",
    "const id = () => crypto.randomUUID();",
    "const { random } = Math;",
    "const die = Math.random;",
    // waiting
    "async function wait() {}",
    "const wait = async () => 1;",
    "const wait = { async one() {} };",
    "class Wait { async one() {} }",
    "const wait = () => new Promise(() => {});",
    "const wait = () => Promise.resolve(1);",
    "type Wait = () => Promise<void>;",
    "const load = () => import('./other.ts');",
    // locale and order
    "const order = (a: string, b: string) => a.localeCompare(b);",
    "const text = (n: number) => n.toLocaleString();",
    "const text = (s: string) => s.toLocaleUpperCase();",
    "const text = (n: number) => new Intl.NumberFormat().format(n);",
    "function keys(o: object) { for (const key in o) return key; }",
    "const text = (o: object) => JSON.stringify(o);",
    "const { stringify } = JSON;",
    // floating point
    ...["exp", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "atan2", "pow", "cbrt", "hypot"].map(
      (name) => `const x = (n: number) => Math.${name}(n);`,
    ),
    "const x = (n: number) => n ** 2;",
    "const x = (n: number) => 2 ** n;",
    "const x = 2 ** 0.5;",
    "const bits = 0.5;\nconst x = 2 ** bits;",
    "function x(n: number) { n **= 2; return n; }",
    // the engine and the platform
    "const at = (error: Error) => error.stack;",
    "const at = () => new Error().stack;",
    "const at = (wrong: { cause: Error }) => wrong.cause.stack;",
    "const ref = (o: object) => new WeakRef(o);",
    "const registry = () => new FinalizationRegistry(() => {});",
    "const mode = () => process.env['MODE'];",
    "const say = () => console.log('hello');",
    "const all = () => globalThis;",
    "const run = (code: string) => eval(code);",
    "const run = (code: string) => new Function(code);",
    "const here = () => import.meta.url;",
    "declare const setTimeout: (f: () => void) => void;\nsetTimeout(() => {});",
    "declare function setTimeout(f: () => void): void;\nsetTimeout(() => {});",
    "declare global { const process: { now(): number }; }",
    '/// <reference types="node" />',
    // state that outlives a run
    "let count = 0;",
    "export let count = 0;",
    "var count = 0;",
    "export const seen = new Map<string, number>();",
    "const seen = new Set();",
    "const scratch = new Float64Array(1);",
    "const queue: number[] = [];",
    "const cache = {};",
    "class Node { static count = 0; }",
    "class Node { static readonly seen = new Set(); }",
    // silence without a reason
    "// oxlint-disable-next-line eslint/max-lines\nconst x = 1;",
    "/* eslint-disable */",
  ])("%s", (text) => {
    expect(refusals(text)).not.toBe("");
  });
});

describe("allowed", () => {
  test.each([
    "const x = (n: number) => Math.floor(Math.sqrt(n)) + Math.max(n, 1);",
    "const safe = 2 ** 53 - 1;",
    "const wide = 2n ** 64n;",
    "const bits = 21;\nconst mask = 2 ** bits - 1;",
    "const bits = 21;\nconst rest = 2 ** (32 - bits);",
    "const sorted = (list: number[]) => list.toSorted((a, b) => a - b);",
    "const value = (text: string): unknown => JSON.parse(text);",
    "function* story() { yield 1; }",
    "const depth = (parser: { stack: string[] }) => parser.stack.length;",
    "// Date.now() is never called, nor Math.random()\nconst text = 'Date.now() Math.random() await';",
    // a name of one's own that the platform has too
    "type Fault = { process: string; performance: number; label: 'Date' };",
    "const names = (plan: { process: string }) => plan.process;",
    "const name = ({ process }: { process: string }) => process;",
    "import { process } from '../process.ts';\nconst name = process.name;",
    "const kinds = { process: 1, console: 2 };",
    "function* run(process: string) { for (const fetch of [process]) yield fetch; }",
    // constants of a module
    "export const ports: ReadonlyMap<string, number> = new Map([['raft', 1]]);",
    "const kinds: ReadonlySet<string> = new Set(['a']);",
    "const none: readonly string[] = [];",
    "const kinds = ['a', 'b'] as const;",
    "const word = new RegExp('a');",
    "const make = () => new Map();",
    "declare const brand: unique symbol;",
    "class Node { readonly #seen = new Map(); static readonly max = 3; }",
    "function count() { let n = 0; n += 1; return n; }",
    "// oxlint-disable-next-line eslint/max-lines -- a table of every fault\nconst x = 1;",
  ])("%s", (text) => {
    expect(refusals(text)).toBe("");
  });

  test("JSON.stringify where the canonical form is made", () => {
    expect(refusals("const text = (o: unknown) => JSON.stringify(o);", "base/canonical-json.ts")).toBe("");
  });
});
