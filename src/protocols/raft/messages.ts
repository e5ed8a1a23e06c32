// What Raft nodes say to each other, what their logs hold, and what they write to disk.

import type { NodeId } from "../../base/ids.ts";

/** Who decides. While `outgoing` is not empty the configuration is joint: a majority of both decides (§6). */
export interface RaftConfiguration {
  readonly voters: readonly NodeId[];
  readonly outgoing: readonly NodeId[];
  /** They receive the log and count in no majority (thesis §4.2.1). */
  readonly learners: readonly NodeId[];
}

/** Immutable: the same object stands in logs, messages and on disks. */
export type Entry =
  | {
      readonly index: number;
      readonly term: number;
      readonly kind: "command";
      /** The application's, plain data. */
      readonly content: unknown;
      readonly checksum: number;
    }
  /** The first entry of each term: what was left by earlier terms commits with it (§8). */
  | { readonly index: number; readonly term: number; readonly kind: "noop"; readonly checksum: number }
  | {
      readonly index: number;
      readonly term: number;
      readonly kind: "configuration";
      readonly content: RaftConfiguration;
      readonly checksum: number;
    };

export interface Snapshot {
  /** It stands for the log up to here; the entry there was of `term`. */
  readonly index: number;
  readonly term: number;
  readonly configuration: RaftConfiguration;
  readonly configurationIndex: number;
  /** The state of the application, as text of its own. */
  readonly content: string;
  /** Of all of it. */
  readonly checksum: number;
}

/**
 * The log on disk is a file of these. An entry stands for the end of the log: what was behind its index before is gone.
 * A snapshot stands for everything before it in the file; entries behind it begin after `base`.
 */
export type DiskEntry =
  | Entry
  | { readonly kind: "vote"; readonly term: number; readonly votedFor: NodeId | null }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot | null; readonly base: number; readonly baseTerm: number };

export type RaftMessage =
  /** Would you vote for me in `term`? Promises nothing (thesis §9.6). */
  | {
      readonly type: "raft.preVote";
      readonly term: number;
      readonly lastIndex: number;
      readonly lastTerm: number;
    }
  /** Granted: for that `term`; refused: the term of who refuses. */
  | { readonly type: "raft.preVoted"; readonly term: number; readonly granted: boolean }
  | {
      readonly type: "raft.vote";
      readonly term: number;
      readonly lastIndex: number;
      readonly lastTerm: number;
      /** The leader asked for this election: voters who hear it vote all the same (thesis §3.10). */
      readonly forced: boolean;
    }
  | { readonly type: "raft.voted"; readonly term: number; readonly granted: boolean }
  | {
      readonly type: "raft.append";
      readonly term: number;
      readonly prevIndex: number;
      readonly prevTerm: number;
      readonly commit: number;
      /** Counts what the leader asked to be confirmed; it comes back with every answer. */
      readonly round: number;
      readonly entries: readonly Entry[];
    }
  /** The log agrees with the leader's up to `match`, and is durable so far. */
  | { readonly type: "raft.appended"; readonly term: number; readonly match: number; readonly round: number }
  /** Nothing agrees at `prevIndex`; of what is there instead, the term and its first index, or term 0 and the log's end. */
  | {
      readonly type: "raft.refused";
      readonly term: number;
      readonly prevIndex: number;
      readonly conflictTerm: number;
      readonly conflictIndex: number;
      readonly round: number;
    }
  | {
      readonly type: "raft.snapshot";
      readonly term: number;
      readonly index: number;
      readonly lastTerm: number;
      readonly configuration: RaftConfiguration;
      readonly configurationIndex: number;
      /** Of the whole snapshot, whichever part of it this is. */
      readonly checksum: number;
      readonly offset: number;
      readonly data: string;
      readonly done: boolean;
      readonly round: number;
    }
  /** The snapshot of `index` has arrived up to `offset`. */
  | {
      readonly type: "raft.snapshotReceived";
      readonly term: number;
      readonly index: number;
      readonly offset: number;
      readonly round: number;
    }
  /** Stand for election now. */
  | { readonly type: "raft.timeoutNow"; readonly term: number };
