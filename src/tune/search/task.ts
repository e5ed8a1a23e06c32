// What a search is asked: which settings there are to choose among, what is wanted of them, and what they may cost.

import type { Sample, Statistic } from "../response.ts";
import type { Exists, Point, Space } from "./space.ts";

export interface Response {
  /** As in "failover.outage.p99", or of a property "A1". */
  readonly id: string;
  readonly statistic: Statistic;
}

export interface Objective {
  /** Place among the responses. */
  readonly response: number;
  readonly direction: "minimise" | "maximise";
}

/** What must hold whatever else is gained. */
export type Constraint =
  /** A rate that must be 0: one run to which it happens is enough to refuse a point. */
  | { readonly type: "never"; readonly response: number }
  | { readonly type: "bound"; readonly response: number; readonly comparison: "<=" | ">="; readonly bound: number }
  /** No worse than today's setting, by differences under the same seeds. */
  | { readonly type: "asToday"; readonly response: number; readonly comparison: "<=" | ">=" };

export interface SearchTask {
  readonly space: Space;
  readonly exists: Exists;
  readonly responses: readonly Response[];
  /** At least one; the first counts as much as the others. */
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  /** Today's setting: what is found is compared to it, and may be it. */
  readonly today: Point | undefined;
  /** How many worse networks there are, mildest first. */
  readonly worse: number;
  /** Of the choices that the search itself takes by chance. */
  readonly seed: number;
  /** The first of the seeds that runs are made with. */
  readonly firstSeed: number;
  /** A run is one point under one seed. At least 1; answers may correct it, where what counts is time. */
  readonly runsMax: number;
}

/** Runs that are asked for: of one point, in one network, under some seeds. */
export interface Wanted {
  readonly point: Point;
  /** 0: the network as the study has it; otherwise the worse one of that number. */
  readonly under: number;
  readonly seeds: readonly number[];
}

/** What a run measured, by response. */
export type RunResult = readonly Sample[];

export interface Answers {
  /** For each that was wanted, in order; the first of its seeds may be all that there was time for. */
  readonly results: readonly (readonly RunResult[])[];
  /** Time is up, or somebody pressed Ctrl-C: nothing more is run. */
  readonly isOver: boolean;
  /** How many runs there will be time for in all, as far as can be told by now; absent: as many as before. */
  readonly runsMax?: number | undefined;
}

/** How sure an interval is, everywhere. */
export const confidence = 0.95;
