// JUnit XML in the shape vitest writes: a suite is a scenario, a case is a property. No seed in a name, so that a test
// keeps its history from one run to the next.

import { printable } from "../scenario/problem.ts";
import type { PropertyTotal } from "../campaign/brief.ts";
import { isExcused } from "../scenario/expectations.ts";
import type { Expectations } from "../scenario/scenario.ts";
import { type CampaignReport, metaRows, type ReportedScenario } from "./campaign-report.ts";
import { printCount } from "./words.ts";

interface Case {
  readonly name: string;
  readonly failure?: { readonly type: string; readonly message: string; readonly text: string };
  readonly skipped?: string;
}

export function junitReport({ meta, scenarios }: CampaignReport): string {
  const suites = scenarios.map((scenario) => ({ name: scenario.result.scenario.name, cases: casesOf(scenario) }));
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8" ?>',
    `<testsuites name="faultline" ${countsOf(all)} time="0">`,
    '  <testsuite name="meta" tests="0" failures="0" errors="0" skipped="0" time="0">',
    "    <properties>",
    ...metaRows(meta).map(([name, value]) => `      <property name="${xml(name)}" value="${xml(value)}"/>`),
    "    </properties>",
    "  </testsuite>",
    ...suites.flatMap(({ name, cases }) => [
      `  <testsuite name="${xml(name)}" ${countsOf(cases)} time="0">`,
      ...cases.flatMap((one) => caseLines(name, one)),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function casesOf({ result, judgement, replay }: ReportedScenario): readonly Case[] {
  const { scenario, totals } = result;
  const properties = totals.properties.map((property) => propertyCase(property, scenario.expect, totals.runs, replay));
  const expectations = judgement.expectations.map(({ text, met, found }): Case => ({
    name: `expected: ${text}`,
    ...(met ? {} : { failure: { type: "expectation", message: found, text: withReplay(found, replay) } }),
  }));
  const cut = `${printCount(judgement.inconclusive)} of ${printCount(totals.runs)} runs were cut short by a limit`;
  const whole: Case = {
    name: "every run reaches its end",
    ...(judgement.inconclusive === 0
      ? {}
      : { failure: { type: "inconclusive", message: cut, text: withReplay(cut, replay) } }),
  };
  return [...properties, ...expectations, whole];
}

function propertyCase(property: PropertyTotal, expect: Expectations, runs: number, replay: string | undefined): Case {
  const { id, claim, advisory, runsExercised, runsViolated, first } = property;
  const name = `${id} ${claim}`;
  if (runsViolated > 0 && !isExcused(expect, { id, advisory })) {
    const message = first?.because ?? "violated";
    const where = first === undefined ? "" : `First in seed ${first.seed} at ${first.atUs} us on ${first.node}.\n`;
    const text = `${message}\nViolated in ${printCount(runsViolated)} of ${printCount(runs)} runs.\n${where}`;
    return { name, failure: { type: id, message, text: withReplay(text.trimEnd(), replay) } };
  }
  return runsExercised === 0 && runsViolated === 0 ? { name, skipped: "not exercised" } : { name };
}

const withReplay = (text: string, replay: string | undefined): string =>
  replay === undefined ? text : `${text}\n${replay}`;

function countsOf(cases: readonly Case[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter(({ skipped: why }) => why !== undefined).length;
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
}

function caseLines(suite: string, { name, failure, skipped }: Case): readonly string[] {
  const head = `    <testcase classname="${xml(suite)}" name="${xml(name)}" time="0"`;
  if (failure !== undefined) {
    return [
      `${head}>`,
      `      <failure type="${xml(failure.type)}" message="${xml(failure.message)}">${xmlText(failure.text)}</failure>`,
      "    </testcase>",
    ];
  }
  if (skipped !== undefined) return [`${head}>`, `      <skipped message="${xml(skipped)}"/>`, "    </testcase>"];
  return [`${head}/>`];
}

/** Text for an attribute: what XML cannot hold at all is written out first. */
export const xml = (text: string): string => escaped(printable(text));

const xmlText = (text: string): string =>
  text
    .split("\n")
    .map((line) => xml(line))
    .join("\n");

function escaped(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("'", "&apos;")
      // Half a surrogate pair, and the two characters that are none, make a document unreadable.
      .replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ufffe\uffff]/g, "\ufffd")
  );
}
