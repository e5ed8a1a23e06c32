// The results as a table of 80 columns for a terminal, as Markdown and as JSON.

import type { Goal } from "../sections/section.ts";
import type { JudgedSection, Line } from "./verdict.ts";

/** Everything that differs from machine to machine and from day to day. */
export interface Meta {
  readonly date: string;
  readonly host: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  /** Slowest and fastest run of the reference program, where 1 is the median: how much the machine drifted. */
  readonly machineSpeed: { readonly slowest: number; readonly fastest: number };
  readonly minutes: number;
}

export function asTable(sections: readonly JudgedSection[]): string {
  return sections.map(tableOf).join("\n");
}

export function asMarkdown(sections: readonly JudgedSection[], meta: Meta): string {
  const parts = [
    "# Bench",
    "",
    "Written by `npm run bench`. Seconds are CPU seconds of the whole process, set-up and warm-up left out. A ratio is the",
    "median, over the rounds, of our speed / the peer's in the same round, each corrected by a fixed reference program",
    "that ran just before and just after. Warm-ups last until the engine compiles little more: what a process costs",
    "before that is said in a row of its own.",
    "",
  ];
  for (const section of sections) parts.push(...markdownOf(section), "");
  parts.push("## Meta", "", ...Object.entries(flat(meta)).map(([name, value]) => `- ${name}: ${value}`), "");
  return parts.join("\n");
}

export function asJson(sections: readonly JudgedSection[], meta: Meta): string {
  return `${JSON.stringify({ meta, sections }, undefined, 2)}\n`;
}

export function countGoals(sections: readonly JudgedSection[]): { met: number; missed: number } {
  const judged = sections.flatMap(({ lines }) => lines).filter((line) => line.type !== "absent");
  const met = judged.filter((line) => line.isMet === true).length;
  return { met, missed: judged.filter((line) => line.isMet === false).length };
}

const WIDTHS = [28, 12, 9, 11, 11, 8] as const;

function tableOf({ title, counts, lines }: JudgedSection): string {
  const head =
    counts === "" ? [title, "", "", "value", "goal"] : [title, `k ${counts}`, "peak MiB", "ours / it", "goal"];
  return `${[row(head), "-".repeat(80), ...lines.map(lineOf)].join("\n")}\n`;
}

function lineOf(line: Line): string {
  if (line.type === "absent") return `${line.name.padEnd(WIDTHS[0])}  ${absence(line)}`.slice(0, 80);
  return row(cellsOf(line));
}

function cellsOf(line: Exclude<Line, { type: "absent" }>): readonly string[] {
  const verdict = line.isMet === undefined ? "" : line.isMet ? "met" : "MISSED";
  const goal = line.goal === undefined ? "" : bound(line.goal);
  if (line.type === "figure") return [line.name, "", "", `${short(line.value)} ${line.unit}`, goal, verdict];
  const ratio = line.ratio === undefined ? "" : `${short(line.ratio)} x`;
  const mebibytes = Math.round(line.peakRssBytes / 2 ** 20).toString();
  return [line.name, short(line.rate / 1000), mebibytes, ratio, goal, verdict];
}

/** The first cell may run into the empty ones that follow it; one that is longer still has a line to itself. */
function row(cells: readonly string[]): string {
  let above = "";
  let line = cells[0].padEnd(WIDTHS[0]);
  for (let column = 1; column < cells.length; column++) {
    const cell = cells[column];
    const end = WIDTHS.slice(0, column + 1).reduce((sum, width) => sum + width, 0);
    if (cell === "") continue;
    if (line.length >= end - cell.length) {
      above += `${line.trimEnd()}\n`;
      line = "";
    }
    line = line.padEnd(end - cell.length) + cell;
  }
  return above + line.trimEnd();
}

function markdownOf({ title, counts, lines }: JudgedSection): readonly string[] {
  const isFigures = counts === "";
  const head = isFigures
    ? ["| | value | goal | |", "|---|---:|---:|---|"]
    : [`| | k ${counts} | peak MiB | ours / it | goal | |`, "|---|---:|---:|---:|---:|---|"];
  const rows = lines.map((line) => {
    if (line.type === "absent") {
      const install = line.install === undefined ? "" : `; to have it: \`${line.install}\``;
      return `| ${line.name} | ${absence(line)}${install} |${" |".repeat(isFigures ? 2 : 4)}`;
    }
    const cells = [...cellsOf(line), "", ""].slice(0, 6);
    return `| ${(line.type === "figure" && isFigures ? [cells[0], ...cells.slice(3)] : cells).join(" | ")} |`;
  });
  const digests = lines.flatMap((line) =>
    line.type === "speed" && line.digest !== undefined
      ? [`Digest of ${line.name}, equal in all rounds: \`${line.digest}\``]
      : [],
  );
  return [`## ${title}`, "", ...head, ...rows, ...(digests.length > 0 ? ["", ...digests] : [])];
}

/** A peer that is not installed is skipped; a program that was there and did not run has failed. */
function absence({ because, install }: Extract<Line, { type: "absent" }>): string {
  return `${install === undefined ? "failed" : "skipped"}: ${because}`;
}

function bound({ atLeast, atMost }: Goal): string {
  return atLeast === undefined ? `<= ${atMost}` : `>= ${atLeast}`;
}

/** Three significant digits, thousands apart. */
function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value >= 1000)
    return Math.round(value)
      .toString()
      .replaceAll(/\B(?=(\d{3})+$)/g, " ");
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

function flat(meta: Meta): Readonly<Record<string, string>> {
  const { versions, machineSpeed, memoryBytes, minutes, ...rest } = meta;
  return {
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])),
    memory: `${Math.round(memoryBytes / 2 ** 30)} GiB`,
    minutes: minutes.toFixed(1),
    "machine speed while it ran": `${machineSpeed.slowest.toFixed(2)} to ${machineSpeed.fastest.toFixed(2)} of the median`,
    ...versions,
  };
}
