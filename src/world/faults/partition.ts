// Partitions: cuts between nodes, of every shape, that stay or flap. A symmetric cut cuts both directions.

import { unreachable } from "../../base/assert.ts";
import type { Controls, NodeIndex } from "../controls.ts";
import type { PartitionShape } from "../fault.ts";
import type { NodeSelector } from "../plan.ts";
import { namesOf } from "./aim.ts";
import type { ActionOf, Conduct, FaultSite, OpenStrike } from "./conduct.ts";
import { sidesOf, type Deal } from "./deal.ts";

type Partition = ActionOf<"partition">;

/** A directed link. */
type Link = readonly [from: NodeIndex, to: NodeIndex];

const allNodes: NodeSelector = { nodes: [], roles: [] };

export const partition: Conduct<"partition"> = {
  once: "untilHeal",
  aim({ strike, action, id }, site) {
    const { shape } = action;
    if (shape.type === "isolate") strike.nodes = site.aim(shape.target, id);
    if (shape.type === "dealt") strike.nodes = site.shuffle(shape.nodes, id);
    return aboutShape(shape, strike.nodes, site.controls);
  },
  begin(open, site) {
    cut(open, site);
    if (flaps(open.action)) site.turnAfter(open.action.flapCutUs, open.strike);
  },
  turn(open, site) {
    const { strike, action } = open;
    if (strike.cut) mend(open, site);
    else cut(open, site);
    site.turnAfter(strike.cut ? action.flapCutUs : action.flapOpenUs, strike);
  },
  end(open, site) {
    if (open.strike.cut) mend(open, site);
  },
};

function flaps(action: Partition): boolean {
  return action.flapCutUs > 0 && action.flapOpenUs > 0;
}

function cut({ strike, action }: OpenStrike<Partition>, site: FaultSite): void {
  strike.cut = true;
  for (const [from, to] of linksOf(action.shape, strike.nodes, site.controls)) {
    site.controls.cutLink(strike.number, from, to);
  }
}

function mend({ strike, action }: OpenStrike<Partition>, site: FaultSite): void {
  strike.cut = false;
  for (const [from, to] of linksOf(action.shape, strike.nodes, site.controls)) {
    site.controls.mendLink(strike.number, from, to);
  }
}

/** The links that a shape cuts. `drawn`: the nodes that an isolation has picked, or all that are dealt, in order. */
function linksOf(shape: PartitionShape, drawn: readonly NodeIndex[], controls: Controls): readonly Link[] {
  switch (shape.type) {
    case "groups":
      return linksBetweenGroups(shape.groups.map((group) => controls.nodesOf(group)));
    case "oneWay":
      return linksFrom(controls.nodesOf(shape.from), controls.nodesOf(shape.to));
    case "bridge": {
      const bridge = new Set(controls.nodesOf(shape.bridge));
      const sides = [shape.left, shape.right].map((side) => controls.nodesOf(side).filter((node) => !bridge.has(node)));
      return linksBetweenGroups(sides);
    }
    case "ring":
      return linksAcrossRing(inOrderGiven(shape.nodes, controls));
    case "isolate": {
      const alone = new Set(drawn);
      const everyone = controls.nodesOf(allNodes);
      const rest = everyone.filter((node) => !alone.has(node));
      return [...linksFrom(drawn, everyone), ...linksFrom(rest, drawn)];
    }
    case "dealt":
      return linksOfDeal(shape.as, drawn);
    default:
      return unreachable(shape);
  }
}

function linksOfDeal(as: Deal, shuffled: readonly NodeIndex[]): readonly Link[] {
  const [first, second] = sidesOf(as, shuffled);
  if (as === "ring") return linksAcrossRing(shuffled);
  return as === "deafHalf" ? linksFrom(first, second) : linksBetweenGroups([first, second]);
}

/** Both directions between any two nodes that are in groups and share none. */
function linksBetweenGroups(groups: readonly (readonly NodeIndex[])[]): readonly Link[] {
  const groupsOf = new Map<NodeIndex, number[]>();
  groups.forEach((group, at) => {
    for (const node of group) groupsOf.set(node, [...(groupsOf.get(node) ?? []), at]);
  });
  const members = [...groupsOf].sort(([left], [right]) => left - right);
  const links: Link[] = [];
  for (const [from, ofFrom] of members) {
    for (const [to, ofTo] of members) {
      if (from !== to && !ofFrom.some((group) => ofTo.includes(group))) links.push([from, to]);
    }
  }
  return links;
}

function linksFrom(sources: readonly NodeIndex[], targets: readonly NodeIndex[]): readonly Link[] {
  return sources.flatMap((from) => targets.filter((to) => to !== from).map((to): Link => [from, to]));
}

/** Both directions between ring members that are no neighbours. A node outside the ring reaches all of it. */
function linksAcrossRing(ring: readonly NodeIndex[]): readonly Link[] {
  const links: Link[] = [];
  ring.forEach((from, at) => {
    ring.forEach((to, place) => {
      const apart = Math.abs(at - place);
      if (apart > 1 && apart < ring.length - 1) links.push([from, to]);
    });
  });
  return links;
}

/** The nodes that a selector names, in its own order: names first, then role by role. */
function inOrderGiven(selector: NodeSelector, controls: Controls): readonly NodeIndex[] {
  if (selector.nodes.length + selector.roles.length === 0) return controls.nodesOf(selector);
  const parts = [
    ...selector.nodes.map((node) => ({ nodes: [node], roles: [] })),
    ...selector.roles.map((role) => ({ nodes: [], roles: [role] })),
  ];
  return [...new Set(parts.flatMap((part) => controls.nodesOf(part)))];
}

function aboutShape(shape: PartitionShape, drawn: readonly NodeIndex[], controls: Controls): string {
  const names = (selector: NodeSelector): string => namesOf(controls, controls.nodesOf(selector));
  switch (shape.type) {
    case "groups":
      return shape.groups.map(names).join(" | ");
    case "oneWay":
      return `${names(shape.from)} cannot reach ${names(shape.to)}`;
    case "bridge":
      return `${names(shape.left)} | ${names(shape.right)}, both reach ${names(shape.bridge)}`;
    case "ring":
      return `ring ${namesOf(controls, inOrderGiven(shape.nodes, controls))}`;
    case "isolate":
      return `${namesOf(controls, drawn)} alone`;
    case "dealt":
      return aboutDeal(shape.as, drawn, controls);
    default:
      return unreachable(shape);
  }
}

function aboutDeal(as: Deal, shuffled: readonly NodeIndex[], controls: Controls): string {
  if (as === "ring") return `ring ${namesOf(controls, shuffled)}`;
  const [first, second] = sidesOf(as, shuffled).map((side) =>
    namesOf(
      controls,
      [...side].sort((a, b) => a - b),
    ),
  );
  if (as === "deafHalf") return `${first} cannot reach ${second}`;
  return `${first} | ${second}${as === "bridge" ? `, both reach ${namesOf(controls, shuffled.slice(0, 1))}` : ""}`;
}
