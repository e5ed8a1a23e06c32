// What a server remembers, and what one step of it works with.

import type { NodeId } from "../../base/ids.ts";
import { openThrottle, type Throttle } from "./admission.ts";
import type { Level } from "./degraded-settings.ts";
import { freshSeat, type Seat, seatFor } from "./coordinators.ts";
import type { GrantCause, Notice } from "./facts.ts";
import type { WriteKind } from "./item-facts.ts";
import type { ItemTerms } from "./items.ts";
import type { Bargain, RegionQuestion } from "./item-messages.ts";
import type { AuthorityMessage, KnownRegion, MeshMessage } from "./messages.ts";
import type { NotedAction, ReplicaCopy } from "./replication-messages.ts";
import type { Outbox } from "./outbox.ts";
import type { PlayerState } from "./player-state.ts";
import type { MeshSettings } from "./settings.ts";
import type { Checksums } from "./state-checksum.ts";
import { regionAt, type Topology } from "./topology.ts";
import type { Transfer } from "./transfer.ts";

export interface QueuedAction {
  readonly session: number;
  readonly sequence: number;
  readonly kind: WriteKind;
  readonly item: string;
  readonly bargain: Bargain | null;
  /** The move that the item comes from, or goes back from; empty: none. */
  readonly escrow: string;
  readonly withdrawn: boolean;
}

/** A soft action, and what is still owed for it. */
export interface Noted {
  readonly action: NotedAction;
  readonly sinceUs: number;
  /** The change of the region's stream that holds it; backups that have this change have it. */
  change: number;
  told: boolean;
}

/** Somebody else is waited for before the action can be written, or answered: its queue waits with it. */
export interface Request {
  readonly type: "pickup" | "trade";
  readonly action: QueuedAction;
  /** Whose the item is; empty: it is a trade. */
  readonly authority: NodeId | "";
  /** As which it was asked for last. */
  move: string;
  sent: number;
  readonly sinceUs: number;
  dueUs: number;
}

export interface WriteInFlight {
  readonly action: QueuedAction;
  /** What it says of its item. */
  readonly terms: ItemTerms | null;
  readonly base: number;
  readonly state: PlayerState;
  dueUs: number;
}

/** A player this server believes it has. */
export interface Held {
  /** Asks again for an answer to the write: its name, which is needed with every write. */
  readonly writeTimer: string;
  token: number;
  /** What the store has accepted. Everything but `x`, which is where the player walked since. */
  state: PlayerState;
  x: number;
  /** The transfer that brought it here; empty: another way. */
  readonly byTransfer: string;
  /** The client's session, its last step, and the actions of it that have been answered or given up by the client. */
  session: number;
  step: number;
  done: number;
  queue: QueuedAction[];
  /** The region it was granted in: whose backups follow it. */
  readonly region: number;
  /** Soft actions that the store does not have yet, in order; and whether they are on their way there. */
  tail: Noted[];
  flushing: boolean;
  /** Of the region's stream: the last one that concerned this player; and where it stood then. */
  change: number;
  sentX: number;
  write: WriteInFlight | null;
  /** What is to be written for the player beside its own actions, and before them. */
  errands: readonly QueuedAction[];
  request: Request | null;
  /** The store holds another version: nothing is written before the state has been loaded again. */
  reload: { readonly ask: number; dueUs: number } | null;
  transfer: Transfer | null;
  /** It was told that nothing goes on here for a while, and not yet that it does. */
  suspended: boolean;
  /** It stands in a suspended region, and nothing of it is under way. */
  stopped: boolean;
  /** Transfers begun under this token. */
  transfers: number;
  coolUntilUs: number;
  /** Since when it waits for a slot; -1: it does not. */
  queuedUs: number;
  /** It has been told that it must wait, and there was no room in the queue. */
  turnedAway: boolean;
}

/** A granted player whose state is on its way from the store. */
export interface Loading {
  readonly token: number;
  readonly cause: GrantCause;
  readonly transfer: string;
  readonly ask: number;
  readonly region: number;
  /** What the store has, or a copy as new as that, while backups are asked for soft actions; null: not known yet. */
  state: PlayerState | null;
  x: number | null;
  dueUs: number;
}

