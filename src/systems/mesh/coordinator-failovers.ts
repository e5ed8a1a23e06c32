// What the leading coordinator says about failovers, under the documents' names (MESH-FT-09, MESH-FT-15).

import type { NodeId } from "../../base/ids.ts";
import { type Desk, registrationOf } from "./coordinator-state.ts";
import type { RegionMove } from "./region-map.ts";

/** Regions have new primaries, and these players grants on their way to them. */
export function failoversBegin(desk: Desk, players: readonly NodeId[], moves: readonly RegionMove[]): void {
  const waitedFor = new Set<number>();
  for (const player of players) {
    const { owner, pending } = registrationOf(desk, player);
    if (pending?.cause !== "failover") continue;
    waitedFor.add(pending.region);
    if (owner === null) continue;
    desk.out.record({ type: "record", fact: "failover_started", player, from: owner.server, server: pending.server });
  }
  for (const { region } of moves) if (!waitedFor.has(region)) failoverEnds(desk, region);
}

/** Every player of the region has been granted to its new primary. */
export function failoverEnds({ state, out }: Desk, region: number): void {
  const { server } = state.register.map.regions[region];
  out.record({ type: "record", fact: "failover_completed", region, server });
}
