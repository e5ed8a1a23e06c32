// `faultline list requirements`: what the documents ask for, and what shows it.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { z } from "zod";

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
} from "../report/traceability.ts";
import { plural, wrap } from "../report/words.ts";
import type { AnySystem } from "../systems/system.ts";
import { exitCodes } from "./exit-codes.ts";
import { readText } from "./files.ts";
import { itemLines, named, type Sheet } from "./items.ts";
import type { Answer } from "./output.ts";
import { everyStory } from "./stories.ts";

export interface RequirementFlags {
  /** Only ids that hold it, with everything that shows them. */
  readonly text: string | undefined;
  readonly gaps: boolean;
}

interface Group {
  readonly title: string;
  readonly requirements: readonly TracedRequirement[];
}

export function listRequirements(
  systems: ReadonlyMap<string, AnySystem>,
  { text, gaps }: RequirementFlags,
  sheet: Sheet,
): Answer {
  const groups = groupsOf(systems);
  const everything = groups.flatMap(({ requirements }) => requirements);
  const wanted = new Set(named(everything, text, ({ requirement }) => requirement.id, "requirements"));
  const listed = groups
    .map(({ title, requirements }) => ({
      title,
      requirements: requirements.filter((each) => wanted.has(each) && !(gaps && each.state === "shown")),
    }))
    .filter(({ requirements }) => requirements.length > 0);
  return {
    exitCode: exitCodes.held,
    lines: [
      ...listed.flatMap((group) => groupLines(group, text !== undefined, sheet)),
      ...wrap(coverageText([...wanted]), sheet.width),
    ],
    document: {
      topic: "requirements",
      coverage: countStates([...wanted]),
      items: listed.flatMap(({ title, requirements }) =>
        requirements.map((each) => ({ ...requirementDocument(each), section: title })),
      ),
    },
  };
}

function groupsOf(systems: ReadonlyMap<string, AnySystem>): readonly Group[] {
  const stories = everyStory(systems).flatMap(({ story }) => story ?? []);
  const tests = knownTests();
  return [...systems.values()].flatMap((system) =>
    traced(system, { stories, tests }).map(({ title, requirements }) => ({
      title: systems.size === 1 ? title : `${system.name}: ${title}`,
      requirements,
    })),
  );
}

const reportSchema = z.object({
  tests: z.array(z.object({ file: z.string(), title: z.string() })),
});

/** Tests are not installed with the package: which of them cite requirements is in the report, which is. */
function knownTests(): readonly TestTitle[] {
  const report = fileURLToPath(new URL("../../reports/requirements.json", import.meta.url));
  return existsSync(report) ? reportSchema.parse(JSON.parse(readText(report))).tests : [];
}

function groupLines({ title, requirements }: Group, isWhole: boolean, sheet: Sheet): readonly string[] {
  const { all, shown } = countStates(requirements);
  const lines = isWhole
    ? requirements.flatMap((each) => wholeLines(each, sheet))
    : itemLines(
        requirements.map((each) => ({
          name: each.requirement.id,
          about: statementOf(each.requirement),
          below: each.state === "shown" ? countsText(each) : gapText(each),
        })),
        sheet,
      );
  const heading = wrap(`${title}: ${shown} of ${all} shown`, sheet.width);
  return [...heading.map((line) => sheet.paint.bold(line)), ...lines, ""];
}

/** A requirement with the name of everything that shows it. */
function wholeLines(each: TracedRequirement, sheet: Sheet): readonly string[] {
  const { requirement, stories, tests, properties, figures, settings } = each;
  const found: readonly (readonly [string, readonly string[]])[] = [
    ["stories", stories],
    ["properties", properties],
    ["figures", figures],
    ["settings", settings.map((setting) => readingsText(setting))],
    ["tests", tests.map(({ file, title }) => `${file}: ${title}`)],
  ];
  return [
    ...itemLines(
      [{ name: requirement.id, about: `${statementOf(requirement)} [${requirement.kinds.join(", ")}]` }],
      sheet,
    ),
    ...(each.state === "shown" ? [] : [`  ${gapText(each)}`]),
    ...found.flatMap(([word, names]) =>
      names.flatMap((name, index) => hanging(index === 0 ? word : "", name, sheet.width)),
    ),
  ];
}

/** A name after a word in the margin, wrapped beneath itself. */
function hanging(word: string, name: string, width: number): readonly string[] {
  const margin = 14;
  return wrap(name, Math.max(30, width - margin)).map(
    (line, index) => `${(index === 0 ? `  ${word}` : "").padEnd(margin)}${line}`,
  );
}

function coverageText(requirements: readonly TracedRequirement[]): string {
  const { all, shown, measured, settable, gap, never } = countStates(requirements);
  return (
    `${shown} of ${all} shown; ${measured} measured only; ${settable} can be set only; ${plural(gap, "gap")}; ` +
    `${never} that nothing will ever show.`
  );
}
