// What a source law says when it is broken: where, what, what was expected, how to fix it.

import { expect } from "vitest";

export type Finding = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly what: string;
  readonly expected: string;
  readonly fix: string;
};

/** The text of all findings, empty when there is none. */
export function printFindings(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ file, line, column, code, what, expected, fix }) =>
        `${file}:${line}:${column}  ${code}\n  ${what}\n  Expected ${expected}\n  Fix: ${fix}\n`,
    )
    .join("\n");
}

/** Fails the test with the findings as they are, where a comparison would print them as a difference. */
export function expectNone(findings: readonly Finding[]): void {
  if (findings.length > 0) expect.fail(`the law is broken ${findings.length} times\n\n${printFindings(findings)}`);
}
