// How a fault of one kind behaves: what every file of this folder answers, and what it is given to work with.

import type { Controls, NodeIndex } from "../controls.ts";
import type { FaultAction, FaultKind, FaultTarget } from "../fault.ts";
import type { NodeSelector } from "../plan.ts";
import type { Strike } from "./strike.ts";

type ActionByKind = { readonly [K in FaultKind]: Extract<FaultAction, { readonly kind: K }> };

/** The arm of the union of this kind; indexed in a way that lets a kind and its action be passed on together. */
export type ActionOf<K extends FaultKind> = { readonly [P in K]: ActionByKind[P] }[K];

/** A strike with the fault it belongs to. */
export interface OpenStrike<A extends FaultAction = FaultAction> {
  readonly strike: Strike;
  /** What its draws are named by: the fault's id, and its ordinal when the fault strikes more than once. */
  readonly id: string;
  readonly action: A;
}

/** Where a fault works: the world's controls, and the strikes open beside it. */
export interface FaultSite {
  readonly controls: Controls;
  /** Every open strike in order of beginning, with the one that begins or ends. */
  readonly open: readonly OpenStrike[];
  /** Nodes that no one starts again, whatever ends. */
  readonly lost: readonly NodeIndex[];
  addLost(node: NodeIndex): void;
  /** The nodes of a target at this strike: all, or the one that the fault's stream picks. */
  aim(target: FaultTarget, id: string): readonly NodeIndex[];
  /** The nodes that a selector means, in an order that the fault's stream draws at this strike. */
  shuffle(selector: NodeSelector, id: string): readonly NodeIndex[];
  /** Asks for `turn` after this long, if the strike is open then. */
  turnAfter(delayUs: number, strike: Strike): void;
}

/** What a strike without a window does: see FaultTiming. */
export type OnceMeans = "atOnce" | "nextMatch" | "untilHeal";

/**
 * How strikes of kind K come about: aimed, begun and ended, each once, the end at the latest when the world heals. That a
 * fault began is stated between the first two, so that a story tells the cause before its effects.
 */
export interface Conduct<K extends FaultKind> {
  readonly once: OnceMeans;
  /** Such a fault happens at a moment: a window, if it has one, means nothing to it. */
  readonly windowless?: true;
  /** Fills in the nodes and amounts of the strike. Returns a few words for a reader: whom or what it is about. */
  aim(open: OpenStrike<ActionOf<K>>, site: FaultSite): string;
  begin(open: OpenStrike<ActionOf<K>>, site: FaultSite): void;
  end(open: OpenStrike<ActionOf<K>>, site: FaultSite): void;
  /** Called as asked for by `turnAfter`. */
  turn?(open: OpenStrike<ActionOf<K>>, site: FaultSite): void;
}
