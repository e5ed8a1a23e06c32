// One text for each value of plain data: keys in order of code units, Map and Set spelt out, nothing left to the engine.
// For whatever is hashed, compared, stored or sent as bytes.

import { isPlainObject, notPlain, setField } from "./plain-data.ts";
import { compareValues } from "./plain-order.ts";

const DEPTH_MAX = 1000;

/**
 * The canonical text of a value. Undefined fields are left out, -0 is 0. What JSON has no word for is an object with one
 * key that begins with "$": `$map` (entries by key), `$set`, `$number` (NaN and the infinities), `$undefined`; a field
 * whose own name begins with "$" is written with one "$" more.
 * @throws NotPlainData
 */
export function canonicalJson(value: unknown): string {
  const text = write(value, 0);
  if (text === undefined) throw notPlain(value) ?? new RangeError(`the value lies more than ${DEPTH_MAX} levels deep`);
  return text;
}

export type Parsed =
  | { readonly type: "parsed"; readonly value: unknown }
  | { readonly type: "malformed"; readonly why: string };

/** The value of a canonical text, or why it is none. Never sets a prototype, whatever the keys are called. */
export function parseCanonical(text: string): Parsed {
  try {
    return { type: "parsed", value: revive(JSON.parse(text), 0) };
  } catch (error) {
    return { type: "malformed", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Bytes of the canonical text in UTF-8. */
export function canonicalSize(value: unknown): number {
  const text = canonicalJson(value);
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair counts for two of its four bytes; JSON.stringify leaves no lone one.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

// Undefined: somewhere within lies what is not plain data.
function write(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return writeNumber(value);
    case "boolean":
      return value ? "true" : "false";
    case "undefined":
      return '{"$undefined":true}';
    case "object":
      return value === null ? "null" : depth > DEPTH_MAX ? undefined : writeObject(value, depth + 1);
    default:
      return undefined;
  }
}

function writeNumber(value: number): string {
  if (Number.isFinite(value)) return value === 0 ? "0" : String(value);
  return `{"$number":"${value}"}`;
}

function writeObject(value: object, depth: number): string | undefined {
  if (Array.isArray(value)) return writeList(value, depth);
  if (value instanceof Map) {
    const entries = writeList(
      [...value].sort((left, right) => compareValues(left[0], right[0])),
      depth,
    );
    return entries === undefined || notPlainKeys(value) ? undefined : `{"$map":${entries}}`;
  }
  if (value instanceof Set) {
    const members = writeList([...value].sort(compareValues), depth);
    return members === undefined || notPlainKeys(value) ? undefined : `{"$set":${members}}`;
  }
  return isPlainObject(value) ? writeFields(value as Record<string, unknown>, depth) : undefined;
}

function writeFields(fields: Record<string, unknown>, depth: number): string | undefined {
  let text = "";
  for (const key of Object.keys(fields).sort(compareValues)) {
    const field = fields[key];
    if (field === undefined) continue;
    const written = write(field, depth);
    if (written === undefined) return undefined;
    text += `${text === "" ? "" : ","}${JSON.stringify(key.startsWith("$") ? `$${key}` : key)}:${written}`;
  }
  return `{${text}}`;
}

function writeList(parts: readonly unknown[], depth: number): string | undefined {
  let text = "";
  for (let at = 0; at < parts.length; at++) {
    const written = write(parts[at], depth);
    if (written === undefined) return undefined;
    text += at === 0 ? written : `,${written}`;
  }
  return `[${text}]`;
}

function notPlainKeys(value: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>): boolean {
  for (const key of value.keys()) if (typeof key === "object" && key !== null) return true;
  return false;
}

// Works in place: JSON.parse has made each object here, with own fields only.
function revive(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEPTH_MAX) throw new SyntaxError(`the text lies more than ${DEPTH_MAX} levels deep`);
  if (Array.isArray(value)) return value.map((part) => revive(part, depth + 1));
  const fields = value as Record<string, unknown>;
  const keys = Object.keys(fields);
  if (keys.length === 1 && keys[0].startsWith("$") && !keys[0].startsWith("$$")) {
    return reviveWord(keys[0], fields[keys[0]], depth + 1);
  }
  const revived: Record<string, unknown> = {};
  for (const key of keys) {
    if (key.startsWith("$") && !key.startsWith("$$")) throw new SyntaxError(`${key} stands beside other keys`);
    setField(revived, key.startsWith("$") ? key.slice(1) : key, revive(fields[key], depth + 1));
  }
  return revived;
}

function reviveWord(word: string, value: unknown, depth: number): unknown {
  if (word === "$undefined") return undefined;
  if (word === "$number" && (value === "NaN" || value === "Infinity" || value === "-Infinity")) return Number(value);
  const parts = revive(value, depth);
  if (word === "$set" && Array.isArray(parts) && parts.every(isKey)) return new Set(parts);
  if (word === "$map" && Array.isArray(parts) && parts.every(isEntry)) return new Map(parts);
  throw new SyntaxError(`${word} is no word of this notation, or not with such a value`);
}

function isEntry(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2 && isKey(value[0]);
}

function isKey(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
