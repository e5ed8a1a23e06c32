// The leading coordinator's care for the servers: heartbeats and leases, suspicions and failures, and who has which region.

import type { NodeId } from "../../base/ids.ts";
import { incarnationOf, type Outcome, type RegisterCommand } from "./authority-register.ts";
import { countFailure, countReturn, judgeMode } from "./coordinator-mode.ts";
import { failoversBegin } from "./coordinator-failovers.ts";
import { recover, watchRecoveries } from "./coordinator-recovery.ts";
import { owesAnswer } from "./coordinator-resolution.ts";
import type { Desk, Received } from "./coordinator-state.ts";
import { type RegionMove, type SealedRegions, standingOf, suspendedRegions } from "./region-map.ts";
import { freshPulse, heardOf, lostTouch, type Pulse, renewed, stepFor } from "./server-watch.ts";
import { watchesServers } from "./settings.ts";

export function onRejoin(desk: Desk, server: NodeId, incarnation: number): void {
  if (incarnation > incarnationOf(desk.state.register, server)) {
    return desk.propose({ type: "reclaim", server, incarnation });
  }
  desk.out.send(server, { type: "rejoined", incarnation, players: 0 });
}

/** Begins the watch over the servers. */
export function watch(desk: Desk): void {
  if (!watchesServers(desk.settings)) return;
  for (const [server, standing] of desk.state.register.map.standings) {
    if (standing !== "down") desk.state.pulses.set(server, freshPulse(desk.nowUs, desk.settings));
  }
  armHealth(desk);
}

function armHealth(desk: Desk): void {
  const { check } = desk.settings.health;
  desk.state.healthDueUs = desk.nowUs + check;
  desk.out.setTimer("health", check);
}

/** Looks when the timer that should have is overdue: timers can be lost, too. */
export function nudgeHealth(desk: Desk): void {
  const { healthDueUs } = desk.state;
  if (healthDueUs >= 0 && desk.nowUs > healthDueUs + desk.settings.health.check) checkHealth(desk);
}

export function checkHealth(desk: Desk): void {
  for (const [server, pulse] of desk.state.pulses) judge(desk, server, pulse);
  armHealth(desk);
  judgeMode(desk);
  watchRecoveries(desk);
  for (const dueUs of desk.state.returns.values()) if (dueUs <= desk.nowUs) return giveBack(desk);
}

function judge(desk: Desk, server: NodeId, pulse: Pulse): void {
  const { suspected } = pulse;
  const step = stepFor(pulse, desk.nowUs, desk.settings);
  if (pulse.suspected && !suspected) {
    const silentUs = desk.nowUs - pulse.heardUs;
    desk.out.record({ type: "record", fact: "server_failure_detected", server, silentUs });
  }
  const incarnation = incarnationOf(desk.state.register, server);
  if (step === "revoke") {
    pulse.revokes += 1;
    desk.out.send(server, { type: "revoke", incarnation, attempt: pulse.revokes });
  }
  if (step === "giveUp" && desk.settings.failover.decidedBy === "coordinator") {
    if (!areSealed(desk, regionsOf(desk, server))) return;
    // Until that is committed it may be heard of again, and a lease that were renewed now would outlive it.
    pulse.released = true;
    desk.propose({ type: "fail", server, incarnation, sealed: sealedRegions(desk, server) });
  }
}

export const regionsOf = ({ state }: Desk, server: NodeId): readonly number[] =>
  state.register.map.regions.flatMap((region, at) => (region.server === server ? [at] : []));

/** What has to be sealed still when a server's regions go to others; null: nobody seals. */
export function sealedRegions(desk: Desk, server: NodeId): SealedRegions | null {
  if (!desk.settings.defence.sealBeforeGrant) return null;
  const { regions } = desk.state.register.map;
  return regionsOf(desk, server).map((region) => ({ region, epoch: regions[region].epoch }));
}

/**
 * Whether the store refuses what the servers of these regions still have on its way to their ground; else it is asked to.
 * Before a region goes to another server, as the fence is before a grant: what comes late is then nobody's effect.
 */
