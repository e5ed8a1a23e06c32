// Everything the mesh says on the wire. Fields are plain data; whoever sent a message is on its envelope, not in it.

import type { NodeId } from "../../base/ids.ts";
import type { RaftMessage } from "../../protocols/raft/messages.ts";
import type { Level } from "./degraded-settings.ts";
import type { Severity } from "./service-facts.ts";
import type { ActionKind, GrantCause, Notice } from "./facts.ts";
import type { WriteKind } from "./item-facts.ts";
import {
  type Bargain,
  type BoundaryMessage,
  type GroundMessage,
  itemMessages,
  type ItemTalk,
  type WriteResult,
} from "./item-messages.ts";
import type { ItemTerms } from "./items.ts";
import type { Scraped } from "./monitoring/metrics.ts";
import type { PlayerState } from "./player-state.ts";
import type { OrderVerb } from "./orders.ts";
import type { ReplicationMessage } from "./replication-messages.ts";

export type ActionOutcome = "done" | "failed";
export type RefusalReason = "notReady" | "superseded" | "conflict" | "resolving";

/** Names one attempt of one transfer: what `defence.attemptCheck` compares. */
export interface AttemptName {
  readonly transfer: string;
  readonly attempt: number;
  readonly player: NodeId;
}

export type PlayerMessage =
  // player to coordinator; `ask` counts the questions of a session, so that an old answer is known as one
  | { readonly type: "join"; readonly session: number; readonly ask: number; readonly x: number }
  | { readonly type: "locate"; readonly session: number; readonly ask: number }
  // player to server
  | { readonly type: "hello"; readonly session: number }
  | { readonly type: "bye"; readonly session: number }
  | { readonly type: "move"; readonly session: number; readonly step: number; readonly x: number }
  /** `oldest`: no action of the session below it waits for an answer. */
  | {
      readonly type: "act";
      readonly session: number;
      readonly sequence: number;
      readonly oldest: number;
      readonly kind: ActionKind;
      readonly item: string;
      /** It is to have no effect from now on; the answer says whether it had one. */
      readonly withdrawn?: true;
      /** Of a gift or a trade; null: of any other action. */
      readonly bargain: Bargain | null;
    };

export type ToPlayerMessage =
  // coordinator to player
  | {
      readonly type: "located";
      readonly session: number;
      readonly ask: number;
      readonly server: NodeId;
      readonly token: number;
    }
  | { readonly type: "unplaced"; readonly session: number; readonly ask: number }
  /** Nobody new is let in now. */
  | { readonly type: "turnedAway"; readonly session: number; readonly ask: number }
  // server to player
  | {
      readonly type: "welcome";
      readonly session: number;
      readonly token: number;
      readonly version: number;
      readonly paused: boolean;
      readonly items: readonly string[];
    }
  | {
      readonly type: "view";
      readonly session: number;
      readonly token: number;
      readonly version: number;
      readonly x: number;
      readonly paused: boolean;
    }
  | {
      readonly type: "acted";
      readonly session: number;
      readonly sequence: number;
      readonly outcome: ActionOutcome;
      readonly token: number;
      readonly version: number;
    }
  /** `token` is that under which `server` has the player: the sender's own, but in "moved". */
  | {
      readonly type: "notice";
      readonly transfer: string;
      readonly notice: Notice;
      readonly server: NodeId;
      readonly token: number;
    }
  /** The action will be done, and is not durable yet. */
  | {
      readonly type: "noted";
      readonly session: number;
      readonly sequence: number;
      readonly token: number;
      readonly version: number;
    }
  | { readonly type: "notOwner"; readonly session: number };

/** A region as a server knows it. */
export interface KnownRegion {
  readonly server: NodeId;
  readonly epoch: number;
  readonly backups: readonly NodeId[];
}

export type TransferMessage =
  // source to target
  | (AttemptName & { readonly type: "prepare"; readonly fromToken: number })
  | (AttemptName & {
      readonly type: "ship";
      readonly fromToken: number;
      readonly state: PlayerState;
      readonly checksum: string;
    })
  | (AttemptName & { readonly type: "cancel" })
  // target to source
  | (AttemptName & { readonly type: "prepared" })
  | (AttemptName & { readonly type: "busy" })
  | (AttemptName & { readonly type: "refused"; readonly because: RefusalReason })
  | (AttemptName & {
      readonly type: "mismatch";
      readonly expected: string;
      readonly actual: string;
      readonly received: PlayerState;
    })
  | (AttemptName & { readonly type: "confirm"; readonly token: number });

