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

/**
 * One entry of the heap. A debt that is owed anew for a later instant stays where it is, and finds its place only when
 * it comes up: most debts are renewed or paid long before they are due, so that the heap hardly ever changes.
 */
interface Entry {
  readonly property: number;
  readonly key: string;
  /** What the heap is ordered by: never later than the debt itself. */
  dueUs: number;
  sequence: number;
  /** Null: it is gone. */
  debt: Debt | null;
}

/** Open debts of all properties. Owing and paying are O(log n) at worst; asking what is overdue costs one comparison. */
export class Debts {
  /** True time of the soonest deadline, possibly of a debt that is gone by now; Infinity when nothing is owed. */
  soonestUs = Infinity;
  /** By property, from its first debt on, and key; those that are gone as long as they lie in the heap. */
  readonly #known: (Map<string, Entry> | undefined)[];
  #heap: Entry[] = [];
  #openCount = 0;
  #sequence = 0;

  constructor(properties: number) {
    this.#known = Array.from({ length: properties }, () => undefined);
  }

  owe(property: number, key: string, dueUs: number, owing: Pick<Debt, "because" | "node" | "evidence">): void {
    const { because, node, evidence } = owing;
    const debt: Debt = { property, key, dueUs, sequence: this.#sequence++, because, node, evidence };
    const known = this.#known[property]?.get(key);
    if (known?.debt === null || known === undefined) this.#openCount++;
    if (known !== undefined && known.dueUs <= dueUs) {
      known.debt = debt;
      return;
    }
    // What lies in the heap for a later instant is nobody's from now on.
    if (known !== undefined) known.debt = null;
    this.#enter(debt);
  }

  /** Whether there was such a debt; it is gone now. */
  settle(property: number, key: string): boolean {
    const known = this.#known[property]?.get(key);
    if (known === undefined || known.debt === null) return false;
    known.debt = null;
    this.#openCount--;
    if (this.#heap.length > GONE_MIN && this.#heap.length > 2 * this.#openCount) this.#rebuild(this.all());
    return true;
  }

  /** Takes out the soonest debt whose deadline lies before `atUs`; undefined when there is none. */
  takeOverdue(atUs: number): Debt | undefined {
    while (this.soonestUs < atUs) {
      const soonest = this.#pop();
      const { property, key, debt } = soonest;
      if (debt !== null && debt.sequence !== soonest.sequence) {
        soonest.dueUs = debt.dueUs;
        soonest.sequence = debt.sequence;
        this.#push(soonest);
        continue;
      }
      const known = this.#known[property];
      if (known?.get(key) === soonest) known.delete(key);
      if (debt === null) continue;
      this.#openCount--;
      return debt;
    }
    return undefined;
  }

  /** Every open debt, in order of creation. */
  all(): readonly Debt[] {
    const debts = this.#known.flatMap((known) => [...(known?.values() ?? [])].flatMap(({ debt }) => debt ?? []));
    return debts.sort((a, b) => a.sequence - b.sequence);
  }

  /** Replaces everything owed by what `all` once gave. */
  restore(debts: readonly Debt[]): void {
    this.#openCount = debts.length;
    this.#sequence = (debts.at(-1)?.sequence ?? -1) + 1;
    this.#rebuild(debts);
  }

  #rebuild(debts: readonly Debt[]): void {
    for (const known of this.#known) known?.clear();
    this.#heap = [];
    this.soonestUs = Infinity;
    for (const debt of debts) this.#enter(debt);
  }

  #enter(debt: Debt): void {
    const { property, key, dueUs, sequence } = debt;
    const entry: Entry = { property, key, dueUs, sequence, debt };
    (this.#known[property] ??= new Map()).set(key, entry);
    this.#push(entry);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (sooner(parent, entry) <= 0) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
    this.soonestUs = heap[0]?.dueUs ?? Infinity;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const soonest = heap[0];
    const last = heap.pop();
    assert(last !== undefined, "a deadline that has come belongs to a debt in the heap");
    if (heap.length > 0) this.#sink(last);
    this.soonestUs = heap[0]?.dueUs ?? Infinity;
    return soonest;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && sooner(heap[child + 1], heap[child]) < 0) child++;
      if (sooner(entry, heap[child]) <= 0) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
  }
}

const sooner = (a: Entry, b: Entry): number => a.dueUs - b.dueUs || a.sequence - b.sequence;
