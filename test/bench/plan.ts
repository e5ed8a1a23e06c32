// What is measured, beside whom, and what it has to reach. Every goal is a ratio taken in one run on one machine, or a
// figure that does not depend on how fast the machine is; those few that do say so by their unit.

import { fileURLToPath } from "node:url";
import type { Job } from "./harness/job.ts";
import { compiled, interpreted, toolkits, type Found } from "./harness/peers.ts";
import { steadyRate, type Sample } from "./harness/rounds.ts";

export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** How fast a job is; `against` us, when it is a peer. */
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
  readonly goal: Goal;
}

export interface Missing {
  readonly because: string;
  readonly install: string;
}

export interface Section {
  readonly group: Group;
  readonly title: string;
  /** What a rate counts: "events/s". */
  readonly counts: string;
  /** The first speed row is ours. */
  readonly rows: readonly (SpeedRow | FigureRow)[];
}

export const groups = ["phold", "ping", "mesh", "memory"] as const;
export type Group = (typeof groups)[number];

/** How much is measured: everything, or a look in under a minute. */
export interface Extent {
  readonly isQuick: boolean;
}

const SEED = 1;

/** Our own programs, and the peers written in TypeScript. */
const programs = {
  reference: import.meta.resolve("./reference.ts"),
  phold: import.meta.resolve("./phold.ts"),
  pholdSimJs: import.meta.resolve("./peers/phold-simjs.ts"),
  ping: import.meta.resolve("./ping.ts"),
  memory: import.meta.resolve("./memory.ts"),
};

export const reference = ours("reference", "reference", { nodes: 0, warmup: 0, timed: 0 });

export function plan(extent: Extent): readonly Section[] {
  return [
    ...[100, 10_000, 1_000_000].map((processes) => phold(processes, extent)),
    ...[5, 1_000].map((nodes) => ping(nodes, extent)),
    watching(extent),
    memory(extent),
  ];
}

interface Amounts {
  readonly nodes: number;
  readonly warmup: number;
  readonly timed: number;
  readonly variant?: string;
}

function ours(id: string, program: keyof typeof programs, amounts: Amounts): Job {
  const command = { command: process.execPath, arguments: ["--expose-gc", fileURLToPath(programs[program])] };
  return jobOf(id, { type: "found", ...command }, amounts) as Job;
}

function once(job: Job): Job {
  return { ...job, once: true };
}

function jobOf(id: string, found: Found, { nodes, warmup, timed, variant }: Amounts): Job | Missing {
  if (found.type === "missing") return found;
  const numbers = [nodes, warmup, timed, SEED].map(String);
  const given = [...found.arguments, ...numbers, ...(variant === undefined ? [] : [variant])];
  return { id, command: found.command, arguments: given, timeoutSeconds: 120 };
}

// PHOLD -------------------------------------------------------------------------------------------------------------

interface PholdGoals {
  readonly ns3PriorityQueue: number;
  readonly ns3Map: number;
  readonly simJs: number;
  readonly sameQueue: number;
}

const pholdGoals: Readonly<Record<number, PholdGoals>> = {
  100: { ns3PriorityQueue: 1.2, ns3Map: 1.9, simJs: 2, sameQueue: 0.4 },
  10_000: { ns3PriorityQueue: 1.6, ns3Map: 2.5, simJs: 4, sameQueue: 0.45 },
  1_000_000: { ns3PriorityQueue: 0.8, ns3Map: 3, simJs: 4.5, sameQueue: 0.2 },
};

function phold(processes: number, { isQuick }: Extent): Section {
  const isHuge = processes === 1_000_000;
  const goals = pholdGoals[processes];
  const group = `phold/${processes}`;
  const fast = { nodes: processes, warmup: 2_000_000, timed: isQuick || isHuge ? 3_000_000 : 6_000_000 };
  const slower = { nodes: processes, warmup: isHuge ? 1_000_000 : 200_000, timed: isQuick ? 400_000 : 1_000_000 };
  const slow = { nodes: processes, warmup: isQuick ? 50_000 : 100_000, timed: isQuick ? 100_000 : 200_000 };
  const row = (name: string, found: () => Found, amounts: Amounts, atLeast?: number): SpeedRow => ({
    type: "speed",
    name,
    job: jobOf(`${group}/${name}`, found(), amounts),
    ...(atLeast !== undefined && { goal: { atLeast } }),
  });
  const ns3 = (scheduler: string, atLeast?: number): SpeedRow =>
    row(`ns-3 ${scheduler}`, () => compiled("phold-ns3.cc", toolkits.ns3), { ...slower, variant: scheduler }, atLeast);
  const simPy = (variant: string): SpeedRow =>
    row(`SimPy ${variant}`, () => interpreted("phold_simpy.py"), { ...slow, variant }, 10);
  const simGrid = (variant: string): SpeedRow =>
    row(`SimGrid ${variant}`, () => compiled("phold-simgrid.cc", toolkits.simGrid), { ...slow, variant }, 10);

  const us: SpeedRow = { type: "speed", name: "Faultline", job: ours(`${group}/Faultline`, "phold", fast) };
  const simJs: SpeedRow = {
    type: "speed",
    name: "SIM.JS",
    goal: { atLeast: goals.simJs },
    job: ours(`${group}/SIM.JS`, "pholdSimJs", isHuge ? slow : { ...slow, warmup: 200_000, timed: 500_000 }),
  };
  const rows = [
    us,
    row("C++, the same queue", () => compiled("phold-wheel.cc", toolkits.plainCpp), fast, goals.sameQueue),
    row("C++, std::priority_queue", () => compiled("phold-heap.cc", toolkits.plainCpp), fast),
    ns3("PriorityQueue", goals.ns3PriorityQueue),
    ns3("Map", goals.ns3Map),
  ];
  // Left out of a quick look: what takes long to set up. The calendar takes minutes to fill with a million events.
  if (!isQuick) rows.push(ns3("Heap"), ...(isHuge ? [] : [ns3("Calendar")]));
  rows.push(simJs);
  if (!isHuge) rows.push(simPy("callbacks"), simPy("processes"), simGrid("actors"));
  else if (!isQuick) rows.push(simPy("callbacks"), simPy("processes"), simGrid("timers"));
  else rows.push(simGrid("timers"));
  return { group: "phold", title: `PHOLD, ${grouped(processes)} processes`, counts: "events/s", rows };
}

