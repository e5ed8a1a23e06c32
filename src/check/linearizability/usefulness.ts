// Which operations can help which: how long one without an answer is of use, and how long one that will be answered can
// still be helped.

import type { Operation } from "./operations.ts";

/** By index: the line of the last answer that it could make possible; undefined where there is none, or it is answered. */
export function neededUntil(operations: readonly Operation[]): readonly (number | undefined)[] {
  const lastNeed = new Map<string, number>();
  const need = (what: string | undefined, line: number | undefined): boolean => {
    if (what === undefined || line === undefined || line <= (lastNeed.get(what) ?? 0)) return false;
    lastNeed.set(what, line);
    return true;
  };
  const untilOf = ({ action, invoked, answered }: Operation): number | undefined => {
    if (answered !== null || action.observes || action.leaves === undefined) return undefined;
    const until = lastNeed.get(action.leaves);
    return until !== undefined && until > invoked.line ? until : undefined;
  };
  for (const { action, answered } of operations) need(action.needs, answered?.line);
  // What helps the useful is useful.
  const unanswered = operations.filter(({ answered }) => answered === null);
  for (let changed = true; changed;) {
    changed = false;
    for (const operation of unanswered) changed = need(operation.action.needs, untilOf(operation)) || changed;
  }
  return operations.map(untilOf);
}

/** By index: the line of the last invocation before its answer that leaves what it needs; -1: there is none. */
export function lastHelp(operations: readonly Operation[]): readonly number[] {
  const helpers = new Map<string, number[]>();
  for (const { action, invoked } of operations) {
    if (action.leaves === undefined) continue;
    const lines = helpers.get(action.leaves);
    if (lines === undefined) helpers.set(action.leaves, [invoked.line]);
    else lines.push(invoked.line);
  }
  return operations.map(({ action, answered }) => {
    if (action.needs === undefined || answered === null) return -1;
    return lastBelow(helpers.get(action.needs) ?? [], answered.line);
  });
}

/** Of ascending numbers. */
function lastBelow(numbers: readonly number[], bound: number): number {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (numbers[middle] < bound) from = middle + 1;
    else to = middle;
  }
  return from === 0 ? -1 : numbers[from - 1];
}
