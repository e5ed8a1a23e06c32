// The judgement of all runs of a scenario together, by the same rules as that of one.

import { summarise } from "../check/figures.ts";
import { type ExpectationResult, judgeExpectations, outcomeOf, type RunOutcome } from "../scenario/expectations.ts";
import type { AnySystem } from "../systems/system.ts";
import type { ScenarioResult } from "./brief.ts";

export interface Judgement {
  readonly outcome: RunOutcome;
  readonly held: number;
  readonly violated: number;
  readonly inconclusive: number;
  /** The lowest seed whose run did not hold. */
  readonly firstFailing: number | undefined;
  readonly expectations: readonly ExpectationResult[];
}

export function judge({ scenario, runs, totals }: ScenarioResult, system: AnySystem): Judgement {
  const counts = new Map(totals.properties.map((property) => [property.id, property]));
  const figures = summarise(system.measures.figures, totals.figures);
  const expectations = runs.length === 0 ? [] : judgeExpectations(scenario.expect, counts, figures);
  const countOf = (outcome: string): number => runs.filter((run) => run.outcome === outcome).length;
  const properties = totals.properties.map((property) => ({
    ...property,
    status:
      property.violations > 0
        ? ("violated" as const)
        : property.exercised > 0
          ? ("held" as const)
          : ("not exercised" as const),
    first: [],
  }));
  const isCut = countOf("inconclusive") > 0;
  return {
    outcome: outcomeOf(scenario.expect, { properties, isCut }, expectations),
    held: countOf("held"),
    violated: countOf("violated"),
    inconclusive: countOf("inconclusive"),
    firstFailing: (runs.find((run) => run.outcome === "violated") ?? runs.find((run) => run.outcome === "inconclusive"))
      ?.seed,
    expectations,
  };
}
