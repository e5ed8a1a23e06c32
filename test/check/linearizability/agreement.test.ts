// The search against the slowest judge there is, which tries every order: ten thousand small histories, half of them made
// up in part, and the same verdict, the same first answer that nothing explains, and orders that really are orders.
import { describe, expect, test } from "vitest";

import { Generator } from "../../../src/base/random.ts";
import { authority, lock } from "../../../src/check/linearizability/authority.ts";
import { item } from "../../../src/check/linearizability/item.ts";
import type { AnyModel } from "../../../src/check/linearizability/model.ts";
import type { ObjectHistory } from "../../../src/check/linearizability/operations.ts";
import { register } from "../../../src/check/linearizability/register.ts";
import { configurationsMaxDefault, searchBy, searchOrder } from "../../../src/check/linearizability/search.ts";
import { type Chances, drawn, hasOrder, objectsOf, orderFault, type Workload } from "./histories.ts";
import { authorityWorkload, itemWorkload, lockWorkload, queue, queueWorkload, registerWorkload } from "./workloads.ts";

const perModel = 2_000;

const cases: readonly (readonly [AnyModel, Workload])[] = [
  [register, registerWorkload(3)],
  [item, itemWorkload],
  [authority, authorityWorkload],
  [lock, lockWorkload],
  [queue, queueWorkload],
];

const total = { linearizable: 0, impossible: 0, unanswered: 0 };

const configurationsMax = configurationsMaxDefault;
const ways = [true, false].flatMap((inBreadth) =>
  [true, false].map((looksAhead) => ({ inBreadth, looksAhead, configurationsMax })),
);

/** The verdict, or what is wrong with it. */
function judged(history: ObjectHistory): string {
  const verdict = searchOrder(history, configurationsMax);
  const others = ways.map((way) => searchBy(history, way).type).filter((type) => type !== verdict.type);
  if (others.length > 0) return `one way of searching says ${others[0]}, all together ${verdict.type}`;
  if (verdict.type === "inconclusive") return verdict.type;
  if (verdict.type === "linearizable") {
    return hasOrder(history) ? orderFault(history, verdict.order) || verdict.type : "there is no such order";
  }
  const line = verdict.operation.answered?.line ?? 0;
  if (hasOrder(history, line)) return "there is an order";
  if (!verdict.isFirst || !hasOrder(history, line - 1)) return "an earlier answer has no order";
  return orderFault(history, verdict.placed, line - 1) || verdict.type;
}

function chancesOf(random: Generator): Chances {
  return {
    operations: 2 + random.below(6),
    clients: 2 + random.below(3),
    unanswered: random.below(2) * 35,
    madeUp: random.below(3) * 20,
    stepUsMax: 2 + random.below(30),
    pauseUsMax: 1 + random.below(20),
  };
}

describe(`${perModel} histories of each model have the verdict that trying every order gives`, () => {
  test.each(cases.map(([model, workload]) => [model.name, model, workload] as const))("%s", (name, model, workload) => {
    const counts = { linearizable: 0, impossible: 0 };
    for (let seed = 1; seed <= perModel; seed++) {
      const random = new Generator(seed);
      const chances = chancesOf(random);
      const text = drawn(random, workload, chances);
      for (const history of objectsOf(text, [model])) {
        const verdict = judged(history);
        // What a real object has answered has an order.
        const expected = chances.madeUp === 0 ? /^linearizable$/ : /^(linearizable|impossible)$/;
        expect(verdict, `seed ${seed} of ${name}:\n${text}`).toMatch(expected);
        counts[verdict === "linearizable" ? "linearizable" : "impossible"] += 1;
        if (history.operations.some(({ answered }) => answered === null)) total.unanswered += 1;
      }
    }
    console.log(`${name}: ${counts.linearizable} linearizable, ${counts.impossible} impossible`);
    expect(counts.linearizable + counts.impossible).toBe(perModel);
    // Neither answer is right by always being given.
    expect(Math.min(counts.linearizable, counts.impossible)).toBeGreaterThan(perModel / 5);
    total.linearizable += counts.linearizable;
    total.impossible += counts.impossible;
  });

  test("of all of them", () => {
    const { linearizable, impossible, unanswered } = total;
    console.log(`${linearizable} linearizable, ${impossible} impossible; ${unanswered} with an operation unanswered`);
    expect(linearizable + impossible).toBe(perModel * cases.length);
    expect(unanswered).toBeGreaterThan(2_000);
  });
});
