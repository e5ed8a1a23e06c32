// Figures of degraded mode, recoveries, operators and severity; what they are made of is in mode-view.ts.

import type { FigureSink, FigureSpec } from "../../check/figure.ts";
import type { Instant } from "../../check/property.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";

const count = (id: string, title: string): FigureSpec => ({ id, title, kind: "count" });
const duration = (id: string, title: string): FigureSpec => ({ id, title, kind: "durationUs" });
const amount = (id: string, title: string): FigureSpec => ({ id, title, kind: "amount" });

export const modeFigures: readonly FigureSpec[] = [
  count("degraded.changes", "changes of the level of service (X-M-55: how much it flaps)"),
  duration("degraded.spell", "from the end of full service to its return"),
  duration("degraded.at.light", "how long service was light"),
  duration("degraded.at.moderate", "how long service was moderate"),
  duration("degraded.at.severe", "how long service was severe"),
  amount("degraded.views.light", "percent of the views that a server showed at light (MESH-FT-10)"),
  amount("degraded.views.moderate", "percent of the views that a server showed at moderate (MESH-FT-10)"),
  amount("degraded.views.severe", "percent of the views that a server showed at severe (MESH-FT-10)"),
  count("degraded.suspended", "players whose play stood still in a suspended region"),
  count("admission.refused", "times that somebody who wanted in was turned away"),
  count("administrators.alerted", "alerts to the administrators (MESH-FT-12)"),
  duration("recovery.region", "from giving a server up to the last grant of the players of a region (MESH-FT-03)"),
  count("recovery.overdue", "regions that took longer than the bound of a failover"),
  count("recovery.inversions", "regions recovered before one that comes first (MESH-FT-06)"),
  duration("operator.reaction", "from the first alert that nothing was done about to the next command"),
  duration("operator.done", "from an operator's command to its answer"),
  amount("incident.severity", "each time it got worse, how bad the run was: 1 is the worst (MESH-SEV-01)"),
  count("blast.players", "players that were without service (MESH-SCP-01)"),
  count("blast.regions", "regions whose server was given up"),
  count("blast.servers", "servers whose players were without service"),
];

/** What the last fact adds to these figures. */
export function measureMode({ mode }: MeshView, fact: JudgedFact, _at: Instant, sink: FigureSink): void {
  // A fact that this part of the view has no use for leaves there what the one before it brought about.
  if (mode.by !== fact) return;
  for (const { figure, value } of mode.samples) sink.sample(figure, value);
  for (const figure of mode.counts) sink.count(figure);
}
