// A scenario with a node less: nobody is called so any more, and what was about it alone is gone.

import type { NodeId } from "../../base/ids.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { Fault, FaultAction, PartitionShape } from "../../world/fault.ts";
import type { NodeOverride, NodeSelector } from "../../world/plan.ts";

export function withoutNode(scenario: Scenario, node: NodeId): Scenario {
  const { world } = scenario;
  const nodes = new Map([...scenario.nodes].map(([role, names]) => [role, names.filter((name) => name !== node)]));
  const about = <P>(overrides: readonly NodeOverride<P>[]): readonly NodeOverride<P>[] =>
    overrides.flatMap((override) => {
      const left = less(override.nodes, node);
      return left === undefined ? [] : [{ ...override, nodes: left }];
    });
  return {
    ...scenario,
    nodes,
    world: {
      ...world,
      links: world.links.flatMap((override) => {
        const [from, to] = [less(override.from, node), less(override.to, node)];
        return from === undefined || to === undefined ? [] : [{ ...override, from, to }];
      }),
      clocks: about(world.clocks),
      disks: about(world.disks),
      processes: about(world.processes),
      faults: world.faults.flatMap((fault): readonly Fault[] => {
        const action = lessOfAction(fault.action, node);
        return action === undefined ? [] : [{ ...fault, action }];
      }),
    },
  };
}

/** Undefined: it named nobody else, and an empty selector would mean everybody. */
function less(selector: NodeSelector, node: NodeId): NodeSelector | undefined {
  if (!selector.nodes.includes(node)) return selector;
  const nodes = selector.nodes.filter((name) => name !== node);
  return nodes.length + selector.roles.length === 0 ? undefined : { ...selector, nodes };
}

function lessOfAction(action: FaultAction, node: NodeId): FaultAction | undefined {
  if ("messages" in action) {
    const [from, to] = [less(action.messages.from, node), less(action.messages.to, node)];
    return from === undefined || to === undefined
      ? undefined
      : { ...action, messages: { ...action.messages, from, to } };
  }
  if ("target" in action) {
    const of = less(action.target.of, node);
    return of === undefined ? undefined : { ...action, target: { ...action.target, of } };
  }
  if (action.kind === "partition") {
    const shape = lessOfShape(action.shape, node);
    return shape === undefined ? undefined : { ...action, shape };
  }
  const [from, to] = [less(action.from, node), less(action.to, node)];
  return from === undefined || to === undefined ? undefined : { ...action, from, to };
}

function lessOfShape(shape: PartitionShape, node: NodeId): PartitionShape | undefined {
  switch (shape.type) {
    case "groups": {
      const groups = shape.groups.flatMap((group) => less(group, node) ?? []);
      return groups.length < 2 ? undefined : { ...shape, groups };
    }
    case "oneWay": {
      const [from, to] = [less(shape.from, node), less(shape.to, node)];
      return from === undefined || to === undefined ? undefined : { ...shape, from, to };
    }
    case "bridge": {
      const [left, bridge, right] = [less(shape.left, node), less(shape.bridge, node), less(shape.right, node)];
      return left === undefined || bridge === undefined || right === undefined
        ? undefined
        : { ...shape, left, bridge, right };
    }
    case "isolate": {
      const of = less(shape.target.of, node);
      return of === undefined ? undefined : { ...shape, target: { ...shape.target, of } };
    }
    case "ring":
    case "dealt": {
      const left = less(shape.nodes, node);
      return left === undefined ? undefined : { ...shape, nodes: left };
    }
  }
}
