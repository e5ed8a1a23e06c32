// JUnit XML in the shape vitest writes: a suite is a scenario, a case is a property. No seed in a name, so that a test
// keeps its history from one run to the next.

import { printable } from "../scenario/problem.ts";
import { metaRows } from "./campaign-report.ts";
import { type Case, findingLines, type TestReport } from "./test-report.ts";

export function junitReport({ meta, suites }: TestReport): string {
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8" ?>',
    `<testsuites name="faultline" ${countsOf(all)} time="0">`,
    '  <testsuite name="meta" tests="0" failures="0" errors="0" skipped="0" time="0">',
    "    <properties>",
    ...metaRows(meta).map(([name, value]) => `      <property name="${xml(name)}" value="${xml(value)}"/>`),
    "    </properties>",
    "  </testsuite>",
    ...suites.flatMap(({ name, file, cases }) => [
      `  <testsuite name="${xml(name)}" file="${xml(file)}" ${countsOf(cases)} skipped="${skippedIn(cases)}" time="0">`,
      ...cases.flatMap((one) => caseLines(name, one)),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

/** What both levels have; skipped ones are counted in a suite only, as Jenkins has it. */
function countsOf(cases: readonly Case[]): string {
  const failures = cases.filter(({ result }) => result.type === "failed").length;
  return `tests="${cases.length}" failures="${failures}" errors="0"`;
}

const skippedIn = (cases: readonly Case[]): number => cases.filter(({ result }) => result.type === "skipped").length;

function caseLines(suite: string, { name, rule, result }: Case): readonly string[] {
  const head = `    <testcase classname="${xml(suite)}" name="${xml(name)}" time="0"`;
  switch (result.type) {
    case "failed": {
      const { finding } = result;
      const text = xmlText(findingLines(finding).join("\n"));
      return [
        `${head}>`,
        `      <failure type="${xml(rule.id)}" message="${xml(finding.because)}">${text}</failure>`,
        "    </testcase>",
      ];
    }
    case "skipped":
      return [`${head}>`, `      <skipped message="${xml(result.why)}"/>`, "    </testcase>"];
    case "passed":
      return [`${head}/>`];
  }
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
