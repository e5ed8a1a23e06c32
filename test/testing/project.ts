// The example as a team has it: a folder of its own, with Faultline as npm would install it.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

import type { Ended } from "../cli/command.ts";

/** What a user's own shell has: nothing of the test runner that runs this test. */
function environment(project: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|TEST|NODE_ENV|FORCE_COLOR|GITHUB_|FAULTLINE_)/.test(name),
  );
  const path = [join(project, "node_modules/.bin"), process.env["PATH"] ?? ""].join(":");
  return { ...Object.fromEntries(kept), NO_COLOR: "1", PATH: path };
}

/** Copies the example to `folder`, and installs what is published of Faultline, built from the sources as they are. */
export function installExample(folder: string): string {
  const root = resolve(".");
  const project = join(folder, "project");
  const modules = join(project, "node_modules");
  cpSync("test/example", project, { recursive: true });
  mkdirSync(join(modules, "faultline"), { recursive: true });
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== "faultline" && name !== ".bin") symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  const built = join(modules, "faultline/dist");
  const { status, stdout } = spawnSync(
    join(root, "node_modules/.bin/tsc"),
    ["-p", "tsconfig.build.json", "--outDir", built, "--pretty", "false"],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stdout);
  for (const name of ["package.json", "scenarios"]) {
    cpSync(name, join(modules, "faultline", name), { recursive: true });
  }
  mkdirSync(join(modules, ".bin"));
  for (const name of readdirSync(join(root, "node_modules/.bin"))) {
    if (name !== "faultline") symlinkSync(join(root, "node_modules/.bin", name), join(modules, ".bin", name));
  }
  symlinkSync(join(built, "cli/faultline.js"), join(modules, ".bin/faultline"));
  return project;
}

/** A line as it is typed in the project. */
export async function typed(line: string, project: string): Promise<Ended> {
  const child = spawn("sh", ["-c", line], {
    cwd: project,
    env: environment(project),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((done) => {
    child.on("close", (code) => done(code));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
