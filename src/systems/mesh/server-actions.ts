// What a server does for the players it has: steps, actions, and one write at a time to the store.

import type { NodeId } from "../../base/ids.ts";
import type { ActionOutcome } from "./messages.ts";
import { survey } from "./boundary.ts";
import { claim, dropAuthority, onLoadDue, reload } from "./server-authority.ts";
import { considerTransfer, drain, driveTransfer } from "./server-outgoing.ts";
import { changed } from "./server-replication.ts";
import { isNoted, isOfTail, isSoft, nextOfTail, note, shiftTail } from "./server-soft.ts";
import { standStill, viewIsDue } from "./server-service.ts";
import { after, asksAuthority, awaitTrade, followWrite, nudgeRequest, tellInventory, termsOf } from "./server-items.ts";
import {
  type Held,
  isFrozen,
  isSuspended,
  mayAct,
  notify,
  type QueuedAction,
  type Received,
  redirect,
  type Turn,
  type WriteInFlight,
} from "./server-state.ts";

export function onHello(turn: Turn, player: NodeId, { session }: Received<"hello">): void {
  const held = turn.state.held.get(player);
  if (held === undefined) {
    // The answer to the claim is the grant itself, or the owner's name, which goes on to the player.
    turn.state.callers.set(player, session);
    claim(turn, player);
    return;
  }
  welcome(turn, player, held, session);
}

export function welcome(turn: Turn, player: NodeId, held: Held, session: number): void {
  if (!inSession(held, session)) return;
  if (!mayAct(turn)) {
    turn.state.callers.set(player, session);
    return;
  }
  const { token, state } = held;
  const paused = isFrozen(turn, held) || isSuspended(turn, held);
  turn.out.send(player, { type: "welcome", session, token, version: state.version, paused, items: state.items });
}

/** The player leaves; its authority stays where it is, and a transfer under way goes on (X-M-64). */
export function onBye(turn: Turn, player: NodeId, { session }: Received<"bye">): void {
  const held = turn.state.held.get(player);
  if (held === undefined || held.session !== session) return;
  held.queue = [];
}

export function onMove(turn: Turn, player: NodeId, { session, step, x }: Received<"move">): void {
  const held = turn.state.held.get(player);
  if (held === undefined) {
    if (!isOnItsWay(turn, player)) redirect(turn, player, session);
    return;
  }
  if (!inSession(held, session) || step <= held.step) return;
  held.step = step;
  if (!mayAct(turn) || isSuspended(turn, held)) return;
  if (!isFrozen(turn, held)) {
    held.x = x;
    considerTransfer(turn, player, held);
  }
  if (!viewIsDue(turn, held)) return;
  const { token, state } = held;
  const paused = isFrozen(turn, held);
  turn.out.send(player, { type: "view", session, token, version: state.version, x: held.x, paused });
}

export function onAct(turn: Turn, player: NodeId, message: Received<"act">): void {
  const { session, sequence, oldest, kind, item, bargain } = message;
  const held = turn.state.held.get(player);
  if (held === undefined) {
    if (!isOnItsWay(turn, player)) redirect(turn, player, session);
    return;
  }
  if (!inSession(held, session)) return;
  if (!turn.settings.defence.ackAfterStore) answer(turn, player, held, { session, sequence }, "done");
  held.done = Math.max(held.done, oldest - 1);
  nudgeRequest(turn, player, held);
  const action: QueuedAction = {
    session,
    sequence,
    kind,
    item,
    bargain,
    escrow: "",
    withdrawn: message.withdrawn === true,
  };
  if (isSoft(turn) && isNoted(turn, player, held, action)) return;
  enqueue(turn, held, action);
  pump(turn, player, held);
}

/** The store has answered a write. */
export function onWrote(turn: Turn, message: Received<"wrote">): void {
  const { player, session, result } = message;
  const held = turn.state.held.get(player);
  const write = held?.write ?? null;
  if (held === undefined || write === null || !isAbout(message, held, write)) return;
  if (result === "staleToken") return onFenced(turn, player, held);
  // It is sent again by its timer, under the lease there is then.
  if (result === "late") return;
  held.write = null;
  turn.out.cancelTimer(held.writeTimer);
  const ofTail = isOfTail(held, write.action);
  switch (isUnheardOf(turn, held, write, message) ? "versionConflict" : result) {
    case "done":
    case "failed":
      onOutcome(turn, player, held, write, message);
      if (ofTail) shiftTail(turn, player, held);
      else changed(turn, player, held);
      break;
    case "reserved":
      takeOver(held, write, message);
      changed(turn, player, held);
      awaitTrade(turn, player, held, write.action);
      break;
    case "staleEpoch":
      // The client asks again; by then it is known whose ground it is.
      survey(turn);
      break;
    case "outOfOrder":
      // Decided so long ago that the store does not remember how.
      if (ofTail) shiftTail(turn, player, held);
      break;
    case "versionConflict":
      // Asked again from what the store has, it is answered then, with the state that goes with the answer.
      if (isErrand(write.action)) held.errands = [write.action, ...held.errands];
      else if (!ofTail && session === held.session) held.queue.unshift(write.action);
      reload(turn, player, held);
      break;
  }
  drain(turn, player, held);
  pump(turn, player, held);
}

