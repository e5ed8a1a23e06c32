// Settings as a person would write them, compared with those of nobody: what can be put back to what it is by default.

import { equalPlain, isPlainObject } from "../../base/plain-data.ts";
import type { AnySystem } from "../../systems/system.ts";

type Schema = AnySystem["settings"];
export type ValuePath = readonly (string | number)[];

export interface Resettable {
  /** Such as "transfer.deadline", or "overrides.0" for an entry of a list that is empty by default. */
  readonly name: string;
  readonly path: ValuePath;
}

/** What stands for a value in a file; of `undefined`, what stands there when nothing is written. Undefined: it cannot be. */
export function documentOf(schema: Schema, value: unknown): unknown {
  const decoded = value === undefined ? schema.safeDecode({}) : { success: true as const, data: value };
  if (!decoded.success) return undefined;
  const encoded = schema.safeEncode(decoded.data);
  return encoded.success ? encoded.data : undefined;
}

/** Undefined: it is not valid. */
export function readDocument(schema: Schema, document: unknown): { readonly value: unknown } | undefined {
  const decoded = schema.safeDecode(document);
  return decoded.success ? { value: decoded.data } : undefined;
}

/** Every place where a document differs from the preset one, as small as can be. */
export function resettable(written: unknown, preset: unknown, path: ValuePath = []): readonly Resettable[] {
  if (equalPlain(written, preset)) return [];
  if (Array.isArray(written) && Array.isArray(preset) && preset.length === 0) {
    return written.map((_, index) => named([...path, index]));
  }
  if (!isMap(written) || !isMap(preset)) return [named(path)];
  const [here, there] = [fieldsOf(written), fieldsOf(preset)];
  const keys = [...new Set([...here.keys(), ...there.keys()])];
  // A choice between shapes, such as a kind of motion: its fields mean nothing beside another one's.
  if (keys.includes("type") && here.get("type") !== there.get("type")) return [named(path)];
  return keys.flatMap((key) => resettable(here.get(key), there.get(key), [...path, key]));
}

const isMap = (value: unknown): value is object => typeof value === "object" && value !== null && isPlainObject(value);

const named = (path: ValuePath): Resettable => ({ name: path.join("."), path });

const fieldsOf = (value: object): ReadonlyMap<string, unknown> => new Map(Object.entries(value));

/** The document with the preset value in this place; an entry of a list that has no preset is gone. */
export function withReset(document: unknown, preset: unknown, [key, ...rest]: ValuePath): unknown {
  if (key === undefined) return preset;
  if (typeof key === "number") return Array.isArray(document) ? document.toSpliced(key, 1) : document;
  if (typeof document !== "object" || document === null) return document;
  const fields = new Map(Object.entries(document));
  const inside: unknown =
    typeof preset === "object" && preset !== null ? new Map(Object.entries(preset)).get(key) : undefined;
  const value = withReset(fields.get(key), inside, rest);
  if (value === undefined) fields.delete(key);
  else fields.set(key, value);
  return Object.fromEntries(fields);
}
