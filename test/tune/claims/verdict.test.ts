// Verdicts on claims, made of runs that are made up: each of the five words, and what would change it.
import { describe, expect, test } from "vitest";

import type { Bound, ClaimTest } from "../../../src/systems/claims.ts";
import { brokenShareMax, measure } from "../../../src/tune/claims/measure.ts";
import type { ObservedRun } from "../../../src/tune/claims/sample.ts";
import { judgeClaim, verdictOf } from "../../../src/tune/claims/verdict.ts";
import { claimOf, repeated, runsOf, specs } from "./synthetic.ts";

const atMost = (value: number): Bound => ({ comparison: "<=", value });
const atLeast = (value: number): Bound => ({ comparison: ">=", value });
const each = (bound: Bound): ClaimTest => ({ type: "each", figure: "time", bound });

/** 1000 runs, of which each measured 10 to 19. */
const calm = repeated(1000, (index) => ({ samples: { time: [10 + (index % 10)] }, exercised: ["P"] }));
const verdictOn = (asked: ClaimTest, runs: readonly ObservedRun[]): string => measure(asked, runs, specs).verdict;

describe("what is promised of every case", () => {
  test("holds when a thousand runs show none that is different", () => {
    const { verdict, found } = measure(each(atMost(19)), calm, specs);
    expect(verdict).toBe("holds");
    expect(found).toMatchObject({ type: "runs", broken: 0, among: 1000, worst: 19 });
  });

  test("is refuted by one, whose seed is named", () => {
    const runs = [...calm, ...runsOf([{ samples: { time: [12, 20] } }])];
    expect(measure(each(atMost(19)), runs, specs)).toMatchObject({
      verdict: "fails",
      found: { broken: 1, worst: 20, seed: 1 },
    });
  });

  test("is undecided while too few runs show none, and says how many would do", () => {
    expect(measure(each(atMost(19)), calm.slice(0, 597), specs)).toMatchObject({
      verdict: "undecided",
      runsNeeded: 598,
    });
    expect(verdictOn(each(atMost(19)), calm.slice(0, 598))).toBe("holds");
    expect(brokenShareMax).toBe(0.005);
  });

  test("looks at the least where a least is promised", () => {
    expect(verdictOn(each(atLeast(10)), calm)).toBe("holds");
    expect(measure(each(atLeast(11)), calm, specs)).toMatchObject({ verdict: "fails", found: { worst: 10 } });
  });

  test("of a count takes what is not there for none", () => {
    const none: ClaimTest = { type: "each", figure: "times", bound: atMost(0) };
    expect(verdictOn(none, calm)).toBe("holds");
    expect(verdictOn({ ...none, bound: atLeast(1) }, calm)).toBe("fails");
  });

  test("says nothing of runs in which it could not have been otherwise", () => {
    const none: ClaimTest = { type: "each", figure: "times", among: "all", bound: atMost(0) };
    expect(measure(none, calm, specs)).toMatchObject({ verdict: "undecided", found: { type: "nothing" } });
  });
});

describe("a property", () => {
  test("that was never put to the test is undecided, whatever the number of runs", () => {
    expect(verdictOn({ type: "never", properties: ["Q"] }, calm)).toBe("undecided");
    expect(verdictOn({ type: "never", properties: ["P"] }, calm)).toBe("holds");
  });

  test("that is violated once is refuted", () => {
    const runs = [...calm, ...runsOf([{ violated: ["P"] }])];
    expect(measure({ type: "never", properties: ["P"] }, runs, specs)).toMatchObject({
      verdict: "fails",
      found: { broken: 1, among: 1001 },
    });
  });
});