/**
 * An undo bears the number of the trade it undoes, and after a restart the numbers of errands begin anew: an answer to
 * anything but this very write says nothing of it. That an epoch is over says nothing of a write under the next one.
 */
const isAbout = (
  { session, sequence, kind, token, epoch, result }: Received<"wrote">,
  held: Held,
  { action, terms }: WriteInFlight,
): boolean =>
  session === action.session &&
  sequence === action.sequence &&
  kind === action.kind &&
  token === held.token &&
  (result !== "staleEpoch" || epoch === (terms?.epoch ?? 0));

/** What a server does of its own accord, and not because a player asks for it. */
const isErrand = ({ session, kind }: QueuedAction): boolean => session === 0 || kind === "undo";

/**
 * Whether the store has decided of a row that this server does not know: what was done before may be followed by more,
 * and an answer of the version that this write would have made does not say that the row is as it was written.
 */
function isUnheardOf(
  { settings }: Turn,
  held: Held,
  { action, state }: WriteInFlight,
  { result, version, repeated }: Received<"wrote">,
): boolean {
  if (!settings.defence.stateGuard || (result !== "done" && result !== "failed" && result !== "reserved")) return false;
  // What is undone counts as failed.
  const isWritten = !repeated && (result !== "failed" || action.kind === "undo");
  return version > held.state.version && !(isWritten && version === state.version);
}

/** The effect exists: as this very write, or since before it, and then it is in our state already. */
function takeOver(held: Held, { state }: WriteInFlight, { version }: Received<"wrote">): void {
  if (version === state.version) held.state = state;
}

/** The store has decided, and this server knows the row it speaks of. */
function onOutcome(turn: Turn, player: NodeId, held: Held, write: WriteInFlight, message: Received<"wrote">): void {
  const { result } = message;
  const { session, sequence, kind } = write.action;
  if (result === "done" || kind === "undo") takeOver(held, write, message);
  if (result === "done") followWrite(turn, write);
  if (isErrand(write.action)) tellInventory(turn, player, held);
  if (session === 0) return;
  if (held.session === session) held.done = Math.max(held.done, sequence);
  // Whoever says "done" before the store has said so does not say it again.
  const outcome = result === "done" ? "done" : "failed";
  if (turn.settings.defence.ackAfterStore || outcome === "failed") {
    answer(turn, player, held, { session, sequence }, outcome);
  }
}

export function onWriteDue(turn: Turn, player: NodeId): void {
  const held = turn.state.held.get(player);
  if (held === undefined || held.write === null) return;
  sendWrite(turn, player, held, held.write);
}

/** Writes the next action that may be written, if none is on its way. */
export function pump(turn: Turn, player: NodeId, held: Held): void {
  if (isSoft(turn)) noteQueued(turn, player, held);
  if (held.write !== null) {
    // Its timer may have been lost, and the player is still asking.
    if (turn.nowUs > held.write.dueUs + turn.settings.server.writeRetry) sendWrite(turn, player, held, held.write);
    return;
  }
  if (held.reload !== null) {
    if (turn.nowUs > held.reload.dueUs + turn.settings.server.askRetry) onLoadDue(turn, player);
    return;
  }
  if (!mayAct(turn)) return;
  const action = nextOfTail(held) ?? (mayBegin(turn, player, held) ? nextIn(turn, held) : undefined);
  if (action === undefined || asksAuthority(turn, player, held, action)) return;
  const { version: base } = held.state;
  held.write = { action, terms: termsOf(turn, held, action), base, state: after(turn, held, action), dueUs: 0 };
  sendWrite(turn, player, held, held.write);
}

/** Whether anything may be done that is not acknowledged already: not while the player moves, nor where play stands still. */
function mayBegin(turn: Turn, player: NodeId, held: Held): boolean {
  if (isFrozen(turn, held)) return false;
  if (!isSuspended(turn, held)) return true;
  if (held.tail.length === 0) standStill(turn, player, held);
  return !turn.settings.defence.suspension;
}

