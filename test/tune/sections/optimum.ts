// Whether a search finds what brute force finds, for a fifth of its runs: four problems small enough for both, of which two
// are worlds of the mesh whose whole grid is run; and whether the intervals that it tells hold the truth.

import { availableParallelism } from "node:os";

import { Evaluator } from "../../../src/campaign/evaluator.ts";
import { answered } from "../../../src/campaign/run-search.ts";
import { openCache } from "../../../src/cli/cache-option.ts";
import { loadSystems } from "../../../src/cli/plug-in-option.ts";
import { loadStudy } from "../../../src/cli/studies.ts";
import { atMost } from "../../../src/check/statistics.ts";
import { estimate } from "../../../src/tune/search/estimate.ts";
import { type Found, search } from "../../../src/tune/search/search.ts";
import { allOf, keyOf, type Point } from "../../../src/tune/search/space.ts";
import type { RunResult, SearchTask, Wanted } from "../../../src/tune/search/task.ts";
import { searchTaskOf, studyTask } from "../../../src/tune/study-task.ts";
import { answerOf, bowl, type Synthetic, timeouts } from "../search/synthetic.ts";
import type { MeasuredFigure, MeasuredSection } from "../../hunt/report.ts";

/** Runs of each point that brute force takes. */
const bruteRuns = 40;
const repetitions = 20;
const near = 1.05;
const coverageRepeats = 200;
/** Of real problems the truth is what so many runs of each point come to, under seeds that no search uses. */
const truthRuns = 100;
/** Seeds of one repetition end before those of the next begin. */
const seedsApart = 10_000_000;

interface Problem {
  readonly name: string;
  readonly task: Omit<SearchTask, "runsMax" | "seed" | "firstSeed">;
  /** In order of responses. */
  readonly truth: (point: Point) => readonly number[];
  readonly answer: (wanted: readonly Wanted[]) => Promise<readonly (readonly RunResult[])[]>;
  readonly isReal: boolean;
}

interface Outcome {
  /** Above the optimum, as a share of it; Infinity: nothing was recommended, or what breaks a limit. */
  readonly regret: number;
  readonly runs: number;
  readonly holdsTruth: boolean;
}

export async function optimumSection(tell: (line: string) => void): Promise<MeasuredSection> {
  const rows: (readonly string[])[] = [];
  const figures: MeasuredFigure[] = [];
  const synthetic = [
    ofSynthetic("a bowl under noise, 256 points", bowl(16)),
    ofSynthetic("slow or wrong: a limit on the way, 144 points", {
      ...timeouts(12),
      task: { ...timeouts(12).task, worse: 0 },
    }),
  ];
  for (const problem of synthetic) await measure(problem, { rows, figures, tell });
  for (const file of ["failover", "deadline"]) {
    await withReal(file, tell, async (problem) => measure(problem, { rows, figures, tell }));
  }
  // Told, and held against no bar: brute force cannot tell the points on both sides of this limit apart, either.
  await withReal("noisy-limit", tell, async (problem) => measure(problem, { rows, figures: [], tell }));
  figures.push(await coverage(synthetic, tell));
  return {
    title: "What a search finds",
    about:
      `Brute force runs every point ${bruteRuns} times; a search may make a fifth of these runs, for everything: also for ` +
      `confirming what it found and looking around it. It has found the optimum when what it recommends keeps the limits ` +
      `and is, in truth, within 5 % of the best that does. The truth is known of the synthetic problems, and of the others ` +
      `it is what ${truthRuns} runs of every point come to under seeds of their own. Each repetition has other seeds, and ` +
      `makes other choices by chance. The last problem is no bar: its limit is so near to what several points do that ` +
      `the runs of brute force could not tell either which of them keep it. Whether intervals hold the truth is held ` +
      `against a bar where the truth is known exactly, of the synthetic problems alone. Of the problems of the mesh it is ` +
      `an estimate itself, the same in all ${repetitions} repetitions, and its own error lies outside the intervals: the ` +
      `last column of their rows tells how often estimate and interval agree, which no bar is on.`,
    command: "npm run tune -- optimum",
    figures,
    columns: [
      "problem",
      "points",
      "brute force",
      "runs of a search, at most",
      "found",
      "worst",
      "interval holds truth",
    ],
    rows,
  };
}

interface Telling {
  readonly rows: (readonly string[])[];
  readonly figures: MeasuredFigure[];
  readonly tell: (line: string) => void;
}

async function measure(problem: Problem, { rows, figures, tell }: Telling): Promise<void> {
  const points = allOf(problem.task.space).filter((point) => problem.task.exists(point));
  const brute = points.length * bruteRuns;
  const outcomes: Outcome[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const outcome = await repeat(problem, repetition, Math.floor(brute / 5), points);
    outcomes.push(outcome);
    tell(`${problem.name}, ${repetition + 1} of ${repetitions}: ${regretWords(outcome.regret)}, ${outcome.runs} runs`);
  }
  const found = outcomes.filter(({ regret }) => regret <= near - 1).length;
  const most = Math.max(...outcomes.map(({ runs }) => runs));
  const held = outcomes.filter(({ holdsTruth }) => holdsTruth).length;
  rows.push([
    `${problem.name}${problem.isReal ? " (mesh)" : ""}`,
    String(points.length),
    `${brute} runs`,
    String(most),
    `${found} of ${repetitions}`,
    regretWords(Math.max(...outcomes.map(({ regret }) => regret))),
    `${held} of ${repetitions}`,
  ]);
  figures.push({
    what: problem.name,
    bar: `within 5 % in at least 18 of ${repetitions}, for at most ${Math.floor(brute / 5)} runs`,
    measured: `${found} of ${repetitions}, ${most} runs`,
    met: found >= 0.9 * repetitions && 5 * most <= brute,
  });
}

