// What stands in logs, what is committed, and what is applied (properties.md RF2, RF4, RF8).

import type { Findings } from "../../../check/property.ts";
import { holds, isQuorum, nodeOf, type RaftProperty, type RaftView } from "./raft-view.ts";

/** RF2: by induction, for each entry is compared with what it follows. Exercised by each entry a second log takes. */
export const logMatching: RaftProperty = {
  id: "RF2",
  kind: "always",
  claim: "entries of one index and term have one content, and follow the same entry",
  source: "properties.md RF2; Raft §5.3",
  rules: { "raft.appended": (view, _fact, _at, findings) => judgeClash(view, findings) },
};

/**
 * RF4, by index alone, over all incarnations; of snapshots, by the whole state. Exercised by each index that is applied a
 * second time.
 */
export const stateMachineSafety: RaftProperty = {
  id: "RF4",
  kind: "always",
  claim: "at each index one content is applied, in order, and leads to one state",
  source: "properties.md RF4; Raft §5.4.3",
  rules: {
    "raft.applied": (view, _fact, _at, findings) => judgeClash(view, findings),
    "raft.snapshotTaken": (view, _fact, _at, findings) => judgeClash(view, findings),
    "raft.snapshotInstalled": (view, { index }, at, findings) => {
      judgeClash(view, findings);
      if (index > view.committed)
        findings.violated(`${index}`, `${at.node} installed a state beyond what is committed`);
    },
  },
};

/**
 * RF8: a leader commits what a quorum has called durable, others commit what a leader has, and nobody applies more. What
 * is committed is never cut off a log that has it, and what is durable is found again after a crash.
 */
export const commitIsDurable: RaftProperty = {
  id: "RF8",
  kind: "always",
  claim: "what is applied is committed, and what is committed is durable on a quorum, and stays so",
  source: "properties.md RF8; Raft §5.3, §5.4.2",
  rules: {
    "raft.committed": (view, { index, term, leader, configuration }, at, findings) => {
      findings.exercised();
      if (!leader) {
        if (index <= view.committed && view.committedTerms[index] === term) return;
        findings.violated(
          `${index}`,
          `${at.node} takes entry ${index} of term ${term} for committed, and no leader did`,
        );
        return;
      }
      const isDurable = (id: string): boolean => {
        const node = nodeOf(view, id as typeof at.node);
        return node.durable >= index && holds(node, index, term);
      };
      if (isQuorum(configuration, isDurable)) return;
      findings.violated(
        `${index}`,
        `${at.node} committed entry ${index} of term ${term}, and no quorum has it on disk`,
      );
    },
    "raft.applied": (view, { first, checksums }, at, findings) => {
      const last = first + checksums.length - 1;
      const { committed } = nodeOf(view, at.node);
      if (last > committed)
        findings.violated(`${last}`, `${at.node} applied ${last}, and knows ${committed} committed`);
    },
    "raft.truncated": (view, _fact, _at, findings) => judgeClash(view, findings),
    "raft.recovered": (view, _fact, _at, findings) => judgeClash(view, findings),
    "raft.snapshotInstalled": ({ lost }, _fact, _at, findings) => {
      if (lost !== null) findings.violated(lost.about, lost.because, lost.evidence);
    },
  },
};

function judgeClash({ met, clash }: RaftView, findings: Findings): void {
  if (met) findings.exercised();
  if (clash !== null) findings.violated(clash.about, clash.because, clash.evidence);
}
