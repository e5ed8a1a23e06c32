// Reporters: the forms in which a command says what it has to say, several at once, each to stdout or to a file.

import { appendFileSync } from "node:fs";
import { resolve } from "node:path";

import { githubAnnotations } from "../report/github.ts";
import { junitReport } from "../report/junit.ts";
import { sarifLog } from "../report/sarif.ts";
import type { TestReport } from "../report/test-report.ts";
import { expectedOneOf, fixByName } from "../scenario/closest.ts";
import { shown } from "../scenario/problem.ts";
import { argumentMistake, type ReaderMistake } from "./exit-codes.ts";
import { makeFolderOf, writeWhole } from "./files.ts";

export const reporterNames = ["default", "json", "junit", "sarif", "github"] as const;

export type ReporterName = (typeof reporterNames)[number];

/** Reporters that give one document, for a machine: alone on stdout, or in a file. */
export type DocumentName = "json" | "junit" | "sarif";

const documentNames: readonly DocumentName[] = ["json", "junit", "sarif"];

/** Options as they were typed. */
export interface ReporterFlags {
  readonly reporter?: readonly string[] | undefined;
  readonly reporterOutput?: readonly string[] | undefined;
}

interface ReportFile {
  readonly name: DocumentName;
  readonly path: string;
}

/** Who reports, and where. */
export interface Reporting {
  /** Lines for people: on stdout, or on stderr when a document has stdout. */
  readonly isForPeople: boolean;
  /** The one document on stdout. */
  readonly onStdout: DocumentName | undefined;
  readonly files: readonly ReportFile[];
  /** Annotations and the job summary. */
  readonly isForGithub: boolean;
}

/** Without any option: lines for people, and annotations when GitHub runs us. */
export const defaultReporting = ({ isJson }: { readonly isJson: boolean }): Reporting => readReporting({}, isJson);

/** Whoever names reporters gets those, and no other. @throws ReaderMistake, also when a file could not be written. */
export function readReporting({ reporter = [], reporterOutput = [] }: ReporterFlags, isJson: boolean): Reporting {
  const typed = reporter.map((name) => nameOf(name));
  const names = [...new Set<ReporterName>([...typed, ...(isJson ? (["json"] as const) : [])])];
  const files = reporterOutput.map((text) => fileOf(text, names));
  refuseTwice(files);
  // Its folder is made before anything runs: an hour's campaign must not end without one.
  for (const { path } of files) makeFolderOf(path);
  const [onStdout, second] = documentNames.filter(
    (name) => names.includes(name) && !files.some((file) => file.name === name),
  );
  if (onStdout !== undefined && second !== undefined) throw twoDocuments(onStdout, second);
  const isChosen = typed.length > 0;
  return {
    isForPeople: isChosen ? names.includes("default") : !isJson,
    onStdout,
    files,
    isForGithub: isChosen ? names.includes("github") : (process.env["GITHUB_ACTIONS"] ?? "") !== "",
  };
}

/** @param document what `json` says. @returns the text of one reporter. */
export function reportedAs(name: DocumentName, document: object, report: TestReport | undefined): string {
  if (name === "json") return `${JSON.stringify(document, plainly, 2)}\n`;
  if (report === undefined) throw new Error(`a command that takes --reporter has a report for ${name}`);
  return name === "junit" ? junitReport(report) : `${JSON.stringify(sarifLog(report), undefined, 2)}\n`;
}

/**
 * Each whole, or not at all; one that cannot be written takes no other with it.
 * @param documentOf what `json` says when these were written.
 */
export function writeReports(
  { files }: Reporting,
  documentOf: (wrote: readonly string[]) => object,
  report: TestReport | undefined,
): { readonly wrote: readonly string[]; readonly failed: readonly unknown[] } {
  const left = new Map<ReportFile, unknown>();
  const wrote = (): readonly string[] => files.flatMap((file) => (left.has(file) ? [] : [file.path]));
  // What says which files there are comes last.
  for (const file of files.toSorted((a, b) => Number(a.name === "json") - Number(b.name === "json"))) {
    try {
      writeWhole(file.path, reportedAs(file.name, documentOf(wrote()), report));
    } catch (error) {
      left.set(file, error);
    }
  }
  return { wrote: wrote(), failed: [...left.values()] };
}

/** Lines that GitHub looks for; the report also becomes the job summary, where GitHub says where that is. */
export function toldToGithub(report: TestReport | undefined): readonly string[] {
  if (report === undefined) return [];
  const path = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  return [...(path === "" ? [] : summaryOf(path, report)), ...githubAnnotations(report)];
}

/** Adds the summary of a job. Where it cannot be written, that is a warning, and changes no verdict. */
function summaryOf(path: string, { markdown }: TestReport): readonly string[] {
  try {
    appendFileSync(path, markdown);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [`::warning title=No job summary::GITHUB_STEP_SUMMARY cannot be written: ${why}`];
  }
}

/** Maps and the numbers that JSON lacks, in the nearest words it has. */
function plainly(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value === Infinity) return "unbounded";
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

function nameOf(typed: string): ReporterName {
  const known = reporterNames.find((name) => name === typed);
  if (known !== undefined) return known;
  throw argumentMistake(`--reporter ${typed}`, {
    code: "UNKNOWN_REPORTER",
    what: `There is no reporter ${shown(typed)}.`,
    expected: expectedOneOf(reporterNames),
    fix: fixByName(typed, reporterNames, "name one of them."),
  });
}

/** "junit=out.xml": the reporter must be named as well, so that a slip of the pen loses no report. */
function fileOf(typed: string, names: readonly ReporterName[]): ReportFile {
  const [name = "", ...rest] = typed.split("=");
  const path = rest.join("=");
  const known = documentNames.find((one) => one === name);
  const argument = `--reporter-output ${typed}`;
  if (known === undefined || path === "") {
    throw argumentMistake(argument, {
      code: "BAD_REPORTER_OUTPUT",
      what: `${shown(typed)} names no reporter with a file.`,
      expected: `Expected ${documentNames.join(", ")}, then "=" and a file; the other reporters speak to the terminal.`,
      fix: "write it as in --reporter-output junit=results/junit.xml.",
    });
  }
  if (!names.includes(known)) {
    throw argumentMistake(argument, {
      code: "REPORTER_NOT_NAMED",
      what: `A file is named for ${known}, and ${known} does not report.`,
      expected: `Expected --reporter ${known} as well.`,
      fix: `add --reporter ${known}.`,
    });
  }
  return { name: known, path };
}

function refuseTwice(files: readonly ReportFile[]): void {
  for (const [index, { name, path }] of files.entries()) {
    const before = files.slice(0, index).find((file) => file.name === name || resolve(file.path) === resolve(path));
    if (before === undefined) continue;
    throw argumentMistake(`--reporter-output ${name}=${path}`, {
      code: "CONFLICTING_OPTIONS",
      what: before.name === name ? `${name} is given two files.` : `${before.name} goes into the same file.`,
      expected: "Expected one file for each reporter.",
      fix: "leave one out, or name another file.",
    });
  }
}

const twoDocuments = (first: DocumentName, second: DocumentName): ReaderMistake =>
  argumentMistake(`--reporter ${first} --reporter ${second}`, {
    code: "CONFLICTING_OPTIONS",
    what: `Both ${first} and ${second} would be written to stdout, and nobody could read them apart.`,
    expected: "Expected at most one of json, junit and sarif without a file of its own.",
    fix: `add --reporter-output ${second}=results/${{ json: "report.json", junit: "junit.xml", sarif: "report.sarif" }[second]}.`,
  });
