// How a server gets authority and loses it: grants, states from the store, claims, and its own restart.

import type { NodeId } from "../../base/ids.ts";
import { takeRegions } from "./boundary.ts";
import type { GrantCause, Notice } from "./facts.ts";
import type { PlayerState } from "./player-state.ts";
import { pump, sendWrite, welcome } from "./server-actions.ts";
import { leaveQueue } from "./server-admission.ts";
import { forgetIncoming } from "./server-incoming.ts";
import { beat } from "./server-lease.ts";
import { revoke } from "./server-roll.ts";
import { drain, driveTransfer } from "./server-outgoing.ts";
import type { NotedAction, ReplicaCopy } from "./replication-messages.ts";
import { ownCopy } from "./server-copies.ts";
import { beginRecall, isRecalling, needsRecall } from "./server-recall.ts";
import { changed, departed, tendStreams } from "./server-replication.ts";
import { followSuspension } from "./server-service.ts";
import {
  askCoordinator,
  type Held,
  hearOf,
  isSuspended,
  type Incoming,
  type Loading,
  notify,
  type Received,
  redirect,
  type Turn,
} from "./server-state.ts";

/** The coordinator has granted the player to this server, and the grant is committed. */
export function onGranted(turn: Turn, message: Received<"granted">): void {
  const { player, token, cause, transfer, incarnation, region } = message;
  // Meant for the process that was here before: what it had on its way could still reach the store under that token.
  if (incarnation !== turn.state.incarnation) return;
  const known = turn.state.whereabouts.get(player);
  const newest = Math.max(known?.token ?? 0, turn.state.loading.get(player)?.token ?? 0);
  const held = turn.state.held.get(player);
  if (token < newest || (held !== undefined && token <= held.token)) return;
  if (known !== undefined && known.token === token && known.server !== turn.self) return;
  if (held !== undefined && cause === "resolution") revoke(turn, player, held, "");
  else if (held !== undefined && regrant(turn, held, message)) return;
  const incoming = turn.state.incoming.get(player);
  if (incoming?.transfer === transfer && incoming.phase === "adopting" && isCurrent(turn, incoming, message)) {
    activate(turn, player, incoming, { token, region });
    return;
  }
  load(turn, player, { token, cause, transfer, region, copy: warmCopy(turn, message) });
}

/** The copy this server has as a backup, if it is what the store was sealed at: there is nothing newer to load. */
function warmCopy(turn: Turn, { player, region, version, cause }: Received<"granted">): ReplicaCopy | undefined {
  const copy = cause === "failover" ? ownCopy(turn, region, player) : undefined;
  return copy !== undefined && version >= 0 && copy.state.version === version ? copy : undefined;
}

/** A newer token for a player that is here already. False: it must be taken anew. */
function regrant(turn: Turn, held: Held, { player, token, cause, transfer }: Received<"granted">): boolean {
  if (held.transfer === null) {
    raiseToken(turn, player, held, token);
    return true;
  }
  if (cause === "transfer") {
    // It has gone and come back: our own transfer ended before the one that brought it.
    driveTransfer(turn, player, { type: "settled", server: turn.self, token: token - 1 });
    return false;
  }
  const ours = !turn.settings.defence.attemptCheck || cause === "rejoin" || transfer === held.transfer.id;
  if (ours) driveTransfer(turn, player, { type: "rolledBack", token });
  return true;
}

/** Goes on under a newer token: nobody else can have changed the state in between. */
export function raiseToken(turn: Turn, player: NodeId, held: Held, token: number): void {
  held.token = token;
  held.transfers = 0;
  hearOf(turn, player, turn.self, token);
  turn.out.record({ type: "record", fact: "authorityTaken", player, token, version: held.state.version, transfer: "" });
  if (held.write !== null) sendWrite(turn, player, held, held.write);
  onLoadDue(turn, player);
}

/** Whether what was shipped is what the store was sealed at. */
function isCurrent({ settings }: Turn, { state }: Incoming, { version }: Received<"granted">): boolean {
  if (state === null) return false;
  return !settings.defence.stateGuard || version < 0 || state.version === version;
}

function activate(
  turn: Turn,
  player: NodeId,
  incoming: Incoming,
  { token, region }: { readonly token: number; readonly region: number },
): void {
  const { state, source, transfer, attempt } = incoming;
  if (state === null) return;
  take(turn, player, { token, cause: "transfer", transfer, region, state, x: state.x, tail: [] });
  turn.out.send(source, { type: "confirm", transfer, attempt, player, token });
  forgetIncoming(turn, player, incoming);
}

