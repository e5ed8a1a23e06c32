// What a schema refuses, in the words of STYLE §6: where in the file, what stands there, what was expected, how to mend it.

import type { z } from "zod";

import { expectedOneOf, fixByName } from "./closest.ts";
import type { RefusalDetails } from "./codecs.ts";
import { defaultAt, type JsonSchema, keysAt, valuesAt } from "./json-schema.ts";
import { at, type Located, type Path, placeAt, plain, printPath } from "./located.ts";
import { type Problem, shown } from "./problem.ts";

type Issue = z.core.$ZodIssue;

export interface SchemaContext {
  /** The whole story, where places come from. */
  readonly root: Located;
  /** Where in the story the value lies that was read. */
  readonly path: Path;
  /** The schema it was read with, computed only when something is wrong. */
  readonly schema: () => JsonSchema;
  /** What the whole is called; absent: a scenario. */
  readonly whole?: string;
}

export function problemsOf(issues: readonly Issue[], context: SchemaContext): readonly Problem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, [], context));
}

function problemsOfIssue(issue: Issue, prefix: Path, context: SchemaContext): readonly Problem[] {
  const inner: Path = [...prefix, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code === "invalid_union") return problemsOfUnion(issue, inner, context);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, inner, context));
  const path = [...context.path, ...inner];
  const value = at(context.root, path);
  if (value === undefined && issue.code !== "custom") return [missingKey(path, expectedBy(issue), context)];
  const name = printPath(path) || "the file";
  const details: RefusalDetails = issue.code === "custom" ? (issue.params ?? {}) : {};
  const written = value === undefined ? byDefault(inner, context) : shown(plain(value));
  return [
    {
      place: placeAt(context.root, path),
      code: details.code ?? codeOf(issue),
      what: `${name} ${details.what ?? `is ${written}`}.`,
      expected: expectedBy(issue),
      fix: details.fix ?? (value === undefined ? "set it as well, or change the other." : fixFor(issue, plain(value))),
    },
  ];
}

/** What holds where nothing is written. */
function byDefault(inner: Path, { schema }: SchemaContext): string {
  const preset = defaultAt(schema(), inner);
  return preset === undefined ? "nothing" : `${shown(preset)} by default`;
}

/** Of the arms of a union, the one that was most likely meant speaks; when none stands out, the union itself does. */
function problemsOfUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  inner: Path,
  context: SchemaContext,
): readonly Problem[] {
  const isScalar = at(context.root, [...context.path, ...inner])?.kind === "scalar";
  if (isScalar && issue.message.startsWith("Expected")) return [noneOfTheForms(issue, inner, context)];
  const arms = issue.errors.filter((arm) => !arm.some((one) => one.code === "invalid_type" && one.path.length === 0));
  const scored = arms.map((arm) => ({ arm, mismatches: mismatchesOf(arm, inner, context) }));
  const least = Math.min(...scored.map(({ mismatches }) => mismatches));
  const nearest = scored.filter(({ mismatches }) => mismatches === least);
  const [only] = nearest;
  if (only !== undefined && nearest.length === 1)
    return only.arm.flatMap((one) => problemsOfIssue(one, inner, context));
  return [noneOfTheForms(issue, inner, context)];
}

/** How many keys at the root of an arm are strange to it, or missing. */
function mismatchesOf(arm: readonly Issue[], inner: Path, context: SchemaContext): number {
  let mismatches = 0;
  for (const one of arm) {
    if (one.code === "unrecognized_keys" && one.path.length === 0) mismatches += one.keys.length;
    const path = [
      ...context.path,
      ...inner,
      ...one.path.map((step) => (typeof step === "number" ? step : String(step))),
    ];
    if (one.path.length === 1 && at(context.root, path) === undefined) mismatches += 1;
    if (one.path.length === 0 && (one.code === "invalid_value" || one.code === "invalid_union")) mismatches += 1;
  }
  return mismatches;
}