export type AuthorityMessage =
  // server to coordinator
  | {
      readonly type: "adopt";
      readonly transfer: string;
      readonly player: NodeId;
      readonly fromToken: number;
      readonly source: NodeId;
      readonly version: number;
      readonly x: number;
    }
  | { readonly type: "abort"; readonly transfer: string; readonly player: NodeId; readonly fromToken: number }
  | { readonly type: "claim"; readonly player: NodeId; readonly incarnation: number }
  | { readonly type: "rejoin"; readonly incarnation: number }
  /** `sentUs` is the server's own time, which the answer brings back; `map`: the version of the map it has. */
  | {
      readonly type: "heartbeat";
      readonly incarnation: number;
      readonly sentUs: number;
      readonly map: number;
    }
  /** Its connection to another server broke: the coordinator is to see for itself (MESH-F3-01). */
  | { readonly type: "unreachable"; readonly server: NodeId }
  /** Everything the server had in that incarnation it has let go of. */
  | { readonly type: "released"; readonly incarnation: number }
  // coordinator to server
  /** The lease is renewed as of `sentUs`. */
  | { readonly type: "leased"; readonly incarnation: number; readonly sentUs: number }
  /** Its regions are about to go to others: it is to let go. `attempt` counts the times it was asked. */
  | { readonly type: "revoke"; readonly incarnation: number; readonly attempt: number }
  /** It has been given up: nothing it had in that incarnation is its own any more. */
  | { readonly type: "expelled"; readonly incarnation: number }
  /** Which server has which region, and in which epoch; how much service there is, and where there is none. */
  | {
      readonly type: "map";
      readonly version: number;
      readonly owners: readonly KnownRegion[];
      readonly level: Level;
      readonly critical: readonly number[];
      readonly suspended: readonly number[];
    }
  /** `version`: what the store had sealed at; -1 when the grant was not sealed. `region`: it was granted in. */
  | {
      readonly type: "granted";
      readonly player: NodeId;
      readonly token: number;
      readonly cause: GrantCause;
      readonly transfer: string;
      readonly version: number;
      readonly incarnation: number;
      readonly region: number;
    }
  | {
      readonly type: "adoptRefused";
      readonly transfer: string;
      readonly player: NodeId;
      readonly because: RefusalReason;
    }
  /** The transfer is over for its source: another grant came after the token it began with. */
  | {
      readonly type: "settled";
      readonly transfer: string;
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
    }
  /** Answers a claim: the player is another server's. */
  | { readonly type: "owner"; readonly player: NodeId; readonly server: NodeId; readonly token: number }
  | { readonly type: "rejoined"; readonly incarnation: number; readonly players: number }
  // coordinator to server
  /** Which players it has (MESH-F5-08). `round`: when the sweep began, in the coordinator's time. */
  | { readonly type: "roll"; readonly round: number }
  /** The player has more than one owner: it is to let go of it. `settled`: the transfer that has come about; or empty. */
  | { readonly type: "revokeHeld"; readonly player: NodeId; readonly token: number; readonly settled: string }
  // server to coordinator
  /** `acts`: it has its lease, or needs none. `more`: others follow in a message of their own. */
  | {
      readonly type: "rolled";
      readonly round: number;
      readonly incarnation: number;
      readonly acts: boolean;
      readonly players: readonly Claim[];
      readonly more: boolean;
    }
  /** It has the player no more under any token below `token`. `held`: 0, and no state, when it did not have it. */
  | {
      readonly type: "revokedHeld";
      readonly player: NodeId;
      readonly token: number;
      readonly held: number;
      readonly state: PlayerState | null;
    }
  // coordinator to whoever asked it: another one leads, as far as it knows
  | { readonly type: "elsewhere"; readonly leader: NodeId | null };

export type LoadMessage =
  // server to server, in scope "cluster": how much it has to do with
  { readonly type: "depth"; readonly depth: number };

/** A server takes a player for its own. */
export interface Claim {
  readonly player: NodeId;
  readonly token: number;
  /** It is about to hand it over, and may not know yet that it has. */
  readonly moving: boolean;
}

