// `faultline list`: what there is to run, to break, to promise and to set.

import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { catalogue } from "../mutants/catalogue.ts";
import { faultKinds, kindGuides } from "../scenario/fault-kinds.ts";
import { shown } from "../scenario/problem.ts";
import { leafText, type SettingLeaf, settingLeaves } from "../scenario/setting-leaves.ts";
import { promisesOf, storyJsonSchema } from "../scenario/story-schema.ts";
import { defaultNames } from "../scenario/node-names.ts";
import type { AnySystem } from "../systems/system.ts";
import { faultProfiles, linkProfiles } from "../world/profiles.ts";
import { readStudy } from "../tune/study.ts";
import { studyJsonSchema } from "../tune/study-schema.ts";
import { documentJsonSchema, documentSchemas } from "./document-schemas.ts";
import { argumentMistake, exitCodes, type ReaderMistake } from "./exit-codes.ts";
import { readText, writeWhole } from "./files.ts";
import { type Item, itemLines, named } from "./items.ts";
import { listRequirements } from "./list-requirements.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems } from "./plug-in-option.ts";
import { everyStory, namedStudies } from "./stories.ts";
import { type Topic, topicNames, topics } from "./topics.ts";

export interface ListFlags {
  readonly system?: string | undefined;
  readonly output?: string | undefined;
  readonly plugIn?: readonly string[] | undefined;
  readonly gaps?: boolean | undefined;
}

type Systems = ReadonlyMap<string, AnySystem>;

const listers: Readonly<Record<Exclude<Topic, "requirements">, (systems: Systems) => readonly Item[]>> = {
  scenarios: listScenarios,
  studies: listStudies,
  systems: (systems) =>
    [...systems.values()].map(({ name, title, roles }) => ({
      name,
      about: title,
      more: { roles: roles.map(({ role, group, about, countDefault }) => ({ role, group, about, countDefault })) },
    })),
  faults: () => [
    ...faultKinds.map((kind) => ({
      name: kind,
      about: kindGuides[kind].about,
      more: { lasts: kindGuides[kind].lasts },
    })),
    ...[...faultProfiles.keys()].map((name) => ({ name: `profile: ${name}`, about: "a mixture of random faults" })),
  ],
  links: () => [...linkProfiles.keys()].map((name) => ({ name, about: "a kind of network, for world.link" })),
  invariants: (systems) =>
    each(systems, (system) =>
      promisesOf(system, defaultNames(system.roles)).map(({ id, kind, claim, source, advisory }) => ({
        name: id,
        about: `${kind}: ${claim}${advisory === true ? " (advisory)" : ""} [${source}]`,
        more: { kind, claim, source },
      })),
    ),
  figures: (systems) =>
    each(systems, ({ measures }) =>
      measures.figures.map(({ id, title, kind }) => ({ name: id, about: title, more: { kind } })),
    ),
  settings: (systems) => each(systems, (system) => settingLeaves(system).map((leaf) => leafItem(leaf))),
  messages: (systems) => each(systems, ({ messages }) => pairs(messages)),
  timers: (systems) => each(systems, ({ timers }) => pairs(timers)),
  defences: (systems) =>
    each(systems, ({ defences }) =>
      defences.map(({ setting, about, protects, shownBy }) => ({
        name: `settings.${setting}`,
        about: `${about}; off, it breaks ${protects.join(", ")}: ${shownBy}`,
        more: { protects, shownBy },
      })),
    ),
  mutants: (systems) =>
    catalogue
      .filter(({ system }) => systems.has(system))
      .map(({ id, about, where, source, depth }) => ({
        name: id,
        about: `${about} [${source}]`,
        more: { where, source, depth },
      })),
};

/** @param text only names that hold it; of a schema, the command whose document it is about. */
export function list(topic: string, text: string | undefined, flags: ListFlags, { paint, width }: Output): Answer {
  const systems = chosen(loadSystems(flags.plugIn ?? []), flags.system);
  const known = topics.find((name) => name === topic);
  if (known !== "requirements" && flags.gaps === true) throw noGaps(topic);
  if (topic === "schema") return schemaAnswer(schemaOf(text, systems), flags.output);
  if (known === undefined) {
    throw argumentMistake(`list ${topic}`, {
      code: "UNKNOWN_TOPIC",
      what: `There is no list of ${shown(topic)}.`,
      expected: expectedOneOf(topicNames),
      fix: fixByName(topic, topicNames, "name one of them."),
    });
  }
  if (known === "requirements") return listRequirements(systems, { text, gaps: flags.gaps ?? false }, { paint, width });
  const items = named(listers[known](systems), text, ({ name }) => name, known);
  return {
    exitCode: exitCodes.held,
    lines: itemLines(items, { paint, width }),
    document: { topic, items: items.map(({ name, about, more }) => ({ name, about, ...more })) },
  };
}

