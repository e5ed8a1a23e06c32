// What a scenario expects of alerts, over one run and over many.
import { describe, expect, test } from "vitest";

import { alertFigureSpecs, alertFiguresOf } from "../../src/check/alert-figures.ts";
import { Figures, figuresPlan, mergeFigures, summarise } from "../../src/check/figures.ts";
import { judgeExpectations } from "../../src/scenario/expectations.ts";
import type { AlertExpectation } from "../../src/scenario/scenario.ts";

const specs = ["Silence", "Noise"].flatMap(alertFigureSpecs);
const SECOND = 1_000_000;

/** One run: when each alert fired first, in seconds after the first fault. */
type Fired = Readonly<Record<string, number>>;

function judge(alerts: readonly AlertExpectation[], ...runs: readonly Fired[]): readonly string[] {
  const data = runs.map((run) => {
    const figures = new Figures(figuresPlan(specs));
    for (const [name, seconds] of Object.entries(run)) {
      figures.count(alertFiguresOf(name).fired);
      figures.sample(alertFiguresOf(name).delay, seconds * SECOND);
    }
    return figures.data();
  });
  const none = { exercised: [], violated: [], figures: [] };
  const results = judgeExpectations({ ...none, alerts }, new Map(), summarise(specs, mergeFigures(data)));
  return results.map(({ text, met, found }) => `${text}: ${met ? "yes" : "no"}, ${found}`);
}

const within = (alert: string, seconds: number): AlertExpectation => ({ alert, fires: seconds * SECOND });
const never = (alert: string | null): AlertExpectation => ({ alert, fires: "never" });

describe("an alert that must fire", () => {
  test.each<[string, readonly Fired[], string]>([
    ["in time", [{ Noise: 60 }], "Noise fires within 1m: yes, after 60000ms"],
    ["too late", [{ Noise: 61 }], "Noise fires within 1m: no, after 61000ms"],
    ["too late in one of the runs", [{ Noise: 3 }, { Noise: 61 }], "Noise fires within 1m: no, after 61000ms"],
    ["not in one of the runs", [{ Noise: 3 }, {}], "Noise fires within 1m: no, not in every run"],
    ["never", [{}], "Noise fires within 1m: no, not in every run"],
  ])("and does so %s", (_when, runs, result) => {
    expect(judge([within("Noise", 60)], ...runs)).toEqual([result]);
  });
});

test("an alert that must not fire", () => {
  expect(judge([never("Noise")], { Silence: 1 })).toEqual(["Noise never fires: yes, none"]);
  expect(judge([never("Noise")], {}, { Noise: 1 })).toEqual(["Noise never fires: no, Noise"]);
});

test("others are those that are not named", () => {
  const expected = [within("Noise", 60), never(null)];
  expect(judge(expected, { Noise: 1 })[1]).toBe("no other alert fires: yes, none");
  expect(judge(expected, { Noise: 1, Silence: 2 })[1]).toBe("no other alert fires: no, Silence");
  expect(judge([never(null)], { Noise: 1, Silence: 2 })).toEqual(["no other alert fires: no, Silence, Noise"]);
});

test("an alert that may fire is no other", () => {
  const expected: readonly AlertExpectation[] = [{ alert: "Noise", fires: "maybe" }, never(null)];
  expect(judge(expected, { Noise: 1 })).toEqual(["no other alert fires: yes, none"]);
  expect(judge(expected, {})).toEqual(["no other alert fires: yes, none"]);
  expect(judge(expected, { Silence: 1 })).toEqual(["no other alert fires: no, Silence"]);
});
