// Takes trace events as they happen: into memory with a bound, or out as lines.

import { assert } from "../base/assert.ts";
import { encodeEnd, encodeEvent, encodeHeader, type TraceEnd, type TraceHeader } from "./codec.ts";
import type { TraceEvent, Tracer } from "./trace-event.ts";

/** Keeps events in memory: all of them, or the last `eventsMax`, as a flight recorder does. */
export class TraceRecorder implements Tracer {
  readonly #eventsMax: number;
  readonly #ring: TraceEvent[] = [];
  #seen = 0;

  constructor({ eventsMax = Infinity }: { readonly eventsMax?: number } = {}) {
    assert(eventsMax >= 1, "a recorder keeps at least one event");
    this.#eventsMax = eventsMax;
  }

  /** Events that were forgotten to keep later ones. */
  get dropped(): number {
    return this.#seen - this.#ring.length;
  }

  /** What is kept, in order. */
  get events(): readonly TraceEvent[] {
    const oldest = this.dropped === 0 ? 0 : this.#seen % this.#eventsMax;
    return [...this.#ring.slice(oldest), ...this.#ring.slice(0, oldest)];
  }

  trace(event: TraceEvent): void {
    if (this.#ring.length < this.#eventsMax) this.#ring.push(event);
    else this.#ring[this.#seen % this.#eventsMax] = event;
    this.#seen++;
  }
}

/** Writes events out as they happen; `sink` is given whole lines with their newlines. Nothing is kept. */
export class TraceWriter implements Tracer {
  readonly #sink: (lines: string) => void;
  #events = 0;
  #ended = false;

  constructor(header: TraceHeader, sink: (lines: string) => void) {
    this.#sink = sink;
    sink(encodeHeader(header));
  }

  trace(event: TraceEvent): void {
    assert(!this.#ended, "nothing is traced after the end");
    this.#events++;
    this.#sink(encodeEvent(event));
  }

  /** Writes the line without which a trace counts as cut off. */
  end(end: Omit<TraceEnd, "events">): void {
    assert(!this.#ended, "a trace ends once");
    this.#ended = true;
    this.#sink(encodeEnd({ events: this.#events, ...end }));
  }
}
