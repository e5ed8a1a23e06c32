// Traces as files: what is written is read again, old ones open, and what is no trace is refused with a way out.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { decodeTrace, encodeEvent, encodeTrace, TraceDecoder, TraceUnreadable } from "../../src/trace/codec.ts";
import { TRACE_VERSION, upgrades } from "../../src/trace/versions.ts";
import { faultProfiles } from "../../src/world/profiles.ts";
import { fight } from "../systems/mesh/arena.ts";
import { sampleTrace } from "./sample-trace.ts";

const written = encodeTrace(sampleTrace);
const lines = written.trimEnd().split("\n");

/** The trace with one line put in place of another. */
const withLine = (line: number, text: string): string =>
  [...lines.slice(0, line - 1), text, ...lines.slice(line), ""].join("\n");

function refusal(text: string): TraceUnreadable {
  try {
    decodeTrace(text);
  } catch (error) {
    if (error instanceof TraceUnreadable) return error;
    throw error;
  }
  throw new Error("the trace was read");
}

test("a trace reads back as it was written, and is written alike again", () => {
  expect(decodeTrace(written)).toEqual(sampleTrace);
  expect(encodeTrace(decodeTrace(written))).toBe(written);
});

test("the trace of a stormy run, damaged messages and all, reads back as it was", () => {
  const { trace: events, digest } = fight({
    faults: faultProfiles.get("storm")?.([], 5_000_000) ?? [],
    healUs: 5_000_000,
    untilUs: 8_000_000,
    trace: true,
  });
  const end = { events: events.length, atUs: 8_000_000, ending: "reached", digest };
  const whole = { header: sampleTrace.header, events, end };
  expect(events.length).toBeGreaterThan(1000);
  expect(decodeTrace(encodeTrace(whole))).toEqual(whole);
});

test("the order of fields and the spaces of a file edited by hand do not matter", () => {
  const loose = lines.map((line) => JSON.stringify(JSON.parse(line), null, 1).replaceAll("\n", " ")).join("\r\n");
  expect(decodeTrace(`${loose}\r\n`)).toEqual(sampleTrace);
});

test.each(Array.from({ length: TRACE_VERSION }, (_, index) => index + 1))("a trace of format %i opens", (version) => {
  const file = `test/golden/trace-v${version}.jsonl`;
  // A new format writes its file once; from then on it is history.
  if (version === TRACE_VERSION && process.env["UPDATE"] === "1" && !existsSync(file)) writeFileSync(file, written);
  expect(decodeTrace(readFileSync(file, "utf8"))).toEqual(sampleTrace);
});

test("every older format has an upgrade", () => {
  expect([...upgrades.keys()]).toEqual(Array.from({ length: TRACE_VERSION - 1 }, (_, index) => index + 1));
});

test("lines of an older format are read through its upgrade", () => {
  // As if "node" had been called "where" in this format, and another had come since.
  const steps = new Map([
    [
      TRACE_VERSION,
      (_part: string, line: unknown): unknown => {
        const { where, ...rest } = line as { where?: string };
        return where === undefined ? line : { ...rest, node: where };
      },
    ],
  ]);
  const decoder = new TraceDecoder(steps, TRACE_VERSION + 1);
  const events = lines
    .map((line) => decoder.line(line.replace('"node":', '"where":')))
    .filter((event) => event !== undefined);
  expect(events).toEqual(sampleTrace.events);
  expect(decoder.finish("").end).toEqual(sampleTrace.end);
});

