// The mesh as its facts tell it: what the coordinator has committed, what the store holds, what servers believe and
// clients saw. Properties and figures look here. Plain data only, so that a checkpoint can hold it.

import type { NodeId } from "../../base/ids.ts";
import type { WorldFact } from "../../trace/trace-event.ts";
import { freshRaftView, type RaftView } from "../../protocols/raft/properties/raft-view.ts";
import { type BackupView, freshBackupView } from "./backup-view.ts";
import type { GrantCause, MeshFact } from "./facts.ts";
import { freshModeView, type ModeView } from "./mode-view.ts";
import type { PlayerState } from "./player-state.ts";
import { freshLoadView, type LoadView } from "./load-view.ts";
import type { ResolutionView } from "./resolution-view.ts";
import { freshSplitWatch, type SplitWatch } from "./split-watch.ts";
import { freshRecoveryWatch, type RecoveryWatch } from "./recovery-watch.ts";
import { freshStopwatches, type Stopwatches } from "./stopwatches.ts";

/** Everything the judge of a mesh run is shown. */
export type JudgedFact = MeshFact | WorldFact;

/** A committed grant: the only source of "owner" (properties.md §1; never a belief, a table or a delivered message). */
export interface Grant {
  readonly server: NodeId;
  readonly incarnation: number;
  readonly token: number;
  readonly cause: GrantCause;
  readonly transfer: string;
  readonly atUs: number;
  readonly event: number;
}

/** A number that only ever rises, and the event that raised it last. */
export interface Peak {
  readonly value: number;
  readonly event: number;
}

/** Who holds the highest value of something, and who holds the highest of all others: what "by another server" needs. */
export interface Leaders {
  first: Holder | null;
  second: Holder | null;
}

export interface Holder extends Peak {
  readonly server: NodeId;
}

/** Who acted: the server and token of an accepted effect. */
export interface Term {
  readonly server: NodeId;
  readonly token: number;
  readonly event: number;
}

export interface Belief {
  readonly token: number;
  /** The player stands still there for a transfer: nothing is done for it. */
  readonly frozen: boolean;
  readonly atUs: number;
  readonly event: number;
}

/** What the store kept of one operation: enough to say later whether its effect is still there. */
export interface EffectRecord {
  readonly player: NodeId;
  /** The server that made it, and how many effects for the player that server had made with it; 0: unknown. */
  readonly server: NodeId;
  readonly effects: number;
  readonly event: number;
  readonly version: number;
  readonly score: number;
  readonly session: number;
  readonly sequence: number;
  /** The item it picked up; empty when it picked up none. */
  readonly pickedUp: string;
  /** Its client was told that it is done; a resolution has gone on without it. */
  acknowledged: boolean;
  discarded: boolean;
}

/** The least that committed state must contain from now on, because a client was told so. */
export interface Acknowledged {
  version: number;
  score: number;
  session: number;
  sequence: number;
  event: number;
  /** Items whose pickup was acknowledged and which nobody dropped since, with the event of the acknowledgement. */
  readonly items: Map<string, number>;
}

/** One player. Fields that end in `Before` hold what the last fact of its kind replaced, for rules that compare. */
export interface PlayerView {
  readonly id: NodeId;
  // the coordinator
  grant: Grant | null;
  grants: number;
  tokenGranted: Peak;
  tokenGrantedBefore: Peak;
  /** The highest tokens that servers were granted. */
  readonly granted: Leaders;
  /** By token: the server it was granted to, where in the log, and the event at which that was stated first. */
  readonly grantedUnder: Map<number, { readonly server: NodeId; readonly index: number; readonly event: number }>;
  // the store
  state: PlayerState | null;
  stateBefore: PlayerState | null;
  /** Who acted last, and before that. */
  acting: Term | null;
  actingBefore: Term | null;
  /** The server that acted under each token. */
  readonly actedUnder: Map<number, NodeId>;
  /** The server that had acted under the token of the last accepted effect, before it; undefined: none. */
  actedUnderBefore: NodeId | undefined;
  tokenAccepted: Peak;
  tokenAcceptedBefore: Peak;
  /** The highest token the store has seen in a fence, a load or a write. */
  tokenSeen: Peak;
  tokenSeenBefore: Peak;
  /** The highest token under which the store took a resolved state over; -1: none. */
  repairedUnder: number;
  /** The highest tokens under which servers loaded or took the state. */
  readonly loaded: Leaders;
  /** Highest sequence accepted, by session. */
  readonly sequences: Map<number, number>;
  sequenceBefore: number;
  /** Version of the last accepted drop, by item. */
  readonly dropped: Map<string, number>;
  // servers
  readonly beliefs: Map<NodeId, Belief>;
  /** Transfers of this player that have ended. */
  transfersEnded: number;
  // the client
  connected: boolean;
  left: boolean;
  /** Since when it has wanted a connection in vain; null: it has one, or wants none. */
  unconnectedSinceUs: number | null;
  /** Since when it has wanted an answer of somebody who can act in vain; giving an action up does not end the want. */
  unansweredSinceUs: number | null;
  /** Since when actions wait that were neither answered nor given up. */
  readonly waiting: Map<string, number>;
  /** How long the action waited that was answered last; -1: it was not waiting. */
  answeredAfterUs: number;
  /** Actions that the store has refused for what they ask, and nobody has answered yet. */
  readonly refused: Set<string>;
  /** The last action answered that the store had refused for what it asked, not for who asked: an owner answered it. */
  declined: string;
  tokenShown: Peak;
  tokenShownBefore: Peak;
  readonly acknowledged: Acknowledged;
}

