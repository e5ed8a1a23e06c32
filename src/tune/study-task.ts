// What a study asks of a search: its levels as a space, its responses as objectives and constraints. Beside what the study
// names, every promise of the system holds: no setting is worth one.

import { inReadingOrder, type Problem } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { seedMax } from "../scenario/story-schema.ts";
import type { Level } from "./factor.ts";
import type { Observation } from "./observation.ts";
import type { OpenStudy } from "./open-study.ts";
import { type Sample, sampleOf, type Unit } from "./response.ts";
import type { Constraint, Objective, Response, SearchTask } from "./search/task.ts";
import { keyOf, type Point, type Space } from "./search/space.ts";
import type { Asked, Limit } from "./study.ts";

/** A response as a search asks for it, and how it is told. */
export interface TaskResponse extends Response {
  readonly label: string;
  readonly unit: Unit;
  readonly sampleOf: (observation: Observation) => Sample;
}

/** A study as a search has it. */
export interface StudyTask {
  readonly study: OpenStudy;
  readonly space: Space;
  readonly levels: readonly (readonly Level[])[];
  readonly responses: readonly TaskResponse[];
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  readonly today: Point;
  /** The scenario of a point; undefined: its levels contradict each other. `under`: 0, or the number of a worse network. */
  readonly scenarioAt: (point: Point, under: number) => Scenario | undefined;
}

export type StudyTaskResult =
  | { readonly type: "task"; readonly task: StudyTask }
  | { readonly type: "refused"; readonly problems: readonly Problem[] };

/** More factors than this no design of a search spreads over. */
const factorsMax = 10;

/** @param levels of each factor; absent: those of the study, and today's. */
export function studyTask(study: OpenStudy, levels: StudyTask["levels"] = levelsWithToday(study)): StudyTaskResult {
  const { factors } = study.study;
  const responses: TaskResponse[] = [promises];
  const problems: Problem[] = factors.length > factorsMax ? [tooManyFactors(study)] : [];
  const objectives = objectivesOf(study).map((asked): Objective => {
    return {
      response: placeOf(responses, plainly(asked)),
      direction: asked.better === "low" ? "minimise" : "maximise",
    };
  });
  const constraints: Constraint[] = [{ type: "never", response: 0 }];
  for (const asked of limited(study)) {
    const constraint = constraintOf(asked, asked.limit, responses);
    if ("code" in constraint) problems.push(constraint);
    else constraints.push(constraint);
  }
  if (objectives.length === 0) problems.push(nothingWanted(study));
  if (problems.length > 0) return { type: "refused", problems: inReadingOrder(problems) };
  return {
    type: "task",
    task: {
      study,
      levels,
      space: factors.map(({ name, unit }, index) => ({
        path: name,
        levels: levels[index].map(({ text }) => text),
        isOrdered: unit !== undefined,
      })),
      responses,
      objectives,
      constraints,
      today: study.baseline.point.map(({ text }, index) => levels[index].findIndex((level) => level.text === text)),
      scenarioAt: scenariosOf(study, levels),
    },
  };
}

/** @param how what is asked for on the command line rather than by the study. */
export const searchTaskOf = (
  task: StudyTask,
  how: { readonly seed: number; readonly runsMax: number },
): SearchTask => ({
  space: task.space,
  exists: (point) => task.scenarioAt(point, 0) !== undefined,
  responses: task.responses,
  objectives: task.objectives,
  constraints: task.constraints,
  today: task.today,
  worse: task.study.study.search.worse.length,
  firstSeed: Math.min(task.study.study.seeds.from, seedMax - seedsBeyond),
  ...how,
});

/** Fresh seeds lie beyond those of the search. */
const seedsBeyond = 2_000_000;

/** Whatever a run must not do, whatever else is asked of it. */
const promises: TaskResponse = {
  id: "promises",
  label: "a broken promise",
  unit: "share",
  statistic: { type: "rate" },
  // A run that a limit cut short has not kept its promises: what was due after that is not known.
  sampleOf: ({ outcome }) => ({ sum: outcome === "held" ? 0 : 1, count: 1, values: [] }),
};

/** What the study names, or else every response that is not bounded: a bound is a wish of its own. */
function objectivesOf({ study, objectives, responses }: OpenStudy): readonly Asked[] {
  return study.search.objectives === undefined ? responses.filter(({ limit }) => limit === undefined) : objectives;
}

type Limited = Asked & { readonly limit: Limit };

function limited({ study, objectives, responses }: OpenStudy): readonly Limited[] {
  const all = study.search.objectives === undefined ? responses : [...responses, ...objectives];
  return all.filter((asked): asked is Limited => asked.limit !== undefined);
}