/** A backup, as the primary sees it. */
export interface Follower {
  /** The latest life of the backup that was heard of. */
  life: number;
  /** It has said that it has everything up to this change, and was sent everything up to that one. */
  acked: number;
  sent: number;
  /** It is in step once it has this one. */
  readonly wholeAt: number;
  inStep: boolean;
  heardUs: number;
  /** When it is sent again what it has not acknowledged. */
  dueUs: number;
}

/** What the primary of a region sends its backups: changes, counted from 1. */
export interface Stream {
  readonly epoch: number;
  changes: number;
  /** Up to here every follower has been sent everything. */
  sent: number;
  readonly followers: Map<NodeId, Follower>;
  /** Players with a change since `sent`. */
  readonly unsent: Set<NodeId>;
  /** Players who left, by the change that says so, while a follower may not know. */
  readonly gone: Map<NodeId, { readonly token: number; readonly change: number }>;
}

/** What a backup has of a region. */
export interface Following {
  epoch: number;
  life: number;
  primary: NodeId;
  /** Everything up to this change of that stream; -1: nothing yet. */
  applied: number;
  heardUs: number;
  readonly copies: Map<NodeId, ReplicaCopy & { readonly receivedUs: number; readonly ofStream: string }>;
}

/** Backups are being asked what they have of soft actions. */
export interface Recall {
  readonly ask: number;
  readonly waiting: Set<NodeId>;
  readonly found: Map<NodeId, ReplicaCopy>;
  readonly untilUs: number;
}

/** A transfer as its target sees it. */
export interface Incoming {
  readonly transfer: string;
  readonly source: NodeId;
  readonly fromToken: number;
  attempt: number;
  /** Waiting for a slot, for the state, or for the coordinator. */
  phase: "waiting" | "prepared" | "adopting";
  state: PlayerState | null;
  /** The attempt that brought `state`; 0: none has. */
  adopted: number;
  heardUs: number;
  adoptDueUs: number;
}

/** What a server knows of its own load. */
export interface Gauge {
  /** When the window ends, and began; -1: none runs. */
  dueUs: number;
  sinceUs: number;
  /** Given to the server within the window. */
  events: number;
  /** How late the end of the last window was noticed: events wait as long for their turn. */
  lagUs: number;
}

/** Where a player went: the highest token heard of, and who has it. */
export interface Whereabouts {
  readonly server: NodeId;
  readonly token: number;
}

/** How much later a server may be with its timers than it was a window ago. */
const LAG_GROWS_US = 1_000_000;

/** Which server has which region, as far as a server knows. */
export interface KnownMap {
  readonly version: number;
  readonly owners: readonly KnownRegion[];
  readonly level: Level;
  readonly critical: readonly number[];
  readonly suspended: readonly number[];
}

/** A region of this server's, and what lies there as far as it knows. */
export interface OwnRegion {
  readonly epoch: number;
  /** The store has given its ground. */
  opened: boolean;
  ground: Map<string, number>;
  /** What its neighbours, the one before and the one after it, were told; null: nothing. */
  readonly told: [Told | null, Told | null];
}

export interface Told {
  readonly to: NodeId;
  sequence: number;
}

/** A neighbour's region, as far as its one source has told it. */
export interface Source {
  readonly server: NodeId;
  readonly epoch: number;
  sequence: number;
}

/** Something on a neighbour's ground (MESH-F6-06): to be seen, and to be asked for. */
export interface Replica {
  readonly region: number;
  readonly x: number;
  readonly source: NodeId;
  readonly readOnly: true;
}

/** An item of this server's ground that waits for a player elsewhere to take it. */
export interface Reservation {
  readonly item: string;
  readonly region: number;
  readonly player: NodeId;
  /** Who asked for it; empty: it is not known any more. */
  readonly server: NodeId | "";
  phase: "asked" | "reserved";
}

