// Whether a run, or many together, did what the scenario expects of it beyond its system's own properties.

import { printDuration } from "../base/units.ts";
import { alertFiguresOf, alertsAmong } from "../check/alert-figures.ts";
import type { FigureSpec } from "../check/figure.ts";
import type { FigureSummary } from "../check/figures.ts";
import type { Outcome, Verdict } from "../check/property.ts";
import type { AlertExpectation, Expectations, FigureExpectation } from "./scenario.ts";

export interface ExpectationResult {
  readonly kind: "exercised" | "violated" | "figure" | "alert";
  /** What was expected, such as "transfer.latency p99 < 100ms" or "A1 is violated". */
  readonly text: string;
  readonly met: boolean;
  /** What was found instead, or as well: "p99 is 93ms". */
  readonly found: string;
}

/** What was counted of a property, over one run or many. */
export interface PropertyCounts {
  readonly exercised: number;
  readonly violations: number;
}

/** Properties count over all runs together; a bound of a figure is one on all its samples, of a count one on each run. */
export function judgeExpectations(
  expect: Expectations,
  properties: ReadonlyMap<string, PropertyCounts>,
  figures: readonly FigureSummary[],
): readonly ExpectationResult[] {
  const exercised = expect.exercised.map((id): ExpectationResult => {
    const times = properties.get(id)?.exercised ?? 0;
    return { kind: "exercised", text: `${id} is exercised`, met: times > 0, found: `exercised ${times} times` };
  });
  const violated = expect.violated.map((id): ExpectationResult => {
    const times = properties.get(id)?.violations ?? 0;
    return { kind: "violated", text: `${id} is violated`, met: times > 0, found: `violated ${times} times` };
  });
  return [
    ...exercised,
    ...violated,
    ...expect.figures.map((expected) => judgeFigure(expected, figures)),
    ...expect.alerts.flatMap((expected) => judgeAlert(expected, expect.alerts, figures)),
  ];
}

/** `unmet`: every property is as it should be, and something else that was expected is not so. */
export type RunOutcome = Outcome | "unmet";

/** A machine that breaks is never part of a story. */
const neverExpected = "NO-PANIC";

/**
 * Whether a violation fails the story. One that expects violations is about them: what else breaks with the defence that
 * it switches off is shown, and does not fail it.
 */
export const isExcused = (
  expect: Expectations,
  { id, advisory }: { readonly id: string; readonly advisory: boolean },
): boolean => advisory || expect.violated.includes(id) || (expect.violated.length > 0 && id !== neverExpected);

/** The judgement of the whole story: a violation that it expects is no failure, one that it does not is. */
export function outcomeOf(
  expect: Expectations,
  verdict: Pick<Verdict, "properties"> & { readonly isCut: boolean },
  expectations: readonly ExpectationResult[],
): RunOutcome {
  const fails = verdict.properties.some((property) => property.status === "violated" && !isExcused(expect, property));
  if (fails) return "violated";
  if (verdict.isCut) return "inconclusive";
  return expectations.every(({ met }) => met) ? "held" : "unmet";
}

function judgeFigure(expected: FigureExpectation, figures: readonly FigureSummary[]): ExpectationResult {
  const { figure, statistic, comparison, value } = expected;
  const summary = figures.find(({ id }) => id === figure);
  const kind = summary?.kind ?? "count";
  const unit = statistic === "count" ? "count" : kind;
  const text = `${figure} ${statistic} ${comparison} ${printAmount(value, unit)}`;
  if (summary === undefined || (kind !== "count" && summary.count === 0 && statistic !== "count")) {
    return { kind: "figure", text, met: false, found: "never measured" };
  }
  const ends = kind === "count" && statistic === "count" ? [summary.min, summary.max] : [summary[statistic]];
  const met = ends.every((actual) => compares(actual, comparison, value));
  const found = [...new Set(ends)].map((actual) => printMeasured(actual, unit)).join(" to ");
  return { kind: "figure", text, met, found: `${statistic} is ${found}` };
}

function judgeAlert(
  { alert, fires }: AlertExpectation,
  all: readonly AlertExpectation[],
  figures: readonly FigureSummary[],
): readonly ExpectationResult[] {
  if (fires === "maybe") return [];
  const summaryOf = (id: string): FigureSummary | undefined => figures.find((figure) => figure.id === id);
  if (alert !== null && fires !== "never") {
    const ids = alertFiguresOf(alert);
    const text = `${alert} fires within ${printDuration(fires)}`;
    const fewest = summaryOf(ids.fired)?.min ?? 0;
    const latestUs = summaryOf(ids.delay)?.max ?? Infinity;
    if (!(fewest > 0)) return [{ kind: "alert", text, met: false, found: "not in every run" }];
    return [{ kind: "alert", text, met: latestUs <= fires, found: `after ${printMeasured(latestUs, "durationUs")}` }];
  }
  const named = all.map((one) => one.alert);
  const silent = alert === null ? alertsAmong(figures).filter((name) => !named.includes(name)) : [alert];
  const heard = silent.filter((name) => (summaryOf(alertFiguresOf(name).fired)?.max ?? 0) > 0);
  const text = alert === null ? "no other alert fires" : `${alert} never fires`;
  return [{ kind: "alert", text, met: heard.length === 0, found: heard.length === 0 ? "none" : heard.join(", ") }];
}

function compares(actual: number, comparison: FigureExpectation["comparison"], value: number): boolean {
  switch (comparison) {
    case "<":
      return actual < value;
    case "<=":
      return actual <= value;
    case ">":
      return actual > value;
    case ">=":
      return actual >= value;
    case "=":
      return actual === value;
  }
}

/** Four digits are enough for what was measured; a bound is written as it was given. */
const printMeasured = (value: number, kind: FigureSpec["kind"]): string =>
  kind === "durationUs" && value >= 1_000 ? `${Number((value / 1_000).toPrecision(4))}ms` : printAmount(value, kind);

function printAmount(value: number, kind: FigureSpec["kind"]): string {
  if (kind === "durationUs") return printDuration(Math.round(value));
  return kind === "share" ? `${Number((value * 100).toFixed(4))}%` : String(Number(value.toFixed(3)));
}