const plainly = ({ response, label }: Asked): TaskResponse => ({
  id: response.name,
  label,
  unit: response.unit,
  statistic: response.statistic,
  sampleOf: (observation) => sampleOf(response, observation),
});

function placeOf(responses: TaskResponse[], wanted: TaskResponse): number {
  const known = responses.findIndex(({ id }) => id === wanted.id);
  return known === -1 ? responses.push(wanted) - 1 : known;
}

function constraintOf(asked: Asked, limit: Limit, responses: TaskResponse[]): Constraint | Problem {
  const { comparison, value } = limit;
  if (comparison === "=" && value !== 0) return notABound(asked, limit);
  const side = comparison === ">" || comparison === ">=" ? ">=" : "<=";
  if (value === "baseline") {
    return { type: "asToday", response: placeOf(responses, plainly(asked)), comparison: side };
  }
  const { statistic } = asked.response;
  const isNever = side === "<=" && value === 0;
  const end = statistic.type === "quantile" ? endOf(statistic, side) : undefined;
  // The most of all there could be has no interval: what can be counted is runs that go beyond the bound.
  if (isNever || end !== undefined) {
    const isBeyond = (at: number): boolean =>
      comparison === "<"
        ? at >= value && !isNever
        : comparison === ">"
          ? at <= value
          : side === "<="
            ? at > value
            : at < value;
    return { type: "never", response: placeOf(responses, beyond(asked, limit, isNever ? (at) => at > 0 : isBeyond)) };
  }
  return { type: "bound", response: placeOf(responses, plainly(asked)), comparison: side, bound: value };
}

/** The largest where it is bounded from above, the smallest where it is from below. */
function endOf({ of, outOf }: { readonly of: number; readonly outOf: number }, side: "<=" | ">="): true | undefined {
  return (side === "<=" && of === outOf) || (side === ">=" && of === 0) ? true : undefined;
}

/** The runs that go beyond a bound. */
function beyond({ response, label }: Asked, { text }: Limit, isBeyond: (value: number) => boolean): TaskResponse {
  return {
    id: `runs with ${response.name} not ${text}`,
    label: `${label} not ${text}`,
    unit: "share",
    statistic: { type: "rate" },
    sampleOf: (observation) => {
      const { sum, count, values } = sampleOf(response, observation);
      const has =
        response.statistic.type === "quantile" ? values.some(([at]) => isBeyond(at)) : count > 0 && isBeyond(sum);
      return { sum: has ? 1 : 0, count: 1, values: [] };
    },
  };
}

const levelsWithToday = ({ study, baseline }: OpenStudy): StudyTask["levels"] =>
  study.factors.map(({ levels, unit }, index) => withLevel(levels, baseline.point[index], unit));

/** The level of today's setting among the others, where a factor's own levels leave it out. */
function withLevel(levels: readonly Level[], today: Level, unit: Unit | undefined): readonly Level[] {
  if (levels.some(({ text }) => text === today.text)) return levels;
  const all = [...levels, today];
  return unit === undefined || today.at === undefined ? all : all.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

function scenariosOf(study: OpenStudy, levels: readonly (readonly Level[])[]): StudyTask["scenarioAt"] {
  const known = new Map<string, Scenario | undefined>();
  return (point, under) => {
    const key = `${under} ${keyOf(point)}`;
    if (known.has(key)) return known.get(key);
    const puts = point.flatMap((level, index) => levels[index][level].puts);
    const worse = under === 0 ? [] : study.study.search.worse[under - 1].puts;
    const read = study.scenarios.under([...puts, ...worse]);
    const scenario = read.type === "scenario" ? read.scenario : undefined;
    known.set(key, scenario);
    return scenario;
  };
}

const tooManyFactors = ({ study }: OpenStudy): Problem => ({
  place: study.factors[factorsMax].place,
  code: "TOO_MANY_FACTORS",
  what: `${study.factors.length} things are varied at once.`,
  expected: `Expected at most ${factorsMax} for a search.`,
  fix: 'put those that matter least under "set".',
});

const nothingWanted = ({ study }: OpenStudy): Problem => ({
  place: study.scenario.place,
  code: "NOTHING_WANTED",
  what: "Every response has a limit, and none is to be best.",
  expected: "Expected at least one that is to be as low or as high as can be.",
  fix: "name it under tune, as in tune: { objectives: [player.pause.p99] }.",
});

const notABound = ({ place }: Asked, { text }: Limit): Problem => ({
  place,
  code: "WRONG_VALUE",
  what: `A search cannot keep the limit "${text}".`,
  expected: 'Expected a bound on one side, such as "<= 3" or "> 99%", or "= 0".',
  fix: "write < or > instead.",
});
