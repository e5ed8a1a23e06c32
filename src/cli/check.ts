// `faultline check`: reads histories of client-visible operations, and says whether they are linearizable.

import { closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { type JudgedObject, checkHistory } from "../check/linearizability/linearizability.ts";
import type { AnyModel } from "../check/linearizability/model.ts";
import { models } from "../check/linearizability/models.ts";
import type { Operation } from "../check/linearizability/operations.ts";
import { configurationsMaxDefault, type Impossible } from "../check/linearizability/search.ts";
import { plural, printCount, printMoment } from "../report/words.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { printable, type Problem, shown } from "../scenario/problem.ts";
import { readCount } from "./arguments.ts";
import { argumentMistake, exitCodes, ReaderMistake } from "./exit-codes.ts";
import type { Answer, Output } from "./output.ts";

export interface CheckFlags {
  readonly model?: string | undefined;
  readonly limitStates?: string | undefined;
}

/** A history of a run of hours; it is held in memory. */
const fileSizeMax = 256 * 1024 * 1024;
const configurationsMost = 1_000_000_000;
/** Objects that are not linearizable, and operations of an order, that are told; the rest is counted. */
const objectsToldMax = 5;
const orderToldMax = 8;
const statesToldMax = 8;

export function check(paths: readonly string[], flags: CheckFlags, output: Output): Answer {
  const { model, limitStates } = flags;
  const configurationsMax =
    limitStates === undefined
      ? configurationsMaxDefault
      : readCount("--limit-states", limitStates, { min: 1, max: configurationsMost });
  const options = { models: modelsFor(model), configurationsMax };
  const answers = historiesIn(paths).map((file) => checkFile(file, options, output));
  const [only] = answers;
  if (answers.length === 1 && only !== undefined) return only;
  const failed = answers.filter(({ exitCode }) => exitCode !== exitCodes.held);
  return {
    exitCode: failed.length === 0 ? exitCodes.held : exitCodes.failed,
    lines: [
      ...failed.flatMap(({ lines }) => [...lines, ""]),
      failed.length === 0
        ? `${output.paint.good("✔")} ${plural(answers.length, "history", "histories")}: all are linearizable`
        : `${output.paint.bad("✘")} ${plural(answers.length, "history", "histories")}: ${failed.length} not shown to be linearizable`,
    ],
    document: { histories: answers.map(({ document }) => document) },
  };
}

/** Files as they are, and what lies in folders, by name. */
function historiesIn(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
    const files = readdirSync(path).filter((name) => name.endsWith(".jsonl"));
    if (files.length > 0) return files.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => join(path, name));
    throw unreadable(path, "NO_HISTORIES", "No file in this folder ends with .jsonl.", "name a folder with histories.");
  });
}

function checkFile(file: string, options: Parameters<typeof checkHistory>[1], { paint }: Output): Answer {
  const judgement = checkHistory(readHistory(file), options);
  if (judgement.type === "malformed") {
    throw new ReaderMistake(
      judgement.mistakes.map(({ line, ...rest }) => ({ place: { type: "file", file, line, column: 1 }, ...rest })),
    );
  }
  const { objects } = judgement;
  const failed = objects.filter(({ verdict }) => verdict.type === "impossible");
  const open = objects.filter(({ verdict }) => verdict.type === "inconclusive");
  const outcome = failed.length > 0 ? "violated" : open.length > 0 ? "inconclusive" : "held";
  const share = `${printCount((failed.length > 0 ? failed : open).length)} of ${plural(objects.length, "object")}`;
  const heads = {
    held: `${paint.good("✔")} ${printable(file)} is linearizable`,
    violated: `${paint.bad("✘")} ${printable(file)} is not linearizable: ${share}`,
    inconclusive: `${paint.doubt("?")} ${printable(file)} is inconclusive: ${share}`,
  };
  const told = [...failed, ...open];
  const left = told.length - objectsToldMax;
  return {
    exitCode: outcome === "held" ? exitCodes.held : exitCodes.failed,
    lines: [
      heads[outcome],
      ...totalLines(objects),
      ...told.slice(0, objectsToldMax).flatMap((object) => ["", ...objectLines(object)]),
      ...(left > 0 ? ["", `and ${plural(left, "more object")}.`] : []),
    ],
    document: { file, outcome, objects: objects.map(objectDocument) },
  };
}

function modelsFor(name: string | undefined): readonly AnyModel[] {
  if (name === undefined) return models;
  const names = models.map((model) => model.name);
  const asked = models.find((model) => model.name === name);
  if (asked !== undefined) return [asked, ...models];
  throw argumentMistake(`--model ${name}`, {
    code: "UNKNOWN_MODEL",
    what: `There is no model ${shown(name)}.`,
    expected: expectedOneOf(names),
    fix: fixByName(name, names, "name one of them."),
  });
}

