// How shuffled nodes are dealt to the sides of a partition.

import type { NodeIndex } from "../controls.ts";
import type { PartitionShape } from "../fault.ts";

export type Deal = Extract<PartitionShape, { readonly type: "dealt" }>["as"];

/** The two sides, the smaller one first; of a bridge, the first of the shuffled nodes is on neither. */
export function sidesOf(
  as: Deal,
  shuffled: readonly NodeIndex[],
): readonly [readonly NodeIndex[], readonly NodeIndex[]] {
  const dealt = as === "bridge" ? shuffled.slice(1) : shuffled;
  const first = Math.floor((as === "minority" ? Math.max(0, dealt.length - 1) : dealt.length) / 2);
  return [dealt.slice(0, first), dealt.slice(first)];
}
