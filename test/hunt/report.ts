// Reports of what was measured: sections as data, each written by whoever measured it, and all of them told in one file.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** What was measured against a bar. */
export interface MeasuredFigure {
  readonly what: string;
  readonly bar: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface MeasuredSection {
  readonly title: string;
  /** What was done, in sentences. */
  readonly about: string;
  /** The command that measures it again. */
  readonly command: string;
  readonly figures: readonly MeasuredFigure[];
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type Sections = Readonly<Record<string, MeasuredSection>>;

interface ReportFile {
  /** Without its ending, in reports/. */
  readonly name: string;
  readonly heading: string;
}

const folder = new URL("../../reports/", import.meta.url);
const hunt: ReportFile = { name: "hunt", heading: "The hunt, measured" };

/** Puts a section in the place of the one that was there under this name, and leaves the others as they are. */
export function writeSection(name: string, section: MeasuredSection, report: ReportFile = hunt): void {
  const jsonFile = new URL(`${report.name}.json`, folder);
  const sections: Sections = { ...readSections(jsonFile), [name]: section };
  const sorted = Object.fromEntries(Object.entries(sections).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeWhole(jsonFile, `${JSON.stringify(sorted, undefined, 2)}\n`);
  writeWhole(new URL(`${report.name}.md`, folder), asMarkdown(sorted, report.heading));
}

function readSections(jsonFile: URL): Sections {
  return existsSync(jsonFile) ? (JSON.parse(readFileSync(jsonFile, "utf8")) as Sections) : {};
}

function writeWhole(file: URL, text: string): void {
  const part = new URL(`${file.href}.part`);
  writeFileSync(part, text);
  renameSync(part, file);
}

function asMarkdown(sections: Sections, heading: string): string {
  const parts = Object.values(sections).flatMap(({ title, about, command, figures, columns, rows }) => [
    `## ${title}`,
    "",
    about,
    "",
    `Measured by \`${command}\`.`,
    "",
    ...tableOf(
      ["", "bar", "measured", ""],
      figures.map(({ what, bar, measured, met }) => [what, bar, measured, met ? "met" : "**not met**"]),
    ),
    "",
    ...(rows.length === 0 ? [] : [...tableOf(columns, rows), ""]),
  ]);
  return [
    `# ${heading}`,
    "",
    "Each section is written by its command alone; times are of the machine that ran it.",
    "",
    ...parts,
  ].join("\n");
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const tableOf = (columns: readonly string[], rows: readonly (readonly string[])[]): readonly string[] => [
  `| ${columns.map((column) => cell(column)).join(" | ")} |`,
  `|${columns.map(() => "---").join("|")}|`,
  ...rows.map((row) => `| ${row.map((text) => cell(text)).join(" | ")} |`),
];
