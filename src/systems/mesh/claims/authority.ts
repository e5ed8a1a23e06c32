// What the documents promise of authority and items: one owner, one of each thing, and how soon it is so again.

import type { ClaimPoint, ClaimSpec } from "../../claims.ts";
import { atLeast, atMost, below, each, ms, never, p50, p99, seconds } from "./tests.ts";

const split = (variant: string): string => `claims/splits#${variant}`;
const item = (variant: string): string => `claims/items#${variant}`;

/** Every fault at once, every defence on: what never happens is looked for ten times as often. */
const storm: ClaimPoint = { label: "every fault at once, every defence on", story: split("base"), times: 10 };
const forced: ClaimPoint = { label: "servers that can be reached", story: split("forced") };
const forcedSilent: ClaimPoint = { label: "servers that do not hear", story: split("forced-silent") };
const without = (label: string, ...set: readonly string[]): ClaimPoint => ({ label, story: split("base"), set });

const beside: ClaimPoint = { label: "beside a border, the store looks too", story: item("base") };
const besideLocal: ClaimPoint = { label: "beside a border, only servers look", story: item("beside-unseen") };
const far: ClaimPoint = { label: "far away, the store looks too", story: item("far") };
const farLocal: ClaimPoint = { label: "far away, only servers look", story: item("far-unseen") };

