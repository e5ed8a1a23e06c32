// What the documents promise of service as a whole: overload, degraded mode, data, notices, recovery by itself, scale.

import type { ClaimPoint, ClaimSpec } from "../../claims.ts";
import { atLeast, atMost, each, mean, ms, never, p99, seconds } from "./tests.ts";

const transfers = (variant: string): string => `claims/transfers#${variant}`;
const failover = (variant: string): string => `claims/failover#${variant}`;
const load = (variant: string): string => `claims/load#${variant}`;
const mode = (variant: string): string => `claims/mode#${variant}`;

const few: ClaimPoint = { label: "30 players", story: load("few") };
const crowd: ClaimPoint = { label: "250 players", story: load("base") };

/** One world for each failure mode that is to be survived without a loss and without anybody's help. */
const modes: readonly ClaimPoint[] = [
  { label: "FM-001, messages late", story: transfers("late") },
  { label: "FM-002, messages lost", story: transfers("lost") },
  { label: "FM-003, a server gone", story: failover("walking") },
  { label: "FM-004, a state damaged", story: transfers("damaged") },
  { label: "FM-007, a transfer stuck", story: transfers("stuck") },
  { label: "FM-008, a crowd", story: load("base") },
];

const soft = (label: string, ...set: readonly string[]): ClaimPoint => ({
  label,
  story: failover("soft"),
  set,
  tests: [each("soft.lost", atMost(0))],
});

const backlog = (label: string, every: string, ...more: readonly string[]): ClaimPoint => ({
  label,
  story: failover("backlog"),
  set: [`workload.players.actions.every=${every}`, ...more],
});

const trips = (label: string, variant: string, isDue: boolean, ...set: readonly string[]): ClaimPoint => ({
  label,
  story: mode(variant),
  set,
  tests: [each("degraded.changes", isDue ? atLeast(1) : atMost(0))],
});

const exceeded = "settings.degraded.atBound=exceeded";

