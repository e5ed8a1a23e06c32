// Scenarios that were run under many seeds, for people: at length when there are few, in a line each when there are many.

import type { ScenarioResult } from "../campaign/brief.ts";
import type { Judgement } from "../campaign/judgement.ts";
import { type CampaignSummary, summariseCampaign } from "../report/campaign-summary.ts";
import { plural, wrap } from "../report/words.ts";
import { isExcused } from "../scenario/expectations.ts";
import { printable } from "../scenario/problem.ts";
import type { Output } from "./output.ts";

/** More stories than this are a line each; whoever wants more names one, or asks for a report. */
const overviewFrom = 3;

export function campaignLines(told: readonly CampaignSummary[], { paint, width }: Output): readonly string[] {
  if (told.length > overviewFrom) {
    return [...overviewLines(told, paint), "", ...exercisedLines(told, width), totalLine(told, paint)];
  }
  return told.flatMap((scenario, index) => [
    ...(index === 0 ? [] : ["", paint.dim("─".repeat(width)), ""]),
    ...summariseCampaign(scenario, paint, width),
  ]);
}

function overviewLines(told: readonly CampaignSummary[], paint: Output["paint"]): readonly string[] {
  const nameWidth = Math.max(...told.map(({ result }) => result.scenario.name.length));
  const marks = {
    held: paint.good("✔"),
    violated: paint.bad("✘"),
    unmet: paint.bad("✘"),
    inconclusive: paint.doubt("?"),
    notRun: paint.doubt("–"),
  };
  return told.flatMap(({ result, judgement, next }) => {
    const { scenario, totals, missingFrom, digest } = result;
    // What is not there yet has not held.
    const mark =
      judgement.outcome === "held" && missingFrom !== undefined ? paint.doubt("–") : marks[judgement.outcome];
    const head = `${mark} ${scenario.name.padEnd(nameWidth)}  ${overviewCounts(result, judgement)}  ${paint.dim(digest)}`;
    const unmet = judgement.expectations
      .filter(({ met }) => !met)
      .map(({ text, found }) => `    ${paint.bad(`${text}: ${found}`)}`);
    const because = totals.properties.flatMap((property) =>
      property.first === undefined || isExcused(scenario.expect, property)
        ? []
        : [`    ${paint.bad(`${property.id}: ${printable(property.first.because)}`)}`],
    );
    const isDone = judgement.outcome === "held" && missingFrom === undefined;
    return [head, ...because, ...unmet, ...(isDone ? [] : next.slice(0, 1).map(({ command }) => `    ${command}`))];
  });
}

/** What no run of any story put to the test is a promise that nobody looked at. */
function exercisedLines(told: readonly CampaignSummary[], width: number): readonly string[] {
  const isExercised = new Map<string, boolean>();
  for (const { result } of told) {
    for (const { id, runsExercised } of result.totals.properties) {
      isExercised.set(id, isExercised.get(id) === true || runsExercised > 0);
    }
  }
  if (isExercised.size === 0) return [];
  const never = [...isExercised.keys()].filter((id) => isExercised.get(id) === false);
  const says = never.length === 0 ? "each put to the test" : `all put to the test but ${never.join(", ")}`;
  return wrap(`${plural(isExercised.size, "property", "properties")}: ${says}.`, width);
}

function totalLine(told: readonly CampaignSummary[], paint: Output["paint"]): string {
  const wrong = told.filter(({ judgement }) => !["held", "notRun"].includes(judgement.outcome)).length;
  const unfinished = told.filter(({ result }) => result.missingFrom !== undefined).length;
  const stories = plural(told.length, "story", "stories");
  const rest = unfinished === 0 ? "" : `, ${unfinished} not run to the end`;
  if (wrong > 0) return paint.bad(`${stories}: ${wrong} not as they should be${rest}.`);
  return unfinished === 0
    ? paint.good(`${stories}: all as they should be.`)
    : paint.doubt(`${stories}: none wrong${rest}.`);
}

function overviewCounts({ scenario, totals }: ScenarioResult, { held, violated, inconclusive }: Judgement): string {
  const expected = totals.properties.filter(({ id }) => scenario.expect.violated.includes(id));
  if (expected.length > 0) {
    return expected.map(({ id, runsViolated }) => `${id} violated in ${runsViolated} of ${totals.runs}`).join(", ");
  }
  return `${held} held, ${violated} violated${inconclusive > 0 ? `, ${inconclusive} inconclusive` : ""}`;
}
