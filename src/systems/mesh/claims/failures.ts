// What the documents promise of servers that go: detection, promotion, outage, copies, and what players lose.

import type { ClaimPoint, ClaimSpec } from "../../claims.ts";
import { atLeast, atMost, below, each, mean, ms, never, p95, p99, seconds } from "./tests.ts";

const story = (variant: string): string => `claims/failover#${variant}`;

const silent: ClaimPoint = { label: "silent crash", story: story("base") };
const refused: ClaimPoint = { label: "connections refused", story: story("refused") };
const walking: ClaimPoint = { label: "silent crash, players on the move", story: story("walking") };
const walkingRefused: ClaimPoint = {
  label: "connections refused, players on the move",
  story: story("walking-refused"),
};

/** What half a second takes: beats so often, a silence so short, and a lease shorter still (X-M-16). */
const fastBeats = ["settings.health={ heartbeat: 100ms, timeout: 500ms, check: 50ms }", "settings.lease.ttl=450ms"];
const fast: ClaimPoint = { label: "heartbeats of 100 ms, 500 ms of silence", story: story("base"), set: fastBeats };
const fastest: ClaimPoint = {
  label: "heartbeats of 20 ms, 60 ms of silence",
  story: story("base"),
  set: ["settings.health={ heartbeat: 20ms, timeout: 60ms, check: 5ms, probe: 30ms }", "settings.lease.ttl=55ms"],
};
/** Leases of 30 s, as one document has them, and whether they are waited for (X-M-20). */
const longLease = ["settings.lease.ttl=30s", "until=36s"];
const lease30: ClaimPoint = { label: "a lease of 30 s, waited for", story: story("base"), set: longLease };
const lease30AtOnce: ClaimPoint = {
  label: "a lease of 30 s, not waited for",
  story: story("base"),
  set: ["settings.lease.ttl=30s", "settings.failover.handOff=atOnce"],
};
const losses: readonly ClaimPoint[] = [
  { ...silent, label: "one of four servers" },
  { label: "two of four at once", story: story("two") },
  { label: "three of four at once", story: story("three") },
];

/** Of ten servers, these go. */
const several = (count: number): readonly string[] => {
  const names = [3, 7, 5, 9, 2, 8, 4, 6].slice(0, count).map((server) => `server-${server}`);
  return [`faults[0].lose.node=[${names.join(", ")}]`];
};

const manyLosses: readonly ClaimPoint[] = [2, 5, 8].map((count) => ({
  label: `${count} of 10 servers`,
  story: story("several"),
  set: several(count),
}));

const sequential = (count: number, pace: number): ClaimPoint => ({
  label: `${count} of 10 servers, regions one by one, ${pace} s each`,
  story: story("several"),
  set: [
    ...several(count),
    "settings.failover.order=sequential",
    `settings.failover.pace=${pace}s`,
    `until=${9 + count * pace}s`,
  ],
});