export interface ShippedState {
  readonly attempt: number;
  readonly checksum: string;
  /** Null: it is let go of, for another transfer has ended since. */
  readonly state: PlayerState | null;
  readonly event: number;
}

export interface AdoptedState extends ShippedState {
  readonly state: PlayerState;
}

/** `abandoned`: its source's process is gone, and with it the only memory of the transfer. */
export type TransferPhase = "open" | "abandoned" | "completed" | "rolledBack";

export interface TransferEnd {
  readonly outcome: "completed" | "rolledBack";
  readonly atUs: number;
  readonly event: number;
}

export interface TransferView {
  readonly id: string;
  readonly player: NodeId;
  readonly source: NodeId;
  readonly target: NodeId;
  readonly startedUs: number;
  readonly startedEvent: number;
  phase: TransferPhase;
  /** When it left the phase "open". */
  closedUs: number;
  end: TransferEnd | null;
  ends: number;
  attempts: number;
  /** The committed grant to the target, if there was one. */
  grant: Grant | null;
  /** What the store had committed for the player at that grant, and its version, which is kept for good. */
  cut: PlayerState | null;
  cutVersion: number;
  shipped: ShippedState[];
  adopted: AdoptedState | null;
  /** From `rollbackStarted` on. */
  rollingBack: boolean;
  readonly notices: string[];
}

export interface ItemView {
  readonly spawned: boolean;
  /** It was destroyed: no place is right any more. */
  gone: boolean;
  /** Everywhere it is in committed state: player ids, "ground" and "escrow". Exactly one place is right. */
  readonly places: string[];
  /** Of the last change that its region's server made by itself. */
  version: number;
  /** Nothing may be done with it. */
  frozen: boolean;
  /** Where the workload has put a second one; empty: nowhere. */
  copyAt: string;
  /** When it was last lifted from the ground. */
  liftedUs: number;
  event: number;
}

/** A server's lease, as the server itself states it. */
export interface LeaseView {
  /** It has stated no end of it: it would act. */
  believes: boolean;
  renewedUs: number;
  /** The first grant of one of its players to another server, because it was given up, that came while it believed. */
  outrunBy: Overtaking | null;
  /** The first time another server began to act for one of its players, while it believed and the player was not frozen. */
  rivalledBy: Overtaking | null;
}

/** Somebody else had the player from then on. */
export interface Overtaking {
  readonly player: NodeId;
  readonly server: NodeId;
  readonly atUs: number;
  readonly event: number;
}

/** `endUs` is true time, as far as the holder's clock can tell: it had not known of the end for `lateUs` of that clock. */
export interface LeaseEnd extends Pick<LeaseView, "outrunBy" | "rivalledBy"> {
  readonly server: NodeId;
  readonly endUs: number;
  readonly lateUs: number;
}

/** A region by the committed map. */
export interface RegionView extends RegionOwner {
  /** Who had it in which epoch before: a new leader that finds old moves in the log states them again. */
  readonly earlier: ReadonlyMap<number, NodeId>;
}

export interface RegionOwner {
  readonly server: NodeId;
  readonly epoch: number;
  readonly event: number;
}

export interface LockView {
  readonly node: NodeId;
  readonly lock: string;
  readonly transfer: string;
  readonly atUs: number;
  readonly event: number;
}