export type StoreMessage =
  /** `server`: who is about to have the player. */
  | { readonly type: "fence"; readonly player: NodeId; readonly token: number; readonly server: NodeId }
  | { readonly type: "fenced"; readonly player: NodeId; readonly token: number; readonly version: number }
  // coordinator to store: refuse everything older, and say what there is
  | { readonly type: "collect"; readonly player: NodeId; readonly token: number }
  /** `fence`: the lowest token that is not refused; above `token` when somebody has been granted more. */
  | {
      readonly type: "collected";
      readonly player: NodeId;
      readonly token: number;
      readonly fence: number;
      readonly state: PlayerState;
    }
  /** The resolved state, under the token of the grant that follows. Answered by `fenced`. */
  | { readonly type: "repair"; readonly player: NodeId; readonly token: number; readonly state: PlayerState }
  /** `ask` counts a server's questions: an echo of an earlier answer would be a state of earlier. */
  | { readonly type: "load"; readonly player: NodeId; readonly token: number; readonly ask: number }
  | {
      readonly type: "loaded";
      readonly player: NodeId;
      readonly token: number;
      readonly ask: number;
      readonly state: PlayerState;
    }
  /** `fence`: the token that stands in the way. */
  | {
      readonly type: "loadRefused";
      readonly player: NodeId;
      readonly token: number;
      readonly ask: number;
      readonly fence: number;
    }
  /** The whole new state, and the version it was made from. `untilUs`: wall-clock time after which it counts no more; -1: none. */
  | {
      readonly type: "write";
      readonly player: NodeId;
      readonly token: number;
      readonly session: number;
      readonly sequence: number;
      readonly kind: WriteKind;
      readonly item: string;
      /** Null: it is about no item. */
      readonly terms: ItemTerms | null;
      readonly base: number;
      readonly untilUs: number;
      readonly state: PlayerState;
      readonly withdrawn?: true;
    }
  /** Names the write it answers. `repeated`: the outcome was already known. `version`: what the store holds now. */
  | {
      readonly type: "wrote";
      readonly player: NodeId;
      readonly token: number;
      readonly session: number;
      readonly sequence: number;
      readonly kind: WriteKind;
      /** Of the terms it was written under; 0: it had none. */
      readonly epoch: number;
      readonly result: WriteResult;
      readonly repeated: boolean;
      readonly version: number;
    };

export type OperatorMessage =
  // operator to coordinator
  | { readonly type: "forceRollback"; readonly command: string; readonly player: NodeId; readonly reason: string }
  // coordinator to the owning server
  | {
      readonly type: "force";
      readonly command: string;
      readonly player: NodeId;
      readonly reason: string;
      readonly operator: NodeId;
    }
  // server, or coordinator, to operator
  | { readonly type: "forced"; readonly command: string; readonly player: NodeId; readonly answer: ForceAnswer }
  // operator to coordinator: asked again until it is done or refused
  | {
      readonly type: "order";
      readonly command: string;
      /** From 0; of two orders about one thing the one with the higher number counts, whichever comes first. */
      readonly number: number;
      readonly verb: OrderVerb;
      /** A server, or a number of a region; empty: neither. */
      readonly subject: string;
    }
  // coordinator to operator
  | { readonly type: "ordered"; readonly command: string; readonly answer: OrderAnswer }
  // coordinator or monitor to operator
  | { readonly type: "alert"; readonly severity: Severity; readonly about: string };

export type OrderAnswer =
  | "done"
  /** It has begun, and takes time: ask again. */
  | "underway"
  | "isDown"
  | "lastServer"
  | "nothingToGive"
  /** A later order about the same thing has been seen to. */
  | "superseded"
  | "unknown";

export type MonitoringMessage =
  // monitor to server and coordinator
  | { readonly type: "scrape"; readonly round: number }
  // their answer
  | ({ readonly type: "scraped"; readonly round: number } & Scraped);

export type ForceAnswer = "rolledBack" | "completed" | "noTransfer" | "noOwner";

/** What the mesh's own machines say; the coordinators also talk Raft among themselves. */
export type OwnMessage =
  | PlayerMessage
  | ToPlayerMessage
  | TransferMessage
  | ReplicationMessage
  | AuthorityMessage
  | LoadMessage
  | ItemTalk
  | BoundaryMessage
  | GroundMessage
  | StoreMessage
  | OperatorMessage
  | MonitoringMessage;

export type MeshMessage = OwnMessage | RaftMessage;

