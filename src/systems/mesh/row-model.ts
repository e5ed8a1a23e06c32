// Folds what changes players' rows into the mesh view: who acted, under which token, and with what they are left.

import type { Instant } from "../../check/property.ts";
import { beginCut, moveInventory, moveOutside } from "./items-model.ts";
import { type JudgedFact, type MeshView, playerOf, type PlayerView, raised } from "./mesh-view.ts";

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;

/** An accepted write, whatever for. */
export function foldRow(
  view: MeshView,
  player: PlayerView,
  { server, token, state }: Pick<Told<"effectAccepted">, "server" | "token" | "state">,
  { event }: Instant,
): void {
  view.subject = player;
  player.stateBefore = player.state;
  player.state = state;
  player.tokenAcceptedBefore = player.tokenAccepted;
  player.tokenAccepted = raised(player.tokenAccepted, token, event);
  player.tokenSeenBefore = player.tokenSeen;
  player.tokenSeen = raised(player.tokenSeen, token, event);
  player.actingBefore = player.acting;
  player.acting = { server, token, event };
  player.actedUnderBefore = player.actedUnder.get(token);
  if (player.actedUnderBefore === undefined) player.actedUnder.set(token, server);
}

export function foldCarried(view: MeshView, fact: Told<"itemCarried">, at: Instant): void {
  const player = playerOf(view, fact.player);
  view.recoveredAnew = fact.state.version > (player.state?.version ?? -1);
  if (fact.recovered && !view.recoveredAnew) return;
  const { errand, move, item, state } = fact;
  foldRow(view, player, fact, at);
  beginCut(view);
  moveInventory(view, fact.player, player.stateBefore?.items ?? [], state.items, at);
  moveOutside(view, fact.ground, at);
  view.tradeBefore = view.trades.get(move);
  if (errand === "reserve") {
    view.trades.set(move, "reserved");
    letItemGo(player, item, state.version);
  }
  if (errand === "undo") view.trades.set(move, "undone");
  if (errand !== "accept") return;
  view.trades.set(move, "done");
  letItemGo(player, fact.other, state.version);
  // The effect of an action of somebody else's, whose own row it leaves as it is.
  const offerer = fact.to === "" ? null : playerOf(view, fact.to).state;
  const { version, score } = offerer ?? state;
  if (view.effects.has(move)) return;
  view.effects.set(move, {
    player: fact.to === "" ? fact.player : fact.to,
    server: fact.server,
    effects: 0,
    event: at.event,
    version,
    score,
    session: -1,
    sequence: -1,
    pickedUp: "",
    acknowledged: false,
    discarded: false,
  });
}

/** From now on it need not be there, whoever was told that it is. */
export function letItemGo(player: PlayerView, item: string, version: number): void {
  player.dropped.set(item, version);
  player.acknowledged.items.delete(item);
}
