// Every metric of the mesh: what it means, in which unit, and who knows it. The nine names of MESH-MON-09 are here, and
// those that thresholds need and the documents never name (X-M-53).

import type { NodeId } from "../../../base/ids.ts";

export interface MetricSpec {
  /** A counter only rises while its process lives, and starts again from zero with the next one. */
  readonly kind: "counter" | "gauge";
  /** `us`: microseconds, whatever the name says; `ppm`: millionths. */
  readonly unit: "times" | "packets" | "players" | "us" | "ppm" | "flag";
  readonly about: string;
}

const counted = (about: string): MetricSpec => ({ kind: "counter", unit: "times", about });
const packets = (about: string): MetricSpec => ({ kind: "counter", unit: "packets", about });
const timed = (about: string): MetricSpec => ({ kind: "counter", unit: "us", about });
const gauge = (unit: MetricSpec["unit"], about: string): MetricSpec => ({ kind: "gauge", unit, about });

/** What a server or coordinator knows of itself and tells whoever scrapes it. */
export const processMetrics = {
  authority_transfer_started_total: counted("transfers begun as their source"),
  authority_transfer_attempts_total: counted("attempts of transfers begun"),
  authority_transfer_attempt_failures_total: counted("attempts that failed, for whatever reason"),
  authority_transfer_timeout_total: counted("attempts that failed for want of a confirmation in time"),
  authority_transfer_retries_total: counted("attempts that are to be begun again"),
  authority_transfer_completed_total: counted("transfers completed"),
  authority_transfer_rollback_total: counted("transfers rolled back"),
  authority_transfer_deferred_total: counted("transfers that had to wait for a slot"),
  authority_transfer_state_adopted_total: counted("shipped states that passed their check, at the target"),
  authority_transfer_state_mismatch_total: counted("shipped states that failed their check, at the target"),
  authority_transfer_split_brain_detected: counted("players found with two owners"),
  authority_transfer_item_duplication_detected: counted("items found in two places"),
  item_loss_detected: counted("items found nowhere"),
  authority_transfer_latency_us_total: timed("time that completed transfers took, all together"),
  inter_server_round_trips_total: counted("requests to other servers that were answered"),
  inter_server_round_trip_us_total: timed("time from those requests to their answers, all together"),
  inter_server_packets_sent_total: packets("packets sent to other servers"),
  inter_server_packets_received_total: packets("packets received from other servers"),
  authority_transfer_active_count: gauge("players", "transfers under way, counted at their source"),
  authority_transfer_queue_depth: gauge("players", "players and requests that wait for a slot"),
  authority_transfer_saturation: gauge("ppm", "slots taken, in and out, of those there are (MESH-F8-03)"),
  authority_transfer_duration_seconds: gauge("us", "age of the oldest transfer under way, at the scrape"),
  authority_transfer_longest: gauge("us", "longest a transfer was under way within the last minute"),
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** What only the monitor can know. */
export const monitorMetrics = {
  up: gauge("flag", "1: the process answered the scrape; 0: it did not"),
  inter_server_packet_loss_total: packets("packets that a server sent and their target has not received"),
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type ProcessMetric = keyof typeof processMetrics;
export type MetricName = ProcessMetric | keyof typeof monitorMetrics;

/** A value for each metric of a process: whole numbers. */
export type Readings = Readonly<Record<ProcessMetric, number>>;
export type Tally = Record<ProcessMetric, number>;

// Nothing but its own keys is ever in the registry.
export const processMetricNames = Object.keys(processMetrics) as readonly ProcessMetric[];

// Each name is given its value.
const zeroes = Object.fromEntries(processMetricNames.map((name) => [name, 0])) as Readings;

export const zeroTally = (): Tally => ({ ...zeroes });

const MS = 1_000;
/** Upper ends of the buckets of `authority_transfer_latency`, in microseconds; one more bucket holds what is above. */
export const latencyEdgesUs: readonly number[] = [
  5, 10, 20, 40, 60, 80, 100, 150, 200, 400, 800, 1_500, 3_000, 10_000,
].map((ms) => ms * MS);

/** How many completed transfers fell into each bucket: (edge before, edge]. */
export const emptyLatencies = (): number[] => [...latencyEdgesUs.map(() => 0), 0];

export function bucketOf(durationUs: number): number {
  const at = latencyEdgesUs.findIndex((edgeUs) => durationUs <= edgeUs);
  return at < 0 ? latencyEdgesUs.length : at;
}

/** What one server has exchanged with another since it started. */
export interface LinkCount {
  readonly peer: NodeId;
  readonly sent: number;
  readonly received: number;
}

/** All that a process answers to a scrape. */
export interface Scraped {
  readonly incarnation: number;
  readonly values: Readings;
  readonly latencies: readonly number[];
  readonly links: readonly LinkCount[];
}
