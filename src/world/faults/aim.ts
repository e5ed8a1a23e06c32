// Whom a strike hits, and short words about it for stories and reports.

import { printDuration } from "../../base/units.ts";
import type { Controls, NodeIndex } from "../controls.ts";
import type { FaultAction, FaultTarget } from "../fault.ts";
import type { NodeSelector } from "../plan.ts";
import type { FaultSite, OpenStrike } from "./conduct.ts";

const namesMax = 8;

/** Such as "server-1, server-2"; a long list is cut short. */
export function namesOf(controls: Controls, nodes: readonly NodeIndex[]): string {
  return listed(
    nodes.slice(0, namesMax).map((node) => controls.nameOf(node)),
    nodes.length,
    "no node",
  );
}

/** Aims a strike at the nodes of its target; tells their names. */
export function aimAtNodes(
  { strike, id, action }: OpenStrike<FaultAction & { readonly target: FaultTarget }>,
  site: FaultSite,
): string {
  strike.nodes = site.aim(action.target, id);
  return namesOf(site.controls, strike.nodes);
}

/** A selector as its author wrote it: names, then roles. */
export function selectorWords(selector: NodeSelector): string {
  const words = [...selector.nodes, ...selector.roles.map((role) => `every ${role}`)];
  return listed(words.slice(0, namesMax), words.length, "every node");
}

/** A shift of a clock, such as "+250ms" or "-12us". */
export function shiftWords(us: number): string {
  return us < 0 ? printDuration(us) : `+${printDuration(us)}`;
}

function listed(shown: readonly string[], total: number, none: string): string {
  if (total === 0) return none;
  return total > shown.length ? `${shown.join(", ")} and ${total - shown.length} more` : shown.join(", ");
}
