// Whether a server may act, and where: its lease, which it renews with each heartbeat and loses by its own clock; the map
// of regions; and what it does when it is told to let go.
//
// The lease covers everything the server has. Without it the server writes nothing, answers nothing and shows nothing;
// what its players ask meanwhile waits. Transfers go on: whether they end, and how, is decided by the coordinator.

import type { NodeId } from "../../base/ids.ts";
import { openThrottle } from "./admission.ts";
import { forgetRegions, takeRegions } from "./boundary.ts";
import { LIVES_MAX } from "./facts.ts";
import { welcome } from "./server-actions.ts";
import { rejoin } from "./server-authority.ts";
import { considerTransfer } from "./server-outgoing.ts";
import { recallByMap } from "./server-recall.ts";
import { lastWords, tendStreams } from "./server-replication.ts";
import { followService, followSuspension, tellPause } from "./server-service.ts";
import { askCoordinator, mayAct, type Received, type Turn } from "./server-state.ts";
import { leaseHeldUs, watchesServers } from "./settings.ts";

/** Tells the coordinator that this server is there, and asks for the lease to be renewed. */
export function beat(turn: Turn): void {
  const { state, settings, nowUs } = turn;
  if (!watchesServers(settings) || !state.ready) return;
  const { incarnation, map, mapKnown } = state;
  askCoordinator(turn, { type: "heartbeat", incarnation, sentUs: nowUs, map: mapKnown ? map.version : 0 });
  const { heartbeat } = settings.health;
  // Whoever may not act asks again soon.
  const againUs = mayAct(turn) ? heartbeat : Math.min(heartbeat, settings.server.askRetry);
  state.beatDueUs = nowUs + againUs;
  turn.out.setTimer("heartbeat", againUs);
  // One that gives everything away may have players that do not walk, and whose transfer came to nothing.
  if (state.held.size === 0 || state.map.owners.some(({ server }) => server === turn.self)) return;
  for (const [player, held] of state.held) considerTransfer(turn, player, held);
}

/** Beats when the timer that should have is overdue: timers can be lost, too. */
export function nudgeBeat(turn: Turn): void {
  const { state, settings, nowUs } = turn;
  if (state.ready && nowUs > state.beatDueUs + settings.health.heartbeat) beat(turn);
}

export function onLeased(turn: Turn, { incarnation, sentUs }: Received<"leased">): void {
  const { state, settings, nowUs } = turn;
  const { mode } = settings.lease;
  if (mode === "none" || !state.ready || incarnation !== state.incarnation || sentUs > nowUs) return;
  const untilUs = (mode === "margin" ? sentUs : nowUs) + leaseHeldUs(settings);
  if (untilUs <= state.leaseUntilUs || untilUs <= nowUs) return;
  const regained = !state.leased;
  state.leaseUntilUs = untilUs;
  state.leased = true;
  turn.out.setTimer("lease", untilUs - nowUs);
  turn.out.record({ type: "record", fact: "leaseRenewed", server: turn.self, untilUs });
  if (!regained) return;
  if (state.cutOff) turn.out.record({ type: "record", fact: "serviceRestored", server: turn.self });
  state.cutOff = false;
  goOn(turn);
}

/** Before anything else in each step: at that instant, and not a microsecond later, the lease is over. */
export function noticeExpiry(turn: Turn): void {
  const { state, nowUs } = turn;
  if (!state.leased || nowUs < state.leaseUntilUs) return;
  state.leased = false;
  turn.out.record({ type: "record", fact: "leaseExpired", server: turn.self, lateUs: nowUs - state.leaseUntilUs });
  state.cutOff = true;
  turn.out.record({ type: "record", fact: "serviceReduced", server: turn.self, level: "cutOff" });
  for (const [player, held] of state.held) if (!held.suspended) tellPause(turn, player, held, "suspended");
  beat(turn);
}

/** The lease is back, and with it everything the server had: else it would have been told. */
function goOn(turn: Turn): void {
  for (const [player, held] of turn.state.held) {
    const caller = turn.state.callers.get(player);
    if (caller !== undefined) {
      turn.state.callers.delete(player);
      welcome(turn, player, held, caller);
    }
    followSuspension(turn, player, held);
  }
}

