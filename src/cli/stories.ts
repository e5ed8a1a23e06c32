// From what is typed to scenarios: a path, a path with "#variant", or the name of a scenario that comes with Faultline.

import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { closestTo } from "../scenario/closest.ts";
import { baseName, parseScenario, type SystemSchemas, wanted } from "../scenario/parse.ts";
import { type Problem, shown } from "../scenario/problem.ts";
import type { Scenario, Story } from "../scenario/scenario.ts";
import type { AnySystem } from "../systems/system.ts";
import { argumentMistake, ReaderMistake } from "./exit-codes.ts";
import { readText, traceFileEnding } from "./files.ts";

export interface LoadedStory {
  readonly file: string;
  /** What names it on a command line: the file, with "#variant" where it holds several stories. */
  readonly reference: string;
  readonly scenario: Scenario;
  readonly system: AnySystem;
}

export interface LoadOptions {
  readonly systems: ReadonlyMap<string, AnySystem>;
  readonly set: readonly string[];
  readonly variant: string | undefined;
  /** Of those who load again and again: what they have made of systems before. */
  readonly schemas?: SystemSchemas;
}

const failureFileEnding = ".failure.yaml";

const byText = (left: string, right: string): number => (left < right ? -1 : 1);

/** Where scenarios are looked for by name: here, and beside this build. */
function scenarioFolders(): readonly string[] {
  const own = fileURLToPath(new URL("../../scenarios", import.meta.url));
  return [...new Set([join(process.cwd(), "scenarios"), own])].filter((folder) => existsSync(folder));
}

/** Every file that can be named: `mesh/baseline`, `studies/transfer-deadline`, and its path. */
function namedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const folder of scenarioFolders()) {
    const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted(byText);
    for (const path of paths) {
      const name = /^(.*)\.ya?ml$/.exec(path.replaceAll("\\", "/"))?.[1];
      if (name !== undefined && !files.has(name)) files.set(name, relative(process.cwd(), join(folder, path)));
    }
  }
  return files;
}

/** Studies lie beside scenarios, in a folder of their own, and are none: what runs all scenarios passes them by. */
const isStudyPath = (path: string): boolean => path.split(/[\\/]/).includes("studies");

const namedScenarios = (): ReadonlyMap<string, string> =>
  new Map([...namedFiles()].filter(([name]) => !isStudyPath(name)));

/** Every study that can be named, and its path. */
export const namedStudies = (): ReadonlyMap<string, string> =>
  new Map([...namedFiles()].filter(([name]) => isStudyPath(name)));

/** A scenario file that can be named; `story` is absent when it does not parse. */
export interface NamedStory {
  readonly name: string;
  readonly file: string;
  readonly story: Story | undefined;
}

/** Every scenario that can be named, read. */
export function everyStory(systems: ReadonlyMap<string, AnySystem>): readonly NamedStory[] {
  const schemas: SystemSchemas = new Map();
  return [...namedScenarios()].map(([name, file]) => {
    const parsed = parseScenario(readText(file), file, { systems, schemas });
    return { name, file, story: parsed.type === "parsed" ? parsed.story : undefined };
  });
}

/** @throws ReaderMistake with the mistakes of all files. */
export function loadStories(references: readonly string[], options: LoadOptions): readonly LoadedStory[] {
  const problems: Problem[] = [];
  const schemas = options.schemas ?? new Map();
  const stories = references.flatMap(filesIn).flatMap((typed) => {
    try {
      return loadOne(typed, options, schemas);
    } catch (error) {
      if (!(error instanceof ReaderMistake)) throw error;
      for (const problem of error.problems) problems.push(problem);
      return [];
    }
  });
  if (problems.length > 0) throw new ReaderMistake(problems);
  return stories;
}

/** A folder stands for the scenario files in it, in order of their names. */
function filesIn(typed: string): readonly string[] {
  if (!statSync(typed, { throwIfNoEntry: false })?.isDirectory()) return [typed];
  const names = readdirSync(typed, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.ya?ml$/.test(name) && !isStudyPath(name),
  );
  // One without any is a mistake, and told when it is read.
  return names.length === 0 ? [typed] : names.toSorted(byText).map((name) => join(typed, name));
}

