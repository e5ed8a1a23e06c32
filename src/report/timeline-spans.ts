// What lasts in a timeline: spans that machines speak of, nodes that are down or stand still, faults.

import { printable } from "../scenario/problem.ts";
import type { SpanMark } from "../check/span-mark.ts";
import type { WorldFact } from "../trace/trace-event.ts";
import type { Timeline } from "./timeline.ts";

interface OpenSpan {
  readonly lane: number;
  readonly mark: SpanMark;
  readonly fromUs: number;
  readonly beganWith: number;
}

type When = { readonly atUs: number; readonly event: number };

export class Spans {
  readonly #place: (text: string) => number;
  readonly #open = new Map<string, OpenSpan>();
  readonly #done: (OpenSpan & { readonly toUs: number; readonly endedWith: number })[] = [];

  /** `place`: of a text in the table of the timeline. */
  constructor(place: (text: string) => number) {
    this.#place = place;
  }

  mark(lane: number, mark: SpanMark, when: When): void {
    if (lane < 0) return;
    const name = `${lane}\n${mark.row}\n${mark.key}`;
    const before = this.#open.get(name);
    if (before?.mark.label === mark.label && before?.mark.tone === mark.tone) return;
    if (before !== undefined) this.#end(name, before, when);
    if (mark.label !== undefined) {
      this.#open.set(name, { lane, mark, fromUs: when.atUs, beganWith: when.event });
    }
  }

  /** Nothing that a process said of itself outlives it. */
  endAll(lane: number, when: When): void {
    for (const [name, span] of this.#open) if (span.lane === lane) this.#end(name, span, when);
  }

  finish(endUs: number): Timeline["spans"] {
    for (const [name, span] of this.#open) this.#end(name, span, { atUs: endUs, event: 0 });
    const spans = this.#done.toSorted((a, b) => a.fromUs - b.fromUs || a.beganWith - b.beganWith || a.lane - b.lane);
    return {
      lane: spans.map(({ lane }) => lane),
      row: spans.map(({ mark }) => this.#place(mark.row)),
      key: spans.map(({ mark }) => this.#place(mark.key)),
      label: spans.map(({ mark }) => this.#place(mark.label ?? "")),
      exclusive: spans.map(({ mark }) => (mark.isExclusive === true ? 1 : 0)),
      tone: spans.map(({ mark: { tone } }) => (tone === "good" ? 1 : tone === "bad" ? 2 : 0)),
      fromUs: spans.map(({ fromUs }) => fromUs),
      toUs: spans.map(({ toUs }) => toUs),
      beganWith: spans.map(({ beganWith }) => beganWith),
      endedWith: spans.map(({ endedWith }) => endedWith),
    };
  }

  #end(name: string, span: OpenSpan, { atUs, event }: When): void {
    this.#open.delete(name);
    this.#done.push({ ...span, toUs: atUs, endedWith: event });
  }
}

/** Nodes that are down, or stand still. */
export class LaneStates {
  readonly #open = new Map<number, { readonly state: "down" | "paused"; readonly fromUs: number }>();
  readonly #done: Timeline["states"][number][] = [];

  heard({ fact }: WorldFact, lane: number, atUs: number): void {
    switch (fact) {
      case "nodeCrashed":
      case "nodeStopped":
        return this.#begin(lane, "down", atUs);
      case "nodePaused":
        return this.#begin(lane, "paused", atUs);
      case "nodeBooted":
      case "nodeResumed":
        return this.#end(lane, atUs);
      default:
        return undefined;
    }
  }

  finish(endUs: number): Timeline["states"] {
    for (const lane of this.#open.keys()) this.#end(lane, endUs);
    return this.#done.toSorted((a, b) => a.fromUs - b.fromUs || a.lane - b.lane);
  }

  #begin(lane: number, state: "down" | "paused", atUs: number): void {
    this.#end(lane, atUs);
    this.#open.set(lane, { state, fromUs: atUs });
  }

  #end(lane: number, toUs: number): void {
    const open = this.#open.get(lane);
    if (open === undefined) return;
    this.#open.delete(lane);
    this.#done.push({ lane, ...open, toUs });
  }
}

/** Faults from their beginning to their end. */
export class FaultBands {
  readonly #open = new Map<number, Omit<Timeline["faults"][number], "toUs">>();
  readonly #done: Timeline["faults"][number][] = [];

  heard(fact: WorldFact, atUs: number): void {
    if (fact.fact === "faultBegan") {
      const words = printable(`${fact.kind} ${fact.about}`.trimEnd());
      this.#end(fact.fault, atUs);
      this.#open.set(fact.fault, { fromUs: atUs, words, isPartition: fact.kind === "partition" });
    }
    if (fact.fact === "faultEnded") this.#end(fact.fault, atUs);
  }

  finish(endUs: number): Timeline["faults"] {
    for (const fault of this.#open.keys()) this.#end(fault, endUs);
    return this.#done.toSorted((a, b) => a.fromUs - b.fromUs || a.toUs - b.toUs || (a.words < b.words ? -1 : 1));
  }

  #end(fault: number, toUs: number): void {
    const open = this.#open.get(fault);
    if (open === undefined) return;
    this.#open.delete(fault);
    this.#done.push({ ...open, toUs });
  }
}
