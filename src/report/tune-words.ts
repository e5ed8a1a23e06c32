// What a search found, in words: numbers with their units and intervals, points by their settings.

import type { Unit } from "../tune/response.ts";
import type { ConstraintShown, Measured, Shown } from "../tune/search/confirm.ts";
import type { Found, Nearest, Recommendation } from "../tune/search/search.ts";
import type { Point } from "../tune/search/space.ts";
import type { Room, Weather } from "../tune/search/surroundings.ts";
import type { Constraint } from "../tune/search/task.ts";
import type { StudyTask, TaskResponse } from "../tune/study-task.ts";
import { plural, printShare, printTime } from "./words.ts";

export function printValue(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return "-";
  if (value < 0) return `-${printValue(-value, unit)}`;
  switch (unit) {
    case "durationUs":
      return printTime(Math.round(value));
    case "share":
      return printShare(value);
    case "count":
    case "amount":
      return String(Number(value.toPrecision(value < 1_000 ? 3 : 4)));
  }
}

/** Where nothing bounds a value. */
const anything = "anything";

/** "2.41 s to 2.63 s": where the truth is 95 times in 100. */
export function printInterval({ low, high }: Measured, unit: Unit): string {
  if (high === Infinity) return low > 0 ? `at least ${printValue(low, unit)}` : anything;
  return `${printValue(low, unit)} to ${printValue(high, unit)}`;
}

/** "settings.health.timeout=2s settings.health.heartbeat=500ms", as can be typed after --set. */
export const settingsOf = ({ space }: StudyTask, point: Point): readonly string[] =>
  space.map(({ path, levels }, index) => `${path}=${levels[point[index]]}`);

/** Levels alone, for tables whose head names the factors. */
export const levelsOf = ({ space }: StudyTask, point: Point): readonly string[] =>
  space.map(({ levels }, index) => levels[point[index]]);

/** The last words of paths that tell them apart: "timeout" of "settings.health.timeout". */
export function shortNames({ space }: StudyTask): readonly string[] {
  const words = space.map(({ path }) => path.split("."));
  return words.map((own, index) => {
    for (let length = 1; length < own.length; length++) {
      const short = own.slice(-length).join(".");
      if (words.every((other, place) => place === index || other.slice(-length).join(".") !== short)) return short;
    }
    return own.join(".");
  });
}

export function constraintWords({ responses }: StudyTask, constraint: Constraint): string {
  const { label, unit } = responses[constraint.response];
  switch (constraint.type) {
    case "never":
      return `never ${label}`;
    case "bound":
      return `${label} ${constraint.comparison} ${printValue(constraint.bound, unit)}`;
    case "asToday":
      return `${label} ${constraint.comparison} today's`;
  }
}

/** How a constraint stands, with the number that shows it. */
export function keptWords(
  shown: ConstraintShown,
  runs: number,
  response: TaskResponse,
  constraint: Constraint,
): string {
  if (constraint.type === "never") {
    const high = printShare(shown.measured.high);
    return shown.events === 0
      ? `in 0 of ${plural(runs, "run")}: at most ${high} do`
      : `in ${shown.events} of ${plural(runs, "run")}`;
  }
  const { value } = shown.measured;
  const sure = shown.isSurelyKept
    ? "surely kept"
    : shown.isSurelyBroken
      ? "surely broken"
      : shown.excess > 0
        ? "likely broken"
        : "likely kept";
  const interval = printInterval(shown.measured, response.unit);
  return `${printValue(value, response.unit)}${interval === anything ? "" : ` (${interval})`}: ${sure}`;
}

/** "3.0 s less than today", or that no difference was seen. */
function differenceWords({ value, low, high }: Measured, unit: Unit): string {
  if (Number.isNaN(value)) return "not comparable with today's";
  if (value === 0 && low === 0 && high === 0) return "exactly today's";
  if (low === -Infinity || high === Infinity) return "not known to differ from today's, in so few runs";
  if (low <= 0 && high >= 0)
    return `not known to differ from today's (between ${printValue(-low, unit)} less and ${printValue(high, unit)} more)`;
  const [near, far] = value < 0 ? [-high, -low] : [low, high];
  const size = `${printValue(Math.abs(value), unit)} (${printValue(near, unit)} to ${printValue(far, unit)})`;
  return `${size} ${value < 0 ? "less" : "more"} than today's`;
}

/** How sure it is that nothing better was left. */
export function surenessWords({ responses, objectives }: StudyTask, { sureness, isConfirmed }: Recommendation): string {
  if (!isConfirmed) return "Not confirmed: it was cut short, and what is shown is what the setting was chosen by.";
  const confirmed = "Measured under seeds that had no part in choosing it";
  const [objective] = objectives;
  if (sureness === undefined || objective === undefined) return `${confirmed}.`;
  const { unit } = responses[objective.response];
  const most = printValue(sureness.betterByMax, unit);
  const others = `${sureness.rivals === 1 ? "the other one" : `the ${sureness.rivals} others`} that came this far`;
  if (sureness.betterByMax === Infinity) return `${confirmed}, in too few runs to compare it with ${others}.`;
  return sureness.betterByMax === 0
    ? `${confirmed}: none of ${others} is better, with 95 % confidence.`
    : `${confirmed}: with 95 % confidence none of ${others} is better by more than ${most}.`;
}

