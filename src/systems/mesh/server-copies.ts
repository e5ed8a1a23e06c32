// The backup's side of replication: copies of what primaries have, kept by region, and given to the next primary. A copy
// is believed only by whoever has been granted the player: with `failover.decidedBy: backup` it is believed without a
// grant, after a silence, as the documents have it (X-M-26).

import type { NodeId } from "../../base/ids.ts";
import type { ReplicaCopy } from "./replication-messages.ts";
import { takeUnasked } from "./server-authority.ts";
import { tendStreams } from "./server-replication.ts";
import type { Following, Received, Turn } from "./server-state.ts";

export function onReplicate(turn: Turn, primary: NodeId, message: Received<"replicate">): void {
  const { region, epoch, life, from, to } = message;
  const { state, nowUs } = turn;
  const following = followingOf(turn, region);
  const known = Math.max(following.epoch, state.map.owners[region]?.epoch ?? 0);
  if (epoch < known || (epoch === following.epoch && life < following.life) || state.streams.has(region)) {
    turn.out.record({ type: "record", fact: "replicaRefused", region, epoch, server: primary });
    turn.out.send(primary, { type: "replicateRefused", region, epoch: known });
    return;
  }
  if (epoch > following.epoch || life > following.life || primary !== following.primary) {
    Object.assign(following, { epoch, life, primary, applied: 0 });
  }
  following.heardUs = nowUs;
  const missing = from > following.applied;
  if (!missing && to > following.applied) apply(turn, following, message);
  const { incarnation: backupLife } = state;
  turn.out.send(primary, { type: "replicated", region, epoch, life, backupLife, to: following.applied, missing });
}

function apply(turn: Turn, following: Following, { to, epoch, life, copies, gone }: Received<"replicate">): void {
  const { nowUs, settings } = turn;
  const ofStream = `${epoch}.${life}`;
  following.applied = to;
  for (const copy of copies) following.copies.set(copy.player, { ...copy, receivedUs: nowUs, ofStream });
  for (const { player, token } of gone) {
    const copy = following.copies.get(player);
    if (copy !== undefined && copy.token <= token) following.copies.delete(player);
  }
  // Those of a former primary are of use only to whoever takes over from it.
  for (const [player, copy] of following.copies) {
    if (copy.ofStream !== ofStream && nowUs - copy.receivedUs > settings.replication.keep)
      following.copies.delete(player);
  }
}

function followingOf({ state, self, nowUs }: Turn, region: number): Following {
  const known = state.following.get(region);
  if (known !== undefined) return known;
  const following = { epoch: 0, life: 0, primary: self, applied: 0, heardUs: nowUs, copies: new Map() };
  state.following.set(region, following);
  return following;
}

/** The copy of one player, whichever primary of the region it came from. */
export const ownCopy = ({ state }: Turn, region: number, player: NodeId): ReplicaCopy | undefined =>
  state.following.get(region)?.copies.get(player);

/** A new primary wants to know; whoever it took over from is refused from now on. */
export function onRecall(turn: Turn, primary: NodeId, { region, epoch, ask }: Received<"recall">): void {
  const following = followingOf(turn, region);
  if (epoch > following.epoch) Object.assign(following, { epoch, life: 0, primary, applied: 0, heardUs: turn.nowUs });
  turn.out.send(primary, { type: "recalled", region, ask, copies: tailsOf(turn, region) });
}

/** Copies with soft actions in them. */
export const tailsOf = ({ state }: Turn, region: number): readonly ReplicaCopy[] =>
  [...(state.following.get(region)?.copies.values() ?? [])].flatMap(({ player, token, state: stored, x, tail }) =>
    tail.length === 0 ? [] : [{ player, token, state: stored, x, tail }],
  );

/**
 * The documents' way: silence alone makes a primary (X-M-26). The first backup waits for the timeout, each further one
 * as long again. Nobody is asked, and the tokens are made up: one above the copy's.
 */
export function promoteIfSilent(turn: Turn): void {
  const { state, settings, self, nowUs } = turn;
  if (settings.failover.decidedBy !== "backup") return;
  for (const [region, following] of state.following) {
    const known = state.map.owners[region];
    if (known === undefined || known.server === self || following.epoch === 0) continue;
    const rank = known.backups.indexOf(self);
    if (rank < 0 || nowUs - following.heardUs < settings.health.timeout * (rank + 1)) continue;
    promote(turn, region, following);
  }
}

function promote(turn: Turn, region: number, { copies, epoch: last, primary }: Following): void {
  const { state, self, out } = turn;
  const epoch = last + 1;
  const backups = state.map.owners[region].backups.filter((backup) => backup !== self);
  state.map = { ...state.map, owners: state.map.owners.with(region, { server: self, epoch, backups }) };
  out.record({ type: "record", fact: "failover_initiated", region, epoch, failed: primary, server: self });
  tendStreams(turn);
  for (const [player, copy] of copies) takeUnasked(turn, player, region, copy);
  out.record({ type: "record", fact: "failover_completed", region, server: self });
}
