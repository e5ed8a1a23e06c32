// Makes a timeline of the events of a trace: each message with what became of it, each span from its mark to its end.

import type { NodeId } from "../base/ids.ts";
import { compareValues } from "../base/plain-order.ts";
import type { Verdict } from "../check/property.ts";
import { isExcused } from "../scenario/expectations.ts";
import { printable } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { AnySystem } from "../systems/system.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import { FaultBands, LaneStates, Spans } from "./timeline-spans.ts";
import { type Fate, fates, type HappeningKind, happeningKinds, type Timeline } from "./timeline.ts";
import { isWorldFact, tellFact, tellMessage } from "./told.ts";
import { clip } from "./words.ts";

type Of<Kind extends TraceEvent["kind"]> = Extract<TraceEvent, { kind: Kind }>;

export interface TimelineSource {
  readonly scenario: Scenario;
  readonly system: AnySystem;
  readonly events: readonly TraceEvent[];
  readonly verdict: Verdict;
  readonly endUs: number;
}

/** So many times the usual time of a message make it a late one, if it is not quicker than `lateUsMin` even so. */
const lateTimes = 8;
const lateUsMin = 10_000;
const detailLengthMax = 120;

export function timelineOf(source: TimelineSource): Timeline {
  const { scenario, events, endUs } = source;
  const lanes = [...scenario.nodes].flatMap(([role, names]) => names.map((name) => ({ name, role })));
  const builder = new Builder(source, new Map(lanes.map(({ name }, lane) => [name, lane])));
  for (const event of events) builder.add(event);
  const { startUs } = scenario.world;
  return { startUs, endUs, lanes, ...builder.finish() };
}

/** Texts by the place at which each stands once. */
class Texts {
  readonly all: string[] = [];
  readonly #places = new Map<string, number>();

  placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.all.length;
    this.#places.set(text, place);
    this.all.push(text);
    return place;
  }
}

interface Arrow {
  readonly atUs: number;
  readonly event: number;
  readonly from: number;
  readonly to: number;
  readonly text: number;
  readonly tookUs: number;
  readonly eventsTook: number;
  readonly fate: Fate;
}

interface Happening {
  readonly atUs: number;
  readonly event: number;
  readonly lane: number;
  readonly kind: HappeningKind;
  readonly text: number;
  readonly setBefore: number;
}

class Builder {
  readonly #source: TimelineSource;
  readonly #lanes: ReadonlyMap<string, number>;
  readonly #texts = new Texts();
  readonly #sent = new Map<number, Of<"sent"> & { isSettled: boolean }>();
  readonly #arrows: Arrow[] = [];
  readonly #happenings: Happening[] = [];
  readonly #timersSet = new Map<string, number>();
  readonly #spans: Spans;
  readonly #states: LaneStates;
  readonly #faults: FaultBands;

  constructor(source: TimelineSource, lanes: ReadonlyMap<string, number>) {
    this.#source = source;
    this.#lanes = lanes;
    this.#spans = new Spans((text) => this.#texts.placeOf(printable(text)));
    this.#states = new LaneStates();
    this.#faults = new FaultBands();
  }

  add(event: TraceEvent): void {
    switch (event.kind) {
      case "fact":
        return this.#fact(event);
      case "sent":
        this.#sent.set(event.message, { ...event, isSettled: false });
        return undefined;
      case "delivered":
        return this.#delivered(event);
      case "lost":
        return this.#lost(event);
      case "timerSet":
        this.#timersSet.set(`${event.node} ${event.timer}`, event.event);
        return undefined;
      case "timerFired": {
        const set = this.#timersSet.get(`${event.node} ${event.timer}`);
        return this.#happened(event, "timer", event.timer, set === undefined ? 0 : event.event - set);
      }
      case "syncFailed":
        return this.#happened(event, "fact", `cannot sync ${event.sync}: ${event.error}`);
      case "timerCancelled":
      case "timerSuppressed":
      case "synced":
        return undefined;
    }
  }

