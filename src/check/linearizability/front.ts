// Configurations side by side, without those that another one makes superfluous.

import type { SlotSets } from "./slot-sets.ts";

/** Operations in the order they were placed in, latest first. */
export interface Path {
  /** Index of the operation. */
  readonly operation: number;
  /** Line of the answer it was placed for. */
  readonly line: number;
  readonly before: Path | null;
}

/** One way to have come this far. */
export interface Configuration {
  readonly state: number;
  /** Of the open operations: those that are placed, and cannot be placed again. */
  readonly used: number;
  /** Of the open operations that will be answered: those that need not be placed any more. */
  readonly settled: number;
  /** How many of those that are used will not be answered. */
  readonly spent: number;
  readonly path: Path | null;
  /** Set when another one makes it superfluous. */
  dominated: boolean;
}

export class Front {
  readonly #sets: SlotSets;
  readonly #all: Configuration[] = [];
  /** Those of one state that are not dominated. */
  readonly #byState = new Map<number, Configuration[]>();

  constructor(sets: SlotSets) {
    this.#sets = sets;
  }

  /** Whether it was of use: false when one in the same state has used no more and owes no more. */
  add(configuration: Configuration): boolean {
    const { state } = configuration;
    const alike = this.#byState.get(state);
    if (alike === undefined) {
      this.#byState.set(state, [configuration]);
    } else {
      for (const known of alike) if (this.#dominates(known, configuration)) return false;
      let kept = 0;
      for (const known of alike) {
        known.dominated = this.#dominates(configuration, known);
        if (!known.dominated) alike[kept++] = known;
      }
      alike.length = kept;
      alike.push(configuration);
    }
    this.#all.push(configuration);
    return true;
  }

  /** In the order they came in. */
  get configurations(): readonly Configuration[] {
    return this.#all.filter(({ dominated }) => !dominated);
  }

  #dominates(one: Configuration, other: Configuration): boolean {
    return this.#sets.isWithin(one.used, other.used) && this.#sets.isWithin(other.settled, one.settled);
  }
}
