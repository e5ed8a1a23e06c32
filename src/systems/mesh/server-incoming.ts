// The target's side of transfers: a slot for each, the state checked before it is adopted, and the coordinator asked
// before anything is done with it. An incoming transfer that nothing is heard of is forgotten.

import type { NodeId } from "../../base/ids.ts";
import { dropAuthority } from "./server-authority.ts";
import { admitQueued, putOff, watchLoad } from "./server-admission.ts";
import { arm, stampOf } from "./server-outgoing.ts";
import {
  askCoordinator,
  hasFreeSlot,
  type Incoming,
  inLock,
  type Received,
  releaseSlot,
  takeSlot,
  type Turn,
} from "./server-state.ts";
import type { RefusalReason } from "./messages.ts";

export function onPrepare(turn: Turn, source: NodeId, message: Received<"prepare">): void {
  const { transfer, attempt, player, fromToken } = message;
  const { state } = turn;
  if (!state.ready) return refuse(turn, source, message, "notReady");
  const held = state.held.get(player);
  if (held?.byTransfer === transfer) {
    turn.out.send(source, { type: "confirm", transfer, attempt, player, token: held.token });
    return;
  }
  const newest = Math.max(
    held?.token ?? 0,
    state.loading.get(player)?.token ?? 0,
    state.whereabouts.get(player)?.token ?? 0,
  );
  if (fromToken < newest) {
    // It may be on its way to us by this very transfer: then the next attempt is answered by a confirmation.
    if (state.loading.get(player)?.transfer === transfer)
      turn.out.send(source, { type: "busy", transfer, attempt, player });
    else refuse(turn, source, message, "superseded");
    return;
  }
  if (held !== undefined) {
    if (held.transfer !== null || fromToken === held.token) {
      turn.out.send(source, { type: "busy", transfer, attempt, player });
      return;
    }
    dropAuthority(turn, player, held, "superseded");
  }
  const incoming = state.incoming.get(player);
  if (incoming === undefined) admit(turn, source, message);
  else again(turn, source, message, incoming);
}

export function onShip(turn: Turn, source: NodeId, message: Received<"ship">): void {
  const { transfer, attempt, player, state, checksum } = message;
  const incoming = turn.state.incoming.get(player);
  if (incoming === undefined) return ignoreLate(turn, message, "no such transfer comes in");
  if (turn.settings.defence.attemptCheck) {
    if (incoming.transfer !== transfer || incoming.source !== source)
      return ignoreLate(turn, message, "another transfer");
    if (incoming.attempt !== attempt) return ignoreLate(turn, message, "another attempt");
    // The same state once more: it has been adopted, and the coordinator asked.
    if (incoming.adopted === attempt) return;
  }
  if (incoming.phase === "waiting") return ignoreLate(turn, message, "no slot was given");
  incoming.heardUs = turn.nowUs;
  const actual = turn.checksums.of(state, stampOf(turn));
  if (turn.settings.defence.checksum && actual !== checksum) {
    turn.out.record({ type: "record", fact: "stateMismatch", transfer, attempt, player, expected: checksum, actual });
    turn.out.send(source, { type: "mismatch", transfer, attempt, player, expected: checksum, actual, received: state });
    return;
  }
  incoming.state = state;
  incoming.adopted = attempt;
  incoming.phase = "adopting";
  turn.out.record({
    type: "record",
    fact: "stateAdopted",
    transfer: incoming.transfer,
    attempt,
    player,
    checksum: actual,
    state,
  });
  askToAdopt(turn, player, incoming);
}

/** The source has ended the transfer without us. */
export function onCancel(turn: Turn, { transfer, player }: Received<"cancel">): void {
  const { state } = turn;
  const incoming = state.incoming.get(player);
  if (incoming?.transfer === transfer) forgetIncoming(turn, player, incoming);
  if (state.putOff.get(player)?.transfer !== transfer) return;
  state.putOff.delete(player);
  admitQueued(turn);
}

export function onAdoptRefused(turn: Turn, { transfer, player, because }: Received<"adoptRefused">): void {
  const incoming = turn.state.incoming.get(player);
  if (incoming?.transfer !== transfer) return;
  const { source, attempt } = incoming;
  turn.out.send(source, { type: "refused", transfer, attempt, player, because });
  forgetIncoming(turn, player, incoming);
}

/** Asks a new leader for what the old one has not answered. */
export function askAboutAdoptions(turn: Turn): void {
  for (const player of turn.state.incoming.keys()) onAdoptDue(turn, player);
}

export function onAdoptDue(turn: Turn, player: NodeId): void {
  const incoming = turn.state.incoming.get(player);
  if (incoming?.phase === "adopting") askToAdopt(turn, player, incoming);
}

export function onIncomingDue(turn: Turn, player: NodeId): void {
  const incoming = turn.state.incoming.get(player);
  if (incoming === undefined) return;
  const silentUs = turn.nowUs - incoming.heardUs;
  const { incomingTimeout } = turn.settings.transfer;
  if (silentUs >= incomingTimeout) forgetIncoming(turn, player, incoming);
  else turn.out.setTimer(`incoming:${player}`, incomingTimeout - silentUs);
}

