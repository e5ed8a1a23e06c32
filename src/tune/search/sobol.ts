// Points spread evenly over a cube: the first of a Sobol sequence (Joe and Kuo 2008), shifted by chance so that two studies
// do not share their blind spots.

import { assert } from "../../base/assert.ts";
import type { Generator } from "../../base/random.ts";

/** Degree, coefficients and first direction numbers of dimensions 2 and on: new-joe-kuo-6. */
const directions: readonly (readonly [degree: number, coefficients: number, first: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
];

/** As many factors as one study may have. */
const dimensionsMax = directions.length + 1;

const BITS = 31;
const WHOLE = 2 ** BITS;

/** The first `count` points, each in [0, 1) for every dimension. */
export function sobol(dimensions: number, count: number, shifts: Generator): readonly (readonly number[])[] {
  assert(dimensions >= 1 && dimensions <= dimensionsMax, "a design has from one to ten dimensions");
  const numbers = Array.from({ length: dimensions }, (_, dimension) => directionNumbers(dimension));
  const state = numbers.map(() => shifts.below(WHOLE));
  return Array.from({ length: count }, (_, index) => {
    const point = state.map((bits) => bits / WHOLE);
    // Gray code: from one point to the next only the direction of the lowest zero of the index changes.
    const turn = 31 - Math.clz32(~index & (index + 1));
    for (const [dimension, own] of numbers.entries()) state[dimension] = (state[dimension] ^ own[turn]) >>> 0;
    return point;
  });
}

function directionNumbers(dimension: number): readonly number[] {
  const primitive = dimension === 0 ? undefined : directions[dimension - 1];
  if (primitive === undefined) return Array.from({ length: BITS }, (_, bit) => 1 << (BITS - 1 - bit));
  const [degree, coefficients, first] = primitive;
  const numbers = first.map((one, bit) => one << (BITS - 1 - bit));
  for (let bit = degree; bit < BITS; bit++) {
    const before = numbers[bit - degree];
    let next = before ^ (before >>> degree);
    for (let step = 1; step < degree; step++) {
      if (((coefficients >>> (degree - 1 - step)) & 1) === 1) next ^= numbers[bit - step];
    }
    numbers.push(next >>> 0);
  }
  return numbers;
}
