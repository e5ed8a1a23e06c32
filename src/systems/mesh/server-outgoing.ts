// The source's side of transfers: when they begin, what each step of `transfer.ts` makes the server do, and the three
// that look after them: the tick, the watchdog and the operator.

import type { NodeId } from "../../base/ids.ts";
import { assert, unreachable } from "../../base/assert.ts";
import { armAdmission, givesWay, leaveQueue, requestTransfer, sweepQueue } from "./server-admission.ts";
import { pump, resume } from "./server-actions.ts";
import { dropAuthority, raiseToken } from "./server-authority.ts";
import { admitWaiting, sweepIncoming } from "./server-incoming.ts";
import {
  askCoordinator,
  freezes,
  type Held,
  hearOf,
  isLost,
  notify,
  outLock,
  type Received,
  releaseSlot,
  serverBeyond,
  takeSlot,
  type Turn,
} from "./server-state.ts";
import { backoffUs } from "./settings.ts";
import { differenceOf } from "./state-checksum.ts";
import { isAttempting, stepTransfer, type Transfer, type TransferAction, type TransferInput } from "./transfer.ts";

type ActionOf<Type extends TransferAction["type"]> = Extract<TransferAction, { type: Type }>;

/** Begins a transfer if the player has gone far enough into another region. */
export function considerTransfer(turn: Turn, player: NodeId, held: Held): void {
  const { state } = turn;
  if (held.transfer !== null || turn.nowUs < held.coolUntilUs || !state.ready) return;
  const target = serverBeyond(turn, held.x);
  if (target === undefined) {
    if (held.queuedUs >= 0) leaveQueue(turn, player, held, "back");
    held.turnedAway = false;
    return;
  }
  if (held.queuedUs < 0) requestTransfer(turn, player, held, target);
}

/** A message from the target of a transfer: believed for the attempt it names, and no other. */
export function onTargetMessage(
  turn: Turn,
  from: NodeId,
  message: Received<"prepared" | "busy" | "refused" | "mismatch" | "confirm">,
): void {
  const { transfer: id, attempt, player } = message;
  const held = turn.state.held.get(player);
  const transfer = held?.transfer ?? null;
  if (transfer === null) return ignoreLate(turn, message, "the player has no transfer here");
  if (turn.settings.defence.attemptCheck) {
    if (transfer.id !== id || transfer.target !== from) return ignoreLate(turn, message, "another transfer");
    if (transfer.attempt !== attempt) return ignoreLate(turn, message, "another attempt");
  }
  const isCrossed = message.type === "busy" && givesWay(turn, transfer);
  const because = driveTransfer(turn, player, isCrossed ? { type: "crossed" } : message);
  if (because !== undefined) ignoreLate(turn, message, because);
}

/** The coordinator says that the transfer is over for its source. */
export function onSettled(turn: Turn, { player, transfer: id, server, token }: Received<"settled">): void {
  const held = turn.state.held.get(player);
  if (held === undefined || held.transfer === null || token <= held.token) return;
  if (turn.settings.defence.attemptCheck && held.transfer.id !== id) return;
  driveTransfer(turn, player, { type: "settled", server, token });
}

export function onForce(turn: Turn, { player, operator, command, reason }: Received<"force">): void {
  const transfer = turn.state.held.get(player)?.transfer ?? null;
  if (transfer === null) {
    turn.out.send(operator, { type: "forced", command, player, answer: "noTransfer" });
    return;
  }
  if (!transfer.commands.some((known) => known.command === command)) {
    transfer.commands = [...transfer.commands, { operator, command }];
  }
  driveTransfer(turn, player, { type: "forced", reason });
}

/** A stream to a server broke: what is waited for from there will not come. */
export function onConnectionLost(turn: Turn, peer: NodeId): void {
  if (turn.topology.servers.includes(peer)) askCoordinator(turn, { type: "unreachable", server: peer });
  const active = [...turn.state.outgoing];
  for (const player of active) {
    const transfer = turn.state.held.get(player)?.transfer;
    if (transfer?.target === peer && isAttempting(transfer)) driveTransfer(turn, player, { type: "unreachable" });
  }
}

/** Walks the active transfers, and passes on those whose attempt has expired (MESH-F1-03). */
export function onTick(turn: Turn): void {
  const { state } = turn;
  state.tickDueUs = -1;
  const active = [...state.outgoing];
  for (const player of active) {
    const transfer = state.held.get(player)?.transfer;
    if (!transfer || !isAttempting(transfer)) continue;
    if (turn.nowUs - transfer.attemptStartedUs >= attemptDeadlineUs(turn, transfer))
      driveTransfer(turn, player, { type: "deadline" });
  }
  arm(turn);
}

