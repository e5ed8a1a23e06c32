// A log for ShiViz: its own expression reads all of it, and its clocks say what led to what, and nothing else.
import { describe, expect, test } from "vitest";

import { shivizExpression } from "../../../src/report/exports/shiviz.ts";
import type { TraceEvent } from "../../../src/trace/trace-event.ts";
import { exported, type Recorded, recorded, stormyStory } from "./exported.ts";

interface Line {
  readonly moment: string;
  readonly event: string;
  readonly host: string;
  readonly clock: ReadonlyMap<string, number>;
}

/** As ShiViz reads a file: the first line is the expression, the second one parts executions. */
function read(text: string): readonly Line[] {
  const [expression = "", delimiter, ...log] = text.split("\n");
  expect([expression, delimiter]).toEqual([shivizExpression, ""]);
  const found = [...log.join("\n").matchAll(new RegExp(expression, "g"))];
  // Nothing stands between what it reads.
  expect(found.map(([whole]) => `${whole}\n`).join("")).toBe(log.join("\n"));
  return found.map(({ groups = {} }) => {
    const { moment = "", event = "", host = "", clock = "" } = groups;
    return { moment, event, host, clock: new Map(Object.entries(JSON.parse(clock) as Record<string, number>)) };
  });
}

const storm = recorded(stormyStory);
const lines = read(exported("shiviz", storm));

/** What VectorTimestamp of ShiViz asks for: each host counts its own events from 1, and knows of others what there is. */
function expectValid(log: readonly Line[]): void {
  const counts = new Map<string, number>();
  const wrong = log.filter(({ host, clock }) => {
    counts.set(host, (counts.get(host) ?? 0) + 1);
    const knowsOfNobodyTooMuch = [...clock].every(([other, count]) => count <= (counts.get(other) ?? 0));
    return clock.get(host) !== counts.get(host) || !knowsOfNobodyTooMuch;
  });
  expect(wrong).toEqual([]);
}

describe("the clocks", () => {
  test("count every host's own events without a gap, and nothing that has not been", () => {
    expectValid(lines);
    expect(new Set(lines.map(({ host }) => host))).toEqual(
      new Set(["world", ...storm.header.nodes.map(({ id }) => id)].filter((host) => host !== "operator-1")),
    );
  });

  test.each([
    ["of everything", { fromUs: 0, untilUs: 1_500_000 }],
    ["of a window", { fromUs: 3_000_000, untilUs: 3_600_000 }],
  ])("say what led to what, and nothing else: %s", (_what, window) => {
    const few = { ...storm, events: storm.events.filter(({ atUs }) => atUs <= window.untilUs) };
    const log = read(exported("shiviz", few, { window }));
    expectValid(log);
    const causes = causesOf(few, window);
    expect(log.length).toBe(causes.length);
    const known = log.map((line, index) =>
      log
        .slice(0, index + 1)
        .flatMap(({ host, clock }, at) => ((line.clock.get(host) ?? 0) >= (clock.get(host) ?? 0) ? [at] : [])),
    );
    const expected = causes.map((those) => [...those].toSorted((a, b) => a - b));
    // The first line only: of all of them a difference is not read, and takes minutes to print.
    const at = known.findIndex((those, index) => those.join() !== expected[index]?.join());
    expect({ line: log[at], causes: known[at] }).toEqual({ line: undefined, causes: expected[at] });
  });
});

/**
 * Of each line of the log all lines that led to it, itself included, by going back from event to event: to the one before
 * at the same node, and from an arrival or a loss to the sending.
 */
function causesOf(
  { events, system }: Recorded,
  window: { fromUs: number; untilUs: number },
): readonly ReadonlySet<number>[] {
  const before = new Map<string, ReadonlySet<number>>();
  const carried = new Map<number, ReadonlySet<number>>();
  const causes: ReadonlySet<number>[] = [];
  for (const event of events) {
    const host = event.kind === "lost" ? "world" : event.node;
    const past = new Set(before.get(host));
    if (event.kind === "delivered" || event.kind === "lost") {
      for (const cause of carried.get(event.message) ?? []) past.add(cause);
    }
    if (isTold(event, system) && event.atUs >= window.fromUs && event.atUs <= window.untilUs) {
      past.add(causes.length);
      causes.push(new Set(past));
    }
    before.set(host, past);
    if (event.kind === "sent") carried.set(event.message, new Set(past));
  }
  return causes;
}

function isTold(event: TraceEvent, system: Recorded["system"]): boolean {
  if (event.kind === "sent" || event.kind === "delivered" || event.kind === "lost") return true;
  if (event.kind !== "fact") return false;
  const worldly = ["nodeCrashed", "nodePaused", "nodeResumed", "faultBegan", "faultEnded", "healed"];
  const { fact } = event;
  if (fact.fact === "nodeBooted") return (fact as { incarnation?: number }).incarnation !== 0;
  return worldly.includes(fact.fact) || system.tell(fact, event.node) !== undefined;
}

test("lines say when, who and what; what is lost is told by the world", () => {
  expect(lines[0]).toMatchObject({ moment: "0.000000 s" });
  const lost = lines.filter(({ host, event }) => host === "world" && event.includes(" is dropped by a fault"));
  expect(lost.map(({ event }) => event)).toContainEqual(
    expect.stringMatching(/^confirm of server-\d to \S+ is dropped/),
  );
  expect(lines.map(({ event }) => event)).toContain("starts again (incarnation 1)");
});

test("names and texts that would end a field or a line are written out", () => {
  const node = 'a b\n"c' as never;
  const events: readonly TraceEvent[] = [
    {
      atUs: 1,
      event: 1,
      node,
      kind: "fact",
      fact: { fact: "faultBegan", fault: 0, kind: "drop", about: "x\n{}" } as never,
    },
    { atUs: 2, event: 2, node, kind: "sent", message: 1, to: node, via: "datagram", content: { type: "a\r\u2028b" } },
  ];
  const hostile = read(exported("shiviz", { ...storm, events }));
  expect(hostile.map(({ host, event }) => [host, event])).toEqual([
    [String.raw`a_b\u000a"c`, String.raw`fault begins: drop x\u000a{}`],
    [String.raw`a_b\u000a"c`, String.raw`to a b\u000a"c: a\u000d\u2028b`],
  ]);
});
