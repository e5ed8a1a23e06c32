// What a source law says when it is broken: where, what, what was expected, how to fix it.

export type Finding = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly what: string;
  readonly expected: string;
  readonly fix: string;
};

/** The text of all findings, empty when there is none: a test expects `""` and prints the rest as it is. */
export function printFindings(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ file, line, column, code, what, expected, fix }) =>
        `${file}:${line}:${column}  ${code}\n  ${what}\n  Expected ${expected}\n  Fix: ${fix}\n`,
    )
    .join("\n");
}
