// What is told of the points that were chosen: measured under seeds that had no part in the choice, so that an interval is
// one, and nothing is praised for its luck.

import { upperBound } from "../../check/statistics.ts";
import { differenceOf, halfWidth, type Range } from "./estimate.ts";
import { fresh, type Lane, type Ledger } from "./ledger.ts";
import { type Point, samePoint } from "./space.ts";
import { type Kept, keptBy } from "./standing.ts";
import { confidence } from "./task.ts";

/** A value with its interval. */
export interface Measured extends Range {
  /** NaN: nothing was measured. */
  readonly value: number;
}

/** A response that must never happen, or a bound, as the fresh runs have it. */
export interface ConstraintShown extends Kept {
  readonly measured: Measured;
  /** Of what must never happen: runs to which it did. */
  readonly events: number;
}

/** A point as fresh runs show it. */
export interface Shown {
  readonly point: Point;
  readonly runs: number;
  /** In order of responses. */
  readonly responses: readonly Measured[];
  /** In order of constraints. */
  readonly constraints: readonly ConstraintShown[];
  /** In order of objectives: what it is above today's setting, under the same seeds; undefined: it is that, or there is none. */
  readonly aboveToday: readonly Measured[] | undefined;
}

export function shownOf(ledger: Ledger, point: Point, lane: Lane = fresh): Shown {
  const { task } = ledger;
  const results = ledger.resultsOf(point, lane);
  const responses = task.responses.map((_, response): Measured => {
    const { value } = ledger.estimateOf(point, response, undefined, lane);
    return { value, ...ledger.intervalOf(point, response, confidence, lane) };
  });
  const constraints = task.constraints.map((constraint): ConstraintShown => {
    const events = results.reduce((total, result) => total + result[constraint.response].sum, 0);
    const kept = keptBy(ledger, point, constraint, confidence, lane);
    const measured = responses[constraint.response];
    if (constraint.type !== "never" || results.length === 0) return { ...kept, measured, events };
    // One side is all that is asked: how often it may yet happen.
    const high = upperBound({ events, runs: results.length }, confidence);
    return { ...kept, measured: { ...measured, high }, events };
  });
  return { point, runs: results.length, responses, constraints, aboveToday: aboveToday(ledger, point, lane) };
}

function aboveToday(ledger: Ledger, point: Point, lane: Lane): readonly Measured[] | undefined {
  const { today, objectives } = ledger.task;
  if (today === undefined || samePoint(today, point)) return undefined;
  if (ledger.runsOf(today, lane) === 0 || ledger.runsOf(point, lane) === 0) return undefined;
  return objectives.map(({ response }) => pairedDifference(ledger, point, today, response, lane, (1 + confidence) / 2));
}

/** What left is above right, by runs under the same seeds. @param chance of each side of the interval. */
export function pairedDifference(
  ledger: Ledger,
  left: Point,
  right: Point,
  response: number,
  lane: Lane,
  chance: number,
): Measured {
  const pairs = Math.min(ledger.runsOf(left, lane), ledger.runsOf(right, lane));
  const difference = differenceOf(
    ledger.estimateOf(left, response, pairs, lane),
    ledger.estimateOf(right, response, pairs, lane),
  );
  const { value } = difference;
  const half = halfWidth(difference, chance);
  return { value, low: value - half, high: value + half };
}

/** Whether the runs there are show that a constraint is broken. */
export const isBroken = ({ constraints }: Shown): boolean => constraints.some(({ excess }) => excess > 0);

/** Whether they show it beyond chance: what must never happen did, or the interval lies beyond the bound. */
export const isSurelyBroken = ({ constraints }: Shown): boolean =>
  constraints.some((constraint) => constraint.isSurelyBroken);
