// What the monitor scraped, read off a trace: the samples it had, at the true time at which it asked for them. Losses of
// packets, which only the monitor can know, are counted here as it counts them.

import { nodeId, type NodeId } from "../../../base/ids.ts";
import type { TraceEvent } from "../../../trace/trace-event.ts";
import type { MetricFamily, MetricSample, ScrapeReader, Scraping } from "../../scraping.ts";
import type { MeshMessage } from "../messages.ts";
import { isWellFormed } from "../well-formed.ts";
import {
  latencyEdgesUs,
  type MetricSpec,
  monitorMetrics,
  processMetricNames,
  processMetrics,
  type Scraped,
} from "./metrics.ts";
import { compareCounts, freshPacketLoss, type PacketLoss } from "./packet-loss.ts";

const LATENCY = "authority_transfer_latency_seconds";

/** Names that end with their unit are in it; every other time is told in seconds, and every share as one of 1. */
function familyOf([name, { kind, unit, about }]: readonly [string, MetricSpec]): MetricFamily {
  const isScaled = (unit === "us" && !name.includes("_us_")) || unit === "ppm";
  const said =
    unit === "us" && isScaled ? `${about}, in seconds` : unit === "ppm" ? `${about}, as a share of 1` : about;
  return { name, kind, help: said, scale: isScaled ? 1_000_000 : 1 };
}

const families: readonly MetricFamily[] = [
  ...Object.entries({ ...monitorMetrics, ...processMetrics }).map((entry) => familyOf(entry)),
  { name: LATENCY, kind: "histogram", help: "how long completed transfers took", scale: 1_000_000 },
];

/** A scrape under way, and what was known before it. */
interface Round {
  number: number;
  atUs: number;
  readonly answers: Map<NodeId, Scraped>;
  loss: PacketLoss;
}

export const meshScraping: Scraping = {
  families,
  reader(nodes) {
    const members = new Set(nodes.map(({ id }) => id));
    const servers = nodes.flatMap(({ id, role }) => (role === "server" ? [nodeId(id)] : []));
    const rounds = new Map<NodeId, Round>();
    return (event, content) => read(event, content, { members, servers, rounds });
  },
};

interface Seen {
  readonly members: ReadonlySet<string>;
  readonly servers: readonly NodeId[];
  /** By monitor. */
  readonly rounds: Map<NodeId, Round>;
}

function read(
  event: TraceEvent,
  content: object | undefined,
  { members, servers, rounds }: Seen,
): ReturnType<ScrapeReader> {
  const { node, atUs } = event;
  if (event.kind === "fact") {
    // Whatever the monitor knew is gone when it starts again.
    if (event.fact.fact === "nodeBooted") rounds.delete(node);
    const round = rounds.get(node);
    return event.fact.fact === "dashboardShown" && round !== undefined ? concluded(round, servers) : [];
  }
  const message = scrapeIn(content, members);
  if (message === undefined) return [];
  if (event.kind === "sent" && message.type === "scrape") begin(rounds, node, message.round, atUs);
  if (event.kind === "delivered" && message.type === "scraped") {
    const round = rounds.get(node);
    if (round?.number === message.round && !round.answers.has(event.from)) round.answers.set(event.from, message);
  }
  return [];
}

type ScrapeMessage = Extract<MeshMessage, { type: "scrape" | "scraped" }>;

function scrapeIn(content: object | undefined, members: ReadonlySet<string>): ScrapeMessage | undefined {
  if (content === undefined || !("type" in content)) return undefined;
  if (content.type !== "scrape" && content.type !== "scraped") return undefined;
  // It claims to be one, and is one when it looks like it.
  const claimed = content as ScrapeMessage;
  return isWellFormed(claimed, members) ? claimed : undefined;
}

function begin(rounds: Map<NodeId, Round>, monitor: NodeId, number: number, atUs: number): void {
  const before = rounds.get(monitor);
  // Who has not answered is asked again in the same round.
  if (before?.number === number) return;
  rounds.set(monitor, { number, atUs, answers: new Map(), loss: before?.loss ?? freshPacketLoss() });
}

function concluded({ atUs, answers, loss }: Round, servers: readonly NodeId[]): readonly MetricSample[] {
  compareCounts(loss, answers);
  const sample = (family: string, node: NodeId, value: number): MetricSample => ({
    atUs,
    family,
    node,
    value: { type: "number", value },
  });
  return [
    ...servers.map((server) => sample("up", server, answers.has(server) ? 1 : 0)),
    ...[...answers].flatMap(([node, { values, latencies }]): readonly MetricSample[] => [
      sample("inter_server_packet_loss_total", node, loss.lost.get(node) ?? 0),
      ...processMetricNames.map((name) => sample(name, node, values[name])),
      {
        atUs,
        family: LATENCY,
        node,
        value: {
          type: "buckets",
          edges: latencyEdgesUs,
          counts: latencies,
          sum: values.authority_transfer_latency_us_total,
        },
      },
    ]),
  ];
}
