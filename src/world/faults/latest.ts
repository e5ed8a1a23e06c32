// Faults of which a node shows only one at a time: of several open on it, the one that began last counts.

import type { NodeIndex } from "../controls.ts";
import type { FaultKind } from "../fault.ts";
import type { ActionOf, FaultSite, OpenStrike } from "./conduct.ts";

/**
 * Ends a strike on each of its nodes: what it had pushed aside there takes effect again, or nothing is left to. A strike
 * that another one has pushed aside meanwhile leaves that one in effect.
 */
export function giveWay<K extends FaultKind>(
  kinds: readonly K[],
  ending: OpenStrike,
  site: FaultSite,
  then: {
    readonly resume: (other: OpenStrike<ActionOf<K>>, node: NodeIndex) => void;
    readonly clear: (node: NodeIndex) => void;
  },
): void {
  for (const node of ending.strike.nodes) {
    const other = site.open.findLast(
      (open): open is OpenStrike<ActionOf<K>> =>
        open.strike.number !== ending.strike.number &&
        kinds.some((kind) => kind === open.action.kind) &&
        open.strike.nodes.includes(node),
    );
    if (other === undefined) then.clear(node);
    else if (other.strike.number < ending.strike.number) then.resume(other, node);
  }
}
