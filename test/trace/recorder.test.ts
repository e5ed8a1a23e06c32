// Recording traces, and finding where two of them part.
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { encodeTrace } from "../../src/trace/codec.ts";
import { firstDivergence } from "../../src/trace/diff.ts";
import { TraceRecorder, TraceWriter } from "../../src/trace/recorder.ts";
import type { TraceEvent } from "../../src/trace/trace-event.ts";
import { sampleTrace } from "./sample-trace.ts";

const { events } = sampleTrace;

describe("a recorder", () => {
  test("keeps everything, or the last few", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 20 }), (count, eventsMax) => {
        const recorder = new TraceRecorder({ eventsMax });
        const all = Array.from({ length: count }, (_, event): TraceEvent => ({ ...events[0], event }));
        for (const event of all) recorder.trace(event);
        expect(recorder.events).toEqual(all.slice(-eventsMax));
        expect(recorder.dropped).toBe(Math.max(0, count - eventsMax));
      }),
    );
    const recorder = new TraceRecorder();
    for (const event of events) recorder.trace(event);
    expect(recorder.events).toEqual(events);
  });

  test("a writer writes what the codec writes, and ends once", () => {
    let text = "";
    const writer = new TraceWriter(sampleTrace.header, (lines) => {
      text += lines;
    });
    for (const event of events) writer.trace(event);
    const { events: _count, ...end } = sampleTrace.end;
    writer.end(end);
    expect(text).toBe(encodeTrace(sampleTrace));
    expect(() => writer.trace(events[0])).toThrow("nothing is traced after the end");
    expect(() => writer.end(end)).toThrow("a trace ends once");
  });
});

describe("the first divergence", () => {
  const changed = (index: number, change: object): readonly TraceEvent[] =>
    events.map((event, at) => (at === index ? { ...event, ...change } : event));

  test("of equal traces is none", () => {
    expect(firstDivergence(events, structuredClone(events))).toBeUndefined();
    expect(firstDivergence([], [])).toBeUndefined();
  });

  test("names event, node and field, deep within a message", () => {
    const other = changed(1, { content: { type: "ship", state: { items: ["ä"], x: -3 } } });
    expect(firstDivergence(events, other)).toMatchObject({
      index: 1,
      atUs: 5,
      event: 2,
      node: "n1",
      field: "content.state.items[1]",
      leftValue: "\u{1f5e1}",
      rightValue: undefined,
    });
  });

  test("names time before anything else, then the node, then the kind", () => {
    expect(firstDivergence(events, changed(3, { atUs: 8, copy: 5 }))).toMatchObject({
      index: 3,
      field: "atUs",
      leftValue: 9,
      rightValue: 8,
    });
    expect(firstDivergence(events, changed(3, { node: "n1", copy: 5 }))).toMatchObject({ field: "node" });
    expect(firstDivergence(events, changed(11, { kind: "timerCancelled" }))).toMatchObject({ field: "kind" });
  });

  test("is where the shorter trace ends", () => {
    const shorter = events.slice(0, 4);
    expect(firstDivergence(shorter, events)).toMatchObject({
      index: 4,
      event: 4,
      left: undefined,
      right: events[4],
      field: "",
    });
    expect(firstDivergence(events, shorter)).toMatchObject({
      index: 4,
      event: 4,
      left: events[4],
      right: undefined,
      field: "",
    });
  });

  test("reads no further than it must", () => {
    function* endless(seed: number): Iterable<TraceEvent> {
      for (let event = 0; ; event++) yield { ...events[0], event, atUs: event === 100 ? seed : 0 };
    }
    expect(firstDivergence(endless(1), endless(2))).toMatchObject({ index: 100, field: "atUs" });
  });
});
