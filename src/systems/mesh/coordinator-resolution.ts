// How the leader gives a player with two owners one again (MESH-F5-09..12). In order: the beginning is committed, which
// makes every older token void and stops the player's transfers; the store is sealed; every server lets go, or its lease
// runs out; what all of them had is compared, and what comes of it committed; the store takes that state over; and the
// player is granted to one server. The collecting is the leader's own memory: a new leader collects again.

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { type Desk, type Received, regionOf, registrationOf } from "./coordinator-state.ts";
import type { VersionSummary } from "./facts.ts";
import { noLineage } from "./lineage.ts";
import { standingOf } from "./region-map.ts";
import { resolved, type Version } from "./resolution.ts";

/** Plain data. */
export interface Gathering {
  readonly token: number;
  readonly beganUs: number;
  /** Servers that have not said what they have. */
  readonly waiting: Set<NodeId>;
  readonly versions: Version[];
  stored: Version | null;
  /** When those who have not answered are asked again. */
  dueUs: number;
}

/** These servers take the player for theirs, under tokens up to `above`. */
export function resolve(desk: Desk, player: NodeId, servers: readonly NodeId[], above: number): void {
  desk.propose({ type: "resolve", player, above, servers });
}

/** The beginning is committed, or a new leader found it in the log. */
export function gather(desk: Desk, player: NodeId): void {
  const resolution = desk.state.register.resolutions.get(player);
  if (resolution === undefined || resolution.decided !== null) return;
  const { token } = resolution;
  const { map } = desk.state.register;
  const waiting = new Set(desk.topology.servers.filter((server) => standingOf(map, server) !== "down"));
  const gathering = { token, beganUs: desk.nowUs, waiting, versions: [], stored: null, dueUs: 0 };
  desk.state.gatherings.set(player, gathering);
  askAll(desk, player, gathering);
}

function askAll(desk: Desk, player: NodeId, gathering: Gathering): void {
  const { token, waiting } = gathering;
  const { owner } = registrationOf(desk, player);
  const settled = owner?.cause === "transfer" ? owner.transfer : "";
  if (gathering.stored === null) desk.out.send(desk.topology.store, { type: "collect", player, token });
  for (const server of desk.topology.servers) {
    if (waiting.has(server)) desk.out.send(server, { type: "revokeHeld", player, token, settled });
  }
  const { retry } = desk.settings.resolution;
  gathering.dueUs = desk.nowUs + retry;
  desk.out.setTimer(`resolve:${player}`, retry);
}

/** Who has not answered is asked again, or not waited for any more. */
export function onResolveDue(desk: Desk, player: NodeId): void {
  const gathering = desk.state.gatherings.get(player);
  if (gathering === undefined) return;
  decide(desk, player, gathering);
  askAll(desk, player, gathering);
}

/** Asks again when the timer that should have is overdue: timers can be lost, too. */
export function nudgeResolutions(desk: Desk): void {
  for (const [player, { dueUs }] of desk.state.gatherings) {
    if (desk.nowUs > dueUs + desk.settings.resolution.retry) onResolveDue(desk, player);
  }
}

export function onRevokedHeld(desk: Desk, server: NodeId, message: Received<"revokedHeld">): void {
  const { player, token, held, state } = message;
  const gathering = desk.state.gatherings.get(player);
  if (gathering === undefined || gathering.token !== token || !gathering.waiting.has(server)) return;
  if (held >= token) return resolve(desk, player, [server], held);
  gathering.waiting.delete(server);
  if (state !== null) gathering.versions.push({ holder: server, token: held, state });
  decide(desk, player, gathering);
}

