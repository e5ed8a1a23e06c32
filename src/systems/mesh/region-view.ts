// Which server has which region, as the facts of the coordinators tell it.

import type { Instant } from "../../check/property.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";

/** Only a higher epoch is news: a new leader that finds old moves in the log states them again. */
export function foldRegionMoved(
  view: MeshView,
  { region, server, epoch, map }: Extract<JudgedFact, { fact: "regionMoved" }>,
  { event }: Instant,
): void {
  const known = view.regions.get(region);
  view.regionBefore = known;
  view.mapBefore = view.mapVersion;
  view.mapVersion = Math.max(view.mapVersion, map);
  if (epoch <= (known?.epoch ?? 1)) return;
  const earlier = known === undefined ? [] : [...known.earlier, [known.epoch, known.server] as const];
  view.regions.set(region, { server, epoch, event, earlier: new Map(earlier) });
}
