// Builds the viewer before tests, when its sources are newer than what was built of them.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const built = "dist/web/report.html";
/** Everything that goes into it. */
const sources = ["src/web", "src/report", ".ci/build-viewer.ts", "package-lock.json"];

export function setup(): void {
  const builtMs = existsSync(built) ? statSync(built).mtimeMs : -Infinity;
  if (Math.max(...sources.map((source) => newestMs(source))) <= builtMs) return;
  const { status, stderr } = spawnSync(process.execPath, [".ci/build-viewer.ts"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the viewer of reports does not build: ${stderr}`);
}

function newestMs(path: string): number {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(...readdirSync(path).map((name) => newestMs(join(path, name))));
}
