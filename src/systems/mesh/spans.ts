// What lasts in a mesh, for diagrams: leases, who has which player under which token, transfers, service levels, alerts.

import type { NodeId } from "../../base/ids.ts";
import type { SpanMark } from "../../check/span-mark.ts";
import type { OwnFact } from "./facts.ts";
import type { JudgedFact } from "./mesh-view.ts";
import { leaderSpans } from "../../protocols/raft/spans.ts";

type FactOf<Name extends OwnFact["fact"]> = Extract<OwnFact, { fact: Name }>;
type Markers = { readonly [Name in OwnFact["fact"]]?: (fact: FactOf<Name>, node: NodeId) => readonly SpanMark[] };

const rows = {
  lease: "lease",
  authority: "authority",
  transfer: "transfer",
  service: "service",
  session: "session",
  still: "standing still",
  alert: "alert",
  fence: "fence",
  drained: "drained",
} as const;

const ended = (row: string, key: string): readonly SpanMark[] => [{ row, key }];

const alertKey = ({ alert, on }: { readonly alert: string; readonly on: string }): string =>
  on === "" ? alert : `${alert} on ${on}`;

const markers: Markers = {
  leaseRenewed: () => [{ row: rows.lease, key: "", label: "lease", tone: "good" }],
  leaseExpired: () => [{ row: rows.lease, key: "", label: "no lease", tone: "bad" }],
  serverExpelled: () => ended(rows.lease, ""),
  authorityTaken: ({ player, token }) => [
    { row: rows.authority, key: player, label: `${player} · token ${token}`, isExclusive: true },
  ],
  authorityDropped: ({ player }) => ended(rows.authority, player),
  fenceRaised: ({ player, token }) => [{ row: rows.fence, key: player, label: `${player} ≥ ${token}` }],
  transferStarted: ({ transfer, player, target }) => [
    { row: rows.transfer, key: transfer, label: `${player} → ${target}` },
  ],
  attemptStarted: ({ transfer, attempt }) =>
    attempt === 1 ? [] : [{ row: rows.transfer, key: transfer, label: `${transfer}, attempt ${attempt}`, tone: "bad" }],
  rollbackStarted: ({ transfer }) => [
    { row: rows.transfer, key: transfer, label: `${transfer}, rolling back`, tone: "bad" },
  ],
  transferEnded: ({ transfer }) => ended(rows.transfer, transfer),
  playerPaused: ({ player }) => [{ row: rows.still, key: "", label: "at the border", lane: player }],
  playerResumed: ({ player }) => [{ row: rows.still, key: "", lane: player }],
  playerConnected: ({ server, token }) => [{ row: rows.session, key: "", label: `${server} · token ${token}` }],
  playerLeft: () => ended(rows.session, ""),
  serverDrained: ({ server }) => [{ row: rows.drained, key: "", label: "drained", lane: server }],
  serverResumed: ({ server }) => [{ row: rows.drained, key: "", lane: server }],
  degraded_mode_activated: ({ level }) => [{ row: rows.service, key: "all", label: `service: ${level}`, tone: "bad" }],
  degraded_mode_deactivated: () => ended(rows.service, "all"),
  serviceReduced: ({ server, level }) => [
    { row: rows.service, key: "", label: level === "cutOff" ? "cut off" : level, lane: server, tone: "bad" },
  ],
  serviceRestored: ({ server }) => [{ row: rows.service, key: "", lane: server }],
  alertPending: (fact) => [{ row: rows.alert, key: alertKey(fact), label: `${alertKey(fact)}?` }],
  alertFired: (fact) => [{ row: rows.alert, key: alertKey(fact), label: alertKey(fact), tone: "bad" }],
  alertResolved: (fact) => ended(rows.alert, alertKey(fact)),
};

const markerOf: ReadonlyMap<string, (fact: JudgedFact, node: NodeId) => readonly SpanMark[]> = new Map(
  // Each marker is found under the name of the one fact it takes.
  Object.entries(markers) as [string, (fact: JudgedFact, node: NodeId) => readonly SpanMark[]][],
);

export const meshSpans = (fact: JudgedFact, node: NodeId): readonly SpanMark[] =>
  markerOf.get(fact.fact)?.(fact, node) ?? leaderSpans(fact);
