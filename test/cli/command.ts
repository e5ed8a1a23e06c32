// Runs the real command as a process of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../src/cli/faultline.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called once with the first output on stderr. */
  readonly onProgress?: (pid: number) => void;
}

export async function faultline(
  words: readonly string[],
  { cwd, env = {}, onProgress }: CommandOptions = {},
): Promise<Ended> {
  const { GITHUB_ACTIONS: _actions, GITHUB_STEP_SUMMARY: _summary, FORCE_COLOR: _color, ...clean } = process.env;
  const child = spawn(process.execPath, [launcher, ...words], {
    cwd,
    env: { ...clean, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (onProgress !== undefined) child.stderr.once("data", () => onProgress(child.pid ?? 0));
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", (code) => resolve(code));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

/** A folder for one test, gone after it. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "faultline-cli-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();

/** A module with the echo system in it. */
export const echoPlugIn = fileURLToPath(new URL("../scenario/echo-system.ts", import.meta.url));

export const quietStory = "title: All quiet\nwhy: w\nsystem: echo\nuntil: 6s\nworkload: { every: 100ms }\n";

/** A story that fails in every seed: the first echo comes twice, and is counted twice. */
export const failingStory =
  `${quietStory}settings: { defence: { onceOnly: false } }\n` +
  "faults: [{ at: 0s, duplicate: { message: echo, copies: 2, count: 1 } }]\n";
