// PHOLD through the kernel's public face, beside every peer's event loop.

import { compiled, interpreted, toolkits, type Toolkit } from "../harness/peers.ts";
import { grouped, nodeJob, peerRow, type Amounts, type Extent, type Section, type SpeedRow } from "./section.ts";

/** Ours / the peer's, at least. */
interface Goals {
  readonly sameQueue: number;
  readonly ns3PriorityQueue: number;
  readonly ns3Map: number;
  readonly simJs: number;
}

const goals: ReadonlyMap<number, Goals> = new Map([
  [100, { sameQueue: 0.4, ns3PriorityQueue: 1.2, ns3Map: 1.9, simJs: 2 }],
  [10_000, { sameQueue: 0.45, ns3PriorityQueue: 1.6, ns3Map: 2.5, simJs: 4 }],
  [1_000_000, { sameQueue: 0.2, ns3PriorityQueue: 1.6, ns3Map: 3, simJs: 8 }],
]);
const INTERPRETED_GOAL = 10;

export function pholdSections(extent: Extent): readonly Section[] {
  return [...goals].map(([processes, goalsHere]) => ({
    group: "phold",
    title: `PHOLD, ${grouped(processes)} processes`,
    counts: "events/s",
    rows: rowsOf(processes, goalsHere, extent),
  }));
}

function rowsOf(processes: number, { sameQueue, ns3PriorityQueue, ns3Map, simJs }: Goals, extent: Extent): SpeedRow[] {
  const { isQuick } = extent;
  const isHuge = processes === 1_000_000;
  const amounts = amountsOf(processes, extent);
  const cpp = (name: string, source: string, toolkit: Toolkit, given: Amounts, atLeast?: number): SpeedRow => {
    const goal = atLeast === undefined ? undefined : { atLeast };
    return peerRow(`phold/${processes}/${name}`, name, compiled(source, toolkit), given, goal);
  };
  const ns3 = (variant: string, atLeast?: number): SpeedRow =>
    cpp(`ns-3 ${variant}`, "phold-ns3.cc", toolkits.ns3, { ...amounts.slower, variant }, atLeast);
  const simGrid = (variant: string): SpeedRow =>
    cpp(`SimGrid ${variant}`, "phold-simgrid.cc", toolkits.simGrid, { ...amounts.slow, variant }, INTERPRETED_GOAL);
  const simPy = (variant: string): SpeedRow => {
    const given = { ...amounts.slow, variant };
    const goal = { atLeast: INTERPRETED_GOAL };
    return peerRow(
      `phold/${processes}/SimPy ${variant}`,
      `SimPy ${variant}`,
      interpreted("phold_simpy.py"),
      given,
      goal,
    );
  };
  const simJsJob = nodeJob(`phold/${processes}/SIM.JS`, "pholdSimJs", amounts.simJs);

  const rows: SpeedRow[] = [
    { type: "speed", name: "Faultline", job: nodeJob(`phold/${processes}/Faultline`, "phold", amounts.fast) },
    cpp("C++, the same queue", "phold-wheel.cc", toolkits.plainCpp, amounts.fast, sameQueue),
    ns3("PriorityQueue", ns3PriorityQueue),
  ];
  // A quick look leaves out what takes long to fill with a million events.
  if (isQuick && isHuge) return rows;
  rows.push({ type: "speed", name: "SIM.JS", job: simJsJob, goal: { atLeast: simJs } });
  rows.push(simPy("callbacks"), simGrid(isHuge ? "timers" : "actors"));
  if (isQuick) return rows;
  rows.push(cpp("C++, std::priority_queue", "phold-heap.cc", toolkits.plainCpp, amounts.fast), ns3("Map", ns3Map));
  // Filling ns-3's calendar with a million events takes minutes; its binary heap and SimPy's processes, half of one.
  if (!isHuge) rows.push(ns3("Heap"), ns3("Calendar"), simPy("processes"));
  return rows;
}

/** Fewer events for slower programs: each is timed for about half a second to a second. */
function amountsOf(
  nodes: number,
  { isQuick }: Extent,
): Readonly<Record<"fast" | "slower" | "simJs" | "slow", Amounts>> {
  const isHuge = nodes === 1_000_000;
  return {
    fast: { nodes, warmup: isQuick ? 1_000_000 : 4_000_000, timed: isQuick ? 1_500_000 : 6_000_000 },
    slower: { nodes, warmup: isHuge ? 500_000 : 200_000, timed: isHuge || isQuick ? 500_000 : 1_000_000 },
    simJs: { nodes, warmup: 100_000, timed: isHuge ? 100_000 : 300_000 },
    slow: { nodes, warmup: 50_000, timed: isHuge || isQuick ? 100_000 : 150_000 },
  };
}