export const serviceClaims: readonly ClaimSpec[] = [
  {
    type: "measured",
    id: "CL-M-24",
    promise: "Under overload a transfer takes longer, up to a bound.",
    target: "<= 200 ms",
    from: ["MESH-F8-04"],
    qualifiedBy: ["X-M-49"],
    measures: "from the beginning of a transfer to its completion, at 1.5 ms of processor time an event",
    factor: "how many cross at once",
    tests: [p99("transfer.latency", atMost(ms(200)))],
    points: [few, crowd],
  },
  {
    type: "measured",
    id: "CL-M-25",
    promise: "While throttled, a server admits a bounded number of transfers a second, and it begins within a minute.",
    target: "<= 100 a second, within 60 s",
    from: ["MESH-F8-06"],
    qualifiedBy: ["X-M-50"],
    measures:
      "transfers begun within one second by a server that throttles; from the first transfer of the burst to its end",
    tests: [each("load.throttledRate", atMost(100)), each("overload.faultToEnd", atMost(seconds(60)))],
    points: [crowd],
  },
  {
    type: "measured",
    id: "CL-M-30",
    promise: "The mean time to recovery from a burst (FM-008).",
    target: "2 min",
    from: ["MESH-MTR-01"],
    qualifiedBy: ["X-ALL-01", "X-M-50"],
    measures: "three clocks, for 250 players; at 100 a second more than 12 000 would take longer, by arithmetic alone",
    factor: "clock",
    tests: [],
    points: [
      {
        ...crowd,
        label: "from detection to service: how long it throttles",
        tests: [mean("load.throttledFor", atMost(seconds(120)))],
      },
      {
        ...crowd,
        label: "from fault to service: the first transfer to the last",
        tests: [mean("overload.faultToService", atMost(seconds(120)))],
      },
      {
        ...crowd,
        label: "from fault to the end of the throttle as well",
        tests: [mean("overload.faultToEnd", atMost(seconds(120)))],
      },
    ],
  },
  {
    type: "measured",
    id: "CL-M-31",
    promise: "Nothing that was acknowledged is lost.",
    target: "0",
    from: ["MESH-GEN-02", "MESH-F1-04", "MESH-F2-04", "MESH-F3-04", "MESH-F4-04", "MESH-F7-04", "MESH-F8-04"],
    qualifiedBy: ["X-M-32", "X-M-33", "X-M-42"],
    measures: "acknowledged actions, items and states that are gone, over every run",
    factor: "failure mode, and what an acknowledgement means",
    tests: [never("MESH-INV-03", "A9")],
    points: [
      ...modes,
      soft("FM-003, acknowledged before the store has it, backups told every second"),
      soft("FM-003, acknowledged once both backups have it", "settings.replication.mode=sync"),
    ],
  },
  {
    type: "measured",
    id: "CL-M-32",
    promise: "Players are told of every pause, every rollback and every wait.",
    target: "all of them",
    from: ["MESH-F8-06", "MESH-GEN-05"],
    qualifiedBy: ["X-M-64"],
    measures: "pauses, rollbacks, reassignments and waits without a notice, over every run",
    factor: "failure mode",
    tests: [never("MESH-GEN-05", "MESH-F8-06-told")],
    points: modes,
  },
  {
    type: "measured",
    id: "CL-M-33",
    promise: "All of it heals by itself; nobody has to do anything.",
    target: "FM-001 to 004, 007, 008",
    from: ["MESH-GEN-04", "MESH-MTR-02"],
    qualifiedBy: ["X-M-10", "X-M-24"],
    measures:
      "transfers that never end, players who are left without a server, and what an operator does: there is none",
    factor: "failure mode",
    tests: [never("MESH-INV-06")],
    points: modes.map((point) =>
      point.story === transfers("stuck")
        ? { ...point, tests: [each("rollback.success", atLeast(1))] }
        : point.story === failover("walking")
          ? { ...point, tests: [each("failover.served", atLeast(1))] }
          : point,
    ),
  },
  {
    type: "measured",
    id: "CL-M-43",
    promise: "A hundred actions and ten seconds are enough of a buffer: nothing a player does is lost.",
    target: "0 lost",
    from: ["MESH-FT-13"],
    qualifiedBy: ["X-M-57", "X-M-58"],
    measures: "actions that were not kept, or withdrawn, while a player's server was gone",
    factor: "actions a second, outage, and when the buffer begins",
    tests: [each("buffer.overflow", atMost(0)), each("buffer.expired", atMost(0))],
    points: [
      backlog("5 a second, 5 s", "200ms"),
      backlog("14 a second, 5 s", "71ms"),
      backlog("30 a second, 5 s", "33ms"),
      backlog("5 a second, 30 s of lease waited for", "200ms", "settings.lease.ttl=30s", "until=36s"),
      backlog("5 a second, 5 s, begins with the failover", "200ms", "settings.buffer.mode=onFailover"),
    ],
  },
  {
    type: "measured",
    id: "CL-M-44",
    promise: "After a failover every player's state is what it was.",
    target: "no loss",
    from: ["MESH-FT-14"],
    qualifiedBy: ["X-M-32", "X-M-59", "X-M-60"],
    measures: "acknowledged actions that are gone after their server's crash, over every run",
    factor: "when an action is acknowledged",
    tests: [],
    points: [
      {
        label: "once the store has it",
        story: failover("base"),
        tests: [never("MESH-INV-03", "A9", "MESH-INV-09")],
      },
      soft("before, and nobody else is told", "settings.replication.mode=none"),
      soft("before, backups are told every second"),
      soft("once one backup has it", "settings.replication.mode=semiSync"),
      soft("once both backups have it", "settings.replication.mode=sync"),
      soft("before, and clients keep what is not durable", "settings.buffer.source=client"),
    ],
  },
  {
    type: "measured",
    id: "CL-M-45",
    promise: "When several servers fail, regions are recovered in the order of their priority.",
    target: "100 %",
    from: ["MESH-FT-06"],
    qualifiedBy: [],
    measures: "regions recovered before one that comes first, over every run",
    factor: "how regions are recovered",
    tests: [each("recovery.inversions", atMost(0)), never("MESH-FT-06")],
    points: ["parallel", "sequential"].map((order) => ({
      label: order,
      story: failover("priority"),
      set: [`settings.failover.order=${order}`],
    })),
    remedies: [
      {
        label: "as they come",
        story: failover("priority"),
        set: ["settings.failover.order=sequential", "settings.failover.byPriority=off"],
      },
    ],
  },
  {
    type: "measured",
    id: "CL-M-46",
    promise: "Service is reduced at three failures a minute, or thirty in a hundred servers, over sixty seconds.",
    target: "3 a minute; 30 %; 60 s",
    from: ["MESH-FT-11"],
    qualifiedBy: ["X-M-55"],
    measures: "changes of the level of service after so many failures, in every run",
    factor: "how many fail, when, and what a bound means",
    tests: [],
    points: [
      trips("2 failures: not yet", "two", false),
      trips("3 failures", "base", true),
      trips("3 failures in 59 s", "within-the-window", true),
      trips("3 failures in 61 s: not any more", "beyond-the-window", false),
      trips("3 of 10 servers, 30 %", "three-of-ten", true),
      trips("3 of 11 servers, 27 %: not yet", "three-of-eleven", false),
      trips("3 failures, if the bound has to be exceeded", "base", true, exceeded),
      trips("3 of 10 servers, if the bound has to be exceeded", "three-of-ten", true, exceeded),
    ],
  },
  {
    type: "measured",
    id: "CL-M-48",
    promise: "Eight tests of the fault-tolerance system pass.",
    target: "8 of 8",
    from: ["MESH-FT-17"],
    qualifiedBy: ["X-M-37"],
    measures: "in every run, whether what the test is about happened, and no property of it was violated",
    factor: "the test",
    tests: [],
    points: [
      {
        label: "initialisation",
        story: failover("none"),
        tests: [never("MESH-INV-08"), each("coverage.share", atLeast(1))],
      },
      { label: "backup assignment", story: failover("none"), tests: [each("backups.created", atLeast(8))] },
      { label: "heartbeat watch", story: failover("base"), tests: [each("failover.silence", atLeast(seconds(5)))] },
      {
        label: "failover",
        story: failover("base"),
        tests: [each("failover.served", atLeast(1)), never("P1", "MESH-INV-11", "P3")],
      },
      { label: "degraded activation", story: mode("base"), tests: [each("degraded.changes", atLeast(1))] },
      { label: "region priority", story: failover("priority"), tests: [never("MESH-FT-06")] },
      { label: "alerts to administrators", story: mode("base"), tests: [each("administrators.alerted", atLeast(3))] },
      { label: "degraded recovery", story: mode("and-back"), tests: [each("degraded.changes", atLeast(2))] },
    ],
  },
];