export const failureClaims: readonly ClaimSpec[] = [
  {
    type: "measured",
    id: "CL-M-06",
    promise: "A server that is gone is noticed at once.",
    target: "< 100 ms",
    from: ["MESH-RSK-03"],
    qualifiedBy: ["X-M-15", "X-ALL-01"],
    measures: "from the end of a server's process to the coordinator's suspicion",
    factor: "how it goes",
    tests: [p99("failover.detection", below(ms(100)))],
    points: [silent, refused],
    remedies: [fast, fastest],
  },
  {
    type: "measured",
    id: "CL-M-16",
    promise: "Every region of a dead server gets another one, and its players are back within seconds.",
    target: "100 %; 500-3000 ms",
    from: ["MESH-REC-03", "MESH-F3-04"],
    qualifiedBy: ["X-M-16", "X-M-33", "X-M-34"],
    measures: "players back in play, of those whose server went; from its end to their being so",
    factor: "what goes",
    tests: [each("failover.served", atLeast(1)), p99("failover.outage", atMost(seconds(3)))],
    points: [...losses, { ...refused, label: "one of four, connections refused" }],
    remedies: [fast],
  },
  {
    type: "measured",
    id: "CL-M-17a",
    promise: "Phase 1: a dead server is marked unhealthy.",
    target: "<= 500 ms",
    from: ["MESH-F3-05"],
    qualifiedBy: ["X-M-15"],
    measures: "from the end of a server's process to the coordinator's suspicion",
    factor: "how it goes",
    tests: [each("failover.detection", atMost(ms(500)))],
    points: [silent, refused],
    remedies: [fast, fastest],
  },
  {
    type: "measured",
    id: "CL-M-17b",
    promise: "Phase 2: each of its regions has another server.",
    target: "<= 1000 ms",
    from: ["MESH-F3-06"],
    qualifiedBy: ["X-M-15", "X-M-33"],
    measures: "from the end of a server's process to the committed assignment of each of its regions",
    factor: "how it goes",
    tests: [each("failover.reassigned", atMost(ms(1000)))],
    points: [silent, refused],
    remedies: [fast, fastest],
  },
  {
    type: "measured",
    id: "CL-M-17c",
    promise: "Phase 3: what was under way is rolled back, players are told, and play goes on.",
    target: "<= 3000 ms",
    from: ["MESH-F3-07"],
    qualifiedBy: ["X-M-14", "X-M-15"],
    measures: "from the end of a server's process to each of its players' being in play with another one",
    factor: "how it goes",
    tests: [each("failover.outage", atMost(seconds(3))), never("MESH-GEN-05")],
    points: [walking, walkingRefused],
    remedies: [{ ...fast, story: story("walking") }],
  },
  {
    type: "measured",
    id: "CL-M-27",
    promise: "The mean time to recovery from an unavailable server (FM-003).",
    target: "1.2 s",
    from: ["MESH-MTR-01"],
    qualifiedBy: ["X-ALL-01", "X-M-16"],
    measures: "three clocks, for the players of a server that goes",
    factor: "clock",
    tests: [],
    points: ([silent, refused] as const).flatMap((point) => [
      {
        ...point,
        label: `from detection to service, ${point.label}`,
        tests: [mean("failover.recovery", atMost(ms(1200)))],
      },
      { ...point, label: `from fault to service, ${point.label}`, tests: [mean("failover.outage", atMost(ms(1200)))] },
      {
        ...point,
        label: `from fault to redundancy, ${point.label}`,
        tests: [mean("failover.redundancy", atMost(ms(1200)))],
      },
    ]),
    remedies: [{ ...fast, tests: [mean("failover.outage", atMost(ms(1200)))] }],
  },
  {
    type: "measured",
    id: "CL-M-34",
    promise: "A crash is detected before the failure timeout is over.",
    target: "< 5 s",
    from: ["MESH-FT-21"],
    qualifiedBy: ["X-M-17"],
    measures: "from the end of a server's process to the coordinator's suspicion",
    tests: [each("failover.detection", below(seconds(5)))],
    points: [silent],
    remedies: [{ label: "a silence of 4.5 s", story: story("base"), set: ["settings.health.timeout=4500ms"] }, fast],
  },
  {
    type: "measured",
    id: "CL-M-35a",
    promise: "A backup is promoted after the detection.",
    target: "1-2 s",
    from: ["MESH-FT-22"],
    qualifiedBy: [],
    measures: "from the suspicion to another server's having the player",
    factor: "how it goes",
    tests: [p95("failover.promotion", atMost(seconds(2)))],
    points: [silent, refused],
  },
  {
    type: "measured",
    id: "CL-M-35b",
    promise: "Players are connected again after the promotion.",
    target: "2-3 s",
    from: ["MESH-FT-22"],
    qualifiedBy: [],
    measures: "from another server's having the player to the player's being in play with it",
    factor: "how it goes",
    tests: [p95("failover.reconnection", atMost(seconds(3)))],
    points: [silent, refused],
  },
  {
    type: "measured",
    id: "CL-M-36",
    promise: "When one server fails, its players are without one for a bounded time.",
    target: "< 10 s; mean 7.2 s",
    from: ["MESH-FT-18", "MESH-FT-26"],
    qualifiedBy: ["X-M-18", "X-M-20"],
    measures: "from the end of a server's process to each of its players' being in play with another one",
    factor: "lease",
    tests: [each("failover.outage", below(seconds(10))), mean("failover.outage", atMost(ms(7200)))],
    points: [{ ...silent, label: "a lease shorter than the failure timeout" }, lease30AtOnce, lease30],
  },
  {
    type: "measured",
    id: "CL-M-37",
    promise: "When several servers fail, no player is without one for longer.",
    target: "< 30 s; mean 18.5 s",
    from: ["MESH-FT-19", "MESH-FT-27"],
    qualifiedBy: ["X-M-36", "X-M-37"],
    measures: "from the end of a server's process to each of its players' being in play with another one",
    factor: "how many go, and how regions are recovered",
    tests: [each("failover.outage", below(seconds(30))), mean("failover.outage", atMost(ms(18_500)))],
    points: [...manyLosses, sequential(8, 5)],
  },
  {
    type: "measured",
    id: "CL-M-38",
    promise: "No failure of a single server lasts longer, whatever it is.",
    target: "< 30 s",
    from: ["MESH-FT-04"],
    qualifiedBy: ["X-M-20"],
    measures: "from the end of a server's process to each of its players' being in play with another one",
    factor: "failure and lease",
    tests: [each("failover.outage", below(seconds(30)))],
    points: [silent, refused, walking, lease30AtOnce, lease30],
  },
  {
    type: "measured",
    id: "CL-M-39",
    promise: "Every region has two backups in step, all the time.",
    target: "100 %",
    from: ["MESH-FT-20", "MESH-FT-05"],
    qualifiedBy: ["X-M-35"],
    measures: "tenths of a second of each region in which all its backups had everything its primary had",
    factor: "what goes, and who is spare",
    tests: [each("coverage.share", atLeast(1))],
    points: [
      { label: "nobody", story: story("none") },
      { ...silent, label: "one of four servers" },
      { label: "one of four and a spare one", story: story("spare") },
      { label: "one of three", story: story("no-spare") },
    ],
  },
  {
    type: "measured",
    id: "CL-M-42",
    promise: "While a failover goes on, everything takes but little longer.",
    target: "< 1 s",
    from: ["MESH-FT-25"],
    qualifiedBy: ["X-M-61"],
    measures: "from asking for an action to its answer, while one server of four is gone",
    factor: "whose actions",
    tests: [],
    points: [
      {
        ...silent,
        label: "players who were not with the dead server",
        tests: [p99("action.unaffected", below(seconds(1)))],
      },
      { ...silent, label: "players who were", tests: [p99("action.affected", below(seconds(1)))] },
    ],
  },
];
