// Who may lead: one a term, chosen by votes that are kept, with everything that was committed (properties.md RF1, 3, 6).

import type { Findings, Instant } from "../../../check/property.ts";
import { holds, isQuorum, nodeOf, type RaftProperty, type RaftView, type Told } from "./raft-view.ts";

/** RF1. Over the whole history: a leader of a millisecond counts. Exercised by each election. */
export const electionSafety: RaftProperty = {
  id: "RF1",
  kind: "always",
  claim: "at most one leader is elected in a term",
  source: "properties.md RF1; Raft §5.2",
  rules: {
    "raft.leaderElected": (view, { term }, at, findings) => {
      findings.exercised();
      const first = view.leaders.get(term);
      if (first === undefined || first.node === at.node) return;
      findings.violated(`term ${term}`, `${first.node} and ${at.node} were both elected in term ${term}`, [
        first.event,
      ]);
    },
  },
};

/** Whoever leads has votes of a majority of its configuration, of both while it is joint. Exercised by each election. */
export const electedByQuorum: RaftProperty = {
  id: "RF1-quorum",
  kind: "always",
  claim: "a leader has the votes of a quorum of its configuration",
  source: "Raft §5.2, §6",
  rules: {
    "raft.leaderElected": (view, { term }, at, findings) => {
      findings.exercised();
      const { placed } = nodeOf(view, at.node);
      const votes = view.votes.get(term);
      if (placed === null) return;
      if (isQuorum(placed.configuration, (node) => votes?.get(node)?.candidate === at.node)) return;
      findings.violated(`term ${term}`, `${at.node} leads term ${term} without the votes of a quorum`);
    },
  },
};

/**
 * RF3, judged at each election, and, when a leader of an earlier term commits once a later one is elected, then. What
 * precedes the highest entry that was committed in an earlier term follows by log matching; a leader whose votes were
 * long on their way may learn of its election when a later term has come, of which it owes nothing. Exercised by each
 * election after a commit in an earlier term.
 */
export const leaderCompleteness: RaftProperty = {
  id: "RF3",
  kind: "always",
  claim: "a leader's log holds every entry that was committed in an earlier term",
  source: "properties.md RF3; Raft §5.4",
  rules: {
    "raft.leaderElected": (view, { term }, at, findings) => {
      let { committed } = view;
      while (committed > 0 && view.committedIn[committed] >= term) committed--;
      if (committed === 0) return;
      findings.exercised();
      judgeLeader(view, at, { term, committed }, findings);
    },
    "raft.committed": judgeCommit,
  },
};

function judgeLeader(
  view: RaftView,
  at: Instant,
  { term, committed }: { readonly term: number; readonly committed: number },
  findings: Findings,
): void {
  const committedTerm = view.committedTerms[committed];
  if (holds(nodeOf(view, at.node), committed, committedTerm)) return;
  const because = `${at.node} leads term ${term} without entry ${committed} of term ${committedTerm}, which is committed`;
  findings.violated(`${committed}`, because, [view.committedEvents[committed]]);
}

function judgeCommit(
  view: RaftView,
  { index, term, leader, leaderTerm }: Told<"raft.committed">,
  at: Instant,
  findings: Findings,
): void {
  if (!leader || leaderTerm >= view.newestTerm) return;
  findings.exercised();
  for (const [later, { node, event }] of view.leaders) {
    if (later <= leaderTerm || holds(nodeOf(view, node), index, term)) continue;
    const because = `${at.node} committed entry ${index} of term ${term}, and ${node} leads term ${later} without it`;
    findings.violated(`${index}`, because, [event]);
  }
}

/** RF6. Judged on votes as they leave the voter, over all its incarnations, which remember the term. Exercised by each vote. */
export const oneVoteATerm: RaftProperty = {
  id: "RF6",
  kind: "always",
  claim: "nobody votes for two candidates in one term",
  source: "properties.md RF6; Raft §5.2",
  rules: {
    "raft.recovered": (view, { term }, at, findings) => {
      const { promised } = nodeOf(view, at.node);
      if (term >= promised) return;
      findings.violated(at.node, `${at.node} voted in term ${promised}, and is back in term ${term}`);
    },
    "raft.voted": (view, { term, candidate }, at, findings) => {
      findings.exercised();
      const first = view.votes.get(term)?.get(at.node);
      if (first === undefined || first.candidate === candidate) return;
      const because = `${at.node} voted for ${first.candidate} and for ${candidate} in term ${term}`;
      findings.violated(at.node, because, [first.event]);
    },
  },
};
