// The whole product: scenario in, verdict out. Amounts are seconds of the mesh's own time, or seeds.

import type { Job } from "../harness/job.ts";
import { type Sample, steadyRate } from "../harness/rounds.ts";
import { nodeJob, numberFrom, once, type Extent, type FigureRow, type Section } from "./section.ts";

export function meshSection({ isQuick }: Extent): Section {
  const sized = (nodes: number, warmup: number, timed: number): Job =>
    nodeJob(`mesh/${nodes}`, "mesh", { nodes, warmup, timed });
  const workers = (count: number): Job =>
    nodeJob(`mesh/workers/${count}`, "meshWorkers", {
      nodes: 2,
      warmup: isQuick ? 10 : 150,
      timed: isQuick ? 60 : 400,
      variant: String(count),
    });
  const walk = sized(1, isQuick ? 120 : 900, isQuick ? 300 : 900);
  const two = sized(2, isQuick ? 300 : 3_600, isQuick ? 300 : 1_500);
  const fifty = sized(50, isQuick ? 12 : 120, isQuick ? 9 : 60);
  const thousand = sized(1_000, 4, 9);

  const rows = [speed("2 servers and 4 players", two), speed("50 servers and 100 players", fifty)];
  if (!isQuick) rows.push(speed("1 000 servers and 2 000 players", thousand), growth("1 000", two, thousand));
  rows.push(
    {
      type: "figure",
      name: "The walk of fifty players / real time",
      unit: "x",
      jobs: [walk],
      of: ([sample]) => numberFrom(sample, "timesRealTime"),
      goal: { atLeast: 200 },
    },
    {
      type: "figure",
      name: "Two workers / one, independent seeds",
      unit: "x",
      jobs: [workers(1), workers(2)],
      of: ([one, both]) => both.rate / one.rate,
      goal: { atLeast: 1.8 },
    },
  );
  return { group: "mesh", title: "Mesh, simulated and judged", counts: "", rows };
}

/** The largest story: whole, and what a player costs in parts of it. */
export function planetSection({ isQuick }: Extent): Section {
  const part = (players: number, timed: number): Job =>
    once(nodeJob(`planet/${players}`, "planet", { nodes: players, warmup: 0, timed }));
  const few = part(100, isQuick ? 60 : 400);
  const rows: FigureRow[] = [
    {
      type: "figure",
      name: "Cost of a player, 1 000 / 100",
      unit: "x",
      jobs: [few, part(1_000, isQuick ? 6 : 40)],
      of: costOfPlayer,
      goal: { atMost: 1.5 },
    },
  ];
  if (isQuick) return { group: "planet", title: "Planet", counts: "", rows };
  const whole = once(nodeJob("planet/whole", "planet", { nodes: 10_000, warmup: 0, timed: 40, variant: "whole" }));
  rows.push(
    {
      type: "figure",
      name: "Cost of a player, 10 000 / 100",
      unit: "x",
      jobs: [few, part(10_000, 6)],
      of: costOfPlayer,
      goal: { atMost: 1.5 },
    },
    {
      type: "figure",
      name: "200 servers and 10 000 players / real time",
      unit: "x",
      jobs: [whole],
      of: ([sample]) => numberFrom(sample, "timesRealTime"),
      goal: { atLeast: 1 },
    },
    {
      type: "figure",
      name: "Its memory at the most",
      unit: "GB",
      jobs: [whole],
      of: ([sample]) => sample.peakRssBytes / 1e9,
      goal: { atMost: 1.5 },
    },
  );
  return { group: "planet", title: "Planet", counts: "", rows };
}

const costOfPlayer: FigureRow["of"] = ([few, many]) => steadyCost(many) / steadyCost(few);

/** CPU seconds of a player and second, had the machine kept its speed. */
const steadyCost = (sample: Sample): number => numberFrom(sample, "perPlayerSecond") * sample.machineSpeed;

