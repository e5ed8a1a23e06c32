// A history as steps from answer to answer, and the operations that are open at one of them, by what they say.

import type { Action } from "./model.ts";
import type { Operation } from "./operations.ts";
import { neededUntil } from "./usefulness.ts";

/** Operations that say the same. */
export interface Kind {
  readonly action: Action<unknown>;
  /** Indices of those that are open, soonest answered first. */
  readonly open: number[];
  /** By number of the state: the state after it, or `impossible`. */
  readonly next: Map<number, number>;
}

/** What happens from one answer to the next. */
export interface Step {
  /** Index of the operation that is answered. */
  readonly operation: number;
  readonly line: number;
  /** Indices of the operations that were invoked since the answer before. */
  readonly opened: readonly number[];
  /** Indices of the operations that are not open any more after it. */
  readonly closed: readonly number[];
}

export class OpenOperations {
  readonly steps: readonly Step[];
  /** Kinds of which some operation is open. */
  readonly observing: Kind[] = [];
  readonly changing: Kind[] = [];
  /** Indices of open operations that overwrite and will be answered. */
  readonly overwriting: number[] = [];
  readonly #operations: readonly Operation[];
  /** By operation. */
  readonly #kinds: readonly Kind[];
  readonly #slots: readonly number[];
  #at = 0;

  /** Stands at the first step, if there is one. */
  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
    const kinds = new Map<string, Kind>();
    this.#kinds = operations.map(({ action }) => {
      const kind = kinds.get(action.says) ?? { action, open: [], next: new Map() };
      kinds.set(action.says, kind);
      return kind;
    });
    this.steps = stepsOf(operations);
    this.#slots = slotsOf(operations, this.steps);
    if (this.steps.length > 0) this.#open(this.steps[0].opened);
  }

  /** What is open from here on is what was open just before the answer of that step. */
  moveTo(step: number): void {
    for (; this.#at < step; this.#at++) {
      this.#close(this.steps[this.#at].closed);
      this.#open(this.steps[this.#at + 1].opened);
    }
    for (; this.#at > step; this.#at--) {
      this.#close(this.steps[this.#at].opened);
      this.#open(this.steps[this.#at - 1].closed);
    }
  }

  /** A number that no other operation has that is open at the same time. */
  slotOf(operation: number): number {
    return this.#slots[operation];
  }

  #open(operations: readonly number[]): void {
    for (const operation of operations) {
      const kind = this.#kinds[operation];
      const { open } = kind;
      if (open.length === 0) this.#shelfOf(kind).push(kind);
      const endsAt = this.#endsAt(operation);
      let at = open.length;
      while (at > 0 && this.#endsAt(open[at - 1]) > endsAt) at--;
      open.splice(at, 0, operation);
      if (this.#isHideable(operation)) this.overwriting.push(operation);
    }
  }

  #close(operations: readonly number[]): void {
    for (const operation of operations) {
      const kind = this.#kinds[operation];
      kind.open.splice(kind.open.indexOf(operation), 1);
      const shelf = this.#shelfOf(kind);
      if (kind.open.length === 0) shelf.splice(shelf.indexOf(kind), 1);
      if (this.#isHideable(operation)) this.overwriting.splice(this.overwriting.indexOf(operation), 1);
    }
  }

  #isHideable(operation: number): boolean {
    const { action, answered } = this.#operations[operation];
    return action.overwrites && answered !== null;
  }

  #endsAt(operation: number): number {
    return this.#operations[operation].answered?.line ?? Infinity;
  }

  #shelfOf({ action }: Kind): Kind[] {
    return action.observes ? this.observing : this.changing;
  }
}

/** A useless operation never opens; one that is of use closes with the last answer that it can be of use for. */
function stepsOf(operations: readonly Operation[]): readonly Step[] {
  const until = neededUntil(operations);
  const closed = new Map<number, number[]>();
  const answers: { operation: number; line: number }[] = [];
  for (const [operation, { answered }] of operations.entries()) {
    const line = answered?.line ?? until[operation];
    if (line !== undefined) closed.set(line, [...(closed.get(line) ?? []), operation]);
    if (answered !== null) answers.push({ operation, line: answered.line });
  }
  answers.sort((a, b) => a.line - b.line);
  let next = 0;
  return answers.map(({ operation, line }) => {
    const opened: number[] = [];
    for (; next < operations.length && operations[next].invoked.line < line; next++) {
      if (operations[next].answered !== null || until[next] !== undefined) opened.push(next);
    }
    return { operation, line, opened, closed: closed.get(line) ?? [] };
  });
}

function slotsOf(operations: readonly Operation[], steps: readonly Step[]): readonly number[] {
  const slots = operations.map(() => -1);
  const free: number[] = [];
  let made = 0;
  for (const { opened, closed } of steps) {
    for (const operation of opened) slots[operation] = free.pop() ?? made++;
    for (const operation of closed) free.push(slots[operation]);
  }
  return slots;
}