export interface MeshView {
  readonly players: Map<NodeId, PlayerView>;
  readonly transfers: Map<string, TransferView>;
  /** Ids of those in phase "open", oldest first. */
  readonly open: Set<string>;
  /** Transfers that the last process to end was the source of. */
  abandoned: string[];
  /** The transfer that ended last: its states are let go when the next one ends. */
  endedLast: string;
  readonly items: Map<string, ItemView>;
  /** Items that are somewhere else after the last accepted effect. */
  itemsMoved: string[];
  /** Items made and destroyed, and places they are in altogether (properties.md I2). */
  created: number;
  destroyed: number;
  live: number;
  /** The version of the item before the last change of ground. */
  itemVersionBefore: number;
  /** What became of each trade, by the name of its action. */
  readonly trades: Map<string, "reserved" | "done" | "undone">;
  tradeBefore: "reserved" | "done" | "undone" | undefined;
  /** Which instance the last audit has kept. */
  keptBefore: "original" | "copy";
  /** By item: the servers that have a replica of it. */
  readonly replicas: Map<string, Set<NodeId>>;
  /** How stale the replicas were that were taken away last, in microseconds. */
  staleFor: number[];
  /** The server each region had first. */
  readonly firstServers: Map<number, RegionOwner>;
  /** By region: the highest epoch in which a server has opened its log. */
  readonly openings: Map<number, number>;
  readonly leases: Map<NodeId, LeaseView>;
  /** The present life of a server: what an earlier one was granted is not its own. Absent: the first. */
  readonly lives: Map<NodeId, number>;
  /** The event at which each process began. */
  readonly bootedAt: Map<NodeId, number>;
  /** The largest error in rate that a fault has given any monotonic clock: beyond what is declared, leases promise nothing. */
  ratePpm: number;
  /** The lease that the last fact has ended, and the true time of its end; null: none. */
  leaseEnded: LeaseEnd | null;
  /** Nodes that stand still: they do nothing, and will look at their clocks first. */
  readonly paused: Set<NodeId>;
  /** When nodes that stood still went on last: at that very instant they have done nothing yet. */
  readonly wokeAt: Map<NodeId, number>;
  /** Servers without leases that stood still when another began to act for a player of theirs. */
  readonly sleepers: Map<NodeId, Overtaking>;
  /** Servers, not standing still, that may have acted for a player when another began to, at the last fact. */
  rivals: readonly NodeId[];
  /** The server that the player of the last grant belonged to before; null: none. */
  grantedFrom: NodeId | null;
  /** By number; absent: as at the start. */
  readonly regions: Map<number, RegionView>;
  /** What `regions` held before the last move; undefined: nothing. */
  regionBefore: RegionView | undefined;
  /** The version of the committed map, and of the one each server knows. */
  mapVersion: number;
  /** `mapVersion` before the last move that was stated. */
  mapBefore: number;
  readonly mapsKnown: Map<NodeId, number>;
  /** By player. */
  readonly resolutions: Map<NodeId, ResolutionView>;
  /** That of the player of the last grant, before it; null: there was none. */
  resolutionBefore: ResolutionView | null;
  /** By node and name. Locks of a process that is gone are gone with it. */
  readonly locks: Map<string, LockView>;
  /** The player of the last grant or effect. */
  subject: PlayerView | null;
  /** Whether the last grant, or `effectRecovered`, told something new: then it is granted or accepted now. */
  recoveredAnew: boolean;
  /** The first effect of each operation. */
  readonly effects: Map<string, EffectRecord>;
  /** The earlier effect of the operation whose effect was accepted last. */
  effectBefore: EffectRecord | null;
  /** The effect of the operation that was answered last; null: it has none. */
  effectAnswered: EffectRecord | null;
  /** Operations whose client was told that they certainly have no effect, with the event. */
  readonly failed: Map<string, number>;
  readonly stopwatches: Stopwatches;
  readonly backups: BackupView;
  readonly load: LoadView;
  readonly splits: SplitWatch;
  readonly recoveries: RecoveryWatch;
  readonly mode: ModeView;
  /** The coordinators' group. */
  readonly raft: RaftView;
  /** Strikes of faults that have begun and not ended; one fault can have several. */
  faultsOpen: number;
  /** Since when no fault is open, and nothing late by one; after the present while something may still be. */
  calmSinceUs: number;
  /** Until when something is late by faults that have ended. */
  lateUntilUs: number;
  healedUs: number | null;
}

export const GROUND = "ground";
export const ESCROW = "escrow";

const NO_PEAK: Peak = { value: -1, event: -1 };

