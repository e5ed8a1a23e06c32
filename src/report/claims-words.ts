// How claims, what was measured for them, and their verdicts are said in words. The same on every machine.

import type { Bound, ClaimSpec, ClaimTest, MeasuredClaim } from "../systems/claims.ts";
import type { Finding, TestResult, Unit } from "../tune/claims/measure.ts";
import type { ClaimResult, ClaimVerdict, PointResult } from "../tune/claims/verdict.ts";
import { plural, printCount, printShare, printTime } from "./words.ts";

/** All claims of one system, as they were measured. */
export interface ClaimsReport {
  readonly system: string;
  /** Both ends included; a point with `times` runs so many times as many. */
  readonly seeds: { readonly from: number; readonly to: number };
  readonly results: readonly ClaimResult[];
  /** One line for each requirement and contradiction that the ledger names. */
  readonly says: ReadonlyMap<string, string>;
}

export const verdictWords: Readonly<Record<ClaimVerdict, string>> = {
  holds: "holds",
  conditional: "conditional",
  fails: "fails",
  undecided: "undecided",
  untestable: "untestable",
};

export const verdictOrder: readonly ClaimVerdict[] = ["holds", "conditional", "fails", "undecided", "untestable"];

export const countOf = ({ results }: ClaimsReport, verdict: ClaimVerdict): number =>
  results.filter((result) => result.verdict === verdict).length;

/** "18 hold, 20 under conditions, 21 fail", leaving out what there is none of. */
export function totalWords(report: ClaimsReport): string {
  const words: Readonly<Record<ClaimVerdict, string>> = {
    holds: "hold",
    conditional: "hold under conditions",
    fails: "fail",
    undecided: "need more seeds",
    untestable: "cannot be tested",
  };
  const counted = verdictOrder.map((verdict) => ({ verdict, count: countOf(report, verdict) }));
  return counted.flatMap(({ verdict, count }) => (count === 0 ? [] : [`${count} ${words[verdict]}`])).join(", ");
}

function amountWords(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return "nothing bounds it";
  switch (unit) {
    case "durationUs":
      return printTime(Math.round(value));
    case "share":
      return printShare(value);
    default:
      return Number.isInteger(value) ? printCount(value) : String(Number(value.toPrecision(3)));
  }
}

const boundWords = ({ comparison, value }: Bound, unit: Unit): string => `${comparison} ${amountWords(value, unit)}`;

/** "p99 of failover.outage < 10 s". */
export function testWords(test: ClaimTest, unit: Unit): string {
  switch (test.type) {
    case "each":
      return `every ${test.figure} ${boundWords(test.bound, unit)}${test.among === undefined ? "" : `, of runs with ${test.among}`}`;
    case "never":
      return `${test.properties.join(", ")} never violated`;
    case "mean":
      return `mean of ${test.figure} ${boundWords(test.bound, unit)}`;
    case "quantile":
      return `p${(test.of * 100) / test.outOf} of ${test.figure} ${boundWords(test.bound, unit)}`;
    case "share":
      return `${test.figures.join(" + ")}${test.among === undefined ? "" : ` per ${test.among.join(" + ")}`} ${boundWords(test.bound, unit)}`;
  }
}

/** "11.2 s at most (0 of 1 000 runs beyond: below 0.37 %)". */
export function foundWords({ found, unit, test, runsNeeded }: TestResult): string {
  const more = runsNeeded === undefined ? "" : `; about ${plural(runsNeeded, "run")} would decide it`;
  switch (found.type) {
    case "nothing":
      return "never measured";
    case "runs":
      return `${worstWords(found, unit, test)}${printCount(found.broken)} of ${plural(found.among, "run")} ${brokenWords(test)}: ${shareWords(found)}${more}`;
    case "estimate":
      return `${amountWords(found.value, unit)} (${sampleWords(found, unit)})${more}`;
  }
}

const brokenWords = (test: ClaimTest): string => (test.type === "never" ? "violate it" : "beyond");

const worstWords = (found: Extract<Finding, { type: "runs" }>, unit: Unit, test: ClaimTest): string => {
  if (found.worst === undefined || test.type !== "each") return "";
  const isUpper = test.bound.comparison === "<" || test.bound.comparison === "<=";
  return `${amountWords(found.worst, unit)} at ${isUpper ? "most" : "least"}; `;
};

function shareWords({ broken, interval }: Extract<Finding, { type: "runs" }>): string {
  const high = printShare(interval.high);
  return broken === 0 ? `below ${high} of runs` : `${printShare(interval.low)} to ${high} of runs`;
}

