// A sweep for a terminal: the answer, then a table for each response with what it comes to, how it differs from the
// baseline, and a small chart of both.

import { printable } from "../scenario/problem.ts";
import { titleLines } from "./prose.ts";
import { pointKey } from "../tune/design.ts";
import type { Factor, Level, Point } from "../tune/factor.ts";
import type { Asked } from "../tune/study.ts";
import type { Cell, Sweep, SweepGroup, SweptPoint } from "../tune/sweep.ts";
import type { GroupAnswer, SweepAnswer } from "../tune/sweep-answer.ts";
import {
  amountText,
  circumstancesLabel,
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

export function sweepLines(sweep: Sweep, answer: SweepAnswer, shape: SweepShape): readonly string[] {
  const { paint, width } = shape;
  const words = sweepWords(sweep, answer);
  const tone = { good: paint.good, bad: paint.bad, unsure: paint.doubt }[words.tone];
  const charts = sweep.study.responses.flatMap((asked, index) => {
    const drawn = drawnOf(sweep, index, shape);
    const shown = isMeasured(sweep, index) ? drawn : [paint.dim("never measured")];
    return drawn.length === 0 ? [] : [...headOf(asked, width, paint), ...shown, ""];
  });
  const listed = charts.length > 0 ? [] : answer.flatMap((group) => [...pointsTable(sweep, group, shape), ""]);
  return [
    ...titleLines(sweep.study.study.title, width).map((line) => paint.bold(line)),
    "",
    ...charts,
    ...listed,
    ...wrap(words.verdict, width).map((line) => tone(line)),
    ...words.sentences.flatMap((sentence) => wrap(sentence, width)),
  ];
}

/** Whether any point has something to draw. */
export const isMeasured = ({ points }: Sweep, index: number): boolean =>
  points.some(({ cells }) => !Number.isNaN(cells[index].value));

const fits = ({ levels }: Factor): boolean => levels.length <= columnsMax;

/** A response along one factor, or over two; nothing when there are more, or too many to stand beside each other. */
function drawnOf(sweep: Sweep, index: number, shape: SweepShape): readonly string[] {
  const { factors, circumstances, design } = sweep.study.study;
  const [down, across, third] = factors;
  const [only, another] = circumstances;
  if (across === undefined && only !== undefined && another === undefined && fits(only)) {
    const grid: Grid = { index, down, across: only, found: (row, column) => foundIn(sweep.points, [row], [column]) };
    return gridTable(sweep, grid, shape);
  }
  if (across !== undefined && (third !== undefined || design.type !== "grid" || !fits(across))) return [];
  return sweep.groups.flatMap((group) => {
    const head = only === undefined ? [] : [`under ${circumstancesLabel(sweep, group.circumstances)}`];
    if (across === undefined) return [...head, ...axisTable(sweep, group, index, shape)];
    const found: Grid["found"] = (row, column) => foundIn(group.points, [row, column], group.circumstances);
    return [...head, ...gridTable(sweep, { index, down, across, found }, shape)];
  });
}

const foundIn = (points: readonly SweptPoint[], point: Point, circumstances: Point): SweptPoint | undefined =>
  points.find(({ at }) => at.key === pointKey(point) && pointKey(at.circumstances) === pointKey(circumstances));

interface Grid {
  /** Place of the response. */
  readonly index: number;
  readonly down: Factor;
  readonly across: Factor;
  readonly found: (row: Level, column: Level) => SweptPoint | undefined;
}

/** Columns of a grid that fit beside each other. */
const columnsMax = 7;
const chartWidth = 20;

function headOf({ label, response, better, limit }: Asked, width: number, paint: Paint): readonly string[] {
  const wish = limit === undefined ? `${better} is better` : `has to be ${limit.text}`;
  const [first = "", ...rest] = wrap(`${printable(label)}: ${response.title} (${wish})`, width);
  return [first, ...rest].map((line) => paint.bold(line));
}

function axisTable(sweep: Sweep, group: SweepGroup, index: number, { paint, width }: SweepShape): readonly string[] {
  const asked = sweep.study.responses[index];
  const [factor] = sweep.study.study.factors;
  const columns: readonly Column[] = [
    { title: shortName(factor.name), align: "right" },
    { title: "value", align: "right" },
    { title: "95 % interval", align: "left" },
    { title: `against ${levelLabel(group.baseline.at.point[0], factor.unit)}`, align: "left" },
    { title: "", align: "left" },
  ];
  const chart = chartOf(group, index);
  const rows = inOrder(sweep, group.points).map((swept): readonly TableCell[] => {
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

/** What a chart can show of an interval: of one without an end, its value alone. */
const barOf = ({ value, low, high }: Cell): { readonly low: number; readonly high: number } =>
  Number.isFinite(high) ? { low, high } : { low: value, high: value };

/** A line for a point: its interval, its value, and where the baseline's value lies. */
function chartOf({ points, baseline }: SweepGroup, index: number): (cell: Cell) => string {
  const cells = points.map((point) => point.cells[index]).filter(({ value }) => !Number.isNaN(value));
  const low = Math.min(...cells.map((cell) => barOf(cell).low));
  const high = Math.max(...cells.map((cell) => barOf(cell).high));
  if (cells.length === 0 || !(high > low)) return () => "";
  const placeOf = (value: number): number =>
    Math.max(0, Math.min(chartWidth - 1, Math.round(((value - low) / (high - low)) * (chartWidth - 1))));
  const rule = placeOf(baseline.cells[index].value);
  return (cell) => {
    if (Number.isNaN(cell.value)) return "";
    const marks: string[] = Array.from({ length: chartWidth }, (_, place) => (place === rule ? "┊" : " "));
    const bar = barOf(cell);
    for (let place = placeOf(bar.low); place <= placeOf(bar.high); place++) marks[place] = "─";
    marks[placeOf(cell.value)] = "●";
    return marks.join("");
  };
}

/** A value for each pair of levels, with a mark where it differs from the baseline's under the same circumstances. */
function gridTable(
  sweep: Sweep,
  { index, down, across, found }: Grid,
  { paint, width }: SweepShape,
): readonly string[] {
  const { unit } = sweep.study.responses[index].response;
  const columns: readonly Column[] = [
    { title: `${shortName(down.name)} \\ ${shortName(across.name)}`, align: "right" },
    ...across.levels.map((level) => ({ title: levelLabel(level, across.unit), align: "right" as const })),
  ];
  const rows = down.levels.map((row): readonly TableCell[] => [
    { text: levelLabel(row, down.unit) },
    ...across.levels.map((column): TableCell => {
      const swept = found(row, column);
      return swept === undefined ? { text: "·", paint: paint.dim } : gridCell(swept, swept.cells[index], unit, paint);
    }),
  ]);
  const note = "* the baseline, + better, - worse, ! breaks its limit, · contradicts itself";
  return [...table(columns, rows, width, paint), ...baselineNote(sweep, index), paint.dim(clip(note, width))];
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
function baselineNote({ study, groups }: Sweep, index: number): readonly string[] {
  const isOnGrid = study.baseline.point.every((level, factor) =>
    study.study.factors[factor].levels.some(({ text }) => text === level.text),
  );
  if (isOnGrid) return [];
  const values = groups.map(({ baseline }) =>
    amountText(baseline.cells[index].value, study.responses[index].response.unit),
  );
  return [`* ${printable(pointLabel({ study }, study.baseline.point))}: ${values.join(", ")}`];
}

const pointsShownMax = 16;

/** Many factors, or a random design: the baseline, then what is in nothing worse, best first. */
function pointsTable(
  sweep: Sweep,
  { group, good: standings }: GroupAnswer,
  { paint, width }: SweepShape,
): readonly string[] {
  const responses = sweep.study.responses.slice(0, 3);
  const rest = group.points.filter(({ isBaseline }) => !isBaseline);
  const good = new Set(standings.map(({ swept }) => swept));
  const value = ({ cells }: SweptPoint): number => (responses[0].better === "low" ? 1 : -1) * cells[0].value;
  const sorted = rest.toSorted((a, b) => Number(good.has(b)) - Number(good.has(a)) || value(a) - value(b));
  const rows = [group.baseline, ...sorted]
    .slice(0, pointsShownMax)
    .map((swept): readonly TableCell[] => [
      { text: pointLabel(sweep, swept.at.point), paint: swept.isBaseline ? paint.name : undefined },
      ...responses.map((asked, index) => gridCell(swept, swept.cells[index], asked.response.unit, paint)),
    ]);
  const left = group.points.length - rows.length;
  const columns: readonly Column[] = [
    { title: circumstancesLabel(sweep, group.circumstances) || "point", align: "left" },
    ...responses.map(({ label }) => ({ title: label, align: "right" as const })),
  ];
  return [
    ...table(columns, rows, width, paint),
    ...(left > 0 ? [paint.dim(`and ${left} more points: see --output`)] : []),
  ];
}

/** Along the axis where there is one. */
export function inOrder({ study }: Pick<Sweep, "study">, points: readonly SweptPoint[]): readonly SweptPoint[] {
  const [factor, second] = study.study.factors;
  if (factor.unit === undefined || second !== undefined) return points;
  return points.toSorted((a, b) => (a.at.point[0].at ?? 0) - (b.at.point[0].at ?? 0));
}
