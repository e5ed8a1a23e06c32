// The text of a history file: one JSON object a line, times that never go back. Empty lines are nothing.

import { parseCanonical } from "../../base/canonical-json.ts";
import type { HistoryEntry } from "../history.ts";
import { type HistoryMistake, shown } from "./history-mistake.ts";

export interface LocatedEntry {
  /** From 1. */
  readonly line: number;
  readonly entry: HistoryEntry;
}

export type ReadLines =
  | { readonly type: "read"; readonly entries: readonly LocatedEntry[] }
  | { readonly type: "malformed"; readonly mistakes: readonly HistoryMistake[] };

/** After so many the rest is not looked at: a file that is something else is wrong in every line. */
const MISTAKES_MAX = 100;

export function readLines(text: string): ReadLines {
  const entries: LocatedEntry[] = [];
  const mistakes: HistoryMistake[] = [];
  let timeBefore = 0;
  let line = 0;
  for (const content of text.split("\n")) {
    line += 1;
    if (content.trim() === "") continue;
    const read = readLine(content, line, timeBefore);
    if (read.type === "mistake") mistakes.push(read.mistake);
    else entries.push({ line, entry: read.entry });
    if (read.type === "entry") timeBefore = read.entry.time;
    if (mistakes.length === MISTAKES_MAX) break;
  }
  if (mistakes.length > 0) return { type: "malformed", mistakes };
  if (entries.length > 0) return { type: "read", entries };
  const empty: HistoryMistake = {
    line: 1,
    code: "EMPTY_HISTORY",
    what: "There is no operation.",
    expected: "Expected one JSON object a line.",
    fix: "write one with faultline run <scenario> --history <file>.",
  };
  return { type: "malformed", mistakes: [empty] };
}

type ReadLine =
  | { readonly type: "entry"; readonly entry: HistoryEntry }
  | { readonly type: "mistake"; readonly mistake: HistoryMistake };

function readLine(content: string, line: number, timeBefore: number): ReadLine {
  const parsed = parseCanonical(content);
  if (parsed.type === "malformed") {
    return mistake(line, "NOT_JSON", `This is not JSON: ${parsed.why}.`, "one JSON object.", "mend the line.");
  }
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return mistake(line, "NOT_AN_OBJECT", `This is ${shown(value)}.`, "one JSON object.", "mend the line.");
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const field of fieldsRequired) {
    const found = Object.hasOwn(fields, field.name) ? fields[field.name] : undefined;
    if (!field.fits(found)) {
      const what = `"${field.name}" is ${shown(found)}.`;
      return mistake(line, "BAD_FIELD", what, `${field.expected}.`, `give it as in ${exampleLine}.`);
    }
  }
  const entry = fields as unknown as HistoryEntry;
  if (entry.time < timeBefore) {
    const what = `"time" goes back from ${timeBefore} to ${entry.time}.`;
    return mistake(line, "TIME_GOES_BACK", what, "times that never decrease.", "put the lines in order of time.");
  }
  return { type: "entry", entry: { ...entry, value: entry.value ?? null } };
}

const exampleLine = '{"key":"x","op":"write","process":"client-1","time":1500,"type":"invoke","value":7}';

const isText = (value: unknown): boolean => typeof value === "string";

const types: ReadonlySet<unknown> = new Set(["invoke", "ok", "fail", "info"]);

const fieldsRequired: readonly { name: string; expected: string; fits: (value: unknown) => boolean }[] = [
  { name: "process", expected: "text", fits: isText },
  { name: "type", expected: "one of invoke, ok, fail, info", fits: (value) => types.has(value) },
  { name: "op", expected: "text", fits: isText },
  { name: "key", expected: "text", fits: isText },
  {
    name: "time",
    expected: "whole microseconds, from 0 to 2^53 - 1",
    fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  },
  { name: "error", expected: "text, or nothing", fits: (value) => value === undefined || isText(value) },
];

const mistake = (line: number, code: string, what: string, expected: string, fix: string): ReadLine => ({
  type: "mistake",
  mistake: { line, code, what, expected: `Expected ${expected}`, fix },
});