function sampleWords({ interval, samples, among }: Extract<Finding, { type: "estimate" }>, unit: Unit): string {
  const within = intervalWords(interval, unit);
  return `${within === "" ? "" : `${within}; `}${plural(samples, "sample")}, ${plural(among, "run")}`;
}

/** Nothing when it is narrower than the last digit of what is measured. */
function intervalWords({ low, high }: { readonly low: number; readonly high: number }, unit: Unit): string {
  const [from, to] = [amountWords(low, unit), amountWords(high, unit)];
  if (low === high) return "± 0";
  if (Number.isFinite(low) && Number.isFinite(high)) return from === to ? "" : `${from} to ${to}`;
  if (Number.isFinite(low)) return `${from} or more`;
  return Number.isFinite(high) ? `${to} or less` : "no bound";
}

/** What decided the verdict, in one cell: of the point that is furthest from what is promised, or of the only one. */
export function measuredWords(result: ClaimResult): string {
  const { claim, points } = result;
  if (claim.type === "untestable") return claim.because;
  const told = points.map((point) => {
    const tests = point.tests.map((test) => shortWords(test)).join("; ");
    return points.length === 1 ? tests : `${point.point.label}: ${tests}`;
  });
  return told.join(" · ");
}

/** "p99 1.92 ms", "0 of 1 000", "12 of 300 (worst 5.1 s)". */
export function shortWords({ test, found, unit }: TestResult): string {
  if (found.type === "nothing") return "never measured";
  if (found.type === "runs") {
    const worst =
      found.worst === undefined ? "" : `${isLeast(test) ? "min" : "max"} ${amountWords(found.worst, unit)}, `;
    return `${worst}${printCount(found.broken)} of ${plural(found.among, "run")} beyond`;
  }
  const name = test.type === "quantile" ? `p${(test.of * 100) / test.outOf} ` : test.type === "mean" ? "mean " : "";
  const within = intervalWords(found.interval, unit);
  return `${name}${amountWords(found.value, unit)}${within === "" ? "" : ` (${within})`}`;
}

const isLeast = (test: ClaimTest): boolean =>
  test.type === "each" && (test.bound.comparison === ">" || test.bound.comparison === ">=");

/** Where it holds and where not, by the labels of its points. */
export function regionWords({ claim, verdict, points }: ClaimResult): string {
  if (claim.type === "untestable" || points.length < 2) return "";
  const at = (of: PointResult["verdict"]): string =>
    points
      .filter((point) => point.verdict === of)
      .map(({ point }) => point.label)
      .join("; ");
  switch (verdict) {
    case "holds":
      return `at all ${points.length} points (${factorOf(claim)})`;
    case "fails":
      return `at none of ${points.length} points (${factorOf(claim)})`;
    default: {
      const parts = [
        ["holds", at("holds")],
        ["fails", at("fails")],
        ["undecided", at("undecided")],
      ].filter(([, labels]) => labels !== "");
      return `by ${factorOf(claim)}, ${parts.map(([name = "", labels = ""]) => `${name}: ${labels}`).join(". ")}`;
    }
  }
}

const factorOf = (claim: MeasuredClaim): string => claim.factor ?? "point";

/** What would make it hold, if anything that was tried does. */
export function remedyWords({ remedies }: ClaimResult): string {
  return remedies
    .map(
      ({ point, verdict, tests }) => `${point.label}: ${verdictWords[verdict]} (${tests.map(shortWords).join("; ")})`,
    )
    .join(". ");
}

/** The line that runs a point again, and shows every figure of it. */
export function commandOf({ point, runs }: PointResult, from: number): string {
  const set = (point.set ?? []).map((one) => ` --set '${one}'`).join("");
  return `faultline run '${point.story}' --seeds ${from}..${from + Math.max(1, runs) - 1}${set}`;
}

/** The line that tells the first run that breaks what is promised always, or never. */
export function replayOf(result: PointResult): string | undefined {
  const found = result.tests.map((test) => test.found).find((one) => one.type === "runs" && one.seed !== undefined);
  if (found?.type !== "runs" || found.seed === undefined) return undefined;
  const set = (result.point.set ?? []).map((one) => ` --set '${one}'`).join("");
  return `faultline replay '${result.point.story}' --seed ${found.seed}${set}`;
}

/** Of a claim: the ids it comes from, and those that qualify it. */
export const idsOf = ({ from, qualifiedBy }: ClaimSpec): string => [...from, ...qualifiedBy].join(", ");
