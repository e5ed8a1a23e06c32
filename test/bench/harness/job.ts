// One program run once, in a process of its own, so that neither memory nor compiled code of one reaches another.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Job {
  /** Such as "phold/10000/ns-3 Map". Unique in a plan. */
  readonly id: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly timeoutSeconds: number;
  /** What it measures does not vary with the machine's speed: the first round is enough. */
  readonly once?: boolean;
}

/** What a program said of itself. */
export interface Outcome {
  readonly events: number;
  /** Of computing, in the timed part. */
  readonly seconds: number;
  readonly peakRssBytes: number;
  /** Whatever else its line of JSON held. */
  readonly more: ReadonlyMap<string, number | string>;
}

export class JobFailure extends Error {}

const projectFolder = fileURLToPath(new URL("../../../", import.meta.url));

export async function run(job: Job): Promise<Outcome> {
  const { exit, stdout, stderr } = await processOf(job);
  if (exit !== 0) throw new JobFailure(`${exit}${complaint(stderr)}`);
  return outcomeOf(stdout);
}

/** Ends the program that is running now, if one is: for Ctrl-C. */
export function killRunning(): void {
  killCurrent?.();
}

let killCurrent: (() => void) | undefined;

interface Ended {
  /** 0, or a sentence. */
  readonly exit: 0 | string;
  readonly stdout: string;
  readonly stderr: string;
}

function processOf(job: Job): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(job.command, job.arguments, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let isLate = false;
    const timeout = setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, job.timeoutSeconds * 1000);
    killCurrent = () => child.kill("SIGKILL");
    const end = (exit: 0 | string): void => {
      clearTimeout(timeout);
      killCurrent = undefined;
      resolve({ exit, stdout, stderr });
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error) => end(error.message));
    child.on("close", (code, signal) => {
      if (isLate) end(`took more than ${job.timeoutSeconds} s`);
      else end(code === 0 ? 0 : `ended with ${signal ?? code}`);
    });
  });
}

function outcomeOf(stdout: string): Outcome {
  const said: unknown = JSON.parse(stdout);
  const more = new Map<string, number | string>();
  if (typeof said === "object" && said !== null) {
    for (const [name, value] of Object.entries(said)) {
      if (typeof value === "number" || typeof value === "string") more.set(name, value);
    }
  }
  const take = (name: string): number => {
    const value = more.get(name);
    if (typeof value !== "number") throw new JobFailure(`did not say its ${name}`);
    more.delete(name);
    return value;
  };
  return { events: take("events"), seconds: take("seconds"), peakRssBytes: take("peakRssBytes"), more };
}

/** What went wrong, without saying where on this machine. */
function complaint(stderr: string): string {
  const line = stderr.split("\n").find((text) => /error|exception|cannot/i.test(text)) ?? "";
  return line === "" ? "" : `: ${line.trim().replaceAll(projectFolder, "").slice(0, 200)}`;
}
