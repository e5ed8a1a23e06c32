// What a sweep found: at each point what every response comes to, and how it differs from the baseline, seed by seed. The
// same seeds meet the same chances at every point, so that most of what differs between seeds drops out of a difference.

import { pointKey } from "./design.ts";
import type { Point } from "./factor.ts";
import type { Observation } from "./observation.ts";
import type { OpenStudy, StudyPoint } from "./open-study.ts";
import { type Sample, sampleOf } from "./response.ts";
import { differenceOf, estimate, halfWidth, intervalOf, unseen } from "./search/estimate.ts";
import type { Asked, Limit } from "./study.ts";

/** A value and the interval that holds the true one in 95 of 100 such sweeps. NaN and open: never measured. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Against the baseline, on the same seeds. */
export interface Difference extends Measured {
  /** Whether it is more than chance, all points and responses of the sweep considered (Bonferroni). */
  readonly verdict: "better" | "worse" | "same";
  /** Whether its own interval lies on the worse side: enough not to vouch for the point. */
  readonly leansWorse: boolean;
  /** The variance of the difference over that of two sweeps with seeds of their own; undefined: nothing varied. */
  readonly pairing: number | undefined;
}

/** Whether a limit is kept: by the whole interval, by none of it, or it cannot be said. */
export type Keeping = "kept" | "broken" | "open";

export interface Cell extends Measured {
  /** Samples that it is made of, over all seeds. */
  readonly samples: number;
  /** Undefined at the baseline. */
  readonly difference: Difference | undefined;
  /** Undefined: there is no limit. */
  readonly keeping: Keeping | undefined;
}

export interface SweptPoint {
  readonly at: StudyPoint;
  readonly isBaseline: boolean;
  /** Runs that were finished, and those of them that a limit cut short. */
  readonly runs: number;
  readonly cut: number;
  /** In the order of the responses. */
  readonly cells: readonly Cell[];
}

export interface Pairing {
  readonly asked: Asked;
  /** Over all points together: variance of paired differences over that of unpaired ones; undefined: nothing varied. */
  readonly ratio: number | undefined;
}

/** Points under the same circumstances. */
export interface SweepGroup {
  /** Empty where a study names none. */
  readonly circumstances: Point;
  readonly points: readonly SweptPoint[];
  readonly baseline: SweptPoint;
}

export interface Sweep {
  readonly study: OpenStudy;
  /** One for each combination of circumstances that has a baseline. */
  readonly groups: readonly SweepGroup[];
  readonly points: readonly SweptPoint[];
  readonly pairings: readonly Pairing[];
  /** Of a point and a response each: what is better by chance in none of them, 95 times in 100. */
  readonly comparisons: number;
  /** Runs that were asked for and not finished. */
  readonly missing: number;
}

const confidence = 0.95;

/** @param observations by point, by seed; undefined where a run was not finished. */
export function sweepOf(
  study: OpenStudy,
  points: readonly StudyPoint[],
  observations: readonly (readonly (Observation | undefined)[])[],
): Sweep {
  const bases = points.map((point) =>
    points.findIndex(
      ({ key, circumstances }) =>
        key === study.baseline.key && pointKey(circumstances) === pointKey(point.circumstances),
    ),
  );
  // Circumstances under which the baseline contradicts itself have nothing to be compared with.
  const kept = points.flatMap((_, index) => (bases[index] >= 0 ? [index] : []));
  const others = kept.length - new Set(kept.map((index) => bases[index])).size;
  const comparisons = Math.max(1, others * study.responses.length);
  const columns = study.responses.map((asked) => columnOf(asked, observations, bases, comparisons));
  const swept = kept.map((index): SweptPoint => {
    const done = observations[index].filter((one) => one !== undefined);
    return {
      at: points[index],
      isBaseline: index === bases[index],
      runs: done.length,
      cut: done.filter(({ outcome }) => outcome === "inconclusive").length,
      cells: columns.map(({ cells }) => cells[index]),
    };
  });
  return {
    study,
    groups: groupsOf(swept),
    points: swept,
    pairings: columns.map(({ asked, ratio }) => ({ asked, ratio })),
    comparisons,
    missing: observations.reduce((sum, runs) => sum + runs.filter((one) => one === undefined).length, 0),
  };
}

function groupsOf(points: readonly SweptPoint[]): readonly SweepGroup[] {
  return points.flatMap((baseline) => {
    if (!baseline.isBaseline) return [];
    const { circumstances } = baseline.at;
    const key = pointKey(circumstances);
    return [{ circumstances, baseline, points: points.filter(({ at }) => pointKey(at.circumstances) === key) }];
  });
}

interface Column extends Pairing {
  readonly cells: readonly Cell[];
}