/** @throws ReaderMistake when it is no readable text file of bounded size. */
function readHistory(path: string): string {
  let bytes: Uint8Array;
  try {
    const file = openSync(path, "r");
    try {
      const status = fstatSync(file);
      if (!status.isFile()) throw unreadable(path, "NOT_A_FILE", "This is no file.", "name the file of a history.");
      if (status.size > fileSizeMax) {
        throw unreadable(path, "TOO_LARGE", `The file has ${status.size} bytes.`, "check a shorter run.");
      }
      bytes = readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof ReaderMistake) throw error;
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";
    if (code === "ENOENT" || code === "ENOTDIR") {
      const fix = "write one with faultline run <scenario> --history <file>.";
      throw unreadable(path, "NO_SUCH_FILE", "There is no such file.", fix);
    }
    throw unreadable(path, "UNREADABLE", `The file cannot be read (${code}).`, "name a file that you may read.");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(path, "NOT_UTF8", "The file is not UTF-8 text.", "save it as UTF-8.");
  }
}

function unreadable(file: string, code: string, what: string, fix: string): ReaderMistake {
  const expected = `Expected a history: JSON lines, at most ${fileSizeMax / 1024 / 1024} MiB.`;
  const problem: Problem = { place: { type: "wholeFile", file }, code, what, expected, fix };
  return new ReaderMistake([problem]);
}

/** What there was to check: a model of which nothing was answered has shown nothing. */
function totalLines(objects: readonly JudgedObject[]): readonly string[] {
  return models.flatMap((model) => {
    const own = objects.filter(({ history }) => history.model.name === model.name).map(({ history }) => history);
    if (own.length === 0) return [];
    const operations = own.flatMap((history) => history.operations);
    const answered = operations.filter((operation) => operation.answered !== null).length;
    const failed = own.reduce((sum, history) => sum + history.failed, 0);
    const counts = [
      plural(own.length, "object"),
      `${printCount(answered)} answered`,
      `${printCount(operations.length - answered)} without an answer`,
      `${printCount(failed)} failed`,
    ];
    return [`  ${model.name.padEnd(9)}  ${counts.join(", ")}`];
  });
}

function objectLines({ history, verdict }: JudgedObject): readonly string[] {
  const name = `${printable(history.key)} (${history.model.name})`;
  switch (verdict.type) {
    case "linearizable":
      return [];
    case "inconclusive": {
      const { configurations, fitsUpToLine } = verdict;
      return [
        `${name}: inconclusive after ${plural(configurations, "state")}`,
        `  There is an order up to line ${fitsUpToLine}; --limit-states ${10 * configurations} looks further.`,
      ];
    }
    case "impossible":
      return [`${name}: no order explains line ${verdict.operation.answered?.line ?? 0}`, ...impossibleLines(verdict)];
  }
}

function impossibleLines({ operation, placed, open, states, isFirst }: Impossible): readonly string[] {
  const before = placed.length - orderToldMax;
  const statesLeft = states.length - statesToldMax;
  const could = [...states.slice(0, statesToldMax), ...(statesLeft > 0 ? [`${printCount(statesLeft)} more`] : [])];
  return [
    `  ${operationLine(operation)}`,
    ...(isFirst ? [] : ["  Taken alone this answer may be explained; together with later ones it is not."]),
    `  Whatever the order, it is then ${could.map(printable).join("; or ")}.`,
    placed.length === 0 ? "  Nothing was answered before." : "  An order of what was answered before:",
    ...(before > 0 ? [`    ${plural(before, "operation")}, and then`] : []),
    ...placed.slice(-orderToldMax).map((earlier) => `    ${operationLine(earlier)}`),
    ...(open.length === 0 ? [] : ["  Open, and of no help:"]),
    ...open.slice(0, orderToldMax).map((other) => `    ${operationLine(other)}`),
    ...(open.length > orderToldMax ? [`    and ${printCount(open.length - orderToldMax)} more`] : []),
  ];
}

function operationLine({ process, invoked, answered, action }: Operation): string {
  const lines = `${invoked.line}-${answered === null ? "" : answered.line}`.padEnd(11);
  const began = printMoment(invoked.timeUs, 6);
  const ended = answered === null ? "no answer" : printMoment(answered.timeUs, 6);
  return `lines ${lines} ${began} to ${ended}  ${printable(process)}  ${printable(action.says)}`;
}

function objectDocument({ history, verdict }: JudgedObject): Readonly<Record<string, unknown>> {
  const { model, key, operations, failed } = history;
  const answered = operations.filter((operation) => operation.answered !== null).length;
  return {
    model: model.name,
    key,
    answered,
    unanswered: operations.length - answered,
    failed,
    verdict: verdict.type,
    states: verdict.configurations,
    ...(verdict.type === "inconclusive" ? { fitsUpToLine: verdict.fitsUpToLine } : {}),
    ...(verdict.type === "impossible" ? { because: impossibleDocument(verdict) } : {}),
  };
}

const impossibleDocument = ({ operation, placed, open, states, isFirst }: Impossible): object => ({
  operation: operationDocument(operation),
  isFirst,
  statesBefore: states,
  order: placed.map(operationDocument),
  open: open.map(operationDocument),
});

const operationDocument = ({ process, invoked, answered, action }: Operation): object => ({
  process,
  says: action.says,
  invoked,
  answered,
});
