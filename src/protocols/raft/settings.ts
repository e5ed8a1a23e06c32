// Every number a group of Raft nodes depends on, and a switch for each of its defences, so that an ablation can show what
// each is worth. Durations are integer microseconds. All nodes of a group have the same settings.

import { assert } from "../../base/assert.ts";

/** Each is on; off, it is a fault that somebody has made before. The comment says what the fault is. */
export interface RaftDefences {
  /** A vote, one's own too, counts once it is on the disk (§5.2). Off: before. */
  readonly voteFsync: boolean;
  /** Votes are asked for once term, vote and log are on the disk. Off: before, with a log that a crash may shorten. */
  readonly stableCampaign: boolean;
  /** A follower acknowledges what is on its disk. Off: what it has received. */
  readonly appendFsync: boolean;
  /** A leader counts itself for what is on its disk. Off: for its whole log (thesis §10.2.1). */
  readonly selfFsync: boolean;
  /** What was cut off the log no longer counts as durable, although the sync that covered it went well. */
  readonly syncKnowsTruncation: boolean;
  /** Only an entry of the own term moves the commit index (§5.4.2, Figure 8). */
  readonly ownTermCommitOnly: boolean;
  /** A vote is for a candidate whose log is at least as new (§5.4.1). */
  readonly logUpToDate: boolean;
  /** Only a conflict cuts the log. Off: each append leaves what it brought as the end of the log. */
  readonly conflictOnlyTruncate: boolean;
  /** A follower commits no further than it knows to agree with the leader. Off: up to the end of its own log. */
  readonly commitClamp: boolean;
  /** An append is taken only behind an entry of the same index and term (§5.3). */
  readonly prevCheck: boolean;
  /** Replies of an earlier term count for nothing. */
  readonly replyTermCheck: boolean;
  /** Nobody raises its term before a majority would vote for it (thesis §9.6). */
  readonly preVote: boolean;
  /** A leader that hears no majority steps down; a voter that hears a leader does not vote (thesis §6.2, §4.2.3). */
  readonly checkQuorum: boolean;
  /** A voter that has just started behaves as if it had heard a leader: it may have, before. */
  readonly quietStart: boolean;
  /** Membership changes pass through a joint configuration (§6). Off: from the old one to the new one at once. */
  readonly jointConsensus: boolean;
  /** While joint, both majorities decide. Off: a majority of all of them together. */
  readonly jointMajorities: boolean;
  /** A change of membership waits for an entry of the own term to commit. Off: the bug of single-server changes (2015). */
  readonly changeAfterNoop: boolean;
  /** A learner counts in no majority. */
  readonly learnersDoNotCount: boolean;
  /** A server is promoted only once it has caught up (thesis §4.2.1). */
  readonly catchUpFirst: boolean;
  /** A ReadIndex is answered once a majority has confirmed the leader after it was asked (thesis §6.4). */
  readonly readConfirm: boolean;
  /** No read is answered before an entry of the own term is committed. */
  readonly readAfterNoop: boolean;
  /** A lease is shorter than the election timeout by what clocks may drift. */
  readonly leaseMargin: boolean;
  /** A leader that gave its leadership away trusts no lease in that term any more. */
  readonly leaseEndsAtTransfer: boolean;
  /** A snapshot that is older than what is committed here is not installed. */
  readonly snapshotGuard: boolean;
  /** Sessions are part of the snapshot (§8). */
  readonly sessionsInSnapshot: boolean;
  /** A command that was applied is answered from the session, not applied again (§8). */
  readonly sessionDedupe: boolean;
  /** An entry, or a snapshot, whose content does not agree with its checksum is not taken. */
  readonly entryChecksum: boolean;
}