describe("a mean, a quantile and a share", () => {
  const mean = (bound: Bound): ClaimTest => ({ type: "mean", figure: "time", bound });
  const p90 = (bound: Bound): ClaimTest => ({ type: "quantile", figure: "time", of: 90, outOf: 100, bound });
  const share = (bound: Bound): ClaimTest => ({ type: "share", figures: ["times"], among: ["all"], bound });
  const tenth = repeated(1000, (index) => ({ samples: { times: [index % 10 === 0 ? 1 : 0], all: [1] } }));

  test.each([
    ["a mean within its bound", mean(atMost(16)), calm, "holds"],
    ["a mean beyond it", mean(atMost(13)), calm, "fails"],
    ["a mean so near it that either may be", mean(atMost(14.5)), calm, "undecided"],
    ["a quantile within its bound", p90(atMost(19)), calm, "holds"],
    ["a quantile beyond it", p90(atMost(16)), calm, "fails"],
    ["a quantile so near it that either may be", p90(atMost(18)), calm, "undecided"],
    ["a share within its bound", share(atMost(0.15)), tenth, "holds"],
    ["a share beyond it", share(atMost(0.05)), tenth, "fails"],
    ["a share so near it that either may be", share(atMost(0.1)), tenth, "undecided"],
    [
      "a mean of a count, with runs that counted none",
      { type: "mean", figure: "gone", bound: atMost(0) },
      calm,
      "holds",
    ],
  ] as const)("%s", (_what, asked, runs, verdict) => {
    expect(verdictOn(asked, runs)).toBe(verdict);
  });

  test("a promise that is refuted flips with its target, and with nothing else", () => {
    const claim = claimOf([mean(atMost(13))]);
    expect(judgeClaim(claim, () => calm, specs).verdict).toBe("fails");
    expect(judgeClaim({ ...claim, tests: [mean(atMost(16))] }, () => calm, specs).verdict).toBe("holds");
    expect(judgeClaim({ ...claim, target: "anything", promise: "anything" }, () => calm, specs).verdict).toBe("fails");
  });
});

describe("a claim", () => {
  const slow = repeated(1000, () => ({ samples: { time: [100] } }));
  const runsAt = (...runs: readonly (readonly ObservedRun[])[]) => {
    const all = new Map(runs.map((some, index) => [`story#${index}`, some]));
    return ({ story }: { readonly story: string }): readonly ObservedRun[] => all.get(story) ?? [];
  };

  test("that holds at one point and fails at another is conditional", () => {
    const claim = claimOf([each(atMost(19))], [{}, {}]);
    expect(judgeClaim(claim, runsAt(calm, slow), specs).verdict).toBe("conditional");
    expect(judgeClaim(claim, runsAt(calm, calm), specs).verdict).toBe("holds");
    expect(judgeClaim(claim, runsAt(slow, slow), specs).verdict).toBe("fails");
  });

  test("of a point that was not run is undecided", () => {
    expect(judgeClaim(claimOf([each(atMost(19))], [{}, {}]), runsAt(calm), specs).verdict).toBe("undecided");
  });

  test("holds at a point only if all that is asked there is kept", () => {
    const claim = claimOf([each(atMost(19)), each(atLeast(15))]);
    expect(judgeClaim(claim, runsAt(calm), specs).points[0]?.tests.map(({ verdict }) => verdict)).toEqual([
      "holds",
      "fails",
    ]);
    expect(judgeClaim(claim, runsAt(calm), specs).verdict).toBe("fails");
  });

  test("is not moved by what differs from the documents", () => {
    const claim = { ...claimOf([each(atMost(19))]), remedies: [{ label: "otherwise", story: "story#1" }] };
    const result = judgeClaim(claim, runsAt(slow, calm), specs);
    expect(result.verdict).toBe("fails");
    expect(result.remedies[0]?.verdict).toBe("holds");
  });

  test("that no run can decide is untestable", () => {
    const { type: _type, measures: _measures, tests: _tests, points: _points, ...rest } = claimOf([]);
    const claim = { ...rest, type: "untestable" as const, because: "nobody can know" };
    expect(judgeClaim(claim, () => calm, specs).verdict).toBe("untestable");
  });

  test.each([
    [["holds", "undecided"], "undecided"],
    [["fails", "undecided"], "undecided"],
    [["holds", "undecided", "fails"], "conditional"],
    [[], "undecided"],
  ] as const)("%j: %s", (verdicts, verdict) => {
    expect(verdictOf(verdicts)).toBe(verdict);
  });
});
