// What `--json` says: the same facts as the lines, as plain data. Kept apart so that its shape is read in one place.

import { summarise } from "../check/figures.ts";
import type { CampaignReport, ReportedScenario } from "../report/campaign-report.ts";
import type { SingleRun } from "./run-single.ts";

export function runDocument({ story, run, told }: SingleRun): Readonly<Record<string, unknown>> {
  const { scenario, seed, outcome, verdict, expectations, digest, tallies, messages, eventsDone, endedAtUs } = run;
  return {
    scenario: scenario.name,
    file: story.file,
    reference: story.reference,
    title: scenario.title,
    seed,
    outcome,
    summary: verdict.summary,
    story: told,
    properties: verdict.properties,
    expectations,
    figures: summarise(story.system.measures.figures, run.figures),
    faults: tallies,
    messages,
    events: eventsDone,
    endedAtUs,
    forcedMisfits: run.forcedMisfits,
    digest,
  };
}

export const campaignDocument = (
  report: CampaignReport,
  wasInterrupted: boolean,
): Readonly<Record<string, unknown>> => ({
  interrupted: wasInterrupted,
  scenarios: report.scenarios.map((scenario) => scenarioDocument(scenario)),
});

function scenarioDocument({
  file,
  result,
  judgement,
  specs,
  replay,
}: ReportedScenario): Readonly<Record<string, unknown>> {
  const { scenario, seeds, totals, digest, missingFrom, runs } = result;
  return {
    scenario: scenario.name,
    file,
    title: scenario.title,
    seeds,
    missingFrom: missingFrom ?? null,
    outcome: judgement.outcome,
    runs: totals.runs,
    held: judgement.held,
    violated: judgement.violated,
    inconclusive: judgement.inconclusive,
    firstFailing: judgement.firstFailing ?? null,
    replay: replay ?? null,
    failing: runs.filter(({ outcome }) => outcome !== "held").slice(0, 100),
    properties: totals.properties,
    expectations: judgement.expectations,
    figures: summarise(specs, totals.figures),
    faults: totals.tallies,
    messages: totals.messages,
    events: totals.eventsDone,
    digest,
  };
}

/** `report.json`: byte-identical for equal runs, but for `meta`. */
export const reportDocument = (report: CampaignReport): string =>
  `${JSON.stringify({ meta: report.meta, ...campaignDocument(report, false) }, finite, 2)}\n`;

const finite = (_key: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? null : value;
