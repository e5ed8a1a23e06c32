// Annotations that GitHub shows beside the file, when it runs us.

import { printable } from "../scenario/problem.ts";
import { appendFileSync } from "node:fs";

import type { ReportedScenario } from "../report/campaign-report.ts";
import { isExcused } from "../scenario/expectations.ts";

/** Lines for stdout: one error for each scenario that failed, with the command that shows it again. */
export function annotations(scenarios: readonly ReportedScenario[]): readonly string[] {
  return scenarios.flatMap(({ file, result, judgement, replay }) => {
    if (judgement.outcome === "held") return [];
    const broken = result.totals.properties.flatMap(({ id, first, advisory }) =>
      first === undefined || isExcused(result.scenario.expect, { id, advisory }) ? [] : [`${id}: ${first.because}`],
    );
    const unmet = judgement.expectations.filter(({ met }) => !met).map(({ text, found }) => `${text}: ${found}`);
    const cut =
      judgement.outcome === "inconclusive" ? [`${judgement.inconclusive} runs were cut short by a limit`] : [];
    const message = [...broken, ...unmet, ...cut, ...(replay === undefined ? [] : [replay])]
      .map((line) => printable(line))
      .join("\n");
    return [`::error file=${property(file)},line=1,title=${property(result.scenario.name)}::${data(message)}`];
  });
}

/** Puts the report where GitHub shows it, if it says where that is. */
export function addToJobSummary(markdown: string): void {
  const path = process.env["GITHUB_STEP_SUMMARY"];
  if (path !== undefined && path !== "") appendFileSync(path, markdown);
}

const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(printable(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
