// Which stories, tests, properties, figures and settings show each requirement of a system: whatever cites its id.

import { canonicalJson } from "../base/canonical-json.ts";
import { defaultNames } from "../scenario/node-names.ts";
import type { Scenario, Story } from "../scenario/scenario.ts";
import { type SettingLeaf, settingLeaves } from "../scenario/setting-leaves.ts";
import { promisesOf } from "../scenario/story-schema.ts";
import type { Requirement } from "../systems/requirement.ts";
import type { AnySystem } from "../systems/system.ts";
import { citedIn } from "./citations.ts";
import { plural } from "./words.ts";

/** A test, a group of tests or a conversation: where it is, and what it is called. */
export interface TestTitle {
  readonly file: string;
  readonly title: string;
}

/**
 * Shown: a story tells it, or a test or a property checks it. Measured: a figure says how it is, and nothing judges that.
 * Settable: a setting names it, and that is all. Never: the catalogue says why nothing can show it. Gap: nothing names it.
 */
export type RequirementState = "shown" | "measured" | "settable" | "gap" | "never";

export interface TracedRequirement {
  readonly requirement: Requirement;
  readonly state: RequirementState;
  readonly stories: readonly string[];
  readonly tests: readonly TestTitle[];
  /** Ids. */
  readonly properties: readonly string[];
  /** Ids. */
  readonly figures: readonly string[];
  readonly settings: readonly TracedSetting[];
}

/** A setting with its values, if they are few, and its default. */
export interface TracedSetting {
  readonly name: string;
  readonly values: readonly string[];
  readonly preset: string;
}

export interface TracedSection {
  readonly title: string;
  readonly requirements: readonly TracedRequirement[];
}

export interface Evidence {
  readonly stories: readonly Story[];
  readonly tests: readonly TestTitle[];
}

/** Every requirement of a system, with what shows it, in the order of its catalogue. */
export function traced(system: AnySystem, { stories, tests }: Evidence): readonly TracedSection[] {
  const told = stories.filter(({ base }) => base.system === system.name).flatMap((story) => storyTexts(story));
  const storiesOf = citing(told, ({ text }) => text);
  const testsOf = citing(tests, ({ title }) => title);
  const promises = promisesOf(system, defaultNames(system.roles));
  const propertiesOf = citing(promises, ({ id, claim, source }) => `${id}; ${claim}; ${source}`);
  const figuresOf = citing(system.measures.figures, ({ title }) => title);
  const settingsOf = citing(settingLeaves(system), ({ description }) => description);
  return (system.requirements ?? []).map(({ title, requirements }) => ({
    title,
    requirements: requirements.map((requirement) => {
      const { id } = requirement;
      const found = {
        stories: storiesOf(id).map(({ name }) => name),
        tests: testsOf(id),
        properties: propertiesOf(id).map((property) => property.id),
        figures: figuresOf(id).map((figure) => figure.id),
        settings: settingsOf(id).map((leaf) => tracedSetting(leaf)),
      };
      return { requirement, state: stateOf(requirement, found), ...found };
    }),
  }));
}

/** Finds whatever cites an id in its text, in the order given. */
function citing<T>(things: readonly T[], textOf: (thing: T) => string): (id: string) => readonly T[] {
  const byId = new Map<string, T[]>();
  for (const thing of things) {
    for (const id of citedIn(textOf(thing))) {
      const before = byId.get(id);
      if (before === undefined) byId.set(id, [thing]);
      else before.push(thing);
    }
  }
  return (id) => byId.get(id) ?? [];
}

function stateOf(
  { never }: Requirement,
  { stories, tests, properties, figures, settings }: Omit<TracedRequirement, "requirement" | "state">,
): RequirementState {
  if (stories.length + tests.length + properties.length > 0) return "shown";
  if (figures.length > 0) return "measured";
  if (settings.length > 0) return "settable";
  return never === undefined ? "gap" : "never";
}

/** What stories say of themselves, and the promises they look at; of a variant, only what it says differently. */
function storyTexts({ base, variants }: Story): readonly { readonly name: string; readonly text: string }[] {
  return [
    { name: base.name, text: `${base.title}; ${base.why}; ${promises(base)}` },
    ...variants.map((variant) => {
      const own = [
        variant.title === base.title ? "" : variant.title,
        variant.why === base.why ? "" : variant.why,
        promises(variant) === promises(base) ? "" : promises(variant),
      ];
      return { name: variant.name, text: own.join("; ") };
    }),
  ];
}

const promises = ({ expect }: Scenario): string => [...expect.exercised, ...expect.violated].join("; ");

function tracedSetting({ name, values, preset }: SettingLeaf): TracedSetting {
  const isSwitch = typeof preset === "boolean";
  const presetText = typeof preset === "string" ? preset : isSwitch ? (preset ? "on" : "off") : canonicalJson(preset);
  return { name, values: isSwitch ? ["on", "off"] : values, preset: preset === null ? "" : presetText };
}

/** "settings.retry.schedule: prose (default) or code". */
export function readingsText({ name, values, preset }: TracedSetting): string {
  if (values.length === 0) return preset === "" ? name : `${name}: ${preset} by default`;
  return `${name}: ${values.map((value) => (value === preset ? `${value} (default)` : value)).join(" or ")}`;
}

/** "an attempt without timely confirmation fails (100 ms)". */
export const statementOf = ({ says, numbers }: Requirement): string =>
  numbers === undefined ? says : `${says} (${numbers})`;

/** "2 stories, 1 test": how much shows it. */
export function countsText({ stories, tests, properties, figures, settings }: TracedRequirement): string {
  const counts = [
    [stories.length, "story", "stories"],
    [tests.length, "test", "tests"],
    [properties.length, "property", "properties"],
    [figures.length, "figure", "figures"],
    [settings.length, "setting", "settings"],
  ] as const;
  return counts.flatMap(([count, one, many]) => (count === 0 ? [] : [plural(count, one, many)])).join(", ");
}

/** Why nothing shows it. */
export function gapText({ state, requirement }: TracedRequirement): string {
  switch (state) {
    case "shown":
      return "";
    case "measured":
      return "measured, and nothing judges it yet";
    case "settable":
      return "can be set, and nothing shows it yet";
    case "gap":
      return `gap: nothing shows it yet${requirement.awaits === undefined ? "" : `; ${requirement.awaits}`}`;
    case "never":
      return `never shown: ${requirement.never ?? ""}`;
  }
}

/** How many there are, in all and in each state. */
export function countStates(
  requirements: readonly TracedRequirement[],
): Readonly<Record<RequirementState | "all", number>> {
  const of = (wanted: RequirementState): number => requirements.filter(({ state }) => state === wanted).length;
  return {
    all: requirements.length,
    shown: of("shown"),
    measured: of("measured"),
    settable: of("settable"),
    gap: of("gap"),
    never: of("never"),
  };
}

/** One requirement as a document has it. */
export function requirementDocument({ requirement, ...found }: TracedRequirement): Readonly<Record<string, unknown>> {
  const { id, kinds, says, numbers, never } = requirement;
  return { name: id, about: says, numbers: numbers ?? null, kinds, never: never ?? null, ...found };
}
