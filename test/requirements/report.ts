// What reports/requirements.* say: every requirement of every system, and what shows it. The same bytes everywhere, for
// nothing goes in but files of this repository.
import { readdirSync, readFileSync } from "node:fs";

import { citedIn } from "../../src/report/citations.ts";
import { markdown } from "../../src/report/markdown.ts";
import {
  countsText,
  countStates,
  gapText,
  readingsText,
  requirementDocument,
  statementOf,
  type TestTitle,
  traced,
  type TracedRequirement,
  type TracedSection,
} from "../../src/report/traceability.ts";
import { printShare } from "../../src/report/words.ts";
import { parseScenario, type SystemSchemas } from "../../src/scenario/parse.ts";
import { printProblems } from "../../src/scenario/problem.ts";
import type { Story } from "../../src/scenario/scenario.ts";
import { systemNamed, systemNames } from "../../src/systems/registry.ts";
import { isContradiction } from "../../src/systems/requirement.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import { testTitles } from "./test-titles.ts";

export interface TracedSystem {
  readonly system: AnySystem;
  readonly sections: readonly TracedSection[];
}

export interface TracedRepository {
  readonly systems: readonly TracedSystem[];
  /** Tests that cite an id of any system. */
  readonly tests: readonly TestTitle[];
}

/** Reads the repository in the current folder. */
export function tracedRepository(): TracedRepository {
  const systems = systemNames.map((name) => systemNamed(name));
  const known = new Set(systems.flatMap((system) => idsOf(system)));
  const tests = testTitles("test").filter(({ title }) => citedIn(title).some((id) => known.has(id)));
  const stories = storiesBelow("scenarios", new Map(systems.map((system) => [system.name, system])));
  return { systems: systems.map((system) => ({ system, sections: traced(system, { stories, tests }) })), tests };
}

const idsOf = ({ requirements = [] }: AnySystem): readonly string[] =>
  requirements.flatMap((section) => section.requirements.map(({ id }) => id));

function storiesBelow(root: string, systems: ReadonlyMap<string, AnySystem>): readonly Story[] {
  const schemas: SystemSchemas = new Map();
  return (
    readdirSync(root, { recursive: true, encoding: "utf8" })
      // A study varies a story, and is none.
      .filter((path) => path.endsWith(".yaml") && !path.split(/[\\/]/).includes("studies"))
      .map((path) => `${root}/${path.replaceAll("\\", "/")}`)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((file) => {
        const parsed = parseScenario(readFileSync(file, "utf8"), file, { systems, schemas });
        if (parsed.type === "refused") throw new Error(printProblems(parsed.problems));
        return parsed.story;
      })
  );
}

export const asJson = ({ systems, tests }: TracedRepository): string =>
  `${JSON.stringify(
    {
      systems: systems.map(({ system, sections }) => ({
        system: system.name,
        coverage: countStates(allOf(sections)),
        sections: sections.map(({ title, requirements }) => ({
          title,
          coverage: countStates(requirements),
          requirements: requirements.map((each) => requirementDocument(each)),
        })),
      })),
      tests,
    },
    undefined,
    2,
  )}\n`;

export function asMarkdown({ systems }: TracedRepository): string {
  return [
    "# Requirements, and what shows them",
    "",
    "Written by `npm run requirements`. A requirement is *shown* when a story tells it, or a test or a property checks it, and",
    "cites its id. It is *measured* when a figure cites it and nothing judges the figure, and can be *set* when nothing but a",
    "setting cites it. What nothing cites is a *gap*. A few will *never* be shown, and say why.",
    "Whether the figures of a claim hold is what its stories and figures say, not this table.",
    "",
    ...systems.filter(({ sections }) => sections.length > 0).flatMap((each) => systemLines(each)),
  ].join("\n");
}

const allOf = (sections: readonly TracedSection[]): readonly TracedRequirement[] =>
  sections.flatMap(({ requirements }) => requirements);

function systemLines({ system, sections }: TracedSystem): readonly string[] {
  const { all, shown } = countStates(allOf(sections));
  const asked = allOf(sections).filter(({ requirement }) => !isContradiction(requirement));
  const disagree = allOf(sections).filter(({ requirement }) => isContradiction(requirement));
  return [
    `## ${markdown(system.title)}`,
    "",
    `**${shown} of ${all}** are shown (${printShare(shown / all)}): ${shareOf(asked)} requirements, and ${shareOf(disagree)} ` +
      "places where the documents disagree or are silent.",
    "",
    "| section | in all | shown | measured | set | gaps | never |",
    "|---|--:|--:|--:|--:|--:|--:|",
    ...sections.map(({ title, requirements }) => countRow(`[${title}](#${anchorOf(title)})`, requirements)),
    countRow("**in all**", allOf(sections)),
    "",
    ...sections.flatMap((section) => sectionLines(section)),
  ];
}

function shareOf(requirements: readonly TracedRequirement[]): string {
  const { all, shown } = countStates(requirements);
  return `${shown} of ${all}`;
}

function countRow(title: string, requirements: readonly TracedRequirement[]): string {
  const { all, shown, measured, settable, gap, never } = countStates(requirements);
  return row([
    title,
    ...[all, shown, measured, settable, gap, never].map((count) => (count === 0 ? "" : String(count))),
  ]);
}

function sectionLines({ title, requirements }: TracedSection): readonly string[] {
  const disagree = requirements.every(({ requirement }) => isContradiction(requirement));
  return [
    `### ${title}`,
    "",
    disagree
      ? "| id | done about it | where they disagree | readings | shown by |"
      : "| id | kind | asked for | shown by |",
    disagree ? "|---|---|---|---|---|" : "|---|---|---|---|",
    ...requirements.map((each) => {
      const { id, kinds } = each.requirement;
      const name = each.state === "gap" || each.state === "never" ? id : `[${id}](#${anchorOf(id)})`;
      const readings = each.settings.map((setting) => markdown(readingsText(setting))).join("<br>");
      const said = markdown(statementOf(each.requirement));
      return row([name, kinds.join(", "), said, ...(disagree ? [readings] : []), shownCell(each)]);
    }),
    "",
    ...requirements.flatMap((each) => evidenceLines(each)),
  ];
}

/** How much shows it, or how little: the words of the legend. */
function shownCell(each: TracedRequirement): string {
  switch (each.state) {
    case "shown":
      return countsText(each);
    case "measured":
      return "**measured**";
    case "settable":
      return "**set**";
    case "gap":
      return "**gap**";
    case "never":
      return markdown(gapText(each));
  }
}

/** Everything that shows it, by name. */
function evidenceLines({
  requirement,
  stories,
  tests,
  properties,
  figures,
  settings,
}: TracedRequirement): readonly string[] {
  const found = [
    ...stories.map((name) => `story \`${name}\``),
    ...properties.map((id) => `property \`${id}\``),
    ...figures.map((id) => `figure \`${id}\``),
    ...settings.map((setting) => `setting ${markdown(readingsText(setting))}`),
    ...tests.map(({ file, title }) => `\`${file}\`: ${markdown(title)}`),
  ];
  return found.length === 0 ? [] : [`#### ${requirement.id}`, "", ...found.map((line) => `- ${line}`), ""];
}

/** As Markdown makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
