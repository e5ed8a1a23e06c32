// Many runs of one scenario at a glance: how many held, how sure that makes us, and the first seed that did not.

import { printable } from "../scenario/problem.ts";
import { isExcused } from "../scenario/expectations.ts";
import { upperBound } from "../check/statistics.ts";
import { summarise } from "../check/figures.ts";
import type { FigureSpec } from "../check/figure.ts";
import type { ScenarioResult } from "../campaign/brief.ts";
import type { Judgement } from "../campaign/judgement.ts";
import { seedsIn } from "../campaign/plan.ts";
import { alertLines } from "./alert-lines.ts";
import {
  expectationLines,
  faultLines,
  figureLines,
  heading,
  nextLines,
  noteOf,
  type PropertyRow,
  propertyRows,
  section,
} from "./run-summary.ts";
import { type Paint, plural, printCount, printMoment, printShare, wrap } from "./words.ts";

export interface CampaignSummary {
  readonly result: ScenarioResult;
  readonly judgement: Judgement;
  readonly specs: readonly FigureSpec[];
  readonly next: readonly { readonly command: string; readonly about: string }[];
}

/** The confidence of every bound that is printed. */
const confidence = 0.95;

export function summariseCampaign(
  { result, judgement, specs, next }: CampaignSummary,
  paint: Paint,
  width: number,
): readonly string[] {
  const { scenario, seeds, totals, missingFrom } = result;
  const figures = summarise(specs, totals.figures);
  const range = seeds.from === seeds.to ? `seed ${seeds.from}` : `seeds ${seeds.from}..${seeds.to}`;
  const partial =
    missingFrom === undefined
      ? []
      : [paint.doubt(`Partial: ${printCount(totals.runs)} of ${plural(seedsIn(seeds), "run")} done.`)];
  return [
    ...heading(scenario, range, judgement.outcome, paint, width),
    ...partial,
    ...boundLines(judgement, totals.runs, width),
    "",
    ...section("Properties", propertyTotalLines(result, paint, width), paint),
    ...section("Expectations", expectationLines(judgement.expectations, paint, width), paint),
    ...section("Alerts over all runs", alertLines(figures, paint, width), paint),
    ...section("Figures over all runs", figureLines(figures, paint, width), paint),
    ...section("Faults over all runs", faultLines(totals.tallies, paint, width), paint),
    ...wrap(
      `${plural(totals.eventsDone, "event")}; ${plural(totals.messages.sent, "message")} sent, ` +
        `${printCount(totals.messages.delivered)} delivered, ${printCount(totals.messages.lost)} lost.`,
      width,
    ),
    `digest ${result.digest} over ${plural(totals.runs, "run")}`,
    ...(next.length === 0 ? [] : ["", paint.bold("Next"), ...next.flatMap((one) => nextLines(one, paint))]),
  ];
}

function boundLines({ held, violated, inconclusive }: Judgement, runs: number, width: number): readonly string[] {
  const counts = [
    `${printCount(held)} held`,
    `${printCount(violated)} violated`,
    ...(inconclusive > 0 ? [`${printCount(inconclusive)} inconclusive`] : []),
  ];
  return wrap(`${plural(runs, "run")}: ${counts.join(", ")}. ${failureBound(violated, held + violated)}`, width);
}

/** "0 of 200 failed: at most 1.5 % do (95 % confidence)": what so many runs without a failure say, and no more. */
export function failureBound(failed: number, runs: number): string {
  if (runs === 0) return "No run was judged.";
  const most = printShare(upperBound({ events: failed, runs }, confidence));
  return `${printCount(failed)} of ${printCount(runs)} failed: at most ${most} do (95 % confidence).`;
}

function propertyTotalLines({ scenario, totals }: ScenarioResult, paint: Paint, width: number): readonly string[] {
  const of = (runs: number): string => `${printCount(runs)} of ${printCount(totals.runs)}`;
  const rows = totals.properties.map(({ id, claim, advisory, runsExercised, runsViolated, first }): PropertyRow => {
    const status = runsViolated > 0 ? "violated" : runsExercised > 0 ? "held" : "not exercised";
    const count = {
      violated: `violated in ${of(runsViolated)}`,
      held: `exercised in ${of(runsExercised)}`,
      "not exercised": "not exercised",
    };
    return {
      id,
      claim,
      status,
      note: noteOf(scenario.expect, { id, advisory }, runsViolated > 0),
      isHarmless: isExcused(scenario.expect, { id, advisory }),
      count: count[status],
      because:
        first === undefined
          ? undefined
          : `seed ${first.seed}, at ${printMoment(first.atUs - scenario.world.startUs, 6)} on ${first.node}: ${printable(first.because)}`,
    };
  });
  return propertyRows(rows, paint, width);
}
