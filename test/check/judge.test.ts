// The judge itself: what is counted, what is owed, how a run that was cut short is called.
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { nodeId } from "../../src/base/ids.ts";
import { Judge, judgePlan } from "../../src/check/judge.ts";
import type { Model, Property, Verdict } from "../../src/check/property.ts";
import type { WorldFact } from "../../src/trace/trace-event.ts";

type Toss<Name extends string> = { readonly fact: Name; readonly ball: string };
type Ball = Toss<"thrown"> | Toss<"caught"> | Toss<"dropped"> | WorldFact;
type Hands = { air: number };

const folds = new Map<string, (view: Hands) => void>([
  ["thrown", (view) => view.air++],
  ["caught", (view) => view.air--],
]);

const model: Model<Hands, Ball> = {
  fresh: () => ({ air: 0 }),
  fold: (view, fact) => folds.get(fact.fact)?.(view),
  folds,
};

const CATCH_US = 100;

const caughtInTime: Property<Hands, Ball> = {
  id: "CATCH",
  kind: "eventually",
  claim: "each ball is caught in time",
  source: "juggling",
  rules: {
    thrown: (_view, { ball }, at, findings) => findings.owe(ball, at.atUs + CATCH_US, `${ball} was not caught`),
    caught: (_view, { ball }, _at, findings) => findings.paid(ball),
    dropped: (_view, { ball }, _at, findings) => findings.forgiven(ball),
  },
};

const twoHands: Property<Hands, Ball> = {
  id: "HANDS",
  kind: "always",
  claim: "at most two balls are in the air",
  source: "juggling",
  rules: {
    thrown: (view, { ball }, _at, findings) => {
      findings.exercised();
      if (view.air > 2) findings.violated(ball, `${view.air} balls are in the air`, [1]);
    },
  },
  atEnd: (view, _at, findings, settled) => {
    if (settled && view.air > 0) findings.violated("air", "a ball is left in the air");
  },
};

const someCatch: Property<Hands, Ball> = {
  id: "SEEN",
  kind: "sometimes",
  claim: "a ball is caught",
  source: "juggling",
  rules: { caught: (_view, _fact, _at, findings) => findings.happened() },
};

class Juggler {
  readonly judge: Judge<Hands, Ball>;
  #event = 0;

  constructor(...properties: readonly Property<Hands, Ball>[]) {
    this.judge = new Judge(judgePlan(model, properties), { violationsMax: 2 });
  }

