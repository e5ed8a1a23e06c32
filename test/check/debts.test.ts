// Debts beside a plain list: whatever is owed, renewed, brought forward and paid, the same come due in the same order.
import { expect, test } from "vitest";

import { Generator } from "../../src/base/random.ts";
import { type Debt, Debts } from "../../src/check/debts.ts";

/** What `Debts` does, by looking through everything. */
class PlainDebts {
  #open: Debt[] = [];
  #sequence = 0;

  owe(property: number, key: string, dueUs: number, owing: Pick<Debt, "because" | "node" | "evidence">): void {
    this.settle(property, key);
    this.#open.push({ property, key, dueUs, ...owing, sequence: this.#sequence++ });
  }

  all(): readonly Debt[] {
    return this.#open;
  }

  restore(debts: readonly Debt[]): void {
    this.#open = [...debts];
    this.#sequence = (debts.at(-1)?.sequence ?? -1) + 1;
  }

  settle(property: number, key: string): boolean {
    const kept = this.#open.filter((debt) => debt.property !== property || debt.key !== key);
    const paid = kept.length < this.#open.length;
    this.#open = kept;
    return paid;
  }

  takeOverdue(atUs: number): Debt | undefined {
    const [soonest] = this.#open
      .filter(({ dueUs }) => dueUs < atUs)
      .toSorted((a, b) => a.dueUs - b.dueUs || a.sequence - b.sequence);
    if (soonest !== undefined) this.settle(soonest.property, soonest.key);
    return soonest;
  }
}

const named = ({ property, key, dueUs, because }: Debt): string => `${property} ${key} at ${dueUs}: ${because}`;

/** Everything that was asked and answered; both are asked the same. */
function story(seed: number, keys: number, fresh: () => PlainDebts | Debts): readonly string[] {
  const random = new Generator(seed);
  const said: string[] = [];
  let debts = fresh();
  for (let nowUs = 0; nowUs < 12_000; nowUs++) {
    const property = random.below(2);
    const key = `k${random.below(keys)}`;
    const dueUs = nowUs + random.below(keys * 3);
    const chance = random.below(100);
    if (chance === 0) {
      const saved = debts.all();
      said.push(...saved.map((debt) => `open ${named(debt)}`));
      debts = fresh();
      debts.restore(saved);
    } else if (chance < 60) {
      debts.owe(property, key, dueUs, { because: `owed at ${nowUs}`, node: "n", evidence: [nowUs] });
    } else {
      said.push(`${debts.settle(property, key)}`);
    }
    if (random.below(10) > 0) continue;
    for (let due = debts.takeOverdue(nowUs); due !== undefined; due = debts.takeOverdue(nowUs)) said.push(named(due));
  }
  return said;
}

// With many keys, those that are gone outnumber the others and are dropped now and then.
test.each([
  [1, 20],
  [2, 20],
  [3, 3000],
  [4, 3000],
])("seed %i, %i keys", (seed, keys) => {
  const plain = story(seed, keys, () => new PlainDebts());
  expect(plain.filter((line) => line.includes(" at ")).length).toBeGreaterThan(1000);
  expect(story(seed, keys, () => new Debts(2))).toEqual(plain);
});
