// The answer of a sweep, as facts that words are made of: whether the baseline stands, how far one may go from it, and what
// gets worse beyond.

import type { StudyPoint } from "./open-study.ts";
import type { Cell, Sweep, SweepGroup, SweptPoint } from "./sweep.ts";

/** A response that differs from the baseline's at a point. */
export interface Change {
  /** Place among the responses. */
  readonly response: number;
  readonly cell: Cell;
}

/** A point, and what there is better than at the baseline, beyond chance; or worse, by all that its interval says. */
export interface Standing {
  readonly swept: SweptPoint;
  readonly better: readonly Change[];
  readonly worse: readonly Change[];
  /** Places of responses whose limits are broken, or may be. */
  readonly broken: readonly number[];
  readonly open: readonly number[];
}

/** Why runs say nothing of how points compare. */
export type Nothing = "baseline not run" | "others not run" | "never measured" | "too few runs" | "no bounds";

/** Under one combination of circumstances. */
export interface GroupAnswer {
  readonly group: SweepGroup;
  /** Then nothing is better, nothing is good, and there is no range. */
  readonly nothing: Nothing | undefined;
  /** At the baseline. */
  readonly baseline: Standing;
  /** Better than the baseline in something, worse in nothing, and within every limit that it can be said of. */
  readonly superior: readonly Standing[];
  /** Of one ordered factor: how far one can go from the baseline before anything is worse, and the points beyond. */
  readonly range: AnswerRange | undefined;
  /** Otherwise: the points that are worse in nothing, and within the limits. */
  readonly good: readonly Standing[];
}

/** For each group of the sweep. */
export type SweepAnswer = readonly GroupAnswer[];

export interface AnswerRange {
  readonly from: StudyPoint;
  readonly to: StudyPoint;
  /** Undefined: the range reaches the end of what was tried. */
  readonly below: Standing | undefined;
  readonly above: Standing | undefined;
}

export const answerOf = (sweep: Sweep): SweepAnswer => sweep.groups.map((group) => groupAnswer(group, sweep));

function groupAnswer(group: SweepGroup, { study }: Sweep): GroupAnswer {
  const standings = group.points.map((swept) => standingOf(swept));
  const baseline = standingOf(group.baseline);
  const isGood = ({ worse, broken, open }: Standing): boolean =>
    worse.length === 0 && broken.length === 0 && open.every((response) => baseline.open.includes(response));
  const nothing = nothingOf(group);
  if (nothing !== undefined) return { group, nothing, baseline, superior: [], range: undefined, good: [] };
  const good = standings.filter((standing) => isGood(standing));
  const superior = good.filter(({ better }) => better.length > 0);
  const [factor, second] = study.study.factors;
  const isAxis = second === undefined && factor.unit !== undefined;
  return { group, nothing, baseline, superior, good, range: isAxis ? rangeOf(standings, isGood) : undefined };
}

/** Fewer runs than these have no spread. */
const runsMin = 3;

const isSaid = ({ difference }: Cell): boolean => difference !== undefined && Number.isFinite(difference.high);

/** A limit that is kept, or broken, is something to say without any difference. */
const isJudged = ({ keeping }: Cell): boolean => keeping === "kept" || keeping === "broken";

function nothingOf({ points, baseline }: SweepGroup): Nothing | undefined {
  const others = points.filter(({ isBaseline }) => !isBaseline);
  if (others.some(({ cells }) => cells.some((cell) => isSaid(cell)))) return undefined;
  if (baseline.runs === 0) return "baseline not run";
  if (points.every(({ cells }) => cells.every(({ value }) => Number.isNaN(value)))) return "never measured";
  if (others.length === 0) return undefined;
  const most = Math.max(...others.map(({ runs }) => runs));
  if (most === 0) return "others not run";
  if (Math.min(most, baseline.runs) < runsMin) return "too few runs";
  return others.some(({ cells }) => cells.some((cell) => isJudged(cell))) ? undefined : "no bounds";
}

function standingOf(swept: SweptPoint): Standing {
  const changes = swept.cells.map((cell, response) => ({ response, cell }));
  const ofKeeping = (keeping: string): readonly number[] =>
    changes.flatMap(({ response, cell }) => (cell.keeping === keeping ? [response] : []));
  return {
    swept,
    better: changes.filter(({ cell }) => cell.difference?.verdict === "better"),
    worse: changes.filter(({ cell }) => cell.difference?.leansWorse === true),
    broken: ofKeeping("broken"),
    open: ofKeeping("open"),
  };
}

/** Neighbours of the baseline for as long as they are as good; undefined when the baseline breaks a limit itself. */
function rangeOf(standings: readonly Standing[], isGood: (standing: Standing) => boolean): AnswerRange | undefined {
  const inOrder = standings.toSorted((a, b) => placeOf(a) - placeOf(b));
  const base = inOrder.findIndex(({ swept }) => swept.isBaseline);
  if (!isGood(inOrder[base]) || Number.isNaN(placeOf(inOrder[base]))) return undefined;
  let from = base;
  while (from > 0 && isGood(inOrder[from - 1])) from--;
  let to = base;
  while (to < inOrder.length - 1 && isGood(inOrder[to + 1])) to++;
  return {
    from: inOrder[from].swept.at,
    to: inOrder[to].swept.at,
    below: inOrder[from - 1],
    above: inOrder[to + 1],
  };
}

const placeOf = ({ swept }: Standing): number => swept.at.point[0].at ?? Number.NaN;
