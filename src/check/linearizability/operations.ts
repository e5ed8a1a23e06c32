// From the lines of a history to operations, by object: each with where it begins, where it ends, and what it means.

import { compareValues } from "../../base/plain-order.ts";
import { type HistoryMistake, shown } from "./history-mistake.ts";
import type { LocatedEntry } from "./history-lines.ts";
import type { Action, AnyModel } from "./model.ts";

/** A place in the history. Of two moments the one on the earlier line is earlier, also within one microsecond. */
export interface Moment {
  readonly line: number;
  readonly timeUs: number;
}

export interface Operation {
  readonly process: string;
  readonly invoked: Moment;
  /** null: no answer. It may have taken effect at any time since, may yet, or never will. */
  readonly answered: Moment | null;
  readonly action: Action<unknown>;
}

/** What clients did with one object. Operations that failed have had no effect, and are counted only. */
export interface ObjectHistory {
  readonly model: AnyModel;
  readonly key: string;
  /** In order of their invocations. */
  readonly operations: readonly Operation[];
  readonly failed: number;
}

export type ReadOperations =
  | { readonly type: "read"; readonly objects: readonly ObjectHistory[] }
  | { readonly type: "malformed"; readonly mistakes: readonly HistoryMistake[] };

interface MutableObject {
  readonly model: AnyModel;
  readonly key: string;
  readonly operations: Operation[];
  failed: number;
}

interface Reading {
  readonly modelOf: ReadonlyMap<string, AnyModel>;
  readonly open: Map<string, LocatedEntry>;
  /** By process: the line of the operation that was left without an answer. */
  readonly retired: Map<string, number>;
  readonly objects: Map<string, MutableObject>;
  readonly mistakes: HistoryMistake[];
}

/** Objects in order of model and key. */
export function readOperations(entries: readonly LocatedEntry[], models: readonly AnyModel[]): ReadOperations {
  const reading: Reading = {
    modelOf: modelsByOperation(models),
    open: new Map(),
    retired: new Map(),
    objects: new Map(),
    mistakes: [],
  };
  for (const located of entries) {
    if (located.entry.type === "invoke") invoke(reading, located);
    else answer(reading, located);
  }
  for (const invoked of reading.open.values()) add(reading, invoked, null);
  const { objects, mistakes } = reading;
  if (mistakes.length > 0) return { type: "malformed", mistakes: mistakes.sort((a, b) => a.line - b.line) };
  const inOrder = [...objects.values()].sort(
    (a, b) => compareValues(a.model.name, b.model.name) || compareValues(a.key, b.key),
  );
  for (const { operations } of inOrder) operations.sort((a, b) => a.invoked.line - b.invoked.line);
  return { type: "read", objects: inOrder };
}

function modelsByOperation(models: readonly AnyModel[]): ReadonlyMap<string, AnyModel> {
  const modelOf = new Map<string, AnyModel>();
  for (const model of models) for (const op of model.operations) if (!modelOf.has(op)) modelOf.set(op, model);
  return modelOf;
}

function invoke({ modelOf, open, retired, mistakes }: Reading, located: LocatedEntry): void {
  const { line, entry } = located;
  const { process, op } = entry;
  if (!modelOf.has(op)) {
    mistakes.push({
      line,
      code: "UNKNOWN_OPERATION",
      what: `No model has an operation ${shown(op)}.`,
      expected: `Expected one of ${[...modelOf.keys()].join(", ")}.`,
      fix: "name one of them, or leave the operation out.",
    });
  }
  const before = open.get(process);
  if (before !== undefined) {
    mistakes.push({
      line,
      code: "PROCESS_BUSY",
      what: `${shown(process)} invokes ${op} while its ${before.entry.op} of line ${before.line} is open.`,
      expected: "Expected one open operation a process.",
      fix: "give concurrent operations of one client processes of their own.",
    });
  }
  const ended = retired.get(process);
  if (ended !== undefined) {
    mistakes.push({
      line,
      code: "PROCESS_RETIRED",
      what: `${shown(process)} goes on after line ${ended} left it without an answer.`,
      expected: "Expected a new name after info: the operation may still take effect beside those that follow.",
      fix: "let the client go on under a name of its own.",
    });
  }
  open.set(process, located);
}

function answer(reading: Reading, located: LocatedEntry): void {
  const { open, retired, mistakes } = reading;
  const { line, entry } = located;
  const { process, type, op, key } = entry;
  const invoked = open.get(process);
  if (invoked === undefined) {
    mistakes.push({
      line,
      code: "NOT_INVOKED",
      what: `${shown(process)} has no open operation, and ${op} ends as ${type}.`,
      expected: "Expected an invoke of the same process before it.",
      fix: "add the line of the invocation, or take this one out.",
    });
    return;
  }
  if (invoked.entry.op !== op || invoked.entry.key !== key) {
    const began = `${invoked.entry.op} of ${shown(invoked.entry.key)}`;
    mistakes.push({
      line,
      code: "OTHER_OPERATION",
      what: `${shown(process)} began ${began} on line ${invoked.line}, and ends ${op} of ${shown(key)}.`,
      expected: `Expected the end of ${began}.`,
      fix: "let op and key be those of the invocation.",
    });
  }
  open.delete(process);
  if (type === "info") retired.set(process, line);
  add(reading, invoked, located);
}

function add({ modelOf, objects, mistakes }: Reading, invoked: LocatedEntry, ended: LocatedEntry | null): void {
  const { process, op, key, value, time } = invoked.entry;
  const model = modelOf.get(op);
  if (model === undefined) return;
  const object = objectOf(objects, model, key);
  if (ended?.entry.type === "fail") {
    object.failed += 1;
    return;
  }
  const answered = ended?.entry.type === "ok" ? ended : null;
  const meaning = model.meaning({ op, value, answer: answered === null ? null : { value: answered.entry.value } });
  if (meaning.type === "meaningless") {
    mistakes.push({
      line: answered?.line ?? invoked.line,
      code: "MEANINGLESS_VALUE",
      what:
        answered === null
          ? `${op} has the value ${shown(value)}.`
          : `${op} has the value ${shown(value)} on line ${invoked.line} and ${shown(answered.entry.value)} here.`,
      expected: `Expected ${meaning.expected}.`,
      fix: "write it so.",
    });
    return;
  }
  object.operations.push({
    process,
    invoked: { line: invoked.line, timeUs: time },
    answered: answered === null ? null : { line: answered.line, timeUs: answered.entry.time },
    action: meaning.action,
  });
}

function objectOf(objects: Map<string, MutableObject>, model: AnyModel, key: string): MutableObject {
  const name = `${model.name} ${key}`;
  const known = objects.get(name);
  if (known !== undefined) return known;
  const object: MutableObject = { model, key, operations: [], failed: 0 };
  objects.set(name, object);
  return object;
}