/** How long an attempt may take. If that adapts, later attempts have longer, and all when attempts take long. */
function attemptDeadlineUs({ settings, state }: Turn, { attempt }: Transfer): number {
  const { deadline, deadlineAdapts } = settings.transfer;
  return deadlineAdapts ? Math.min(Math.max(attempt * deadline, 4 * state.attemptUs), 10 * deadline) : deadline;
}

/** An attempt was confirmed. */
function learnAttempt({ state, nowUs }: Turn, { attemptStartedUs }: Transfer): void {
  const tookUs = nowUs - attemptStartedUs;
  state.attemptUs = state.attemptUs === 0 ? tookUs : state.attemptUs + Math.trunc((tookUs - state.attemptUs) / 8);
}

/** Rolls back by force whatever is older than the bound (MESH-F7-03, MESH-F7-06). */
export function onWatchdog(turn: Turn): void {
  const { state, settings } = turn;
  state.watchdogDueUs = -1;
  const active = [...state.outgoing];
  for (const player of active) {
    const transfer = state.held.get(player)?.transfer;
    if (!transfer) continue;
    const ageUs = turn.nowUs - agesSinceUs(transfer, settings.watchdog.ageBase);
    if (ageUs < settings.watchdog.bound) continue;
    if (!transfer.stuck)
      turn.out.record({ type: "record", fact: "transferStuck", transfer: transfer.id, player, ageUs });
    transfer.stuck = true;
    // Others go on even while the coordinator cannot be reached to end it.
    freeSlot(turn, transfer);
    driveTransfer(turn, player, { type: "watchdog" });
  }
  sweepIncoming(turn);
  sweepQueue(turn);
  arm(turn);
}

/** X-M-45: what the age of a transfer counts from. */
function agesSinceUs(transfer: Transfer, base: Turn["settings"]["watchdog"]["ageBase"]): number {
  switch (base) {
    case "enqueue":
      return transfer.wantedUs;
    case "dequeue":
      return transfer.startedUs;
    case "firstAttempt":
      return transfer.firstAttemptUs;
    case "thisAttempt":
      return transfer.attemptStartedUs;
  }
}

export function onRetryDue(turn: Turn, timer: string): void {
  const player = playerOfTransfer(turn, timer.slice("retry:".length));
  if (player !== undefined) driveTransfer(turn, player, { type: "retryDue" });
}

/** Asks a new leader for what the old one has not answered. */
export function askAboutRollbacks(turn: Turn): void {
  for (const player of turn.state.outgoing) driveTransfer(turn, player, { type: "abortDue" });
}

export function onAbortDue(turn: Turn, timer: string): void {
  const player = playerOfTransfer(turn, timer.slice("abort:".length));
  if (player !== undefined) driveTransfer(turn, player, { type: "abortDue" });
}

/**
 * Arms the tick and the watchdog while they have something to look after. A timer that should have fired long ago was
 * lost, and is armed anew.
 */
export function arm(turn: Turn): void {
  const { state, settings, nowUs } = turn;
  if (state.queue.length > 0) armAdmission(turn);
  else if (state.moving === 0) return;
  const { tick } = settings.transfer;
  if (state.outgoing.size > 0 && (state.tickDueUs < 0 || isLost(turn, state.tickDueUs, tick))) {
    state.tickDueUs = nowUs + tick;
    turn.out.setTimer("tick", tick);
  }
  if (!settings.defence.watchdog) return;
  const { sweep } = settings.watchdog;
  if (state.watchdogDueUs < 0 || isLost(turn, state.watchdogDueUs, sweep)) {
    state.watchdogDueUs = nowUs + sweep;
    turn.out.setTimer("watchdog", sweep);
  }
}

/** Feeds the state machine and does what it says. Returns why the input was ignored, if it was. */
export function driveTransfer(turn: Turn, player: NodeId, input: TransferInput): string | undefined {
  const held = turn.state.held.get(player);
  const transfer = held?.transfer ?? null;
  if (held === undefined || transfer === null) return "the player has no transfer here";
  const { retry, transfer: rules, rollback, defence } = turn.settings;
  const step = stepTransfer(transfer, input, {
    attemptsMax: retry.attemptsMax,
    onMismatch: rules.onMismatch,
    decidedBy: rollback.decidedBy,
    attemptCheck: defence.attemptCheck,
  });
  if (step.type === "ignore") return step.because;
  if (step.type === "go") transfer.phase = step.to;
  for (const action of step.actions) perform(turn, held, transfer, action);
  return undefined;
}

