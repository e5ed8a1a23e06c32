// What the schemas of a scenario are made of: each reads a part of a file and writes it back (zod codecs).

import { z } from "zod";

import { parseDuration, parseSignedDuration, printDuration } from "../base/units.ts";

/** What a refusal says beyond "Expected …": see problems-of-schema.ts. */
export interface RefusalDetails {
  readonly code?: string;
  readonly what?: string;
  readonly fix?: string;
  /** The key within the value that is wrong; absent: the value itself. */
  readonly key?: string;
}

interface Refusals {
  readonly issues: { push(issue: z.core.$ZodRawIssue): unknown };
}

/** Refuses a value from within a codec; `expected` begins with "Expected". */
export function refuse(context: Refusals, input: unknown, expected: string, details: RefusalDetails = {}): never {
  const path = details.key === undefined ? [] : [details.key];
  context.issues.push({ code: "custom", input, path, message: expected, params: { ...details } });
  return z.NEVER;
}

/** A schema for the file and a value for the code, with both ways between them; `is` tells the value from other arms'. */
export function codec<Doc extends z.ZodType, Value>(
  doc: Doc,
  is: (value: Value) => boolean,
  ways: { decode: (doc: z.output<Doc>, context: Refusals) => Value; encode: (value: Value) => z.output<Doc> },
) {
  // An encoded union tries its arms in turn: a value of another arm has to be turned away before `encode` sees it.
  const value = z.custom<Value>((candidate) => is(candidate as Value));
  return z.codec(doc, value, { decode: (read, context) => ways.decode(read, context), encode: ways.encode });
}

/** Fields of which each may be absent, and that have other names in the file than in the code. */
export interface PartialFields<Value> {
  /** For a `strictObject`, alone or beside other keys. */
  readonly shape: Readonly<Record<string, z.ZodOptional<z.ZodType>>>;
  /** Takes its own fields out of a map that was read, and leaves the rest. */
  readonly read: (doc: object) => Partial<Value>;
  readonly write: (value: Partial<Value>) => Record<string, unknown>;
}

export function partialOf<Value extends object>(fields: {
  readonly [Key in keyof Value]-?: readonly [inFile: string, schema: z.ZodType<Value[Key], unknown>];
}): PartialFields<Value> {
  const names = Object.entries(fields as Record<string, readonly [string, z.ZodType]>);
  return {
    shape: Object.fromEntries(names.map(([, [inFile, schema]]) => [inFile, schema.optional()])),
    read: (doc) =>
      renamed(
        doc,
        names.map(([key, [inFile]]) => [inFile, key]),
      ) as Partial<Value>,
    write: (value) =>
      renamed(
        value,
        names.map(([key, [inFile]]) => [key, inFile]),
      ),
  };
}

function renamed(from: object, pairs: readonly (readonly [string, string])[]): Record<string, unknown> {
  const given = new Map<string, unknown>(Object.entries(from));
  return Object.fromEntries(
    pairs.flatMap(([old, now]) => (given.get(old) === undefined ? [] : [[now, given.get(old)] as const])),
  );
}

/** A range of durations: "500ms..2s", or one duration for both ends. */
export interface DurationRange {
  readonly minUs: number;
  readonly maxUs: number;
}

const rangeExpected = "Expected a duration such as 500ms, or a range such as 500ms..2s.";
const signedRangeExpected = "Expected a duration such as 500ms or -500ms, or a range such as -2s..2s.";

export const durationRange = rangeOf(rangeExpected, false);
export const signedDurationRange = rangeOf(signedRangeExpected, true);

function rangeOf(expected: string, signed: boolean) {
  const one = String.raw`${signed ? "-?" : ""}\d{1,15}(\.\d{1,6})?(us|µs|ms|s|m|h)`;
  const text = z.string({ error: expected }).meta({ pattern: `^${one}(\\.\\.${one})?$`, description: expected });
  return codec<typeof text, DurationRange>(text, ({ minUs, maxUs }) => Number.isInteger(minUs) && minUs <= maxUs, {
    decode(written, context) {
      const [from, to = from, more] = written.split("..");
      const read = signed ? parseSignedDuration : parseDuration;
      const minUs = read(from ?? "");
      const maxUs = read(to ?? "");
      if (minUs === undefined || maxUs === undefined || more !== undefined) return refuse(context, written, expected);
      if (minUs > maxUs) {
        return refuse(context, written, expected, {
          what: `is ${written}, which ends before it begins`,
          fix: `write the smaller end first: ${to}..${from}.`,
        });
      }
      return { minUs, maxUs };
    },
    encode: ({ minUs, maxUs }) =>
      minUs === maxUs ? printDuration(minUs) : `${printDuration(minUs)}..${printDuration(maxUs)}`,
  });
}
