// What a section of the bench is made of: jobs, what each is set against, and what it has to reach. Goals are ratios
// taken in one run on one machine, save the few whose unit says otherwise.

import { fileURLToPath } from "node:url";
import type { Job } from "../harness/job.ts";
import type { Found } from "../harness/peers.ts";
import type { Sample } from "../harness/rounds.ts";

export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** How fast a job is, and how fast we are beside it. */
export interface SpeedRow {
  readonly type: "speed";
  readonly name: string;
  readonly job: Job | Missing;
  /** Ours / this, in the rounds they share. */
  readonly goal?: Goal;
}

/** One number, from the samples of one round of the jobs named. */
export interface FigureRow {
  readonly type: "figure";
  readonly name: string;
  readonly unit: string;
  readonly jobs: readonly Job[];
  readonly of: (samples: readonly Sample[]) => number;
  readonly goal?: Goal;
}

export interface Missing {
  readonly because: string;
  readonly install: string;
}

export type Group = "phold" | "ping" | "mesh" | "planet" | "memory";

export interface Section {
  readonly group: Group;
  readonly title: string;
  /** What a rate counts: "events/s". Empty: the section has figures only. */
  readonly counts: string;
  /** The first speed row is ours. */
  readonly rows: readonly (SpeedRow | FigureRow)[];
}

/** How much is measured: everything, or a look in under a minute. */
export interface Extent {
  readonly isQuick: boolean;
}

/** The arguments of a program. What the numbers count is the program's to say. */
export interface Amounts {
  readonly nodes: number;
  readonly warmup: number;
  readonly timed: number;
  readonly variant?: string;
}

const SEED = 1;

const programs = {
  reference: import.meta.resolve("../reference.ts"),
  phold: import.meta.resolve("../phold.ts"),
  pholdSimJs: import.meta.resolve("../peers/phold-simjs.ts"),
  ping: import.meta.resolve("../ping.ts"),
  mesh: import.meta.resolve("../mesh.ts"),
  planet: import.meta.resolve("../planet.ts"),
  meshWorkers: import.meta.resolve("../mesh-workers.ts"),
  fuzz: import.meta.resolve("../fuzz.ts"),
  hunt: import.meta.resolve("../hunt.ts"),
  raft: import.meta.resolve("../raft.ts"),
  memory: import.meta.resolve("../memory.ts"),
};

/** A program in TypeScript, run by this very Node. */
export function nodeJob(id: string, program: keyof typeof programs, amounts: Amounts): Job {
  return jobOf(id, process.execPath, ["--expose-gc", fileURLToPath(programs[program])], amounts);
}

/** A program of a peer, when it is there. */
export function peerRow(id: string, name: string, found: Found, amounts: Amounts, goal?: Goal): SpeedRow {
  const job = found.type === "missing" ? found : jobOf(id, found.command, found.arguments, amounts);
  return { type: "speed", name, job, ...(goal !== undefined && { goal }) };
}

export function once(job: Job): Job {
  return { ...job, once: true };
}

/** A number that a program gave beside its events and seconds. */
export function numberFrom(sample: Sample, name: string): number {
  return Number(sample.more.get(name));
}

/** 10 000 000 as "10 000 000". */
export function grouped(count: number): string {
  return count.toString().replaceAll(/\B(?=(\d{3})+$)/g, " ");
}

function jobOf(id: string, command: string, before: readonly string[], amounts: Amounts): Job {
  const { nodes, warmup, timed, variant } = amounts;
  const numbers = [nodes, warmup, timed, SEED].map(String);
  const given = [...before, ...numbers, ...(variant === undefined ? [] : [variant])];
  return { id, command, arguments: given, timeoutSeconds: 120 };
}
