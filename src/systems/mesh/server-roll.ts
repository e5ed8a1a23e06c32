// What a server tells the coordinator who looks for players with two owners: which players it has, and, when it is asked
// to let go of one, in which state it had it. That state is kept until it has the player again, for the answer may be
// lost, and another coordinator may ask for it.

import type { NodeId } from "../../base/ids.ts";
import { dropAuthority } from "./server-authority.ts";
import { forgetIncoming } from "./server-incoming.ts";
import { leaveTransfer } from "./server-outgoing.ts";
import { type Held, mayAct, type Received, type Turn } from "./server-state.ts";

/** Players whose last state is remembered beyond having them; the oldest is forgotten first. */
const REVOKED_MAX = 1000;

/** Names the players it has, so many in each message (MESH-F5-08). */
export function onRoll(turn: Turn, from: NodeId, { round }: Received<"roll">): void {
  const { state, settings } = turn;
  if (!state.ready) return;
  const { incarnation } = state;
  const all = [...state.held].map(([player, { token, transfer }]) => ({ player, token, moving: transfer !== null }));
  const { partMax } = settings.sweep;
  const acts = mayAct(turn);
  for (let at = 0; at === 0 || at < all.length; at += partMax) {
    const players = all.slice(at, at + partMax);
    turn.out.send(from, { type: "rolled", round, incarnation, acts, players, more: at + partMax < all.length });
  }
}

/** Whatever it has of the player under an older token is void: it lets go, and says what it had (MESH-F5-09). */
export function onRevokeHeld(turn: Turn, from: NodeId, { player, token, settled }: Received<"revokeHeld">): void {
  const { state } = turn;
  if (!state.ready) return;
  const held = state.held.get(player);
  if (held !== undefined && held.token < token) {
    const { session } = held;
    revoke(turn, player, held, settled);
    if (session !== 0) turn.out.send(player, { type: "notOwner", session });
  }
  forgetOlder(turn, player, token);
  const known = held !== undefined && held.token >= token ? held : state.revoked.get(player);
  const answer = known === undefined ? { held: 0, state: null } : { held: known.token, state: known.state };
  turn.out.send(from, { type: "revokedHeld", player, token, ...answer });
}

/** Lets go of a player and remembers in which state. A transfer of it that has come about is complete, else it is not. */
export function revoke(turn: Turn, player: NodeId, held: Held, settled: string): void {
  const { revoked } = turn.state;
  if (held.transfer !== null) leaveTransfer(turn, held, held.transfer, settled);
  revoked.delete(player);
  revoked.set(player, { token: held.token, state: { ...held.state, x: held.x } });
  const [oldest] = revoked.keys();
  if (revoked.size > REVOKED_MAX && oldest !== undefined) revoked.delete(oldest);
  dropAuthority(turn, player, held, "resolution");
}

/** Grants that come late are not taken any more, and nothing that is on its way to this server arrives. */
function forgetOlder(turn: Turn, player: NodeId, token: number): void {
  const { loading, incoming, whereabouts } = turn.state;
  const waiting = loading.get(player);
  if (waiting !== undefined && waiting.token < token) {
    loading.delete(player);
    turn.out.cancelTimer(`load:${player}`);
  }
  const coming = incoming.get(player);
  if (coming !== undefined && coming.fromToken < token) forgetIncoming(turn, player, coming);
  const known = whereabouts.get(player);
  if (known === undefined || known.token < token) whereabouts.set(player, { server: turn.self, token });
}
