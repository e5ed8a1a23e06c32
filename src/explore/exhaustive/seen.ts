// States that a walk has been in. A state covers another that differs only in having less: fewer messages on their way,
// fewer crashes and duplicates left. Whatever happens from the lesser one can happen from the greater one too.

import type { SmallState } from "./small-world.ts";

interface Entry {
  readonly state: SmallState;
  /** Moves that were possible and not made from there: elsewhere something was done that comes to the same. */
  sleeping: readonly number[];
}

/** An entry as a file has it. */
export type SeenEntry = readonly [
  nodes: readonly number[],
  flights: readonly number[],
  view: number,
  left: readonly number[],
  sleeping: readonly number[],
];

export class Seen {
  readonly #entries = new Map<string, Entry[]>();
  readonly #covers: boolean;
  /** States that were met and not covered. */
  count = 0;

  /** @param options.covers off: a state counts as seen only when exactly that one was. */
  constructor(options: { readonly covers: boolean }) {
    this.#covers = options.covers;
  }

  /**
   * What is left to be done in a state whose moves `sleeping` need not be made: undefined for all but those, otherwise
   * only the moves that slept when it, or one that covers it, was met before. Empty: nothing.
   */
  offer(state: SmallState, sleeping: readonly number[]): readonly number[] | undefined {
    const key = this.#keyOf(state);
    const entries = this.#entries.get(key);
    if (entries === undefined) {
      this.#entries.set(key, [{ state, sleeping }]);
      this.count += 1;
      return undefined;
    }
    let left: readonly number[] | undefined;
    let exact: Entry | undefined;
    for (const entry of entries) {
      if (!this.#isCovered(state, entry.state)) continue;
      const missing = entry.sleeping.filter((move) => !sleeping.includes(move));
      if (missing.length === 0) return [];
      if (left === undefined || missing.length < left.length) left = missing;
      if (isSame(state, entry.state)) exact = entry;
    }
    if (exact === undefined) {
      this.count += 1;
      entries.push({ state, sleeping });
    } else {
      exact.sleeping = exact.sleeping.filter((move) => sleeping.includes(move));
    }
    return left;
  }

  all(): readonly SeenEntry[] {
    return [...this.#entries.values()].flat().map(({ state, sleeping }) => {
      const { nodes, flights, view, crashesLeft, duplicatesLeft, dropsLeft } = state;
      return [nodes, flights, view, [crashesLeft, duplicatesLeft, dropsLeft], sleeping];
    });
  }

  restore(entries: readonly SeenEntry[]): void {
    for (const [nodes, flights, view, left, sleeping] of entries) {
      const [crashesLeft, duplicatesLeft, dropsLeft] = left;
      const state = { nodes, flights, view, crashesLeft, duplicatesLeft, dropsLeft };
      const key = this.#keyOf(state);
      const others = this.#entries.get(key);
      if (others === undefined) this.#entries.set(key, [{ state, sleeping }]);
      else others.push({ state, sleeping });
      this.count += 1;
    }
  }

  /** States that can cover each other share it. */
  #keyOf({ nodes, view, flights, crashesLeft, duplicatesLeft, dropsLeft }: SmallState): string {
    const key = `${nodes.join(",")};${view}`;
    if (this.#covers) return key;
    return `${key};${flights.join(",")};${crashesLeft},${duplicatesLeft},${dropsLeft}`;
  }

  #isCovered(lesser: SmallState, greater: SmallState): boolean {
    if (!this.#covers) return true;
    return (
      lesser.flights.length <= greater.flights.length &&
      lesser.crashesLeft <= greater.crashesLeft &&
      lesser.duplicatesLeft <= greater.duplicatesLeft &&
      lesser.dropsLeft <= greater.dropsLeft &&
      isWithin(lesser.flights, greater.flights)
    );
  }
}

const isSame = (one: SmallState, other: SmallState): boolean =>
  one.flights.length === other.flights.length &&
  one.crashesLeft === other.crashesLeft &&
  one.duplicatesLeft === other.duplicatesLeft &&
  one.dropsLeft === other.dropsLeft &&
  one.flights.every((message, at) => other.flights[at] === message);

/** Both ascending; what is in one twice has to be in the other twice. */
function isWithin(few: readonly number[], many: readonly number[]): boolean {
  let at = 0;
  for (const message of few) {
    while (at < many.length && many[at] < message) at += 1;
    if (at >= many.length || many[at] !== message) return false;
    at += 1;
  }
  return true;
}