  at(atUs: number, fact: "thrown" | "caught" | "dropped", ball = "red"): this {
    this.judge.observe(atUs, ++this.#event, nodeId("juggler"), { fact, ball } as Ball);
    return this;
  }

  end(atUs: number, cutBy?: string): ReturnType<Judge<Hands, Ball>["finish"]> {
    return this.judge.finish({ atUs, event: this.#event, ...(cutBy === undefined ? {} : { cutBy }) });
  }
}

describe("what is owed", () => {
  test("is paid at its deadline, that instant included", () => {
    const verdict = new Juggler(caughtInTime).at(10, "thrown").at(110, "caught").end(500);
    expect(verdict.properties[0]).toMatchObject({ status: "held", exercised: 1, violations: 0 });
  });

  test("is broken at its deadline, found by the first later fact, even the one that would have paid", () => {
    const verdict = new Juggler(caughtInTime).at(10, "thrown").at(111, "caught").end(500);
    expect(verdict.properties[0]?.first).toEqual([
      {
        property: "CATCH",
        claim: "each ball is caught in time",
        atUs: 110,
        event: 1,
        node: "juggler",
        about: "red",
        because: "red was not caught",
        evidence: [1],
      },
    ]);
  });

  test("is found at the end when no fact follows", () => {
    expect(new Juggler(caughtInTime).at(10, "thrown").end(111).outcome).toBe("violated");
  });

  test("is neither paid nor broken when it is due beyond the end, or at it in a run that was cut short", () => {
    expect(new Juggler(caughtInTime).at(10, "thrown").end(110).outcome).toBe("violated");
    expect(new Juggler(caughtInTime).at(10, "thrown").end(110, "patience").outcome).toBe("inconclusive");
    const verdict = new Juggler(caughtInTime).at(10, "thrown").end(109);
    expect(verdict).toMatchObject({ outcome: "held", properties: [{ status: "not exercised" }, {}] });
  });

  test("is found in order of deadlines, not of debts", () => {
    const slow: Property<Hands, Ball> = {
      ...caughtInTime,
      rules: { thrown: (_view, { ball }, _at, findings) => findings.owe(ball, ball === "red" ? 300 : 200, ball) },
    };
    const verdict = new Juggler(slow).at(10, "thrown", "red").at(20, "thrown", "blue").end(500);
    expect(verdict.properties[0]?.first.map(({ about, atUs }) => [about, atUs])).toEqual([
      ["blue", 200],
      ["red", 300],
    ]);
  });

  test("is replaced by a debt of the same key, and forgiven without being counted", () => {
    const again = new Juggler(caughtInTime).at(10, "thrown").at(60, "thrown").at(150, "caught").end(500);
    expect(again.properties[0]).toMatchObject({ exercised: 1, violations: 0 });
    const forgiven = new Juggler(caughtInTime).at(10, "thrown").at(60, "dropped").at(70, "caught").end(500);
    expect(forgiven.properties[0]).toMatchObject({ exercised: 0, violations: 0, status: "not exercised" });
  });
});

describe("the verdict", () => {
  test("tells a property that held from one that was never exercised", () => {
    const verdict = new Juggler(twoHands, someCatch).at(10, "thrown").at(20, "dropped").end(20, "patience");
    expect(verdict.properties.map(({ id, status }) => [id, status])).toEqual([
      ["HANDS", "held"],
      ["SEEN", "not exercised"],
      ["NO-PANIC", "not exercised"],
    ]);
  });

  test("names what is broken and how often, and keeps only the first violations whole", () => {
    const juggler = new Juggler(twoHands, someCatch);
    for (let at = 1; at <= 5; at++) juggler.at(at, "thrown");
    const verdict = juggler.end(9, "patience");
    expect(verdict.summary).toBe("violated: HANDS (3), and cut short by patience");
    expect(verdict.properties[0]?.first.map(({ because, evidence }) => [because, evidence])).toEqual([
      ["3 balls are in the air", [1, 3]],
      ["4 balls are in the air", [1, 4]],
    ]);
  });

  test("is inconclusive when a limit ended the run and nothing was found broken", () => {
    const verdict = new Juggler(twoHands).at(1, "thrown").end(9, "event limit (2000000)");
    expect(verdict).toMatchObject({ outcome: "inconclusive", summary: "inconclusive: event limit (2000000)" });
  });

  test("a settled end is judged as one", () => {
    expect(new Juggler(twoHands).at(1, "thrown").end(9).summary).toBe("violated: HANDS");
  });

  test("an advisory property is reported and fails nothing", () => {
    const juggler = new Juggler({ ...twoHands, advisory: true }).at(1, "thrown");
    expect(juggler.judge.violated).toBe(false);
    expect(juggler.end(9)).toMatchObject({ outcome: "held", properties: [{ status: "violated", advisory: true }, {}] });
  });

  test("a machine that broke is a finding, never a node that merely crashed", () => {
    const { judge } = new Juggler();
    judge.observe(1, 1, nodeId("n1"), { fact: "nodeBooted", incarnation: 0 } as WorldFact);
    judge.observe(2, 2, nodeId("n1"), {
      fact: "machineBroke",
      error: "belief broken: x",
      event: "received ship",
    } as WorldFact);
    const verdict = judge.finish({ atUs: 3, event: 2 });
    expect(verdict).toMatchObject({ outcome: "violated", summary: "violated: NO-PANIC" });
    expect(verdict.properties[0]?.first[0]).toMatchObject({
      node: "n1",
      because: "n1 broke on received ship: belief broken: x",
    });
  });
});

describe("refused, as our own mistakes", () => {
  test.each<[string, () => unknown]>([
    ["facts out of order", () => new Juggler().at(5, "thrown").at(4, "thrown")],
    ["two properties of one id", () => new Juggler(twoHands, twoHands)],
    [
      "judging twice",
      () => {
        const j = new Juggler();
        j.end(1);
        j.end(1);
      },
    ],
    ["an end before the last fact", () => new Juggler().at(5, "thrown").end(4)],
    [
      "a debt of a property that is always true",
      () => new Juggler({ ...caughtInTime, kind: "always" }).at(5, "thrown"),
    ],
    [
      "a violation of what is only waited for",
      () =>
        new Juggler({ ...twoHands, kind: "sometimes", atEnd: undefined as never })
          .at(1, "thrown")
          .at(1, "thrown")
          .at(1, "thrown"),
    ],
  ])("%s", (_what, act) => expect(act).toThrow("belief broken"));
});

const throwsAndCatches = fc.array(
  fc.record({
    waitUs: fc.nat(80),
    fact: fc.constantFrom("thrown", "caught", "dropped"),
    ball: fc.constantFrom("red", "blue", "green"),
  }),
  { maxLength: 40 },
);

type Throw = { readonly waitUs: number; readonly fact: "thrown" | "caught" | "dropped"; readonly ball: string };

function verdictOf(throws: readonly Throw[], cutAt: number): Verdict {
  let judge = new Judge(judgePlan(model, [caughtInTime, twoHands, someCatch]));
  let atUs = 0;
  for (const [index, { waitUs, fact, ball }] of throws.entries()) {
    if (index === cutAt) {
      const saved = judge.checkpoint();
      judge.observe(atUs + 1, index, nodeId("other"), { fact: "thrown", ball: "spoilt" } as Ball);
      judge = new Judge(judgePlan(model, [caughtInTime, twoHands, someCatch]));
      judge.restore(saved);
    }
    atUs += waitUs;
    judge.observe(atUs, index, nodeId("juggler"), { fact, ball } as Ball);
  }
  return judge.finish({ atUs: atUs + 50, event: throws.length });
}

test("a judge restored from a checkpoint says what the judge that went on says", () => {
  fc.assert(
    fc.property(throwsAndCatches, fc.nat(40), (throws, cutAt) => {
      expect(verdictOf(throws, cutAt)).toEqual(verdictOf(throws, -1));
    }),
  );
});

test("debts are found exactly when a naive reading of all facts finds them", () => {
  fc.assert(
    fc.property(throwsAndCatches, (throws) => {
      expect(verdictOf(throws, -1).properties[0]?.violations).toBe(overdueByReading(throws));
    }),
  );
});

function overdueByReading(throws: readonly Throw[]): number {
  const due = new Map<string, number>();
  let overdue = 0;
  let atUs = 0;
  const collect = (settled = 0): void => {
    for (const [ball, dueUs] of due) {
      if (dueUs >= atUs + settled) continue;
      overdue++;
      due.delete(ball);
    }
  };
  for (const { waitUs, fact, ball } of throws) {
    atUs += waitUs;
    collect();
    if (fact === "thrown") due.set(ball, atUs + CATCH_US);
    else due.delete(ball);
  }
  atUs += 50;
  collect(1);
  return overdue;
}
