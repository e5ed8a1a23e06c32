// A study as a file: a question, the scenario it is asked of, what is varied, and what is asked of each run. Read as
// scenarios are read: every mistake at once, each with its place.

import { z } from "zod";

import type { FigureSpec } from "../check/figure.ts";
import { readBound } from "../scenario/expect-schema.ts";
import { at, type Located, type LocatedMap, placeAt, plain } from "../scenario/located.ts";
import type { Override } from "../scenario/overrides.ts";
import { inReadingOrder, type Place, type Problem, shown } from "../scenario/problem.ts";
import { problemsOf } from "../scenario/problems-of-schema.ts";
import { readYaml } from "../scenario/read-yaml.ts";
import { seedMax } from "../scenario/story-schema.ts";
import { type Design, gridSize, pointsMax } from "./design.ts";
import { type Factor, type Level, readFactor } from "./factor.ts";
import { type Better, readResponse, type Response, type Vocabulary } from "./response.ts";
import {
  type ResponseDocument,
  type StudyDocument,
  studyFormat,
  studyJsonSchema,
  studySchema,
} from "./study-schema.ts";

/** What a response has to keep; "baseline": what it comes to there. */
export interface Limit {
  /** As it is written. */
  readonly text: string;
  readonly comparison: "<" | "<=" | ">" | ">=" | "=";
  readonly value: number | "baseline";
}

/** A response as a study asks for it. */
export interface Asked {
  readonly response: Response;
  /** What it is called in tables and charts. */
  readonly label: string;
  readonly better: Better;
  readonly limit: Limit | undefined;
  readonly place: Place;
}

export interface Seeds {
  readonly from: number;
  readonly to: number;
}

/** As it is written: nothing of it is known to fit the system yet. */
export interface StudyText {
  readonly title: string;
  readonly why: string;
  readonly scenario: { readonly reference: string; readonly place: Place };
  readonly set: readonly Override[];
  readonly seeds: Seeds;
  readonly factors: readonly Factor[];
  /** What nobody chooses: a point is compared with the baseline under the same circumstances. */
  readonly circumstances: readonly Factor[];
  readonly design: Design;
  readonly responses: readonly Written[];
  /** By name of a factor. */
  readonly baseline: readonly Override[];
  readonly search: {
    /** Absent: every response. */
    readonly objectives: readonly Written[] | undefined;
    /** Runs in all. */
    readonly budget: number | undefined;
    readonly worse: readonly { readonly name: string; readonly puts: readonly Override[] }[];
  };
}

/** A response before it is known whether the system measures it. */
export interface Written {
  readonly document: ResponseDocument;
  readonly place: Place;
}

export type StudyResult =
  | { readonly type: "read"; readonly study: StudyText }
  | { readonly type: "refused"; readonly problems: readonly Problem[] };

const whole = "study";

export function readStudy(text: string, file: string): StudyResult {
  const read = readYaml(text, file);
  if (read.type === "refused") return read;
  const { located: root } = read;
  if (root.kind !== "map") return refused([notAMap(root)]);
  const version = versionProblem(root) ?? notAScenario(root);
  if (version !== undefined) return refused([version]);
  const result = z.safeDecode(studySchema, plain(root) as z.input<typeof studySchema>);
  if (!result.success) {
    return refused(problemsOf(result.error.issues, { root, path: [], schema: studyJsonSchema, whole }));
  }
  return studyOf(result.data, root);
}