export const authorityClaims: readonly ClaimSpec[] = [
  {
    type: "measured",
    id: "CL-M-02",
    promise: "No player ever has two servers that act for it.",
    target: "0",
    from: ["MESH-RSK-05", "MESH-F5-04"],
    qualifiedBy: ["X-M-21", "X-M-23", "X-M-26"],
    measures: "effects that the store accepted under another grant than the current one, over every run",
    tests: [never("A1", "MESH-INV-01"), each("act.stale", atMost(0))],
    points: [storm],
    remedies: [without("a backup decides alone", "settings.failover.decidedBy=backup", "settings.defence.fencing=off")],
  },
  {
    type: "measured",
    id: "CL-M-03",
    promise: "No item is ever in two places.",
    target: "0",
    from: ["MESH-RSK-06", "MESH-F6-04"],
    qualifiedBy: ["X-M-42"],
    measures: "items that came to be in two places, over every run",
    tests: [never("I1", "MESH-INV-02"), each("item.doubled", atMost(0))],
    points: [storm],
    remedies: [
      without(
        "pickups believed at once, and no ledger",
        "settings.boundary={ pickup: optimistic, idempotencyKey: off }",
        "settings.defence.itemLedger=off",
      ),
    ],
  },
  {
    type: "measured",
    id: "CL-M-08",
    promise: "Two owners are noticed at once.",
    target: "< 500 ms",
    from: ["MESH-RSK-05"],
    qualifiedBy: ["X-M-27"],
    measures: "from the beginning of a duplicate authority to its report, with a sweep every 10 s",
    tests: [p50("split.detection", below(ms(500))), each("split.detection", below(ms(500)))],
    points: [{ ...forced, label: "a sweep every 10 s" }],
    remedies: [{ label: "a sweep every 250 ms", story: split("forced"), set: ["settings.sweep.period=250ms"] }],
  },
  {
    type: "measured",
    id: "CL-M-09",
    promise: "An item in two places is noticed and frozen at once.",
    target: "< 100 ms",
    from: ["MESH-RSK-06", "MESH-F6-09"],
    qualifiedBy: ["X-M-40"],
    measures: "from an item's coming to be in two places to its being frozen; of all such items, whether it ever was",
    factor: "where it is, and who looks",
    tests: [each("duplicate.found", atLeast(1)), p99("duplicate.detection", below(ms(100)))],
    points: [beside, besideLocal, far, farLocal],
  },
  {
    type: "measured",
    id: "CL-M-18",
    promise: "Consensus resolves every split, within seconds.",
    target: "100 %; 1-5 s",
    from: ["MESH-REC-04"],
    qualifiedBy: ["X-M-22", "X-M-29"],
    measures:
      "resolutions that ended with one owner; and from where the clock starts to an owner with the resolved state",
    factor: "clock, and whether the servers can be reached",
    tests: [],
    points: [forced, forcedSilent].flatMap((point) => [
      {
        ...point,
        label: `from the report, ${point.label}`,
        tests: [each("split.success", atLeast(1)), p99("split.resolved", atMost(seconds(5)))],
      },
      {
        ...point,
        label: `from the beginning of the split, ${point.label}`,
        tests: [each("split.success", atLeast(1)), p99("split.toOneOwner", atMost(seconds(5)))],
      },
    ]),
  },
  {
    type: "measured",
    id: "CL-M-19a",
    promise: "Every server involved is fenced, and it is decided whose state counts.",
    target: "<= 500 ms",
    from: ["MESH-F5-09"],
    qualifiedBy: ["X-M-22"],
    measures: "from the report of two owners to the last server's letting go, and to the committed decision",
    factor: "servers",
    tests: [each("split.fenced", atMost(ms(500))), each("split.decided", atMost(ms(500)))],
    points: [forced, forcedSilent],
  },
  {
    type: "measured",
    id: "CL-M-19b",
    promise: "One server is granted the player again.",
    target: "<= 2000 ms",
    from: ["MESH-F5-12"],
    qualifiedBy: ["X-M-22", "X-M-29"],
    measures: "from the report of two owners to the committed grant",
    factor: "servers",
    tests: [each("split.regranted", atMost(ms(2000)))],
    points: [forced, forcedSilent],
  },
  {
    type: "measured",
    id: "CL-M-20",
    promise: "A server whose lease is not renewed stops acting by itself.",
    target: "<= 30 s",
    from: ["MESH-F5-06"],
    qualifiedBy: ["X-M-20"],
    measures: "from the last renewal it heard of to its letting go, on true time, with a lease of 30 s",
    factor: "its clock",
    tests: [each("lease.outlived", atMost(seconds(30)))],
    points: [
      { label: "true", story: split("lease") },
      {
        label: "200 ppm slow, as much as is declared",
        story: split("lease"),
        set: ["world.clocks=[{ node: server-1, driftPpm: -200 }]"],
      },
      {
        label: "200 ppm fast",
        story: split("lease"),
        set: ["world.clocks=[{ node: server-1, driftPpm: 200 }]"],
      },
      {
        label: "2 % slow, a hundred times as much as is declared",
        story: split("lease"),
        set: ["world.clocks=[{ node: server-1, driftPpm: -20000 }]"],
      },
    ],
  },
  {
    type: "measured",
    id: "CL-M-21",
    promise: "The sweep finds two owners, when nothing else does.",
    target: "<= 10 s",
    from: ["MESH-F5-08"],
    qualifiedBy: ["X-M-27"],
    measures: "from the beginning of a duplicate authority to its report, with a sweep every 10 s",
    tests: [each("split.detection", atMost(seconds(10)))],
    points: [forced],
  },
  {
    type: "measured",
    id: "CL-M-22",
    promise: "Of an item in two places the original is left, soon.",
    target: "<= 1000 ms",
    from: ["MESH-F6-10"],
    qualifiedBy: ["X-M-43"],
    measures:
      "from an item's coming to be in two places to the audit that leaves one; and whether that is the original",
    factor: "where it is, and how the original is known",
    tests: [p99("duplicate.resolution", atMost(ms(1000))), never("MESH-F6-10")],
    points: [
      { ...beside, label: "beside a border, by the record" },
      { ...far, label: "far away, by the record" },
      { label: "beside a border, by creation time and place", story: item("by-creation") },
      {
        label: "by creation, the copy where names come first",
        story: item("by-creation"),
        set: ["workload.copies=[{ at: 2s, item: item-2, to: { x: 19000 } }]"],
      },
    ],
  },
];