const noGaps = (topic: string): ReaderMistake =>
  argumentMistake("--gaps", {
    code: "WRONG_OPTION",
    what: `A list of ${shown(topic)} has no gaps.`,
    expected: "Expected --gaps with requirements only.",
    fix: 'leave it out, or ask for "faultline list requirements --gaps".',
  });

function chosen(systems: Systems, name: string | undefined): Systems {
  if (name === undefined) return systems;
  const system = systems.get(name);
  if (system !== undefined) return new Map([[name, system]]);
  const names = [...systems.keys()];
  throw argumentMistake(`--system ${name}`, {
    code: "UNKNOWN_SYSTEM",
    what: `There is no system ${shown(name)}.`,
    expected: expectedOneOf(names),
    fix: fixByName(name, names, "name one of them."),
  });
}

const each = (systems: Systems, of: (system: AnySystem) => readonly Item[]): readonly Item[] =>
  [...systems.values()].flatMap((system) =>
    of(system).map((item) => (systems.size === 1 ? item : { ...item, name: `${system.name}: ${item.name}` })),
  );

const pairs = (map: ReadonlyMap<string, string>): readonly Item[] => [...map].map(([name, about]) => ({ name, about }));

function listScenarios(systems: Systems): readonly Item[] {
  return everyStory(systems).flatMap(({ name, file, story }): readonly Item[] => {
    if (story === undefined) return [{ name, about: `${file} does not parse: see "faultline validate ${file}"` }];
    const { base, variants } = story;
    return [
      { name, about: base.title, more: { file, why: base.why } },
      ...variants.map((variant) => ({
        name: `${name}#${variant.name.split("#").at(-1) ?? ""}`,
        about: variant.why.trim(),
        more: { file },
      })),
    ];
  });
}

function listStudies(): readonly Item[] {
  return [...namedStudies()].map(([name, file]): Item => {
    const read = readStudy(readText(file), file);
    if (read.type === "refused") return { name, about: `${file} is refused: see "faultline sweep ${file}"` };
    const { title, why } = read.study;
    return { name, about: title, more: { file, why } };
  });
}

const leafItem = (leaf: SettingLeaf): Item => ({
  name: leaf.name,
  about: leafText(leaf),
  more: { default: leaf.preset, description: leaf.description, values: leaf.values },
});

/** Beside those of what commands say. */
const studySchemaName = "study";

/** @param name of a command: of what it says with --json; "study": of study files. Absent: of scenario files. */
function schemaOf(name: string | undefined, systems: Systems): object {
  if (name === studySchemaName) return studyJsonSchema();
  if (name !== undefined) {
    const document = documentSchemas[name];
    if (document !== undefined) return documentJsonSchema(name, document);
    const names = [...Object.keys(documentSchemas), studySchemaName];
    throw argumentMistake(`list schema ${name}`, {
      code: "UNKNOWN_SCHEMA",
      what: `There is no document ${shown(name)}.`,
      expected: expectedOneOf(names),
      fix: fixByName(name, names, "name one of them, or none for the schema of scenario files."),
    });
  }
  const [first, second] = [...systems.values()];
  const schemas = [...systems.values()].map((system) => storyJsonSchema(system));
  return first !== undefined && second === undefined ? storyJsonSchema(first) : { anyOf: schemas };
}

function schemaAnswer(schema: object, path: string | undefined): Answer {
  const text = `${JSON.stringify(schema, undefined, 2)}\n`;
  if (path === undefined) return { exitCode: exitCodes.held, lines: [text.trimEnd()], document: { schema } };
  writeWhole(path, text);
  return { exitCode: exitCodes.held, lines: [`wrote ${path}`], document: { wrote: [path] } };
}
