// Workflow commands that GitHub shows beside the file, when it runs us:
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands

import { printable } from "../scenario/problem.ts";
import { failuresOf, findingLines, type TestReport } from "./test-report.ts";

/** One error for each scenario that failed, with the commands that show it again. GitHub takes ten in a step. */
export function githubAnnotations({ suites }: TestReport): readonly string[] {
  return suites.flatMap((suite) => {
    const failures = failuresOf(suite);
    if (failures.length === 0) return [];
    const lines = failures.flatMap(({ rule, finding }) =>
      findingLines({ ...finding, because: `${rule.id}: ${finding.because}` }),
    );
    const message = [...new Set(lines)].map((line) => printable(line)).join("\n");
    return [`::error file=${property(suite.file)},line=${suite.line},title=${property(suite.name)}::${data(message)}`];
  });
}

const data = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(printable(text)).replaceAll(":", "%3A").replaceAll(",", "%2C");