/** Plain data. Players are found by name; only active transfers, and all players when a map or a lease changes, are ever walked through. */
export interface ServerState {
  /** Of the process, and within it of its lives: each time it is given up, it begins another. */
  incarnation: number;
  /** A restarted server takes part again once the coordinator knows it. */
  ready: boolean;
  rejoinDueUs: number;
  map: KnownMap;
  /** It believes that it may act; and by its own clock, until when. */
  leased: boolean;
  leaseUntilUs: number;
  /** It had a lease and has stated that it has it no more. */
  cutOff: boolean;
  /** Views that were due since the level changed last, when it is not normal, and those that were shown. */
  views: { due: number; shown: number };
  /** When it tells the coordinator of it again. */
  beatDueUs: number;
  readonly regions: Map<number, OwnRegion>;
  /** By region. */
  readonly sources: Map<number, Source>;
  /** By item. */
  readonly replicas: Map<string, Replica>;
  /** By move. */
  readonly reserved: Map<string, Reservation>;
  /** When it compares its ground with the store's again. */
  surveyDueUs: number;
  readonly seat: Seat;
  readonly held: Map<NodeId, Held>;
  readonly loading: Map<NodeId, Loading>;
  readonly incoming: Map<NodeId, Incoming>;
  /** How many are outgoing or incoming: mostly none, and then nothing has to be looked after. */
  moving: number;
  readonly whereabouts: Map<NodeId, Whereabouts>;
  /** Players it was told to let go of, and what it had of them. */
  readonly revoked: Map<NodeId, { readonly token: number; readonly state: PlayerState }>;
  /** Sessions that greeted us before we had their player: welcomed as soon as we have. */
  readonly callers: Map<NodeId, number>;
  /** Players with a transfer out, in order of starting. */
  readonly outgoing: Set<NodeId>;
  /** Slots taken, by lock name, with the transfer that holds each. */
  readonly slots: Map<string, string>;
  /** Targets' requests that wait for a slot, then players of our own that do. First come, first served. */
  waiting: NodeId[];
  queue: NodeId[];
  /** Of the queue. */
  readonly throttle: Throttle;
  /** Transfers begun elsewhere that were told to come again: until then they go before our own. By player. */
  readonly putOff: Map<NodeId, PutOff>;
  /** What the other servers said of their depths. */
  readonly depths: Map<NodeId, { readonly depth: number; readonly atUs: number }>;
  readonly gauge: Gauge;
  /** What an attempt took that was confirmed, smoothed over about eight of them; 0: none was. */
  attemptUs: number;
  /** Questions asked of the store. */
  asks: number;
  /** When the timer fires next; -1: not armed. */
  tickDueUs: number;
  watchdogDueUs: number;
  admitDueUs: number;
  replicateDueUs: number;
  flushDueUs: number;
  /** It has been told of a map in this life, or was there from the start. */
  mapKnown: boolean;
  /** By region: what it sends as a primary, has as a backup, and asks for as a new primary. */
  readonly streams: Map<number, Stream>;
  readonly following: Map<number, Following>;
  readonly recalls: Map<number, Recall>;
}

/** One step of a server. */
export interface Turn {
  readonly state: ServerState;
  readonly self: NodeId;
  readonly topology: Topology;
  readonly settings: MeshSettings;
  readonly nowUs: number;
  readonly wallUs: number;
  readonly checksums: Checksums;
  readonly out: Outbox;
}

export type Received<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

export const freshServer = (map: KnownMap): ServerState => ({
  incarnation: 0,
  ready: true,
  rejoinDueUs: 0,
  map,
  leased: false,
  leaseUntilUs: -1,
  cutOff: false,
  views: { due: 0, shown: 0 },
  beatDueUs: 0,
  regions: new Map(),
  sources: new Map(),
  replicas: new Map(),
  reserved: new Map(),
  surveyDueUs: Infinity,
  seat: freshSeat(),
  held: new Map(),
  loading: new Map(),
  incoming: new Map(),
  moving: 0,
  whereabouts: new Map(),
  revoked: new Map(),
  callers: new Map(),
  outgoing: new Set(),
  slots: new Map(),
  waiting: [],
  queue: [],
  throttle: openThrottle(),
  putOff: new Map(),
  depths: new Map(),
  gauge: { dueUs: -1, sinceUs: 0, events: 0, lagUs: 0 },
  attemptUs: 0,
  asks: 0,
  tickDueUs: -1,
  watchdogDueUs: -1,
  admitDueUs: -1,
  replicateDueUs: -1,
  flushDueUs: -1,
  mapKnown: false,
  streams: new Map(),
  following: new Map(),
  recalls: new Map(),
});

/** Sends a question to the coordinator that is thought to lead. All of them are asked again by those who ask. */
export function askCoordinator(
  { state, topology, settings, nowUs, out }: Turn,
  question: AuthorityMessage | RegionQuestion,
): void {
  out.send(seatFor(state.seat, topology, nowUs, settings.server.askRetry), question);
}

/** Whether the lease allows it to act: to write, to answer, to show. What it does for transfers needs none. */
export const mayAct = ({ state, settings }: Turn): boolean => state.leased || settings.lease.mode === "none";

