// One run event by event: every message with its fate, what machines state, what the world does, violations in place.

import { printable } from "../scenario/problem.ts";
import type { Verdict, Violation } from "../check/property.ts";
import type { AnySystem } from "../systems/system.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import { tellDelay, tellFact, tellLoss, tellMessage } from "./told.ts";

export interface ReplayLine {
  readonly atUs: number;
  readonly event: number;
  readonly node: string;
  /** The other end of a message. */
  readonly peer?: string;
  readonly kind: "message" | "changed" | "lost" | "fact" | "world" | "violation";
  readonly text: string;
}

export interface ReplayFilter {
  readonly fromUs: number;
  readonly untilUs: number;
  /** Empty: every node. */
  readonly nodes: readonly string[];
  /** Empty: every line. */
  readonly follow: string;
}

type Of<Kind extends TraceEvent["kind"]> = Extract<TraceEvent, { kind: Kind }>;

/** What became of a message, copy by copy. */
interface Fate {
  readonly delivered: Of<"delivered">[];
  readonly lost: Of<"lost">[];
}

/** Lines in order; those of a message stand where it was sent, and where a fault changed it, where it arrived. */
export function replayLines(
  events: readonly TraceEvent[],
  verdict: Verdict,
  system: AnySystem,
  filter: ReplayFilter,
): readonly ReplayLine[] {
  const fates = fatesOf(events);
  const violations = verdict.properties
    .flatMap(({ first }) => first)
    .toSorted((a, b) => a.atUs - b.atUs || a.event - b.event);
  const lines: ReplayLine[] = [];
  let told = 0;
  for (const event of events) {
    for (let next = violations[told]; next !== undefined && isBefore(next, event); next = violations[told]) {
      lines.push(violationLine(next));
      told += 1;
    }
    const line = lineOf(event, fates, system);
    if (line !== undefined) lines.push(line);
  }
  lines.push(...violations.slice(told).map((violation) => violationLine(violation)));
  return lines.filter((line) => isWanted(line, filter));
}

/** A violation is told behind everything that was stated in its event. */
const isBefore = (violation: Violation, event: TraceEvent): boolean =>
  violation.atUs < event.atUs || (violation.atUs === event.atUs && violation.event < event.event);

function fatesOf(events: readonly TraceEvent[]): ReadonlyMap<number, Fate> {
  const fates = new Map<number, Fate>();
  for (const event of events) {
    if (event.kind !== "delivered" && event.kind !== "lost") continue;
    let fate = fates.get(event.message);
    if (fate === undefined) {
      fate = { delivered: [], lost: [] };
      fates.set(event.message, fate);
    }
    if (event.kind === "delivered") fate.delivered.push(event);
    else fate.lost.push(event);
  }
  return fates;
}

function lineOf(event: TraceEvent, fates: ReadonlyMap<number, Fate>, system: AnySystem): ReplayLine | undefined {
  const { atUs, event: ordinal, node } = event;
  switch (event.kind) {
    case "fact": {
      const text = tellFact(event.fact, node, system);
      if (text === undefined) return undefined;
      const isWorld = node === "world" || event.fact.fact.startsWith("node") || event.fact.fact === "machineBroke";
      return { atUs, event: ordinal, node, kind: isWorld ? "world" : "fact", text };
    }
    case "sent": {
      const fate = fates.get(event.message);
      const isLost = fate !== undefined && fate.delivered.length === 0;
      const text = `→ ${event.to}  ${tellMessage(event.content, system)}  ${fateText(fate)}`;
      return { atUs, event: ordinal, node, peer: event.to, kind: isLost ? "lost" : "message", text };
    }
    case "delivered": {
      if (event.content === undefined) return undefined;
      const text = `← ${event.from}  ${tellMessage(event.content, system)}  changed by a fault on the way`;
      return { atUs, event: ordinal, node, peer: event.from, kind: "changed", text };
    }
    default:
      return undefined;
  }
}

function fateText(fate: Fate | undefined): string {
  if (fate === undefined) return "still on its way at the end";
  const arrivals = fate.delivered.map(({ sentUs, atUs }) => tellDelay(sentUs, atUs));
  const losses = fate.lost.map(({ reason }) => tellLoss(reason));
  const changed = fate.delivered.some(({ content }) => content !== undefined) ? ", changed by a fault" : "";
  const arrived = arrivals.length === 0 ? [] : [`arrives ${arrivals.join(" and again ")}${changed}`];
  return [...arrived, ...losses].join("; ");
}

const violationLine = ({ atUs, event, node, property, claim, because }: Violation): ReplayLine => ({
  atUs,
  event,
  node,
  kind: "violation",
  text: printable(`${property} IS VIOLATED: ${because} (${claim})`),
});

function isWanted(line: ReplayLine, { fromUs, untilUs, nodes, follow }: ReplayFilter): boolean {
  if (line.atUs < fromUs || line.atUs > untilUs) return false;
  if (line.kind === "violation") return true;
  const isOfNode =
    nodes.length === 0 || nodes.includes(line.node) || (line.peer !== undefined && nodes.includes(line.peer));
  return isOfNode && (follow === "" || [line.node, line.peer].includes(follow) || names(line.text, follow));
}

/** As a name of its own: player-1 is in "player-1/3" and "player=player-1", and not in "player-14". */
function names(text: string, name: string): boolean {
  const isEdge = (at: number): boolean => !/[\p{L}\p{N}]{2}/u.test(text.slice(at - 1, at + 1));
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if ((at === 0 || isEdge(at)) && isEdge(at + name.length)) return true;
  }
  return false;
}
