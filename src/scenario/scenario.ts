// A scenario as values: everything a run needs, and nothing else. `parse` makes it from YAML, `print` writes it back.

import type { NodeId } from "../base/ids.ts";
import type { Decisions } from "../kernel/streams.ts";
import type { WorldPlan } from "../world/plan.ts";

export type { Decisions };

/** A bound on a measured figure, such as p99 of "transfer.latency" below 100 ms. */
export interface FigureExpectation {
  readonly figure: string;
  readonly statistic: "count" | "mean" | "p50" | "p95" | "p99" | "max" | "min";
  readonly comparison: "<" | "<=" | ">" | ">=" | "=";
  /** Microseconds for durations, 0 to 1 for shares, a number of times for counts. */
  readonly value: number;
}

/** Whether an alert must fire, must not, or may. */
export interface AlertExpectation {
  /** Null: every alert that is not named. */
  readonly alert: string | null;
  /** Microseconds: it fires in each run, and first so long after the first fault at the latest. */
  readonly fires: number | "never" | "maybe";
}

export interface Expectations {
  /** Properties that must be exercised in this run ("not exercised" then fails the run). */
  readonly exercised: readonly string[];
  /** Properties that must be violated: the story is about it (a defence is off), and others may break as well. Empty: none may. */
  readonly violated: readonly string[];
  readonly figures: readonly FigureExpectation[];
  readonly alerts: readonly AlertExpectation[];
}

/** What a failure file is about, so that years later it can be said whether it is still so. */
export interface FailureNote {
  /** The property that was broken, such as "A1" or "NO-PANIC". */
  readonly property: string;
  /** Ids of the faults that had to strike something for it. */
  readonly decisive: readonly string[];
  /** The commit at which it was seen last; absent: nobody wrote it down. */
  readonly seenAt?: string | undefined;
}

export interface Scenario {
  /** "mesh/fm-001-network-timeout", with "#variant" when it is one. */
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly system: string;
  readonly seed: number;
  readonly nodes: ReadonlyMap<string, readonly NodeId[]>;
  readonly world: WorldPlan;
  /** Already through the system's schemas. */
  readonly settings: unknown;
  readonly workload: unknown;
  readonly expect: Expectations;
  /** Present in failure files: outcomes to force, by stream (DESIGN §3.5). */
  readonly decisions?: Decisions;
  /** Present in failure files. */
  readonly failure?: FailureNote;
}

/** What one file holds: a story, and the stories that differ from it a little. */
export interface Story {
  readonly base: Scenario;
  readonly variants: readonly Scenario[];
}