/** Where a factor may go, and why not further. */
export function roomWords(task: StudyTask, room: Room, names: readonly string[]): string {
  const { levels, isOrdered } = task.space[room.factor];
  const name = names[room.factor];
  if (room.steps.length < 2) return `${name}: not looked at, for want of runs.`;
  if (!isOrdered) {
    const safe = room.steps.filter((step) => step.isSafe).map(({ level }) => levels[level]);
    return `${name}: ${safe.length === 0 ? "none of the others" : safe.join(", ")}.`;
  }
  const below = room.steps.findLast(({ level }) => level < room.from);
  const above = room.steps.find(({ level }) => level > room.to);
  const why = [below, above].flatMap((step) =>
    step === undefined ? [] : [`at ${levels[step.level]} ${reasonWords(task, step.shown, step.worse)}`],
  );
  const range = room.from === room.to ? `only ${levels[room.from]}` : `${levels[room.from]} to ${levels[room.to]}`;
  return `${name}: ${range}${why.length === 0 ? ", which is all of it" : `; ${why.join(", and ")}`}.`;
}

/** Why a step away from the recommended setting is not safe. */
export function reasonWords(task: StudyTask, shown: Shown, worse: readonly number[]): string {
  const broken = brokenIn(task, shown);
  if (broken !== undefined) return `${broken} does not hold`;
  const labels = worse.map((objective) => task.responses[task.objectives[objective].response].label);
  return `${labels.join(" and ")} ${labels.length === 1 ? "is" : "are"} worse by more than a tenth`;
}

/** The first constraint that these runs show broken. */
export function brokenIn(task: StudyTask, { constraints }: Shown): string | undefined {
  const place = constraints.findIndex(({ excess }) => excess > 0);
  return place === -1 ? undefined : `"${constraintWords(task, task.constraints[place])}"`;
}

/** What keeps a point from being recommended. */
export function unkeptWords(task: StudyTask, { kept, isMeasuredFresh }: Nearest): string {
  const broken = kept.flatMap(({ excess }, place) =>
    excess > 0 ? [constraintWords(task, task.constraints[place])] : [],
  );
  if (broken.length > 0) return broken.join(", ");
  return isMeasuredFresh ? "(fresh seeds broke it)" : "(not run under fresh seeds)";
}

export const weatherName = ({ study }: StudyTask, under: number): string => study.study.search.worse[under - 1].name;

/** What breaks first as the network gets worse. */
export function weatherWords(task: StudyTask, weather: readonly Weather[]): string {
  const worst = weather.at(-1);
  if (worst === undefined) return "No worse network was looked at.";
  const first = weather.find(({ broken }) => broken.length > 0);
  if (first === undefined) {
    return `Nothing breaks, up to "${weatherName(task, worst.under)}" (${plural(worst.chosen.runs, "run")} each).`;
  }
  const { chosen, neighbours, under } = first;
  const what = first.broken.map((place) => `"${constraintWords(task, task.constraints[place])}"`).join(" and ");
  const numbers = first.broken
    .map((place) =>
      keptWords(
        chosen.constraints[place],
        chosen.runs,
        task.responses[task.constraints[place].response],
        task.constraints[place],
      ),
    )
    .join("; ");
  const standing = neighbours.filter(({ constraints }) => constraints.every(({ excess }) => excess === 0));
  const instead =
    neighbours.length === 0
      ? ""
      : standing.length === 0
        ? ` So does it at each of ${plural(neighbours.length, "setting")} beside it.`
        : ` There ${levelsOf(task, standing[0].point).join(", ")} would still hold.`;
  return `${what} breaks first: under "${weatherName(task, under)}" ${numbers}.${instead}`;
}

/** Whether it is worth changing anything. */
export function verdictWords(task: StudyTask, { recommended, today, wasCutShort }: Found): string {
  const cut = wasCutShort ? " It was cut short: this is the best so far." : "";
  if (recommended === undefined) return `No setting that was looked at keeps every limit.${cut}`;
  const { shown } = recommended;
  const settings = settingsOf(task, shown.point).join(", ");
  if (today !== undefined && shown.aboveToday === undefined)
    return `Keep today's setting: ${settings}. Nothing that was compared with it gains anything beyond chance with every limit kept.${cut}`;
  const gains = (shown.aboveToday ?? []).map((difference, place) => {
    const { label, unit } = task.responses[task.objectives[place].response];
    return `${label} is ${differenceWords(difference, unit)}`;
  });
  return `Recommended: ${settings}.${gains.length === 0 ? "" : ` ${sentence(gains)}.`}${cut}`;
}

const sentence = (parts: readonly string[]): string => {
  const joined = parts.join("; ");
  return joined.charAt(0).toUpperCase() + joined.slice(1);
};
