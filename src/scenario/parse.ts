// YAML in, scenarios out: the base story of a file and its variants, or every mistake in it.

import type { AnySystem } from "../systems/system.ts";
import { expectedOneOf, fixByName } from "./closest.ts";
import type { JsonSchema } from "./json-schema.ts";
import { at, entryOf, keysOf, type Located, type LocatedMap, merged, plain, withEntry } from "./located.ts";
import { type Override, overridden, readOverride } from "./overrides.ts";
import { inReadingOrder, type Place, type Problem, shown } from "./problem.ts";
import { unknownKeyProblem } from "./problems-of-schema.ts";
import { readYaml } from "./read-yaml.ts";
import type { Scenario, Story } from "./scenario.ts";
import { readScenario, storySchemas, type StorySchemas } from "./story-reader.ts";
import { formatVersion, storyJsonSchema, storyKeys, variantKeys } from "./story-schema.ts";

export interface ParseOptions {
  /** The systems a scenario may name. */
  readonly systems: ReadonlyMap<string, AnySystem>;
  /** `key=value` texts; the later wins. */
  readonly set?: readonly string[] | undefined;
  /** The same from a file, each with its place; before those of `set`. */
  readonly put?: readonly Override[] | undefined;
  /** The one story wanted: the name of a variant, or "base". Other variants are then not looked at. */
  readonly variant?: string | undefined;
  /** Whoever reads many files hands the same one over with each: what is made for a system is then made once. */
  readonly schemas?: SystemSchemas | undefined;
}

/** What is made of each system to read its scenarios. */
export type SystemSchemas = Map<AnySystem, SchemasOf>;

interface SchemasOf {
  /** Of a whole story; made when something is set by its path. */
  story?: JsonSchema;
  readonly stories: StorySchemas;
}

/** What the story itself is called among its variants. */
export const baseName = "base";

export type ParseResult =
  | { readonly type: "parsed"; readonly story: Story }
  | { readonly type: "refused"; readonly problems: readonly Problem[] };

/** @param file how the file is called in messages; its name, without folder and ending, becomes part of the story's. */
export function parseScenario(text: string, file: string, options: ParseOptions): ParseResult {
  const read = readYaml(text, file);
  if (read.type === "refused") return read;
  const { located: root } = read;
  if (root.kind !== "map") return refused([notAMap(root)]);
  if (isStudy(root)) return refused([aStudy(file)]);
  const version = versionProblem(root);
  if (version !== undefined) return refused([version]);
  return readStory(root, stemOf(file), options);
}

function readStory(
  root: LocatedMap,
  stem: string,
  { systems, set = [], put = [], variant, schemas = new Map() }: ParseOptions,
): ParseResult {
  const problems: Problem[] = keysOf(root)
    .filter((key) => !(storyKeys as readonly string[]).includes(key))
    .map((key) => unknownKeyProblem(key, [], storyKeys, root));
  const typed: Override[] = [...put];
  for (const argument of set) {
    const override = readOverride(argument);
    if ("code" in override) problems.push(override);
    else typed.push(override);
  }
  const system = systemOf(root, systems);
  if ("code" in system) return refused([...problems, system]);

  const made: SchemasOf = schemas.get(system.system) ?? { stories: storySchemas(system.system) };
  schemas.set(system.system, made);
  const schema = (): JsonSchema => (made.story ??= storyJsonSchema(system.system));
  const { stories } = made;
  const reading: Reading = { system: system.system, stem, typed, wanted: variant, problems, schema, stories };
  const bare = withEntry(withEntry(root, "variants", undefined), "faultline", undefined);
  const base = readOne(bare, baseName, [], reading);
  const variants = readVariants(root, bare, reading);
  const unknown = variant === undefined ? undefined : unknownVariant(variant, root);
  if (unknown !== undefined) problems.push(unknown);
  if (base === undefined || problems.length > 0) return refused(problems);
  return { type: "parsed", story: { base, variants } };
}

