// What a search found, for a terminal.

import type { Shown } from "../tune/search/confirm.ts";
import type { Found, Recommendation } from "../tune/search/search.ts";
import { sizeOf } from "../tune/search/space.ts";
import type { StudyTask } from "../tune/study-task.ts";
import { type Cell, type Column, table } from "./table.ts";
import {
  constraintWords,
  keptWords,
  levelsOf,
  printInterval,
  printValue,
  roomWords,
  shortNames,
  surenessWords,
  unkeptWords,
  verdictWords,
  weatherWords,
} from "./tune-words.ts";
import { oneLine, titleLines } from "./prose.ts";
import { type Paint, plural, printCount, wrap } from "./words.ts";

export interface TuneTold {
  readonly task: StudyTask;
  readonly found: Found;
}

export function tuneLines({ task, found }: TuneTold, paint: Paint, width: number): readonly string[] {
  const { recommended, runsDone, looked } = found;
  const points = Math.min(sizeOf(task.space), 1_000_000_000);
  const head = titleLines(task.study.study.title, width).map((line) => paint.bold(line));
  const asked = `${plural(runsDone, "run")} at ${printCount(looked.length)} of ${plural(points, "point")}.`;
  const verdict = prose(verdictWords(task, found), width);
  const told = (recommended === undefined ? paint.bad : paint.good)(verdict.join("\n")).split("\n");
  return [
    ...head,
    asked,
    ...circumstanceLines(task, width),
    "",
    ...told,
    "",
    ...(recommended === undefined
      ? nearestLines(task, found, paint, width)
      : recommendedLines(task, found, recommended, paint, width)),
  ];
}

/** What nobody chooses is not searched under. */
function circumstanceLines({ study: { study } }: StudyTask, width: number): readonly string[] {
  const names = study.circumstances.map(({ name }) => name);
  if (names.length === 0) return [];
  return prose(
    `Searched with ${names.join(" and ")} as the scenario has it: "faultline sweep" answers under each.`,
    width,
  );
}

function recommendedLines(
  task: StudyTask,
  found: Found,
  recommended: Recommendation,
  paint: Paint,
  width: number,
): readonly string[] {
  const names = shortNames(task);
  const { setAside, room, weather } = recommended;
  const paragraph = (heading: string, texts: readonly string[]): readonly string[] =>
    texts.length === 0 ? [] : [paint.bold(heading), ...texts.flatMap((text) => indented(text, width)), ""];
  return [
    ...frontLines(task, found, paint, width),
    ...paragraph("Limits that it keeps", constraintLines(task, recommended.shown)),
    ...paragraph("How sure", [
      surenessWords(task, recommended),
      ...setAside.map(
        (shown) => `Set aside, since fresh seeds broke a limit of it: ${levelsOf(task, shown.point).join(", ")}.`,
      ),
    ]),
    ...paragraph(
      "How far each may move, the others staying",
      room.map((one) => roomWords(task, one, names)),
    ),
    ...(task.study.study.search.worse.length === 0
      ? []
      : paragraph("As the network gets worse", [weatherWords(task, weather)])),
  ].slice(0, -1);
}

export const constraintLines = (task: StudyTask, shown: Shown): readonly string[] =>
  shown.constraints.map((one, place) => {
    const constraint = task.constraints[place];
    return `${constraintWords(task, constraint)}: ${keptWords(one, shown.runs, task.responses[constraint.response], constraint)}.`;
  });

/** The front with today's setting below it: a value and its interval for each objective. */
function frontLines(task: StudyTask, { front, today }: Found, paint: Paint, width: number): readonly string[] {
  const [chosen] = front;
  const isToday = (shown: Shown): boolean => shown.point.every((level, index) => level === task.today[index]);
  const rows = [...front, ...(today === undefined || front.some(isToday) || today.runs === 0 ? [] : [today])];
  const columns: readonly Column[] = [
    { title: "", align: "left" },
    ...shortNames(task).map((title): Column => ({ title, align: "right" })),
    ...task.objectives.map(({ response }): Column => ({ title: task.responses[response].label, align: "right" })),
  ];
  const lines = rows.flatMap((shown): readonly (readonly Cell[])[] => {
    const name = `${shown === chosen ? "recommended" : isToday(shown) ? "" : "front"}${isToday(shown) ? (shown === chosen ? ", today" : "today") : ""}`;
    const values = task.objectives.map(({ response }) => shown.responses[response]);
    const units = task.objectives.map(({ response }) => task.responses[response].unit);
    return [
      [
        { text: name, paint: shown === chosen ? paint.good : undefined },
        ...levelsOf(task, shown.point).map((text): Cell => ({ text })),
        ...values.map(({ value }, place): Cell => ({ text: printValue(value, units[place]) })),
      ],
      [
        { text: "" },
        ...task.space.map((): Cell => ({ text: "" })),
        ...values.map((one, place): Cell => ({ text: printInterval(one, units[place]), paint: paint.dim })),
      ],
    ];
  });
  return [...table(columns, lines, width, paint), ""];
}

function nearestLines(task: StudyTask, { nearest }: Found, paint: Paint, width: number): readonly string[] {
  const names = shortNames(task);
  const columns: readonly Column[] = [
    ...names.map((title): Column => ({ title, align: "left" })),
    { title: "runs", align: "right" },
    { title: "does not keep", align: "left" },
  ];
  const rows = nearest.map((one): readonly Cell[] => [
    ...levelsOf(task, one.point).map((text): Cell => ({ text })),
    { text: printCount(one.runs) },
    { text: unkeptWords(task, one) },
  ]);
  return [paint.bold("What comes nearest"), ...table(columns, rows, width, paint)];
}

const indented = (text: string, width: number): readonly string[] => prose(text, width - 2).map((line) => `  ${line}`);

/** What a study calls its parts is text, whatever it holds. */
const prose = (text: string, width: number): readonly string[] => wrap(oneLine(text), width);
