// Which coordinator somebody asks: the one that answered last, or where that one points; and the next one when nobody
// answers. Only the leader of the group answers, and who leads changes.

import type { NodeId } from "../../base/ids.ts";
import type { MeshMessage } from "./messages.ts";
import type { Topology } from "./topology.ts";

/** Plain data. */
export interface Seat {
  /** Place in the group. */
  at: number;
  /** Since when a question waits for any answer; -1: none does. */
  waitingSinceUs: number;
}

export const freshSeat = (): Seat => ({ at: 0, waitingSinceUs: -1 });

/** Whom to ask now. Whoever has been silent for longer than `patienceUs` is not asked again. */
export function seatFor(seat: Seat, { coordinators }: Topology, nowUs: number, patienceUs: number): NodeId {
  if (seat.waitingSinceUs < 0) {
    seat.waitingSinceUs = nowUs;
  } else if (nowUs - seat.waitingSinceUs >= patienceUs) {
    seat.waitingSinceUs = nowUs;
    seat.at = (seat.at + 1) % coordinators.length;
  }
  return coordinators[seat.at];
}

/** An answer came: whoever gave it leads. Nothing changes when it came from somebody else than a coordinator. */
export function heardFrom(seat: Seat, { coordinators }: Topology, from: NodeId): void {
  const at = coordinators.indexOf(from);
  if (at < 0) return;
  seat.at = at;
  seat.waitingSinceUs = -1;
}

/** The coordinator that was asked does not lead. True: there is another one to ask at once. */
export function sentElsewhere(
  seat: Seat,
  { coordinators }: Topology,
  from: NodeId,
  { leader }: Extract<MeshMessage, { type: "elsewhere" }>,
): boolean {
  if (coordinators[seat.at] !== from) return false;
  const led = leader === null ? -1 : coordinators.indexOf(leader);
  // While nobody knows a leader, it is found by asking again later.
  if (led < 0 || led === seat.at) return false;
  seat.at = led;
  seat.waitingSinceUs = -1;
  return true;
}
