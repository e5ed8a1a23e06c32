// What the mesh view knows of players with two owners: resolutions under way, and what effects came from where.

import type { NodeId } from "../../base/ids.ts";
import type { Instant } from "../../check/property.ts";
import { effectsOf, noLineage } from "./lineage.ts";
import type { EffectRecord, JudgedFact, MeshView } from "./mesh-view.ts";

/** A player that is nobody's, from the commitment of that until the grant that ends it. */
export interface ResolutionView {
  readonly token: number;
  readonly event: number;
  /** Where in the log the decision is, with what the last one stated before it; null: there is none. */
  decision: { readonly index: number; readonly event: number } | null;
  decisionBefore: ResolutionView["decision"];
}

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;

/** A new leader finds it in the log, and states it again; so does one that wakes, perhaps long after it was over. */
export function foldResolutionBegan(
  view: MeshView,
  { player, token }: Told<"resolutionBegan">,
  { event }: Instant,
): void {
  if (view.resolutions.get(player)?.token === token) return;
  if ((view.players.get(player)?.tokenGranted.value ?? 0) > token) return;
  view.resolutions.set(player, { token, event, decision: null, decisionBefore: null });
}

export function foldResolutionDecided(
  view: MeshView,
  { player, index }: Told<"resolutionDecided">,
  { event }: Instant,
): void {
  const resolution = view.resolutions.get(player);
  if (resolution === undefined) return;
  resolution.decisionBefore = resolution.decision;
  if (resolution.decision?.index !== index) resolution.decision = { index, event };
}

/** To be called with each grant. */
export function foldResolutionGrant(view: MeshView, player: NodeId, cause: Told<"granted">["cause"]): void {
  view.resolutionBefore = view.resolutions.get(player) ?? null;
  if (cause === "resolution") view.resolutions.delete(player);
}

export function effectRecordOf(
  { player, server, kind, item, session, sequence, state }: Told<"effectAccepted"> | Told<"effectRecovered">,
  event: number,
): EffectRecord {
  const { version, score, lineage } = state;
  return {
    player,
    server,
    effects: effectsOf((lineage ?? noLineage).clock, server),
    event,
    version,
    score,
    session,
    sequence,
    pickedUp: kind === "pickup" ? item : "",
    acknowledged: false,
    discarded: false,
  };
}
