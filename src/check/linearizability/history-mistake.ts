// What is wrong with a line of a history: the reader's mistake, in the four parts of all such.

import { canonicalJson } from "../../base/canonical-json.ts";

export interface HistoryMistake {
  /** From 1. */
  readonly line: number;
  /** Such as "PROCESS_BUSY": stable, for tools. */
  readonly code: string;
  readonly what: string;
  /** Begins with "Expected". */
  readonly expected: string;
  /** An imperative. */
  readonly fix: string;
}

const shownLengthMax = 60;

/** A value as a sentence may show it: its canonical text, bounded. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = canonicalJson(value);
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text;
}
