// Request/response through the whole world, beside peers that do less or more of the same work; and what watching costs.

import type { Job } from "../harness/job.ts";
import { compiled, interpreted, toolkits } from "../harness/peers.ts";
import { steadyRate } from "../harness/rounds.ts";
import { grouped, nodeJob, peerRow, type Extent, type FigureRow, type Section, type SpeedRow } from "./section.ts";

/** Ours / that of ns-3's bare event loop, at least. */
const bareLoopGoals: ReadonlyMap<number, number> = new Map([
  [5, 0.5],
  [1_000, 1],
]);

export function pingSections(extent: Extent): readonly Section[] {
  const sections = [...bareLoopGoals].map(([nodes, bareLoop]): Section => ({
    group: "ping",
    title: `Ping, ${grouped(nodes)} nodes`,
    counts: "messages/s",
    rows: rowsOf(nodes, bareLoop, extent),
  }));
  return [...sections, watching(extent)];
}

function rowsOf(nodes: number, bareLoop: number, { isQuick }: Extent): SpeedRow[] {
  const id = (name: string): string => `ping/${nodes}/${name}`;
  const bare = (scheduler: string): SpeedRow => {
    const name = `ns-3 ${scheduler}`;
    const amounts = { nodes, warmup: 200_000, timed: isQuick ? 200_000 : 400_000, variant: scheduler };
    return peerRow(id(name), name, compiled("ping-ns3.cc", toolkits.ns3), amounts, { atLeast: bareLoop });
  };
  const slow = (name: string, found: ReturnType<typeof compiled>, messages: number, atLeast: number): SpeedRow => {
    const amounts = { nodes, warmup: messages / 2, timed: isQuick ? messages / 2 : messages };
    return peerRow(id(name), name, found, { ...amounts, variant: "PriorityQueue" }, { atLeast });
  };

  const messages = isQuick ? 200_000 : 2_000_000;
  const ours = nodeJob(id("Faultline"), "ping", { nodes, warmup: messages, timed: messages });
  const rows: SpeedRow[] = [{ type: "speed", name: "Faultline", job: ours }, bare("PriorityQueue")];
  if (!isQuick) rows.push(bare("Map"));
  if (isQuick && nodes > 5) return rows;
  rows.push(
    slow("ns-3 UDP sockets", compiled("ping-ns3-udp.cc", toolkits.ns3Udp), 40_000, 10),
    slow("SimPy callbacks", interpreted("ping_simpy.py"), 100_000, 4),
    slow("SimGrid mailboxes", compiled("ping-simgrid.cc", toolkits.simGrid), 40_000, 4),
  );
  return rows;
}

/** What the digest adds, and that watching a run changes nothing in it. */
function watching({ isQuick }: Extent): Section {
  const amounts = { nodes: 5, warmup: isQuick ? 200_000 : 2_000_000, timed: isQuick ? 300_000 : 2_000_000 };
  const job = (variant: string): Job => nodeJob(`ping/watched/${variant}`, "ping", { ...amounts, variant });
  const [plain, digestOff, traced] = [job("digest"), job("no digest"), job("trace")];
  const rows: FigureRow[] = [
    {
      type: "figure",
      name: "Time that the digest adds to ping, 5 nodes",
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
      // A run that nobody traces pays nothing for it; the last twentieth is the noise of measuring.
      goal: { atLeast: 0.95 },
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
