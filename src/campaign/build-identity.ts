// What code this is: results of other code are results of something else, whatever their version says.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** All that a run and its observation depend on: nothing else of the sources changes a history. */
const parts = [
  "base",
  "check",
  "kernel",
  "machine",
  "mutants",
  "protocols",
  "scenario",
  "systems",
  "trace",
  "tune/observation",
  "world",
  "simulate",
];

/** A digest of the code that makes histories, and of what is planted in it. */
export function buildIdentity(planted: readonly string[]): string {
  const root = fileURLToPath(new URL("../", import.meta.url));
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const hash = createHash("sha256");
  for (const part of parts) {
    const folder = `${root}${part}`;
    const file = `${folder}${extension}`;
    for (const path of existsSync(file) ? [file] : filesIn(folder, extension)) {
      hash.update(`${path.slice(root.length).replaceAll("\\", "/")}\0`);
      hash.update(readFileSync(path));
    }
  }
  return hash.update(JSON.stringify(planted)).digest("hex");
}

const filesIn = (folder: string, extension: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => `${folder}/${name}`)
    .filter((path) => statSync(path).isFile());
