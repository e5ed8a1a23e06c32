// From tests to points to the verdict on a claim. No verdict is written anywhere: each is made of runs here.

import type { FigureSpec } from "../../check/figure.ts";
import type { ClaimPoint, ClaimSpec } from "../../systems/claims.ts";
import { testsOf } from "./cells.ts";
import { measure, type TestResult, type TestVerdict } from "./measure.ts";
import type { ObservedRun } from "./sample.ts";

/**
 * holds: at every point that the documents ask for or leave open. fails: at every one. conditional: at some, and these are
 * the region. undecided: too few runs to say which of the three. untestable: no run can say.
 */
export type ClaimVerdict = "holds" | "fails" | "conditional" | "undecided" | "untestable";

export interface PointResult {
  readonly point: ClaimPoint;
  readonly verdict: TestVerdict;
  readonly runs: number;
  readonly tests: readonly TestResult[];
}

export interface ClaimResult {
  readonly claim: ClaimSpec;
  readonly verdict: ClaimVerdict;
  readonly points: readonly PointResult[];
  readonly remedies: readonly PointResult[];
}

/** @param runsOf a point's; those that were not run are none. */
export function judgeClaim(
  claim: ClaimSpec,
  runsOf: (point: ClaimPoint) => readonly ObservedRun[],
  figures: readonly FigureSpec[],
): ClaimResult {
  if (claim.type === "untestable") return { claim, verdict: "untestable", points: [], remedies: [] };
  const resultOf = (point: ClaimPoint): PointResult => {
    const runs = runsOf(point);
    const tests = testsOf(claim, point).map((test) => measure(test, runs, figures));
    return { point, verdict: allOf(tests.map(({ verdict }) => verdict)), runs: runs.length, tests };
  };
  const points = claim.points.map(resultOf);
  const remedies = (claim.remedies ?? []).map(resultOf);
  return { claim, verdict: verdictOf(points.map(({ verdict }) => verdict)), points, remedies };
}

/** A point keeps the promise when all that is asked there is kept. */
function allOf(verdicts: readonly TestVerdict[]): TestVerdict {
  if (verdicts.includes("fails")) return "fails";
  return verdicts.length === 0 || verdicts.includes("undecided") ? "undecided" : "holds";
}

/** Where it both holds and fails it is conditional, whatever the points between them are. */
export function verdictOf(verdicts: readonly TestVerdict[]): ClaimVerdict {
  const holds = verdicts.includes("holds");
  const fails = verdicts.includes("fails");
  if (holds && fails) return "conditional";
  if (verdicts.length === 0 || verdicts.includes("undecided")) return "undecided";
  return holds ? "holds" : "fails";
}
