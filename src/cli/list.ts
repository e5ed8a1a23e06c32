// `faultline list`: what there is to run, to break, to promise and to set.

import { canonicalJson } from "../base/canonical-json.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { faultKinds, kindGuides } from "../scenario/fault-kinds.ts";
import { type JsonSchema, jsonSchemaOf, keysAt, schemasAt, valuesAt } from "../scenario/json-schema.ts";
import type { Path } from "../scenario/located.ts";
import { parseScenario } from "../scenario/parse.ts";
import { shown, printable } from "../scenario/problem.ts";
import { promisesOf, storyJsonSchema } from "../scenario/story-schema.ts";
import { defaultNames } from "../scenario/node-names.ts";
import type { AnySystem } from "../systems/system.ts";
import { faultProfiles, linkProfiles } from "../world/profiles.ts";
import { type Paint, wrap } from "../report/words.ts";
import { argumentMistake, exitCodes } from "./exit-codes.ts";
import { readText, writeWhole } from "./files.ts";
import type { Answer, Output } from "./output.ts";
import { loadSystems } from "./plug-in-option.ts";
import { namedScenarios } from "./stories.ts";
import { type Topic, topicNames, topics } from "./topics.ts";

export interface ListFlags {
  readonly system?: string | undefined;
  readonly output?: string | undefined;
  readonly plugIn?: readonly string[] | undefined;
}

/** A line of a list: a name, and what there is to say about it. */
interface Item {
  readonly name: string;
  readonly about: string;
  /** Further facts, for the document. */
  readonly more?: Readonly<Record<string, unknown>>;
}

type Systems = ReadonlyMap<string, AnySystem>;

const listers: Readonly<Record<Topic, (systems: Systems) => readonly Item[]>> = {
  scenarios: listScenarios,
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
  settings: (systems) =>
    each(systems, (system) => [
      ...leaves(jsonSchemaOf(system.settings), "settings"),
      ...leaves(jsonSchemaOf(system.workload), "workload"),
    ]),
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
};

export function list(topic: string, flags: ListFlags, { paint, width }: Output): Answer {
  const systems = chosen(loadSystems(flags.plugIn ?? []), flags.system);
  if (topic === "schema") return schemaAnswer(systems, flags.output);
  const known = topics.find((name) => name === topic);
  if (known === undefined) {
    throw argumentMistake(`list ${topic}`, {
      code: "UNKNOWN_TOPIC",
      what: `There is no list of ${shown(topic)}.`,
      expected: expectedOneOf(topicNames),
      fix: fixByName(topic, topicNames, "name one of them."),
    });
  }
  const items = listers[known](systems);
  return {
    exitCode: exitCodes.held,
    lines: items.flatMap((item) => itemLines(item, nameWidthOf(items), paint, width)),
    document: { topic, items: items.map(({ name, about, more }) => ({ name, about, ...more })) },
  };
}

const nameWidthOf = (items: readonly Item[]): number =>
  Math.min(34, Math.max(0, ...items.map(({ name }) => name.length)));

function itemLines({ name, about }: Item, nameWidth: number, paint: Paint, width: number): readonly string[] {
  const [first = "", ...rest] = wrap(printable(about), Math.max(30, width - nameWidth - 2));
  const head =
    name.length > nameWidth
      ? [paint.name(name), `${" ".repeat(nameWidth + 2)}${first}`]
      : [`${paint.name(name.padEnd(nameWidth))}  ${first}`];
  return [...head, ...rest.map((line) => `${" ".repeat(nameWidth + 2)}${line}`)];
}

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
  return [...namedScenarios()].flatMap(([name, file]): readonly Item[] => {
    const parsed = parseScenario(readText(file), file, { systems });
    if (parsed.type === "refused") return [{ name, about: `${file} does not parse: see "faultline validate ${file}"` }];
    const { base, variants } = parsed.story;
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

/** Every value that can be set, by its path. */
function leaves(root: JsonSchema, name: string, path: Path = []): readonly Item[] {
  const keys = keysAt(root, path);
  if (keys.length > 0) return keys.flatMap((key) => leaves(root, `${name}.${key}`, [...path, key]));
  const arms = schemasAt(root, path);
  const about = arms.find(({ description }) => description !== undefined)?.description ?? "";
  const preset = arms.find((arm) => arm.default !== undefined)?.default;
  const values = valuesAt(root, path);
  const choice = values.length === 0 ? "" : ` One of ${values.join(", ")}.`;
  const range = arms.map((arm) => rangeText(arm)).find((text) => text !== "") ?? "";
  const text = `${about}${choice}${range}${preset === undefined ? "" : ` Default ${canonicalJson(preset)}.`}`.trim();
  return [{ name, about: text, more: { default: preset ?? null, description: about, values } }];
}

function rangeText({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined || maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER) return "";
  return ` From ${minimum} to ${maximum}.`;
}

function schemaAnswer(systems: Systems, path: string | undefined): Answer {
  const [first, second] = [...systems.values()];
  const schemas = [...systems.values()].map((system) => storyJsonSchema(system));
  const schema = first !== undefined && second === undefined ? storyJsonSchema(first) : { anyOf: schemas };
  const text = `${JSON.stringify(schema, undefined, 2)}\n`;
  if (path === undefined) return { exitCode: exitCodes.held, lines: [text.trimEnd()], document: { schema } };
  writeWhole(path, text);
  return { exitCode: exitCodes.held, lines: [`wrote ${path}`], document: { wrote: [path] } };
}
