// Who decides, and who no longer does (properties.md RF7, RFL4).

import type { NodeId } from "../../../base/ids.ts";
import type { Findings, Instant } from "../../../check/property.ts";
import { isVoter, membersOf } from "../configuration.ts";
import type { RaftConfiguration } from "../messages.ts";
import { type NodeView, nodeOf, quorumSets, type RaftProperty, type RaftView, tellConfiguration } from "./raft-view.ts";

/** Real campaigns in a row of one node that are put down to bad luck. */
const VAIN_MAX = 10;

/** RF7. Judged whenever a log gets another configuration, against those of all other logs. */
export const quorumsIntersect: RaftProperty = {
  id: "RF7",
  kind: "always",
  claim: "any two quorums that can decide at the same time have a node in common",
  source: "properties.md RF7; Raft §6; thesis §4.1",
  rules: {
    "raft.configured": (view, _fact, at, findings) => judgeNewest(view, at, findings),
    "raft.recovered": (view, _fact, at, findings) => judgeNewest(view, at, findings),
  },
};

function judgeNewest(view: RaftView, at: Instant, findings: Findings): void {
  const node = nodeOf(view, at.node);
  const { placed } = node;
  if (placed === null || !canDecide(view, node)) return;
  for (const other of view.nodes.values()) {
    if (other.placed === null || other.id === at.node || !canDecide(view, other)) continue;
    if (other.placed.index === placed.index && other.placed.term === placed.term) continue;
    findings.exercised();
    if (!canPart(placed.configuration, other.placed.configuration)) continue;
    const [mine, others] = [tellConfiguration(placed.configuration), tellConfiguration(other.placed.configuration)];
    findings.violated(at.node, `${at.node} goes by ${mine} and ${other.id} by ${others}: each can decide by itself`);
  }
}

/**
 * Of the committed configurations the newest decides. One that is not committed can still win while nothing of a later
 * term is: from then on every quorum would refuse a log that ends with it (§5.4.1).
 */
function canDecide(view: RaftView, { base, placed }: NodeView): boolean {
  if (placed === null || placed.configuration.voters.length === 0) return false;
  const { index, term } = placed;
  const isCommitted = index <= base || (index <= view.committed && view.committedTerms[index] === term);
  return isCommitted ? index >= view.decided.index : term >= (view.committedTerms[view.committed] ?? 0);
}

/** Whether there are two quorums, one of each, without a node in common: every way of dealing the nodes is tried. */
export function canPart(left: RaftConfiguration, right: RaftConfiguration): boolean {
  const nodes = [...new Set([...membersOf(left), ...membersOf(right)])];
  const [leftSets, rightSets] = [quorumSets(left), quorumSets(right)];
  const reach = (sets: readonly (readonly NodeId[])[], mine: (place: number) => boolean): boolean =>
    sets.every((set) => set.filter((node) => mine(nodes.indexOf(node))).length * 2 > set.length);
  for (let deal = 0; deal < 1 << nodes.length; deal++) {
    if (
      reach(leftSets, (place) => ((deal >> place) & 1) === 1) &&
      reach(rightSets, (place) => ((deal >> place) & 1) === 0)
    )
      return true;
  }
  return false;
}

/**
 * RFL4: who is no voter deposes nobody; and who cannot win does not go on raising its term. Exercised by each campaign of
 * a node that the committed configuration has no vote for, and by each campaign that follows one in vain.
 */
export const nobodyDisturbs: RaftProperty = {
  id: "RFL4",
  kind: "always",
  claim: "a node that is removed, or cannot win, disturbs nobody",
  source: "properties.md RFL4; Raft §6; thesis §4.2.3, §9.6",
  rules: {
    "raft.stood": (view, { term, pre }, at, findings) => {
      const { inVain } = nodeOf(view, at.node);
      if (!isVoter(view.decided.configuration, at.node) || inVain > 1) findings.exercised();
      if (pre || inVain <= VAIN_MAX) return;
      findings.violated(at.node, `${at.node} raised its term to ${term} in its campaign ${inVain} in vain`);
    },
    "raft.steppedDown": (view, { because, by }, at, findings) => {
      const { placed } = nodeOf(view, at.node);
      if (because !== "higherTerm" || placed === null || placed.index > view.decided.index) return;
      if (isVoter(placed.configuration, by)) return;
      findings.violated(at.node, `${by}, which has no vote, deposed ${at.node}`);
    },
  },
};
