// What `faultline sweep` was asked to do, checked.

import { availableParallelism } from "node:os";

import type { SeedRange } from "../campaign/plan.ts";
import { pointsMax } from "../tune/design.ts";
import { type Factor, readFactor } from "../tune/factor.ts";
import { changedProblems, type StudyText, type Written } from "../tune/study.ts";
import { type Place, type Problem, shown } from "../scenario/problem.ts";
import { readCount, readSeed, readSeeds, readTime } from "./arguments.ts";
import type { CacheFlags } from "./cache-option.ts";
import { argumentMistake, ReaderMistake } from "./exit-codes.ts";
import { type PlugInFlags, plugInsOf } from "./plug-in-option.ts";
import { overridesOf } from "./studies.ts";

/** Options as they were typed. */
export interface SweepFlags extends PlugInFlags, CacheFlags {
  readonly vary?: readonly string[] | undefined;
  readonly response?: readonly string[] | undefined;
  readonly baseline?: readonly string[] | undefined;
  readonly seeds?: string | undefined;
  readonly points?: string | undefined;
  readonly designSeed?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly workers?: string | undefined;
  readonly limitTime?: string | undefined;
  readonly pairing?: boolean | undefined;
  readonly output?: string | undefined;
  readonly report?: string | undefined;
}

export interface SweepRequest {
  readonly vary: readonly string[];
  readonly responses: readonly Written[];
  readonly baseline: readonly string[];
  readonly seeds: SeedRange | undefined;
  /** Of a random design. */
  readonly points: number | undefined;
  readonly designSeed: number;
  readonly set: readonly string[];
  readonly workers: number;
  readonly runMsMax: number;
  readonly showsPairing: boolean;
  readonly output: string | undefined;
  readonly report: string | undefined;
  readonly plugIns: readonly string[];
}

const workersMax = 256;

export function readSweepRequest(flags: SweepFlags): SweepRequest {
  const { workers, points, designSeed, limitTime } = flags;
  return {
    vary: flags.vary ?? [],
    responses: (flags.response ?? []).map((document) => ({ document, place: placeOf("--response", document) })),
    baseline: flags.baseline ?? [],
    seeds: flags.seeds === undefined ? undefined : readSeeds(flags.seeds),
    points: points === undefined ? undefined : readCount("--points", points, { min: 2, max: pointsMax }),
    designSeed: designSeed === undefined ? 1 : readSeed("--design-seed", designSeed),
    set: flags.set ?? [],
    workers:
      workers === undefined ? availableParallelism() : readCount("--workers", workers, { min: 0, max: workersMax }),
    runMsMax: limitTime === undefined ? Infinity : readTime("--limit-time", limitTime) / 1_000,
    showsPairing: flags.pairing ?? false,
    output: flags.output,
    report: flags.report,
    plugIns: plugInsOf(flags),
  };
}

const seedsPreset: SeedRange = { from: 1, to: 20 };

/** The study with what was typed in place of what it says. @throws ReaderMistake */
export function changedStudy(study: StudyText, request: SweepRequest): StudyText {
  const { vary, responses, baseline, seeds, points, designSeed } = request;
  const typed = overridesOf(vary, "--vary").map(({ path, pathPlace, value }) => readFactor(path, value, pathPlace));
  const varied = typed.flatMap((one) => ("code" in one ? [] : [one]));
  const twice = varied.filter(({ name }, index) => varied.findIndex((other) => other.name === name) < index);
  const problems = [...typed.flatMap((one) => ("code" in one ? [one] : [])), ...twice.map((one) => variedTwice(one))];
  if (problems.length > 0) throw new ReaderMistake(problems);
  const changed: StudyText = {
    ...study,
    factors: [...study.factors.filter(({ name }) => !varied.some((factor) => factor.name === name)), ...varied],
    responses: responses.length > 0 ? responses : study.responses,
    baseline: [...study.baseline, ...overridesOf(baseline, "--baseline")].toReversed(),
    seeds: seeds ?? study.seeds,
    design: points === undefined ? study.design : { type: "random", points, seed: designSeed },
  };
  const wrong = changedProblems(changed, placeOf("--vary", vary.join(" ")));
  if (wrong.length > 0) throw new ReaderMistake(wrong);
  return changed;
}

/** A study of what was typed alone: a scenario, what is varied in it and asked of it. @throws ReaderMistake */
export function typedStudy(reference: string, request: SweepRequest): StudyText {
  const { vary, responses, seeds = seedsPreset } = request;
  if (vary.length === 0 || responses.length === 0) throw nothingAsked(reference, vary.length === 0);
  const names = vary.map((argument) => argument.slice(0, Math.max(0, argument.indexOf("="))));
  return changedStudy(
    {
      title: `${reference}: ${names.join(" × ")}`,
      why: "Asked on the command line.",
      scenario: { reference, place: { type: "argument", argument: reference } },
      set: [],
      seeds,
      factors: [],
      circumstances: [],
      design: { type: "grid" },
      responses,
      baseline: [],
      search: { objectives: undefined, budget: undefined, worse: [] },
    },
    request,
  );
}

const placeOf = (option: string, argument: string): Place => ({ type: "argument", argument: `${option} ${argument}` });

const variedTwice = ({ name, place }: Factor): Problem => ({
  place,
  code: "VARIED_TWICE",
  what: `${shown(name)} is varied twice.`,
  expected: "Expected each path once: a point has one value of it.",
  fix: "keep one of them, or put all values into one list.",
});

const nothingAsked = (reference: string, isVaryMissing: boolean): ReaderMistake =>
  argumentMistake(reference, {
    code: isVaryMissing ? "NOTHING_VARIED" : "NOTHING_ASKED",
    what: `This is a scenario, and ${isVaryMissing ? "nothing is varied in it" : "nothing is asked of its runs"}.`,
    expected: "Expected a study file, or a scenario with --vary and --response.",
    fix: "write it as in --vary settings.transfer.deadline=20ms..400ms/20 --response player.pause.p99.",
  });
