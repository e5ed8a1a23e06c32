// From a trace to what a diagram is drawn of: every message once for each fate, every span from its mark to its end.
import { expect, test } from "vitest";

import { nodeId } from "../../src/base/ids.ts";
import { fates, happeningKinds, type Timeline } from "../../src/report/timeline.ts";
import { timelineOf } from "../../src/report/timeline-builder.ts";
import { loadStories } from "../../src/cli/stories.ts";
import { mesh } from "../../src/systems/mesh/mesh.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import type { TraceEvent } from "../../src/trace/trace-event.ts";

const system = mesh as unknown as AnySystem;
const [one, two] = [nodeId("server-1"), nodeId("server-2")];
const [player, world] = [nodeId("player-1"), nodeId("world")];
const [story] = loadStories(["mesh/baseline"], { systems: new Map([["mesh", system]]), set: [], variant: undefined });

function timeline(events: readonly TraceEvent[], endUs = 10_000_000): Timeline {
  if (story === undefined) throw new Error("the story is there");
  const verdict = { outcome: "held", summary: "", properties: [] } as const;
  return timelineOf({ scenario: story.scenario, system, events, verdict, endUs });
}

const fact = (atUs: number, event: number, node: typeof one, stated: object): TraceEvent => ({
  atUs,
  event,
  node,
  kind: "fact",
  fact: stated as never,
});

const sent = (atUs: number, event: number, message: number): TraceEvent => ({
  atUs,
  event,
  node: one,
  kind: "sent",
  message,
  to: two,
  via: "datagram",
  content: { type: "ship" },
});

const delivered = (atUs: number, event: number, message: number, more: object = {}): TraceEvent => ({
  atUs,
  event,
  node: two,
  kind: "delivered",
  message,
  from: one,
  sentUs: 0,
  copy: 0,
  ...more,
});

/** "delivered 5": what became of each, and how long it took. */
const arrows = ({ messages: { fate, tookUs } }: Timeline): readonly string[] =>
  fate.map((place, at) => `${fates[place]} ${tookUs[at]}`);

const spans = ({ spans: all, texts, lanes }: Timeline): readonly string[] =>
  all.lane.map(
    (lane, at) =>
      `${lanes[lane]?.name} ${texts[all.row[at] ?? 0]}: ${texts[all.label[at] ?? 0]} ${all.fromUs[at]}..${all.toUs[at]}`,
  );

test("each copy of a message is an arrow with its fate", () => {
  const made = timeline([
    sent(0, 1, 1),
    sent(10, 2, 2),
    sent(20, 3, 3),
    delivered(100, 4, 1),
    delivered(150, 5, 1, { copy: 1 }),
    { atUs: 200, event: 6, node: one, kind: "lost", message: 2, to: two, reason: "partition" },
    delivered(900_000, 7, 3),
    sent(900_001, 8, 4),
    delivered(900_101, 9, 4, { content: { type: "ship", damaged: true } }),
    sent(900_200, 10, 6),
    delivered(900_300, 11, 6),
    sent(9_000_000, 12, 5),
  ]);
  expect(arrows(made)).toEqual([
    "delivered 100",
    "duplicate 150",
    "partition 190",
    "late 899980",
    "changed 100",
    "delivered 100",
    "never 1000000",
  ]);
  const { atUsStep, eventStep } = made.messages;
  expect(atUsStep.reduce((sum, step) => sum + step, 0)).toBe(9_000_000);
  expect(eventStep.reduce((sum, step) => sum + step, 0)).toBe(12);
});

test("spans go on while they are said again, change with their label, and end with their process", () => {
  const made = timeline([
    fact(0, 1, one, { fact: "leaseRenewed", server: one, untilUs: 5 }),
    fact(10, 2, one, { fact: "leaseRenewed", server: one, untilUs: 15 }),
    fact(20, 3, one, { fact: "authorityTaken", player, token: 1, version: 0, transfer: "" }),
    fact(30, 4, one, { fact: "leaseExpired", server: one, lateUs: 0 }),
    fact(40, 5, one, { fact: "playerPaused", player, transfer: "t" }),
    fact(50, 6, one, { fact: "nodeCrashed", cause: "fault", lostRecords: 0 }),
    fact(60, 7, one, { fact: "nodeBooted", incarnation: 1 }),
  ]);
  expect(spans(made)).toEqual([
    "server-1 lease: lease 0..30",
    "server-1 authority: player-1 · token 1 20..50",
    "server-1 lease: no lease 30..50",
    "player-1 standing still: at the border 40..10000000",
  ]);
  expect(made.states).toEqual([
    { lane: made.lanes.findIndex(({ name }) => name === one), state: "down", fromUs: 50, toUs: 60 },
  ]);
});

test("a fault lasts from its beginning to its end, and what cuts links is told apart", () => {
  const began = (fault: number, kind: string) => ({ fact: "faultBegan", fault, kind, about: "all", ratePpm: 0 });
  const made = timeline([
    fact(5, 1, world, began(0, "partition")),
    fact(6, 2, world, began(1, "drop")),
    fact(9, 3, world, { fact: "faultEnded", fault: 0, kind: "partition" }),
  ]);
  expect(made.faults).toEqual([
    { fromUs: 5, toUs: 9, words: "partition all", isPartition: true },
    { fromUs: 6, toUs: 10_000_000, words: "drop all", isPartition: false },
  ]);
});

test("a timer knows when it was set, and what nobody tells is a detail", () => {
  const { happenings, texts } = timeline([
    { atUs: 5, event: 3, node: one, kind: "timerSet", timer: "tick", dueUs: 9 },
    { atUs: 9, event: 8, node: one, kind: "timerFired", timer: "tick" },
    fact(9, 8, one, { fact: "lockTaken", lock: "l", transfer: "t" }),
  ]);
  expect(happenings.kind.map((kind) => happeningKinds[kind])).toEqual(["timer", "detail"]);
  expect(happenings.setBefore).toEqual([5, 0]);
  expect(happenings.text.map((text) => texts[text])).toEqual(["tick", "lockTaken lock=l transfer=t"]);
});
