// What the documents promise of alerts, of what it costs to be watched and copied, and of a mesh of more than a hundred players.

import { alertFiguresOf } from "../../../check/alert-figures.ts";
import type { ClaimPoint, ClaimSpec } from "../../claims.ts";
import { atLeast, atMost, below, each, mean, never, percent, seconds } from "./tests.ts";

const alert = (variant: string): string => `claims/alerts#${variant}`;

/** The eight alerts of the failure catalogue, in its order. */
const alerts = [
  "AuthorityTransferTimeoutHigh",
  "InterServerPacketLossHigh",
  "ServerNodeUnhealthy",
  "AuthorityTransferStateMismatch",
  "SplitBrainDetected",
  "ItemDuplicationDetected",
  "AuthorityTransferStuck",
  "AuthorityTransferHighConcurrency",
] as const;

type Alert = (typeof alerts)[number];

const fired = (name: Alert): string => alertFiguresOf(name).fired;
const delay = (name: Alert): string => alertFiguresOf(name).delay;

/** It fires in every run, so long after the fault at the most: its window, its hold and two scrapes. */
const recall = (
  label: string,
  variant: string,
  name: Alert,
  withinS: number,
  ...set: readonly string[]
): ClaimPoint => ({
  label: `${label}: ${name}`,
  story: alert(variant),
  set,
  tests: [each(fired(name), atLeast(1)), each(delay(name), atMost(seconds(withinS)))],
});

/** Of the eight, those that say something of a transfer's timeout or of a loss may come with either. */
const silentIn = (label: string, variant: string, ...allowed: readonly Alert[]): ClaimPoint => ({
  label,
  story: alert(variant),
  tests: alerts.filter((name) => !allowed.includes(name)).map((name) => each(fired(name), atMost(0))),
});

const eventCost = (costUs: number, servers: number): ClaimPoint => ({
  label: `${costUs} us an event, ${servers} servers`,
  story: "claims/scale#heartbeats",
  set: servers === 3 ? [] : [`world.nodes.servers=${servers}`],
  tests: [mean("load.busy", atMost(100 / costUs))],
});

const following = (label: string, every: string, replication: "async" | "sync"): ClaimPoint => ({
  label,
  story: "claims/failover#none",
  set: [
    "until=3s",
    `workload.players.actions.every=${every}`,
    "workload.players.actions.spread=0s",
    `settings.replication={ mode: ${replication}, softActions: ${replication === "sync" ? "score" : "none"} }`,
  ],
});

export const monitoringClaims: readonly ClaimSpec[] = [
  {
    type: "measured",
    id: "CL-M-40",
    promise: "Heartbeats cost a server next to nothing.",
    target: "< 0.1 ms of each second",
    from: ["MESH-FT-23"],
    qualifiedBy: ["X-ALL-05"],
    measures: "events a second of a server that does nothing but send heartbeats and hear that it has its lease",
    factor: "what an event costs, and how many servers there are",
    tests: [],
    points: [eventCost(5, 3), eventCost(5, 12), eventCost(10, 3), eventCost(50, 3)],
  },
  {
    type: "measured",
    id: "CL-M-41",
    promise: "Replication takes little of the bandwidth.",
    target: "< 5 %",
    from: ["MESH-FT-24"],
    qualifiedBy: ["X-M-32"],
    measures: "bytes of messages to and from backups, of the bytes of all messages",
    factor: "actions of each player a second, and how backups follow",
    tests: [{ type: "share", figures: ["traffic.replication"], among: ["traffic.bytes"], bound: below(percent(5)) }],
    points: [
      following("one, told every second", "1s", "async"),
      following("ten, told every second", "100ms", "async"),
      following("forty, told every second", "25ms", "async"),
      following("ten, each told before it is acknowledged", "100ms", "sync"),
    ],
  },
  {
    type: "measured",
    id: "CL-M-47",
    promise: "Eight alerts fire when, and only when, what they are meant for happens.",
    target: "when and only when",
    from: [
      "MESH-F1-11",
      "MESH-F2-07",
      "MESH-F3-10",
      "MESH-F4-08",
      "MESH-F5-14",
      "MESH-F6-12",
      "MESH-F7-08",
      "MESH-F8-09",
    ],
    qualifiedBy: ["X-M-38", "X-M-39", "X-M-41", "X-M-47", "X-M-51", "X-M-54", "X-ALL-06"],
    measures: "times that an alert fired in a run, and from the first fault to the first time",
    factor: "what happens, and whether an alert is meant for it",
    tests: [],
    points: [
      silentIn("a quiet day: none of the eight", "base"),
      recall("confirmations late", "timeouts", "AuthorityTransferTimeoutHigh", 450),
      recall("packets lost", "packet-loss", "InterServerPacketLossHigh", 450),
      recall("a server gone for good", "server-down", "ServerNodeUnhealthy", 60),
      recall("a server gone for ten seconds", "server-down-shortly", "ServerNodeUnhealthy", 60),
      recall("a state damaged", "mismatch", "AuthorityTransferStateMismatch", 390),
      recall("two owners", "split", "SplitBrainDetected", 60),
      recall("an item in two places", "doubled", "ItemDuplicationDetected", 90),
      recall("a transfer stuck", "stuck", "AuthorityTransferStuck", 60),
      recall(
        "a transfer stuck, looked at as written",
        "stuck",
        "AuthorityTransferStuck",
        60,
        "settings.monitoring.stuck=atScrape",
      ),
      recall("every slot taken", "crowd", "AuthorityTransferHighConcurrency", 390),
      silentIn("a state damaged: no other", "mismatch", "AuthorityTransferStateMismatch"),
      silentIn("an item in two places: no other", "doubled", "ItemDuplicationDetected"),
      // It got stuck by a packet that was lost, of few.
      silentIn("a transfer stuck: no other", "stuck", "AuthorityTransferStuck", "InterServerPacketLossHigh"),
      // What was under way to it times out.
      silentIn(
        "a server gone for good: no other",
        "server-down",
        "ServerNodeUnhealthy",
        "AuthorityTransferTimeoutHigh",
      ),
    ],
  },
  {
    type: "measured",
    id: "CL-M-49",
    promise: "More than a hundred players can play, and every invariant holds.",
    target: "> 100 players",
    from: ["MESH-FT-30"],
    qualifiedBy: ["X-M-37"],
    measures:
      "invariants violated in any run with 110 players, while servers and a coordinator crash and packets are lost",
    tests: [
      never("MESH-INV-01"),
      never("MESH-INV-02"),
      never("MESH-INV-03"),
      never("MESH-INV-04", "A6"),
      never("MESH-INV-07"),
      never("A8", "MESH-INV-09"),
    ],
    points: [{ label: "110 players", story: "claims/scale#base" }],
  },
];
