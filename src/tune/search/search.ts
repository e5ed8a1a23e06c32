// A search in one function: look everywhere with few runs, look closer where it is good, confirm what was chosen with seeds
// that had no part in the choice, and see how much room it has.

import { isBroken, type Shown, shownOf } from "./confirm.ts";
import { explore, planOf } from "./explore.ts";
import { type Asking, fresh, Ledger, searching } from "./ledger.ts";
import { leastViolating, preferred, type Sureness, surenessOf, worthHaving } from "./recommend.ts";
import { frontAmong, refine } from "./refine.ts";
import { type Point, samePoint } from "./space.ts";
import type { Standing } from "./standing.ts";
import { inWorseWeather, type Room, roomAround, type Weather } from "./surroundings.ts";
import type { SearchTask } from "./task.ts";

/** A point that was looked at, as the search saw it: by seeds that it was chosen by. */
export interface Looked {
  readonly point: Point;
  readonly runs: number;
  /** In order of responses. */
  readonly values: readonly number[];
}

/** As the search saw it; fresh seeds may have broken it since. */
export interface Nearest extends Standing {
  readonly isMeasuredFresh: boolean;
}

export interface Recommendation {
  readonly shown: Shown;
  /** Measured under fresh seeds; false: it was cut short before, and what is shown is what it was chosen by. */
  readonly isConfirmed: boolean;
  readonly sureness: Sureness | undefined;
  /** Preferred to it by the search, until fresh seeds showed that they break a constraint. */
  readonly setAside: readonly Shown[];
  readonly room: readonly Room[];
  readonly weather: readonly Weather[];
}

export interface Found {
  readonly runsDone: number;
  /** Time was up, or somebody had seen enough. */
  readonly wasCutShort: boolean;
  readonly looked: readonly Looked[];
  /** Chosen by the search, measured under fresh seeds; the recommended first. Empty: nothing keeps every constraint. */
  readonly front: readonly Shown[];
  readonly today: Shown | undefined;
  readonly recommended: Recommendation | undefined;
  /** Where nothing keeps every constraint: what comes closest to it. */
  readonly nearest: readonly Nearest[];
}

/** Of all runs: what is kept to confirm what was chosen, and what for its surroundings, with worse networks or without. */
const confirmShare = 0.2;
const surroundingsShare = { calm: 0.12, worse: 0.25 };
/** Of the runs of the search itself, what the first look over the whole space may take. */
const exploreShare = 0.6;
/** Points of the front that are confirmed. */
const confirmedMax = 6;
const nearestShown = 5;

export function* search(task: SearchTask): Asking<Found> {
  const surroundings = task.worse > 0 ? surroundingsShare.worse : surroundingsShare.calm;
  const reserved = confirmShare + surroundings;
  const ledger = new Ledger(task, reserved);
  const plan = planOf(ledger, ledger.runsOfShare((1 - reserved) * exploreShare));
  const survivors = yield* explore(ledger, plan);
  const finalists = yield* refine(ledger, survivors, plan);

  const front = preferred(ledger, frontAmong(ledger, finalists).slice(0, confirmedMax));
  const rivals = task.objectives.length === 1 ? finalists.slice(0, confirmedMax / 2) : [];
  const points = distinct([...front.map(({ point }) => point), ...(front.length === 0 ? [] : rivals)]);
  const compared = distinct([...points, ...(task.today === undefined ? [] : [task.today])]);
  // What the search did not need is shared out between both.
  const runs = Math.floor((ledger.runsLeft * confirmShare) / (reserved * compared.length));
  yield* ledger.need(compared, Math.max(1, runs), fresh);

  const isConfirmed = points.some((point) => ledger.runsOf(point, fresh) > 0);
  const lane = isConfirmed ? fresh : searching;
  const shown = points.filter((point) => ledger.runsOf(point, lane) > 0).map((point) => shownOf(ledger, point, lane));
  const isOfFront = (one: Shown): boolean => front.some(({ point }) => samePoint(point, one.point));
  const chosen = worthHaving(ledger, shown, lane);
  const place = shown.findIndex(({ point }) => chosen !== undefined && samePoint(point, chosen.point));
  const recommended =
    chosen === undefined
      ? undefined
      : yield* recommendation(ledger, chosen, {
          isConfirmed,
          setAside: shown.slice(0, place === -1 ? undefined : place).filter((one) => isBroken(one)),
          rivals: shown.filter((one) => !isBroken(one)).map(({ point }) => point),
        });
  return {
    runsDone: ledger.runsDone,
    wasCutShort: ledger.wasCutShort,
    looked: lookedAt(ledger),
    front:
      chosen === undefined
        ? []
        : [chosen, ...shown.filter((one, index) => index !== place && isOfFront(one) && !isBroken(one))],
    today: task.today === undefined ? undefined : shownOf(ledger, task.today, lane),
    recommended,
    nearest: chosen === undefined ? nearestIn(ledger) : [],
  };
}

function* recommendation(
  ledger: Ledger,
  shown: Shown,
  how: { readonly isConfirmed: boolean; readonly setAside: readonly Shown[]; readonly rivals: readonly Point[] },
): Asking<Recommendation> {
  const { isConfirmed, setAside, rivals } = how;
  const sureness = surenessOf(ledger, shown.point, rivals);
  // Half of what is left is for the weather, where there is any.
  const room = yield* roomAround(ledger, shown.point, ledger.runsLeft / (ledger.task.worse > 0 ? 2 : 1));
  const weather = yield* inWorseWeather(ledger, shown.point);
  return { shown, isConfirmed, sureness, setAside, room, weather };
}

const nearestIn = (ledger: Ledger): readonly Nearest[] =>
  leastViolating(ledger, nearestShown).map((standing) => ({
    ...standing,
    isMeasuredFresh: ledger.runsOf(standing.point, fresh) > 0,
  }));

const distinct = (points: readonly Point[]): readonly Point[] =>
  points.filter((point, place) => points.findIndex((other) => samePoint(other, point)) === place);

const lookedAt = (ledger: Ledger): readonly Looked[] =>
  ledger.points.map((point) => ({
    point,
    runs: ledger.runsOf(point),
    values: ledger.task.responses.map((_, response) => ledger.estimateOf(point, response).value),
  }));
