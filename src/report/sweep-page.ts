// A sweep as a page: the answer in words, a chart for each response, and the table that the charts are drawn from.

import type { Asked } from "../tune/study.ts";
import { pointKey } from "../tune/design.ts";
import type { Sweep, SweepGroup } from "../tune/sweep.ts";
import type { SweepAnswer } from "../tune/sweep-answer.ts";
import type { HeatPart, LinesPart, ReportPage, ReportPart, TablePart } from "./page.ts";
import { inOrder, isMeasured } from "./sweep-lines.ts";
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
import { oneLine, paragraphsOf } from "./prose.ts";

export function sweepPage(sweep: Sweep, answer: SweepAnswer): ReportPage {
  const { verdict, tone, sentences } = sweepWords(sweep, answer);
  const { title, why, factors, design } = sweep.study.study;
  const isAxis = factors.length === 1 && factors[0].unit !== undefined;
  const isGrid = factors.length === 2 && design.type === "grid";
  const charts = sweep.study.responses.flatMap((asked, index): readonly ReportPart[] => {
    if ((isAxis || isGrid) && !isMeasured(sweep, index)) {
      return [{ type: "words", heading: asked.label, paragraphs: [`${asked.response.title}: never measured.`] }];
    }
    if (isAxis) return [linesOf(sweep, answer, asked, index)];
    return isGrid ? sweep.groups.map((group) => heatOf(sweep, group, asked, index)) : [];
  });
  return {
    kind: "sweep",
    title: oneLine(title),
    verdict: { tone, words: verdict },
    parts: [
      { type: "words", heading: "The answer", paragraphs: [...sentences, ...paragraphsOf(why)] },
      ...charts,
      tableOf(sweep),
    ],
  };
}

function linesOf(sweep: Sweep, answer: SweepAnswer, asked: Asked, index: number): LinesPart {
  const [factor] = sweep.study.study.factors;
  const { label, response, better } = asked;
  const series = sweep.groups.map((group) => ({
    name: circumstancesLabel(sweep, group.circumstances) || label,
    points: inOrder(sweep, group.points).flatMap(({ at, cells }) => {
      const { value, low, high } = cells[index];
      const x = at.point[0].at;
      if (x === undefined || Number.isNaN(value)) return [];
      return [{ x, y: value, ...(Number.isFinite(high) ? { low, high } : {}) }];
    }),
  }));
  return {
    type: "lines",
    heading: label,
    about: `${response.title}: ${better === "low" ? "less" : "more"} is better. ${barWords(series.flatMap(({ points }) => points))}`,
    x: {
      title: shortName(factor.name),
      unit: factor.unit ?? "amount",
      ...(factor.isLogarithmic ? { isLogarithmic: true } : {}),
    },
    y: { title: label, unit: response.unit },
    series,
    marks: marksOf(sweep, answer, asked),
  };
}

function barWords(points: readonly { readonly high?: number }[]): string {
  const open = points.filter(({ high }) => high === undefined).length;
  if (open === 0) return "Bars are 95 % intervals.";
  return open === points.length
    ? "There are no bars: so few samples bound it by nothing."
    : "Bars are 95 % intervals; a point without one is bound by nothing.";
}

function marksOf({ study }: Sweep, answer: SweepAnswer, { limit }: Asked): LinesPart["marks"] {
  const [{ unit }] = study.study.factors;
  const [level] = study.baseline.point;
  const [only, second] = answer;
  // Of several circumstances each has a range of its own: the words say them.
  const range = second === undefined ? only?.range : undefined;
  const ends = range === undefined ? [] : [range.from.point[0], range.to.point[0]];
  return [
    ...(level.at === undefined
      ? []
      : [{ on: "x" as const, at: level.at, words: `asked about: ${levelLabel(level, unit)}` }]),
    ...ends.flatMap((end, side) => {
      if (end.at === undefined || end.at === level.at) return [];
      return [{ on: "x" as const, at: end.at, words: `good ${side === 0 ? "from" : "to"} ${levelLabel(end, unit)}` }];
    }),
    ...(limit === undefined || limit.value === "baseline"
      ? []
      : [{ on: "y" as const, at: limit.value, words: `has to be ${limit.text}` }]),
  ];
}

function heatOf(sweep: Sweep, group: SweepGroup, { label, response, better }: Asked, index: number): HeatPart {
  const [down, across] = sweep.study.study.factors;
  const found = new Map(group.points.map((swept) => [swept.at.key, swept.cells[index].value]));
  const base = pointLabel(sweep, group.baseline.at.point);
  const value = amountText(group.baseline.cells[index].value, response.unit);
  const under = circumstancesLabel(sweep, group.circumstances);
  return {
    type: "heat",
    heading: under === "" ? label : `${label}, ${under}`,
    about: `${response.title}: ${better === "low" ? "less" : "more"} is better. Asked about: ${base}, where it is ${value}.`,
    columns: { title: shortName(across.name), labels: across.levels.map((level) => levelLabel(level, across.unit)) },
    rows: { title: shortName(down.name), labels: down.levels.map((level) => levelLabel(level, down.unit)) },
    unit: response.unit,
    better,
    values: down.levels.map((row) =>
      across.levels.map((column) => {
        const here = found.get(pointKey([row, column]));
        return here === undefined || Number.isNaN(here) ? null : here;
      }),
    ),
  };
}

function tableOf(sweep: Sweep): TablePart {
  const { responses } = sweep.study;
  const rows = sweep.groups
    .flatMap(({ points }) => inOrder(sweep, points))
    .map(({ at, isBaseline, cells }) => {
      const verdicts = cells.map(({ difference }) =>
        difference?.leansWorse === true ? "worse" : (difference?.verdict ?? "same"),
      );
      const isBroken = cells.some(({ keeping }) => keeping === "broken");
      const isWorse = verdicts.includes("worse") || isBroken;
      const tone = isBaseline
        ? ("plain" as const)
        : isWorse
          ? ("bad" as const)
          : verdicts.includes("better")
            ? ("good" as const)
            : undefined;
      return {
        ...(tone === undefined ? {} : { tone }),
        cells: [
          [pointLabel(sweep, at.point), circumstancesLabel(sweep, at.circumstances), isBaseline ? "(asked about)" : ""]
            .filter((part) => part !== "")
            .join(" "),
          ...cells.flatMap((cell, index) => [
            amountText(cell.value, responses[index].response.unit),
            intervalText(cell, responses[index].response.unit),
            isBaseline ? "" : `${differenceText(cell, responses[index].response.unit)}${verdictWord(verdicts[index])}`,
          ]),
        ],
      };
    });
  return {
    type: "table",
    heading: "All points",
    about: "The same seeds at every point, so that differences are paired.",
    columns: [
      { title: "" },
      ...responses.flatMap(({ label }) => [
        { title: label, align: "right" as const },
        { title: "95 % interval", align: "right" as const },
        { title: "difference", align: "right" as const },
      ]),
    ],
    rows,
  };
}

const verdictWord = (verdict: string): string => (verdict === "same" ? "" : ` (${verdict})`);
