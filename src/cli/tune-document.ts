// What `faultline tune --json` says.

import type { ConstraintShown, Measured, Shown } from "../tune/search/confirm.ts";
import type { Point } from "../tune/search/space.ts";
import type { StudyTask } from "../tune/study-task.ts";
import type { TuneTold } from "../report/tune-summary.ts";
import { constraintWords, verdictWords, weatherName } from "../report/tune-words.ts";

export function tuneDocument({ task, found }: TuneTold): Readonly<Record<string, unknown>> {
  const { recommended, front, today, nearest, looked, runsDone, wasCutShort } = found;
  return {
    study: {
      title: task.study.study.title,
      factors: task.space.map(({ path, levels }) => ({ path, levels })),
      objectives: task.objectives.map(({ response, direction }) => ({
        response: task.responses[response].id,
        direction,
      })),
      constraints: task.constraints.map((constraint) => constraintWords(task, constraint)),
    },
    verdict: verdictWords(task, found),
    runs: runsDone,
    wasCutShort,
    recommended:
      recommended === undefined
        ? null
        : {
            ...shownDocument(task, recommended.shown),
            isConfirmed: recommended.isConfirmed,
            sureness:
              recommended.sureness === undefined
                ? null
                : { ...recommended.sureness, betterByMax: finite(recommended.sureness.betterByMax) },
            setAside: recommended.setAside.map((shown) => shownDocument(task, shown)),
            room: recommended.room.map(({ factor, from, to, steps }) => ({
              path: task.space[factor].path,
              from: task.space[factor].levels[from],
              to: task.space[factor].levels[to],
              steps: steps.map(({ shown, isSafe, worse }) => ({
                ...shownDocument(task, shown),
                isSafe,
                worse: worse.map((objective) => task.responses[task.objectives[objective].response].id),
              })),
            })),
            worse: recommended.weather.map(({ under, chosen, neighbours, broken }) => ({
              name: weatherName(task, under),
              broken: broken.map((place) => constraintWords(task, task.constraints[place])),
              ...shownDocument(task, chosen),
              neighbours: neighbours.map((shown) => shownDocument(task, shown)),
            })),
          },
    front: front.map((shown) => shownDocument(task, shown)),
    today: today === undefined || today.runs === 0 ? null : shownDocument(task, today),
    nearest: nearest.map(({ point, runs, kept }) => ({
      point: pointDocument(task, point),
      runs,
      broken: kept.flatMap(({ excess }, place) => (excess > 0 ? [constraintWords(task, task.constraints[place])] : [])),
    })),
    looked: looked.map(({ point, runs, values }) => ({
      point: pointDocument(task, point),
      runs,
      values: Object.fromEntries(values.map((value, place) => [task.responses[place].id, finite(value)])),
    })),
  };
}

const pointDocument = ({ space }: StudyTask, point: Point): Readonly<Record<string, string>> =>
  Object.fromEntries(space.map(({ path, levels }, index) => [path, levels[point[index]]]));

/** What is measured at a point, by response and by constraint. */
export const measuredDocument = (
  task: StudyTask,
  { runs, responses, constraints }: Omit<Shown, "point" | "aboveToday">,
) => ({
  runs,
  values: Object.fromEntries(responses.map((measured, place) => [task.responses[place].id, measuredNumbers(measured)])),
  constraints: constraints.map((one, place) => constraintNumbers(task, one, place)),
});

const shownDocument = (task: StudyTask, shown: Shown): Readonly<Record<string, unknown>> => ({
  point: pointDocument(task, shown.point),
  ...measuredDocument(task, shown),
  aboveToday:
    shown.aboveToday === undefined
      ? null
      : shown.aboveToday.map((measured, place) => ({
          response: task.responses[task.objectives[place].response].id,
          ...measuredNumbers(measured),
        })),
});

const constraintNumbers = (task: StudyTask, shown: ConstraintShown, place: number) => ({
  constraint: constraintWords(task, task.constraints[place]),
  isKept: shown.excess === 0,
  // Of what must never happen, only that it did is sure.
  isSure: shown.isSurelyBroken || (shown.isSurelyKept && task.constraints[place].type !== "never"),
  events: task.constraints[place].type === "never" ? shown.events : null,
  ...measuredNumbers(shown.measured),
});

/** JSON knows no infinity: what nothing bounds is null. */
const measuredNumbers = ({ value, low, high }: Measured) => ({
  value: finite(value),
  low: finite(low),
  high: finite(high),
});

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
