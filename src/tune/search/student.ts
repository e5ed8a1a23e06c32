// Student's t, by + - * / and square roots alone, so that every engine gives the same digits.

import { assert } from "../../base/assert.ts";
import { normalQuantile } from "../../base/distributions.ts";

/** From here on the expansion around the normal quantile is exact to seven digits at any chance that is asked for. */
const FEW = 60;

/**
 * What a Student's t with so many degrees of freedom stays below with this chance, 0.5 <= chance < 1. Few degrees are
 * rounded down to an even number, of which the distribution is a finite sum: an interval is at most a little too wide.
 */
export function studentQuantile(chance: number, degrees: number): number {
  assert(chance >= 0.5 && chance < 1, "a quantile is asked for in the upper half");
  assert(Number.isInteger(degrees) && degrees >= 1, "degrees of freedom are counted from 1");
  // One degree is the Cauchy distribution: no average of two runs says anything, and neither does an interval.
  if (degrees === 1) return chance === 0.5 ? 0 : Infinity;
  if (degrees >= FEW) return expanded(normalQuantile(chance), degrees);
  const even = degrees - (degrees % 2);
  let low = 0;
  let high = 1;
  while (evenCumulative(high, even) < chance) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (evenCumulative(middle, even) < chance) low = middle;
    else high = middle;
  }
}

/** Abramowitz and Stegun, 26.7.4: of even degrees. */
function evenCumulative(t: number, degrees: number): number {
  const square = degrees / (degrees + t * t);
  let term = 1;
  let sum = 1;
  for (let step = 2; step <= degrees - 2; step += 2) {
    term *= (square * (step - 1)) / step;
    sum += term;
  }
  return 0.5 + (sum * t) / (2 * Math.sqrt(degrees + t * t));
}

/** Abramowitz and Stegun, 26.7.5. */
function expanded(z: number, n: number): number {
  const z2 = z * z;
  const g1 = (z * (z2 + 1)) / 4;
  const g2 = (z * ((5 * z2 + 16) * z2 + 3)) / 96;
  const g3 = (z * (((3 * z2 + 19) * z2 + 17) * z2 - 15)) / 384;
  const g4 = (z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945)) / 92_160;
  return z + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n;
}
