// Problems whose answer is known: a value for each point, and noise that depends on the seed, of which a part is common to
// all points, as it is where points share their seeds.
import { Generator } from "../../../src/base/random.ts";
import type { Sample } from "../../../src/tune/response.ts";
import type { Asking } from "../../../src/tune/search/ledger.ts";
import type { Factor, Point } from "../../../src/tune/search/space.ts";
import type { Answers, RunResult, SearchTask, Wanted } from "../../../src/tune/search/task.ts";

export interface Synthetic {
  readonly task: Omit<SearchTask, "runsMax" | "seed" | "firstSeed">;
  /** What the responses of a point would come to over all runs there could be. */
  readonly truth: (point: Point, under: number) => readonly number[];
  readonly run: (point: Point, under: number, seed: number) => RunResult;
}

export const factorOf = (path: string, levels: number): Factor => ({
  path,
  levels: Array.from({ length: levels }, (_, level) => String(level)),
  isOrdered: true,
});

export const one = (value: number): Sample => ({ sum: value, count: 1, values: [] });

/** About normal, of deviation 1, and the same for the same name and seed. */
export function noise(seed: number, name: number): number {
  const generator = new Generator(seed * 1_009 + name);
  let sum = 0;
  for (let draw = 0; draw < 12; draw++) sum += generator.below(1 << 30) / (1 << 30);
  return sum - 6;
}

const nameOf = (point: Point): number => point.reduce((name, level) => name * 131 + level + 1, 7);

/** Answers whatever a search asks, up to a number of runs. */
export function drive<Result>(
  asking: Asking<Result>,
  answer: (wanted: Wanted) => readonly RunResult[],
  runsMax = Infinity,
): { readonly result: Result; readonly runs: number; readonly asked: readonly Wanted[] } {
  let runs = 0;
  const asked: Wanted[] = [];
  let step = asking.next();
  while (step.done !== true) {
    const results = step.value.map((wanted) => {
      asked.push(wanted);
      const done = answer(wanted).slice(0, Math.max(0, runsMax - runs));
      runs += done.length;
      return done;
    });
    const answers: Answers = { results, isOver: runs >= runsMax };
    step = asking.next(answers);
  }
  return { result: step.value, runs, asked };
}

export const answerOf =
  ({ run }: Synthetic) =>
  ({ point, under, seeds }: Wanted): readonly RunResult[] =>
    seeds.map((seed) => run(point, under, seed));

/** A bowl with its floor off the middle, and as much noise as it is deep; most of the noise is common to all points. */
export function bowl(levels: number): Synthetic {
  const at = { x: 0.62 * (levels - 1), y: 0.31 * (levels - 1) };
  const truth = ([x = 0, y = 0]: Point): readonly number[] => [
    100 +
      (1600 * ((x - at.x) * (x - at.x) + (y - at.y) * (y - at.y) + 0.5 * (x - at.x) * (y - at.y))) / (levels * levels),
  ];
  return {
    task: {
      exists: () => true,
      space: [factorOf("x", levels), factorOf("y", levels)],
      responses: [{ id: "cost", statistic: { type: "mean" } }],
      objectives: [{ response: 0, direction: "minimise" }],
      constraints: [],
      today: undefined,
      worse: 0,
    },
    truth,
    run: (point, _under, seed) => [one(truth(point)[0] + 40 * noise(seed, 1) + 15 * noise(seed, nameOf(point)))],
  };
}

/** What a timeout is: short ones err, long ones are slow; and erring more often than allowed is refused. */
export function timeouts(levels: number): Synthetic {
  const truth = ([beat = 0, timeout = 0]: Point, under: number): readonly number[] => {
    const slow = 50 + 10 * timeout + 4 * beat;
    const error = ((1 + under) * 60) / (((timeout + 1) * (timeout + 1)) / (beat + 1) + 1);
    return [slow, error];
  };
  return {
    task: {
      exists: () => true,
      space: [factorOf("beat", levels), factorOf("timeout", levels)],
      responses: [
        { id: "outage", statistic: { type: "mean" } },
        { id: "errors", statistic: { type: "mean" } },
      ],
      objectives: [{ response: 0, direction: "minimise" }],
      constraints: [{ type: "bound", response: 1, comparison: "<=", bound: 2 }],
      today: [3, levels - 1],
      worse: 3,
    },
    truth,
    run: (point, under, seed) => {
      const [slow, error] = truth(point, under);
      return [
        one(slow + 20 * noise(seed, 1) + 5 * noise(seed, nameOf(point))),
        one(Math.max(0, error * (1 + 0.5 * noise(seed, 2)) + 0.1 * noise(seed, nameOf(point) + 1))),
      ];
    },
  };
}
