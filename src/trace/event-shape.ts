// What a line of a trace must look like, field by field: the strict side of the codec.

import { isPlainObject } from "../base/plain-data.ts";
import type { LossReason, TraceEvent } from "./trace-event.ts";

/** Plain data with named fields. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a field must be, in words, and how to tell. */
interface FieldShape {
  readonly words: string;
  readonly fits: (value: unknown) => boolean;
  readonly optional?: boolean;
}

const integer: FieldShape = {
  words: "an integer of 0 or more",
  fits: (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0,
};
const text: FieldShape = { words: "a text", fits: (value) => typeof value === "string" };
const content: FieldShape = { words: "an object", fits: (value) => fieldsOf(value) !== undefined };
const fact: FieldShape = {
  words: "an object with a text `fact`",
  fits: (value) => typeof fieldsOf(value)?.["fact"] === "string",
};

const reasons: Readonly<Record<LossReason, true>> = {
  loss: true,
  partition: true,
  dropFault: true,
  queueFull: true,
  corruptFrame: true,
  malformed: true,
  receiverDown: true,
  connectionReset: true,
  refused: true,
};
const reason = oneOf(Object.keys(reasons));
const via = oneOf(["datagram", "stream"]);

type Kind = TraceEvent["kind"];
type OwnFields<K extends Kind> = Exclude<keyof Extract<TraceEvent, { kind: K }>, "atUs" | "event" | "node" | "kind">;

const shapes: { readonly [K in Kind]: Readonly<Record<OwnFields<K>, FieldShape>> } = {
  fact: { fact },
  sent: { message: integer, to: text, via, content },
  delivered: { message: integer, from: text, sentUs: integer, copy: integer, content: { ...content, optional: true } },
  lost: { message: integer, to: text, reason },
  timerSet: { timer: text, dueUs: integer },
  timerFired: { timer: text },
  timerCancelled: { timer: text },
  timerSuppressed: { timer: text },
  synced: { sync: text, records: integer },
  syncFailed: { sync: text, error: text },
};

const everyEvent: Readonly<Record<string, FieldShape>> = { atUs: integer, event: integer, node: text };

export interface Misfit {
  readonly what: string;
  readonly expected: string;
}

/** What is wrong with a line as an event; undefined when nothing is, and then it is one. */
export function eventMisfit(value: unknown): Misfit | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return { what: "The line is no object.", expected: "an event of the trace." };
  const { kind } = fields;
  if (typeof kind !== "string" || !Object.hasOwn(shapes, kind)) {
    const named = typeof kind === "string" ? `"${kind}", which is none` : "no text";
    return { what: `The event's kind is ${named}.`, expected: `one of ${Object.keys(shapes).join(", ")}.` };
  }
  return misfit(fields, { ...everyEvent, ...shapes[kind as Kind] }, "kind");
}

export const headerMisfit = (fields: Fields): Misfit | undefined =>
  misfit(fields, { scenario: text, system: text, seed: integer, nodes }, "faultlineTrace");

export const endMisfit = (fields: Fields): Misfit | undefined =>
  misfit(fields, { events: integer, atUs: integer, ending: text, digest: text });

const nodes: FieldShape = {
  words: "a list of objects with the texts `id` and `role`",
  fits: (value) =>
    Array.isArray(value) &&
    value.every((node) => {
      const fields = fieldsOf(node);
      return fields !== undefined && misfit(fields, { id: text, role: text }) === undefined;
    }),
};

export function fieldsOf(value: unknown): Fields | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !isPlainObject(value)) return undefined;
  return value as Fields;
}

function misfit(
  fields: Fields,
  shape: Readonly<Record<string, FieldShape>>,
  ...also: readonly string[]
): Misfit | undefined {
  for (const [name, { words, fits, optional = false }] of Object.entries(shape)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined && optional) continue;
    if (value === undefined) return { what: `The field "${name}" is missing.`, expected: `${words}.` };
    if (!fits(value)) return { what: `The field "${name}" is not as it should be.`, expected: `${words}.` };
  }
  const known = new Set([...Object.keys(shape), ...also]);
  const unknown = Object.keys(fields).find((name) => !known.has(name));
  if (unknown === undefined) return undefined;
  return { what: `The field "${unknown}" is unknown here.`, expected: `no fields but ${[...known].join(", ")}.` };
}

function oneOf(words: readonly string[]): FieldShape {
  return { words: `one of ${words.join(", ")}`, fits: (value) => typeof value === "string" && words.includes(value) };
}
