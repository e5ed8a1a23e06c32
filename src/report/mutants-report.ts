// What finds each planted bug, and how fast: as a table, and as a document.

import type { MutantOutcome } from "../campaign/mutant-task.ts";
import type { Mutant } from "../mutants/mutant.ts";
import type { ReportMeta } from "./campaign-report.ts";
import { plural, printCount } from "./words.ts";

/** A bug with what came of its hunt. */
export interface HuntedMutant {
  readonly mutant: Mutant;
  readonly outcome: MutantOutcome;
  /** The line that shows it; absent: it was not found. */
  readonly replay: string | undefined;
}

export interface MutantsReport {
  readonly meta: ReportMeta;
  readonly strategy: string;
  readonly hunted: readonly HuntedMutant[];
  /** The same stories with nothing planted, by system. */
  readonly controls: readonly MutantOutcome[];
  /** Bugs that were asked for and not hunted, for the hunt was interrupted. */
  readonly missing: readonly string[];
}

/** Bars of issue 4, in milliseconds of processor time. */
const quickMs = 60_000;
const mostMs = 600_000;

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

export interface MutantTotals {
  readonly hunted: number;
  readonly found: number;
  readonly within60s: number;
  readonly within10m: number;
  readonly deep: number;
  readonly deepFound: number;
}

export function totalsOf({ hunted }: Pick<MutantsReport, "hunted">): MutantTotals {
  const found = hunted.filter(({ outcome }) => outcome.found !== null);
  const deep = hunted.filter(({ mutant }) => (mutant.depth ?? 0) >= 3);
  return {
    hunted: hunted.length,
    found: found.length,
    within60s: found.filter(({ outcome }) => outcome.cpuMs <= quickMs).length,
    within10m: found.filter(({ outcome }) => outcome.cpuMs <= mostMs).length,
    deep: deep.length,
    deepFound: deep.filter(({ outcome }) => outcome.found !== null).length,
  };
}

/** Everything but `meta` and fields that end in `Ms` is the same each time. */
export const mutantsDocument = (report: MutantsReport) => ({
  meta: report.meta,
  strategy: report.strategy,
  totals: totalsOf(report),
  controls: report.controls.map(({ name, runs, found, cpuMs }) => ({ system: name, runs, found, cpuMs })),
  missing: report.missing,
  mutants: report.hunted.map(({ mutant: { id, system, where, about, source, depth }, outcome, replay }) => ({
    id,
    system,
    where,
    about,
    source,
    depth: depth ?? null,
    found: outcome.found,
    runs: outcome.runs,
    cpuMs: outcome.cpuMs,
    shrunk: outcome.shrunk,
    shrinkMs: outcome.shrinkMs,
    replay: replay ?? null,
  })),
});

const places = { logic: "In the logic", world: "In the world", judge: "In the judges" } as const;

export function mutantsMarkdown(report: MutantsReport): string {
  const { hunted, found, within60s, deep, deepFound } = totalsOf(report);
  const sections = (["logic", "world", "judge"] as const).flatMap((where) => {
    const rows = report.hunted.filter(({ mutant }) => mutant.where === where);
    return rows.length === 0 ? [] : ["", `## ${places[where]}`, "", ...head, ...rows.map((one) => rowOf(one))];
  });
  return [
    "# Planted bugs, and what finds them",
    "",
    `Written by \`faultline mutants\`. ${printCount(found)} of ${plural(hunted, "bug")} were found, ${printCount(within60s)} ` +
      `of them within 60 CPU-seconds; of ${plural(deep, "bug")} that need three ordered events or more, ${printCount(deepFound)}. ` +
      `Strategy: ${report.strategy}. Runs count those without the bug, too, that a finding is compared with.`,
    "",
    ...report.controls.map(({ name, runs, found: wrong }) =>
      wrong === null
        ? `- Control: ${name} with nothing planted, in the same stories: ${plural(runs, "run")}, nothing found.`
        : `- Control: ${name} with nothing planted: **${wrong.by.id}** in ${wrong.reference}, seed ${wrong.seed}: ${escaped(wrong.by.because)}.`,
    ),
    ...(report.missing.length === 0 ? [] : ["", `Interrupted before: ${report.missing.join(", ")}.`]),
    ...sections,
    "",
    "## How to see each of them",
    "",
    "```text",
    ...report.hunted.flatMap(({ replay }) => (replay === undefined ? [] : [replay])),
    "```",
    "",
  ].join("\n");
}

const head = [
  "| bug | what is wrong | events | found by | runs | CPU s | shrunk to |",
  "|---|---|---|---|---|---|---|",
];

function rowOf({ mutant, outcome: { found, runs, cpuMs, shrunk } }: HuntedMutant): string {
  const by = found === null ? "**not found**" : `${found.by.kind} ${escaped(found.by.id)}`;
  const where = found === null ? "" : `, ${found.reference.split("/").at(-1)} seed ${found.seed}`;
  const size =
    shrunk === null
      ? "-"
      : `${plural(shrunk.after.faults, "fault")}, ${plural(shrunk.after.nodes, "node")}, ` +
        `${printCount(shrunk.after.decisions)} of ${plural(shrunk.before.decisions, "decision")}${shrunk.isMinimal ? "" : ", cut short"}`;
  const { id, about, source, depth } = mutant;
  return `| \`${id}\` | ${escaped(about)} (${escaped(source)}) | ${depth ?? ""} | ${by}${where} | ${printCount(runs)} | ${seconds(cpuMs)} | ${size} |`;
}

const escaped = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