/** The stories of a file that were asked for: all of them, or the one. */
export function wanted({ base, variants }: Story, variant: string | undefined): readonly Scenario[] {
  if (variant === undefined) return [base, ...variants];
  return variant === baseName ? [base] : variants.filter(({ name }) => name.endsWith(`#${variant}`));
}

interface Reading {
  readonly system: AnySystem;
  readonly stem: string;
  readonly typed: readonly Override[];
  readonly wanted: string | undefined;
  readonly problems: Problem[];
  readonly schema: () => JsonSchema;
  readonly stories: StorySchemas;
}

function readOne(
  story: LocatedMap,
  variant: string,
  set: readonly Override[],
  { system, stem, typed, wanted: only, problems, schema, stories }: Reading,
): Scenario | undefined {
  const isWanted = only === undefined || only === variant;
  const put = overridden(story, isWanted ? [...set, ...typed] : set, schema);
  const written = at(put.story, ["name"]);
  const name = written === undefined ? `${system.name}/${stem}` : String(plain(written));
  const read = readScenario(put.story, variant === baseName ? name : `${name}#${variant}`, system, stories);
  problems.push(...put.problems, ...read.problems);
  return read.scenario;
}

function readVariants(root: LocatedMap, base: LocatedMap, reading: Reading): readonly Scenario[] {
  const variants = entryOf(root, "variants");
  if (variants === undefined) return [];
  if (variants.kind !== "map") {
    reading.problems.push(notVariants(variants));
    return [];
  }
  return [...variants.entries].flatMap(([name, { keyPlace, value }]) => {
    if (reading.wanted !== undefined && reading.wanted !== name) return [];
    if (value.kind !== "map" || !/^[a-z0-9][a-z0-9-]{0,59}$/.test(name) || name === baseName) {
      reading.problems.push(notAVariant(name, value.kind === "map" ? keyPlace : value.place));
      return [];
    }
    const unknown = keysOf(value).filter((key) => !(variantKeys as readonly string[]).includes(key));
    reading.problems.push(...unknown.map((key) => unknownKeyProblem(key, ["variants", name], variantKeys, root)));
    return readOne(overlaid(base, value), name, setOf(value), reading) ?? [];
  });
}

/** What a variant does not mention stays; faults and expectations are replaced as wholes, `addFaults` come after. */
function overlaid(base: LocatedMap, variant: LocatedMap): LocatedMap {
  let story = base;
  for (const [key, { keyPlace, value }] of variant.entries) {
    if (key === "set" || key === "addFaults") continue;
    const replaced = key === "faults" || key === "expect";
    story = withEntry(story, key, replaced ? value : merged(entryOf(story, key), value), keyPlace);
  }
  const added = variant.entries.get("addFaults");
  if (added === undefined) return story;
  const before = entryOf(story, "faults");
  const both: Located =
    before?.kind === "list" && added.value.kind === "list"
      ? { ...before, items: [...before.items, ...added.value.items] }
      : added.value;
  return withEntry(story, "faults", both, added.keyPlace);
}

function setOf(variant: LocatedMap): readonly Override[] {
  const set = entryOf(variant, "set");
  if (set?.kind !== "map") return [];
  return [...set.entries].map(([path, { keyPlace, value }]) => ({ path, pathPlace: keyPlace, value }));
}

function systemOf(root: LocatedMap, systems: ReadonlyMap<string, AnySystem>): { readonly system: AnySystem } | Problem {
  const written = entryOf(root, "system");
  const name = written?.kind === "scalar" ? written.value : undefined;
  const system = typeof name === "string" ? systems.get(name) : undefined;
  if (system !== undefined) return { system };
  const names = [...systems.keys()];
  if (written === undefined) {
    return {
      place: root.place,
      code: "MISSING_KEY",
      what: 'The scenario has no "system".',
      expected: expectedOneOf(names),
      fix: `add "system: ${names[0] ?? "…"}".`,
    };
  }
  return {
    place: written.place,
    code: "UNKNOWN_SYSTEM",
    what: `system is ${shown(plain(written))}.`,
    expected: expectedOneOf(names),
    fix: fixByName(String(name), names, 'see "faultline list systems".'),
  };
}

