// Which points are worth having when several things are wanted: those that no other is better than in everything.

import { keyOf } from "./space.ts";
import type { Standing } from "./standing.ts";

/** Whether left is no worse in any cost and better in one. */
export function dominates(left: readonly number[], right: readonly number[]): boolean {
  return left.every((cost, index) => cost <= right[index]) && left.some((cost, index) => cost < right[index]);
}

/** Those that no other dominates, in the order given. */
export const nonDominated = <T extends { readonly costs: readonly number[] }>(points: readonly T[]): readonly T[] =>
  points.filter((point) => !points.some((other) => dominates(other.costs, point.costs)));

/**
 * Best first: points that keep every constraint before those that do not, these by how far they are from it; then front by
 * front, each from its ends and its thinly settled parts to its crowded ones. Ties go by name.
 */
export function inOrder(points: readonly Standing[]): readonly Standing[] {
  const kept = points.filter(({ excess }) => excess === 0);
  const broken = points.filter(({ excess }) => excess > 0);
  return [...frontsOf(kept).flatMap(thinnestFirst), ...broken.toSorted((a, b) => a.excess - b.excess || byName(a, b))];
}

function frontsOf(points: readonly Standing[]): readonly (readonly Standing[])[] {
  const fronts: (readonly Standing[])[] = [];
  if (points[0]?.costs.length === 1) {
    return points.toSorted((a, b) => compareCosts(a.costs[0], b.costs[0]) || byName(a, b)).map((point) => [point]);
  }
  let left = points.toSorted(byName);
  while (left.length > 0) {
    const front = nonDominated(left);
    fronts.push(front);
    left = left.filter((point) => !front.includes(point));
  }
  return fronts;
}

/** By how far a point's neighbours on the front are apart (crowding distance, Deb et al. 2002). */
export function thinnestFirst(front: readonly Standing[]): readonly Standing[] {
  const distances = new Map(front.map((point) => [point, 0]));
  const objectives = front[0]?.costs.length ?? 0;
  if (objectives < 2) return front;
  for (let objective = 0; objective < objectives; objective++) {
    const along = front.toSorted((a, b) => compareCosts(a.costs[objective], b.costs[objective]) || byName(a, b));
    const [first, last] = [along[0], along[along.length - 1]];
    const range = last.costs[objective] - first.costs[objective];
    for (const [place, point] of along.entries()) {
      const isEnd = place === 0 || place === along.length - 1;
      const gap = isEnd ? Infinity : along[place + 1].costs[objective] - along[place - 1].costs[objective];
      distances.set(
        point,
        (distances.get(point) ?? 0) + (isEnd ? Infinity : range > 0 && range < Infinity ? gap / range : 0),
      );
    }
  }
  const distanceOf = (point: Standing): number => distances.get(point) ?? 0;
  return front.toSorted((a, b) => compareCosts(distanceOf(b), distanceOf(a)) || byName(a, b));
}

/** Two infinities are equal. */
const compareCosts = (a: number, b: number): number => (a === b ? 0 : a - b);

/** Level by level, as numbers. */
function byName(a: Standing, b: Standing): number {
  const differing = a.point.findIndex((level, index) => level !== b.point[index]);
  return differing === -1 ? (keyOf(a.point) < keyOf(b.point) ? -1 : 0) : a.point[differing] - b.point[differing];
}
