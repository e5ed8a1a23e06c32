// Faults of which a node shows only one at a time: of several open on it, the one that began last counts.

import type { NodeIndex } from "../controls.ts";
import type { FaultKind } from "../fault.ts";
import type { ActionOf, FaultSite, OpenStrike } from "./conduct.ts";

/** The open strike of one of these kinds that began last on the node, apart from the one given. */
export function latestOther<K extends FaultKind>(
  kinds: readonly K[],
  node: NodeIndex,
  apartFrom: OpenStrike,
  site: FaultSite,
): OpenStrike<ActionOf<K>> | undefined {
  return site.open.findLast(
    (open): open is OpenStrike<ActionOf<K>> =>
      open.strike.number !== apartFrom.strike.number &&
      kinds.some((kind) => kind === open.action.kind) &&
      open.strike.nodes.includes(node),
  );
}
