// Traces as lines of text: a header, one line an event, and an end. Canonical, so that equal traces are equal files;
// strict, so that a file that is not what it says is refused with its line and what to do.

import { canonicalJson, parseCanonical } from "../base/canonical-json.ts";
import { endMisfit, eventMisfit, type Fields, fieldsOf, headerMisfit, type Misfit } from "./event-shape.ts";
import type { TraceEvent } from "./trace-event.ts";
import { TRACE_VERSION, type TracePart, type Upgrade, upgraded, upgrades } from "./versions.ts";

/** What a trace is of. */
export interface TraceHeader {
  readonly scenario: string;
  readonly system: string;
  readonly seed: number;
  readonly nodes: readonly { readonly id: string; readonly role: string }[];
}

/** The last line: says that nothing is missing. */
export interface TraceEnd {
  readonly events: number;
  /** True time at which the run ended. */
  readonly atUs: number;
  /** How it ended, such as "reached" or "event limit (2000000)". */
  readonly ending: string;
  /** Of the whole history; empty when the run made none. */
  readonly digest: string;
}

export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
  readonly end: TraceEnd;
}

/** A trace that cannot be read: where, what, what was expected, how to fix it. */
export class TraceUnreadable extends Error {
  override readonly name = "TraceUnreadable";
  /** From 1. */
  readonly line: number;
  /** Such as "HALF_WRITTEN": stable, for tools. */
  readonly code: string;
  readonly what: string;
  readonly expected: string;
  readonly fix: string;

  constructor(line: number, code: string, { what, expected }: Misfit, fix: string) {
    super(`line ${line}  ${code}\n  ${what}\n  Expected ${expected}\n  Fix: ${fix}`);
    this.line = line;
    this.code = code;
    this.what = what;
    this.expected = expected;
    this.fix = fix;
  }
}

/** The first line, with its newline. */
export const encodeHeader = (header: TraceHeader): string =>
  `${canonicalJson({ faultlineTrace: TRACE_VERSION, ...header })}\n`;

/** One line, with its newline. */
export const encodeEvent = (event: TraceEvent): string => `${canonicalJson(event)}\n`;

/** The last line, with its newline. */
export const encodeEnd = (end: TraceEnd): string => `${canonicalJson({ traceEnd: end })}\n`;

export const encodeTrace = ({ header, events, end }: Trace): string =>
  encodeHeader(header) + events.map((event) => encodeEvent(event)).join("") + encodeEnd(end);

/**
 * A whole trace, of this version or an older one.
 * @throws TraceUnreadable
 */
export function decodeTrace(text: string): Trace {
  const decoder = new TraceDecoder();
  const events: TraceEvent[] = [];
  const lines = text.split("\n");
  const unfinished = lines.pop() ?? "";
  for (const line of lines) {
    const event = decoder.line(line);
    if (event !== undefined) events.push(event);
  }
  return { events, ...decoder.finish(unfinished) };
}

const RECORD_AGAIN = "record it again: run the scenario with its seed and --trace.";

/** Reads a trace line by line, for those too long to hold. */
export class TraceDecoder {
  readonly #upgrades: ReadonlyMap<number, Upgrade>;
  readonly #current: number;
  #version = 0;
  #header: TraceHeader | undefined;
  #end: TraceEnd | undefined;
  #line = 0;
  #events = 0;
  #atUs = 0;
  #event = 0;

  /** `steps`: how lines of versions before `current` are read. */
  constructor(steps: ReadonlyMap<number, Upgrade> = upgrades, current = TRACE_VERSION) {
    this.#upgrades = steps;
    this.#current = current;
  }

  /** Known after the first line. */
  get header(): TraceHeader | undefined {
    return this.#header;
  }

