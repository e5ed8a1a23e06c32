// The state of one player that servers ship and the store keeps: the thing that must never be lost (MESH-GEN-02).

import type { Lineage } from "./lineage.ts";
import type { NodeId } from "../../base/ids.ts";

/** Of one action, over all sessions. */
export const actionName = (player: NodeId, session: number, sequence: number): string =>
  `${player}/${session}/${sequence}`;

/** Immutable; every change makes a new one. */
export interface PlayerState {
  /** One more with every effect the store accepted for this player. */
  readonly version: number;
  /** Millimetres along the world; borders lie at multiples of the region width. Not durable between effects. */
  readonly x: number;
  readonly score: number;
  /** Item ids, in the order they were picked up. */
  readonly items: readonly string[];
  /** The client session and the last action of it whose effect is contained. */
  readonly session: number;
  readonly sequence: number;
  /** Absent: nobody has acted on it yet. */
  readonly lineage?: Lineage;
}
