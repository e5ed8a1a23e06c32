// Everything a Raft node remembers, as plain data, and how it begins. What survives a crash comes from the disk.

import type { NodeId } from "../../base/ids.ts";
import { freshLog, type Log } from "./log.ts";
import type { RaftConfiguration, Snapshot } from "./messages.ts";

/** What a leader knows of one member. */
export interface Progress {
  /** The member's log agrees with the leader's up to here, durably. */
  match: number;
  /** The next entry to send. */
  next: number;
  /** `probe`: looking for where the logs agree. `replicate`: appends follow each other. `snapshot`: it gets one. */
  mode: "probe" | "replicate" | "snapshot";
  /** While probing: an append is under way, and nothing more is sent before an answer or a heartbeat. */
  waiting: boolean;
  /** Last index of each append with entries that is under way, oldest first. */
  readonly sentEnds: number[];
  heardUs: number;
  /** The last round it confirmed. */
  round: number;
  /** What it is sent, whatever newer one there is meanwhile, and how much of that has arrived. */
  snapshot: Snapshot | null;
  snapshotOffset: number;
  /** The round in which a part of the snapshot was sent last. */
  sentRound: number;
}

export interface PlacedConfiguration {
  readonly index: number;
  readonly term: number;
  readonly configuration: RaftConfiguration;
}

export interface MembershipChange {
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
  /** `catchUp`: servers to be promoted are learners yet. `joint`: both old and new ones decide. */
  phase: "catchUp" | "joint";
}

/** A snapshot on its way here, in parts. */
export interface Incoming {
  readonly from: NodeId;
  readonly term: number;
  readonly index: number;
  text: string;
}

export interface DiskState {
  /** Writes asked for, and how many of them are durable. */
  written: number;
  durable: number;
  /** The write that holds term and vote. */
  voteAt: number;
  /** Records in the file now: what compaction looks at. */
  records: number;
  syncs: number;
  syncing: boolean;
  /** What the sync under way covers: writes, and the log up to an index. */
  coveredTo: number;
  coveredIndex: number;
  /** The last sync failed: what the file holds is unknown until it has been replaced. */
  unsure: boolean;
  /** When the disk is tried again. */
  retryUs: number;
}

export interface RaftState {
  term: number;
  votedFor: NodeId | null;
  role: "follower" | "preCandidate" | "candidate" | "leader";
  leader: NodeId | null;
  readonly log: Log;
  snapshot: Snapshot | null;
  /** The one at the snapshot or the beginning, and those in the log behind it. The last one counts (§6). */
  readonly configurations: PlacedConfiguration[];
  commitIndex: number;
  appliedIndex: number;
  /** The log is durable up to here. */
  persistedIndex: number;
  /** The log is known to agree with that of the leader of this term up to here. */
  verifiedIndex: number;
  readonly disk: DiskState;
  halted: boolean;
  // Elections.
  /** When a leader was last heard: until a timeout later nobody else gets a vote. */
  heardUs: number;
  /** When patience began anew: a leader was heard, a vote was given, or an own campaign began. */
  patienceUs: number;
  /** When the election timer should have fired at the latest: later on it was lost. */
  electionDueUs: number;
  votes: Set<NodeId>;
  /** Who gets the vote once it is durable. */
  voteOwedTo: NodeId | null;
  /** Votes are asked for once the own one is durable. */
  campaignDue: boolean;
  forced: boolean;
  // Following.
  /** An acknowledgement waits for the disk. */
  ackDue: boolean;
  roundSeen: number;
  incoming: Incoming | null;
  // Leading.
  readonly progress: Map<NodeId, Progress>;
  /** Index of the first entry of the own term. */
  noopIndex: number;
  /** The application knows that it leads. */
  serving: boolean;
  round: number;
  /** When each of the latest rounds began, by round modulo its length. */
  readonly roundsUs: number[];
  heartbeatDueUs: number;
  /** In order of round. */
  reads: { readonly read: number; readonly index: number; readonly round: number }[];
  /** Entries up to this one have been offered to the followers. */
  offeredIndex: number;
  /** Until when what is to be sent waits for more; Infinity: nothing does. */
  batchUntilUs: number;
  change: MembershipChange | null;
  transfer: { readonly target: NodeId; readonly untilUs: number; sent: boolean } | null;
  /** No lease is trusted in this term any more. */
  leaseSpent: boolean;
}

/** Rounds remembered for leases; an older one confirms nothing. */
export const ROUNDS_KEPT = 64;

export const freshRaftState = (initial: RaftConfiguration): RaftState => ({
  term: 0,
  votedFor: null,
  role: "follower",
  leader: null,
  log: freshLog(),
  snapshot: null,
  configurations: [{ index: 0, term: 0, configuration: initial }],
  commitIndex: 0,
  appliedIndex: 0,
  persistedIndex: 0,
  verifiedIndex: 0,
  disk: {
    written: 0,
    durable: 0,
    voteAt: 0,
    records: 0,
    syncs: 0,
    syncing: false,
    coveredTo: 0,
    coveredIndex: 0,
    unsure: false,
    retryUs: 0,
  },
  halted: false,
  heardUs: -Infinity,
  patienceUs: 0,
  electionDueUs: Infinity,
  votes: new Set(),
  voteOwedTo: null,
  campaignDue: false,
  forced: false,
  ackDue: false,
  roundSeen: 0,
  incoming: null,
  progress: new Map(),
  noopIndex: 0,
  serving: false,
  round: 0,
  roundsUs: Array.from({ length: ROUNDS_KEPT }, () => 0),
  heartbeatDueUs: Infinity,
  reads: [],
  offeredIndex: 0,
  batchUntilUs: Infinity,
  change: null,
  transfer: null,
  leaseSpent: false,
});

export const freshProgress = (next: number, nowUs: number): Progress => ({
  match: 0,
  next,
  mode: "probe",
  waiting: false,
  sentEnds: [],
  heardUs: nowUs,
  round: 0,
  snapshot: null,
  snapshotOffset: 0,
  sentRound: 0,
});