  finish(): Omit<Timeline, "startUs" | "endUs" | "lanes"> {
    const { endUs } = this.#source;
    for (const sent of this.#sent.values()) if (!sent.isSettled) this.#arrow(sent, "never", endUs, sent.event);
    const { arrows, lateUs } = withLate(this.#arrows);
    const spans = this.#spans.finish(endUs);
    return {
      lateUs,
      messages: messageColumns(arrows),
      happenings: happeningColumns(this.#happenings),
      spans,
      faults: this.#faults.finish(endUs),
      states: this.#states.finish(endUs),
      violations: this.#violations(),
      texts: this.#texts.all,
    };
  }

  #fact({ fact, node, ...event }: Of<"fact">): void {
    const { system } = this.#source;
    const lane = this.#lanes.get(node) ?? -1;
    const told = tellFact(fact, node, system);
    if (isWorldFact(fact)) {
      this.#states.heard(fact, lane, event.atUs);
      this.#faults.heard(fact, event.atUs);
      if (fact.fact === "nodeCrashed" || fact.fact === "nodeStopped") this.#spans.endAll(lane, event);
      const kind = fact.fact === "faultBegan" || fact.fact === "faultEnded" ? "fault" : "world";
      if (told !== undefined) this.#happened({ ...event, node }, kind, told);
      return;
    }
    this.#happened({ ...event, node }, told === undefined ? "detail" : "fact", told ?? detailOf(fact));
    for (const mark of system.spans?.(fact, node) ?? []) {
      this.#spans.mark(this.#lanes.get(mark.lane ?? node) ?? -1, mark, event);
    }
  }

  #happened(
    { atUs, event, node }: { readonly atUs: number; readonly event: number; readonly node: NodeId },
    kind: HappeningKind,
    text: string,
    setBefore = 0,
  ): void {
    const lane = this.#lanes.get(node) ?? -1;
    this.#happenings.push({ atUs, event, lane, kind, text: this.#texts.placeOf(printable(text)), setBefore });
  }

  #delivered({ message, atUs, event, copy, content }: Of<"delivered">): void {
    const sent = this.#sent.get(message);
    if (sent === undefined) return;
    const isAgain = copy > 0 || sent.isSettled;
    sent.isSettled = true;
    this.#arrow(sent, content !== undefined ? "changed" : isAgain ? "duplicate" : "delivered", atUs, event);
  }

  #lost({ message, atUs, reason }: Of<"lost">): void {
    const sent = this.#sent.get(message);
    if (sent === undefined) return;
    sent.isSettled = true;
    this.#arrow(sent, reason, atUs, sent.event);
  }

  #arrow({ atUs, event, node, to, content }: Of<"sent">, fate: Fate, endUs: number, endEvent: number): void {
    const text = this.#texts.placeOf(tellMessage(content, this.#source.system));
    const [from, target] = [this.#lanes.get(node) ?? -1, this.#lanes.get(to) ?? -1];
    if (from < 0 || target < 0) return;
    const [tookUs, eventsTook] = [endUs - atUs, endEvent - event];
    this.#arrows.push({ atUs, event, from, to: target, text, tookUs, eventsTook, fate });
  }

  #violations(): Timeline["violations"] {
    const { verdict, scenario } = this.#source;
    return verdict.properties
      .flatMap((property) =>
        property.first.map(({ atUs, event, node, because, evidence }) => ({
          property: property.id,
          atUs,
          event,
          lane: this.#lanes.get(node) ?? -1,
          because: printable(because),
          evidence,
          isExcused: isExcused(scenario.expect, property),
        })),
      )
      .toSorted((a, b) => a.atUs - b.atUs || a.event - b.event || compareValues(a.property, b.property));
  }
}

/** Its name and what it says, for the curious. */
function detailOf(fact: { readonly fact: string }): string {
  const fields = Object.entries(fact).flatMap(([name, value]: readonly [string, unknown]) =>
    name === "fact" ||
    name === "type" ||
    (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      ? []
      : [`${name}=${String(value)}`],
  );
  return clip([fact.fact, ...fields].join(" "), detailLengthMax);
}

/** Of those that arrived, which took far longer than is usual here. */
function withLate(arrows: readonly Arrow[]): { readonly arrows: readonly Arrow[]; readonly lateUs: number } {
  const took = arrows.flatMap(({ fate, tookUs }) => (fate === "delivered" ? [tookUs] : [])).toSorted((a, b) => a - b);
  const lateUs = Math.max(lateUsMin, lateTimes * (took[Math.floor(took.length / 2)] ?? 0));
  const marked = arrows
    .map((arrow, place) => ({
      place,
      arrow: arrow.fate === "delivered" && arrow.tookUs >= lateUs ? { ...arrow, fate: "late" as const } : arrow,
    }))
    .sort((a, b) => a.arrow.atUs - b.arrow.atUs || a.arrow.event - b.arrow.event || a.place - b.place)
    .map(({ arrow }) => arrow);
  return { arrows: marked, lateUs };
}

const stepsOf = (values: readonly number[]): readonly number[] =>
  values.map((value, place) => value - (values[place - 1] ?? 0));

const messageColumns = (arrows: readonly Arrow[]): Timeline["messages"] => ({
  atUsStep: stepsOf(arrows.map(({ atUs }) => atUs)),
  tookUs: arrows.map(({ tookUs }) => tookUs),
  from: arrows.map(({ from }) => from),
  to: arrows.map(({ to }) => to),
  fate: arrows.map(({ fate }) => fates.indexOf(fate)),
  text: arrows.map(({ text }) => text),
  eventStep: stepsOf(arrows.map(({ event }) => event)),
  eventsTook: arrows.map(({ eventsTook }) => eventsTook),
});

const happeningColumns = (happenings: readonly Happening[]): Timeline["happenings"] => ({
  atUsStep: stepsOf(happenings.map(({ atUs }) => atUs)),
  eventStep: stepsOf(happenings.map(({ event }) => event)),
  lane: happenings.map(({ lane }) => lane),
  kind: happenings.map(({ kind }) => happeningKinds.indexOf(kind)),
  text: happenings.map(({ text }) => text),
  setBefore: happenings.map(({ setBefore }) => setBefore),
});
