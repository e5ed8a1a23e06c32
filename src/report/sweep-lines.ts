// A sweep for a terminal: the answer, then a table for each response with what it comes to, how it differs from the
// baseline, and a small chart of both.

import { printable } from "../scenario/problem.ts";
import type { Factor } from "../tune/factor.ts";
import type { Asked } from "../tune/study.ts";
import type { Cell, Sweep, SweptPoint } from "../tune/sweep.ts";
import type { SweepAnswer } from "../tune/sweep-answer.ts";
import {
  amountText,
  differenceText,
  intervalText,
  levelLabel,
  pointLabel,
  shortName,
  sweepWords,
} from "./sweep-words.ts";
import { type Cell as TableCell, type Column, table } from "./table.ts";
import { clip, type Paint, wrap } from "./words.ts";

export interface SweepShape {
  readonly paint: Paint;
  readonly width: number;
}

export function sweepLines(sweep: Sweep, answer: SweepAnswer, { paint, width }: SweepShape): readonly string[] {
  const words = sweepWords(sweep, answer);
  const { factors, title } = sweep.study.study;
  const tone = { good: paint.good, bad: paint.bad, unsure: paint.doubt }[words.tone];
  const [first, second, third] = factors;
  const fits = third === undefined && second !== undefined && second.levels.length <= columnsMax;
  const isGrid = fits && sweep.study.study.design.type === "grid";
  const tables = sweep.study.responses.flatMap((asked, index) => {
    const head = headOf(asked, width, paint);
    if (second === undefined) return [...head, ...axisTable(sweep, index, { paint, width }), ""];
    return isGrid ? [...head, ...gridTable(sweep, index, first, second, { paint, width }), ""] : [];
  });
  const listed = second === undefined || isGrid ? [] : [...pointsTable(sweep, answer, { paint, width }), ""];
  return [
    ...wrap(printable(title), width).map((line) => paint.bold(line)),
    "",
    ...tables,
    ...listed,
    ...wrap(words.verdict, width).map((line) => tone(line)),
    ...words.sentences.flatMap((sentence) => wrap(sentence, width)),
  ];
}

/** Columns of a grid that fit beside each other. */
const columnsMax = 7;
const chartWidth = 20;

function headOf({ label, response, better, limit }: Asked, width: number, paint: Paint): readonly string[] {
  const wish = limit === undefined ? `${better} is better` : `has to be ${limit.text}`;
  const [first = "", ...rest] = wrap(`${printable(label)}: ${response.title} (${wish})`, width);
  return [first, ...rest].map((line) => paint.bold(line));
}

function axisTable(sweep: Sweep, index: number, { paint, width }: SweepShape): readonly string[] {
  const asked = sweep.study.responses[index];
  const [factor] = sweep.study.study.factors;
  const columns: readonly Column[] = [
    { title: shortName(factor.name), align: "right" },
    { title: "value", align: "right" },
    { title: "95 % interval", align: "left" },
    { title: `against ${levelLabel(sweep.baseline.at.point[0], factor.unit)}`, align: "left" },
    { title: "", align: "left" },
  ];
  const chart = chartOf(sweep, index);
  const rows = inOrder(sweep).map((swept): readonly TableCell[] => {
    const cell = swept.cells[index];
    return [
      { text: levelLabel(swept.at.point[0], factor.unit), paint: swept.isBaseline ? paint.name : undefined },
      { text: amountText(cell.value, asked.response.unit) },
      { text: intervalText(cell, asked.response.unit) },
      againstCell(swept, cell, asked, paint),
      { text: chart(cell) },
    ];
  });
  return table(columns, rows, width, paint);
}

function againstCell(swept: SweptPoint, cell: Cell, { response, limit }: Asked, paint: Paint): TableCell {
  const { difference, keeping } = cell;
  const limited = limit === undefined || keeping === "kept" ? "" : keeping === "broken" ? " breaks" : " open";
  if (swept.isBaseline || difference === undefined) return { text: limited.trim(), paint: paint.bad };
  const { leansWorse } = difference;
  const verdict = leansWorse ? " worse" : difference.verdict === "better" ? " better" : "";
  const painted = leansWorse
    ? paint.bad
    : { better: paint.good, worse: paint.bad, same: paint.dim }[difference.verdict];
  return { text: `${differenceText(cell, response.unit)}${verdict}${limited}`, paint: painted };
}

const highest = (cell: Cell): number => (Number.isFinite(cell.high) ? cell.high : cell.value);