describe("refused, with its line and what to do", () => {
  test.each<[string, string, string, number]>([
    ["an empty file", "", "NOT_A_TRACE", 1],
    ["a file of another kind", "title: a scenario\n", "BROKEN_LINE", 1],
    ["other JSON", '{"process":"p1"}\n', "NOT_A_TRACE", 1],
    [
      "a trace of a newer format",
      withLine(1, lines[0].replace(`"faultlineTrace":${TRACE_VERSION}`, '"faultlineTrace":99')),
      "NEWER_TRACE",
      1,
    ],
    [
      "a version that is no number",
      withLine(1, lines[0].replace(`"faultlineTrace":${TRACE_VERSION}`, '"faultlineTrace":"one"')),
      "NOT_A_TRACE",
      1,
    ],
    ["a header without a seed", withLine(1, lines[0].replace(',"seed":7', "")), "WRONG_HEADER", 1],
    ["a line that is no JSON", withLine(3, "{"), "BROKEN_LINE", 3],
    ["a line that is no object", withLine(3, "[1]"), "BROKEN_LINE", 3],
    ["a kind nobody knows", withLine(2, '{"atUs":0,"event":1,"kind":"moved","node":"n1"}'), "WRONG_EVENT", 2],
    [
      "a field too many",
      withLine(2, '{"atUs":0,"event":1,"kind":"timerFired","node":"n1","timer":"a","why":1}'),
      "WRONG_EVENT",
      2,
    ],
    [
      "a field of another type",
      withLine(2, '{"atUs":"0","event":1,"kind":"timerFired","node":"n1","timer":"a"}'),
      "WRONG_EVENT",
      2,
    ],
    [
      "a time that is no integer",
      withLine(2, '{"atUs":0.5,"event":1,"kind":"timerFired","node":"n1","timer":"a"}'),
      "WRONG_EVENT",
      2,
    ],
    ["a reason nobody knows", withLine(8, lines[7].replace("dropFault", "bad luck")), "WRONG_EVENT", 8],
    ["a time that goes back", withLine(3, lines[12]), "OUT_OF_ORDER", 4],
    ["a lost line", [...lines.slice(0, 4), ...lines.slice(5), ""].join("\n"), "EVENTS_MISSING", 13],
    ["an end before the last event", written.replace('"atUs":60000000', '"atUs":1'), "OUT_OF_ORDER", 14],
    ["two traces in one file", written + written, "AFTER_END", 15],
    ["a last line half written", written.slice(0, -20), "HALF_WRITTEN", 14],
    ["a half-written event", `${lines.slice(0, 5).join("\n")}\n${lines[5].slice(0, 20)}`, "HALF_WRITTEN", 6],
    ["a trace that stops between two lines", `${lines.slice(0, 5).join("\n")}\n`, "HALF_WRITTEN", 6],
    ["a header only, without its newline", lines[0], "HALF_WRITTEN", 1],
    ["a key that would set a prototype", withLine(2, '{"__proto__":{"kind":"fact"}}'), "WRONG_EVENT", 2],
  ])("%s", (_what, text, code, line) => {
    const error = refusal(text);
    expect([error.code, error.line]).toEqual([code, line]);
    expect(error.message).toMatch(/^line \d+ {2}[A-Z_]+\n {2}.+\n {2}Expected .+\.\n {2}Fix: .+\.$/);
  });

  test("as a reader sees it", () => {
    expect(refusal(withLine(2, '{"atUs":0,"event":1,"kind":"timerFired","node":"n1"}')).message).toBe(
      `line 2  WRONG_EVENT
  The field "timer" is missing.
  Expected a text.
  Fix: record it again: run the scenario with its seed and --trace.`,
    );
    expect(refusal(written.slice(0, -20)).message).toBe(
      `line 14  HALF_WRITTEN
  The last line is half written, after 12 events.
  Expected a trace to end with a whole line that says so.
  Fix: what is there can be read up to line 13; to have all of it, record it again: run the scenario with its seed and --trace.`,
    );
  });
});

test("an event is one line, whatever its texts hold", () => {
  const event = { ...sampleTrace.events[0], kind: "timerFired", timer: "a\nb\u2028c" } as never;
  expect(encodeEvent(event).indexOf("\n")).toBe(encodeEvent(event).length - 1);
});
