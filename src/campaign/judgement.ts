// The judgement of all runs of a scenario together, by the same rules as that of one.

import type { FigureSpec } from "../check/figure.ts";
import { summarise } from "../check/figures.ts";
import { type ExpectationResult, judgeExpectations, outcomeOf, type RunOutcome } from "../scenario/expectations.ts";
import type { ScenarioResult } from "./brief.ts";

/** `notRun`: the campaign was interrupted before any run of it, and so nothing is known. */
export type CampaignOutcome = RunOutcome | "notRun";

export interface Judgement {
  readonly outcome: CampaignOutcome;
  readonly held: number;
  readonly violated: number;
  readonly inconclusive: number;
  /** The lowest seed whose run did not hold. */
  readonly firstFailing: number | undefined;
  readonly expectations: readonly ExpectationResult[];
}

/** @param isPart of a campaign: what is expected of all runs together is not asked of some of them. */
export function judge(
  { scenario, runs, totals, missingFrom }: ScenarioResult,
  specs: readonly FigureSpec[],
  isPart = false,
): Judgement {
  const counts = new Map(totals.properties.map((property) => [property.id, property]));
  const figures = summarise(specs, totals.figures);
  const expectations = runs.length === 0 || isPart ? [] : judgeExpectations(scenario.expect, counts, figures);
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
  const isNotRun = runs.length === 0 && missingFrom !== undefined;
  const isCut = countOf("inconclusive") > 0;
  return {
    outcome: isNotRun ? "notRun" : outcomeOf(scenario.expect, { properties, isCut }, expectations),
    held: countOf("held"),
    violated: countOf("violated"),
    inconclusive: countOf("inconclusive"),
    firstFailing: (runs.find((run) => run.outcome === "violated") ?? runs.find((run) => run.outcome === "inconclusive"))
      ?.seed,
    expectations,
  };
}
