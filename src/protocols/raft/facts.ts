// What Raft nodes, and the clients of their key-value store, state about themselves. The judge sees nothing else.

import type { NodeId } from "../../base/ids.ts";
import type { RaftConfiguration } from "./messages.ts";

/** `checksums` are of the content of entries, so that two nodes can be compared without the content. */
export type RaftFact =
  /** A new incarnation has read its disk: the log from `base`, and what it remembers of its vote. */
  | {
      readonly fact: "raft.recovered";
      readonly term: number;
      readonly votedFor: NodeId | null;
      readonly base: number;
      readonly baseTerm: number;
      readonly snapshotIndex: number;
      readonly terms: readonly number[];
      readonly checksums: readonly number[];
      readonly configuration: RaftConfiguration;
      readonly configurationIndex: number;
      readonly configurationTerm: number;
    }
  | { readonly fact: "raft.diskUnreadable"; readonly record: number }
  /** It wants to lead; `pre`: it asks first whether it could win. */
  | { readonly fact: "raft.stood"; readonly term: number; readonly pre: boolean; readonly forced: boolean }
  /** Stated as the vote leaves the node, or as a candidate counts its own. */
  | { readonly fact: "raft.voted"; readonly term: number; readonly candidate: NodeId }
  | {
      readonly fact: "raft.leaderElected";
      readonly term: number;
      readonly lastIndex: number;
      readonly lastTerm: number;
    }
  | {
      readonly fact: "raft.steppedDown";
      readonly term: number;
      readonly because: "higherTerm" | "noQuorum" | "removed" | "rival";
      /** Whose message it was; itself otherwise. */
      readonly by: NodeId;
    }
  /** Entries are at the end of the log now, from index `first`, behind one of `prevTerm`. */
  | {
      readonly fact: "raft.appended";
      readonly first: number;
      readonly prevTerm: number;
      readonly terms: readonly number[];
      readonly checksums: readonly number[];
    }
  /** The log ends before `from` now. */
  | { readonly fact: "raft.truncated"; readonly from: number; readonly last: number }
  /** The log is durable up to here. */
  | { readonly fact: "raft.durable"; readonly index: number; readonly term: number }
  /** As `leader`: by a majority, under this configuration. Otherwise: as the leader said. */
  | {
      readonly fact: "raft.committed";
      readonly index: number;
      readonly term: number;
      readonly checksum: number;
      readonly leader: boolean;
      readonly leaderTerm: number;
      readonly configuration: RaftConfiguration;
    }
  /** Entries were applied to the state machine, from index `first`. */
  | {
      readonly fact: "raft.applied";
      readonly first: number;
      readonly terms: readonly number[];
      readonly checksums: readonly number[];
    }
  | {
      readonly fact: "raft.snapshotTaken";
      readonly index: number;
      readonly term: number;
      readonly checksum: number;
      /** The log begins after this index from now on. */
      readonly base: number;
    }
  /** The state is that of the leader's snapshot; `kept`: entries behind it stay in the log. */
  | {
      readonly fact: "raft.snapshotInstalled";
      readonly index: number;
      readonly term: number;
      readonly checksum: number;
      readonly kept: boolean;
    }
  /** The newest configuration in this log, whether it was appended or what was behind it was cut off. */
  | {
      readonly fact: "raft.configured";
      readonly index: number;
      readonly term: number;
      readonly configuration: RaftConfiguration;
    }
  | { readonly fact: "raft.transferBegun"; readonly target: NodeId; readonly term: number }
  | { readonly fact: "raft.transferGivenUp"; readonly target: NodeId; readonly term: number };

export type StoreOperation = "put" | "cas" | "get";

/** Of the replicated key-value store and its clients. A version is the log index of the write that made a value. */
export type StoreFact =
  /** A node's state machine executed it, and did not merely answer from its session. */
  | {
      readonly fact: "store.executed";
      readonly session: number;
      readonly sequence: number;
      readonly index: number;
      readonly key: string;
      readonly version: number;
    }
  | {
      readonly fact: "store.invoked";
      readonly operation: string;
      readonly kind: StoreOperation;
      readonly key: string;
      /** The version that a cas expects; -1: it is none. */
      readonly expected: number;
    }
  /** `version`: made by a write, seen by a read. `value`: written or seen. `done` off: a cas that found another version. */
  | {
      readonly fact: "store.answered";
      readonly operation: string;
      readonly kind: StoreOperation;
      readonly key: string;
      readonly done: boolean;
      readonly version: number;
      readonly value: string;
    }
  /** The client will never know. */
  | { readonly fact: "store.unanswered"; readonly operation: string; readonly key: string };