export function areSealed(desk: Desk, regions: readonly number[]): boolean {
  if (!desk.settings.defence.sealBeforeGrant) return true;
  let all = true;
  for (const region of regions) {
    const epoch = desk.state.register.map.regions[region].epoch + 1;
    if ((desk.state.sealed.get(region) ?? 0) >= epoch) continue;
    all = false;
    desk.out.send(desk.topology.store, { type: "sealRegion", region, epoch });
  }
  return all;
}

export function onRegionSealed(desk: Desk, { region, epoch }: Received<"regionSealed">): void {
  if (!desk.state.serving || (desk.state.sealed.get(region) ?? 0) >= epoch) return;
  desk.state.sealed.set(region, epoch);
  for (const [server, pulse] of desk.state.pulses) judge(desk, server, pulse);
  giveBack(desk);
}

/** A region was sealed, and nobody was given it after all: its server goes on under a new epoch. */
export function onReopen(desk: Desk, server: NodeId, { region, epoch }: Received<"reopen">): void {
  const known = desk.state.register.map.regions.at(region);
  if (region < 0 || known === undefined) return;
  if (known.server !== server || known.epoch !== epoch) return sendMap(desk, server);
  // It is about to go to another one.
  if (desk.state.orders.get(server)?.verb === "drain") return;
  desk.propose({ type: "move", region, epoch, server });
}

export function onHeartbeat(desk: Desk, server: NodeId, message: Received<"heartbeat">): void {
  const pulse = desk.state.pulses.get(server);
  const known = incarnationOf(desk.state.register, server);
  if (pulse !== undefined && message.incarnation === known && !pulse.released) heardOf(pulse, desk.nowUs);
  desk.ask(server, message);
}

/** It is certain that nobody else led when the question came: what is promised now, no later leader breaks. */
export function renew(desk: Desk, server: NodeId, { incarnation, sentUs, map }: Received<"heartbeat">): void {
  // From a life that is over, or one that has not been told of yet.
  if (incarnation !== incarnationOf(desk.state.register, server)) return;
  const pulse = desk.state.pulses.get(server);
  if (standingOf(desk.state.register.map, server) === "down") {
    desk.out.send(server, { type: "expelled", incarnation });
    return;
  }
  if (map !== desk.state.register.map.version) sendMap(desk, server);
  if (pulse === undefined || pulse.released || owesAnswer(desk, server)) return;
  renewed(pulse, desk.nowUs, desk.settings);
  desk.out.send(server, { type: "leased", incarnation, sentUs });
}

export function onReleased(desk: Desk, server: NodeId, { incarnation }: Received<"released">): void {
  const pulse = desk.state.pulses.get(server);
  if (pulse === undefined || incarnation !== incarnationOf(desk.state.register, server)) return;
  pulse.released = true;
  judge(desk, server, pulse);
}

/** Fail-fast (MESH-F3-01): a peer that refuses connections is not waited for as long as one that is silent. */
export function onConnectionLost(desk: Desk, peer: NodeId): void {
  const pulse = desk.state.pulses.get(peer);
  if (pulse !== undefined) lostTouch(pulse, desk.nowUs, desk.settings);
}

/** Servers that came back get their regions back; whoever has them now moves the players (MESH-F3-08). */
export function giveBack(desk: Desk): void {
  for (const [server, dueUs] of desk.state.returns) {
    if (dueUs > desk.nowUs) continue;
    if (giveHome(desk, server) !== "sealing") desk.state.returns.delete(server);
  }
}

/** What becomes of a server's regions that others have: nothing, for there are none; or they are sealed first, or given. */
export function giveHome(desk: Desk, server: NodeId): "nothing" | "sealing" | "given" {
  const away = [...desk.state.register.map.regions.entries()].flatMap(([region, { home, epoch, server: owner }]) =>
    home === server && owner !== server ? [{ region, epoch }] : [],
  );
  if (away.length === 0) return "nothing";
  const regions = away.map(({ region }) => region);
  if (!areSealed(desk, regions)) return "sealing";
  for (const { region, epoch } of away) desk.propose({ type: "move", region, epoch, server });
  return "given";
}