function studyOf(document: StudyDocument, root: LocatedMap): StudyResult {
  const problems: Problem[] = [];
  const factorsAt = (key: string): readonly Factor[] =>
    entriesAt(root, [key]).flatMap(({ path, pathPlace, value }) => {
      const factor = readFactor(path, value, pathPlace);
      if ("levels" in factor) return [factor];
      problems.push(factor);
      return [];
    });
  const factors = factorsAt("vary");
  const circumstances = factorsAt("under");
  const seeds = readSeeds(document.seeds, placeAt(root, ["seeds"]));
  if ("code" in seeds) problems.push(seeds);
  const design: Design =
    document.design === "grid"
      ? { type: "grid" }
      : { type: "random", points: document.design.random, seed: document.design.seed };
  problems.push(
    ...designProblems([...factors, ...circumstances], design, problems.length, placeAt(root, ["vary"], true)),
  );
  const baseline = entriesAt(root, ["baseline"]);
  problems.push(...baseline.flatMap((put) => notVaried(put, factors)));
  if (problems.length > 0 || "code" in seeds) return refused(problems);
  const { title, why, tune } = document;
  return {
    type: "read",
    study: {
      title,
      why,
      scenario: { reference: document.scenario, place: placeAt(root, ["scenario"]) },
      set: entriesAt(root, ["set"]),
      seeds,
      factors,
      circumstances,
      design,
      responses: writtenAt(document.responses, root, ["responses"]),
      baseline,
      search: {
        objectives:
          tune?.objectives === undefined ? undefined : writtenAt(tune.objectives, root, ["tune", "objectives"]),
        budget: tune?.budget,
        worse: entriesAt(root, ["tune", "worse"]).map(({ path, value }) => ({ name: path, puts: entriesOf(value) })),
      },
    },
  };
}

/** What of it the system measures, or why not. */
export function readAsked(written: readonly Written[], vocabulary: Vocabulary): readonly Asked[] | readonly Problem[] {
  const problems: Problem[] = [];
  const asked = written.flatMap(({ document, place }): readonly Asked[] => {
    const { of, as, better = "low", limit } = typeof document === "string" ? { of: document } : document;
    const response = readResponse(of, vocabulary);
    if (response.type === "refused") {
      problems.push({ place, ...response.why });
      return [];
    }
    const bound = limit === undefined ? undefined : readLimit(limit, response.value, place);
    if (bound !== undefined && "code" in bound) {
      problems.push(bound);
      return [];
    }
    return [{ response: response.value, label: as ?? response.value.name, better, limit: bound, place }];
  });
  return problems.length > 0 ? problems : asked;
}

function readLimit(text: string, { unit }: Response, place: Place): Limit | Problem {
  const [, toBaseline] = /^(<=|>=|<|>)\s*baseline$/.exec(text) ?? [];
  if (toBaseline !== undefined) return { text, comparison: toBaseline as Limit["comparison"], value: "baseline" };
  // How often on average is no whole number.
  const kind: FigureSpec["kind"] = unit === "count" ? "amount" : unit;
  const bound = readBound(text, kind);
  if (bound !== undefined) return { text, ...bound };
  const example = { durationUs: "< 100ms", share: "< 1%", count: "<= 0.5", amount: "<= 0.5" }[unit];
  return {
    place,
    code: "WRONG_VALUE",
    what: `limit is ${shown(text)}.`,
    expected: `Expected a comparison and a value, such as "${example}", or "<= baseline".`,
    fix: `write it as in "${example}".`,
  };
}

function readSeeds(written: number | string, place: Place): Seeds | Problem {
  const [, first = "", last = first] = /^(\d{1,16})(?:\.\.(\d{1,16}))?$/.exec(String(written)) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first !== "" && from <= to && to <= seedMax && to - from < seedsMax) return { from, to };
  return {
    place,
    code: "BAD_SEEDS",
    what: `${shown(written)} is no range of seeds.`,
    expected: `Expected the first and the last seed, such as 1..40, and at most ${seedsMax} of them.`,
    fix:
      from > to ? `write the smaller one first: ${last}..${first}.` : "write two numbers with two dots between them.",
  };
}

/** At one point. */
const seedsMax = 1_000_000;

const writtenAt = (
  documents: readonly ResponseDocument[],
  root: LocatedMap,
  path: readonly string[],
): readonly Written[] => documents.map((document, index) => ({ document, place: placeAt(root, [...path, index]) }));

