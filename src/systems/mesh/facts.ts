// What the mesh's machines state about themselves. The judge sees these, the world's own facts, and true time only.

import type { NodeId } from "../../base/ids.ts";
import type { OrderVerb } from "./orders.ts";
import type { RaftFact } from "../../protocols/raft/facts.ts";
import type { VectorClock } from "./lineage.ts";
import type { GroundChanged, ItemFact, Laid } from "./item-facts.ts";
import type { MonitorFact } from "./monitoring/monitor-facts.ts";
import type { PlayerState } from "./player-state.ts";
import type { ServiceFact } from "./service-facts.ts";
import type { ResolutionPolicy, Resolved } from "./resolution.ts";

/**
 * Lives of one process: each time a server is given up and comes back, it is another one to the coordinator. A life is
 * known by its incarnation: that of the process times this, and how many lives came before in it.
 */
export const LIVES_MAX = 1000;

export type GrantCause = "join" | "transfer" | "rollback" | "rejoin" | "failover" | "resolution";
/** `suspended`: the server may not act for a while. `reassigned`: another server has the player, for its own has failed. */
export type Notice = "waiting" | "paused" | "resumed" | "moved" | "rolledBack" | "suspended" | "reassigned";
export type AttemptFailure = "timeout" | "mismatch" | "busy" | "refused" | "unreachable" | "conflict";
/** Which level of the recovery hierarchy ended the transfer (MESH-REC, X-M-14). */
export type EndedBy = "firstAttempt" | "retry" | "rollback" | "watchdog" | "operator" | "resolution";
/** Why a player waits for a slot no longer: it walked back, it is another server's, or it waited too long (X-M-45). */
export type DeferralEnd = "back" | "gone" | "watchdog";
export type ActionKind = "score" | "pickup" | "drop" | "give" | "trade" | "spawn" | "destroy";
/** A state of a player as it was found at a server or the store. */
export interface VersionSummary {
  readonly holder: NodeId;
  readonly token: number;
  readonly version: number;
  readonly clock: VectorClock;
  readonly wroteUs: number;
}

export type MeshFact = OwnFact | RaftFact;

