// Which points of all that a study's factors allow are looked at: every combination, or so many spread evenly.

import { assert } from "../base/assert.ts";
import { Streams } from "../kernel/streams.ts";
import type { Factor, Point } from "./factor.ts";

export type Design =
  | { readonly type: "grid" }
  /** A Latin hypercube: of each factor every level is taken equally often, as near as can be. */
  | { readonly type: "random"; readonly points: number; readonly seed: number };

/** More points than anybody has the time for. */
export const pointsMax = 20_000;

export const gridSize = (factors: readonly Factor[]): number =>
  factors.reduce((size, { levels }) => Math.min(Number.MAX_SAFE_INTEGER, size * levels.length), 1);

/** In the order of the factors, the last changing fastest; a random design is in the order in which it is drawn. */
export function pointsOf(factors: readonly Factor[], design: Design): readonly Point[] {
  if (design.type === "random" && gridSize(factors) > design.points) return latin(factors, design);
  assert(gridSize(factors) <= pointsMax, "whoever reads a study bounds its points");
  return factors.reduce<readonly Point[]>(
    (points, { levels }) => points.flatMap((point) => levels.map((level) => [...point, level])),
    [[]],
  );
}

function latin(factors: readonly Factor[], { points, seed }: Extract<Design, { type: "random" }>): readonly Point[] {
  const streams = new Streams(seed);
  const columns = factors.map(({ name, levels }) => {
    const stream = streams.named("design", name);
    const column = Array.from({ length: points }, (_, row) => levels[Math.floor((row * levels.length) / points)]);
    for (let last = column.length - 1; last > 0; last--) {
      const other = stream.below(last + 1);
      [column[last], column[other]] = [column[other], column[last]];
    }
    return column;
  });
  const drawn = new Map<string, Point>();
  for (let row = 0; row < points; row++) {
    const point = columns.flatMap((column) => column[row] ?? []);
    drawn.set(pointKey(point), point);
  }
  return [...drawn.values()];
}

/** Equal for equal points of one study. */
export const pointKey = (point: Point): string => point.map(({ text }) => text).join("\u0000");
