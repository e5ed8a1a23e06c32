// What went over the network in a run, in bytes: told from every message as it is sent, which costs more than a plain run
// does, so that only those who ask for it pay.

import { canonicalSize } from "../base/canonical-json.ts";
import { Figures, type FiguresData, figuresPlan } from "../check/figures.ts";
import type { FigureSpec } from "../check/figure.ts";
import type { TrafficSpec } from "../systems/claims.ts";
import type { Tracer } from "../trace/trace-event.ts";

/** The scales of one run: its tracer, and what it came to by then. */
export interface Scales extends Tracer {
  figures(): FiguresData["figures"];
}

export function scalesOf({ all, groups }: TrafficSpec): Scales {
  const specs = [all, ...groups.keys()].map((id): FigureSpec => ({ id, title: id, kind: "count" }));
  const bytes = new Figures(figuresPlan(specs));
  return {
    trace(event) {
      if (event.kind !== "sent") return;
      const size = canonicalSize(event.content);
      const type: unknown = "type" in event.content ? event.content.type : undefined;
      bytes.count(all, size);
      for (const [id, types] of groups) if (types.some((one) => one === type)) bytes.count(id, size);
    },
    figures: () => bytes.data().figures,
  };
}
