// Which transfers may begin, and when: slots, the queue for them, the throttle, and what is said about all that
// (MESH-F8-01..06). Who waits goes on playing where it is; what was begun elsewhere goes first.

import { assert } from "../../base/assert.ts";
import { plainDigest } from "../../base/plain-hash.ts";
import type { NodeId } from "../../base/ids.ts";
import { takeAdmission, type ThrottleRules, untilAdmissionUs, watchDepth } from "./admission.ts";
import type { DeferralEnd } from "./facts.ts";
import { begin } from "./server-outgoing.ts";
import { hasFreeSlot, type Held, isLost, notify, type Received, serverBeyond, type Turn } from "./server-state.ts";
import { backoffUs } from "./settings.ts";
import type { Transfer } from "./transfer.ts";

/** The player has gone into another region: its transfer begins now, or it waits for its turn. */
export function requestTransfer(turn: Turn, player: NodeId, held: Held, target: NodeId): void {
  const { state } = turn;
  if (state.queue.length === 0 && mayAdmit(turn)) {
    admit(turn, player, held, target);
    return;
  }
  enqueue(turn, player, held, target);
  admitQueued(turn);
}

/** Those that wait longest begin, as far as slots and throttle allow. */
export function admitQueued(turn: Turn): void {
  const { state } = turn;
  while (state.queue.length > 0 && mayAdmit(turn)) {
    const [player] = state.queue;
    const held = player === undefined ? undefined : state.held.get(player);
    assert(player !== undefined && held !== undefined, "only players that are here wait for a slot");
    const target = serverBeyond(turn, held.x);
    if (target === undefined) leaveQueue(turn, player, held, "back");
    else admit(turn, player, held, target);
  }
  armAdmission(turn);
}

/** The player waits no longer, and has not begun. */
export function leaveQueue(turn: Turn, player: NodeId, held: Held, because: DeferralEnd): void {
  const { queue } = turn.state;
  held.queuedUs = -1;
  queue.splice(queue.indexOf(player), 1);
  turn.out.record({ type: "record", fact: "transferWithdrawn", player, because, queued: queue.length });
  watchLoad(turn);
}

/** Looks at the depth after it has changed, and says when that switches the throttle. */
export function watchLoad(turn: Turn): void {
  const { state, settings, nowUs, out } = turn;
  const { throttling, throttleLag } = settings.load;
  if (!throttling) return;
  const depth = depthAround(turn);
  const isStrained = throttleLag > 0 && state.gauge.lagUs > throttleLag;
  const { switchedUs } = state.throttle;
  const switched = watchDepth(state.throttle, { depth, isStrained, nowUs }, rulesOf(turn));
  if (switched === "on") out.record({ type: "record", fact: "throttlingBegan", depth, isStrained });
  if (switched === "off") out.record({ type: "record", fact: "throttlingEnded", depth, afterUs: nowUs - switchedUs });
}

/** A transfer begun elsewhere found no slot here: `waits` in line, or was told that we are busy, and comes again. */
export function putOff(
  turn: Turn,
  source: NodeId,
  { player, transfer, fromToken, attempt }: Received<"prepare">,
  how: "waits" | "busy",
): void {
  const { state, settings } = turn;
  const { retry, transfer: rules } = settings;
  if (how === "busy") {
    if (attempt >= retry.attemptsMax || state.putOff.size >= rules.slots) return;
    const delayUs = backoffUs(retry, attempt);
    const forUs = delayUs + Math.floor((delayUs * retry.jitter) / 100) + rules.deadline;
    state.putOff.set(player, { transfer, source, fromToken, untilUs: turn.nowUs + forUs });
    turn.out.record({ type: "record", fact: "requestDeferred", transfer, player, how, forUs });
    return;
  }
  turn.out.record({ type: "record", fact: "requestDeferred", transfer, player, how, forUs: rules.incomingTimeout });
}

/**
 * Whether the place of one of our own transfers is for another one: that begun by its target, for want of a place here,
 * while ours is for want of one there. Both servers find that the same one of the two goes first; which is by no rule
 * that would always favour the same server or player.
 */
export function givesWay(turn: Turn, { id, target }: Pick<Transfer, "id" | "target">): boolean {
  const { state, settings, nowUs } = turn;
  if (!settings.load.inProgressFirst || settings.load.cap === "soft" || hasFreeSlot(turn)) return false;
  for (const { transfer, source, untilUs } of state.putOff.values())
    if (source === target && nowUs < untilUs && plainDigest(transfer) < plainDigest(id)) return true;
  return false;
}

export function onAdmitDue(turn: Turn): void {
  turn.state.admitDueUs = -1;
  admitQueued(turn);
}