/** What a hunt is made of: small worlds under faults, a fresh one for each seed; and Raft by itself. */
export function huntSection({ isQuick }: Extent): Section {
  const amounts = { nodes: 3, warmup: isQuick ? 30 : 400, timed: isQuick ? 20 : 100 };
  const judged = nodeJob("fuzz/judged", "fuzz", amounts);
  const asHunted = nodeJob("fuzz/hunted", "fuzz", { ...amounts, variant: "hunted" });
  const first = nodeJob("fuzz/first", "fuzz", { nodes: 3, warmup: 0, timed: 20, variant: "hunted" });
  const unjudged = nodeJob("fuzz/unjudged", "fuzz", { ...amounts, variant: "unjudged" });
  const hunted = { nodes: 3, warmup: isQuick ? 20 : 200, timed: isQuick ? 20 : 100 };
  const bare = nodeJob("hunt/bare", "hunt", { ...hunted, variant: "bare" });
  const guided = nodeJob("hunt/watched", "hunt", { ...hunted, variant: "watched" });
  const moments = nodeJob("hunt/moments", "hunt", { ...hunted, variant: "moments" });
  const raft = nodeJob("raft/5", "raft", { nodes: 5, warmup: 300_000, timed: isQuick ? 300_000 : 1_000_000 });
  const rows: FigureRow[] = [
    {
      type: "figure",
      name: "Runs of a minute: 3 servers, 3 coordinators, 4 players, random faults",
      unit: "/s",
      jobs: [asHunted],
      of: ([sample]) => numberFrom(sample, "runs") / sample.seconds,
      goal: { atLeast: 50 },
    },
    {
      type: "figure",
      name: "The same, the first 20 runs of a process",
      unit: "/s",
      jobs: [first],
      of: ([sample]) => numberFrom(sample, "runs") / sample.seconds,
    },
    {
      type: "figure",
      name: "Runs of a minute, in simulated seconds",
      unit: "/s",
      jobs: [asHunted],
      of: ([sample]) => numberFrom(sample, "simulatedSeconds") / sample.seconds,
      goal: { atLeast: 3_000 },
    },
    {
      type: "figure",
      name: "Cost of an event, judged / unjudged",
      unit: "x",
      jobs: [judged, unjudged],
      of: ([watched, unwatched]) => steadyRate(unwatched) / steadyRate(watched),
      goal: { atMost: 1.3 },
    },
    {
      type: "figure",
      name: "Cost of a candidate, guided / unguided",
      unit: "x",
      jobs: [guided, bare],
      of: ([watched, unwatched]) => watched.seconds / unwatched.seconds,
      goal: { atMost: 1.1 },
    },
    {
      type: "figure",
      name: "A moment of a candidate, kept",
      unit: "ms",
      jobs: [moments],
      of: ([sample]) => numberFrom(sample, "checkpointMs"),
      goal: { atMost: 1 },
    },
    {
      type: "figure",
      name: "A moment of a candidate, gone back to",
      unit: "ms",
      jobs: [moments],
      of: ([sample]) => numberFrom(sample, "restoreMs"),
      goal: { atMost: 1 },
    },
    {
      type: "figure",
      name: "Events of Raft alone, 5 nodes, 1 000 proposals a simulated second",
      unit: "/s",
      jobs: [raft],
      of: ([sample]) => sample.rate,
      goal: { atLeast: 400_000 },
    },
  ];
  return { group: "mesh", title: "Hunting", counts: "", rows };
}

function speed(size: string, job: Job): FigureRow {
  const goal = { atLeast: 250_000 };
  return { type: "figure", name: `Events, ${size}`, unit: "/s", jobs: [job], of: ([sample]) => sample.rate, goal };
}

function growth(size: string, few: Job, many: Job): FigureRow {
  return {
    type: "figure",
    name: `Cost of an event, ${size} servers / 2`,
    unit: "x",
    jobs: [few, many],
    of: ([small, large]) => steadyRate(small) / steadyRate(large),
    goal: { atMost: 2 },
  };
}
