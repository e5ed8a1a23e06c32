// Two runs that should be one: where they first differ, by event, node and field (properties.md X1).

import type { NodeId } from "../base/ids.ts";
import { firstDifference, type Difference } from "../base/plain-data.ts";
import type { World } from "./world.ts";

export interface Divergence {
  /** Ordinal of the kernel event in which the runs first differ. */
  readonly event: number;
  readonly atUs: number;
  /** The node that did otherwise; undefined when it was none, such as a fault or a message on its way. */
  readonly node: NodeId | undefined;
  /** `what` was told to the node, or its `effects`; "digest" when neither shows the difference. */
  readonly difference: Difference;
}

/**
 * Lets two fresh worlds in checking mode go on event by event, and tells where they first differ; undefined when they
 * are one history up to the end of their plan. Both stand at their difference, or at their end, afterwards.
 */
export function firstDivergence(left: World, right: World): Divergence | undefined {
  for (;;) {
    const [leftGoes, rightGoes] = [left.step(), right.step()];
    const difference = differenceOf(left, right);
    if (difference !== undefined) return difference;
    if (leftGoes !== rightGoes) {
      return at(left, undefined, {
        path: "event",
        left: leftGoes ? "happens" : "none",
        right: rightGoes ? "happens" : "none",
      });
    }
    if (!leftGoes) return undefined;
  }
}

function differenceOf(left: World, right: World): Divergence | undefined {
  if (left.digestHex() === right.digestHex() && left.nowUs === right.nowUs) return undefined;
  const steps = Math.max(left.lastSteps.length, right.lastSteps.length);
  for (let step = 0; step < steps; step++) {
    const [of, against] = [left.lastSteps[step], right.lastSteps[step]];
    const difference = firstDifference(of, against);
    if (difference !== undefined) return at(left, (of ?? against)?.node, difference);
  }
  if (left.nowUs !== right.nowUs) return at(left, undefined, { path: "atUs", left: left.nowUs, right: right.nowUs });
  return at(left, undefined, { path: "digest", left: left.digestHex(), right: right.digestHex() });
}

function at(world: World, node: NodeId | undefined, difference: Difference): Divergence {
  return { event: world.eventsDone, atUs: world.nowUs, node, difference };
}
