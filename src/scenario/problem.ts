// The reader's mistakes: where, what, what was expected, how to fix it (STYLE §6). Values, never exceptions, no stacks.

/** Where in what the reader gave: a file with line and column from 1, or a command-line argument as typed. */
export type Place =
  | { readonly type: "file"; readonly file: string; readonly line: number; readonly column: number }
  | { readonly type: "wholeFile"; readonly file: string }
  | { readonly type: "argument"; readonly argument: string };

export interface Problem {
  readonly place: Place;
  /** Such as "UNKNOWN_NODE": stable, for tools. */
  readonly code: string;
  /** One sentence. */
  readonly what: string;
  /** Begins with "Expected". */
  readonly expected: string;
  /** An imperative, without the word "Fix". */
  readonly fix: string;
}

/** More than this many are counted, not listed: the first ones usually cause the rest. */
const problemsShownMax = 20;

const codeColumn = 60;

export function printProblems(problems: readonly Problem[]): string {
  const listed = problems.slice(0, problemsShownMax).map((problem) => printProblem(problem));
  const left = problems.length - listed.length;
  return [...listed, ...(left > 0 ? [`and ${left} more.`] : [])].join("\n");
}

function printProblem({ place, code, what, expected, fix }: Problem): string {
  return [`${printPlace(place)}  ${code}`, `  ${what}`, `  ${expected}`, `  Fix: ${fix}`].join("\n");
}

export function printPlace(place: Place): string {
  switch (place.type) {
    case "file":
      return `${printable(place.file)}:${place.line}:${place.column}`;
    case "wholeFile":
      return printable(place.file);
    case "argument":
      return printable(place.argument).slice(0, codeColumn);
  }
}

/** The order in which a reader meets them; problems of arguments come last. */
export function inReadingOrder(problems: readonly Problem[]): readonly Problem[] {
  const position = ({ place }: Problem): readonly [number, number] => {
    if (place.type === "file") return [place.line, place.column];
    return place.type === "wholeFile" ? [0, 0] : [Number.MAX_SAFE_INTEGER, 0];
  };
  return problems
    .map((problem, index) => ({ problem, index, at: position(problem) }))
    .sort((a, b) => a.at[0] - b.at[0] || a.at[1] - b.at[1] || a.index - b.index)
    .map(({ problem }) => problem);
}

const shownLengthMax = 60;

/** A value from a file as a message may show it: quoted when text, bounded, nothing a terminal would act on. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `"${printable(value.length > shownLengthMax ? `${value.slice(0, shownLengthMax)}…` : value)}"`;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    case "undefined":
      return "nothing";
    default:
      if (value === null) return "nothing (null)";
      return Array.isArray(value) ? "a list" : "a map";
  }
}

/** Text with control characters, and those that turn or hide text, written out as escapes. */
export function printable(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line eslint/no-control-regex -- control characters are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