const entriesAt = (root: Located, path: readonly string[]): readonly Override[] => {
  const found = at(root, path);
  return found === undefined ? [] : entriesOf(found);
};

const entriesOf = (map: Located): readonly Override[] =>
  map.kind === "map"
    ? [...map.entries].map(([path, { keyPlace, value }]) => ({ path, pathPlace: keyPlace, value }))
    : [];

/** What is wrong with a study that somebody has changed. */
export const changedProblems = (study: StudyText, place: Place): readonly Problem[] => [
  ...designProblems([...study.factors, ...study.circumstances], study.design, 0, place),
  ...study.baseline.flatMap((put) => notVaried(put, study.factors)),
];

/** @param wrong how many problems there are before: a factor that cannot be read is not one too few. */
function designProblems(factors: readonly Factor[], design: Design, wrong: number, place: Place): readonly Problem[] {
  if (factors.length === 0 && wrong === 0) {
    return [
      {
        place,
        code: "NOTHING_VARIED",
        what: "Nothing is varied.",
        expected: "Expected at least one path with its values.",
        fix: "name one, as in settings.transfer.deadline: 20ms..400ms/20.",
      },
    ];
  }
  const size = gridSize(factors);
  if (design.type === "random" || size <= pointsMax) return [];
  return [
    {
      place,
      code: "TOO_MANY_POINTS",
      what: `All combinations are ${size} points.`,
      expected: `Expected at most ${pointsMax}.`,
      fix: 'take fewer values, or spread points evenly with "design: { random: 200 }".',
    },
  ];
}

/** The level of a factor that a baseline means; a value between levels has a place of its own. */
export function levelOf(factor: Factor, { value }: Override): Level | undefined {
  const text = String(plain(value));
  return factor.levels.find((level) => level.text === text);
}

function notVaried({ path, pathPlace }: Override, factors: readonly Factor[]): readonly Problem[] {
  const names = factors.map(({ name }) => name);
  if (names.includes(path) || factors.length === 0) return [];
  return [
    {
      place: pathPlace,
      code: "NOT_VARIED",
      what: `baseline names ${shown(path)}, which is not varied.`,
      expected: `Expected some of ${names.join(", ")}.`,
      fix: 'put it under "set", where it holds for every point.',
    },
  ];
}

const refused = (problems: readonly Problem[]): StudyResult => ({
  type: "refused",
  problems: inReadingOrder(problems),
});

const notAMap = (root: Located): Problem => ({
  place: root.place,
  code: "WRONG_TYPE",
  what: `The file holds ${shown(plain(root))}.`,
  expected: "Expected a map of title, why, scenario, seeds, vary and responses.",
  fix: 'begin each line with a key, such as "title: …".',
});

function notAScenario(root: LocatedMap): Problem | undefined {
  if (at(root, ["system"]) === undefined || at(root, ["vary"]) !== undefined) return undefined;
  return {
    place: root.place,
    code: "NOT_A_STUDY",
    what: "This is a scenario, not a study.",
    expected: "Expected a study, or what is varied in the scenario and asked of it.",
    fix: "add --vary and --response, as in --vary settings.transfer.deadline=20ms..400ms/20 --response player.pause.p99.",
  };
}

function versionProblem(root: LocatedMap): Problem | undefined {
  const written = at(root, ["faultline"]);
  const version = written === undefined ? studyFormat : plain(written);
  if (version === studyFormat) return undefined;
  const isNewer = typeof version === "number" && Number.isInteger(version) && version > studyFormat;
  return {
    place: placeAt(root, ["faultline"]),
    code: isNewer ? "NEWER_FORMAT" : "WRONG_VALUE",
    what: isNewer
      ? `The study is written in format ${version}, which is newer than this build.`
      : `faultline is ${shown(version)}.`,
    expected: `Expected the format version ${studyFormat}.`,
    fix: isNewer
      ? "install a newer Faultline; guessing would answer another question."
      : `write "faultline: ${studyFormat}", or leave it out.`,
  };
}
