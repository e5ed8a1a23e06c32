// What the leading coordinator answers about players, and how a grant comes about: opened, sealed at the store, closed.

import type { NodeId } from "../../base/ids.ts";
import { incarnationOf, type Owner, type RegisterCommand } from "./authority-register.ts";
import { type Desk, type Received, regionOf, registrationOf } from "./coordinator-state.ts";
import { admits, standingOf } from "./region-map.ts";

export function onJoin(desk: Desk, player: NodeId, { session, ask, x }: Received<"join">): void {
  const { owner, pending } = registrationOf(desk, player);
  if (isResolving(desk, player)) return;
  if (owner !== null) return sendLocated(desk, player, owner, session, ask);
  // Whoever has a place, or is about to have one, is not new, and would be held by a server that it never finds.
  if (pending === null && !admits(desk.state.register.map, desk.settings.degraded)) {
    desk.out.record({ type: "record", fact: "admissionRefused", player });
    desk.out.send(player, { type: "turnedAway", session, ask });
    return;
  }
  desk.state.askers.set(player, { session, ask });
  if (pending === null) return desk.propose({ type: "assign", player, region: regionOf(desk, x) });
  nudge(desk, player);
}

export function onLocate(desk: Desk, player: NodeId, { session, ask }: Received<"locate">): void {
  nudge(desk, player);
  if (isResolving(desk, player)) return;
  const { owner } = registrationOf(desk, player);
  if (owner !== null) return sendLocated(desk, player, owner, session, ask);
  desk.out.send(player, { type: "unplaced", session, ask });
}

export function onAdopt(desk: Desk, target: NodeId, message: Received<"adopt">): void {
  const { player, fromToken, source, transfer, version, x } = message;
  const { owner, pending } = registrationOf(desk, player);
  const hasIt = owner !== null && owner.transfer === transfer && owner.server === target && pending === null;
  if (hasIt && !isResolving(desk, player)) {
    return sendGranted(desk, player, owner);
  }
  if (pending?.transfer === transfer && pending.server === target) return nudge(desk, player);
  desk.propose({ type: "open", player, fromToken, source, target, transfer, version, region: regionOf(desk, x) });
}

export function onAbort(desk: Desk, source: NodeId, { player, fromToken, transfer }: Received<"abort">): void {
  const { owner, pending } = registrationOf(desk, player);
  if (owner === null || isResolving(desk, player)) return;
  const isDown = standingOf(desk.state.register.map, source) === "down";
  const current = owner.token === fromToken && owner.server === source;
  if (!current || isDown) return answerAbort(desk, player, source, transfer);
  if (pending?.cause === "rollback") return nudge(desk, player);
  desk.propose({ type: "abort", player, fromToken, source, transfer });
}

function answerAbort(desk: Desk, player: NodeId, source: NodeId, transfer: string): void {
  const { owner, pending } = registrationOf(desk, player);
  if (owner === null || isResolving(desk, player)) return;
  // It has lost everything, this transfer included, and will hear so.
  if (standingOf(desk.state.register.map, source) === "down") {
    desk.out.send(source, { type: "expelled", incarnation: incarnationOf(desk.state.register, source) });
    return;
  }
  if (owner.server === source && owner.transfer === transfer && owner.cause === "rollback") {
    if (pending === null) sendGranted(desk, player, owner);
    return;
  }
  desk.out.send(source, { type: "settled", transfer, player, server: owner.server, token: owner.token });
}

export function onClaim(desk: Desk, server: NodeId, { player, incarnation }: Received<"claim">): void {
  // A claim from before a restart, or before the restart was told here, has nothing to claim.
  if (incarnation !== incarnationOf(desk.state.register, server)) return;
  const { owner, pending } = registrationOf(desk, player);
  if (owner === null || isResolving(desk, player)) return;
  if (owner.server !== server) {
    desk.out.send(server, { type: "owner", player, server: owner.server, token: owner.token });
  } else if (pending === null) {
    sendGranted(desk, player, owner);
  } else {
    nudge(desk, player);
  }
}

export function onFenced(desk: Desk, { player, token, version }: Received<"fenced">): void {
  if (!desk.state.serving) return;
  const { pending } = registrationOf(desk, player);
  if (pending?.token === token) desk.propose({ type: "close", player, token, version });
}

