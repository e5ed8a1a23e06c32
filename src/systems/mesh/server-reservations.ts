// The authority's side of a pickup beyond the border: the item is taken from the ground into escrow for the player that
// wants it, and goes back when nobody takes it from there.

import type { NodeId } from "../../base/ids.ts";
import { groundWith, lay, lift } from "./boundary.ts";
import type { Escrow } from "./items.ts";
import { mayAct, type Received, type Reservation, type Turn } from "./server-state.ts";

export function onEntityAction(turn: Turn, { move, item, player }: Received<"entityAction">, from: NodeId): void {
  const { state } = turn;
  // Asked again, it may be able to.
  if (!mayAct(turn) || !state.ready) return;
  const known = state.reserved.get(move);
  if (known?.phase === "reserved") return say(turn, from, move, known, "reserved");
  if (known !== undefined) return layAt(turn, known.region, move, known, "reserve");
  const region = groundWith(turn, item);
  const reservation: Reservation = { item, region: region ?? -1, player, server: from, phase: "asked" };
  if (region === undefined) return say(turn, from, move, reservation, "refused");
  state.reserved.set(move, reservation);
  turn.out.setTimer(timerOf(move), turn.settings.boundary.escrow);
  layAt(turn, region, move, reservation, "reserve");
}

/** The store's word on a change of this server's ground. */
export function onLaid(turn: Turn, { region, op, item, move, result, x }: Received<"laid">): void {
  const known = turn.state.reserved.get(move);
  if (op === "reserve") {
    if (known === undefined) return;
    if (result === "done") {
      known.phase = "reserved";
      lift(turn, region, item);
    } else {
      forget(turn, move);
    }
    // Under an old epoch it is not this server's to refuse.
    if (result !== "staleEpoch") say(turn, known.server, move, known, result === "done" ? "reserved" : "refused");
    return;
  }
  if (result === "done") lay(turn, region, item, x);
  if (op === "restore") forget(turn, move);
}

/** Nobody has taken it, as far as is known here: it goes back, unless it is taken first. */
export function onEscrowDue(turn: Turn, move: string): void {
  const known = turn.state.reserved.get(move);
  if (known === undefined) return;
  turn.out.setTimer(timerOf(move), turn.settings.server.writeRetry);
  if (mayAct(turn)) layAt(turn, known.region, move, known, "restore");
}

/** One that was made before this server had the region, or knew of it. */
export function watchReservation(turn: Turn, move: string, item: string, region: number, to: Escrow["to"]): void {
  const { state, settings, out } = turn;
  if (state.reserved.has(move) || !state.regions.has(region) || to.type !== "held") return;
  state.reserved.set(move, { item, region, player: to.player, server: "", phase: "reserved" });
  out.setTimer(timerOf(move), settings.boundary.escrow);
}

const timerOf = (move: string): string => `escrow:${move}`;

function forget({ state, out }: Turn, move: string): void {
  state.reserved.delete(move);
  out.cancelTimer(timerOf(move));
}

function layAt(
  { state, out, topology }: Turn,
  region: number,
  move: string,
  { item, player }: Reservation,
  op: "reserve" | "restore",
): void {
  const own = state.regions.get(region);
  if (own === undefined) return;
  out.send(topology.store, { type: "lay", region, epoch: own.epoch, op, item, move, player });
}

function say(
  { out }: Turn,
  to: NodeId | "",
  move: string,
  { item, player }: Reservation,
  answer: "reserved" | "refused",
): void {
  if (to !== "") out.send(to, { type: "entityAnswer", move, player, item, answer });
}
