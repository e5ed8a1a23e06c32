// That a group serves again once the world is fair (properties.md RFL1, RFL2, RFL3).

import type { Findings, Instant } from "../../../check/property.ts";
import { membersOf } from "../configuration.ts";
import { nodeOf, type RaftProperty, type RaftView } from "./raft-view.ts";

/** RFL1: whenever nobody leads in a fair world, somebody does within the bound. */
export const leaderIsFound = (boundUs: number): RaftProperty => {
  const judge = (view: RaftView, at: Instant, findings: Findings): void => {
    if (view.healedUs === null || view.nodes.size === 0) return;
    if ([...view.nodes.values()].some(({ leading }) => leading === view.newestTerm && leading > 0)) {
      findings.paid("leader");
    } else {
      findings.owe("leader", at.atUs + boundUs, "nobody leads in a fair world");
    }
  };
  return {
    id: "RFL1",
    kind: "eventually",
    claim: "in a fair world there is a leader within the bound",
    source: "properties.md RFL1",
    rules: {
      healed: (view, _fact, at, findings) => judge(view, at, findings),
      "raft.leaderElected": (_view, _fact, _at, findings) => findings.paid("leader"),
      "raft.steppedDown": (view, _fact, at, findings) => judge(view, at, findings),
    },
  };
};

/** RFL2: an operation is answered within the bound of being asked for in a fair world. */
export const operationsAreAnswered = (boundUs: number): RaftProperty => ({
  id: "RFL2",
  kind: "eventually",
  claim: "in a fair world every operation is answered within the bound",
  source: "properties.md RFL2",
  rules: {
    healed: (view, _fact, at, findings) => {
      for (const operation of view.operations.keys()) {
        findings.owe(operation, at.atUs + boundUs, `${operation} has had no answer since the world healed`);
      }
    },
    "store.invoked": (view, { operation }, at, findings) => {
      if (view.healedUs === null) return;
      findings.owe(operation, at.atUs + boundUs, `${operation} had no answer in a fair world`);
    },
    "store.answered": (_view, { operation }, _at, findings) => findings.paid(operation),
    "store.unanswered": (_view, { operation }, _at, findings) => findings.forgiven(operation),
    nodeCrashed: forgiveClient,
    nodeStopped: forgiveClient,
  },
});

function forgiveClient({ forgotten }: RaftView, _fact: unknown, _at: Instant, findings: Findings): void {
  for (const operation of forgotten) findings.forgiven(operation);
}

/** RFL3: what was committed when the world healed is applied by every member within the bound. */
export const laggardsCatchUp = (boundUs: number): RaftProperty => ({
  id: "RFL3",
  kind: "eventually",
  claim: "in a fair world every member applies what is committed within the bound",
  source: "properties.md RFL3",
  rules: {
    healed: (view, _fact, at, findings) => {
      for (const id of membersOf(view.decided.configuration)) {
        const { applied, target, isUp } = nodeOf(view, id);
        // Who is down now is lost for good, or owes it from its next start on.
        if (isUp && applied < target) findings.owe(id, at.atUs + boundUs, `${id} has not applied ${target}`);
      }
    },
    "raft.applied": payLaggard,
    "raft.snapshotInstalled": payLaggard,
    "raft.recovered": (view, _fact, at, findings) => {
      const { applied, target } = nodeOf(view, at.node);
      if (view.healedUs === null || applied >= target) return;
      if (!membersOf(view.decided.configuration).includes(at.node)) return;
      findings.owe(at.node, at.atUs + boundUs, `${at.node} has not applied ${target}`);
    },
    // What decides changes when it is committed, and not when it comes into a log.
    "raft.committed": ({ healedUs, nodes, decided }, { leader }, _at, findings) => {
      if (healedUs === null || !leader) return;
      const members = membersOf(decided.configuration);
      for (const id of nodes.keys()) if (!members.includes(id)) findings.forgiven(id);
    },
  },
});

function payLaggard(view: RaftView, _fact: unknown, { node }: Instant, findings: Findings): void {
  if (view.healedUs === null) return;
  const { applied, target } = nodeOf(view, node);
  if (applied >= target) findings.paid(node);
}