function perform(turn: Turn, held: Held, transfer: Transfer, action: TransferAction): void {
  const { id, player, attempt } = transfer;
  switch (action.type) {
    case "prepare":
      return prepare(turn, transfer, action.attempt);
    case "ship":
      return ship(turn, held, transfer);
    case "diagnose": {
      if (transfer.shipped === null) return;
      const difference = differenceOf(transfer.shipped, action.received);
      turn.out.record({ type: "record", fact: "mismatchDiagnosed", transfer: id, player, difference });
      return;
    }
    case "failAttempt": {
      const afterUs = turn.nowUs - transfer.attemptStartedUs;
      turn.out.record({
        type: "record",
        fact: "attemptFailed",
        transfer: id,
        attempt,
        because: action.because,
        afterUs,
      });
      return;
    }
    case "backOff":
      return backOff(turn, transfer, action.retry);
    case "giveUp":
      transfer.givenUpBy = action.by;
      turn.out.cancelTimer(`retry:${id}`);
      turn.out.record({ type: "record", fact: "rollbackStarted", transfer: id, player, because: action.because });
      return;
    case "askAbort":
      askCoordinator(turn, { type: "abort", transfer: id, player, fromToken: transfer.fromToken });
      turn.out.setTimer(`abort:${id}`, turn.settings.rollback.retry);
      return;
    case "complete":
      return complete(turn, held, transfer, action);
    case "undo":
      return undo(turn, held, transfer, action);
    default:
      unreachable(action);
  }
}

/** A slot is the player's, who has wanted one since then. */
export function begin(turn: Turn, player: NodeId, held: Held, target: NodeId, wantedUs: number): void {
  const id = held.transfers === 0 ? `${player}/${held.token}` : `${player}/${held.token}.${held.transfers}`;
  held.transfers += 1;
  held.transfer = {
    id,
    player,
    target,
    fromToken: held.token,
    wantedUs,
    startedUs: turn.nowUs,
    firstAttemptUs: turn.nowUs,
    phase: "draining",
    attempt: 0,
    attemptStartedUs: turn.nowUs,
    shipped: null,
    givenUpBy: null,
    stuck: false,
    commands: [],
  };
  turn.state.outgoing.add(player);
  turn.state.moving += 1;
  turn.out.record({
    type: "record",
    fact: "transferStarted",
    transfer: id,
    player,
    source: turn.self,
    target,
    token: held.token,
  });
  takeSlot(turn, outLock(player), id);
  const frozen = freezes(turn.settings);
  if (frozen) {
    turn.out.record({ type: "record", fact: "playerPaused", player, transfer: id });
    notify(turn, player, { transfer: id, notice: "paused", server: turn.self, token: held.token });
  }
  // Soft actions are written first: the target gets what is durable.
  if (held.tail.length > 0) pump(turn, player, held);
  drain(turn, player, held);
  arm(turn);
}

/** Lets a transfer that drains go on, once nothing is under way that could still change the state. */
export function drain(turn: Turn, player: NodeId, held: Held): void {
  if (held.transfer?.phase !== "draining" || held.tail.length > 0) return;
  const still = held.write === null && held.reload === null;
  if (still || !freezes(turn.settings)) driveTransfer(turn, player, { type: "drained" });
}

function prepare(turn: Turn, transfer: Transfer, attempt: number): void {
  assert(attempt === transfer.attempt + 1, "attempts are counted one by one");
  const { id, player, target, fromToken } = transfer;
  transfer.attempt = attempt;
  transfer.attemptStartedUs = turn.nowUs;
  if (attempt === 1) transfer.firstAttemptUs = turn.nowUs;
  turn.out.record({ type: "record", fact: "attemptStarted", transfer: id, attempt });
  turn.out.send(target, { type: "prepare", transfer: id, attempt, player, fromToken });
  arm(turn);
}

function ship(turn: Turn, held: Held, transfer: Transfer): void {
  const { id, player, attempt, target, fromToken } = transfer;
  const state = { ...held.state, x: held.x };
  const checksum = turn.checksums.of(state, stampOf(turn));
  transfer.shipped = state;
  turn.out.record({ type: "record", fact: "stateShipped", transfer: id, attempt, player, checksum, state });
  turn.out.send(target, { type: "ship", transfer: id, attempt, player, fromToken, state, checksum });
}

/** X-M-13: with a timestamp, each side puts its own wall clock into the checksum. */
export function stampOf({ settings, wallUs }: Turn): number | undefined {
  const { checksumCovers, stampUnit } = settings.transfer;
  return checksumCovers === "state" ? undefined : Math.floor(wallUs / stampUnit);
}

