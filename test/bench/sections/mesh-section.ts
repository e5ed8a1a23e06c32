// The whole product: scenario in, verdict out. Amounts are seconds of the mesh's own time, or seeds.

import type { Job } from "../harness/job.ts";
import { steadyRate } from "../harness/rounds.ts";
import { nodeJob, numberFrom, type Extent, type FigureRow, type Section } from "./section.ts";

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
  const walk = sized(1, isQuick ? 120 : 300, isQuick ? 300 : 900);
  const two = sized(2, isQuick ? 300 : 900, isQuick ? 300 : 1_500);
  const fifty = sized(50, 12, isQuick ? 9 : 24);
  const thousand = sized(1_000, 1, 3);

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