export interface RaftSettings {
  /** Silence of a leader after which others may want to lead; voters refuse them for as long. */
  readonly electionTimeoutUs: number;
  /** Added to the timeout at random, up to this, so that candidates part. */
  readonly electionSpreadUs: number;
  readonly heartbeatUs: number;
  /** How long a leader lets the first proposal or read wait for others, so that they travel together; 0: not at all. */
  readonly batchDelayUs: number;
  /** Entries in one append at most. */
  readonly maxBatch: number;
  /** Appends with entries under way to one follower at most; further entries wait, and travel together. */
  readonly pipelineMax: number;
  /** Entries that are not committed, beyond which proposals are refused as "busy". */
  readonly uncommittedMax: number;
  /** Reads that wait for a confirmation, beyond which they are refused as "busy". */
  readonly readsMax: number;
  /** Applied entries after which a snapshot is taken. */
  readonly snapshotEvery: number;
  /** Entries kept behind a snapshot, for followers that are not far behind. */
  readonly logKeep: number;
  /** Characters of a snapshot in one message at most. */
  readonly chunkMax: number;
  /** A learner that lacks no more entries than this has caught up. */
  readonly catchUpLag: number;
  /** Pause before the disk is tried again after a failed sync. */
  readonly diskRetryUs: number;
  /** How far clocks are declared to err in rate, in parts per million: what leases allow for. */
  readonly driftPpm: number;
  /** How linearizable reads are answered: by a round of heartbeats each, or by a lease while one is held. */
  readonly reads: "index" | "lease";
  /** Sessions remembered; beyond it the one unused for longest is forgotten, at every node alike. */
  readonly sessionsMax: number;
  readonly defence: RaftDefences;
}

const allDefences: RaftDefences = {
  voteFsync: true,
  stableCampaign: true,
  appendFsync: true,
  selfFsync: true,
  syncKnowsTruncation: true,
  ownTermCommitOnly: true,
  logUpToDate: true,
  conflictOnlyTruncate: true,
  commitClamp: true,
  prevCheck: true,
  replyTermCheck: true,
  preVote: true,
  checkQuorum: true,
  quietStart: true,
  jointConsensus: true,
  jointMajorities: true,
  changeAfterNoop: true,
  learnersDoNotCount: true,
  catchUpFirst: true,
  readConfirm: true,
  readAfterNoop: true,
  leaseMargin: true,
  leaseEndsAtTransfer: true,
  snapshotGuard: true,
  sessionsInSnapshot: true,
  sessionDedupe: true,
  entryChecksum: true,
};

const defaults: RaftSettings = {
  electionTimeoutUs: 150_000,
  electionSpreadUs: 150_000,
  heartbeatUs: 30_000,
  batchDelayUs: 0,
  maxBatch: 64,
  pipelineMax: 8,
  uncommittedMax: 10_000,
  readsMax: 10_000,
  snapshotEvery: 5_000,
  logKeep: 500,
  chunkMax: 16_384,
  catchUpLag: 16,
  diskRetryUs: 20_000,
  driftPpm: 200,
  reads: "index",
  sessionsMax: 1_000,
  defence: allDefences,
};

export type RaftChanges = Partial<Omit<RaftSettings, "defence">> & { readonly defence?: Partial<RaftDefences> };

/** The defaults, changed here and there. */
export function raftSettings(changes: RaftChanges = {}): RaftSettings {
  const { defence, ...rest } = changes;
  const settings: RaftSettings = { ...defaults, ...rest, defence: { ...allDefences, ...defence } };
  assert(settings.heartbeatUs > 0, "a heartbeat takes time");
  assert(settings.heartbeatUs * 2 <= settings.electionTimeoutUs, "an election timeout is two heartbeats or more");
  assert(settings.batchDelayUs < settings.heartbeatUs, "a heartbeat carries what waits for others at the latest");
  assert(settings.maxBatch > 0 && settings.pipelineMax > 0, "an append has room for an entry");
  assert(settings.snapshotEvery > 0 && settings.logKeep >= 0, "a snapshot stands for an entry or more");
  assert(settings.chunkMax > 0 && settings.sessionsMax > 0, "a chunk and a table of sessions have room");
  assert(settings.driftPpm >= 0 && settings.driftPpm < 1_000_000, "a clock that errs still goes on");
  return settings;
}

/** How long a quorum that heard the leader at the beginning keeps every other candidate from winning, by its clock. */
export function leaseUs({ electionTimeoutUs, driftPpm, defence }: RaftSettings): number {
  if (!defence.leaseMargin) return electionTimeoutUs;
  // The voter's clock may be fast and the leader's slow: both errors count against the lease.
  return Math.floor((electionTimeoutUs * (1_000_000 - driftPpm)) / (1_000_000 + driftPpm));
}
