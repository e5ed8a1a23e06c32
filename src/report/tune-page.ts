// What a search found, as a page: what was looked at and what is worth having, how much room there is, what breaks first.

import type { Measured, Shown } from "../tune/search/confirm.ts";
import { sizeOf } from "../tune/search/space.ts";
import type { Found, Recommendation } from "../tune/search/search.ts";
import type { Room } from "../tune/search/surroundings.ts";
import type { StudyTask } from "../tune/study-task.ts";
import type { Axis, LinePoint, LinesPart, ReportPage, ReportPart, ScatterPart, TablePart } from "./page.ts";
import { constraintLines, type TuneTold } from "./tune-summary.ts";
import {
  brokenIn,
  constraintWords,
  levelsOf,
  printInterval,
  printValue,
  reasonWords,
  roomWords,
  settingsOf,
  shortNames,
  surenessWords,
  unkeptWords,
  verdictWords,
  weatherName,
  weatherWords,
} from "./tune-words.ts";
import { plural, printCount } from "./words.ts";
import { oneLine, paragraphsOf } from "./prose.ts";

/** @param document what `--json` says, for whoever wants to go on from there. */
export function tunePage({ task, found }: TuneTold, document: string): ReportPage {
  const { recommended, wasCutShort } = found;
  const tone = recommended === undefined ? "bad" : wasCutShort || !recommended.isConfirmed ? "unsure" : "good";
  return {
    kind: "tune",
    title: oneLine(task.study.study.title),
    verdict: { tone, words: verdictWords(task, found) },
    parts: [
      asked(task, found),
      ...(recommended === undefined ? [nearest(task, found)] : [front(task, found), ...scatter(task, found)]),
      ...(recommended === undefined ? [] : recommendation(task, recommended)),
      {
        type: "downloads",
        heading: "Files",
        files: [{ name: "tune.json", mediaType: "application/json", text: document }],
      },
    ],
  };
}

function asked(task: StudyTask, { runsDone, looked, recommended }: Found): ReportPart {
  const measured =
    recommended?.isConfirmed === true
      ? "What is told of those that it came to was measured under fresh seeds, which had no part in choosing."
      : "What is told below was measured under the seeds that the search chose by.";
  const wanted = task.objectives.map(({ response, direction }) => {
    const { label } = task.responses[response];
    return `${label} ${direction === "minimise" ? "as low" : "as high"} as can be`;
  });
  const kept = task.constraints.map((constraint) => constraintWords(task, constraint));
  return {
    type: "words",
    heading: "The question",
    paragraphs: [
      ...paragraphsOf(task.study.study.why),
      `Wanted: ${wanted.join("; ")}. Kept in any case: ${kept.join("; ")}.`,
      `${plural(runsDone, "run")} at ${printCount(looked.length)} of ${plural(sizeOf(task.space), "point")}, looked at under the same seeds. ${measured}`,
    ],
  };
}

function front(task: StudyTask, { front: points, today }: Found): TablePart {
  const isToday = (shown: Shown): boolean => shown.point.every((level, index) => level === task.today[index]);
  const rows = [...points, ...(today === undefined || points.some(isToday) || today.runs === 0 ? [] : [today])];
  return {
    type: "table",
    heading: task.objectives.length > 1 ? "Worth having" : "The recommended setting and today's",
    about: "In brackets: where the truth is 95 times in 100.",
    columns: [
      { title: "" },
      ...shortNames(task).map((title) => ({ title, align: "right" as const })),
      ...task.objectives.map(({ response }) => ({ title: task.responses[response].label, align: "right" as const })),
      { title: "runs", align: "right" },
    ],
    rows: rows.map((shown, place) => ({
      tone: place === 0 ? "good" : "plain",
      cells: [
        [...(place === 0 ? ["recommended"] : []), ...(isToday(shown) ? ["today"] : [])].join(", "),
        ...levelsOf(task, shown.point),
        ...task.objectives.map(({ response }) => valueWords(task, shown, response)),
        printCount(shown.runs),
      ],
    })),
  };
}