export function onLoaded(turn: Turn, { player, token, ask, state }: Received<"loaded">): void {
  const held = turn.state.held.get(player);
  if (held !== undefined) {
    if (held.reload?.ask !== ask) return;
    held.reload = null;
    held.state = state;
    turn.out.cancelTimer(`load:${player}`);
    drain(turn, player, held);
    pump(turn, player, held);
    return;
  }
  const loading = turn.state.loading.get(player);
  if (loading === undefined || loading.ask !== ask || loading.token !== token) return;
  turn.out.cancelTimer(`load:${player}`);
  if ((turn.state.whereabouts.get(player)?.token ?? 0) > token) {
    turn.state.loading.delete(player);
    return;
  }
  onState(turn, player, loading, state);
}

/** The state of a granted player is here; what of it was soft may have to be asked for. */
function onState(turn: Turn, player: NodeId, loading: Loading, state: PlayerState): void {
  if (!needsRecall(turn, loading.cause)) return finishLoading(turn, player, { ...loading, state }, []);
  turn.state.loading.set(player, { ...loading, state });
  if (!isRecalling(turn, loading.region)) beginRecall(turn, loading.region);
}

export function finishLoading(turn: Turn, player: NodeId, loading: Loading, tail: readonly NotedAction[]): void {
  const { token, cause, region, state, x } = loading;
  if (state === null) return;
  turn.state.loading.delete(player);
  take(turn, player, { token, cause, transfer: loading.transfer, region, state, x: x ?? state.x, tail });
  // The state came from the store, so whatever was shipped is not needed any more.
  const incoming = turn.state.incoming.get(player);
  if (incoming === undefined || incoming.fromToken >= token) return;
  const { transfer, attempt, source } = incoming;
  if (transfer === loading.transfer) turn.out.send(source, { type: "confirm", transfer, attempt, player, token });
  forgetIncoming(turn, player, incoming);
}

export function onLoadRefused(turn: Turn, { player, token, ask }: Received<"loadRefused">): void {
  const held = turn.state.held.get(player);
  if (held !== undefined) {
    // Refused under an older token: it is asked for again under the one we have, or get when a transfer is rolled back.
    if (held.reload?.ask !== ask || held.token !== token) return;
    turn.out.cancelTimer(`load:${player}`);
    if (held.transfer !== null) driveTransfer(turn, player, { type: "stale" });
    else dropAuthority(turn, player, held, "fenced");
    return;
  }
  if (turn.state.loading.get(player)?.ask !== ask) return;
  turn.state.loading.delete(player);
  turn.out.cancelTimer(`load:${player}`);
}

export function onLoadDue(turn: Turn, player: NodeId): void {
  const held = turn.state.held.get(player);
  const { askRetry } = turn.settings.server;
  if (held !== undefined) {
    if (held.reload === null) return;
    held.reload.dueUs = turn.nowUs + askRetry;
    return sendLoad(turn, player, held.token, held.reload.ask);
  }
  const loading = turn.state.loading.get(player);
  if (loading === undefined || loading.state !== null) return;
  loading.dueUs = turn.nowUs + askRetry;
  sendLoad(turn, player, loading.token, loading.ask);
}

/** Policy "version": the store holds another version than we do, under our own token. */
export function reload(turn: Turn, player: NodeId, held: Held): void {
  turn.state.asks += 1;
  held.reload = { ask: turn.state.asks, dueUs: turn.nowUs };
  onLoadDue(turn, player);
}

/** Asks the coordinator whether a player that came here is ours: a grant may have been lost on its way. */
export function claim(turn: Turn, player: NodeId): void {
  const { state, settings } = turn;
  if (!state.ready) return nudgeRejoin(turn);
  const loading = state.loading.get(player);
  if (loading !== undefined) {
    if (turn.nowUs > loading.dueUs + settings.server.askRetry) onLoadDue(turn, player);
    return;
  }
  askCoordinator(turn, { type: "claim", player, incarnation: state.incarnation });
}

/** The answer to a claim for somebody else's player. */
export function onOwner(turn: Turn, { player, server, token }: Received<"owner">): void {
  if (server === turn.self) return;
  hearOf(turn, player, server, token);
  if (turn.state.held.has(player)) return;
  const caller = turn.state.callers.get(player);
  turn.state.callers.delete(player);
  if (caller !== undefined) redirect(turn, player, caller);
}

export function dropAuthority(turn: Turn, player: NodeId, held: Held, because: string): void {
  if (held.queuedUs >= 0) leaveQueue(turn, player, held, "gone");
  turn.state.held.delete(player);
  // Who is fenced may have acknowledged what nobody else knows but the backups; so may who is told to let go.
  if (because !== "fenced" && because !== "resolution") departed(turn, player, held);
  if (held.write !== null) turn.out.cancelTimer(held.writeTimer);
  if (held.reload !== null) turn.out.cancelTimer(`load:${player}`);
  if (held.request !== null) turn.out.cancelTimer(`entity:${player}`);
  turn.out.record({ type: "record", fact: "authorityDropped", player, token: held.token, because });
}