function noneOfTheForms(issue: Issue, inner: Path, context: SchemaContext): Problem {
  const path = [...context.path, ...inner];
  const value = at(context.root, path);
  const keys = keysAt(context.schema(), inner);
  const values = valuesAt(context.schema(), inner);
  const name = printPath(path) || "the file";
  if (value?.kind === "map" && keys.length > 0) {
    const strange = [...value.entries.keys()].find((key) => !keys.includes(key));
    if (strange !== undefined) return unknownKey(strange, inner, context);
  }
  if (value === undefined) return missingKey(path, expectedOneOf(values), context);
  const text = value.kind === "scalar" ? String(value.value) : "";
  const forms = values.length > 0 ? expectedOneOf(values) : `Expected a map with one of ${keys.join(", ")}.`;
  return {
    place: placeAt(context.root, path),
    code: "WRONG_VALUE",
    what: `${name} is ${shown(plain(value))}.`,
    expected: issue.message.startsWith("Expected") ? issue.message : forms,
    fix: fixByName(text, values, fixFor(issue, plain(value))),
  };
}

function unknownKey(key: string, inner: Path, context: SchemaContext): Problem {
  const path = [...context.path, ...inner];
  const value = at(context.root, path);
  const keys = keysAt(context.schema(), inner, value === undefined ? undefined : plain(value));
  const problem = unknownKeyProblem(key, path, keys, context.root, context.whole);
  if (keys.includes(key) || !keysAt(context.schema(), inner).includes(key)) return problem;
  const fix = `remove it. In a variant it is left from the story above: then put the whole of it under "set".`;
  return { ...problem, what: `${printPath(path)} has a key ${shown(key)} that another form of it has.`, fix };
}

/** For whoever looks at keys without a schema: same words. */
export function unknownKeyProblem(
  key: string,
  path: Path,
  keys: readonly string[],
  root: Located,
  whole = "scenario",
): Problem {
  const where = path.length === 0 ? `A ${whole}` : printPath(path);
  return {
    place: placeAt(root, [...path, key], true),
    code: "UNKNOWN_KEY",
    what: `${where} has no key ${shown(key)}.`,
    expected: expectedOneOf(keys),
    fix: fixByName(key, keys, "remove it."),
  };
}

function missingKey(path: Path, expected: string, { root, whole = "scenario" }: SchemaContext): Problem {
  const key = path.at(-1) ?? "";
  const parent = path.slice(0, -1);
  return {
    place: placeAt(root, parent),
    code: "MISSING_KEY",
    what: `${parent.length === 0 ? `The ${whole}` : printPath(parent)} has no ${shown(String(key))}.`,
    expected,
    fix: `add "${key}: …".`,
  };
}

const typeWords: ReadonlyMap<string, string> = new Map([
  ["string", "text"],
  ["number", "a number"],
  ["int", "a whole number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "a map"],
  ["record", "a map"],
  ["null", "nothing"],
]);

function expectedBy(issue: Issue): string {
  if (issue.message.startsWith("Expected")) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return `Expected ${typeWords.get(issue.expected) ?? issue.expected}.`;
    case "invalid_value":
      return expectedOneOf(issue.values.map((value) => String(value)));
    case "too_small":
      return `Expected ${boundText("at least", issue.minimum, issue.origin)}.`;
    case "too_big":
      return `Expected ${boundText("at most", issue.maximum, issue.origin)}.`;
    default:
      return `Expected something else: ${issue.message}.`;
  }
}

function boundText(atBound: string, bound: number | bigint, origin: string): string {
  if (origin === "string") return `${atBound} ${bound} ${Number(bound) === 1 ? "character" : "characters"}`;
  if (origin === "array") return `${atBound} ${bound} in the list`;
  return `a number of ${atBound} ${bound}`;
}

function codeOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return "WRONG_TYPE";
    case "too_small":
    case "too_big":
      return "OUT_OF_RANGE";
    default:
      return "WRONG_VALUE";
  }
}

function fixFor(issue: Issue, value: unknown): string {
  const { message } = issue;
  if (message.includes("duration") && typeof value === "number") return `add a unit, as in ${value}ms.`;
  if (message.includes("0.1%") && typeof value === "number") {
    return value >= 0 && value <= 1
      ? `write "${Number((value * 100).toFixed(7))}%".`
      : "write a share between 0% and 100%.";
  }
  if (issue.code === "invalid_value") {
    return fixByName(
      String(value),
      issue.values.map((one) => String(one)),
      "choose one of them.",
    );
  }
  if (value === null || value === "") return "give it a value, or remove the key.";
  return "change the value.";
}