/** A line for a point: its interval, its value, and where the baseline's value lies. */
function chartOf({ points, baseline }: Sweep, index: number): (cell: Cell) => string {
  const cells = points.map((point) => point.cells[index]).filter(({ value }) => !Number.isNaN(value));
  const low = Math.min(...cells.map((cell) => cell.low));
  const high = Math.max(...cells.map((cell) => highest(cell)));
  if (cells.length === 0 || !(high > low)) return () => "";
  const placeOf = (value: number): number =>
    Math.max(0, Math.min(chartWidth - 1, Math.round(((value - low) / (high - low)) * (chartWidth - 1))));
  const rule = placeOf(baseline.cells[index].value);
  return (cell) => {
    if (Number.isNaN(cell.value)) return "";
    const marks: string[] = Array.from({ length: chartWidth }, (_, place) => (place === rule ? "┊" : " "));
    for (let place = placeOf(cell.low); place <= placeOf(highest(cell)); place++) marks[place] = "─";
    marks[placeOf(cell.value)] = "●";
    return marks.join("");
  };
}

/** Two factors: a value for each pair, with a mark where it differs from the baseline's. */
function gridTable(
  sweep: Sweep,
  index: number,
  down: Factor,
  across: Factor,
  { paint, width }: SweepShape,
): readonly string[] {
  const { unit } = sweep.study.responses[index].response;
  const found = new Map(sweep.points.map((swept) => [swept.at.key, swept]));
  const columns: readonly Column[] = [
    { title: `${shortName(down.name)} \\ ${shortName(across.name)}`, align: "right" },
    ...across.levels.map((level) => ({ title: levelLabel(level, across.unit), align: "right" as const })),
  ];
  const rows = down.levels.map((row): readonly TableCell[] => [
    { text: levelLabel(row, down.unit) },
    ...across.levels.map((column): TableCell => {
      const swept = found.get(`${row.text}\u0000${column.text}`);
      return swept === undefined ? { text: "·", paint: paint.dim } : gridCell(swept, swept.cells[index], unit, paint);
    }),
  ]);
  const note = "* the baseline, + better, - worse, ! breaks its limit, · contradicts itself";
  const outside = found.has(sweep.baseline.at.key) && rows.length > 0 ? baselineNote(sweep, index) : [];
  return [...table(columns, rows, width, paint), ...outside, paint.dim(clip(note, width))];
}

function gridCell({ isBaseline }: SweptPoint, cell: Cell, unit: Asked["response"]["unit"], paint: Paint): TableCell {
  const leansWorse = cell.difference?.leansWorse === true;
  const verdict = leansWorse ? "worse" : (cell.difference?.verdict ?? "same");
  const mark = isBaseline ? "*" : { better: "+", worse: "-", same: " " }[verdict];
  const painted = { better: paint.good, worse: paint.bad, same: undefined }[verdict];
  const broken = cell.keeping === "broken" ? "!" : "";
  return { text: `${amountText(cell.value, unit)}${broken}${mark}`, paint: isBaseline ? paint.name : painted };
}

/** A baseline between the levels is in no row of the grid. */
function baselineNote(sweep: Sweep, index: number): readonly string[] {
  const { baseline, study } = sweep;
  const isOnGrid = baseline.at.point.every((level, factor) =>
    study.study.factors[factor].levels.some(({ text }) => text === level.text),
  );
  if (isOnGrid) return [];
  const value = amountText(baseline.cells[index].value, study.responses[index].response.unit);
  return [`* ${pointLabel(sweep, baseline.at.point)}: ${value}`];
}

const pointsShownMax = 16;

/** Many factors, or a random design: the baseline, then what is in nothing worse, best first. */
function pointsTable(sweep: Sweep, answer: SweepAnswer, { paint, width }: SweepShape): readonly string[] {
  const responses = sweep.study.responses.slice(0, 3);
  const rest = sweep.points.filter(({ isBaseline }) => !isBaseline);
  const good = new Set(answer.good.map(({ swept }) => swept));
  const value = ({ cells }: SweptPoint): number => (responses[0].better === "low" ? 1 : -1) * cells[0].value;
  const sorted = rest.toSorted((a, b) => Number(good.has(b)) - Number(good.has(a)) || value(a) - value(b));
  const rows = [sweep.baseline, ...sorted]
    .slice(0, pointsShownMax)
    .map((swept): readonly TableCell[] => [
      { text: pointLabel(sweep, swept.at.point), paint: swept.isBaseline ? paint.name : undefined },
      ...responses.map((asked, index) => gridCell(swept, swept.cells[index], asked.response.unit, paint)),
    ]);
  const left = sweep.points.length - rows.length;
  const columns: readonly Column[] = [
    { title: "point", align: "left" },
    ...responses.map(({ label }) => ({ title: label, align: "right" as const })),
  ];
  return [
    ...table(columns, rows, width, paint),
    ...(left > 0 ? [paint.dim(`and ${left} more points: see --output`)] : []),
  ];
}

/** Along the axis where there is one. */
export function inOrder({ points, study }: Sweep): readonly SweptPoint[] {
  const [factor] = study.study.factors;
  if (factor.unit === undefined || study.study.factors.length > 1) return points;
  return points.toSorted((a, b) => (a.at.point[0].at ?? 0) - (b.at.point[0].at ?? 0));
}