function backOff(turn: Turn, { id, attempt }: Transfer, retryNumber: number): void {
  const { retry } = turn.settings;
  const afterUs = backoffUs(retry, retryNumber);
  turn.out.record({ type: "record", fact: "retryScheduled", transfer: id, attempt: attempt + 1, afterUs });
  turn.out.setTimer(`retry:${id}`, afterUs, Math.floor((afterUs * retry.jitter) / 100));
}

/** The target has the player. */
function complete(turn: Turn, held: Held, transfer: Transfer, { server, token, by }: ActionOf<"complete">): void {
  const { id, player, attempt } = transfer;
  if (by === "firstAttempt" || by === "retry") learnAttempt(turn, transfer);
  finish(turn, held, transfer);
  dropAuthority(turn, player, held, "transferred");
  hearOf(turn, player, server, token);
  turn.out.record({
    type: "record",
    fact: "transferEnded",
    transfer: id,
    player,
    outcome: "completed",
    endedBy: by,
    attempt,
    token,
  });
  notify(turn, player, { transfer: id, notice: "moved", server, token });
  reportTo(turn, transfer, "completed");
  admitWaiting(turn);
}

/** The player stays: under a new token, or under the old one when the source decides by itself (X-M-09). */
function undo(turn: Turn, held: Held, transfer: Transfer, { token, by }: ActionOf<"undo">): void {
  const { id, player, attempt, target } = transfer;
  finish(turn, held, transfer);
  held.coolUntilUs = turn.nowUs + turn.settings.transfer.cooldown;
  if (token !== null) raiseToken(turn, player, held, token);
  const ended = { transfer: id, player, outcome: "rolledBack", endedBy: by, attempt, token: held.token } as const;
  turn.out.record({ type: "record", fact: "transferEnded", ...ended });
  if (attempt > 0) turn.out.send(target, { type: "cancel", transfer: id, attempt, player });
  reportTo(turn, transfer, "rolledBack");
  if (freezes(turn.settings)) resume(turn, player, held, id);
  else {
    notify(turn, player, { transfer: id, notice: "rolledBack", server: turn.self, token: held.token });
    pump(turn, player, held);
  }
  admitWaiting(turn);
}

/** The player has two owners, and is nobody's for a while: its transfer is over, in whichever way it was settled. */
export function leaveTransfer(turn: Turn, held: Held, transfer: Transfer, settled: string): void {
  const { id, player, attempt, target } = transfer;
  const isSettled = settled === id;
  finish(turn, held, transfer);
  const outcome = isSettled ? "completed" : "rolledBack";
  const ended = { transfer: id, player, outcome, endedBy: "resolution", attempt, token: held.token } as const;
  turn.out.record({ type: "record", fact: "transferEnded", ...ended });
  if (!isSettled && attempt > 0) turn.out.send(target, { type: "cancel", transfer: id, attempt, player });
  const notice = isSettled ? "moved" : "rolledBack";
  notify(turn, player, { transfer: id, notice, server: isSettled ? target : turn.self, token: held.token });
  reportTo(turn, transfer, outcome);
  admitWaiting(turn);
}

/** Nothing of a transfer outlives it: no timer, no lock (MESH-INV-10). */
function finish(turn: Turn, held: Held, transfer: Transfer): void {
  held.transfer = null;
  if (turn.state.outgoing.delete(transfer.player)) turn.state.moving -= 1;
  turn.out.cancelTimer(`retry:${transfer.id}`);
  turn.out.cancelTimer(`abort:${transfer.id}`);
  releaseSlot(turn, outLock(transfer.player), transfer.id);
}

function freeSlot(turn: Turn, transfer: Transfer): void {
  releaseSlot(turn, outLock(transfer.player), transfer.id);
  admitWaiting(turn);
}

function reportTo(turn: Turn, { player, commands }: Transfer, answer: "rolledBack" | "completed"): void {
  for (const { operator, command } of commands) turn.out.send(operator, { type: "forced", command, player, answer });
}

function playerOfTransfer(turn: Turn, id: string): NodeId | undefined {
  // The name of a transfer begins with its player's, and a player's name may hold a slash itself.
  const player = id.slice(0, id.lastIndexOf("/")) as NodeId;
  return turn.state.held.get(player)?.transfer?.id === id ? player : undefined;
}

/** A message that came too late to mean anything (properties.md A7). */
function ignoreLate(
  turn: Turn,
  { transfer, attempt, type }: Received<"prepared" | "busy" | "refused" | "mismatch" | "confirm">,
  because: string,
): void {
  turn.out.record({ type: "record", fact: "lateMessageIgnored", transfer, attempt, message: type, because });
}