/** Two objectives against each other; of one, the objective against the first limit that is a number. */
function scatter(task: StudyTask, found: Found): readonly ScatterPart[] {
  const [first, second] = task.objectives;
  const bounded = task.constraints.find(({ type }) => type !== "never");
  const other = second?.response ?? bounded?.response;
  if (first === undefined || other === undefined || other === first.response) return [];
  const isConfirmed = found.recommended?.isConfirmed === true;
  const worthHaving = new Set(found.front.map(({ point }) => point.join()));
  const sure = [...found.front, ...(found.today === undefined || found.today.runs === 0 ? [] : [found.today])];
  const shown = new Map(sure.map((one) => [one.point.join(), one]));
  const chosen = found.recommended?.shown.point.join();
  const today = task.today.join();
  const named = (point: readonly number[]): string => settingsOf(task, point).join(", ");
  const points = found.looked.flatMap(({ point, values, runs }): ScatterPart["points"] => {
    const key = point.join();
    const confirmed = shown.get(key);
    const [x, y] = [confirmed?.responses[other], confirmed?.responses[first.response]];
    const at = { x: x?.value ?? values[other], y: y?.value ?? values[first.response] };
    if (!Number.isFinite(at.x) || !Number.isFinite(at.y)) return [];
    const mark = key === chosen ? "recommended" : key === today ? "today" : undefined;
    return [
      {
        name: named(point),
        ...(mark === undefined ? {} : { mark }),
        isFront: worthHaving.has(key),
        isChosen: key === chosen,
        isSure: confirmed !== undefined,
        runs: confirmed?.runs ?? runs,
        ...at,
        ...bounds(y),
        ...xBounds(x),
      },
    ];
  });
  return [
    {
      type: "scatter",
      heading: second === undefined ? "What was looked at" : "What is gained of one is lost of the other",
      about: isConfirmed
        ? "Each point is a setting. Filled ones were measured under fresh seeds, and have intervals; hollow ones are what the search saw, under other seeds and in fewer runs, so that only points of one kind can be compared."
        : "Each point is a setting, as the search saw it.",
      keys: {
        surely: isConfirmed ? "under fresh seeds" : "with intervals",
        roughly: "as the search saw it",
      },
      x: axisOf(task, other),
      y: axisOf(task, first.response),
      points,
    },
  ];
}

function recommendation(task: StudyTask, recommended: Recommendation): readonly ReportPart[] {
  const names = shortNames(task);
  const { room, weather } = recommended;
  return [
    {
      type: "words",
      heading: "How sure",
      paragraphs: [surenessWords(task, recommended), ...constraintLines(task, recommended.shown)],
    },
    {
      type: "words",
      heading: "How far each may move",
      about:
        "One at a time, the others staying as recommended, with every limit kept and nothing worse by more than a tenth.",
      paragraphs: room.map((one) => roomWords(task, one, names)),
    },
    ...(room.some(({ steps }) => steps.length > 1) ? [stepTable(task, recommended, names)] : []),
    ...room.flatMap((one) => sensitivity(task, recommended, one, names[one.factor])),
    ...(weather.length === 0 ? [] : [inWeather(task, recommended)]),
  ];
}

/** Every level that was looked at, and what is wrong with it. */
function stepTable(task: StudyTask, { room, shown: { point } }: Recommendation, names: readonly string[]): TablePart {
  return {
    type: "table",
    heading: "One step at a time",
    columns: [
      { title: "setting" },
      ...task.objectives.map(({ response }) => ({ title: task.responses[response].label, align: "right" as const })),
      { title: "" },
      { title: "runs", align: "right" },
    ],
    rows: room.flatMap(({ factor, steps: looked }) =>
      looked.length < 2
        ? []
        : looked.map(({ level, shown, worse, isSafe }) => ({
            tone: isSafe ? "good" : "bad",
            cells: [
              `${names[factor]} ${task.space[factor].levels[level]}`,
              ...task.objectives.map(({ response }) => valueWords(task, shown, response)),
              isSafe ? (level === point[factor] ? "recommended" : "safe") : reasonWords(task, shown, worse),
              printCount(shown.runs),
            ],
          })),
    ),
  };
}

