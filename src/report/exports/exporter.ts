// What all exports of a trace have in common: events in, text out as they come, and nothing kept that is not needed.

import type { Violation } from "../../check/property.ts";
import type { AnySystem } from "../../systems/system.ts";
import type { TraceEnd, TraceHeader } from "../../trace/codec.ts";
import type { TraceEvent, Tracer } from "../../trace/trace-event.ts";

/** What is exported, and where it goes. */
export interface ExportSubject {
  readonly header: TraceHeader;
  readonly system: AnySystem;
  /** Only what happened in it, both ends included: true time in microseconds. What led up to it is taken into account. */
  readonly window: { readonly fromUs: number; readonly untilUs: number };
  /** Of series that nobody scrapes: a sample so often. */
  readonly everyUs: number;
  /** Takes whole lines, with their newlines. */
  readonly sink: (lines: string) => void;
}

export interface ExportEnd extends Pick<TraceEnd, "atUs" | "ending" | "digest"> {
  /** The first few of each property; of a trace file nobody knows. */
  readonly violations: readonly Violation[];
}

/** Held in memory until the end, for all samples of a family stand in one piece. */
export const samplesMax = 3_000_000;

/** More samples were asked for than can be held. */
export class TooManySamples extends Error {
  override readonly name = "TooManySamples";
}

/** Takes the events of one trace in order, then its end. */
export interface Exporter extends Tracer {
  finish(end: ExportEnd): void;
}

/** A late copy of a message is known as long as no more than this many others have arrived or were lost since. */
const settledMax = 16_384;

/** What is known of messages on their way, by their number. */
export class Sent<T> {
  readonly #known = new Map<number, { readonly about: T; isSettled: boolean }>();
  /** Arrived or lost once, and known still, for there may be another copy: a ring. */
  readonly #settled: number[] = [];
  #oldest = 0;

  add(message: number, about: T): void {
    this.#known.set(message, { about, isSettled: false });
  }

  /** Undefined of a message that was sent before the trace began, or so long ago that it is forgotten. */
  of(message: number): T | undefined {
    return this.#known.get(message)?.about;
  }

  /** It has arrived, or is lost. @returns whether that is the first thing to become of it. */
  settle(message: number): boolean {
    const known = this.#known.get(message);
    if (known === undefined || known.isSettled) return false;
    known.isSettled = true;
    if (this.#settled.length < settledMax) {
      this.#settled.push(message);
      return true;
    }
    this.#known.delete(this.#settled[this.#oldest] ?? message);
    this.#settled[this.#oldest] = message;
    this.#oldest = (this.#oldest + 1) % settledMax;
    return true;
  }
}

/** What a message says where it is sent or arrives, changed or not; nothing of any other event. */
export function contentIn(event: TraceEvent, sent: Sent<{ readonly content: object }>): object | undefined {
  if (event.kind === "sent") return event.content;
  if (event.kind !== "delivered") return undefined;
  return event.content ?? sent.of(event.message)?.content;
}

/** The type of a message, as far as it says one. */
export const typeOf = (content: object): string => ("type" in content ? String(content.type) : "message");

/** Seconds of true time, exact to the microsecond, without zeros that say nothing: "1.5", "40". */
export function exactSeconds(us: number): string {
  const whole = Math.floor(us / 1_000_000);
  const part = String(us - whole * 1_000_000)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return part === "" ? String(whole) : `${whole}.${part}`;
}