export type OwnFact =
  | ItemFact
  | ServiceFact
  | MonitorFact
  // coordinator: the register of authority. Stated at the instant the command is durable (properties.md: commit).
  | {
      readonly fact: "granted";
      readonly player: NodeId;
      readonly server: NodeId;
      /** Its life that the grant is for: another one does not take it up. */
      readonly incarnation: number;
      readonly token: number;
      readonly cause: GrantCause;
      readonly transfer: string;
      readonly index: number;
    }
  /**
   * A new leader found this grant in the log and cannot know whether it was stated before: the same grant when it was,
   * otherwise granted now. Nobody can have been told of it in between.
   */
  | {
      readonly fact: "grantRecovered";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly incarnation: number;
      readonly token: number;
      readonly cause: GrantCause;
      readonly transfer: string;
      readonly index: number;
    }
  | {
      readonly fact: "grantRefused";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly transfer: string;
      readonly because: string;
    }
  /** The server has been silent for so long that it is suspected to have failed (MESH-FT-09, MESH-F3-05). */
  | { readonly fact: "server_failure_detected"; readonly server: NodeId; readonly silentUs: number }
  /** A region has another server, by a command that was committed now, or that a new leader found in the log. */
  | {
      readonly fact: "regionMoved";
      readonly region: number;
      readonly from: NodeId;
      readonly server: NodeId;
      readonly epoch: number;
      /** failure: `from` is given up; asked: it gives the region away in health. */
      readonly because: "failure" | "asked";
      readonly map: number;
    }
  // store: the resource. Stated at the instant the write is durable.
  | {
      readonly fact: "effectAccepted";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly action: string;
      readonly session: number;
      readonly sequence: number;
      readonly kind: ActionKind;
      readonly item: string;
      /** The player's committed state after the effect. */
      readonly state: PlayerState;
      /** Items on the ground after the effect: only those the action touched, with whether they lie there now. */
      readonly ground: readonly Laid[];
      /** Absent: it changed no ground of its server's. */
      readonly onGround?: GroundChanged;
    }
  /** As `grantRecovered`, at a restarted store: the same effect when it was stated before, otherwise accepted now. */
  | {
      readonly fact: "effectRecovered";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly action: string;
      readonly session: number;
      readonly sequence: number;
      readonly kind: ActionKind;
      readonly item: string;
      readonly state: PlayerState;
      readonly ground: readonly Laid[];
      readonly onGround?: GroundChanged;
    }
  | {
      readonly fact: "effectRefused";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly action: string;
      readonly because:
        | "staleToken"
        | "staleEpoch"
        | "outOfOrder"
        | "versionConflict"
        | "itemGone"
        | "late"
        | "withdrawn";
      /** Found after a restart: it may have been stated before, and the client may have been told. */
      readonly recovered?: true;
    }
  | {
      readonly fact: "effectRepeated";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly action: string;
    }
  | { readonly fact: "fenceRaised"; readonly player: NodeId; readonly token: number; readonly version: number }
  | {
      readonly fact: "stateLoaded";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly version: number;
    }
  /** Once, when the store first boots. */
  | { readonly fact: "itemsSpawned"; readonly items: readonly string[] }
  /** Coordinator or store: a durable record cannot be read and is not the last. The node halts rather than invent state. */
  | { readonly fact: "diskUnreadable"; readonly file: string; readonly record: number }
  // server: lease and regions
  /** The holder has a lease, or has it for longer: until `untilUs` of its own clock, unless it is renewed. */
  | { readonly fact: "leaseRenewed"; readonly server: NodeId; readonly untilUs: number }
  /** It does not act any more. `lateUs`: for how long it has known nothing of it, having done nothing in between. */
  | { readonly fact: "leaseExpired"; readonly server: NodeId; readonly lateUs: number }
  /** It was asked to let go, or was told that it is given up: all it remembered of its players is gone. */
  | {
      readonly fact: "serverExpelled";
      readonly server: NodeId;
      readonly incarnation: number;
      readonly because: "revoked" | "givenUp";
    }
  /** It knows the map of that version, in which it has these regions. */
  | {
      readonly fact: "mapLearned";
      readonly server: NodeId;
      readonly map: number;
      readonly regions: readonly { readonly region: number; readonly epoch: number }[];
    }
  // server: belief and transfer
  /** A restarted server is known to the coordinator again; its players follow by grants with cause "rejoin". */
  /** An operator has it give away what it has: it is a primary and a backup of nothing until it resumes. */
  | { readonly fact: "serverDrained"; readonly server: NodeId }
  | { readonly fact: "serverResumed"; readonly server: NodeId }
  | { readonly fact: "serverRejoined"; readonly server: NodeId; readonly incarnation: number; readonly players: number }
  | {
      readonly fact: "authorityTaken";
      readonly player: NodeId;
      readonly token: number;
      readonly version: number;
      readonly transfer: string;
    }
  | { readonly fact: "authorityDropped"; readonly player: NodeId; readonly token: number; readonly because: string }
  | {
      readonly fact: "transferStarted";
      readonly transfer: string;
      readonly player: NodeId;
      readonly source: NodeId;
      readonly target: NodeId;
      readonly token: number;
    }
  /** The player crossed, and has to wait for one of the server's slots (`queued` in the queue after it). */
  | { readonly fact: "transferDeferred"; readonly player: NodeId; readonly target: NodeId; readonly queued: number }
  /** It has its slot. A fact of its own only for who had to wait; `queued` are left. */
  | {
      readonly fact: "transferAdmitted";
      readonly player: NodeId;
      readonly target: NodeId;
      readonly waitedUs: number;
      readonly queued: number;
    }
  | {
      readonly fact: "transferWithdrawn";
      readonly player: NodeId;
      readonly because: DeferralEnd;
      readonly queued: number;
    }
  /** The queue is full: the player comes again with its next steps, which is not said each time (MESH-F8-01). */
  | { readonly fact: "transferTurnedAway"; readonly player: NodeId; readonly target: NodeId }
  /** Target: a transfer begun elsewhere has to wait here, or was told to come again, which it does within `forUs`. */
  | {
      readonly fact: "requestDeferred";
      readonly transfer: string;
      readonly player: NodeId;
      readonly how: "waits" | "busy";
      readonly forUs: number;
    }
  /** Target: a request that waited here is over before it got a slot. */
  | { readonly fact: "requestDropped"; readonly transfer: string; readonly player: NodeId }
  /** MESH-F8-06. `isStrained`: the server is late with its own timers. */
  | { readonly fact: "throttlingBegan"; readonly depth: number; readonly isStrained: boolean }
  | { readonly fact: "throttlingEnded"; readonly depth: number; readonly afterUs: number }
  /** The gauges of MESH-F8-03, once a window. Percent: `saturation` of slots, `busy` of declared processor time. */
  | {
      readonly fact: "loadMeasured";
      readonly active: number;
      readonly queued: number;
      readonly waiting: number;
      readonly saturation: number;
      readonly busy: number;
      readonly lagUs: number;
      readonly throttled: boolean;
    }
  | { readonly fact: "attemptStarted"; readonly transfer: string; readonly attempt: number }
  | {
      readonly fact: "stateShipped";
      readonly transfer: string;
      readonly attempt: number;
      readonly player: NodeId;
      readonly checksum: string;
      readonly state: PlayerState;
    }
  | {
      readonly fact: "stateAdopted";
      readonly transfer: string;
      readonly attempt: number;
      readonly player: NodeId;
      readonly checksum: string;
      readonly state: PlayerState;
    }
  | {
      readonly fact: "stateMismatch";
      readonly transfer: string;
      readonly attempt: number;
      readonly player: NodeId;
      readonly expected: string;
      readonly actual: string;
    }
  /** The root-cause record of MESH-F4-06: paths at which the two states differ. */
  | {
      readonly fact: "mismatchDiagnosed";
      readonly transfer: string;
      readonly player: NodeId;
      readonly difference: readonly string[];
    }
  | {
      readonly fact: "attemptFailed";
      readonly transfer: string;
      readonly attempt: number;
      readonly because: AttemptFailure;
      readonly afterUs: number;
    }
  | { readonly fact: "retryScheduled"; readonly transfer: string; readonly attempt: number; readonly afterUs: number }
  /** The source asks for it. The coordinator may still answer that the target has the player: then it is completed. */
  | { readonly fact: "rollbackStarted"; readonly transfer: string; readonly player: NodeId; readonly because: string }
  | {
      readonly fact: "transferEnded";
      readonly transfer: string;
      readonly player: NodeId;
      readonly outcome: "completed" | "rolledBack";
      readonly endedBy: EndedBy;
      readonly attempt: number;
      readonly token: number;
    }
  | { readonly fact: "transferStuck"; readonly transfer: string; readonly player: NodeId; readonly ageUs: number }
  | {
      readonly fact: "lateMessageIgnored";
      readonly transfer: string;
      readonly attempt: number;
      readonly message: string;
      readonly because: string;
    }
  | { readonly fact: "lockTaken"; readonly lock: string; readonly transfer: string }
  | { readonly fact: "lockReleased"; readonly lock: string; readonly transfer: string }
  /** The player cannot act from here (frozen at the border) until resumed at this or another server. */
  | { readonly fact: "playerPaused"; readonly player: NodeId; readonly transfer: string }
  | { readonly fact: "playerResumed"; readonly player: NodeId; readonly transfer: string }
  | {
      readonly fact: "noticeSent";
      readonly player: NodeId;
      readonly transfer: string;
      readonly notice: Notice;
    }
  // player: the client
  /** It asks `server` for a session: at its first join, and after each loss of a connection or a restart (AL1). */
  | { readonly fact: "playerConnecting"; readonly player: NodeId; readonly server: NodeId; readonly session: number }
  | {
      readonly fact: "playerConnected";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly session: number;
      readonly token: number;
    }
  | { readonly fact: "playerLeft"; readonly player: NodeId }
  | {
      readonly fact: "actionInvoked";
      readonly player: NodeId;
      readonly action: string;
      readonly session: number;
      readonly sequence: number;
      readonly kind: ActionKind;
      readonly item: string;
      /** Of a gift or a trade: who is to have the item, and what is wanted for it. */
      readonly to?: NodeId;
      readonly other?: string;
    }
  | {
      readonly fact: "actionAnswered";
      readonly player: NodeId;
      readonly action: string;
      readonly session: number;
      readonly sequence: number;
      readonly outcome: "done" | "failed";
      readonly token: number;
      readonly version: number;
    }
  /** The session ended with no answer: it may or may not have taken effect. */
  | { readonly fact: "actionUnanswered"; readonly player: NodeId; readonly action: string }
  /** The client acted on an output of a server: showed it, moved on it (A5). */
  | {
      readonly fact: "emitShown";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly version: number;
    }
  | { readonly fact: "emitIgnored"; readonly player: NodeId; readonly server: NodeId; readonly token: number }
  | { readonly fact: "noticeShown"; readonly player: NodeId; readonly transfer: string; readonly notice: string }
  // operator
  | {
      readonly fact: "operatorAsked";
      readonly command: "forceRollback" | OrderVerb;
      /** A player, a server, a number of a region, or empty. */
      readonly subject: string;
      readonly reason: string;
    }
  | {
      readonly fact: "operatorAnswered";
      readonly command: "forceRollback" | OrderVerb;
      readonly subject: string;
      readonly answer: string;
    }
  // backups and failover, under the documents' names where they have them (MESH-FT-09, MESH-FT-15)
  /** A region's primary begins to be followed by so many backups, or by others than before. */
  | {
      readonly fact: "regionServed";
      readonly region: number;
      readonly epoch: number;
      readonly server: NodeId;
      /** As many as the map names, and as many as there should be. */
      readonly backups: number;
      readonly wanted: number;
    }
  /** The backup has everything the primary has. */
  | { readonly fact: "backup_created"; readonly region: number; readonly epoch: number; readonly server: NodeId }
  /** The backup follows no more: it is silent, or no backup of the region any more. */
  | { readonly fact: "backupLost"; readonly region: number; readonly epoch: number; readonly server: NodeId }
  /** A backup refused a primary whose region has had a later one. */
  | { readonly fact: "replicaRefused"; readonly region: number; readonly epoch: number; readonly server: NodeId }
  | {
      readonly fact: "failover_initiated";
      readonly region: number;
      readonly epoch: number;
      readonly failed: NodeId;
      readonly server: NodeId;
    }
  /** Of a region: its new primary has been granted every player of it. Of a player: it has heard of all it had asked for. */
  | { readonly fact: "failover_completed"; readonly region: number; readonly server: NodeId }
  | { readonly fact: "failover_completed"; readonly player: NodeId; readonly success: boolean }
  | { readonly fact: "failover_started"; readonly player: NodeId; readonly from: NodeId; readonly server: NodeId }
  /** The new primary has what the backups had of soft actions; those that are silent have not answered in time. */
  | {
      readonly fact: "tailsRecalled";
      readonly region: number;
      readonly actions: number;
      readonly silent: readonly NodeId[];
    }
  /** The server goes on from the copy it has as a backup, without asking the store. */
  | { readonly fact: "promotedWarm"; readonly player: NodeId; readonly token: number; readonly version: number }
  // player: the buffer
  /** Told that the action will be done, and is not durable yet: it is soft (properties.md P2). */
  | {
      readonly fact: "actionNoted";
      readonly player: NodeId;
      readonly action: string;
      readonly session: number;
      readonly sequence: number;
    }
  /** It was noted, and will never be done. */
  | {
      readonly fact: "actionLost";
      readonly player: NodeId;
      readonly action: string;
      readonly session: number;
      readonly sequence: number;
    }
  /** Not even asked for: the buffer is full, or has not begun (MESH-FT-13). */
  | { readonly fact: "actionDropped"; readonly player: NodeId; readonly because: "full" | "notBuffering" }
  /** It has waited for too long, or was asked for before the buffer began: it is withdrawn, and the answer will tell whether it was done. */
  | {
      readonly fact: "actionExpired";
      readonly player: NodeId;
      readonly action: string;
      readonly because: "maxTime" | "notBuffering";
    }
  /** It asks its server, the same or another, for everything it has buffered, under the same names. */
  | {
      readonly fact: "player_reconnected";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly afterUs: number;
      readonly actions: readonly string[];
    }
  // whoever looks for what must not be: each is counted by the meters of the node that states it, and is an alert
  /** A player that more than one server believes to have at once (MESH-F5-03). */
  | {
      readonly fact: "duplicateAuthorityDetected";
      readonly player: NodeId;
      readonly servers: readonly NodeId[];
      /** What each of them claims it by. */
      readonly tokens: readonly number[];
    }
  /** An item that is authoritative in more than one place at once (MESH-F6-03). */
  | { readonly fact: "itemDuplicateDetected"; readonly item: string; readonly places: readonly string[] }
  /** An item that is nowhere any more. */
  | { readonly fact: "itemLossDetected"; readonly item: string }
  // coordinator: how a player with two owners gets one again
  /** Committed: the player is nobody's until it is decided, and what is older than `token` is void (MESH-F5-09). */
  | {
      readonly fact: "resolutionBegan";
      readonly player: NodeId;
      readonly token: number;
      readonly servers: readonly NodeId[];
      readonly index: number;
    }
  /** Committed, and the audit record of it (MESH-F5-13). The grant follows once the store has the state. */
  | {
      readonly fact: "resolutionDecided";
      readonly player: NodeId;
      readonly server: NodeId;
      /** Of the grant that follows. */
      readonly token: number;
      readonly policy: ResolutionPolicy;
      readonly by: Resolved["by"];
      readonly winner: NodeId;
      readonly versions: readonly VersionSummary[];
      /** Who has effects that the winner's state lacks. */
      readonly discarded: readonly NodeId[];
      /** Servers that did not say what they had. */
      readonly silent: readonly NodeId[];
      readonly index: number;
    }
  /** Store: it has taken over a resolved state. `flagged`: items that were elsewhere, and are not in it (MESH-F5-11). */
  | {
      readonly fact: "stateRepaired";
      readonly player: NodeId;
      readonly token: number;
      readonly state: PlayerState;
      readonly flagged: readonly string[];
      /** As with effects. */
      readonly ground: readonly Laid[];
    };
