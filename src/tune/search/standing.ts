// How a point stands: what it is worth, whether it keeps the constraints, and whether another surely beats it.

import { differenceOf, type Estimate, halfWidth, type Range } from "./estimate.ts";
import { type Lane, type Ledger, searching } from "./ledger.ts";
import { keyOf, type Point } from "./space.ts";
import type { Constraint } from "./task.ts";

/** Whether a constraint is kept: as far as the runs show, and whether they could show otherwise by chance. */
export interface Kept {
  /** How far it is from being kept, above 0, as a share of its bound or of the runs. */
  readonly excess: number;
  readonly isSurelyKept: boolean;
  readonly isSurelyBroken: boolean;
  /** Enough to choose by: surely kept, or kept as far as can be seen where no number of runs could make it sure. */
  readonly isTrusted: boolean;
}

export interface Standing {
  readonly point: Point;
  readonly runs: number;
  /** In order of objectives, turned so that less is better; Infinity where nothing was measured. */
  readonly costs: readonly number[];
  readonly kept: readonly Kept[];
  /** 0: every constraint is kept, as far as the runs show. */
  readonly excess: number;
}

/** @param chance with which a constraint that is surely kept, or broken, is so. */
export function standingOf(ledger: Ledger, point: Point, chance: number, lane: Lane = searching): Standing {
  const { objectives, constraints } = ledger.task;
  const costs = objectives.map(({ response, direction }) => {
    const { value } = ledger.estimateOf(point, response, undefined, lane);
    return Number.isNaN(value) ? Infinity : direction === "minimise" ? value : -value;
  });
  const kept = constraints.map((constraint) => keptBy(ledger, point, constraint, chance, lane));
  const excess = kept.reduce((total, one) => total + one.excess, 0);
  return { point, runs: ledger.runsOf(point, lane), costs, kept, excess };
}

export function keptBy(ledger: Ledger, point: Point, constraint: Constraint, chance: number, lane: Lane): Kept {
  const { response } = constraint;
  const own = ledger.estimateOf(point, response, undefined, lane);
  switch (constraint.type) {
    case "never": {
      // Of what was never run nothing is known, and that keeps no promise.
      if (Number.isNaN(own.value)) return unknown;
      const isBroken = own.value > 0;
      // Nothing that was not seen in some runs is sure never to be: that is bounded, and told as a bound.
      return {
        excess: isBroken ? own.value : 0,
        isSurelyKept: !isBroken,
        isSurelyBroken: isBroken,
        isTrusted: !isBroken,
      };
    }
    case "bound": {
      return keptWithin(own, ledger.intervalOf(point, response, 2 * chance - 1, lane), constraint, chance);
    }
    case "asToday": {
      const { today } = ledger.task;
      if (today === undefined || keyOf(today) === keyOf(point)) return unquestioned;
      const pairs = Math.min(ledger.runsOf(point, lane), ledger.runsOf(today, lane));
      const theirs = ledger.estimateOf(today, response, pairs, lane);
      const difference = differenceOf(ledger.estimateOf(point, response, pairs, lane), theirs);
      return keptAsToday(difference, constraint.comparison, Math.abs(theirs.value) || 1, chance);
    }
  }
}

const unknown: Kept = { excess: 1, isSurelyKept: false, isSurelyBroken: false, isTrusted: false };

const unquestioned: Kept = { excess: 0, isSurelyKept: true, isSurelyBroken: false, isTrusted: true };

function keptWithin(
  own: Estimate,
  { low, high }: Range,
  { comparison, bound }: Extract<Constraint, { type: "bound" }>,
  chance: number,
): Kept {
  // What was never measured is no evidence that a bound is kept.
  if (Number.isNaN(own.value)) return unknown;
  const isMost = comparison === "<=";
  const over = isMost ? own.value - bound : bound - own.value;
  const isSurelyKept = isMost ? high <= bound : low >= bound;
  // Runs that all say the same bound by nothing what is no share and no count.
  const isFlat = high === Infinity && halfWidth(own, chance) === 0;
  return {
    excess: Math.max(0, over) / (Math.abs(bound) || 1),
    isSurelyKept,
    isSurelyBroken: isMost ? low > bound : high < bound,
    isTrusted: isSurelyKept || (isFlat && over <= 0),
  };
}

function keptAsToday(difference: Estimate, comparison: "<=" | ">=", scale: number, chance: number): Kept {
  const { value, room } = difference;
  if (Number.isNaN(value)) return unknown;
  const over = comparison === "<=" ? value : -value;
  const half = halfWidth(difference, chance);
  const isSurelyKept = over + half <= 0;
  return {
    excess: Math.max(0, over) / scale,
    isSurelyKept,
    isSurelyBroken: over - half > 0,
    isTrusted: isSurelyKept || (room === 0 && over <= 0),
  };
}

/** Fewer pairs than these decide nothing. */
const pairsMin = 6;

/** Of several objectives, one that is worse by less than this share does not save a point that another one sinks. */
const indifference = 0.01;

/**
 * Whether the rival is better, and not by chance: in one objective, and in the others no worse than by a hundredth. A
 * rival that may break a constraint beats nobody.
 */
export function surelyBeats(ledger: Ledger, rival: Standing, point: Point, chance: number): boolean {
  if (!rival.kept.every(({ isTrusted }) => isTrusted) || keyOf(rival.point) === keyOf(point)) return false;
  const pairs = Math.min(ledger.runsOf(rival.point), ledger.runsOf(point));
  if (pairs < pairsMin) return false;
  let isBetter = false;
  for (const { response, direction } of ledger.task.objectives) {
    const own = ledger.estimateOf(point, response, pairs);
    const difference = differenceOf(ledger.estimateOf(rival.point, response, pairs), own);
    const { value } = difference;
    if (Number.isNaN(value)) return false;
    const half = halfWidth(difference, chance);
    const worse = direction === "minimise" ? value : -value;
    if (worse + half < 0) isBetter = true;
    else if (worse + half > indifference * Math.abs(own.value) || ledger.task.objectives.length === 1) return false;
  }
  return isBetter;
}
