// Scenarios that were run under many seeds, for people: at length when there are few, in a line each when there are many.

import type { ScenarioResult } from "../campaign/brief.ts";
import type { Judgement } from "../campaign/judgement.ts";
import { type CampaignSummary, summariseCampaign } from "../report/campaign-summary.ts";
import { plural } from "../report/words.ts";
import { isExcused } from "../scenario/expectations.ts";
import { printable } from "../scenario/problem.ts";
import type { Output } from "./output.ts";

/** More stories than this are a line each; whoever wants more names one, or asks for a report. */
const overviewFrom = 3;

export function campaignLines(told: readonly CampaignSummary[], { paint, width }: Output): readonly string[] {
  if (told.length > overviewFrom) return overviewLines(told, paint);
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
  };
  const lines = told.flatMap(({ result, judgement, next }) => {
    const { scenario, totals, missingFrom, digest } = result;
    const head = `${marks[judgement.outcome]} ${scenario.name.padEnd(nameWidth)}  ${overviewCounts(result, judgement)}  ${paint.dim(digest)}`;
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
  const wrong = told.filter(({ judgement }) => judgement.outcome !== "held").length;
  const total = `${plural(told.length, "story", "stories")}: ${wrong === 0 ? "all as they should be" : `${wrong} not as they should be`}.`;
  return [...lines, "", wrong === 0 ? paint.good(total) : paint.bad(total)];
}

function overviewCounts({ scenario, totals }: ScenarioResult, { held, violated, inconclusive }: Judgement): string {
  const expected = totals.properties.filter(({ id }) => scenario.expect.violated.includes(id));
  if (expected.length > 0) {
    return expected.map(({ id, runsViolated }) => `${id} violated in ${runsViolated} of ${totals.runs}`).join(", ");
  }
  return `${held} held, ${violated} violated${inconclusive > 0 ? `, ${inconclusive} inconclusive` : ""}`;
}
