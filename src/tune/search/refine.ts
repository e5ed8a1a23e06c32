// Local refinement: the best points challenge their neighbours, from far ones to next ones, and a neighbour costs no more
// runs than it takes to see that it is worse. What is left of the budget makes the last few surer.

import { withoutBeaten } from "./explore.ts";
import type { Asking, Ledger } from "./ledger.ts";
import { inOrder, nonDominated, thinnestFirst } from "./pareto.ts";
import { diagonalsOf, keyOf, neighboursOf, type Point, type Space } from "./space.ts";
import { type Standing, standingOf, surelyBeats } from "./standing.ts";

/**
 * A challenger that is likely worse is left where it is: nothing is claimed of it, and the runs are better spent. Once there
 * is nothing better to spend them on, it takes more to be left.
 */
const likelihoods = [0.8, 0.95, 0.99];
const confident = 0.95;
/** More factors than this have too many pairs. */
const pairedFactorsMax = 3;
/** Of one point, however much there is to spend. */
const runsOfOneMax = 4_096;

interface Refinement {
  readonly firstRuns: number;
  /** Points of the design: neighbours begin half as far away as those were apart. */
  readonly points: number;
  readonly kept: number;
}

/** @returns what is left, best first. */
export function* refine(ledger: Ledger, begin: readonly Point[], how: Refinement): Asking<readonly Point[]> {
  const { space, today } = ledger.task;
  let field = begin;
  let steps = firstSteps(space, how.points);
  let known = -1;
  let doubt = 0;
  while (ledger.searchRunsLeft > 0) {
    const focus = focusOf(ledger, field);
    const likely = likelihoods[doubt];
    const challengers = challengersOf(ledger, focus, steps, likely);
    const isStuck = ledger.runsDone === known;
    known = ledger.runsDone;
    if (challengers.length > 0 && !isStuck) {
      const stayed = yield* challenge(ledger, focus, challengers, { ...how, likely });
      field = pointsOf(leading(ledger, [...field, ...stayed], how.kept));
    } else if (steps.some((step) => step > 1)) {
      steps = steps.map((step) => Math.ceil(step / 2));
      known = -1;
    } else if (doubt + 1 < likelihoods.length) {
      doubt++;
      known = -1;
    } else {
      const runs = Math.max(...field.map((point) => ledger.runsOf(point)), 1);
      if (runs >= runsOfOneMax) break;
      field = withoutBeaten(ledger, field, confident);
      if (field.length < 2) break;
      // Today's setting is what others are compared to.
      const compared = today === undefined ? field : [...field, today];
      yield* ledger.need(compared, spendable(ledger, compared, runs));
      if (ledger.runsDone === known) break;
    }
  }
  return pointsOf(leading(ledger, field, how.kept));
}

/** Twice as many runs of each, or what can be had. */
function spendable(ledger: Ledger, field: readonly Point[], runs: number): number {
  const each = Math.floor(ledger.searchRunsLeft / field.length);
  const fewest = Math.min(...field.map((point) => ledger.runsOf(point)));
  return Math.max(fewest, Math.min(2 * runs, fewest + each));
}

function firstSteps(space: Space, points: number): readonly number[] {
  let perFactor = 1;
  const cells = (side: number): number => space.reduce((product) => product * side, 1);
  while (cells(perFactor + 1) <= points) perFactor++;
  return space.map(({ levels }) => Math.max(1, Math.round(levels.length / (2 * perFactor))));
}

/** The best one, or several of a front. */
function focusOf(ledger: Ledger, field: readonly Point[]): readonly Point[] {
  const standings = inOrder(field.map((point) => standingOf(ledger, point, confident)));
  const isOne = ledger.task.objectives.length === 1;
  return pointsOf(standings.slice(0, isOne ? 2 : 4));
}

/** Neighbours that are not known as well as those that they would challenge, and were not given up before. */
function challengersOf(
  ledger: Ledger,
  focus: readonly Point[],
  steps: readonly number[],
  likely: number,
): readonly Point[] {
  const { space, exists } = ledger.task;
  const around = focus.flatMap((point) => [
    ...neighboursOf(space, point, steps),
    ...(space.length <= pairedFactorsMax ? diagonalsOf(space, point, steps) : []),
  ]);
  const runs = Math.min(...focus.map((point) => ledger.runsOf(point)));
  const different = [...new Map(around.map((point) => [keyOf(point), point])).values()];
  const possible = different.filter((point) => exists(point));
  return possible.filter((point) => ledger.runsOf(point) < runs && !isLikelyBeaten(ledger, focus, point, likely));
}

/** Runs challengers, a few runs at a time, until they are given up or known as well as those that they challenge. */
function* challenge(
  ledger: Ledger,
  focus: readonly Point[],
  challengers: readonly Point[],
  { firstRuns, likely }: Refinement & { readonly likely: number },
): Asking<readonly Point[]> {
  const runs = Math.min(...focus.map((point) => ledger.runsOf(point)));
  let left = challengers;
  let reached = 0;
  while (left.length > 0 && reached < runs && ledger.searchRunsLeft > 0) {
    reached = Math.min(runs, reached === 0 ? firstRuns : Math.ceil(1.5 * reached));
    const going = left.slice(0, affordable(ledger, left, reached));
    // What has come this far is judged by what is known of it.
    if (going.length === 0) return left.filter((point) => ledger.runsOf(point) > 0);
    yield* ledger.need(going, reached);
    left = going.filter((point) => !isLikelyBeaten(ledger, focus, point, likely));
  }
  return left;
}

/** How many of these can be brought to so many runs. */
function affordable(ledger: Ledger, points: readonly Point[], runs: number): number {
  let left = ledger.searchRunsLeft;
  const first = points.findIndex((point) => {
    left -= Math.max(0, runs - ledger.runsOf(point));
    return left < 0;
  });
  return first === -1 ? points.length : first;
}

/** Beaten by one of those that it would challenge, or further from keeping the constraints than they are. */
function isLikelyBeaten(ledger: Ledger, focus: readonly Point[], point: Point, likely: number): boolean {
  if (ledger.runsOf(point) === 0) return false;
  const own = standingOf(ledger, point, likely);
  const others = focus.map((one) => standingOf(ledger, one, likely));
  if (others.some((other) => surelyBeats(ledger, other, point, likely))) return true;
  const nearest = Math.min(...others.map(({ excess }) => excess));
  return own.excess > nearest && own.kept.some(({ isSurelyBroken }) => isSurelyBroken);
}

/** The best, of those that are known well enough: what few runs flatter does not lead. */
function leading(ledger: Ledger, field: readonly Point[], kept: number): readonly Standing[] {
  const different = [...new Map(field.map((point) => [keyOf(point), point])).values()];
  const most = Math.max(...different.map((point) => ledger.runsOf(point)));
  const known = different.filter((point) => 4 * ledger.runsOf(point) >= most);
  return inOrder(known.map((point) => standingOf(ledger, point, confident))).slice(0, kept);
}

/**
 * The front of what is left, thinly settled parts first; the best one where one thing is wanted. What surely keeps the
 * constraints comes before what may keep them: they are hard.
 */
export function frontAmong(ledger: Ledger, field: readonly Point[]): readonly Standing[] {
  const keeping = field.map((point) => standingOf(ledger, point, confident)).filter(({ excess }) => excess === 0);
  const surely = keeping.filter(({ kept }) => kept.every(({ isTrusted }) => isTrusted));
  return thinnestFirst(nonDominated(surely.length > 0 ? surely : keeping));
}

const pointsOf = (standings: readonly Standing[]): readonly Point[] => standings.map(({ point }) => point);
