// Histories for tests: written by hand, drawn by chance, and judged the slow way, by trying every order.
import { canonicalJson } from "../../../src/base/canonical-json.ts";
import type { Generator } from "../../../src/base/random.ts";
import type { HistoryEntry } from "../../../src/check/history.ts";
import { readLines } from "../../../src/check/linearizability/history-lines.ts";
import type { AnyModel } from "../../../src/check/linearizability/model.ts";
import { type ObjectHistory, type Operation, readOperations } from "../../../src/check/linearizability/operations.ts";

/**
 * One event a line: "A enq 1" begins, "A ok 1", "A info" and "A fail" end. Values are JSON; without one an `ok` repeats the
 * value of its invocation. "A q.enq 1" is about the object q, and of no name about the object "x".
 */
export function written(text: string): string {
  const open = new Map<string, { readonly op: string; readonly key: string; readonly value: unknown }>();
  const lines = text.trim().split("\n");
  return lines
    .map((line, index) => {
      const [, process = "", word = "", json] = /^\s*(\S+) (\S+)(?: (.*))?$/.exec(line) ?? [];
      const value: unknown = json === undefined ? undefined : JSON.parse(json);
      const time = (index + 1) * 1000;
      if (word === "ok" || word === "info" || word === "fail") {
        const began = open.get(process);
        return canonicalJson({
          process,
          type: word,
          ...began,
          value: value === undefined ? began?.value : value,
          time,
        });
      }
      const [key = "", op = key] = word.split(".");
      const operation = { op, key: op === key ? "x" : key, value: value ?? null };
      open.set(process, operation);
      return canonicalJson({ process, type: "invoke", ...operation, time });
    })
    .join("\n");
}

/** The objects of a history that is well formed. */
export function objectsOf(text: string, models: readonly AnyModel[]): readonly ObjectHistory[] {
  const lines = readLines(text);
  if (lines.type === "malformed") throw new Error(canonicalJson(lines.mistakes[0]));
  const read = readOperations(lines.entries, models);
  if (read.type === "malformed") throw new Error(canonicalJson(read.mistakes[0]));
  return read.objects;
}

export function objectOf(text: string, model: AnyModel): ObjectHistory {
  const [object, ...others] = objectsOf(text, [model]);
  if (object === undefined || others.length > 0) throw new Error("the history is about one object");
  return object;
}

/**
 * Whether an order explains every answer up to a line, found by trying all: operations answered later may be placed, if
 * they were invoked by then.
 */
export function hasOrder({ model, operations }: ObjectHistory, upToLine = Infinity): boolean {
  const begun = operations.filter(({ invoked }) => invoked.line <= upToLine);
  const isDue = ({ answered }: Operation): boolean => answered !== null && answered.line <= upToLine;
  const from = (state: unknown, left: readonly Operation[]): boolean => {
    if (!left.some(isDue)) return true;
    return left.some((operation) => {
      // What was answered before it was invoked has to come before it.
      const comesTooSoon = left.some(({ answered }) => answered !== null && answered.line < operation.invoked.line);
      if (comesTooSoon) return false;
      const next = operation.action.next(state);
      return (
        next !== undefined &&
        from(
          next,
          left.filter((other) => other !== operation),
        )
      );
    });
  };
  return from(model.initial, begun);
}

/** What is wrong with an order that is said to explain every answer up to a line; "" when nothing is. */
export function orderFault(
  { model, operations }: ObjectHistory,
  order: readonly Operation[],
  upToLine = Infinity,
): string {
  const place = new Map(order.map((operation, index) => [operation, index]));
  if (place.size !== order.length) return "an operation is placed twice";
  for (const operation of operations) {
    const { answered, action } = operation;
    if (answered !== null && answered.line <= upToLine && !place.has(operation)) return `${action.says} is not placed`;
  }
  let state = model.initial;
  let begun = 0;
  for (const { invoked, answered, action } of order) {
    const after = action.next(state);
    if (after === undefined) return `${action.says} cannot happen: it is ${model.tell(state)}`;
    // Something placed before it was invoked after it had ended.
    if (answered !== null && answered.line < begun) return `${action.says} comes too late`;
    state = after;
    begun = Math.max(begun, invoked.line);
  }
  return "";
}

/** What clients ask of one object, and what the object does when all goes well. */
export interface Workload {
  readonly op: (random: Generator) => { readonly op: string; readonly value: unknown };
  /** Made up, as a broken object might answer. */
  readonly anyAnswer: (op: string, value: unknown, random: Generator) => unknown;
  /** A fresh object: undefined when it refuses. */
  readonly fresh: () => (op: string, value: unknown, random: Generator) => unknown;
}

export interface Chances {
  readonly operations: number;
  readonly clients: number;
  /** Of a hundred: operations without an answer (half of them without an effect), and answers that are made up. */
  readonly unanswered: number;
  readonly madeUp: number;
  /** Longest time from one moment of an operation to the next, and from one operation to the next. */
  readonly stepUsMax: number;
  readonly pauseUsMax: number;
}

interface Happening {
  readonly atUs: number;
  readonly happen: () => void;
}

/** Clients that each have one operation open at a time: it takes effect at some moment between its two ends. */
export function drawn(random: Generator, { op: nextOp, anyAnswer, fresh }: Workload, chances: Chances): string {
  const { operations, clients, unanswered, madeUp, stepUsMax, pauseUsMax } = chances;
  const object = fresh();
  const entries: HistoryEntry[] = [];
  const happenings: Happening[] = [];
  let left = operations;
  let processes = clients;
  const at = (atUs: number, happen: () => void): void => {
    let place = happenings.length;
    while (place > 0 && happenings[place - 1].atUs > atUs) place--;
    happenings.splice(place, 0, { atUs, happen });
  };
  const begin = (process: string, afterUs: number): void => {
    if (left === 0) return;
    left -= 1;
    const { op, value } = nextOp(random);
    const what = { process, op, key: "x" };
    const invokedUs = afterUs + 1 + random.below(pauseUsMax);
    const effectUs = invokedUs + 1 + random.below(stepUsMax);
    const endUs = effectUs + 1 + random.below(stepUsMax);
    const isUnanswered = random.below(100) < unanswered;
    let answer: unknown;
    at(invokedUs, () => entries.push({ ...what, type: "invoke", value, time: invokedUs }));
    at(effectUs, () => {
      if (!isUnanswered || random.below(2) === 0) answer = object(op, value, random);
      if (random.below(100) < madeUp) answer = anyAnswer(op, value, random);
    });
    at(endUs, () => {
      if (isUnanswered) entries.push({ ...what, type: "info", value, time: endUs });
      else if (answer === undefined) entries.push({ ...what, type: "fail", value, time: endUs });
      else entries.push({ ...what, type: "ok", value: answer, time: endUs });
      begin(isUnanswered ? `client-${(processes += 1)}` : process, endUs);
    });
  };
  for (let client = 1; client <= clients; client++) begin(`client-${client}`, 0);
  for (let next = happenings.shift(); next !== undefined; next = happenings.shift()) next.happen();
  return entries.map((entry) => canonicalJson(entry)).join("\n");
}
