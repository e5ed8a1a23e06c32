// Runs of which it is known what went over the network, in bytes: told from every message as it is sent, which costs more
// than a plain run does, so that only those who ask for it pay.

import { canonicalSize } from "../base/canonical-json.ts";
import { Figures, figuresPlan } from "../check/figures.ts";
import type { FigureSpec } from "../check/figure.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { simulate } from "../simulate.ts";
import type { TrafficSpec } from "../systems/claims.ts";
import type { AnySystem } from "../systems/system.ts";
import { observationOf, type Observation } from "../tune/observation.ts";

/** One after another on this thread. @returns fewer than asked for when it was stopped. */
export async function observeTraffic(
  scenario: Scenario,
  system: AnySystem,
  { all, groups }: TrafficSpec,
  seeds: readonly number[],
  isStopped: () => boolean,
): Promise<readonly Observation[]> {
  const specs = [all, ...groups.keys()].map((id): FigureSpec => ({ id, title: id, kind: "count" }));
  const observations: Observation[] = [];
  for (const seed of seeds) {
    if (isStopped()) break;
    const bytes = new Figures(figuresPlan(specs));
    const run = simulate(scenario, {
      seed,
      system,
      tracer: {
        trace: (event) => {
          if (event.kind !== "sent") return;
          const size = canonicalSize(event.content);
          const type: unknown = "type" in event.content ? event.content.type : undefined;
          bytes.count(all, size);
          for (const [id, types] of groups) if (types.some((one) => one === type)) bytes.count(id, size);
        },
      },
    });
    const { figures, ...observation } = observationOf(run, system.measures.figures);
    observations.push({ ...observation, figures: [...figures, ...bytes.data().figures] });
    // Lets signals and timers in between.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return observations;
}
