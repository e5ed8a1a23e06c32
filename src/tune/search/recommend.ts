// Which point of the front to take, and how sure that is.

import { isBroken, isSurelyBroken, pairedDifference, type Shown, shownOf } from "./confirm.ts";
import { differenceOf, halfWidth, type Range } from "./estimate.ts";
import { fresh, type Lane, type Ledger, searching } from "./ledger.ts";
import type { Point } from "./space.ts";
import { samePoint } from "./space.ts";
import { type Standing, standingOf } from "./standing.ts";
import { confidence } from "./task.ts";

/**
 * The front, most recommendable first: points whose constraints are surely kept, then those that are no worse than today in
 * any objective, then by the sum of what each objective is above the best of the front, as a share of the front's range.
 */
export function preferred(ledger: Ledger, front: readonly Standing[]): readonly Standing[] {
  const { today } = ledger.task;
  const now = today === undefined ? undefined : standingOf(ledger, today, confidence);
  const regrets = new Map(front.map((standing) => [standing, regretOf(standing, front)]));
  const rankOf = ({ kept, costs }: Standing): number =>
    (kept.every(({ isTrusted }) => isTrusted) ? 0 : 2) +
    (now === undefined || costs.every((cost, index) => cost <= now.costs[index]) ? 0 : 1);
  return front
    .map((standing, place) => ({ standing, place, rank: rankOf(standing), regret: regrets.get(standing) ?? 0 }))
    .toSorted((a, b) => a.rank - b.rank || a.regret - b.regret || a.place - b.place)
    .map(({ standing }) => standing);
}

/**
 * The first that keeps every constraint and is better than today's setting beyond chance. Where none is, today's, if that
 * keeps them: a change that nobody can tell from none is not worth making.
 */
export function worthHaving(ledger: Ledger, shown: readonly Shown[], lane: Lane): Shown | undefined {
  const { today } = ledger.task;
  const keeping = shown.filter((one) => !isBroken(one));
  const now = today === undefined || ledger.runsOf(today, lane) === 0 ? undefined : shownOf(ledger, today, lane);
  const best =
    now === undefined || isBroken(now)
      ? keeping[0]
      : (keeping.find(({ point }) => isGain(ledger, point, { today: now.point, rivals: keeping.length, lane })) ?? now);
  return best ?? shown.find((one) => !isSurelyBroken(one));
}

/** Whether it is surely better in one objective, and surely worse in none. All at once: each may err only by its share. */
function isGain(
  ledger: Ledger,
  point: Point,
  { today, rivals, lane }: { readonly today: Point; readonly rivals: number; readonly lane: Lane },
): boolean {
  const { objectives } = ledger.task;
  const above = (chance: number): readonly Range[] =>
    objectives.map(({ response, direction }) => {
      const { low, high } = pairedDifference(ledger, point, today, response, lane, chance);
      return direction === "minimise" ? { low, high } : { low: -high, high: -low };
    });
  const chance = (1 + confidence) / 2;
  const strict = 1 - (1 - chance) / (rivals * objectives.length);
  return above(strict).some(({ high }) => high < 0) && above(chance).every(({ low }) => !(low > 0));
}

function regretOf({ costs }: Standing, front: readonly Standing[]): number {
  return costs.reduce((total, cost, objective) => {
    const all = front.map((other) => other.costs[objective]).filter((one) => one < Infinity);
    const least = Math.min(...all);
    const range = Math.max(...all) - least;
    return total + (range > 0 ? (cost - least) / range : cost < Infinity ? 0 : 1);
  }, 0);
}

/** How sure it is that nothing better was left among those that came this far. */
export interface Sureness {
  /** How many others were compared to it under fresh seeds. */
  readonly rivals: number;
  /** With that confidence none of them is better by more than this, in the units of the first objective: 0 or more. */
  readonly betterByMax: number;
  /** Rivals that may be better or worse: no difference was seen. */
  readonly undecided: number;
}

/** Of one objective; with several, a point of the front is better in one and worse in another, and that is no doubt. */
export function surenessOf(ledger: Ledger, chosen: Point, others: readonly Point[]): Sureness | undefined {
  const [objective, second] = ledger.task.objectives;
  if (objective === undefined || second !== undefined) return undefined;
  const rivals = others.filter((point) => !samePoint(point, chosen) && ledger.runsOf(point, fresh) > 0);
  if (rivals.length === 0) return undefined;
  // All of these at once: each may err only by its share.
  const chance = 1 - (1 - confidence) / rivals.length;
  const sign = objective.direction === "minimise" ? 1 : -1;
  const gaps = rivals.map((rival) => {
    const pairs = Math.min(ledger.runsOf(rival, fresh), ledger.runsOf(chosen, fresh));
    const of = (point: Point) => ledger.estimateOf(point, objective.response, pairs, fresh);
    const difference = differenceOf(of(chosen), of(rival));
    const { value } = difference;
    const half = halfWidth(difference, chance);
    return { most: sign * value + half, isOpen: Math.abs(value) <= half };
  });
  return {
    rivals: rivals.length,
    betterByMax: Math.max(0, ...gaps.map(({ most }) => most)),
    undecided: gaps.filter(({ isOpen }) => isOpen).length,
  };
}

/** How far the points that came closest are from keeping the constraints, where none keeps them all. */
export function leastViolating(ledger: Ledger, count: number): readonly Standing[] {
  const all = ledger.points.map((point) => standingOf(ledger, point, confidence, searching));
  return all
    .map((standing, place) => ({ standing, place }))
    .toSorted((a, b) => a.standing.excess - b.standing.excess || b.standing.runs - a.standing.runs || a.place - b.place)
    .slice(0, count)
    .map(({ standing }) => standing);
}
