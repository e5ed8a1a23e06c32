// Folds into the mesh view which servers would act by their leases, and when another began to act for a player of theirs.

import type { NodeId } from "../../base/ids.ts";
import type { Instant } from "../../check/property.ts";
import type { Grant, JudgedFact, LeaseView, MeshView, Overtaking, PlayerView } from "./mesh-view.ts";

function leaseOf(view: MeshView, server: NodeId): LeaseView {
  const known = view.leases.get(server);
  if (known !== undefined) return known;
  const lease: LeaseView = { believes: false, renewedUs: -1, outrunBy: null, rivalledBy: null };
  view.leases.set(server, lease);
  return lease;
}

export function foldRenewal(
  view: MeshView,
  { server }: Extract<JudgedFact, { fact: "leaseRenewed" }>,
  at: Instant,
): void {
  const lease = leaseOf(view, server);
  const begins = !lease.believes;
  lease.believes = true;
  lease.renewedUs = at.atUs;
  // Every server knows the first map from the start.
  if (!view.mapsKnown.has(server)) view.mapsKnown.set(server, 1);
  if (!begins) return;
  for (const player of view.players.values()) {
    if (player.beliefs.get(server)?.frozen === false) foldRivals(view, player, at);
  }
}

export function outrun(view: MeshView, from: Grant, by: Overtaking): void {
  const lease = view.leases.get(from.server);
  if (lease?.believes === true && from.incarnation >= (view.lives.get(from.server) ?? 0)) lease.outrunBy ??= by;
}

/** The holder has stopped acting at `endUs`. What it had let go of by then, others may have. */
export function endLease(view: MeshView, server: NodeId, endUs: number, lateUs: number): void {
  view.leaseEnded = null;
  const lease = view.leases.get(server);
  if (lease === undefined || !lease.believes) return;
  const { outrunBy, rivalledBy } = lease;
  view.leaseEnded = { server, endUs, lateUs, outrunBy, rivalledBy };
  lease.believes = false;
  lease.outrunBy = null;
  lease.rivalledBy = null;
}

/** A server begins to act for the player: who else would? One with a lease is judged when that ends, for it may be over. */
export function foldRivals(view: MeshView, player: PlayerView, { node, atUs, event }: Instant): void {
  view.rivals = [];
  const own = view.leases.get(node);
  // Without a lease it has the player, and does nothing for it.
  if (player.beliefs.size < 2 || own?.believes === false) return;
  const by: Overtaking = { player: player.id, server: node, atUs, event };
  for (const [server, { frozen }] of player.beliefs) {
    if (server === node || frozen) continue;
    const lease = view.leases.get(server);
    // Where others have leases, one that never had one yet acts as little.
    if (lease?.believes === true) lease.rivalledBy ??= own === undefined ? null : by;
    else if (lease === undefined && view.paused.has(server)) view.sleepers.set(server, by);
    else if (lease === undefined) view.rivals = [...view.rivals, server];
  }
}
