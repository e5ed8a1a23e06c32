// Where two histories part: the first event in which two traces differ, and the field that does.

import { firstDifference } from "../base/plain-data.ts";
import type { NodeId } from "../base/ids.ts";
import type { TraceEvent } from "./trace-event.ts";

export interface Divergence {
  /** Place of the event in both traces, from 0: all before it are equal. */
  readonly index: number;
  /** Of the event that is there; of the left one when both are. */
  readonly atUs: number;
  readonly event: number;
  readonly node: NodeId;
  /** The events that differ. Undefined: this trace ended before. */
  readonly left: TraceEvent | undefined;
  readonly right: TraceEvent | undefined;
  /** The first field that differs, such as "content.state.version"; empty when one trace ended. */
  readonly field: string;
  /** What the field holds on each side. Undefined: nothing, or the trace ended. */
  readonly leftValue: unknown;
  readonly rightValue: unknown;
}

/** When and where come first, then what: a reader wants to know of another node before another field. */
const inOrderOfReading = ["atUs", "event", "node", "kind"] as const;

/** The first difference of two traces, or undefined when they are equal. Holds no more than one event of each. */
export function firstDivergence(left: Iterable<TraceEvent>, right: Iterable<TraceEvent>): Divergence | undefined {
  const others = right[Symbol.iterator]();
  let index = 0;
  for (const event of left) {
    const other: IteratorResult<TraceEvent, undefined> = others.next();
    const divergence = divergenceOf(index, event, other.value);
    if (divergence !== undefined) return divergence;
    index++;
  }
  const more: IteratorResult<TraceEvent, undefined> = others.next();
  return divergenceOf(index, undefined, more.value);
}

function divergenceOf(
  index: number,
  left: TraceEvent | undefined,
  right: TraceEvent | undefined,
): Divergence | undefined {
  const there = left ?? right;
  if (there === undefined) return undefined;
  const { atUs, event, node } = there;
  const both = { index, atUs, event, node, left, right };
  if (left === undefined || right === undefined)
    return { ...both, field: "", leftValue: undefined, rightValue: undefined };
  for (const field of inOrderOfReading) {
    if (left[field] !== right[field]) return { ...both, field, leftValue: left[field], rightValue: right[field] };
  }
  const difference = firstDifference(left, right);
  if (difference === undefined) return undefined;
  return { ...both, field: difference.path, leftValue: difference.left, rightValue: difference.right };
}
