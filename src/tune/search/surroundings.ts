// How much room a recommended point has: how far each factor may move, and what breaks first as the network gets worse.

import { isBroken, pairedDifference, type Shown, shownOf } from "./confirm.ts";
import { type Asking, fresh, type Lane, type Ledger } from "./ledger.ts";
import { keyOf, neighboursOf, type Point, type Space } from "./space.ts";
import { confidence } from "./task.ts";

/** A level of one factor, the others being as recommended. */
export interface Step {
  readonly level: number;
  readonly shown: Shown;
  /** Objectives (by place) that are surely worse there by more than a tenth. */
  readonly worse: readonly number[];
  readonly isSafe: boolean;
}

/** How far one factor may move. */
export interface Room {
  readonly factor: number;
  /** Levels that were looked at, in order. */
  readonly steps: readonly Step[];
  /** The levels between which every step that was looked at is safe. */
  readonly from: number;
  readonly to: number;
}

/** What a worse network does to the recommended point and to those beside it. */
export interface Weather {
  /** Number of the worse network, from 1. */
  readonly under: number;
  readonly chosen: Shown;
  /** Constraints (by place) that the recommended point breaks there. */
  readonly broken: readonly number[];
  readonly neighbours: readonly Shown[];
}

/** What is worse than the recommendation by more than this share is no part of the safe region. */
const toleratedShare = 0.1;
/** Of one factor: with more, a line through them shows no more. */
const stepsMax = 9;
const runsUseful = 8;

/** Looks along each ordered factor, with what runs there are. */
export function* roomAround(ledger: Ledger, chosen: Point, runsMax: number): Asking<readonly Room[]> {
  const { space, exists } = ledger.task;
  const paths = space.map((factor, index) =>
    levelsToLookAt(factor.levels.length, chosen[index], factor.isOrdered).filter((level) =>
      exists(chosen.with(index, level)),
    ),
  );
  const points = paths.flatMap((levels, index) => levels.map((level) => chosen.with(index, level)));
  const different = new Set(points.map((point) => keyOf(point))).size - 1;
  const runs = Math.min(ledger.runsOf(chosen, fresh), Math.floor(runsMax / Math.max(1, different)));
  if (runs >= runsUseful) yield* ledger.need(points, runs, fresh);
  return paths.map((levels, index) => roomOf(ledger, chosen, index, levels));
}

/** The level itself and those beside it, and others evenly out to both ends. */
function levelsToLookAt(count: number, here: number, isOrdered: boolean): readonly number[] {
  const all = Array.from({ length: count }, (_, level) => level);
  if (!isOrdered || count <= stepsMax) return all;
  const spread = Array.from({ length: stepsMax - 3 }, (_, place) => Math.round((place * (count - 1)) / (stepsMax - 4)));
  const beside = [here - 1, here, here + 1].filter((level) => level >= 0 && level < count);
  return [...new Set([...spread, ...beside])].toSorted((a, b) => a - b);
}

function roomOf(ledger: Ledger, chosen: Point, factor: number, levels: readonly number[]): Room {
  const here = chosen[factor];
  const steps = levels
    .filter((level) => ledger.runsOf(chosen.with(factor, level), fresh) > 0)
    .map((level) => stepOf(ledger, chosen, chosen.with(factor, level), level));
  const place = steps.findIndex(({ level }) => level === here);
  let [from, to] = [place, place];
  if (ledger.task.space[factor].isOrdered) {
    while (from > 0 && steps[from - 1].isSafe) from--;
    while (to >= 0 && to + 1 < steps.length && steps[to + 1].isSafe) to++;
  }
  return { factor, steps, from: steps[from]?.level ?? here, to: steps[to]?.level ?? here };
}

function stepOf(ledger: Ledger, chosen: Point, point: Point, level: number): Step {
  const shown = shownOf(ledger, point);
  const worse = ledger.task.objectives.flatMap(({ response, direction }, objective) => {
    if (keyOf(point) === keyOf(chosen)) return [];
    const { value, low, high } = pairedDifference(ledger, point, chosen, response, fresh, confidence);
    const scale = Math.abs(ledger.estimateOf(chosen, response, undefined, fresh).value);
    const tolerated = toleratedShare * scale;
    const [likely, least] = direction === "minimise" ? [value, low] : [-value, -high];
    return likely > tolerated && least > 0 ? [objective] : [];
  });
  return { level, shown, worse, isSafe: !isBroken(shown) && worse.length === 0 };
}

/** Runs the recommended point and its neighbours in each worse network; the neighbours, where there are runs for them. */
export function* inWorseWeather(ledger: Ledger, chosen: Point): Asking<readonly Weather[]> {
  const { worse } = ledger.task;
  if (worse === 0) return [];
  const lanes = Array.from({ length: worse }, (_, index): Lane => ({ seeds: "fresh", under: index + 1 }));
  const beside = neighboursOf(ledger.task.space, chosen, stepsAround(ledger.task.space)).filter((point) =>
    ledger.task.exists(point),
  );
  const runsOfAll = Math.floor(ledger.runsLeft / (worse * (1 + beside.length)));
  const withNeighbours = runsOfAll >= runsUseful;
  const runs = withNeighbours ? runsOfAll : Math.floor(ledger.runsLeft / worse);
  const points = withNeighbours ? [chosen, ...beside] : [chosen];
  for (const lane of lanes) yield* ledger.need(points, Math.min(runs, ledger.runsOf(chosen, fresh)), lane);
  return lanes
    .filter((lane) => ledger.runsOf(chosen, lane) > 0)
    .map((lane): Weather => {
      const shown = shownOf(ledger, chosen, lane);
      return {
        under: lane.under,
        chosen: shown,
        broken: shown.constraints.flatMap(({ excess }, constraint) => (excess > 0 ? [constraint] : [])),
        neighbours: points
          .slice(1)
          .filter((point) => ledger.runsOf(point, lane) > 0)
          .map((point) => shownOf(ledger, point, lane)),
      };
    });
}

/** A tenth of the levels, so that a neighbour is another setting and not another digit. */
const stepsAround = (space: Space): readonly number[] =>
  space.map(({ levels }) => Math.max(1, Math.round(levels.length / 10)));
