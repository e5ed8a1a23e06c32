// Turns what struck at random into a script that strikes alike. A failure is kept as such a script: a reader sees what
// happened when and to whom, and each strike can be left out or cut short on its own (DESIGN §3.5).

import { nodeId } from "../../base/ids.ts";
import type { Controls, NodeIndex } from "../controls.ts";
import type { Fault, FaultAction, FaultTiming, PartitionShape } from "../fault.ts";
import type { NodeSelector } from "../plan.ts";
import { sidesOf, type Deal } from "./deal.ts";
import type { Strike } from "./strike.ts";

/** What is kept of a strike after it ended. `atUs` counts from the start of the run, `nodes` are those it aimed at. */
export interface PastStrike extends Pick<Strike, "fault" | "ordinal" | "window" | "forUs" | "nodes"> {
  readonly atUs: number;
}

/** What the draws of a strike are named by: a script gives this name to the fault that does what the strike did. */
export function strikeName(id: string, timing: FaultTiming, ordinal: number): string {
  return timing.type === "random" ? `${id}.${ordinal}` : id;
}

/** The scripted fault for a strike of a fault; none if the strike found nobody to hit. */
export function asScripted(fault: Fault, strike: PastStrike, controls: Controls): readonly Fault[] {
  const { ordinal, window, forUs, atUs } = strike;
  const action = aimedAction(fault.action, (nodes) => selectorOf(nodes, controls), strike.nodes);
  if (action === undefined) return [];
  const id = strikeName(fault.id, fault.timing, ordinal);
  return [{ id, timing: { type: "scripted", atUs, forUs: window === "bounded" ? forUs : window }, action }];
}

type Naming = (nodes: readonly NodeIndex[]) => NodeSelector;

/** The action with the nodes it aimed at in place of those it may aim at. */
function aimedAction(action: FaultAction, naming: Naming, nodes: readonly NodeIndex[]): FaultAction | undefined {
  if (action.kind === "partition") {
    const shape = aimedShape(action.shape, naming, nodes);
    return shape === undefined ? undefined : { ...action, shape };
  }
  if (!("target" in action)) return action;
  // A selector that names nobody means everybody.
  return nodes.length === 0 ? undefined : { ...action, target: { of: naming(nodes), pick: "all" } };
}

function aimedShape(shape: PartitionShape, naming: Naming, nodes: readonly NodeIndex[]): PartitionShape | undefined {
  if (shape.type === "isolate") {
    return nodes.length === 0 ? undefined : { type: "isolate", target: { of: naming(nodes), pick: "all" } };
  }
  return shape.type === "dealt" ? dealtShape(shape.as, naming, nodes) : shape;
}

function dealtShape(as: Deal, naming: Naming, nodes: readonly NodeIndex[]): PartitionShape | undefined {
  const sides = sidesOf(as, nodes);
  if (sides.some((side) => side.length === 0)) return undefined;
  if (as === "ring") return { type: "ring", nodes: naming(nodes) };
  const [left, right] = [naming(sides[0]), naming(sides[1])];
  if (as === "deafHalf") return { type: "oneWay", from: left, to: right };
  if (as === "bridge") return { type: "bridge", left, bridge: naming(nodes.slice(0, 1)), right };
  return { type: "groups", groups: [left, right] };
}

function selectorOf(nodes: readonly NodeIndex[], controls: Controls): NodeSelector {
  return { nodes: nodes.map((node) => nodeId(controls.nameOf(node))), roles: [] };
}
