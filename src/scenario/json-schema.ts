// What a JSON Schema says about a place in a scenario: its keys, its values. For suggestions, `--set`, and listings.

import { z } from "zod";

import type { Path } from "./located.ts";

/** The part of JSON Schema that zod writes and this file reads. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly items?: JsonSchema | false;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The schema of what a file holds, before anything is read out of it. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "ref" }) as JsonSchema;
}

/**
 * Every key a map at `path` may have; empty when it may have any, or is no map. Of several forms those that `written` has:
 * what it says under a key that decides the form, such as `type`.
 */
export function keysAt(root: JsonSchema, path: Path, written?: unknown): readonly string[] {
  const forms = schemasAt(root, path).flatMap(({ properties }) => (properties === undefined ? [] : [properties]));
  const own = forms.filter((properties) => isWritten(root, properties, written));
  return [...new Set((own.length > 0 ? own : forms).flatMap((properties) => Object.keys(properties)))];
}

function isWritten(root: JsonSchema, properties: NonNullable<JsonSchema["properties"]>, written: unknown): boolean {
  if (typeof written !== "object" || written === null) return true;
  return Object.entries(written).every(([key, value]) => {
    const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const fixed =
      schema === undefined ? [] : arms(schema, root, 0).flatMap((arm) => ("const" in arm ? [arm.const] : []));
    return fixed.length !== 1 || fixed[0] === value;
  });
}

/** The few values that text at `path` may have, when it has not free choice. */
export function valuesAt(root: JsonSchema, path: Path): readonly string[] {
  const values = schemasAt(root, path).flatMap((schema) => schema.enum ?? ("const" in schema ? [schema.const] : []));
  return [...new Set(values.map((value) => String(value)))];
}

/** What stands at `path` when nothing does; undefined: nothing, or nothing that is known. */
export const defaultAt = (root: JsonSchema, path: Path): unknown =>
  schemasAt(root, path).find((schema) => schema.default !== undefined)?.default;

/** Whether any value can stand at `path`. */
export const allows = (root: JsonSchema, path: Path): boolean => schemasAt(root, path).length > 0;

/** Every arm that can apply at the end of a path, references and unions followed. */
export function schemasAt(root: JsonSchema, path: Path): readonly JsonSchema[] {
  let here = arms(root, root, 0);
  for (const step of path)
    here = here.flatMap((schema) => stepInto(schema, step).flatMap((next) => arms(next, root, 0)));
  return here;
}

/** References back to themselves end somewhere: a union nested deeper than this has no arm of its own. */
const nestingMax = 20;

function arms(schema: JsonSchema, root: JsonSchema, nesting: number): readonly JsonSchema[] {
  if (nesting > nestingMax) return [];
  const within = (inner: JsonSchema): readonly JsonSchema[] => arms(inner, root, nesting + 1);
  const referred = schema.$ref?.startsWith("#/$defs/") === true ? root.$defs?.[schema.$ref.slice(8)] : undefined;
  const unions = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap((inner) =>
    within(inner),
  );
  return [schema, ...(referred === undefined ? [] : within(referred)), ...unions];
}

function stepInto(schema: JsonSchema, step: string | number): readonly JsonSchema[] {
  if (typeof step === "number") return typeof schema.items === "object" ? [schema.items] : [];
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, step)) return [schema.properties[step] ?? {}];
  return typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
}
