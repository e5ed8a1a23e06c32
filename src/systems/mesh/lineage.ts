// Where a player's state comes from: how many effects of each server it contains, and when the last of them was made.
// What two states owe to each other is read off their clocks; time only decides where neither contains the other.

import { compareValues } from "../../base/plain-order.ts";
import type { NodeId } from "../../base/ids.ts";

/** How many effects of each server are contained, in order of names; absent: none. */
export type VectorClock = readonly (readonly [server: NodeId, effects: number])[];

export interface Lineage {
  readonly clock: VectorClock;
  /** When the last effect was made, by the wall clock of the server that made it. Microseconds. */
  readonly wroteUs: number;
}

/** Of a state that nobody has acted on yet. */
export const noLineage: Lineage = { clock: [], wroteUs: 0 };

export type CausalOrder = "equal" | "before" | "after" | "concurrent";

export const effectsOf = (clock: VectorClock, server: NodeId): number =>
  clock.find(([known]) => known === server)?.[1] ?? 0;

/** The clock after one more effect of that server. */
export function ticked(clock: VectorClock, server: NodeId): VectorClock {
  const at = clock.findIndex(([known]) => known === server);
  if (at >= 0) return clock.with(at, [server, clock[at][1] + 1]);
  return inOrder([...clock, [server, 1]]);
}

/** The smallest clock that contains both. */
export function joined(one: VectorClock, other: VectorClock): VectorClock {
  const servers = new Set([...one, ...other].map(([server]) => server));
  return inOrder(
    [...servers].map((server) => [server, Math.max(effectsOf(one, server), effectsOf(other, server))] as const),
  );
}

/** What `one` is to `other`: before it, when `other` contains all of it and more. */
export function causalOrder(one: VectorClock, other: VectorClock): CausalOrder {
  const within = one.every(([server, effects]) => effects <= effectsOf(other, server));
  const contains = other.every(([server, effects]) => effects <= effectsOf(one, server));
  if (within) return contains ? "equal" : "before";
  return contains ? "after" : "concurrent";
}

const inOrder = (clock: VectorClock): VectorClock => clock.toSorted(([one], [other]) => compareValues(one, other));
