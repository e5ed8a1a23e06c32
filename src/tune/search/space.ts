// The settings that a search chooses among: levels of factors, so that a point is exact, has a name, and can be asked for
// again from a cache.

import { assert } from "../../base/assert.ts";
import type { Generator } from "../../base/random.ts";
import { sobol } from "./sobol.ts";

export interface Factor {
  /** As in "settings.health.timeout". */
  readonly path: string;
  /** As they are written, in order. */
  readonly levels: readonly string[];
  /** Whether neighbours are alike: not of words. */
  readonly isOrdered: boolean;
}

export type Space = readonly Factor[];

/** Whether there is such a point: some combinations of levels contradict each other. */
export type Exists = (point: Point) => boolean;

/** A level of each factor, by its place among them. */
export type Point = readonly number[];

export const keyOf = (point: Point): string => point.join(" ");

export const samePoint = (left: Point, right: Point): boolean => keyOf(left) === keyOf(right);

/** Larger than any number of points that a search could look at. */
export function sizeOf(space: Space): number {
  return space.reduce((size, { levels }) => Math.min(Number.MAX_SAFE_INTEGER, size * levels.length), 1);
}

/** `count` different points spread over the space, or all of it when there are no more. */
export function designOf(space: Space, count: number, shifts: Generator, exists: Exists): readonly Point[] {
  if (sizeOf(space) <= count) return allOf(space).filter((point) => exists(point));
  const points = new Map<string, Point>();
  // Two places of the cube can be one point: twice as many are enough where the space has more than asked for.
  for (const place of sobol(space.length, 4 * count, shifts)) {
    const point = place.map((share, index) => Math.floor(share * space[index].levels.length));
    if (points.size >= count) break;
    if (!points.has(keyOf(point)) && exists(point)) points.set(keyOf(point), point);
  }
  return [...points.values()];
}

/** Every point, the last factor changing fastest. */
export function allOf(space: Space): readonly Point[] {
  return space.reduce<readonly Point[]>(
    (points, { levels }) => points.flatMap((point) => levels.map((_, level) => [...point, level])),
    [[]],
  );
}

/** Points that differ in one factor by that many levels; of a factor without order, by any other level. */
export function neighboursOf(space: Space, point: Point, steps: readonly number[]): readonly Point[] {
  assert(point.length === space.length, "a point has a level of each factor");
  return space.flatMap(({ levels, isOrdered }, index) => {
    const here = point[index];
    const others = isOrdered
      ? [here - steps[index], here + steps[index]].filter((level) => level >= 0 && level < levels.length)
      : levels.map((_, level) => level).filter((level) => level !== here);
    return others.map((level) => point.with(index, level));
  });
}

/** Points that differ in two ordered factors at once: along a ridge no single factor leads upwards. */
export function diagonalsOf(space: Space, point: Point, steps: readonly number[]): readonly Point[] {
  const isInside = (candidate: Point): boolean =>
    candidate.every((level, index) => level >= 0 && level < space[index].levels.length);
  const ordered = space.flatMap(({ isOrdered }, index) => (isOrdered ? [index] : []));
  return ordered
    .flatMap((one, place) => ordered.slice(place + 1).map((other) => [one, other] as const))
    .flatMap(([one, other]) =>
      [-1, 1].flatMap((up) =>
        [-1, 1].map((across) =>
          point.with(one, point[one] + up * steps[one]).with(other, point[other] + across * steps[other]),
        ),
      ),
    )
    .filter(isInside);
}
