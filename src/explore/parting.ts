// How two histories part: where they first differ, what each node then states otherwise, and what is counted otherwise.

import { equalPlain } from "../base/plain-data.ts";
import type { Fact } from "../machine/effect.ts";
import { type Divergence, firstDivergence } from "../trace/diff.ts";
import type { TraceEvent } from "../trace/trace-event.ts";

export interface Parting {
  /** Undefined: the histories are one. */
  readonly first: Divergence | undefined;
  /** The last events before it, which both have. */
  readonly before: readonly TraceEvent[];
  /** Nodes that state something else, the earliest first. */
  readonly nodes: readonly NodeParting[];
  /** What is counted otherwise, the greatest difference first. */
  readonly counts: readonly CountDifference[];
}

/** The first fact of a node that the other history does not have in its place. */
export interface NodeParting {
  readonly node: string;
  /** How many facts of this node are alike before it. */
  readonly alike: number;
  /** Undefined: the node states nothing more. */
  readonly left: StatedFact | undefined;
  readonly right: StatedFact | undefined;
}

export interface StatedFact {
  readonly atUs: number;
  readonly fact: Fact;
}

export interface CountDifference {
  /** Such as "fact granted", "sent confirm", "lost by partition". */
  readonly name: string;
  readonly left: number;
  readonly right: number;
}

const beforeMax = 3;

export function partingOf(left: readonly TraceEvent[], right: readonly TraceEvent[]): Parting {
  const first = firstDivergence(left, right);
  if (first === undefined) return { first, before: [], nodes: [], counts: [] };
  return {
    first,
    before: left.slice(Math.max(0, first.index - beforeMax), first.index),
    nodes: nodesOf(left, right),
    counts: countsOf(left, right),
  };
}

function nodesOf(left: readonly TraceEvent[], right: readonly TraceEvent[]): readonly NodeParting[] {
  const [ofLeft, ofRight] = [factsByNode(left), factsByNode(right)];
  const names = [...new Set([...ofLeft.keys(), ...ofRight.keys()])];
  return names
    .flatMap((node): readonly NodeParting[] => {
      const [here, there] = [ofLeft.get(node) ?? [], ofRight.get(node) ?? []];
      const alike = firstUnlike(here, there);
      if (alike === undefined) return [];
      return [{ node, alike, left: here[alike], right: there[alike] }];
    })
    .toSorted((a, b) => earliest(a) - earliest(b) || names.indexOf(a.node) - names.indexOf(b.node));
}

/** What is stated counts here, and not when. */
function firstUnlike(left: readonly StatedFact[], right: readonly StatedFact[]): number | undefined {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    if (!equalPlain(left[index]?.fact, right[index]?.fact)) return index;
  }
  return undefined;
}

const earliest = ({ left, right }: NodeParting): number => Math.min(left?.atUs ?? Infinity, right?.atUs ?? Infinity);

function factsByNode(events: readonly TraceEvent[]): ReadonlyMap<string, readonly StatedFact[]> {
  const facts = new Map<string, StatedFact[]>();
  for (const event of events) {
    if (event.kind !== "fact") continue;
    const stated = facts.get(event.node) ?? [];
    stated.push({ atUs: event.atUs, fact: event.fact });
    facts.set(event.node, stated);
  }
  return facts;
}

function countsOf(left: readonly TraceEvent[], right: readonly TraceEvent[]): readonly CountDifference[] {
  const [ofLeft, ofRight] = [counted(left), counted(right)];
  return [...new Set([...ofLeft.keys(), ...ofRight.keys()])]
    .map((name) => ({ name, left: ofLeft.get(name) ?? 0, right: ofRight.get(name) ?? 0 }))
    .filter((count) => count.left !== count.right)
    .toSorted((a, b) => difference(b) - difference(a) || (a.name < b.name ? -1 : 1));
}

const difference = ({ left, right }: CountDifference): number => Math.abs(left - right);

function counted(events: readonly TraceEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    const name = nameOf(event);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function nameOf(event: TraceEvent): string | undefined {
  switch (event.kind) {
    case "fact":
      return `fact ${event.fact.fact}`;
    case "sent":
      return `sent ${"type" in event.content ? String(event.content.type) : "message"}`;
    case "lost":
      return `lost by ${event.reason}`;
    default:
      return undefined;
  }
}