// Ping --------------------------------------------------------------------------------------------------------------

function ping(nodes: number, { isQuick }: Extent): Section {
  const group = `ping/${nodes}`;
  const amounts = (timed: number): Amounts => ({ nodes, warmup: timed / 2, timed: isQuick ? timed / 4 : timed });
  const row = (name: string, found: Found, given: Amounts, atLeast: number): SpeedRow => ({
    type: "speed",
    name,
    job: jobOf(`${group}/${name}`, found, given),
    goal: { atLeast },
  });
  const bare = (scheduler: string): SpeedRow => {
    const found = compiled("ping-ns3.cc", toolkits.ns3);
    return row(`ns-3 ${scheduler}`, found, { ...amounts(400_000), variant: scheduler }, nodes === 5 ? 0.5 : 1);
  };
  const udp = { ...amounts(40_000), variant: "PriorityQueue" };
  const rows: SpeedRow[] = [
    { type: "speed", name: "Faultline", job: ours(`${group}/Faultline`, "ping", amounts(400_000)) },
    bare("PriorityQueue"),
    bare("Map"),
    row("ns-3 UDP sockets", compiled("ping-ns3-udp.cc", toolkits.ns3Udp), udp, 10),
    row("SimPy callbacks", interpreted("ping_simpy.py"), amounts(100_000), 4),
    row("SimGrid mailboxes", compiled("ping-simgrid.cc", toolkits.simGrid), amounts(40_000), 4),
  ];
  return { group: "ping", title: `Ping, ${grouped(nodes)} nodes`, counts: "messages/s", rows };
}

/** What the digest adds, and that watching a run changes nothing in it. */
function watching({ isQuick }: Extent): Section {
  const amounts = { nodes: 5, warmup: 200_000, timed: isQuick ? 200_000 : 800_000 };
  const job = (variant: string): Job => ours(`ping/watched/${variant}`, "ping", { ...amounts, variant });
  const [plain, digestOff, traced] = [job("digest"), job("no digest"), job("trace")];
  const rows: FigureRow[] = [
    {
      type: "figure",
      name: "Time the digest adds to 5 nodes' ping",
      unit: "%",
      jobs: [plain, digestOff],
      of: ([withIt, without]) => (steadyRate(without) / steadyRate(withIt) - 1) * 100,
      goal: { atMost: 15 },
    },
    {
      type: "figure",
      name: "Speed untraced / with every event traced",
      unit: "x",
      jobs: [plain, traced],
      of: ([untraced, withTracer]) => steadyRate(untraced) / steadyRate(withTracer),
      goal: { atLeast: 1 },
    },
    {
      type: "figure",
      name: "Same digest traced and untraced (1: yes)",
      unit: "",
      jobs: [plain, traced],
      of: ([one, other]) => (one.more.get("digest") === other.more.get("digest") ? 1 : 0),
      goal: { atLeast: 1 },
    },
  ];
  return { group: "ping", title: "Watching a run", counts: "", rows };
}

// Memory ------------------------------------------------------------------------------------------------------------

function memory({ isQuick }: Extent): Section {
  const pending = once(
    ours("memory/pending", "memory", { nodes: 1_000_000, warmup: 0, timed: 1_000_000, variant: "pending" }),
  );
  const length = isQuick ? 1_000_000 : 10_000_000;
  const flat = once(
    ours("memory/flat", "memory", { nodes: 10_000, warmup: length, timed: 9 * length, variant: "flat" }),
  );
  const idle = once(ours("memory/idle", "memory", { nodes: 10_000, warmup: 0, timed: 50_000, variant: "idle" }));
  const rows: FigureRow[] = [
    {
      type: "figure",
      name: "Held for each of 1 000 000 pending events",
      unit: "B",
      jobs: [pending],
      of: ([sample]) => numberFrom(sample, "bytesPerEvent"),
      goal: { atMost: 64 },
    },
    {
      type: "figure",
      name: "Held for each of 10 000 idle nodes",
      unit: "B",
      jobs: [idle],
      of: ([sample]) => numberFrom(sample, "bytesPerNode"),
      goal: { atMost: 2048 },
    },
    {
      type: "figure",
      name: `Resident after ${power(10 * length)} events / after ${power(length)}`,
      unit: "x",
      jobs: [flat],
      of: ([sample]) => numberFrom(sample, "rssRatio"),
      goal: { atMost: 1.1 },
    },
  ];
  return { group: "memory", title: "Memory", counts: "", rows };
}

function numberFrom(sample: Sample, name: string): number {
  return Number(sample.more.get(name));
}

/** 10 000 000 as "1e7". */
function power(count: number): string {
  return `1e${Math.round(Math.log10(count))}`;
}

function grouped(count: number): string {
  return count.toString().replaceAll(/\B(?=(\d{3})+$)/g, " ");
}