function columnOf(
  asked: Asked,
  observations: readonly (readonly (Observation | undefined)[])[],
  bases: readonly number[],
  comparisons: number,
): Column {
  const samples = observations.map((runs) =>
    runs.map((one) => (one === undefined ? undefined : sampleOf(asked.response, one))),
  );
  const variances = { paired: 0, unpaired: 0 };
  const cells = samples.map((runs, index): Cell => {
    const here = runs.filter((one) => one !== undefined);
    const measured = measuredOf(asked, here);
    const base = bases[index];
    const against = index === base || base < 0 ? undefined : againstOf(asked, runs, samples[base], comparisons);
    variances.paired += against?.paired ?? 0;
    variances.unpaired += against?.unpaired ?? 0;
    const difference = against?.difference;
    return {
      ...measured,
      samples: here.reduce((sum, { count }) => sum + count, 0),
      difference,
      keeping: keepingOf(asked, measured, difference, index === base),
    };
  });
  const { paired, unpaired } = variances;
  return { asked, cells, ratio: unpaired > 0 ? paired / unpaired : undefined };
}

function measuredOf({ response: { statistic } }: Asked, samples: readonly Sample[]): Measured {
  const { value } = estimate(statistic, samples);
  if (Number.isNaN(value)) return { value, low: Number.NaN, high: Number.NaN };
  const { low, high } = intervalOf(statistic, samples, confidence);
  return { value, low: Math.max(0, low), high };
}

interface Against {
  readonly difference: Difference;
  readonly paired: number;
  readonly unpaired: number;
}

/** Undefined: one of the two was never measured on the seeds that both have. */
function againstOf(
  { response: { statistic }, better }: Asked,
  here: readonly (Sample | undefined)[],
  there: readonly (Sample | undefined)[],
  comparisons: number,
): Against | undefined {
  const both = here.flatMap((one, index) => {
    const other = there[index];
    return one === undefined || other === undefined ? [] : [[one, other] as const];
  });
  const ours = both.map(([one]) => one);
  const theirs = both.map(([, other]) => other);
  const [left, right] = [estimate(statistic, ours), estimate(statistic, theirs)];
  const difference = differenceOf(left, right);
  const { value, influence } = difference;
  if (Number.isNaN(value)) return undefined;
  const half = halfWidth(difference, (1 + confidence) / 2);
  const isShare = statistic.type === "rate" || (statistic.type === "mean" && statistic.bound?.by === "runs");
  const isNothing = left.value === 0 && right.value === 0;
  // Runs that all differ by nothing may still differ in one of so many: of shares that is a bound, and of what was never seen.
  const more =
    half === 0 && (isShare || isNothing)
      ? Math.max(...[ours, theirs].map((samples) => unseen(statistic, samples, confidence)))
      : 0;
  const isLow = better === "low";
  const strict = halfWidth(difference, 1 - (1 - confidence) / 2 / comparisons);
  // Pairs that all differ by the same amount have no spread to judge by: so many on one side chance shows once in 2^(n-1).
  const isTooFew = half === 0 && 1 << Math.min(both.length - 1, 30) < comparisons / (1 - confidence);
  const isSame = Math.abs(value) <= strict || isTooFew;
  const paired = squaresOf(influence);
  const unpaired = squaresOf(left.influence) + squaresOf(right.influence);
  return {
    paired,
    unpaired,
    difference: {
      value,
      low: value - half - more,
      high: value + half + more,
      verdict: isSame ? "same" : value < 0 === isLow ? "better" : "worse",
      leansWorse: both.length > 0 && Math.abs(value) > half && value > 0 === isLow,
      pairing: unpaired > 0 ? paired / unpaired : undefined,
    },
  };
}

const squaresOf = (influence: readonly number[]): number => influence.reduce((sum, one) => sum + one * one, 0);

function keepingOf(
  { limit }: Asked,
  measured: Measured,
  difference: Difference | undefined,
  isBaseline: boolean,
): Keeping | undefined {
  if (limit === undefined) return undefined;
  const { comparison, value: bound } = limit;
  if (Number.isNaN(measured.value)) return "open";
  if (bound === "baseline") {
    if (isBaseline) return "kept";
    return difference === undefined ? "open" : keepingOfBaseline(comparison, difference);
  }
  // A bound of nothing at all is kept when nothing was seen: how much that says is what the interval is for. Once is enough
  // to break it.
  if (bound === 0 && (comparison === "=" || comparison === "<=")) return measured.value === 0 ? "kept" : "broken";
  const ends = [measured.low, measured.high].map((end) => keeps(end, comparison, bound));
  if (ends.every((kept) => kept)) return "kept";
  return ends.some((kept) => kept) ? "open" : "broken";
}

/** What is as good as the baseline keeps a limit that it sets, as far as can be seen; what has to be beyond it has to show it. */
function keepingOfBaseline(comparison: Limit["comparison"], { value, low, high }: Measured): Keeping {
  if (comparison === "<") return high < 0 ? "kept" : low >= 0 ? "broken" : "open";
  if (comparison === ">") return low > 0 ? "kept" : high <= 0 ? "broken" : "open";
  if (value === 0) return "kept";
  if (!Number.isFinite(high)) return "open";
  const isBroken = (comparison !== ">=" && low > 0) || (comparison !== "<=" && high < 0);
  return isBroken ? "broken" : "kept";
}

function keeps(value: number, comparison: Limit["comparison"], bound: number): boolean {
  switch (comparison) {
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    case "=":
      return value === bound;
  }
}
