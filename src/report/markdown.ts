// A report for people, in Markdown: for a pull request, a job summary, or a folder of reports.

import { printable } from "../scenario/problem.ts";
import type { PropertyTotal } from "../campaign/brief.ts";
import { summarise } from "../check/figures.ts";
import { failureBound } from "./campaign-summary.ts";
import type { Expectations } from "../scenario/scenario.ts";
import { type CampaignReport, metaRows, type ReportedScenario, replayOf } from "./campaign-report.ts";
import { figureCells, noteOf } from "./run-summary.ts";
import { printCount } from "./words.ts";

const outcomeWords = {
  held: "held",
  violated: "**violated**",
  unmet: "**not as expected**",
  inconclusive: "inconclusive",
  notRun: "not run",
};

export function markdownReport({ meta, scenarios }: CampaignReport): string {
  return [
    "# Faultline report",
    "",
    "| scenario | outcome | runs | violated | inconclusive | first failing seed |",
    "|---|---|--:|--:|--:|--:|",
    ...scenarios.map(({ result, judgement }) =>
      row([
        markdown(result.scenario.name),
        outcomeWords[judgement.outcome],
        printCount(result.totals.runs),
        printCount(judgement.violated),
        printCount(judgement.inconclusive),
        judgement.firstFailing === undefined ? "" : String(judgement.firstFailing),
      ]),
    ),
    "",
    ...scenarios.flatMap((scenario) => scenarioLines(scenario)),
    "## Meta",
    "",
    "| | |",
    "|---|---|",
    ...metaRows(meta).map(([name, value]) => row([name, markdown(value)])),
    "",
  ].join("\n");
}

function scenarioLines(reported: ReportedScenario): readonly string[] {
  const { result, judgement, specs } = reported;
  const replay = replayOf(reported);
  const { scenario, seeds, totals, digest, missingFrom } = result;
  return [
    `## ${markdown(scenario.name)}`,
    "",
    `${markdown(scenario.title)}. ${markdown(scenario.why.trim())}`,
    "",
    `Seeds ${seeds.from} to ${seeds.to}, ${outcomeWords[judgement.outcome]}. ` +
      `${failureBound(judgement.violated, judgement.held + judgement.violated)} Digest \`${digest}\`.`,
    ...(missingFrom === undefined ? [] : ["", `Partial: seed ${missingFrom} was not run, nor all after it.`]),
    ...(replay === undefined ? [] : ["", "```sh", replay, "```"]),
    "",
    "| property | claim | status | runs exercised |",
    "|---|---|---|--:|",
    ...totals.properties.map((property) => propertyRow(property, scenario.expect, totals.runs)),
    "",
    ...expectationRows(judgement.expectations),
    ...figureRows(summarise(specs, totals.figures)),
    ...tallyRows(totals.tallies),
  ];
}

function propertyRow(
  { id, claim, advisory, runsExercised, runsViolated, first }: PropertyTotal,
  expect: Expectations,
  runs: number,
): string {
  const note = noteOf(expect, { id, advisory }, runsViolated > 0);
  const because = first === undefined ? "" : `: ${markdown(first.because)} (seed ${first.seed})`;
  const status =
    runsViolated > 0
      ? `**violated** in ${printCount(runsViolated)}${note}${because}`
      : runsExercised > 0
        ? `held${note}`
        : "not exercised";
  return row([markdown(id), markdown(claim), status, `${printCount(runsExercised)} of ${printCount(runs)}`]);
}

function expectationRows(expectations: ReportedScenario["judgement"]["expectations"]): readonly string[] {
  if (expectations.length === 0) return [];
  const rows = expectations.map(({ text, met, found }) =>
    row([markdown(text), met ? "met" : "**not met**", markdown(found)]),
  );
  return ["| expected | | found |", "|---|---|---|", ...rows, ""];
}

function figureRows(figures: ReturnType<typeof summarise>): readonly string[] {
  const measured = figures.filter(({ count }) => count > 0);
  if (measured.length === 0) return [];
  const rows = measured.map((figure) =>
    row([markdown(`${figure.id}: ${figure.title}`), printCount(figure.count), ...figureCells(figure)]),
  );
  return ["| figure | count | p50 | p95 | p99 | max |", "|---|--:|--:|--:|--:|--:|", ...rows, ""];
}

function tallyRows(tallies: ReportedScenario["result"]["totals"]["tallies"]): readonly string[] {
  if (tallies.length === 0) return [];
  const rows = tallies.map(({ id, injected, touched, changed }) =>
    row([markdown(id), printCount(injected), printCount(touched), printCount(changed)]),
  );
  return ["| fault | injected | touched | changed |", "|---|--:|--:|--:|", ...rows, ""];
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** Text that Markdown shows as it is, on one line. */
export const markdown = (text: string): string =>
  printable(text.replaceAll("\n", " ")).replaceAll(/[\\`*_{}[\]<>|#&~]/g, (character) => `\\${character}`);