/** A request for a slot that grew older than the watchdog allows, where waiting counts (X-M-45). */
export function sweepQueue(turn: Turn): void {
  const { state, settings, nowUs } = turn;
  if (settings.watchdog.ageBase !== "enqueue") return;
  for (const player of state.queue.slice()) {
    const held = state.held.get(player);
    if (held === undefined || nowUs - held.queuedUs < settings.watchdog.bound) continue;
    leaveQueue(turn, player, held, "watchdog");
    held.coolUntilUs = nowUs + settings.transfer.cooldown;
    notify(turn, player, { transfer: "", notice: "rolledBack", server: turn.self, token: held.token });
  }
}

/** Arms the timer of the next admission, when it is a matter of time. One that was lost is noticed and armed anew. */
export function armAdmission(turn: Turn): void {
  const { state, settings, nowUs, out } = turn;
  if (state.queue.length === 0 || !hasFreeSlot(turn)) return;
  const throttledUs = state.throttle.isOn ? untilAdmissionUs(state.throttle, nowUs, rulesOf(turn)) : 0;
  // Nothing tells when the slot that is left is not owed to somebody else any more.
  const afterUs = throttledUs > 0 ? throttledUs : settings.transfer.tick;
  const dueUs = nowUs + afterUs;
  const isSoonEnough = state.admitDueUs >= 0 && state.admitDueUs <= dueUs;
  if (isSoonEnough && !isLost(turn, state.admitDueUs, settings.transfer.tick)) return;
  state.admitDueUs = dueUs;
  out.setTimer("admit", afterUs);
}

/** Transfers this server has to do with, by what `load.gauge` counts. */
export function depthOf({ state, settings }: Turn): number {
  const queued = state.queue.length + state.waiting.length;
  switch (settings.load.gauge) {
    case "all":
      return state.slots.size + queued;
    case "active":
      return state.slots.size;
    case "queued":
      return queued;
  }
}

/** Scope "cluster": another server says how it is. */
export function onDepth({ state, nowUs }: Turn, from: NodeId, { depth }: Received<"depth">): void {
  state.depths.set(from, { depth, atUs: nowUs });
}

/** With what the others said last, unless that was too long ago. */
function depthAround(turn: Turn): number {
  const { state, settings, nowUs } = turn;
  let depth = depthOf(turn);
  if (settings.load.scope === "server") return depth;
  for (const heard of state.depths.values()) if (nowUs - heard.atUs <= 3 * settings.load.window) depth += heard.depth;
  return depth;
}

function rulesOf({ settings, topology }: Turn): ThrottleRules {
  const { throttleAt, resumeAt, admitRate, burst, scope } = settings.load;
  return { throttleAt, resumeAt, admitRate, burst, sharers: scope === "cluster" ? topology.servers.length : 1 };
}

/** Whether a transfer of our own may begin now. */
function mayAdmit(turn: Turn): boolean {
  const { state, nowUs } = turn;
  if (!hasFreeSlot(turn) || !state.ready || isOwed(turn)) return false;
  return !state.throttle.isOn || untilAdmissionUs(state.throttle, nowUs, rulesOf(turn)) === 0;
}

/** Whether the slots that are left are for transfers begun elsewhere, who were told to come again. */
function isOwed({ state, settings, nowUs }: Turn): boolean {
  if (state.putOff.size === 0 || !settings.load.inProgressFirst || settings.load.cap === "soft") return false;
  for (const [player, { untilUs }] of state.putOff) if (nowUs >= untilUs) state.putOff.delete(player);
  return state.slots.size + state.putOff.size >= settings.transfer.slots;
}

function admit(turn: Turn, player: NodeId, held: Held, target: NodeId): void {
  const { state, nowUs, out } = turn;
  if (state.throttle.isOn) takeAdmission(state.throttle, nowUs, rulesOf(turn));
  const { queuedUs } = held;
  if (queuedUs >= 0) {
    state.queue.shift();
    held.queuedUs = -1;
    const queued = state.queue.length;
    out.record({ type: "record", fact: "transferAdmitted", player, target, waitedUs: nowUs - queuedUs, queued });
  }
  held.turnedAway = false;
  begin(turn, player, held, target, queuedUs >= 0 ? queuedUs : nowUs);
  watchLoad(turn);
}

function enqueue(turn: Turn, player: NodeId, held: Held, target: NodeId): void {
  const { state, settings, nowUs, out } = turn;
  if (state.queue.length >= settings.transfer.queueMax) {
    // Said once: it comes back with each of its steps.
    if (!held.turnedAway) out.record({ type: "record", fact: "transferTurnedAway", player, target });
    if (!held.turnedAway) tellWaiting(turn, player, held);
    held.turnedAway = true;
    return;
  }
  held.queuedUs = nowUs;
  state.queue.push(player);
  out.record({ type: "record", fact: "transferDeferred", player, target, queued: state.queue.length });
  tellWaiting(turn, player, held);
  held.turnedAway = false;
  watchLoad(turn);
}

function tellWaiting(turn: Turn, player: NodeId, { token }: Held): void {
  if (!turn.settings.load.notices) return;
  notify(turn, player, { transfer: "", notice: "waiting", server: turn.self, token });
}
