// What is owed and by when, soonest first: the deadlines of `eventually` properties.

import { assert } from "../base/assert.ts";

/** One obligation: something must happen by `dueUs`, or a property is broken at that instant. */
export interface Debt {
  /** Index of the property that is owed to. */
  readonly property: number;
  readonly key: string;
  readonly dueUs: number;
  /** Order of creation, breaking ties of `dueUs`. */
  readonly sequence: number;
  readonly because: string;
  /** Where the debt arose. */
  readonly node: string;
  readonly evidence: readonly number[];
}

/** Entries of the heap whose debt is gone are dropped once they outnumber the open ones, beyond this many. */
const GONE_MIN = 1024;

/** Open debts of all properties. Owing and paying are O(log n) at worst; asking what is overdue costs one comparison. */
export class Debts {
  /** True time of the soonest deadline, possibly of a debt that is gone by now; Infinity when nothing is owed. */
  soonestUs = Infinity;
  readonly #open: readonly Map<string, Debt>[];
  #heap: Debt[] = [];
  #openCount = 0;
  #sequence = 0;

  constructor(properties: number) {
    this.#open = Array.from({ length: properties }, () => new Map<string, Debt>());
  }

  owe(debt: Omit<Debt, "sequence">): void {
    const open = this.#open[debt.property];
    if (!open.has(debt.key)) this.#openCount++;
    const { property, key, dueUs, because, node, evidence } = debt;
    const owed: Debt = { property, key, dueUs, sequence: this.#sequence++, because, node, evidence };
    open.set(debt.key, owed);
    this.#push(owed);
  }

  /** Whether there was such a debt; it is gone now. */
  settle(property: number, key: string): boolean {
    if (!this.#open[property].delete(key)) return false;
    this.#openCount--;
    if (this.#heap.length > GONE_MIN && this.#heap.length > 2 * this.#openCount) this.#rebuild(this.all());
    return true;
  }

  /** Takes out the soonest debt whose deadline lies before `atUs`; undefined when there is none. */
  takeOverdue(atUs: number): Debt | undefined {
    while (this.soonestUs < atUs) {
      const soonest = this.#pop();
      const open = this.#open[soonest.property];
      if (open.get(soonest.key) !== soonest) continue;
      open.delete(soonest.key);
      this.#openCount--;
      return soonest;
    }
    return undefined;
  }

  /** Every open debt, in order of creation. */
  all(): readonly Debt[] {
    const debts = this.#open.flatMap((open) => [...open.values()]);
    return debts.sort((a, b) => a.sequence - b.sequence);
  }

  /** Replaces everything owed by what `all` once gave. */
  restore(debts: readonly Debt[]): void {
    for (const open of this.#open) open.clear();
    for (const debt of debts) this.#open[debt.property].set(debt.key, debt);
    this.#openCount = debts.length;
    this.#sequence = (debts.at(-1)?.sequence ?? -1) + 1;
    this.#rebuild(debts);
  }

  #rebuild(debts: readonly Debt[]): void {
    // An array in order is a heap.
    this.#heap = debts.toSorted(sooner);
    this.soonestUs = this.#heap[0]?.dueUs ?? Infinity;
  }

  #push(debt: Debt): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(debt);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (sooner(parent, debt) <= 0) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = debt;
    this.soonestUs = heap[0]?.dueUs ?? Infinity;
  }

  #pop(): Debt {
    const heap = this.#heap;
    const soonest = heap[0];
    const last = heap.pop();
    assert(last !== undefined, "a deadline that has come belongs to a debt in the heap");
    if (heap.length > 0) this.#sink(last);
    this.soonestUs = heap[0]?.dueUs ?? Infinity;
    return soonest;
  }

  #sink(debt: Debt): void {
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && sooner(heap[child + 1], heap[child]) < 0) child++;
      if (sooner(debt, heap[child]) <= 0) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = debt;
  }
}

const sooner = (a: Debt, b: Debt): number => a.dueUs - b.dueUs || a.sequence - b.sequence;