/** A restarted server has forgotten its players, and with them every promise made under their old tokens. */
export function rejoin(turn: Turn): void {
  const { state, settings } = turn;
  askCoordinator(turn, { type: "rejoin", incarnation: state.incarnation });
  state.rejoinDueUs = turn.nowUs + settings.server.askRetry;
  turn.out.setTimer("rejoin", settings.server.askRetry);
}

export function onRejoined(turn: Turn, { incarnation }: Received<"rejoined">): void {
  if (turn.state.ready || incarnation !== turn.state.incarnation) return;
  turn.state.ready = true;
  turn.out.cancelTimer("rejoin");
  beat(turn);
  takeRegions(turn);
  tendStreams(turn);
}

/** Asks again when the timer that should have is overdue. */
export function nudgeRejoin(turn: Turn): void {
  const { state, settings, nowUs } = turn;
  if (!state.ready && nowUs > state.rejoinDueUs + settings.server.askRetry) rejoin(turn);
}

interface Taken {
  readonly token: number;
  readonly cause: GrantCause;
  readonly transfer: string;
  readonly region: number;
  readonly state: PlayerState;
  readonly x: number;
  readonly tail: readonly NotedAction[];
}

/** What a player is told whom a server has got. */
const noticeOf: { readonly [Cause in GrantCause]: Notice | undefined } = {
  join: undefined,
  transfer: "moved",
  rollback: "rolledBack",
  rejoin: "resumed",
  failover: "reassigned",
  resolution: "reassigned",
};

function take(turn: Turn, player: NodeId, { token, cause, transfer, region, state, x, tail }: Taken): void {
  const held: Held = {
    writeTimer: `write:${player}`,
    token,
    state,
    x,
    byTransfer: cause === "transfer" ? transfer : "",
    session: 0,
    step: 0,
    done: 0,
    queue: [],
    region,
    tail: tail.map((action) => ({ action, sinceUs: turn.nowUs, change: 0, told: true })),
    flushing: tail.length > 0,
    change: 0,
    sentX: x,
    write: null,
    errands: [],
    request: null,
    reload: null,
    transfer: null,
    suspended: false,
    stopped: false,
    transfers: 0,
    coolUntilUs: 0,
    queuedUs: -1,
    turnedAway: false,
  };
  // What was asked for on its way here is not needed any more: an answer could come when the player has gone again.
  if (turn.state.loading.delete(player)) turn.out.cancelTimer(`load:${player}`);
  turn.state.held.set(player, held);
  turn.state.revoked.delete(player);
  changed(turn, player, held);
  hearOf(turn, player, turn.self, token);
  turn.out.record({ type: "record", fact: "authorityTaken", player, token, version: state.version, transfer });
  if (transfer !== "") turn.out.record({ type: "record", fact: "playerResumed", player, transfer });
  const notice = noticeOf[cause];
  if (notice !== undefined) notify(turn, player, { transfer, notice, server: turn.self, token });
  const caller = turn.state.callers.get(player);
  turn.state.callers.delete(player);
  if (caller !== undefined) welcome(turn, player, held, caller);
  if (tail.length > 0) pump(turn, player, held);
  if (isSuspended(turn, held)) followSuspension(turn, player, held);
}

/** X-M-26: a backup takes a player because its primary is silent. Nobody has granted it, so the token is made up. */
export function takeUnasked(turn: Turn, player: NodeId, region: number, copy: ReplicaCopy): void {
  const known = turn.state.held.get(player);
  if (known !== undefined && known.token > copy.token) return;
  const { state, x, tail } = copy;
  take(turn, player, { token: copy.token + 1, cause: "failover", transfer: "", region, state, x, tail });
}

type Wanted = Pick<Taken, "token" | "cause" | "transfer" | "region"> & { readonly copy: ReplicaCopy | undefined };

function load(turn: Turn, player: NodeId, { token, cause, transfer, region, copy }: Wanted): void {
  turn.state.asks += 1;
  const ask = turn.state.asks;
  const x = copy?.x ?? null;
  const loading: Loading = { token, cause, transfer, region, ask, state: null, x, dueUs: turn.nowUs };
  turn.state.loading.set(player, loading);
  if (copy === undefined) return onLoadDue(turn, player);
  turn.out.record({ type: "record", fact: "promotedWarm", player, token, version: copy.state.version });
  onState(turn, player, loading, copy.state);
}

function sendLoad(turn: Turn, player: NodeId, token: number, ask: number): void {
  turn.out.send(turn.topology.store, { type: "load", player, token, ask });
  turn.out.setTimer(`load:${player}`, turn.settings.server.askRetry);
}
