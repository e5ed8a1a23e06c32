// Runs the command itself, as a reader would type it, and takes what it says as JSON. Its progress goes to stderr.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../src/cli/faultline.ts", import.meta.url));
const bytesMax = 256 * 1024 * 1024;

export function saidBy(typed: readonly string[]): unknown {
  const { stdout, error } = spawnSync(process.execPath, [program, ...typed, "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: bytesMax,
  });
  if (error !== undefined) throw error;
  return JSON.parse(stdout);
}