function unknownVariant(name: string, root: LocatedMap): Problem | undefined {
  const variants = entryOf(root, "variants");
  const names = [baseName, ...(variants === undefined ? [] : keysOf(variants))];
  if (names.includes(name)) return undefined;
  return {
    place: variants?.place ?? root.place,
    code: "UNKNOWN_VARIANT",
    what: `The file has no variant ${shown(name)}.`,
    expected: expectedOneOf(names),
    fix: fixByName(name, names, "name one of them, or none to run them all."),
  };
}

function versionProblem(root: LocatedMap): Problem | undefined {
  const written = entryOf(root, "faultline");
  if (written === undefined) return undefined;
  const version = plain(written);
  if (version === formatVersion) return undefined;
  const isNewer = typeof version === "number" && Number.isInteger(version) && version > formatVersion;
  return {
    place: written.place,
    code: isNewer ? "NEWER_FORMAT" : "WRONG_VALUE",
    what: isNewer
      ? `The file is written in format ${version}, which is newer than this build.`
      : `faultline is ${shown(version)}.`,
    expected: `Expected the format version ${formatVersion}.`,
    fix: isNewer
      ? "install a newer Faultline; guessing would judge another story."
      : `write "faultline: ${formatVersion}", or leave it out.`,
  };
}

function stemOf(file: string): string {
  const name = file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
  return name.replace(/(\.failure)?\.ya?ml$/, "") || "scenario";
}

function refused(problems: readonly Problem[]): ParseResult {
  // A mistake in the base story is met again in each variant.
  const seen = new Set<string>();
  const once = problems.filter((problem) => {
    const key = [placeKey(problem.place), problem.code, problem.what].join("\u0000");
    return !seen.has(key) && seen.add(key);
  });
  return { type: "refused", problems: inReadingOrder(once) };
}

const placeKey = (place: Place): string => {
  if (place.type === "file") return `${place.file}:${place.line}:${place.column}`;
  return place.type === "wholeFile" ? place.file : place.argument;
};

const notAMap = (root: Located): Problem => ({
  place: root.place,
  code: "WRONG_TYPE",
  what: `The file holds ${shown(plain(root))}.`,
  expected: "Expected a map of title, why, system, seed, until and so on.",
  fix: 'begin each line with a key, such as "title: …".',
});

/** A study names a scenario, and is none. */
const isStudy = (root: LocatedMap): boolean =>
  entryOf(root, "vary") !== undefined &&
  entryOf(root, "scenario") !== undefined &&
  entryOf(root, "system") === undefined;

const aStudy = (file: string): Problem => ({
  place: { type: "wholeFile", file },
  code: "IS_A_STUDY",
  what: "This is a study: it varies a scenario, and is none itself.",
  expected: "Expected a scenario: title, why, system, seed, until and so on.",
  fix: `sweep it, as in "faultline sweep ${file}", or name the scenario that it varies.`,
});

const notVariants = (written: Located): Problem => ({
  place: written.place,
  code: "WRONG_TYPE",
  what: `variants is ${shown(plain(written))}.`,
  expected: "Expected a map from the name of each variant to what differs in it.",
  fix: 'write "variants:" and below it, indented, "late-confirmation:" and its keys.',
});

const notAVariant = (name: string, place: Place): Problem => ({
  place,
  code: "WRONG_VARIANT",
  what: `variants.${name} is no variant.`,
  expected: "Expected a name of small letters, digits and hyphens, and a map of what differs.",
  fix: 'name it as in "late-confirmation:", and give it at least "why:".',
});