const regretWords = (regret: number): string =>
  regret === Infinity ? "nothing, or what breaks a limit" : `${(100 * regret).toFixed(1)} % above the best`;

async function repeat(
  problem: Problem,
  repetition: number,
  runsMax: number,
  points: readonly Point[],
): Promise<Outcome> {
  const found = await searched(problem, repetition, runsMax);
  const { recommended } = found.result;
  const { runs } = found;
  if (recommended === undefined) return { regret: Infinity, runs, holdsTruth: false };
  const { point, responses } = recommended.shown;
  const objective = problem.task.objectives[0]?.response ?? 0;
  const best = Math.min(
    ...points.filter((one) => keeps(problem, one)).map((one) => problem.truth(one)[objective] ?? Infinity),
  );
  const truth = problem.truth(point)[objective] ?? Infinity;
  const measured = responses[objective];
  return {
    regret: keeps(problem, point) ? truth / best - 1 : Infinity,
    runs,
    holdsTruth: measured !== undefined && measured.low <= truth && truth <= measured.high,
  };
}

function keeps({ task, truth }: Problem, point: Point): boolean {
  return task.constraints.every((constraint) => {
    const value = truth(point)[constraint.response] ?? Infinity;
    if (constraint.type === "never") return value === 0;
    if (constraint.type === "asToday") throw new Error("no problem of these compares with today");
    return constraint.comparison === "<=" ? value <= constraint.bound : value >= constraint.bound;
  });
}

async function searched(
  { task, answer }: Problem,
  repetition: number,
  runsMax: number,
): Promise<{ readonly result: Found; readonly runs: number }> {
  const asking = search({ ...task, runsMax, seed: repetition, firstSeed: (repetition + 1) * seedsApart });
  let runs = 0;
  let step = asking.next();
  while (step.done !== true) {
    const results = await answer(step.value);
    runs += results.reduce((sum, { length }) => sum + length, 0);
    step = asking.next({ results, isOver: false });
  }
  return { result: step.value, runs };
}

function ofSynthetic(name: string, problem: Synthetic): Problem {
  const run = answerOf(problem);
  return {
    name,
    task: problem.task,
    truth: (point) => problem.truth(point, 0),
    answer: (wanted) => Promise.resolve(wanted.map((one) => run(one))),
    isReal: false,
  };
}

/** A study whose grid is run whole, under seeds of its own. */
async function withReal(
  file: string,
  tell: (line: string) => void,
  use: (problem: Problem) => Promise<void>,
): Promise<void> {
  const study = loadStudy(`test/tune/optimum/${file}.yaml`, {
    systems: loadSystems([]),
    set: [],
    change: (read) => read,
  });
  const made = studyTask(study);
  if (made.type === "refused") throw new Error(made.problems.map(({ what }) => what).join(" "));
  const { task } = made;
  const cache = openCache({}, []);
  const evaluator = await Evaluator.start({
    workers: availableParallelism(),
    limits: { runMsMax: Infinity },
    plugIns: [],
    figures: study.figures,
    cache,
  });
  try {
    const whole = searchTaskOf(task, { seed: 1, runsMax: 1 });
    // Today's setting has no part in these: it need not even be on the grid.
    const { seed: _seed, runsMax: _runs, firstSeed: _first, ...asked } = { ...whole, today: undefined };
    const points = allOf(task.space).filter((point) => whole.exists(point));
    const seeds = Array.from({ length: truthRuns }, (_, ordinal) => ordinal + 1);
    tell(`${file}: the whole grid, ${points.length * truthRuns} runs`);
    const results = await answered(
      points.map((point) => ({ point, under: 0, seeds })),
      { task, evaluator },
    );
    const truths = new Map(
      points.map((point, place) => [
        keyOf(point),
        task.responses.map(
          ({ statistic }, response) =>
            estimate(
              statistic,
              (results[place] ?? []).flatMap((result) => result[response] ?? []),
            ).value,
        ),
      ]),
    );
    await use({
      name: study.study.title,
      task: asked,
      truth: (point) => truths.get(keyOf(point)) ?? [],
      answer: async (wanted) => answered(wanted, { task, evaluator }),
      isReal: true,
    });
  } finally {
    await evaluator.end();
    cache?.close();
  }
}

/** How often the interval of the recommendation holds the truth, over the problems whose truth is known exactly. */
async function coverage(problems: readonly Problem[], tell: (line: string) => void): Promise<MeasuredFigure> {
  let held = 0;
  for (const problem of problems) {
    const points = allOf(problem.task.space);
    const runsMax = Math.floor((points.length * bruteRuns) / 5);
    for (let repeated = 0; repeated < coverageRepeats / problems.length; repeated++) {
      // After those that were repeated to see what is found.
      if ((await repeat(problem, repetitions + repeated, runsMax, points)).holdsTruth) held++;
    }
    tell(`intervals, ${problem.name}: ${held} hold the truth so far`);
  }
  // How likely it is to see so few of intervals that hold it 95 times in 100.
  const luck = atMost(held, coverageRepeats, 0.95);
  return {
    what: "intervals of what is recommended hold the truth, of the two synthetic problems",
    bar: `at least 93 % of ${coverageRepeats}`,
    measured: `${held} of ${coverageRepeats} (95 % intervals hold as few or fewer with chance ${luck.toFixed(2)})`,
    met: held >= 0.93 * coverageRepeats,
  };
}
