// How much service a server gives: at each level of degraded mode it shows its players a share of their views, and in a
// suspended region play stands still with its state kept (MESH-FT-10, X-M-56). What the level is, the map says.

import type { NodeId } from "../../base/ids.ts";
import { isShown, shareOf } from "./degraded-mode.ts";
import { pump } from "./server-actions.ts";
import { type Held, isSuspended, type KnownMap, mayAct, notify, regionHere, type Turn } from "./server-state.ts";

/** Whether the player is to be shown where it stands after this step. */
export function viewIsDue({ state, topology, settings }: Turn, held: Held): boolean {
  const { viewEvery } = settings.server;
  if (viewEvery === 0 || held.step % viewEvery !== 0) return false;
  const { level, critical } = state.map;
  if (level === "normal") return true;
  const share = shareOf(level, critical.includes(regionHere(state.map, topology, held)), settings.degraded);
  const shown = isShown(Math.floor(held.step / viewEvery), share);
  state.views.due += 1;
  if (shown) state.views.shown += 1;
  return shown;
}

/** A new map may say that there is less service, or more. */
export function followService(turn: Turn, before: KnownMap): void {
  const { state, self: server, out } = turn;
  const { level } = state.map;
  if (level !== before.level) {
    if (before.level !== "normal" && state.views.due > 0) {
      out.record({ type: "record", fact: "viewsThinned", server, level: before.level, ...state.views });
    }
    state.views = { due: 0, shown: 0 };
    if (level === "normal") out.record({ type: "record", fact: "serviceRestored", server });
    else out.record({ type: "record", fact: "serviceReduced", server, level });
  }
  const same = state.map.suspended.length === 0 && before.suspended.length === 0;
  if (!same) for (const [player, held] of state.held) followSuspension(turn, player, held);
}

/** A player that stands in a suspended region is told so, and does no more; and goes on when the region does. */
export function followSuspension(turn: Turn, player: NodeId, held: Held): void {
  const still = isSuspended(turn, held);
  if (!still && held.stopped) {
    held.stopped = false;
    turn.out.record({ type: "record", fact: "playReleased", player, token: held.token });
  }
  const stands = still || !mayAct(turn);
  if (stands !== held.suspended) tellPause(turn, player, held, stands ? "suspended" : "resumed");
  pump(turn, player, held);
}

/** Nothing the player asked for is under way, and nothing more will be. */
export function standStill(turn: Turn, player: NodeId, held: Held): void {
  if (held.stopped) return;
  held.stopped = true;
  turn.out.record({ type: "record", fact: "playSuspended", player, token: held.token });
}

export function tellPause(turn: Turn, player: NodeId, held: Held, notice: "suspended" | "resumed"): void {
  // Whom nobody has greeted for this server has nothing to be told.
  if (held.session === 0) return;
  held.suspended = notice === "suspended";
  notify(turn, player, { transfer: "", notice, server: turn.self, token: held.token });
}
