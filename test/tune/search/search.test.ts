// A search is asked about problems whose answer is known.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { dominates, inOrder, nonDominated } from "../../../src/tune/search/pareto.ts";
import { Ledger } from "../../../src/tune/search/ledger.ts";
import { search } from "../../../src/tune/search/search.ts";
import { allOf, keyOf, type Point } from "../../../src/tune/search/space.ts";
import { standingOf } from "../../../src/tune/search/standing.ts";
import type { SearchTask } from "../../../src/tune/search/task.ts";
import { answerOf, bowl, drive, noise, one, type Synthetic, timeouts } from "./synthetic.ts";

const found = (problem: Synthetic, how: Partial<SearchTask>, runsMax?: number) =>
  drive(search({ ...problem.task, seed: 1, firstSeed: 1, runsMax: 1_000, ...how }), answerOf(problem), runsMax);

/** The best value of the first response, of points that keep the bound. */
function optimum({ task, truth }: Synthetic): number {
  const kept = allOf(task.space).filter((point) =>
    task.constraints.every(
      (constraint) => constraint.type !== "bound" || truth(point, 0)[constraint.response] <= constraint.bound,
    ),
  );
  return Math.min(...kept.map((point) => truth(point, 0)[0]));
}

describe("a search", () => {
  test.each([
    ["a bowl under noise", bowl(16), 2_000],
    ["a bound that only some points keep", timeouts(12), 1_200],
  ] as const)("finds the best of %s", (_, problem, runsMax) => {
    const best = optimum(problem);
    const near = [1, 2, 3, 4, 5, 6].filter((seed) => {
      const { recommended } = found(problem, { runsMax, seed, firstSeed: seed * 10_000_000 }).result;
      return recommended !== undefined && problem.truth(recommended.shown.point, 0)[0] <= 1.05 * best;
    });
    expect(near.length).toBeGreaterThanOrEqual(5);
  });

  test("says the same for the same question, and asks the same", () => {
    expect(found(timeouts(8), {})).toEqual(found(timeouts(8), {}));
  });

  property.prop([fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 })], { numRuns: 40 })(
    "never spends more than it may, and ends with what it has when it is stopped",
    (runsMax, stopAt) => {
      const { result, runs } = found(timeouts(6), { runsMax }, stopAt);
      expect(runs).toBeLessThanOrEqual(Math.min(runsMax, stopAt));
      expect(result.runsDone).toBe(runs);
      expect(result.wasCutShort).toBe(runs >= stopAt);
    },
  );

  test("runs every point under the same seeds, and confirms under others", () => {
    const { asked, result } = found(timeouts(8), {});
    const seeds = (point: Point) =>
      asked
        .filter((wanted) => wanted.under === 0 && keyOf(wanted.point) === keyOf(point))
        .flatMap((wanted) => wanted.seeds);
    const chosen = result.recommended!.shown;
    const searched = seeds(chosen.point).filter((seed) => seed < 1_000_000);
    const confirmed = seeds(chosen.point).filter((seed) => seed >= 1_000_000);
    expect(searched).toEqual(searched.map((_, ordinal) => ordinal + 1));
    expect(confirmed).toEqual(confirmed.map((_, ordinal) => ordinal + 1_000_001));
    expect(chosen.runs).toBe(confirmed.length);
  });

  test("tells of today's setting, and what is above it under the same seeds", () => {
    const problem = timeouts(10);
    const { today, recommended } = found(problem, { runsMax: 2_000 }).result;
    expect(today?.point).toEqual([3, 9]);
    const [difference] = recommended!.shown.aboveToday!;
    const truth = problem.truth(recommended!.shown.point, 0)[0] - problem.truth([3, 9], 0)[0];
    expect(difference.low).toBeLessThan(truth);
    expect(difference.high).toBeGreaterThan(truth);
    expect(difference.high).toBeLessThan(0);
  });

  test("keeps today's setting where nothing gains anything beyond chance", () => {
    const problem = bowl(8);
    const flat: Synthetic = {
      ...problem,
      task: { ...problem.task, today: [3, 3] },
      run: (point, under, seed) => [one(problem.run(point, under, seed)[0].sum - problem.truth(point, 0)[0] + 100)],
    };
    const results = [1, 2, 3, 4, 5, 6, 7, 8].map(
      (seed) => found(flat, { seed, firstSeed: seed * 10_000_000, runsMax: 1_500 }).result,
    );
    const changed = results.filter(({ recommended }) => recommended?.shown.aboveToday !== undefined);
    // A gain is said of what chance shows less than once in twenty searches.
    expect(changed.length).toBeLessThanOrEqual(1);
    for (const { front, today, recommended } of results) {
      expect(recommended?.isConfirmed).toBe(true);
      expect(front.filter(({ point }) => keyOf(point) === "3 3").length).toBeLessThanOrEqual(1);
      expect(today?.point).toEqual([3, 3]);
    }
  });

  test("keeps today's setting rather than one that may break what that keeps", () => {
    const problem = bowl(8);
    // Whatever is better than today's breaks a limit, which only fresh seeds show.
    const hidden: Synthetic = {
      ...problem,
      task: {
        ...problem.task,
        today: [7, 7],
        responses: [...problem.task.responses, { id: "errors", statistic: { type: "mean" } }],
        constraints: [{ type: "bound", response: 1, comparison: "<=", bound: 1 }],
      },
      run: (point, under, seed) => [
        ...problem.run(point, under, seed),
        one(seed > 1_000_000 && keyOf(point) !== keyOf([7, 7]) ? 1.1 + 0.5 * noise(seed, 3) : 0.5 * noise(seed, 3)),
      ],
    };
    const { recommended } = found(hidden, { runsMax: 1_500 }).result;
    expect(recommended?.shown.point).toEqual([7, 7]);
  });

  test("tells in which worse network what breaks first", () => {
    const problem = timeouts(10);
    const { recommended } = found(problem, { runsMax: 4_000 }).result;
    const truly = [1, 2, 3].map((under) => problem.truth(recommended!.shown.point, under)[1] > 2);
    expect(recommended!.weather.map(({ broken }) => broken.length > 0)).toEqual(truly);
    expect(truly).toContain(true);
  });

  test("tells how far each factor may move", () => {
    const problem = timeouts(10);
    const { recommended } = found(problem, { runsMax: 4_000 }).result;
    const [, timeout] = recommended!.room;
    const [beat = 0, level = 0] = recommended!.shown.point;
    // A level less errs too often, and one more is slower by ten in a hundred.
    const isBroken = problem.truth([beat, timeout.from - 1], 0)[1] > 2;
    expect(timeout.from === 0 || isBroken).toBe(true);
    expect(timeout.to - level).toBeLessThanOrEqual(2);
  });

  test("recommends nothing where nothing keeps the constraints, and names what comes nearest", () => {
    const problem = timeouts(8);
    const { front, recommended, nearest } = found(problem, {
      constraints: [{ type: "bound", response: 1, comparison: "<=", bound: 0.1 }],
    }).result;
    expect(front).toEqual([]);
    expect(recommended).toBeUndefined();
    expect(nearest[0]?.point).toEqual([0, 7]);
    // Only today's setting was run under fresh seeds: there was no front to confirm.
    expect(nearest.map(({ isMeasuredFresh }) => isMeasuredFresh)).toEqual(
      nearest.map(({ point }) => keyOf(point) === keyOf([3, 7])),
    );
  });

  test("refuses a point for a single run to which happened what must never happen", () => {
    const problem: Synthetic = {
      ...bowl(8),
      run: (point, under, seed) => [
        ...bowl(8).run(point, under, seed),
        one((point[0] ?? 0) >= 4 && seed % 9 === 0 ? 1 : 0),
      ],
    };
    const task: Partial<SearchTask> = {
      responses: [...problem.task.responses, { id: "A1", statistic: { type: "rate" } }],
      constraints: [{ type: "never", response: 1 }],
      runsMax: 2_000,
    };
    const { recommended } = found(problem, task).result;
    expect(recommended?.shown.point[0]).toBe(3);
    const [constraint] = recommended!.shown.constraints;
    expect(constraint?.events).toBe(0);
    // 1 - 0.05^(1/n)
    const { runs } = recommended!.shown;
    expect(constraint?.measured.high).toBeCloseTo(1 - Math.pow(0.05, 1 / runs), 6);
  });

  test("is not sure of a limit for want of anything seen, and chooses by it none the less", () => {
    const keptWith = (statistic: SearchTask["responses"][number]["statistic"], bound: number) => {
      const problem = bowl(4);
      const task: SearchTask = {
        ...problem.task,
        seed: 1,
        firstSeed: 1,
        runsMax: 100,
        responses: [{ id: "rolled back", statistic }],
        constraints: [{ type: "bound", response: 0, comparison: "<=", bound }],
      };
      const ledger = new Ledger(task);
      // 200 samples in 20 runs, of which nothing is seen.
      drive(ledger.need([[0, 0]], 20), ({ seeds }) => seeds.map(() => [{ sum: 0, count: 10, values: [] }]));
      const [kept] = standingOf(ledger, [0, 0], 0.95).kept;
      return [kept?.excess, kept?.isSurelyKept, kept?.isTrusted];
    };
    expect(keptWith({ type: "mean" }, 1_000)).toEqual([0, false, true]);
    const perThousand = { type: "mean", bound: { by: "samples", scale: 1_000 } } as const;
    // 1000 * (1 - 0.05^(1/200)) is 14.9.
    expect(keptWith(perThousand, 14)).toEqual([0, false, false]);
    expect(keptWith(perThousand, 15)).toEqual([0, true, true]);
  });

  test("prefers what surely keeps a limit to what may keep it", () => {
    const problem = timeouts(12);
    // The best point is within a hundredth of the limit: no run of this budget can tell on which side.
    const constraints = [{ type: "bound", response: 1, comparison: "<=", bound: 1.635 } as const];
    const sure = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
      const how = { constraints, seed, runsMax: 1_200, firstSeed: seed * 10_000_000 };
      const { recommended, nearest } = found(problem, how).result;
      return recommended === undefined ? nearest.length > 0 : problem.truth(recommended.shown.point, 0)[1] <= 1.4;
    });
    expect(sure.filter(Boolean).length).toBeGreaterThanOrEqual(6);
  });

  test("keeps apart what is better in one thing and worse in another", () => {
    const problem = timeouts(8);
    const { front } = found(problem, {
      objectives: [
        { response: 0, direction: "minimise" },
        { response: 1, direction: "minimise" },
      ],
      constraints: [],
      runsMax: 3_000,
    }).result;
    expect(front.length).toBeGreaterThanOrEqual(3);
    const costs = front.map(({ point }) => problem.truth(point, 0));
    expect(costs.filter((cost) => costs.some((other) => dominates(other, cost)))).toEqual([]);
  });

  test("goes round points that contradict themselves", () => {
    const exists = ([x = 0, y = 0]: Point): boolean => x <= y + 1;
    const { asked } = found(bowl(10), { exists, runsMax: 1_500 });
    expect(asked.filter(({ point }) => !exists(point))).toEqual([]);
  });
});

describe("a front", () => {
  const cost = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }));

  property.prop([fc.array(cost, { minLength: 1, maxLength: 40 })])(
    "is what no other dominates, and all the rest is",
    (costs) => {
      const points = costs.map((pair, place) => ({ costs: pair, place }));
      const front = nonDominated(points);
      for (const point of points) {
        const isDominated = points.some((other) => dominates(other.costs, point.costs));
        expect(front.includes(point)).toBe(!isDominated);
      }
    },
  );

  property.prop([fc.array(fc.tuple(cost, fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 30 })])(
    "comes first, and what breaks a constraint last",
    (given) => {
      const points = given.map(([costs, excess], place) => ({ point: [place], runs: 8, costs, kept: [], excess }));
      const ordered = inOrder(points);
      expect(new Set(ordered)).toEqual(new Set(points));
      const excesses = ordered.map(({ excess }) => excess);
      expect(excesses).toEqual(excesses.toSorted((a, b) => a - b));
      for (const [place, point] of ordered.entries()) {
        const later = ordered.slice(place + 1).filter(({ excess }) => excess === 0);
        expect(later.some((other) => point.excess === 0 && dominates(other.costs, point.costs))).toBe(false);
      }
    },
  );
});