function sendMap(desk: Desk, server: NodeId): void {
  const { map } = desk.state.register;
  const { version, regions, mode } = map;
  const owners = regions.map((region) => ({ server: region.server, epoch: region.epoch, backups: region.backups }));
  const suspended = suspendedRegions(map);
  desk.out.send(server, { type: "map", version, owners, level: mode.level, critical: mode.critical, suspended });
}

export function sendMaps(desk: Desk): void {
  for (const server of desk.topology.servers) sendMap(desk, server);
}

export function recordMoves(desk: Desk, moves: readonly RegionMove[]): void {
  const { version } = desk.state.register.map;
  for (const { region, from, server, epoch } of moves) {
    const because = standingOf(desk.state.register.map, from) === "down" ? "failure" : "asked";
    desk.out.record({ type: "record", fact: "regionMoved", region, from, server, epoch, because, map: version });
    if (because === "failure")
      desk.out.record({ type: "record", fact: "failover_initiated", region, epoch, failed: from, server });
  }
}

export function tellRearranged(
  desk: Desk,
  command: RegisterCommand,
  { players, moves }: Extract<Outcome, { type: "rearranged" }>,
): void {
  if (command.type === "reclaim") welcomeBack(desk, command, players.length);
  if (command.type === "fail" && standingOf(desk.state.register.map, command.server) === "down") {
    giveUp(desk, command.server);
    desk.out.send(command.server, { type: "expelled", incarnation: command.incarnation });
  }
  if (command.type === "fail") judgeAgain(desk, command.server);
  if (command.type === "drain" || command.type === "resume") recordStanding(desk, command.server);
  const failed = moves.filter(({ from }) => standingOf(desk.state.register.map, from) === "down");
  failoversBegin(desk, players, failed);
  recover(desk, players);
  if (moves.length > 0) sendMaps(desk);
}

function recordStanding(desk: Desk, server: NodeId): void {
  const standing = standingOf(desk.state.register.map, server);
  if (standing === "draining") desk.out.record({ type: "record", fact: "serverDrained", server });
  else if (standing === "up") desk.out.record({ type: "record", fact: "serverResumed", server });
}

/** It could not be given up, for it was given a region meanwhile that is not sealed. */
function judgeAgain(desk: Desk, server: NodeId): void {
  const pulse = desk.state.pulses.get(server);
  if (pulse !== undefined) judge(desk, server, pulse);
}

/** One that was stopped in order has not failed: nobody suspected it. */
function giveUp(desk: Desk, server: NodeId): void {
  const pulse = desk.state.pulses.get(server);
  desk.state.pulses.delete(server);
  desk.state.orders.delete(server);
  if (pulse?.suspected === true) countFailure(desk, server);
}

function welcomeBack(
  desk: Desk,
  { server, incarnation }: Extract<RegisterCommand, { type: "reclaim" }>,
  players: number,
): void {
  desk.out.record({ type: "record", fact: "serverRejoined", server, incarnation, players });
  desk.out.send(server, { type: "rejoined", incarnation, players });
  countReturn(desk, server);
  sendMap(desk, server);
  if (!watchesServers(desk.settings)) return;
  desk.state.pulses.set(server, freshPulse(desk.nowUs, desk.settings));
  const { rebalanceAfter } = desk.settings.failover;
  const isAway = desk.state.register.map.regions.some((region) => region.home === server && region.server !== server);
  if (!isAway || rebalanceAfter === 0) return;
  desk.state.returns.set(server, desk.nowUs + rebalanceAfter);
  desk.out.setTimer("rebalance", rebalanceAfter);
}

/** Sent to, it answers or refuses: then the coordinator's own connection breaks. */
export function onUnreachable(desk: Desk, server: NodeId): void {
  if (desk.state.pulses.has(server)) sendMap(desk, server);
}