  /**
   * One line without its newline; gives the event it holds, and nothing for the first and the last line.
   * @throws TraceUnreadable
   */
  line(text: string): TraceEvent | undefined {
    this.#line++;
    if (this.#end !== undefined) {
      throw this.#unreadable(
        "AFTER_END",
        { what: "The trace goes on after its last line.", expected: "nothing more." },
        "delete what follows; two traces may have been joined.",
      );
    }
    const parsed = parseCanonical(text);
    if (parsed.type === "malformed") {
      const expected = this.#header === undefined ? "the first line of a trace." : "one event as JSON.";
      throw this.#unreadable("BROKEN_LINE", { what: `The line is no JSON: ${parsed.why}.`, expected }, RECORD_AGAIN);
    }
    if (this.#header === undefined) {
      this.#readHeader(parsed.value);
      return undefined;
    }
    const end = fieldsOf(parsed.value)?.["traceEnd"];
    if (end === undefined) return this.#readEvent(parsed.value);
    this.#readEnd(end);
    return undefined;
  }

  /**
   * After the last whole line; `unfinished` is what stood after the last newline.
   * @throws TraceUnreadable
   */
  finish(unfinished: string): { readonly header: TraceHeader; readonly end: TraceEnd } {
    if (this.#header === undefined && unfinished === "") {
      this.#line++;
      throw this.#unreadable("NOT_A_TRACE", { what: "The file is empty.", expected: "a trace." }, RECORD_AGAIN);
    }
    if (this.#header === undefined || this.#end === undefined || unfinished !== "") {
      this.#line++;
      const what =
        unfinished === ""
          ? `The trace stops after ${this.#events} events, without its last line.`
          : `The last line is half written, after ${this.#events} events.`;
      throw this.#unreadable(
        "HALF_WRITTEN",
        { what, expected: "a trace to end with a whole line that says so." },
        `what is there can be read up to line ${this.#line - 1}; to have all of it, ${RECORD_AGAIN}`,
      );
    }
    return { header: this.#header, end: this.#end };
  }

  #readHeader(value: unknown): void {
    const version = fieldsOf(value)?.["faultlineTrace"];
    if (version === undefined) {
      throw this.#unreadable(
        "NOT_A_TRACE",
        { what: "The first line does not say that this is a trace.", expected: `an object with "faultlineTrace".` },
        "give a file that was written by --trace.",
      );
    }
    if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) {
      throw this.#unreadable(
        "NOT_A_TRACE",
        {
          what: "The version of the trace is no whole number.",
          expected: `"faultlineTrace" from 1 to ${this.#current}.`,
        },
        "give a file that was written by --trace.",
      );
    }
    if (version > this.#current) {
      throw this.#unreadable(
        "NEWER_TRACE",
        {
          what: `The trace is of format ${version}.`,
          expected: `a format up to ${this.#current}: it was written by a newer faultline.`,
        },
        "open it with the faultline that wrote it, or a newer one.",
      );
    }
    this.#version = version;
    const fields = this.#upgraded("header", value);
    this.#refuseMisfit("WRONG_HEADER", headerMisfit(fields));
    const { faultlineTrace: _version, ...header } = fields;
    // Every field was just seen to be what it is here.
    this.#header = header as unknown as TraceHeader;
  }

  #readEvent(value: unknown): TraceEvent {
    const fields = this.#upgraded("event", value);
    this.#refuseMisfit("WRONG_EVENT", eventMisfit(fields));
    // Every field was just seen to be what it is here.
    const event = fields as unknown as TraceEvent;
    if (event.atUs < this.#atUs || event.event < this.#event) {
      throw this.#unreadable(
        "OUT_OF_ORDER",
        {
          what: `Event ${event.event} at ${event.atUs} us stands after event ${this.#event} at ${this.#atUs} us.`,
          expected: "events in the order in which they happened.",
        },
        RECORD_AGAIN,
      );
    }
    this.#atUs = event.atUs;
    this.#event = event.event;
    this.#events++;
    return event;
  }

  #readEnd(value: unknown): void {
    const fields = this.#upgraded("end", value);
    this.#refuseMisfit("WRONG_END", endMisfit(fields));
    const end = fields as unknown as TraceEnd;
    if (end.events !== this.#events) {
      throw this.#unreadable(
        "EVENTS_MISSING",
        {
          what: `The trace holds ${this.#events} events and says that there are ${end.events}.`,
          expected: "every line that was written.",
        },
        RECORD_AGAIN,
      );
    }
    if (end.atUs < this.#atUs) {
      throw this.#unreadable(
        "OUT_OF_ORDER",
        {
          what: `The trace ends at ${end.atUs} us, before its last event at ${this.#atUs} us.`,
          expected: "an end that no event comes after.",
        },
        RECORD_AGAIN,
      );
    }
    this.#end = end;
  }

  #upgraded(part: TracePart, value: unknown): Fields {
    const fields = fieldsOf(upgraded(part, value, { from: this.#version, to: this.#current }, this.#upgrades));
    if (fields !== undefined) return fields;
    throw this.#unreadable(
      "BROKEN_LINE",
      { what: "The line is no object.", expected: `the ${part} of a trace.` },
      RECORD_AGAIN,
    );
  }

  #refuseMisfit(code: string, misfit: Misfit | undefined): void {
    if (misfit !== undefined) throw this.#unreadable(code, misfit, RECORD_AGAIN);
  }

  #unreadable(code: string, misfit: Misfit, fix: string): TraceUnreadable {
    return new TraceUnreadable(this.#line, code, misfit, fix);
  }
}