/** The coordinator suspects this server, and asks it to let go at once. */
export function onRevoke(turn: Turn, from: NodeId, { incarnation }: Received<"revoke">): void {
  if (incarnation === turn.state.incarnation && turn.state.ready) letGo(turn, "revoked");
  // Asked again: the answer was lost.
  if (incarnation < turn.state.incarnation) turn.out.send(from, { type: "released", incarnation });
}

/** A server that is stopped in order lets go first: nobody has to wait until its silence is noticed (MESH-F3-09). */
export function resign(turn: Turn): void {
  const { state, settings } = turn;
  if (watchesServers(settings) && state.ready)
    askCoordinator(turn, { type: "released", incarnation: state.incarnation });
}

/** The coordinator has given this server up, and its players to others. */
export function onExpelled(turn: Turn, { incarnation }: Received<"expelled">): void {
  if (incarnation === turn.state.incarnation && turn.state.ready) letGo(turn, "givenUp");
}

export function onMap(turn: Turn, { version, owners, level, critical, suspended }: Received<"map">): void {
  const { state } = turn;
  const before = state.map;
  if (version < before.version) return;
  state.mapKnown = true;
  state.map = { version, owners, level, critical, suspended };
  tendStreams(turn);
  recallByMap(turn);
  if (version === before.version) return;
  const regions = owners.flatMap(({ server, epoch }, region) => (server === turn.self ? [{ region, epoch }] : []));
  turn.out.record({ type: "record", fact: "mapLearned", server: turn.self, map: version, regions });
  followService(turn, before);
  if (state.ready) takeRegions(turn);
  // Whoever stands in a region that is another's now moves, also without taking a step.
  for (const [player, held] of state.held) considerTransfer(turn, player, held);
}

/** As if the process had ended: what it remembers of its players is worth nothing any more. It begins another life. */
function letGo(turn: Turn, because: "revoked" | "givenUp"): void {
  const { state, out } = turn;
  const { incarnation } = state;
  // The lives of this process are used up: another one has lives that nobody takes for these.
  if ((incarnation + 1) % LIVES_MAX === 0) {
    out.halt();
    return;
  }
  lastWords(turn);
  for (const [player, { session, write, reload, transfer, writeTimer, request }] of state.held) {
    if (session !== 0) out.send(player, { type: "notOwner", session });
    if (write !== null) out.cancelTimer(writeTimer);
    if (reload !== null) out.cancelTimer(`load:${player}`);
    if (request !== null) out.cancelTimer(`entity:${player}`);
    if (transfer === null) continue;
    out.cancelTimer(`retry:${transfer.id}`);
    out.cancelTimer(`abort:${transfer.id}`);
  }
  for (const player of state.loading.keys()) out.cancelTimer(`load:${player}`);
  for (const player of state.incoming.keys()) {
    out.cancelTimer(`incoming:${player}`);
    out.cancelTimer(`adopt:${player}`);
  }
  forgetRegions(turn);
  for (const timer of ["tick", "watchdog", "admit", "lease", "heartbeat", "flush", "recall"]) out.cancelTimer(timer);
  for (const memory of [
    state.held,
    state.revoked,
    state.loading,
    state.incoming,
    state.callers,
    state.outgoing,
    state.slots,
    state.putOff,
    state.recalls,
  ])
    memory.clear();
  Object.assign(state, {
    moving: 0,
    waiting: [],
    queue: [],
    throttle: openThrottle(),
    tickDueUs: -1,
    watchdogDueUs: -1,
    admitDueUs: -1,
    beatDueUs: Infinity,
    flushDueUs: -1,
    mapKnown: false,
  });
  state.leased = false;
  state.leaseUntilUs = -1;
  state.ready = false;
  state.incarnation += 1;
  out.record({ type: "record", fact: "serverExpelled", server: turn.self, incarnation, because });
  rejoin(turn);
}
