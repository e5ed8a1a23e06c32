// A study that fits its scenario: every level stands where it is put, every response is measured, and there is a point
// that all others are compared with.

import { z } from "zod";

import { defaultNames } from "../scenario/node-names.ts";
import type { Override } from "../scenario/overrides.ts";
import { inReadingOrder, type Problem } from "../scenario/problem.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { promisesOf } from "../scenario/story-schema.ts";
import type { AnySystem } from "../systems/system.ts";
import { pointKey, pointsOf } from "./design.ts";
import { amountOf, type Factor, type Level, type Point } from "./factor.ts";
import { type PointScenario, PointScenarios, type StudiedFile } from "./point-scenarios.ts";
import { figuresOf, type Vocabulary } from "./response.ts";
import { type Asked, levelOf, readAsked, type StudyText } from "./study.ts";

export interface OpenStudy {
  readonly study: StudyText;
  readonly scenarios: PointScenarios;
  /** The scenario before anything is varied. */
  readonly scenario: Scenario;
  readonly system: AnySystem;
  readonly responses: readonly Asked[];
  /** Of a search. */
  readonly objectives: readonly Asked[];
  readonly baseline: StudyPoint;
  /** All that responses and objectives are made of. */
  readonly figures: ReadonlySet<string>;
}

/** A point and what it makes of the scenario. */
export interface StudyPoint {
  readonly point: Point;
  /** Levels of the circumstances; empty where a study names none. */
  readonly circumstances: Point;
  readonly key: string;
  readonly scenario: Scenario;
}

export type OpenResult =
  | { readonly type: "open"; readonly study: OpenStudy }
  | { readonly type: "refused"; readonly problems: readonly Problem[] };

/** @param typed of the command line: these win over what the study sets. */
export function openStudy(study: StudyText, file: StudiedFile, typed: readonly Override[]): OpenResult {
  const scenarios = new PointScenarios(file, [...study.set, ...typed]);
  const base = scenarios.base();
  if (base.type === "refused") return base;
  const { scenario } = base;
  const system = file.systems.get(scenario.system);
  // The scenario was read with this system.
  if (system === undefined) return { type: "refused", problems: [] };
  const vocabulary: Vocabulary = {
    figures: system.measures.figures,
    properties: promisesOf(system, defaultNames(system.roles)),
  };
  const responses = readAsked(study.responses, vocabulary);
  const objectives = readAsked(study.search.objectives ?? study.responses, vocabulary);
  const baseline = baselineOf(study, scenario, system);
  const problems = [
    ...problemsIn(responses),
    ...(study.search.objectives === undefined ? [] : problemsIn(objectives)),
    ...levelProblems(study.factors, baseline, scenarios),
    ...circumstanceProblems(study.circumstances, scenarios),
    ...study.search.worse.flatMap(({ puts }) => refusalsOf(scenarios.under(puts))),
  ];
  const at = scenarios.at(baseline);
  if (problems.length > 0 || at.type !== "scenario") {
    return { type: "refused", problems: inReadingOrder(once([...problems, ...refusalsOf(at)])) };
  }
  const asked = [...responses, ...objectives].filter(isAsked);
  return {
    type: "open",
    study: {
      study,
      scenarios,
      scenario,
      system,
      responses: responses.filter(isAsked),
      objectives: objectives.filter(isAsked),
      baseline: { point: baseline, circumstances: [], key: pointKey(baseline), scenario: at.scenario },
      figures: new Set(asked.flatMap(({ response }) => figuresOf(response))),
    },
  };
}

/**
 * The points of the design that exist, under each of the circumstances in turn, the baseline among them or first; and those
 * that the system finds contradictory.
 */
export function studyPoints({ study, scenarios, baseline }: OpenStudy): {
  readonly points: readonly StudyPoint[];
  readonly leftOut: readonly { readonly point: Point; readonly problem: Problem }[];
} {
  const leftOut: { point: Point; problem: Problem }[] = [];
  const design = pointsOf(study.factors, study.design);
  const isThere = design.some((point) => pointKey(point) === baseline.key);
  const points = pointsOf(study.circumstances, { type: "grid" }).flatMap((circumstances) =>
    (isThere ? design : [baseline.point, ...design]).flatMap((point): readonly StudyPoint[] => {
      const read = scenarios.at([...point, ...circumstances]);
      if (read.type === "scenario") return [{ point, circumstances, key: pointKey(point), scenario: read.scenario }];
      // Levels are right one by one: what is wrong now is their combination.
      leftOut.push({ point, problem: read.problems[0] });
      return [];
    }),
  );
  return { points, leftOut };
}

