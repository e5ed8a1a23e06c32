// Measured figures: what a run was like, folded from facts, and merged exactly over many runs.

import type { Fact } from "../machine/effect.ts";
import type { Instant } from "./property.ts";

/**
 * Counts add up. Durations are samples in integer microseconds, of which every value's bucket is kept, never an average
 * of percentiles; amounts likewise, of whatever is counted each time. Shares are samples of 1 (a hit) and 0 (a miss).
 */
export type FigureKind = "count" | "durationUs" | "amount" | "share";

export interface FigureSpec {
  readonly id: string;
  readonly title: string;
  readonly kind: FigureKind;
  /** Title of the chart over time in which it is shown, beside others of its kind; absent: in none. */
  readonly chart?: string;
}

/** Where figures are put: one sink a run. */
export interface FigureSink {
  count(id: string, by?: number): void;
  sample(id: string, value: number): void;
}

export type Measure<View, F extends Fact> = (view: View, fact: F, at: Instant, sink: FigureSink) => void;

/** Folds facts into figures. The view is the property model's, already folded. */
export interface Measures<View, F extends Fact> {
  readonly figures: readonly FigureSpec[];
  readonly measure: Measure<View, F>;
  /** What `measure` does, by name of the fact; it makes no use of facts that are not named. Absent: of all of them. */
  readonly measures?: ReadonlyMap<string, Measure<View, F>>;
}
