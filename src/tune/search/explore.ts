// From many points with few runs to few points with many: a design over the whole space, then rounds in which those that
// are surely beaten leave at once (racing), and of the others the better half stays (successive halving).

import { Generator } from "../../base/random.ts";
import type { Asking, Ledger } from "./ledger.ts";
import { inOrder, nonDominated } from "./pareto.ts";
import { designOf, keyOf, type Point, samePoint, sizeOf } from "./space.ts";
import { type Standing, standingOf, surelyBeats } from "./standing.ts";

/** How the search divides its budget; see `planOf`. */
export interface Plan {
  /** Runs of a point before anything is said of it. */
  readonly firstRuns: number;
  /** Points of the design. */
  readonly points: number;
  /** Points that are left in the end. */
  readonly kept: number;
}

/** All that is thrown out wrongly, in the whole search, with a chance of at most this. */
const errorMax = 0.05;
const firstRunsUsual = 8;
const firstRunsMin = 4;
const pointsMax = 1_024;

/** As many points as the runs allow when each round costs half of the first. */
export function planOf(ledger: Ledger, runs: number): Plan {
  const { space, objectives } = ledger.task;
  const kept = objectives.length > 1 ? 8 : 4;
  const countFor = (firstRuns: number): number => {
    let points = 1;
    while (points < Math.min(pointsMax, sizeOf(space)) && costOf(points + 1, kept, firstRuns) <= runs) points++;
    return points;
  };
  const enough = Math.min(sizeOf(space), 12 * space.length);
  const usual = countFor(firstRunsUsual);
  if (usual >= enough) return { firstRuns: firstRunsUsual, points: usual, kept };
  return { firstRuns: firstRunsMin, points: countFor(firstRunsMin), kept };
}

const costOf = (points: number, kept: number, firstRuns: number): number =>
  points * firstRuns * (1 + roundsOf(points, kept) / 2);

function roundsOf(points: number, kept: number): number {
  let rounds = 0;
  for (let left = points; left > kept; left = Math.ceil(left / 2)) rounds++;
  return rounds;
}

/** @returns what is left, best first; today's setting is among it whatever it is worth. */
export function* explore(ledger: Ledger, { firstRuns, points, kept }: Plan): Asking<readonly Point[]> {
  const { space, seed, today, exists } = ledger.task;
  const always = today === undefined ? [] : [today];
  const design = designOf(space, points, new Generator(seed), exists);
  let field: readonly Point[] = [
    ...always,
    ...design.filter((point) => today === undefined || !samePoint(point, today)),
  ];
  // Each look at each point is a chance to err.
  const looks = field.length * (2 * roundsOf(field.length, kept) + 1) * ledger.task.objectives.length;
  const chance = 1 - errorMax / looks;
  let runs = firstRuns;
  yield* ledger.need(field, runs);
  while (field.length > kept && ledger.searchRunsLeft > 0) {
    const raced = withoutBeaten(ledger, field, chance);
    const half = inOrder(raced.map((point) => standingOf(ledger, point, chance)))
      .slice(0, Math.max(kept, Math.ceil(field.length / 2)))
      .map(({ point }) => point);
    const next = withAlways(half, always);
    if (next.length >= field.length) break;
    field = next;
    // Doubled in two steps, so that who is beaten half-way does not cost the second one.
    yield* ledger.need(field, runs + Math.ceil(runs / 2));
    field = withAlways(withoutBeaten(ledger, field, chance), always);
    runs *= 2;
    yield* ledger.need(field, runs);
  }
  const last = withAlways(withoutBeaten(ledger, field, chance), always);
  return inOrder(last.map((point) => standingOf(ledger, point, chance))).map(({ point }) => point);
}

/** Those that no rival surely beats, and that surely break no constraint while others keep them all. */
export function withoutBeaten(ledger: Ledger, field: readonly Point[], chance: number): readonly Point[] {
  const standings = field.map((point) => standingOf(ledger, point, chance));
  const keeping = standings.filter(({ excess }) => excess === 0);
  if (keeping.length === 0) return field;
  const rivals = rivalsAmong(keeping);
  return standings
    .filter(({ kept }) => !kept.some(({ isSurelyBroken }) => isSurelyBroken))
    .filter(({ point }) => !rivals.some((rival) => surelyBeats(ledger, rival, point, chance)))
    .map(({ point }) => point);
}

/** A point can be beaten by those of the front: whoever is beaten by another is beaten by one of them. */
const rivalsAmong = (keeping: readonly Standing[]): readonly Standing[] => nonDominated(keeping);

function withAlways(points: readonly Point[], always: readonly Point[]): readonly Point[] {
  const keys = new Set(points.map((point) => keyOf(point)));
  return [...points, ...always.filter((point) => !keys.has(keyOf(point)))];
}