export function onCollected(desk: Desk, { player, token, fence, state }: Received<"collected">): void {
  if (!desk.state.serving) return;
  const resolution = desk.state.register.resolutions.get(player);
  const { pending, tokens } = registrationOf(desk, player);
  const isAsked = resolution !== undefined && (resolution.token === token || pending?.token === token);
  if (!isAsked) return;
  // Somebody was granted more than the register knows of.
  if (fence > tokens) return resolve(desk, player, [], fence);
  const gathering = desk.state.gatherings.get(player);
  if (gathering === undefined || gathering.token !== token) return;
  // Of equals, a server's is preferred: it knows where the player stands.
  gathering.stored = { holder: desk.topology.store, token: 0, state };
  decide(desk, player, gathering);
}

/** Proposes what comes of all that was said, once nobody is left who could still act under an older token. */
function decide(desk: Desk, player: NodeId, gathering: Gathering): void {
  const { stored, versions, waiting, token } = gathering;
  if (stored === null || [...waiting].some((server) => isAwaited(desk, server, gathering))) return;
  const { policy } = desk.settings.resolution;
  const all = [...versions, stored];
  const { winner, state, by, discarded } = resolved(all, policy, desk.topology.store);
  const region = regionOf(desk, state.x);
  const server = takerOf(desk, player, winner.holder, waiting) ?? desk.state.register.map.regions[region].server;
  const silent = desk.topology.servers.filter((one) => waiting.has(one));
  const summaries = all.map(summaryOf);
  const decision = { server, region, state, policy, by, winner: winner.holder, versions: summaries, discarded, silent };
  desk.propose({ type: "decide", player, token, decision });
}

/** A silent server is waited for while its lease may run: nothing else reaches it (X-M-22). */
function isAwaited(desk: Desk, server: NodeId, { beganUs }: Gathering): boolean {
  const { lease, resolution } = desk.settings;
  if (standingOf(desk.state.register.map, server) === "down") return false;
  if (lease.mode === "none") return desk.nowUs - beganUs < resolution.patience;
  const pulse = desk.state.pulses.get(server);
  return pulse !== undefined && !pulse.released && desk.nowUs < pulse.leaseUntilUs;
}

/** Whether its lease is not renewed, because it is to let go of a player and has not said that it did. */
export const owesAnswer = (desk: Desk, server: NodeId): boolean =>
  [...desk.state.gatherings.values()].some(
    ({ waiting, beganUs }) => waiting.has(server) && desk.nowUs - beganUs >= desk.settings.resolution.patience,
  );

/** Whoever has the state that counts, or the owner by the register, if it is there; undefined: neither is. */
function takerOf(desk: Desk, player: NodeId, winner: NodeId, silent: ReadonlySet<NodeId>): NodeId | undefined {
  const { owner } = registrationOf(desk, player);
  const { map } = desk.state.register;
  return [winner, owner?.server].find(
    (server) => server !== undefined && standingOf(map, server) === "up" && !silent.has(server),
  );
}

/** What was begun or decided is committed now, or a new leader found it in the log, and states it again. */
export function recordResolution(desk: Desk, player: NodeId, index: number): void {
  const resolution = desk.state.register.resolutions.get(player);
  assert(resolution !== undefined, "what was begun or decided now is not over");
  const { token, servers, decided } = resolution;
  if (decided === null) {
    desk.out.record({ type: "record", fact: "resolutionBegan", player, token, servers, index });
    return;
  }
  const { server, policy, by, winner, versions, discarded, silent } = decided;
  const granted = registrationOf(desk, player).pending?.token ?? token;
  const audit = { policy, by, winner, versions, discarded, silent };
  desk.out.record({ type: "record", fact: "resolutionDecided", player, server, token: granted, ...audit, index });
}

/** It is decided: nobody is asked any more. */
export function stopGathering(desk: Desk, player: NodeId): void {
  desk.state.gatherings.delete(player);
  desk.out.cancelTimer(`resolve:${player}`);
}

export function stopAllGathering(desk: Desk): void {
  const players = [...desk.state.gatherings.keys()];
  for (const player of players) stopGathering(desk, player);
}

const summaryOf = ({ holder, token, state }: Version): VersionSummary => {
  const { clock, wroteUs } = state.lineage ?? noLineage;
  return { holder, token, version: state.version, clock, wroteUs };
};