export function onForceRollback(
  desk: Desk,
  operator: NodeId,
  { command, player, reason }: Received<"forceRollback">,
): void {
  const { owner } = registrationOf(desk, player);
  if (owner === null) {
    desk.out.send(operator, { type: "forced", command, player, answer: "noOwner" });
    return;
  }
  // A source that never heard that its transfer is over is the one in need of it.
  if (owner.cause === "transfer") {
    const { transfer, server, token } = owner;
    desk.out.send(owner.source, { type: "settled", transfer, player, server, token });
  }
  desk.out.send(owner.server, { type: "force", command, player, reason, operator });
}

export function recordGrant(desk: Desk, player: NodeId, index: number): void {
  const { owner } = registrationOf(desk, player);
  if (owner === null) return;
  const { server, token, cause, transfer } = owner;
  // A new leader cannot know whether the one before it said so.
  const fact = desk.state.serving ? "granted" : "grantRecovered";
  const incarnation = incarnationOf(desk.state.register, server);
  desk.out.record({ type: "record", fact, player, server, incarnation, token, cause, transfer, index });
}

export function tellGrant(desk: Desk, player: NodeId, conflict: NodeId | null): void {
  const { owner } = registrationOf(desk, player);
  if (owner === null) return;
  desk.state.seals.delete(player);
  desk.out.cancelTimer(`seal:${player}`);
  sendGranted(desk, player, owner);
  if (conflict !== null) {
    desk.out.send(conflict, { type: "adoptRefused", transfer: owner.transfer, player, because: "conflict" });
  }
  const asker = desk.state.askers.get(player);
  if (asker === undefined) return;
  desk.state.askers.delete(player);
  sendLocated(desk, player, owner, asker.session, asker.ask);
}

export function tellUnchanged(desk: Desk, command: RegisterCommand): void {
  if (command.type === "abort") answerAbort(desk, command.player, command.source, command.transfer);
  if (command.type !== "open") return;
  const { owner, pending } = registrationOf(desk, command.player);
  if (owner?.transfer === command.transfer && pending === null) sendGranted(desk, command.player, owner);
}

export function tellRefusal(desk: Desk, command: RegisterCommand, because: Received<"adoptRefused">["because"]): void {
  if (command.type !== "open") return;
  const { player, target, transfer } = command;
  desk.out.record({ type: "record", fact: "grantRefused", player, server: target, transfer, because });
  desk.out.send(target, { type: "adoptRefused", transfer, player, because });
}

/** Asks the store to refuse everything older than the pending grant; asked again until it has answered. */
export function seal(desk: Desk, player: NodeId): void {
  const { pending } = registrationOf(desk, player);
  if (pending === null || !desk.state.serving) return;
  const resolves = desk.state.register.resolutions.has(player);
  if (!desk.settings.defence.sealBeforeGrant && !resolves) {
    return desk.propose({ type: "close", player, token: pending.token, version: -1 });
  }
  const { token } = pending;
  const decided = desk.state.register.resolutions.get(player)?.decided ?? null;
  if (decided === null) desk.out.send(desk.topology.store, { type: "fence", player, token, server: pending.server });
  else desk.out.send(desk.topology.store, { type: "repair", player, token, state: decided.state });
  desk.state.seals.set(player, desk.nowUs + desk.settings.coordinator.sealRetry);
  desk.out.setTimer(`seal:${player}`, desk.settings.coordinator.sealRetry);
}

/** It is nobody's for the moment: whoever asks about it asks again. */
const isResolving = ({ state }: Desk, player: NodeId): boolean => state.register.resolutions.has(player);

/** Seals again when the timer that should have done it is overdue: timers can be lost, too. */
function nudge(desk: Desk, player: NodeId): void {
  const dueUs = desk.state.seals.get(player);
  if (dueUs !== undefined && desk.nowUs > dueUs + desk.settings.coordinator.sealRetry) seal(desk, player);
}

function sendGranted(desk: Desk, player: NodeId, { server, token, cause, transfer, version, region }: Owner): void {
  const incarnation = incarnationOf(desk.state.register, server);
  desk.out.send(server, { type: "granted", player, token, cause, transfer, version, incarnation, region });
}

function sendLocated(desk: Desk, player: NodeId, { server, token }: Owner, session: number, ask: number): void {
  desk.out.send(player, { type: "located", session, ask, server, token });
}
