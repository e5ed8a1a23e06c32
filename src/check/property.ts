// A claim about a run as a value: what it says, what it watches, and how it is judged (DESIGN §3.8, STYLE §7).

import type { NodeId } from "../base/ids.ts";
import type { Fact } from "../machine/effect.ts";

/** When and where a fact was stated. True time in microseconds. One object is used for all facts: never keep it. */
export interface Instant {
  readonly atUs: number;
  readonly event: number;
  readonly node: NodeId;
}

/** Handed to every rule: how a property speaks. All calls are cheap when nothing is wrong. */
export interface Findings {
  /** This step could have broken the property and did not have to: counts towards "exercised". */
  exercised(): void;
  /** Broken now. `about` names the entity; `because` is one plain sentence; `evidence` are event ordinals that matter. */
  violated(about: string, because: string, evidence?: readonly number[]): void;
  /**
   * `eventually` only: something must happen by `dueUs` (true time, that instant included), else violated then, about
   * `key`. The same key replaces. A debt due beyond the end of the run is neither paid nor broken.
   */
  owe(key: string, dueUs: number, because: string, evidence?: readonly number[]): void;
  /** The debt is paid: counts as exercised. Unknown keys are ignored. */
  paid(key: string): void;
  /** The debt no longer applies (not counted). */
  forgiven(key: string): void;
  /** `sometimes` only: it happened. */
  happened(): void;
}

/** Remembers nothing itself: what a rule must know of earlier facts is in the view. */
export type Rule<View, F extends Fact> = (view: View, fact: F, at: Instant, findings: Findings) => void;

/** Rules by fact name; each sees the view as it is *after* the fact was folded in. */
export type Rules<View, F extends Fact> = { readonly [Name in F["fact"]]?: Rule<View, Extract<F, { fact: Name }>> };

export interface Property<View, F extends Fact> {
  /** Such as "A1" or "MESH-INV-04". Unique in a system. */
  readonly id: string;
  readonly kind: "always" | "eventually" | "sometimes";
  /** A named sentence: "an accepted effect carries the current grant". */
  readonly claim: string;
  /** Where it comes from: requirement ids, a section of a paper. */
  readonly source: string;
  /** Reported, but never fails a run (the weak forms, measured separately). */
  readonly advisory?: boolean;
  readonly rules: Rules<View, F>;
  /** After the last fact; `settled` says that the run reached its end rather than a limit. */
  readonly atEnd?: (view: View, at: Instant, findings: Findings, settled: boolean) => void;
}

/** The judged system's state as facts tell it. Plain data only, so that a checkpoint can hold it. */
export interface Model<View, F extends Fact> {
  readonly fresh: () => View;
  /** Folds one fact into the view, before any property's rule sees it. O(1) or O(size of the fact). */
  readonly fold: (view: View, fact: F, at: Instant) => void;
  /** What `fold` does, by name of the fact; it makes no use of facts that are not named. Absent: of all of them. */
  readonly folds?: ReadonlyMap<string, (view: View, fact: F, at: Instant) => void>;
}

/** How a run ended. `atUs` is how far it got: its `until`, also when nothing was left to do before. */
export interface RunEnding {
  readonly atUs: number;
  /** Ordinal of the last kernel event. */
  readonly event: number;
  /** Absent: it reached its end. Otherwise what cut it short, such as "event limit (2000000)". */
  readonly cutBy?: string;
}

export type PropertyStatus = "held" | "violated" | "not exercised";

export interface Violation {
  readonly property: string;
  readonly claim: string;
  readonly atUs: number;
  readonly event: number;
  readonly node: string;
  readonly about: string;
  readonly because: string;
  /** Ordinals of the kernel events a reader should look at, in order; the last is the violation. */
  readonly evidence: readonly number[];
}

export interface PropertyResult {
  readonly id: string;
  readonly kind: Property<unknown, Fact>["kind"];
  readonly claim: string;
  readonly source: string;
  readonly advisory: boolean;
  readonly status: PropertyStatus;
  readonly exercised: number;
  readonly violations: number;
  /** The first few (bounded), in order. */
  readonly first: readonly Violation[];
}

/** `inconclusive`: a limit ended the run before it could be judged whole; violations found until then still count. */
export type Outcome = "held" | "violated" | "inconclusive";

export interface Verdict {
  readonly outcome: Outcome;
  /** Such as "inconclusive: event limit (2000000)". */
  readonly summary: string;
  readonly properties: readonly PropertyResult[];
}