const valueWords = (task: StudyTask, { responses }: Shown, response: number): string => {
  const { unit } = task.responses[response];
  return `${printValue(responses[response].value, unit)} (${printInterval(responses[response], unit)})`;
};

/** Each objective along one factor. */
function sensitivity(task: StudyTask, { shown }: Recommendation, room: Room, name: string): readonly LinesPart[] {
  const { unit, isLogarithmic } = task.study.study.factors[room.factor];
  const levels = task.levels[room.factor];
  if (unit === undefined || room.steps.length < 2) return [];
  const xOf = (level: number): number => levels[level].at ?? 0;
  return task.objectives.map(({ response }): LinesPart => {
    const { label } = task.responses[response];
    const points = room.steps.flatMap((step): readonly LinePoint[] => {
      const measured = step.shown.responses[response];
      return Number.isNaN(measured.value) ? [] : [{ x: xOf(step.level), y: measured.value, ...bounds(measured) }];
    });
    return {
      type: "lines",
      heading: `${label} by ${name}`,
      about: "The others stay as recommended.",
      x: { title: task.space[room.factor].path, unit, isLogarithmic },
      y: axisOf(task, response),
      series: [{ name: label, points }],
      marks: [
        { on: "x", at: xOf(shown.point[room.factor]), words: "recommended" },
        { on: "x", at: xOf(task.today[room.factor]), words: "today" },
      ],
    };
  });
}

function inWeather(task: StudyTask, { weather, shown }: Recommendation): TablePart {
  const row = (name: string, one: Shown): TablePart["rows"][number] => {
    const broken = brokenIn(task, one);
    return {
      tone: broken === undefined ? "good" : "bad",
      cells: [
        name,
        ...task.objectives.map(({ response }) => valueWords(task, one, response)),
        broken === undefined ? "every limit is kept" : `${broken} does not hold`,
        printCount(one.runs),
      ],
    };
  };
  return {
    type: "table",
    heading: "As the network gets worse",
    about: weatherWords(task, weather),
    columns: [
      { title: "network" },
      ...task.objectives.map(({ response }) => ({ title: task.responses[response].label, align: "right" as const })),
      { title: "limits" },
      { title: "runs", align: "right" },
    ],
    rows: [row("as it is", shown), ...weather.map(({ under, chosen }) => row(weatherName(task, under), chosen))],
  };
}

function nearest(task: StudyTask, { nearest: points }: Found): TablePart {
  return {
    type: "table",
    heading: "What comes nearest",
    about: "None of the settings that were looked at keeps every limit; these are the nearest to it.",
    columns: [
      ...shortNames(task).map((title) => ({ title, align: "right" as const })),
      { title: "does not keep" },
      { title: "runs", align: "right" },
    ],
    rows: points.map((one) => ({
      tone: "bad",
      cells: [...levelsOf(task, one.point), unkeptWords(task, one), printCount(one.runs)],
    })),
  };
}

const axisOf = ({ responses }: StudyTask, response: number): Axis => ({
  title: responses[response].label,
  unit: responses[response].unit,
});

const bounds = (measured: Measured | undefined): { readonly low?: number; readonly high?: number } =>
  measured === undefined || measured.high === Infinity ? {} : { low: measured.low, high: measured.high };

const xBounds = (measured: Measured | undefined): { readonly xLow?: number; readonly xHigh?: number } =>
  measured === undefined || measured.high === Infinity ? {} : { xLow: measured.low, xHigh: measured.high };