export const freshMeshView = (): MeshView => ({
  players: new Map(),
  transfers: new Map(),
  open: new Set(),
  abandoned: [],
  endedLast: "",
  items: new Map(),
  itemsMoved: [],
  created: 0,
  destroyed: 0,
  live: 0,
  itemVersionBefore: 0,
  trades: new Map(),
  tradeBefore: undefined,
  keptBefore: "original",
  replicas: new Map(),
  staleFor: [],
  firstServers: new Map(),
  openings: new Map(),
  leases: new Map(),
  lives: new Map(),
  bootedAt: new Map(),
  ratePpm: 0,
  leaseEnded: null,
  paused: new Set(),
  wokeAt: new Map(),
  sleepers: new Map(),
  rivals: [],
  grantedFrom: null,
  regions: new Map(),
  regionBefore: undefined,
  mapVersion: 1,
  mapBefore: 1,
  mapsKnown: new Map(),
  resolutions: new Map(),
  resolutionBefore: null,
  locks: new Map(),
  subject: null,
  recoveredAnew: false,
  effects: new Map(),
  effectBefore: null,
  effectAnswered: null,
  failed: new Map(),
  stopwatches: freshStopwatches(),
  backups: freshBackupView(),
  load: freshLoadView(),
  splits: freshSplitWatch(),
  recoveries: freshRecoveryWatch(),
  mode: freshModeView(),
  raft: freshRaftView(),
  faultsOpen: 0,
  calmSinceUs: 0,
  lateUntilUs: 0,
  healedUs: null,
});

/** The player of that name, known from now on. A player is never forgotten: tokens outlive a re-created one. */
export function playerOf(view: MeshView, id: NodeId): PlayerView {
  const known = view.players.get(id);
  if (known !== undefined) return known;
  const player: PlayerView = {
    id,
    grant: null,
    grants: 0,
    tokenGranted: NO_PEAK,
    tokenGrantedBefore: NO_PEAK,
    granted: { first: null, second: null },
    grantedUnder: new Map(),
    state: null,
    stateBefore: null,
    acting: null,
    actingBefore: null,
    actedUnder: new Map(),
    actedUnderBefore: undefined,
    tokenAccepted: NO_PEAK,
    tokenAcceptedBefore: NO_PEAK,
    tokenSeen: NO_PEAK,
    tokenSeenBefore: NO_PEAK,
    repairedUnder: -1,
    loaded: { first: null, second: null },
    sequences: new Map(),
    sequenceBefore: -1,
    dropped: new Map(),
    beliefs: new Map(),
    transfersEnded: 0,
    connected: false,
    left: false,
    unconnectedSinceUs: null,
    unansweredSinceUs: null,
    waiting: new Map(),
    answeredAfterUs: -1,
    refused: new Set(),
    declined: "",
    tokenShown: NO_PEAK,
    tokenShownBefore: NO_PEAK,
    acknowledged: { version: -1, score: -Infinity, session: -1, sequence: -1, event: -1, items: new Map() },
  };
  view.players.set(id, player);
  return player;
}

/** The peak after `value` was seen: the same one unless it rose. */
export const raised = (peak: Peak | undefined, value: number, event: number): Peak =>
  peak !== undefined && value <= peak.value ? peak : { value, event };

/** `server` has reached `value`. */
export function raiseHolder(leaders: Leaders, server: NodeId, value: number, event: number): void {
  const { first, second } = leaders;
  if (first === null || first.server === server) {
    if (first === null || value > first.value) leaders.first = { server, value, event };
  } else if (value > first.value) {
    leaders.first = { server, value, event };
    leaders.second = first;
  } else if (second === null || value > second.value) {
    leaders.second = { server, value, event };
  }
}

/** The highest value of any server but this one. */
export const highestOfOthers = ({ first, second }: Leaders, server: NodeId): Holder | null =>
  first !== null && first.server !== server ? first : second;

/** Whether the owner by the committed grants has shown that it holds what it needs to act. */
export function ownerIsAble(player: PlayerView): boolean {
  const { grant } = player;
  return grant !== null && player.beliefs.get(grant.server)?.token === grant.token;
}

/** Whether a calm begins with what happens now: it may have to wait for what is late. */
export const calmBegins = (view: MeshView, atUs: number): boolean => isCalm(view) && view.calmSinceUs >= atUs;

/** Whether no fault is open now. Coordinators of whom a majority is gone for good decide nothing: that is no calm. */
export const isCalm = (view: MeshView): boolean => view.faultsOpen === 0 && view.mode.quorumLostUs === null;
