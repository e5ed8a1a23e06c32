// How sure counting makes us: exact binomial intervals (Clopper and Pearson 1934), with + - * / only, so that every
// engine gives the same digits.

import { assert } from "../base/assert.ts";

/** `events` of `runs` independent runs showed something. */
export interface Counted {
  readonly events: number;
  readonly runs: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Beyond this a tail is as good as certain: its complement is below 1e-280. */
const CERTAIN = 1e280;
/** Terms below this share of a sum that keep shrinking change nothing that a double can hold. */
const NEGLIGIBLE = 1e-18;

/**
 * The two-sided interval for the chance of the event: at least `confidence` (such as 0.95) of such intervals contain
 * the true chance. With 0 events `low` is 0, with all it is `high` that is 1.
 */
export function binomialInterval({ events, runs }: Counted, confidence: number): Interval {
  check({ events, runs }, confidence);
  const half = (1 - confidence) / 2;
  return { low: lowerBound({ events, runs }, 1 - half), high: upperBound({ events, runs }, 1 - half) };
}

/**
 * The one-sided bound: the highest chance that still makes so few events likelier than `1 - confidence`. For 0 events
 * of n this is 1 - (1-confidence)^(1/n), of which the rule of three (3/n) is the approximation.
 */
export function upperBound({ events, runs }: Counted, confidence: number): number {
  check({ events, runs }, confidence);
  if (events === runs) return 1;
  return bisect((chance) => atMost(events, runs, chance) > 1 - confidence);
}

/** The one-sided bound: the lowest chance that still makes so many events likelier than `1 - confidence`. */
export function lowerBound({ events, runs }: Counted, confidence: number): number {
  check({ events, runs }, confidence);
  if (events === 0) return 0;
  return bisect((chance) => 1 - atMost(events - 1, runs, chance) <= 1 - confidence);
}

/**
 * The fewest runs without a single event that bound its chance by `chance` at that confidence: what it takes to claim
 * "below 1 in a thousand".
 */
export function runsFor(chance: number, confidence: number): number {
  assert(chance > 0 && chance < 1, "a chance to be bounded lies between 0 and 1");
  assert(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
  let few = 0;
  let many = 1;
  while (noneOf(many, chance) > 1 - confidence) many *= 2;
  while (many - few > 1) {
    const middle = Math.floor((few + many) / 2);
    if (noneOf(middle, chance) > 1 - confidence) few = middle;
    else many = middle;
  }
  return many;
}

/** The chance of at most `events` in `runs`. Exact but for rounding: relative to the term at `events`, never to the smallest. */
export function atMost(events: number, runs: number, chance: number): number {
  if (events < 0) return 0;
  if (events >= runs || chance <= 0) return 1;
  if (chance >= 1) return 0;
  const odds = chance / (1 - chance);
  // Every term over that of `events`, which cancels out.
  const below = sumOf(1, (weight, step) => (weight * (events - step + 1)) / ((runs - events + step) * odds), events);
  const above = sumOf(
    0,
    (weight, step) => (weight * odds * (runs - events - step + 1)) / (events + step),
    runs - events,
  );
  if (above >= CERTAIN) return 0;
  if (below >= CERTAIN) return 1;
  return below / (below + above);
}

/** Adds terms 1 to `steps`, each made from the one before (the first from 1), until they no longer matter. */
function sumOf(start: number, next: (weight: number, step: number) => number, steps: number): number {
  let sum = start;
  let weight = 1;
  for (let step = 1; step <= steps; step++) {
    const following = next(weight, step);
    sum += following;
    if (sum >= CERTAIN || (following < weight && following < sum * NEGLIGIBLE)) break;
    weight = following;
  }
  return sum;
}

/** The chance of none in `runs`, by repeated squaring. */
function noneOf(runs: number, chance: number): number {
  let result = 1;
  let power = 1 - chance;
  for (let left = runs; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= power;
    power *= power;
  }
  return result;
}

/** The chance at which `isBelow` turns false, to the last bit. */
function bisect(isBelow: (chance: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
}

function check({ events, runs }: Counted, confidence: number): void {
  assert(Number.isSafeInteger(runs) && runs > 0, "there was at least one run");
  assert(Number.isSafeInteger(events) && events >= 0 && events <= runs, "there are no more events than runs");
  assert(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1");
}
