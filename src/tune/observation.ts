// What a study keeps of one run: whatever any response may ask about it, and little enough to be kept for years.

import type { FiguresData } from "../check/figures.ts";
import type { FigureSpec } from "../check/figure.ts";
import type { Run } from "../simulate.ts";

export interface Observation {
  readonly seed: number;
  /** Of the properties alone; `inconclusive`: a limit cut the run short, and what it measured is of a part of it. */
  readonly outcome: "held" | "violated" | "inconclusive";
  readonly eventsDone: number;
  readonly messages: { readonly sent: number; readonly delivered: number; readonly lost: number };
  /** Ids of properties that the run could have broken, and of those that it broke. */
  readonly exercised: readonly string[];
  readonly violated: readonly string[];
  /** Only figures with something in them: of others nothing was measured, and what is counted happened no time. */
  readonly figures: FiguresData["figures"];
}

/** @param specs of all figures of the run's system. */
export function observationOf(run: Run, specs: readonly FigureSpec[]): Observation {
  const { seed, outcome, eventsDone, messages, verdict, figures } = run;
  const counts = new Set(specs.filter(({ kind }) => kind === "count").map(({ id }) => id));
  return {
    seed,
    outcome: outcome === "unmet" ? "held" : outcome,
    eventsDone,
    messages: {
      sent: messages.sent,
      delivered: messages.delivered,
      lost: Object.values(messages.lost).reduce((sum, count) => sum + count, 0),
    },
    exercised: verdict.properties.flatMap(({ id, exercised }) => (exercised > 0 ? [id] : [])),
    violated: verdict.properties.flatMap(({ id, violations }) => (violations > 0 ? [id] : [])),
    // A count is one sample, perhaps of 0; a single sample of 0 of anything else was measured.
    figures: figures.figures.filter(({ id, samples }) => (counts.has(id) ? samples.max > 0 : samples.count > 0)),
  };
}
