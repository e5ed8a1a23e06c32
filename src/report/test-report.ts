// What machines are told: suites of cases, as test runners have them. Every reporter for machines is made of this alone,
// so a run, a merge and a hunt are told alike.

import type { ReportMeta } from "./campaign-report.ts";

/** What a case was held to: of a property its id, claim and source. */
export interface Rule {
  /** Such as "A1": unique in a report. */
  readonly id: string;
  readonly claim: string;
  readonly source: string;
}

/** One failure, understood as far as it is: what was found, where it is written, how to see it again. */
export interface Finding {
  /** One plain sentence. */
  readonly because: string;
  /** More lines, for who wants to know: how often, when, the story. */
  readonly details: readonly string[];
  /** The command that shows it again; absent when no run by itself does. */
  readonly replay: string | undefined;
  readonly seed: number | undefined;
  /** Equal for the same failure under other seeds; absent when it is not known. */
  readonly signature: string | undefined;
  /** The file that tells it, in place of the suite's. */
  readonly file?: string;
}

export interface Case {
  /** The same from one report to the next: without a seed. */
  readonly name: string;
  readonly rule: Rule;
  readonly result:
    | { readonly type: "passed" }
    | { readonly type: "skipped"; readonly why: string }
    | { readonly type: "failed"; readonly finding: Finding };
}

/** The cases of one scenario. */
export interface Suite {
  readonly name: string;
  /** The file it is written in, and the line on which it begins, from 1. */
  readonly file: string;
  readonly line: number;
  readonly cases: readonly Case[];
}

export interface TestReport {
  readonly meta: ReportMeta;
  readonly suites: readonly Suite[];
  /** The same for people, as Markdown. */
  readonly markdown: string;
}

/** The command and why it fails, in lines. */
export const findingLines = ({ because, details, replay }: Finding): readonly string[] => [
  because,
  ...details,
  ...(replay === undefined ? [] : [replay]),
];

/** Failed cases of a suite, in order. */
export const failuresOf = ({ cases }: Suite): readonly { readonly rule: Rule; readonly finding: Finding }[] =>
  cases.flatMap(({ rule, result }) => (result.type === "failed" ? [{ rule, finding: result.finding }] : []));
