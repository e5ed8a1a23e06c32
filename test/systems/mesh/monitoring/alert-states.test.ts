// What becomes of an alert, as a table: every state, condition and hold.
import { describe, expect, test } from "vitest";

import { type AlertState, isMet, stepAlert } from "../../../../src/systems/mesh/monitoring/alert-states.ts";

const pending: AlertState = { phase: "pending", sinceUs: 100 };
const firing: AlertState = { phase: "firing", sinceUs: 100 };

describe("at 130", () => {
  test.each<[AlertState | undefined, boolean, number, AlertState | undefined, string | undefined]>([
    // state, met, hold, next state, says
    [undefined, false, 0, undefined, undefined],
    [undefined, false, 30, undefined, undefined],
    [undefined, true, 0, { phase: "firing", sinceUs: 130 }, "fired"],
    [undefined, true, 30, { phase: "pending", sinceUs: 130 }, "pending"],
    [pending, false, 30, undefined, undefined],
    [pending, true, 31, pending, undefined],
    [pending, true, 30, { phase: "firing", sinceUs: 100 }, "fired"],
    [pending, true, 29, { phase: "firing", sinceUs: 100 }, "fired"],
    [firing, false, 30, undefined, "resolved"],
    [firing, false, 0, undefined, "resolved"],
    [firing, true, 30, firing, undefined],
    [firing, true, 0, firing, undefined],
  ])("%o, met %s, held for %i", (state, met, holdUs, next, says) => {
    expect(stepAlert(state, { met, nowUs: 130, holdUs })).toEqual({ state: next, says });
  });
});

/** What is said at each evaluation, 15 s apart, of a condition that is met (1) or not (0). */
function said(conditions: string, holdUs: number): readonly (string | undefined)[] {
  let state: AlertState | undefined;
  return conditions.split("").map((condition, at) => {
    const step = stepAlert(state, { met: condition === "1", nowUs: at * 15, holdUs });
    state = step.state;
    return step.says;
  });
}

test("a break begins the hold anew", () => {
  const none = undefined;
  expect(said("1101110", 30)).toEqual(["pending", none, none, "pending", none, "fired", "resolved"]);
});

test("without a hold it fires at once, and again after each break", () => {
  expect(said("101", 0)).toEqual(["fired", "resolved", "fired"]);
});

describe("a condition is exact at its bound", () => {
  test.each([
    ["above", 0.01, false],
    ["above", 0.0101, true],
    ["atLeast", 0.01, true],
    ["atLeast", 0.0099, false],
    ["below", 0.01, false],
    ["below", 0.0099, true],
  ] as const)("%s 1 %%: %d is %s", (when, share, met) => {
    const outOf = 10_000;
    expect(isMet({ when, bound: 10_000 }, { of: Math.round(share * outOf) * 1_000_000, outOf })).toBe(met);
  });
});
