// The client's side of a failover (MESH-FT-15): it notices that its server is gone, is back in play with the same or
// another, asks again for what it has buffered, and knows at last what became of that.

import type { NodeId } from "../../base/ids.ts";
import { type Bridge, expire, forgetEarlier, type Outstanding, type Replay } from "./client-buffer.ts";
import type { Outbox } from "./outbox.ts";
import type { MeshSettings } from "./settings.ts";

/** The part of a client's state that is about it. */
interface Crossing {
  readonly outstanding: Outstanding[];
  readonly sequence: number;
  /** Its server is gone, as far as it knows; or is back, and has not answered everything yet. */
  bridge: Bridge | null;
  replay: Replay | null;
}

interface Traveller {
  readonly state: Crossing;
  readonly self: NodeId;
  readonly settings: MeshSettings;
  readonly nowUs: number;
  readonly out: Outbox;
}

export function beginBridge(traveller: Traveller): void {
  const { state, nowUs, settings } = traveller;
  if (state.bridge !== null) return;
  state.bridge = { sinceUs: nowUs };
  if (settings.buffer.mode === "onFailover") tell(traveller, forgetEarlier(state.outstanding, nowUs), "notBuffering");
}

/** Withdraws what has waited for too long. */
export function expireActions(traveller: Traveller): void {
  const { state, nowUs, settings } = traveller;
  tell(traveller, expire(state.outstanding, nowUs, settings), "maxTime");
}

function tell(
  { state, self: player, out }: Traveller,
  withdrawn: readonly Outstanding[],
  because: "maxTime" | "notBuffering",
): void {
  for (const { name: action } of withdrawn)
    out.record({ type: "record", fact: "actionExpired", player, action, because });
  if (withdrawn.length > 0 && state.replay !== null) state.replay.allDone = false;
}

export function endBridge(traveller: Traveller, server: NodeId): void {
  const { state, self: player, nowUs, out } = traveller;
  if (state.bridge === null) return;
  const afterUs = nowUs - state.bridge.sinceUs;
  state.bridge = null;
  expireActions(traveller);
  const allDone = state.outstanding.every(({ withdrawn }) => !withdrawn);
  const actions = state.outstanding.flatMap(({ name, noted, withdrawn }) => (noted || withdrawn ? [] : [name]));
  out.record({ type: "record", fact: "player_reconnected", player, server, afterUs, actions });
  state.replay = { upTo: state.sequence, allDone };
  endReplay(traveller);
}

/** Ends when everything it had asked for before it was back has been answered. */
export function endReplay({ state, self: player, out }: Traveller): void {
  const { replay, outstanding } = state;
  if (replay === null || (outstanding[0]?.sequence ?? Infinity) <= replay.upTo) return;
  out.record({ type: "record", fact: "failover_completed", player, success: replay.allDone });
  state.replay = null;
}