/**
 * Sends the write, under whatever token the server has now. What it says of its item stays as it was: were one copy for
 * another epoch, the refusal of the first would pass for that of all.
 */
export function sendWrite(turn: Turn, player: NodeId, held: Held, write: WriteInFlight): void {
  if (!mayAct(turn)) return;
  const { base, state, terms } = write;
  const { session, sequence, kind, item, withdrawn } = write.action;
  const { token } = held;
  if (turn.settings.server.sourceFence && (turn.state.whereabouts.get(player)?.token ?? 0) > token) return;
  const untilUs = writableUntilUs(turn);
  const asked = { type: "write", player, token, session, sequence, kind, item, terms, base, untilUs, state } as const;
  turn.out.send(turn.topology.store, withdrawn ? { ...asked, withdrawn } : asked);
  write.dueUs = turn.nowUs + turn.settings.server.writeRetry;
  turn.out.setTimer(held.writeTimer, turn.settings.server.writeRetry);
}

/** The end of the lease by this server's wall clock; -1: the store is to look at no clock. */
function writableUntilUs({ settings, state, nowUs, wallUs }: Turn): number {
  const { mode, deadlineAtStore } = settings.lease;
  return deadlineAtStore && mode !== "none" ? wallUs + state.leaseUntilUs - nowUs : -1;
}

/** Acknowledges from the head of the queue what needs not be written first. */
function noteQueued(turn: Turn, player: NodeId, held: Held): void {
  for (let [first] = held.queue; first !== undefined && note(turn, player, held, first); [first] = held.queue) {
    held.queue.shift();
  }
}

/** Takes out an errand, or the next action that may be written; undefined: none may. */
function nextIn({ settings }: Turn, held: Held): QueuedAction | undefined {
  const { queue, done: decided, tail, session, request } = held;
  if (held.errands.length > 0) {
    const [errand, ...errands] = held.errands;
    held.errands = errands;
    return errand;
  }
  const first = queue.at(0);
  if (first === undefined || request !== null) return undefined;
  const last = tail.at(-1)?.action;
  const done = last?.session === session ? Math.max(decided, last.sequence) : decided;
  if (!settings.defence.sessionOrder || first.sequence <= done + 1) return queue.shift();
  const at = queue.findIndex(({ sequence }) => sequence <= done + 1);
  return at < 0 ? undefined : queue.splice(at, 1)[0];
}

/** The store knows a higher token than ours. */
function onFenced(turn: Turn, player: NodeId, held: Held): void {
  if (held.transfer !== null) {
    driveTransfer(turn, player, { type: "stale" });
    return;
  }
  const { session } = held;
  dropAuthority(turn, player, held, "fenced");
  claim(turn, player);
  turn.out.send(player, { type: "notOwner", session });
}

/** Whether the player may be ours any moment now: then there is nothing to tell it yet. */
const isOnItsWay = ({ state }: Turn, player: NodeId): boolean =>
  state.loading.has(player) || state.incoming.has(player);

/** Whether a message belongs to the client's session; a newer one begins with whatever is heard of it first. */
function inSession(held: Held, session: number): boolean {
  if (session < held.session) return false;
  if (session > held.session) {
    held.session = session;
    held.step = 0;
    held.done = 0;
    held.queue = [];
    held.request = null;
  }
  return true;
}

function enqueue({ settings }: Turn, held: Held, action: QueuedAction): void {
  const { sequence, session } = action;
  const { queue } = held;
  if (queue.length >= settings.server.queueMax) return;
  for (const busy of [held.write?.action, held.request?.action]) {
    if (busy?.session === session && busy.sequence === sequence) return;
  }
  if (queue.some((queued) => queued.sequence === sequence)) return;
  const at = settings.defence.sessionOrder ? queue.findIndex((queued) => queued.sequence > sequence) : -1;
  if (at < 0) queue.push(action);
  else queue.splice(at, 0, action);
}

export function answer(
  turn: Turn,
  player: NodeId,
  held: Held,
  { session, sequence }: { session: number; sequence: number },
  outcome: ActionOutcome,
): void {
  // Unanswered, the client asks again, and whoever may act then knows the outcome from the store.
  if (!mayAct(turn)) return;
  const { token, state } = held;
  turn.out.send(player, { type: "acted", session, sequence, outcome, token, version: state.version });
}

/** After a transfer that came to nothing, or a new grant: the player goes on here. */
export function resume(turn: Turn, player: NodeId, held: Held, transfer: string): void {
  turn.out.record({ type: "record", fact: "playerResumed", player, transfer });
  notify(turn, player, { transfer, notice: "rolledBack", server: turn.self, token: held.token });
  pump(turn, player, held);
}
