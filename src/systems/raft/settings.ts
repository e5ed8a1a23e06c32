// What can be set of a Raft group and its clients. Durations are integer microseconds once parsed.

import { z } from "zod";

import { type RaftChanges, type RaftDefences, raftSettings, type RaftSettings } from "../../protocols/raft/settings.ts";
import { duration, onOff, positiveDuration } from "../quantities.ts";

const count = (min: number, max: number, preset: number, about: string) =>
  z.int().min(min).max(max).default(preset).describe(about);

/** The defences of the protocol, by their names there, and what each is. */
const defenceTexts: Readonly<Record<keyof RaftDefences, string>> = {
  voteFsync: "A vote counts once it is on the disk (§5.2).",
  stableCampaign: "Votes are asked for once term, vote and log are on the disk.",
  appendFsync: "A follower acknowledges what is on its disk.",
  selfFsync: "A leader counts itself for what is on its disk (thesis §10.2.1).",
  syncKnowsTruncation: "What was cut off the log does not count as durable.",
  ownTermCommitOnly: "Only an entry of the own term moves the commit index (§5.4.2, Figure 8).",
  logUpToDate: "A vote is for a candidate whose log is at least as new (§5.4.1).",
  conflictOnlyTruncate: "Only a conflict cuts the log (§5.3).",
  commitClamp: "A follower commits no further than it knows to agree with the leader.",
  prevCheck: "An append is taken only behind an entry of the same index and term (§5.3).",
  replyTermCheck: "Replies of an earlier term count for nothing.",
  preVote: "Nobody raises its term before a majority would vote for it (thesis §9.6).",
  checkQuorum: "A leader that hears no majority steps down; who hears a leader does not vote (thesis §6.2).",
  quietStart: "A voter that has just started behaves as if it had heard a leader.",
  jointConsensus: "Membership changes pass through a joint configuration (§6).",
  jointMajorities: "While joint, both majorities decide (§6).",
  changeAfterNoop: "A change of membership waits for an entry of the own term to commit.",
  learnersDoNotCount: "A learner counts in no majority.",
  catchUpFirst: "A server is promoted once it has caught up (thesis §4.2.1).",
  readConfirm: "A ReadIndex is answered once a majority has confirmed the leader (thesis §6.4).",
  readAfterNoop: "No read is answered before an entry of the own term is committed.",
  leaseMargin: "A lease is shorter than the election timeout by what clocks may drift.",
  leaseEndsAtTransfer: "A leader that gave its leadership away trusts no lease in that term.",
  snapshotGuard: "A snapshot that is older than what is committed here is not installed.",
  sessionsInSnapshot: "Sessions are part of the snapshot (§8).",
  sessionDedupe: "A command that was applied is answered from the session (§8).",
  entryChecksum: "An entry whose content does not agree with its checksum is not taken.",
};

const onByDefault = (about: string) => onOff.prefault("on").describe(about);

// As many entries as texts: the type says what `fromEntries` forgets.
const defences = Object.fromEntries(
  Object.entries(defenceTexts).map(([name, about]) => [name, onByDefault(about)]),
) as Record<keyof RaftDefences, ReturnType<typeof onByDefault>>;

const settingsAlone = z.strictObject({
  electionTimeout: positiveDuration
    .prefault("150ms")
    .describe("Silence of a leader after which others want to lead (§5.2)."),
  electionSpread: duration.prefault("150ms").describe("Added to the timeout at random, up to this."),
  heartbeat: positiveDuration.prefault("30ms").describe("How often a leader lets the others know of it."),
  batchDelay: duration
    .prefault("0s")
    .describe("How long the first proposal or read waits for others, to be replicated together (group commit)."),
  batchMax: count(1, 10_000, 64, "Entries in one append at most."),
  pipelineMax: count(1, 1_000, 8, "Appends with entries under way to one follower at most."),
  snapshotEvery: count(1, 10_000_000, 60, "Applied entries after which a snapshot is taken (§7)."),
  logKeep: count(0, 10_000_000, 10, "Entries kept behind a snapshot, for those who are not far behind."),
  chunkMax: count(1, 10_000_000, 300, "Characters of a snapshot in one message at most."),
  catchUpLag: count(0, 1_000_000, 16, "A learner that lacks no more entries than this has caught up."),
  diskRetry: positiveDuration.prefault("20ms").describe("Pause before the disk is tried again after a failed sync."),
  driftMax: count(0, 500_000, 200, "How far clocks are declared to err in rate, in parts per million."),
  reads: z.enum(["index", "lease"]).default("index").describe("How reads are answered (thesis §6.4)."),
  sessionsMax: count(1, 1_000_000, 1_000, "Sessions remembered; the one unused for longest is forgotten (§8)."),
  clientRetry: positiveDuration.prefault("150ms").describe("Clients ask again, at another node, after this long."),
  founders: count(0, 9, 0, "Nodes that are members at first; 0: all of them. The others wait to be added."),
  defence: z.strictObject(defences).prefault({}),
});

export const raftSystemSettings = settingsAlone
  .refine(({ heartbeat, electionTimeout }) => heartbeat * 2 <= electionTimeout, {
    path: ["heartbeat"],
    error: "Expected at most half of the election timeout, or a lost heartbeat is an election.",
  })
  .refine(({ batchDelay, heartbeat }) => batchDelay < heartbeat, {
    path: ["batchDelay"],
    error: "Expected less than a heartbeat, which carries everything that waits.",
  });

export type RaftSystemSettings = z.infer<typeof raftSystemSettings>;

/** What the protocol makes of them. */
export function protocolSettings(settings: RaftSystemSettings): RaftSettings {
  const { electionTimeout, electionSpread, heartbeat, batchDelay, diskRetry, batchMax, driftMax, ...same } = settings;
  const { pipelineMax, snapshotEvery, logKeep, chunkMax, catchUpLag, reads, sessionsMax, defence } = same;
  const changes: RaftChanges = {
    electionTimeoutUs: electionTimeout,
    electionSpreadUs: electionSpread,
    heartbeatUs: heartbeat,
    batchDelayUs: batchDelay,
    maxBatch: batchMax,
    diskRetryUs: diskRetry,
    driftPpm: driftMax,
    pipelineMax,
    snapshotEvery,
    logKeep,
    chunkMax,
    catchUpLag,
    reads,
    sessionsMax,
    defence,
  };
  return raftSettings(changes);
}

export const raftWorkload = z.strictObject({
  keys: count(1, 1_000, 3, "Keys that clients read and write."),
  think: duration.prefault("2ms").describe("Pause between an answer and a client's next operation."),
  thinkSpread: duration.prefault("20ms").describe("Added to the pause at random, up to this."),
  readsOfTen: count(0, 10, 4, "Of ten operations so many read; of the others every third compares and sets."),
  operates: duration
    .prefault("0s")
    .describe("The operator gives an order about this often until the world heals; 0s: never."),
  orders: z
    .enum(["all", "handOvers"])
    .default("all")
    .describe("What the operator changes: the members, and who leads; or only who leads."),
});

export type RaftWorkload = z.infer<typeof raftWorkload>;