/** The watchdog's part: forgets what its own timer should have, had it not been lost. */
export function sweepIncoming(turn: Turn): void {
  const boundUs = turn.settings.transfer.incomingTimeout + turn.settings.watchdog.sweep;
  const all = [...turn.state.incoming];
  for (const [player, incoming] of all) {
    if (turn.nowUs - incoming.heardUs > boundUs) forgetIncoming(turn, player, incoming);
  }
}

/** Ends an incoming transfer, whatever came of it, and gives its slot to the next. */
export function forgetIncoming(turn: Turn, player: NodeId, incoming: Incoming): void {
  if (turn.state.incoming.delete(player)) turn.state.moving -= 1;
  if (incoming.phase === "waiting") {
    turn.state.waiting = turn.state.waiting.filter((other) => other !== player);
    turn.out.record({ type: "record", fact: "requestDropped", transfer: incoming.transfer, player });
  }
  turn.out.cancelTimer(`incoming:${player}`);
  if (incoming.phase === "adopting") turn.out.cancelTimer(`adopt:${player}`);
  releaseSlot(turn, inLock(player), incoming.transfer);
  admitWaiting(turn);
}

/** Free slots go to requests that wait from elsewhere first, for those players stand still already (MESH-F8-06). */
export function admitWaiting(turn: Turn): void {
  const { state, settings } = turn;
  watchLoad(turn);
  if (!settings.load.inProgressFirst) admitQueued(turn);
  while (state.waiting.length > 0 && hasFreeSlot(turn)) {
    const player = state.waiting.shift();
    const incoming = player === undefined ? undefined : state.incoming.get(player);
    if (player === undefined || incoming?.phase !== "waiting") continue;
    accept(turn, player, incoming);
  }
  admitQueued(turn);
}

function admit(turn: Turn, source: NodeId, message: Received<"prepare">): void {
  const { transfer, attempt, player, fromToken } = message;
  const { state, settings } = turn;
  // A later one was told to come again, and counts on its slot.
  if (fromToken < (state.putOff.get(player)?.fromToken ?? 0)) return ignoreLate(turn, message, "another transfer");
  const free = hasFreeSlot(turn);
  const mayWait = settings.transfer.whenBusy === "wait" && state.waiting.length < settings.transfer.queueMax;
  if (!free && !mayWait) {
    turn.out.send(source, { type: "busy", transfer, attempt, player });
    putOff(turn, source, message, "busy");
    return;
  }
  const incoming: Incoming = {
    transfer,
    source,
    fromToken,
    attempt,
    phase: "waiting",
    state: null,
    adopted: 0,
    heardUs: turn.nowUs,
    adoptDueUs: 0,
  };
  state.incoming.set(player, incoming);
  state.moving += 1;
  turn.out.setTimer(`incoming:${player}`, settings.transfer.incomingTimeout);
  if (free) accept(turn, player, incoming);
  else {
    state.waiting.push(player);
    putOff(turn, source, message, "waits");
  }
  watchLoad(turn);
  arm(turn);
}

function accept(turn: Turn, player: NodeId, incoming: Incoming): void {
  const { transfer, attempt, source } = incoming;
  incoming.phase = "prepared";
  turn.state.putOff.delete(player);
  takeSlot(turn, inLock(player), transfer);
  turn.out.send(source, { type: "prepared", transfer, attempt, player });
}

/** A request for a player of whom a transfer comes in already: the next attempt of it, or a newer one. */
function again(turn: Turn, source: NodeId, message: Received<"prepare">, incoming: Incoming): void {
  const { transfer, attempt, player, fromToken } = message;
  const same = incoming.transfer === transfer && incoming.source === source;
  if (!turn.settings.defence.attemptCheck || (same && attempt >= incoming.attempt)) {
    incoming.heardUs = turn.nowUs;
    incoming.attempt = attempt;
    // What an earlier attempt brought stays adopted until this one brings its own.
    if (incoming.phase === "waiting") return;
    turn.out.send(source, { type: "prepared", transfer, attempt, player });
    return;
  }
  if (same) return ignoreLate(turn, message, "another attempt");
  if (fromToken < incoming.fromToken) return ignoreLate(turn, message, "another transfer");
  forgetIncoming(turn, player, incoming);
  admit(turn, source, message);
}

function askToAdopt(turn: Turn, player: NodeId, incoming: Incoming): void {
  const { transfer, fromToken, source, state } = incoming;
  if (state === null) return;
  const { version, x } = state;
  askCoordinator(turn, { type: "adopt", transfer, player, fromToken, source, version, x });
  incoming.adoptDueUs = turn.nowUs + turn.settings.server.askRetry;
  turn.out.setTimer(`adopt:${player}`, turn.settings.server.askRetry);
}

function refuse(
  turn: Turn,
  source: NodeId,
  { transfer, attempt, player }: Received<"prepare">,
  because: RefusalReason,
): void {
  turn.out.send(source, { type: "refused", transfer, attempt, player, because });
}

function ignoreLate(turn: Turn, { transfer, attempt, type }: Received<"prepare" | "ship">, because: string): void {
  turn.out.record({ type: "record", fact: "lateMessageIgnored", transfer, attempt, message: type, because });
}
