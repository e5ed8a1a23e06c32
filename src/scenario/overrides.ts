// Values put into a story from outside it: a variant's `set`, and `--set` on the command line. Same schemas, same errors.

import { expectedOneOf, fixByName } from "./closest.ts";
import { allows, type JsonSchema, keysAt } from "./json-schema.ts";
import { at, type Located, type LocatedMap, type Path, printPath, withEntry } from "./located.ts";
import { type Place, type Problem, shown } from "./problem.ts";
import { readYaml } from "./read-yaml.ts";

export interface Override {
  /** "settings.transfer.deadline", "faults[0].drop.count". */
  readonly path: string;
  readonly pathPlace: Place;
  readonly value: Located;
}

/** `key=value` as typed: the value is YAML, so `80ms`, `3`, `true` and `[a, b]` mean what they mean in a file. */
export function readOverride(argument: string, option = "--set"): Override | Problem {
  const place: Place = { type: "argument", argument: `${option} ${argument}` };
  const equals = argument.indexOf("=");
  if (equals < 1) {
    return {
      place,
      code: "BAD_OVERRIDE",
      what: `${shown(argument)} does not say what to set to what.`,
      expected: "Expected a path and a value, such as settings.transfer.deadline=80ms.",
      fix: 'put "=" between the two.',
    };
  }
  const written = argument.slice(equals + 1);
  const path = argument.slice(0, equals).trim();
  // What YAML would take for an indicator is text here, so that a bound such as "> 3" needs no second quotes.
  if (/^\s*([<>=|%@`*&!]|$)/.test(written)) {
    return { path, pathPlace: place, value: { kind: "scalar", value: written.trim(), place } };
  }
  const read = readYaml(written, "");
  if (read.type === "read") return { path, pathPlace: place, value: moved(read.located, place) };
  const [first] = read.problems;
  return {
    place,
    code: first?.code ?? "NOT_YAML",
    what: `The value ${shown(written)} cannot be read.`,
    expected: first?.expected ?? "Expected a value as a scenario file holds it.",
    fix: first?.fix ?? "put quotes around text.",
  };
}

/** The story with the values put in, and what cannot be put anywhere. */
export function overridden(
  story: LocatedMap,
  overrides: readonly Override[],
  schema: () => JsonSchema,
): { readonly story: LocatedMap; readonly problems: readonly Problem[] } {
  let result: Located = story;
  const problems: Problem[] = [];
  for (const { path: written, pathPlace, value } of overrides) {
    const path = resolve(written, pathPlace, result, schema());
    if ("code" in path) problems.push(path);
    else result = put(result, path.path, value, pathPlace);
  }
  return { story: result.kind === "map" ? result : story, problems };
}

function resolve(written: string, place: Place, story: Located, schema: JsonSchema): { readonly path: Path } | Problem {
  const words = written.split(/\.|(?=\[)/).filter((word) => word !== "");
  let path: Path = [];
  for (let next = 0; next < words.length;) {
    const index = /^\[?(\d{1,6})\]?$/.exec(words[next] ?? "")?.[1];
    const here = at(story, path);
    if (index !== undefined && here?.kind === "list") {
      if (Number(index) >= here.items.length) return noSuchItem(written, path, here.items.length, place);
      path = [...path, Number(index)];
      next += 1;
      continue;
    }
    // Keys may hold dots themselves, as ids of figures do: the longest key that fits is meant.
    const taken = longestKey(words.slice(next), keysAt(schema, path));
    if (taken === 0 && !allows(schema, [...path, words[next] ?? ""])) {
      return noSuchKey(written, words[next] ?? "", path, keysAt(schema, path), place);
    }
    path = [...path, words.slice(next, next + Math.max(1, taken)).join(".")];
    next += Math.max(1, taken);
  }
  return words.length === 0 ? noSuchKey(written, written, [], keysAt(schema, []), place) : { path };
}

function longestKey(words: readonly string[], keys: readonly string[]): number {
  for (let length = words.length; length > 0; length -= 1) {
    if (keys.includes(words.slice(0, length).join("."))) return length;
  }
  return 0;
}

function put(here: Located | undefined, path: Path, value: Located, place: Place): Located {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number" && here?.kind === "list") {
    return { ...here, items: here.items.map((item, index) => (index === step ? put(item, rest, value, place) : item)) };
  }
  const map: LocatedMap = here?.kind === "map" ? here : { kind: "map", entries: new Map(), place };
  const key = String(step);
  return withEntry(
    map,
    key,
    put(map.entries.get(key)?.value, rest, value, place),
    map.entries.get(key)?.keyPlace ?? place,
  );
}

function moved(located: Located, place: Place): Located {
  switch (located.kind) {
    case "scalar":
      return { ...located, place };
    case "list":
      return { kind: "list", items: located.items.map((item) => moved(item, place)), place };
    case "map": {
      const entries = [...located.entries].map(
        ([key, { value }]) => [key, { keyPlace: place, value: moved(value, place) }] as const,
      );
      return { kind: "map", entries: new Map(entries), place };
    }
  }
}

function noSuchKey(written: string, key: string, path: Path, keys: readonly string[], place: Place): Problem {
  const parent = printPath(path);
  const near = keys.map((name) => (parent === "" ? name : `${parent}.${name}`));
  return {
    place,
    code: "UNKNOWN_PATH",
    what: `${parent === "" ? "A scenario" : parent} has no ${shown(key)}, so ${shown(written)} names nothing.`,
    expected: keys.length === 0 ? `Expected nothing below ${parent}.` : expectedOneOf(near),
    fix: fixByName(parent === "" ? key : `${parent}.${key}`, near, 'see "faultline list settings".'),
  };
}

const noSuchItem = (written: string, path: Path, length: number, place: Place): Problem => ({
  place,
  code: "UNKNOWN_PATH",
  what: `${printPath(path)} holds ${length}, so ${shown(written)} names nothing.`,
  expected: length === 0 ? "Expected a list that is not empty." : `Expected an index from 0 to ${length - 1}.`,
  fix: "count from 0.",
});
