// The map is the law (src/README.md), and these are its teeth.
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { expectNone, printFindings } from "./finding.ts";
import { importFindings, readImportLaw } from "./import-law.ts";
import { sourceFile, sourceFiles } from "./source-file.ts";

const law = readImportLaw(readFileSync("src/README.md", "utf8"));
const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: Record<string, string> };
const packages = new Set(Object.keys(dependencies));

const broken = (path: string, text: string): string =>
  printFindings(importFindings([sourceFile(path, text)], law, packages));

/** A README that holds a table with these rows. */
const table = (...rows: string[]): string =>
  `<!-- import-law -->\n| folder | may import | platform | packages |\n|---|---|---|---|\n${rows.join("\n")}\n<!-- /import-law -->`;

describe("the sources", () => {
  const files = sourceFiles("src");

  test("import only what the map allows", () => {
    expectNone(importFindings(files, law, packages));
  });

  test("are named by what they hold", () => {
    const vague = /(?:^|[-/])(?:utils?|helpers?|common|misc|manager|info)(?:[-/.]|$)/;
    expect(files.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([]);
  });

  test("see the platform's types at the edges only", () => {
    const core = JSON.parse(readFileSync("tsconfig.core.json", "utf8").replaceAll(/^\s*\/\/.*$/gm, "")) as {
      exclude: string[];
    };
    const edges = [...law.values()].filter(({ isEdge }) => isEdge).map(({ name }) => `src/${name}`);
    // The face exports the edges too, so it cannot compile without their types.
    expect(new Set(core.exclude)).toEqual(new Set([...edges, "src/index.ts"]));
  });
});

describe("the import law refuses", () => {
  test.each([
    ["a row that is not named", "check/judge.ts", `import { World } from "../world/world.ts";`],
    ["a type", "check/judge.ts", `import type { World } from "../world/world.ts";`],
    ["an import over several lines", "check/judge.ts", `import {\n  World,\n} from "../world/world.ts";`],
    ["an import for its side effect", "check/judge.ts", `import "../world/world.ts";`],
    ["a re-export", "check/judge.ts", `export { World } from "../world/world.ts";`],
    ["a re-export of everything", "check/judge.ts", `export * from "../world/world.ts";`],
    ["a dynamic import", "check/judge.ts", `export const world = import("../world/world.ts");`],
    ["a type in an expression", "check/judge.ts", `export type W = import("../world/world.ts").World;`],
    ["a computed import", "check/judge.ts", `export const load = (name: string) => import(name);`],
    ["a part of Node", "systems/mesh/node.ts", `import { readFileSync } from "node:fs";`],
    ["a part of Node without its prefix", "systems/mesh/node.ts", `import { readFileSync } from "fs";`],
    ["a package", "machine/machine.ts", `import { z } from "zod";`],
    ["a package that is not a dependency", "cli/main.ts", `import express from "express";`],
    ["one face in another", "cli/main.ts", `import { serve } from "../api/serve.ts";`],
    ["one system in another", "systems/mesh/node.ts", `import { replica } from "../vsr/replica.ts";`],
    ["the host in the logic", "protocols/raft/node.ts", `import { World } from "../../world/world.ts";`],
    ["what is outside src", "base/ids.ts", `import { seeds } from "../../test/seeds.ts";`],
    ["a barrel inside the package", "cli/main.ts", `import { simulate } from "../index.ts";`],
  ])("%s", (_, path, text) => {
    expect(broken(path, text)).toMatch(/FORBIDDEN_IMPORT/);
  });

  test("a folder that is not on the map", () => {
    expect(broken("utils/dates.ts", "export const one = 1;")).toMatch(/^src\/utils\/dates\.ts:1:1 {2}NOT_ON_THE_MAP/);
  });

  test("and says where, what, what was expected, and how to fix it", () => {
    expect(broken("check/judge.ts", `// A judge.\nimport { World } from "../world/world.ts";\n`)).toBe(
      `src/check/judge.ts:2:1  FORBIDDEN_IMPORT
  check imports world ("../world/world.ts").
  Expected check to import only itself and base, machine, trace.
  Fix: move what is needed down, or take it as an argument; if the map is wrong, change it in src/README.md.
`,
    );
  });
});

describe("the import law allows", () => {
  test.each([
    ["the rows it names", "check/judge.ts", `import { assert } from "../base/assert.ts";`],
    ["a folder's own files", "systems/mesh/node.ts", `import { handoff } from "./authority/handoff.ts";`],
    ["a file directly in systems to every system", "systems/registry.ts", `import { mesh } from "./mesh/system.ts";`],
    ["a system what all systems share", "systems/mesh/node.ts", `import type { System } from "../system.ts";`],
    ["a package it names", "scenario/parse.ts", `import { parseDocument } from "yaml";`],
    ["an edge the platform", "campaign/worker.ts", `import { cpus } from "node:os";`],
    ["a face what is below it", "cli/run.ts", `import { simulate } from "../simulate.ts";\nimport chalk from "chalk";`],
    ["import in a comment or a text", "base/ids.ts", `// import "node:fs"\nexport const text = 'import "node:fs"';`],
  ])("%s", (_, path, text) => {
    expect(broken(path, text)).toBe("");
  });
});

describe("a table is refused as law", () => {
  test("when it names a row that is not above, and so could hold a cycle", () => {
    expect(() => readImportLaw(table("| a | b | - | - | |", "| b | a | - | - | |"))).toThrow(
      /names b, which is no row/,
    );
  });

  test("when a folder has two rows", () => {
    expect(() => readImportLaw(table("| a | - | - | - | |", "| a | - | - | - | |"))).toThrow(/two rows for a/);
  });

  test("when it is not there", () => {
    expect(() => readImportLaw("# The map")).toThrow(/has no table/);
  });
});
