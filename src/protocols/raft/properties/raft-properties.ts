// Every property a Raft group is judged by, and what must have happened for that to mean anything.

import type { Rule } from "../../../check/property.ts";
import type { RaftSettings } from "../settings.ts";
import { exactlyOnce, linearizable } from "./clients.ts";
import { electedByQuorum, electionSafety, leaderCompleteness, oneVoteATerm } from "./elections.ts";
import { nobodyDisturbs, quorumsIntersect } from "./groups.ts";
import { commitIsDurable, logMatching, stateMachineSafety } from "./logs.ts";
import { laggardsCatchUp, leaderIsFound, operationsAreAnswered } from "./progress.ts";
import type { JudgedFact, RaftProperty, RaftRules, RaftView, Told } from "./raft-view.ts";

/** Ten election timeouts: how long a fair world may take to find a leader (RFL1). */
const electionBoundUs = ({ electionTimeoutUs, electionSpreadUs }: RaftSettings): number =>
  10 * (electionTimeoutUs + electionSpreadUs);

interface Clients {
  /** After which they ask again, at another node. */
  readonly retryUs: number;
  /** How many they may have to ask. */
  readonly nodes: number;
}

const servedBoundUs = (settings: RaftSettings, { retryUs, nodes }: Clients): number =>
  electionBoundUs(settings) + 2 * nodes * retryUs + 10 * settings.diskRetryUs;

/** Of a group whose members stay, whatever is replicated and whoever its clients are. */
export const groupProperties = (settings: RaftSettings, clients: Clients): readonly RaftProperty[] => [
  electionSafety,
  electedByQuorum,
  logMatching,
  leaderCompleteness,
  stateMachineSafety,
  oneVoteATerm,
  commitIsDurable,
  leaderIsFound(electionBoundUs(settings)),
  laggardsCatchUp(servedBoundUs(settings, clients)),
];

/** Of a group with the key-value store on it. */
export const raftProperties = (settings: RaftSettings, clients: Clients): readonly RaftProperty[] => [
  ...groupProperties(settings, clients),
  quorumsIntersect,
  nobodyDisturbs,
  linearizable,
  exactlyOnce,
  operationsAreAnswered(servedBoundUs(settings, clients)),
  ...coverage,
];

function happens<Name extends JudgedFact["fact"]>(
  id: string,
  claim: string,
  name: Name,
  such: (fact: Told<Name>, view: RaftView) => boolean = () => true,
): RaftProperty {
  const rule: Rule<RaftView, Told<Name>> = (view, fact, _at, findings) => {
    if (such(fact, view)) findings.happened();
  };
  // One entry, under the name of the fact that its rule takes.
  const rules = { [name]: rule } as unknown as RaftRules;
  return { id, kind: "sometimes", claim, source: "properties.md §4", rules };
}

const coverage: readonly RaftProperty[] = [
  happens(
    "SEEN-REELECTION",
    "a second leader is elected",
    "raft.leaderElected",
    (_fact, { leaders }) => leaders.size > 1,
  ),
  happens("SEEN-TRUNCATION", "a log is cut", "raft.truncated"),
  happens("SEEN-SNAPSHOT", "a snapshot is taken", "raft.snapshotTaken"),
  happens("SEEN-INSTALL", "a snapshot is installed", "raft.snapshotInstalled"),
  happens(
    "SEEN-NO-QUORUM",
    "a leader without a quorum steps down",
    "raft.steppedDown",
    ({ because }) => because === "noQuorum",
  ),
  happens(
    "SEEN-JOINT",
    "a joint configuration decides",
    "raft.configured",
    ({ configuration }) => configuration.outgoing.length > 0,
  ),
  happens("SEEN-TRANSFER", "a node stands because a leader hands over to it", "raft.stood", ({ forced }) => forced),
  happens("SEEN-READ", "a read is answered", "store.answered", ({ kind }) => kind === "get"),
];