/** One line each: what a fault's `message:` may name. */
export const meshMessages: ReadonlyMap<MeshMessage["type"], string> = new Map([
  ["join", "player asks the coordinator for a place"],
  ["locate", "player asks the coordinator who owns it"],
  ["located", "coordinator tells a player its owner"],
  ["unplaced", "coordinator knows no such player"],
  ["hello", "player begins a session with its server"],
  ["bye", "player ends its session"],
  ["welcome", "server accepts a session"],
  ["move", "player has walked"],
  ["view", "server shows a player where it stands"],
  ["act", "player asks for an action"],
  ["acted", "server answers an action"],
  ["noted", "server will do an action that is not durable yet (properties.md P2)"],
  ["notice", "server keeps a player informed of a pause, a move or a rollback (MESH-GEN-05)"],
  ["notOwner", "server does not have this player"],
  ["prepare", "source asks the target for a place"],
  ["prepared", "target has a place"],
  ["busy", "target has no place now"],
  ["refused", "target will not take the player"],
  ["ship", "source sends the player's state"],
  ["mismatch", "target found another checksum (MESH-F4-03)"],
  ["confirm", "target owns the player: the confirmation of MESH-F1-01"],
  ["cancel", "source has ended the transfer"],
  ["depth", "server tells another how many transfers it has to do with (X-M-48)"],
  ["replicate", "primary sends a backup what has changed (MESH-FT-05)"],
  ["replicated", "backup has it"],
  ["replicateRefused", "backup knows a later primary"],
  ["recall", "new primary asks backups for soft actions"],
  ["recalled", "backup tells what it has"],
  ["adopt", "target asks the coordinator for the authority"],
  ["adoptRefused", "coordinator does not grant it"],
  ["granted", "coordinator tells a server of its grant"],
  ["abort", "source asks the coordinator to undo the transfer"],
  ["settled", "coordinator tells a source that the transfer is over"],
  ["claim", "server asks the coordinator whether a player is its own"],
  ["owner", "coordinator names the owner"],
  ["rejoin", "restarted server asks for its players"],
  ["rejoined", "coordinator knows the restarted server"],
  ["heartbeat", "server tells the coordinator of it, and asks for its lease to be renewed (MESH-FT-01, MESH-F5-06)"],
  ["unreachable", "server tells the coordinator that another one refuses connections (MESH-F3-01)"],
  ["leased", "coordinator renews a server's lease"],
  ["revoke", "coordinator asks a suspected server to let go"],
  ["released", "server has let go of everything"],
  ["expelled", "coordinator has given the server up"],
  ["map", "coordinator tells a server who has which region"],
  ["roll", "coordinator asks a server for the players it has (MESH-F5-08)"],
  ["rolled", "server names players it has"],
  ["revokeHeld", "coordinator asks a server to let go of a player with two owners (MESH-F5-09)"],
  ["revokedHeld", "server has let go of it, and tells its state"],
  ["elsewhere", "coordinator does not lead, and names who does"],
  ["raft.preVote", "coordinator asks whether it could win an election"],
  ["raft.preVoted", "coordinator says whether it would vote for it"],
  ["raft.vote", "coordinator asks for a vote"],
  ["raft.voted", "coordinator's vote"],
  ["raft.append", "leader sends entries of the log, or a heartbeat"],
  ["raft.appended", "coordinator has them on disk"],
  ["raft.refused", "coordinator's log does not agree with the leader's"],
  ["raft.snapshot", "leader sends a part of the register"],
  ["raft.snapshotReceived", "coordinator has that part"],
  ["raft.timeoutNow", "leader hands its leadership over"],
  ["fence", "coordinator seals the store against older tokens"],
  ["fenced", "store is sealed"],
  ["load", "server asks the store for a player's state"],
  ["collect", "coordinator seals the store and asks for the state"],
  ["collected", "store is sealed, and gives the state"],
  ["repair", "coordinator gives the store the resolved state (MESH-F5-12)"],
  ["loaded", "store gives the state"],
  ["loadRefused", "store knows a newer token"],
  ["write", "server asks the store to accept an effect"],
  ["wrote", "store's answer to a write"],
  ["forceRollback", "operator asks the coordinator to roll a player back (MESH-F7-07)"],
  ["force", "coordinator tells the owner to roll a player back"],
  ["forced", "answer to the operator"],
  ["turnedAway", "coordinator lets nobody new in (MESH-FT-28)"],
  ["order", "operator drains, resumes or adds a server, freezes a region, or stops admissions"],
  ["ordered", "coordinator says what became of an order"],
  ["alert", "coordinator or monitor tells the operator that something is wrong (MESH-FT-12)"],
  ...itemMessages,
  ["scrape", "monitor asks for metrics"],
  ["scraped", "server or coordinator tells its metrics"],
]);