function loadOne(
  typed: string,
  { systems, set, variant: chosen }: LoadOptions,
  schemas: SystemSchemas,
): readonly LoadedStory[] {
  const { file, variant: written } = fileOf(typed);
  if (file.endsWith(traceFileEnding)) throw isATrace(file);
  if (chosen !== undefined && written !== undefined && chosen !== written) throw namedTwice(typed, chosen);
  const variant = chosen ?? written;
  const parsed = parseScenario(readText(file), file, { systems, set, variant, schemas });
  if (parsed.type === "refused") throw new ReaderMistake(parsed.problems);
  const { story } = parsed;
  if (file.endsWith(failureFileEnding) && story.base.failure === undefined) throw isCutShort(file);
  return wanted(story, variant).flatMap((scenario) => {
    const system = systems.get(scenario.system);
    if (system === undefined) return [];
    const name = scenario === story.base ? baseName : (scenario.name.split("#").at(-1) ?? baseName);
    const isOneOfSeveral = variant !== undefined || story.variants.length > 0;
    const reference = isOneOfSeveral ? `${file}#${name}` : file;
    return [{ file, reference, scenario, system }];
  });
}

const namedTwice = (typed: string, chosen: string): ReaderMistake =>
  argumentMistake(`--variant ${chosen}`, {
    code: "CONFLICTING_OPTIONS",
    what: `${shown(typed)} names another story than --variant.`,
    expected: "Expected one of the two.",
    fix: "leave one out.",
  });

const isATrace = (file: string): ReaderMistake =>
  new ReaderMistake([
    {
      place: { type: "wholeFile", file },
      code: "IS_A_TRACE",
      what: "This is the trace of a run.",
      expected: "Expected a scenario or a failure file.",
      fix: "compare it with faultline diff, or turn it into something else with faultline export.",
    },
  ]);

/** What says how a failure fails stands at its end: without it the file is a plain scenario, and says nothing. */
const isCutShort = (file: string): ReaderMistake =>
  new ReaderMistake([
    {
      place: { type: "wholeFile", file },
      code: "HALF_WRITTEN",
      what: "The file does not say which failure it is about: it is cut short, or was changed.",
      expected: `Expected "failure: { property: … }" in a file whose name ends with ${failureFileEnding}.`,
      fix: `write it anew with --save or shrink; a scenario's name ends with .yaml alone.`,
    },
  ]);

/** What a command asks for by name. */
interface Sought {
  readonly code: string;
  readonly what: string;
  readonly names: () => ReadonlyMap<string, string>;
  /** One of them, for an example. */
  readonly name: string;
  readonly topic: string;
}

const soughtScenario: Sought = {
  code: "UNKNOWN_SCENARIO",
  what: "scenario",
  names: namedScenarios,
  name: "mesh/baseline",
  topic: "scenarios",
};

export const soughtStudy: Sought = {
  code: "UNKNOWN_STUDY",
  what: "study",
  names: namedStudies,
  name: "studies/transfer-deadline",
  topic: "studies",
};

/** The name that was meant, perhaps without its folder. */
function nearName(typed: string, names: readonly string[]): string | undefined {
  const byLastPart = new Map(names.map((name) => [name.slice(name.lastIndexOf("/") + 1), name]));
  return closestTo(typed, names) ?? byLastPart.get(closestTo(typed, byLastPart.keys()) ?? "");
}

/** The file that a reference names, and the story of it. @throws ReaderMistake */
export function fileOf(
  typed: string,
  sought: Sought = soughtScenario,
): { readonly file: string; readonly variant: string | undefined } {
  if (existsSync(typed)) return { file: typed, variant: undefined };
  const hash = typed.lastIndexOf("#");
  const [path, variant] = hash > 0 ? [typed.slice(0, hash), typed.slice(hash + 1)] : [typed, undefined];
  if (existsSync(path)) return { file: path, variant };
  const names = namedFiles();
  const file = names.get(path);
  if (file !== undefined) return { file, variant };
  const looksLikePath = /[.\\]|^\//.test(path);
  if (looksLikePath) return { file: path, variant };
  const near = nearName(path, [...sought.names().keys()]);
  throw argumentMistake(typed, {
    code: sought.code,
    what: `There is no file "${path}", and no ${sought.what} of that name.`,
    expected: `Expected a path such as scenarios/${sought.name}.yaml, or a name such as ${sought.name}.`,
    fix: near === undefined ? `see "faultline list ${sought.topic}".` : `did you mean "${near}"?`,
  });
}
