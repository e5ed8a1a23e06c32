// The log in memory: entries behind a base, which stands for everything compacted. Plain data and functions over it.

import { assert } from "../../base/assert.ts";
import type { Entry } from "./messages.ts";

export interface Log {
  /** Index and term of the entry before the first one kept. */
  base: number;
  baseTerm: number;
  entries: Entry[];
}

export const freshLog = (): Log => ({ base: 0, baseTerm: 0, entries: [] });

export const lastIndexOf = (log: Log): number => log.base + log.entries.length;

export const lastTermOf = ({ entries, baseTerm }: Log): number =>
  entries.length === 0 ? baseTerm : entries[entries.length - 1].term;

/** Term of the entry at an index from `base` to the end. */
export function termAt(log: Log, index: number): number {
  if (index === log.base) return log.baseTerm;
  return entryAt(log, index).term;
}

function entryAt(log: Log, index: number): Entry {
  const entry = log.entries[index - log.base - 1];
  if (entry === undefined) throw new RangeError("an entry that is asked for is in the log");
  return entry;
}

export const hasIndex = (log: Log, index: number): boolean => index >= log.base && index <= lastIndexOf(log);

export const entriesFrom = (log: Log, first: number, countMax: number): readonly Entry[] =>
  log.entries.slice(first - log.base - 1, first - log.base - 1 + countMax);

// As long as they have to be, and no longer: arrays that grow one by one make room for more.
export const termsOf = (entries: readonly Entry[]): number[] => entries.map(({ term }) => term);
export const checksumsOf = (entries: readonly Entry[]): number[] => entries.map(({ checksum }) => checksum);

export function appendEntry(log: Log, entry: Entry): void {
  assert(entry.index === lastIndexOf(log) + 1, "entries follow each other without a gap");
  log.entries.push(entry);
}

/** Removes the entries from `first` on. */
export function cutFrom(log: Log, first: number): void {
  log.entries.length = Math.max(0, first - log.base - 1);
}

/** Forgets the entries up to `index`, which lies in the log. */
export function compactTo(log: Log, index: number): void {
  const term = termAt(log, index);
  log.entries.splice(0, index - log.base);
  log.base = index;
  log.baseTerm = term;
}

/** The first index from `base` on whose term is that of `index`: terms never fall along a log. */
export function firstOfItsTerm(log: Log, index: number): number {
  const term = termAt(log, index);
  let low = log.base;
  let high = index;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (termAt(log, middle) < term) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last index up to `index` whose term is not above `term`, or the base if there is none. */
export function lastNotAbove(log: Log, term: number, index: number): number {
  let low = log.base;
  let high = Math.min(index, lastIndexOf(log));
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (termAt(log, middle) > term) high = middle - 1;
    else low = middle;
  }
  return low;
}