/** What the study names, or else what the scenario says. */
function baselineOf({ factors, baseline }: StudyText, scenario: Scenario, system: AnySystem): Point {
  return factors.map((factor): Level => {
    const put = baseline.find(({ path }) => path === factor.name);
    if (put !== undefined) return levelOf(factor, put) ?? levelFrom(factor, textOfPut(put), [put]);
    const text = textAt(factor.name, scenario, system);
    const same = text === undefined ? undefined : factor.levels.find((level) => sameLevel(level, text));
    return same ?? levelFrom(factor, text ?? "as it is", []);
  });
}

const textOfPut = ({ value }: Override): string => (value.kind === "scalar" ? String(value.value) : "as given");

function levelFrom(factor: Factor, text: string, puts: readonly Override[]): Level {
  const amount = amountOf(text);
  return { text, at: amount?.unit === factor.unit ? amount?.at : undefined, puts };
}

/** "1000ms" and "1s" are one level. */
function sameLevel(level: Level, text: string): boolean {
  if (level.text === text) return true;
  const [one, other] = [amountOf(level.text), amountOf(text)];
  return one !== undefined && one.at === other?.at && one.unit === other.unit;
}

/** What the scenario says there, as a file would; undefined: it cannot be looked up. */
function textAt(path: string, scenario: Scenario, system: AnySystem): string | undefined {
  const [part = "", ...keys] = path.split(".");
  if (part !== "settings" && part !== "workload") return undefined;
  let here: unknown =
    part === "settings" ? z.encode(system.settings, scenario.settings) : z.encode(system.workload, scenario.workload);
  for (const key of keys) {
    const fields: Readonly<Record<string, unknown>> = typeof here === "object" && here !== null ? { ...here } : {};
    here = fields[key];
  }
  return typeof here === "string" || typeof here === "number" || typeof here === "boolean" ? String(here) : undefined;
}

/**
 * Each level beside the baseline's: one that cannot stand there, nor beside the ends of the other factors, is a mistake. One
 * that stands somewhere is part of a combination that may not exist, and that is none.
 */
function levelProblems(factors: readonly Factor[], baseline: Point, scenarios: PointScenarios): readonly Problem[] {
  return factors.flatMap(({ levels, unit }, index) => {
    // Of a range the ends are enough to know whether it fits: a schema has no holes.
    const tried = unit === undefined ? levels : [levels[0], levels[levels.length - 1]];
    return tried.flatMap((level) => {
      const refusals = refusalsOf(scenarios.at(baseline.with(index, level)));
      if (refusals.length === 0 || refusals.some(({ code }) => code === "UNKNOWN_PATH")) return refusals;
      const corners = cornersOf(factors.map((factor, other) => (other === index ? [level] : endsOf(factor))));
      return corners.some((corner) => scenarios.at(corner).type === "scenario") ? [] : refusals;
    });
  });
}

/** Whatever is chosen, circumstances have to be possible. */
const circumstanceProblems = (circumstances: readonly Factor[], scenarios: PointScenarios): readonly Problem[] =>
  circumstances.flatMap(({ levels }) => levels.flatMap((level) => refusalsOf(scenarios.at([level]))));

const endsOf = ({ levels }: Factor): readonly Level[] => [levels[0], levels[levels.length - 1]];

const cornersMax = 32;

const cornersOf = (ends: readonly (readonly Level[])[]): readonly Point[] =>
  ends
    .reduce<readonly Point[]>(
      (points, levels) => points.flatMap((point) => levels.map((level) => [...point, level])).slice(0, cornersMax),
      [[]],
    )
    .slice(0, cornersMax);

const refusalsOf = (read: PointScenario): readonly Problem[] => (read.type === "scenario" ? [] : read.problems);

const isAsked = (read: Asked | Problem): read is Asked => "response" in read;

const problemsIn = (read: readonly Asked[] | readonly Problem[]): readonly Problem[] =>
  read.flatMap((one) => ("code" in one ? [one] : []));

/** A path that is wrong is wrong at each of its levels. */
function once(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ place, code, what }) => {
    const key = `${place.type === "file" ? `${place.line}:${place.column}` : ""} ${code} ${what}`;
    return !seen.has(key) && seen.add(key);
  });
}