/** A transfer begun elsewhere that was told to come again, until it must have come. */
export interface PutOff {
  readonly transfer: string;
  readonly source: NodeId;
  readonly fromToken: number;
  readonly untilUs: number;
}

/** Policy "lock" with its guard: the player does not act, walk or write while it moves. */
export const isFrozen = ({ settings }: Turn, held: Held): boolean =>
  held.transfer !== null && settings.transfer.policy === "lock" && settings.defence.stateGuard;

/** The region a player stands in. */
export const regionHere = ({ owners }: KnownMap, { width }: Topology, { x }: Held): number =>
  regionAt(owners.length, width, x);

/** Whether the player stands in a region in which nothing goes on. */
export const isSuspended = ({ state: { map }, topology }: Turn, held: Held): boolean =>
  map.suspended.length > 0 && map.suspended.includes(regionHere(map, topology, held));

export const freezes = ({ transfer, defence }: MeshSettings): boolean =>
  transfer.policy === "lock" && defence.stateGuard;

export const outLock = (player: NodeId): string => `slot/out/${player}`;
export const inLock = (player: NodeId): string => `slot/in/${player}`;

/**
 * The server that should have a player at `x` whom this server has; undefined: the player is no further than
 * `hysteresis` millimetres beyond a region of its own.
 */
export function serverBeyond({ self, state, topology, settings }: Turn, x: number): NodeId | undefined {
  const { owners, suspended } = state.map;
  // Nobody leaves a region that stands still, nor comes to one.
  if (suspended.length > 0 && suspended.includes(regionAt(owners.length, topology.width, x))) return undefined;
  const { hysteresis } = settings.transfer;
  const ownerAt = (place: number): NodeId => owners[regionAt(owners.length, topology.width, place)].server;
  const owner = ownerAt(x);
  if (owner === self || ownerAt(x - hysteresis) === self || ownerAt(x + hysteresis) === self) return undefined;
  return owner;
}

export function hasFreeSlot({ state, settings }: Turn): boolean {
  return settings.load.cap === "soft" || state.slots.size < settings.transfer.slots;
}

export function takeSlot(turn: Turn, lock: string, transfer: string): void {
  turn.state.slots.set(lock, transfer);
  turn.out.record({ type: "record", fact: "lockTaken", lock, transfer });
}

/**
 * Whether a timer of the server's own must have been lost, and is to be armed anew. One that only waits for its turn must
 * not be: armed anew each time it is missed, it would never fire while the server is late with everything.
 */
export const isLost = ({ state: { gauge }, nowUs }: Turn, dueUs: number, periodUs: number): boolean =>
  nowUs > dueUs + periodUs + (gauge.lagUs > periodUs ? 2 * gauge.lagUs + LAG_GROWS_US : gauge.lagUs);

/** Releasing a slot that is not taken changes nothing: the watchdog may have been first. */
export function releaseSlot(turn: Turn, lock: string, transfer: string): void {
  if (turn.state.slots.get(lock) !== transfer) return;
  turn.state.slots.delete(lock);
  turn.out.record({ type: "record", fact: "lockReleased", lock, transfer });
}

/** Remembers who has a player, if this is newer than what was known. */
export function hearOf(turn: Turn, player: NodeId, server: NodeId, token: number): void {
  const known = turn.state.whereabouts.get(player);
  if (known === undefined || known.token < token) turn.state.whereabouts.set(player, { server, token });
}

export interface Word {
  readonly transfer: string;
  readonly notice: Notice;
  readonly server: NodeId;
  readonly token: number;
}

/** Keeps a player informed (MESH-GEN-05). */
export function notify(turn: Turn, player: NodeId, { transfer, notice, server, token }: Word): void {
  turn.out.send(player, { type: "notice", transfer, notice, server, token });
  turn.out.record({ type: "record", fact: "noticeSent", player, transfer, notice });
}

/** Tells a player who came to the wrong server where to go, as far as it is known here. */
export function redirect(turn: Turn, player: NodeId, session: number): void {
  const known = turn.state.whereabouts.get(player);
  if (known === undefined || known.server === turn.self) {
    turn.out.send(player, { type: "notOwner", session });
    return;
  }
  turn.out.send(player, { type: "notice", transfer: "", notice: "moved", server: known.server, token: known.token });
}
