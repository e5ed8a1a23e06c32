// What a process counts about itself. Nearly all of it follows from the facts it states anyway; the rest are the packets
// it exchanges with other servers. Lost with the process, as counters are.

import type { NodeId } from "../../../base/ids.ts";
import type { MeshFact, OwnFact } from "../facts.ts";
import type { MeshMessage } from "../messages.ts";
import { bucketOf, emptyLatencies, type ProcessMetric, type Scraped, type Tally, zeroTally } from "./metrics.ts";

/** `authority_transfer_longest` looks back this long: longer than between two scrapes, so that none of it is missed. */
const LONGEST_WINDOW_US = 60_000_000;

interface Ended {
  readonly atUs: number;
  readonly durationUs: number;
}

/** Plain data. */
export interface Meters {
  incarnation: number;
  readonly tally: Tally;
  readonly latencies: number[];
  /** Transfers under way from here: since when, oldest first. */
  readonly open: Map<string, number>;
  /** Longest first, and each ended after the one before it: whichever is the longest of a window is the first in it. */
  readonly ended: Ended[];
  /** Requests to other servers that wait for an answer, by transfer. */
  readonly asked: Map<string, { readonly attempt: number; readonly atUs: number }>;
  readonly sent: Map<NodeId, number>;
  readonly received: Map<NodeId, number>;
}

export const freshMeters = (): Meters => ({
  incarnation: 0,
  tally: zeroTally(),
  latencies: emptyLatencies(),
  open: new Map(),
  ended: [],
  asked: new Map(),
  sent: new Map(),
  received: new Map(),
});

type Counts = {
  readonly [Name in OwnFact["fact"]]?: (fact: Extract<OwnFact, { fact: Name }>) => readonly ProcessMetric[];
};

const always = (...metrics: readonly ProcessMetric[]) => {
  return (): readonly ProcessMetric[] => metrics;
};

/** The counters that a fact adds one to. */
const countsOf: Counts = {
  transferStarted: always("authority_transfer_started_total"),
  attemptStarted: always("authority_transfer_attempts_total"),
  attemptFailed: ({ because }) =>
    because === "timeout"
      ? ["authority_transfer_attempt_failures_total", "authority_transfer_timeout_total"]
      : ["authority_transfer_attempt_failures_total"],
  retryScheduled: always("authority_transfer_retries_total"),
  transferEnded: ({ outcome }) =>
    outcome === "completed" ? ["authority_transfer_completed_total"] : ["authority_transfer_rollback_total"],
  transferDeferred: always("authority_transfer_deferred_total"),
  stateAdopted: always("authority_transfer_state_adopted_total"),
  stateMismatch: always("authority_transfer_state_mismatch_total"),
  duplicateAuthorityDetected: always("authority_transfer_split_brain_detected"),
  itemDuplicateDetected: always("authority_transfer_item_duplication_detected"),
  itemLossDetected: always("item_loss_detected"),
  serverExpelled: always(),
};

const countOf: ReadonlyMap<string, (fact: MeshFact) => readonly ProcessMetric[]> = new Map(
  // Each is found under the name of the one fact it takes.
  Object.entries(countsOf) as [string, (fact: MeshFact) => readonly ProcessMetric[]][],
);

/** The process has stated a fact. */
export function meterFact(meters: Meters, fact: MeshFact, nowUs: number): void {
  const counts = countOf.get(fact.fact);
  if (counts === undefined) return;
  for (const metric of counts(fact)) meters.tally[metric]++;
  if (fact.fact === "transferStarted") meters.open.set(fact.transfer, nowUs);
  if (fact.fact === "transferEnded") meterEnd(meters, fact.transfer, fact.outcome === "completed", nowUs);
  if (fact.fact === "serverExpelled") {
    // It has forgotten its transfers, and none of them will end here.
    meters.open.clear();
    meters.asked.clear();
  }
}

function meterEnd(meters: Meters, transfer: string, isComplete: boolean, nowUs: number): void {
  const sinceUs = meters.open.get(transfer);
  meters.asked.delete(transfer);
  if (sinceUs === undefined) return;
  meters.open.delete(transfer);
  const durationUs = nowUs - sinceUs;
  const { ended } = meters;
  while (ended.length > 0 && ended[ended.length - 1].durationUs <= durationUs) ended.pop();
  ended.push({ atUs: nowUs, durationUs });
  if (!isComplete) return;
  meters.tally.authority_transfer_latency_us_total += durationUs;
  meters.latencies[bucketOf(durationUs)]++;
}

/** The process sends a packet to another server. */
export function meterSent(meters: Meters, to: NodeId, message: MeshMessage, nowUs: number): void {
  meters.sent.set(to, (meters.sent.get(to) ?? 0) + 1);
  if (message.type === "prepare") meters.asked.set(message.transfer, { attempt: message.attempt, atUs: nowUs });
}

/** A packet of another server has come in. */
export function meterReceived(meters: Meters, from: NodeId, message: MeshMessage, nowUs: number): void {
  meters.received.set(from, (meters.received.get(from) ?? 0) + 1);
  switch (message.type) {
    case "prepared":
    case "busy":
    case "refused":
    case "confirm": {
      const asked = meters.asked.get(message.transfer);
      if (asked === undefined || asked.attempt !== message.attempt) return;
      meters.asked.delete(message.transfer);
      meters.tally.inter_server_round_trips_total++;
      meters.tally.inter_server_round_trip_us_total += nowUs - asked.atUs;
      return;
    }
    default:
  }
}

/** What only the process itself can say of the moment. */
export interface Load {
  readonly queued: number;
  readonly slotsTaken: number;
  readonly slots: number;
}

/** What the process answers to a scrape. */
export function readMeters(meters: Meters, { queued, slotsTaken, slots }: Load, nowUs: number): Scraped {
  const { incarnation, tally, latencies, open, ended, sent, received } = meters;
  while (ended.length > 0 && ended[0].atUs <= nowUs - LONGEST_WINDOW_US) ended.shift();
  const [oldestUs = nowUs] = open.values();
  const ageUs = nowUs - oldestUs;
  const peers = [...new Set([...sent.keys(), ...received.keys()])];
  return {
    incarnation,
    values: {
      ...tally,
      inter_server_packets_sent_total: totalOf(sent),
      inter_server_packets_received_total: totalOf(received),
      authority_transfer_active_count: open.size,
      authority_transfer_queue_depth: queued,
      authority_transfer_saturation: Math.floor((slotsTaken * 1_000_000) / slots),
      authority_transfer_duration_seconds: ageUs,
      authority_transfer_longest: Math.max(ageUs, ended.length === 0 ? 0 : ended[0].durationUs),
    },
    latencies: [...latencies],
    links: peers.map((peer) => ({ peer, sent: sent.get(peer) ?? 0, received: received.get(peer) ?? 0 })),
  };
}

function totalOf(counts: ReadonlyMap<NodeId, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
