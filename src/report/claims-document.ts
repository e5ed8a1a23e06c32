// The claims ledger as a document for machines: every verdict with what it is made of.

import type { TestResult } from "../tune/claims/measure.ts";
import { brokenShareMax } from "../tune/claims/measure.ts";
import { confidence } from "../tune/claims/sample.ts";
import type { ClaimResult, PointResult } from "../tune/claims/verdict.ts";
import {
  type ClaimsReport,
  commandOf,
  countOf,
  foundWords,
  regionWords,
  replayOf,
  testWords,
  verdictOrder,
} from "./claims-words.ts";

/** The format this build writes. */
const format = 1;

/** Equal for equal seeds on every machine: whatever differs is put beside it, in `meta`. */
export const claimsDocument = (report: ClaimsReport) => ({
  format,
  system: report.system,
  seeds: report.seeds,
  confidence,
  brokenShareMax,
  totals: Object.fromEntries(verdictOrder.map((verdict) => [verdict, countOf(report, verdict)])),
  claims: report.results.map((result) => claimOf(result, report)),
});

const claimOf = (result: ClaimResult, report: ClaimsReport) => {
  const { claim, verdict, points, remedies } = result;
  return {
    id: claim.id,
    promise: claim.promise,
    target: claim.target,
    from: claim.from,
    qualifiedBy: claim.qualifiedBy.map((id) => ({ id, says: report.says.get(id) ?? "" })),
    verdict,
    ...(claim.type === "untestable"
      ? { because: claim.because }
      : { measures: claim.measures, factor: claim.factor ?? null }),
    region: regionWords(result),
    points: points.map((point) => pointOf(point, report)),
    remedies: remedies.map((point) => pointOf(point, report)),
  };
};

const pointOf = (result: PointResult, { seeds }: ClaimsReport) => ({
  label: result.point.label,
  story: result.point.story,
  set: result.point.set ?? [],
  verdict: result.verdict,
  runs: result.runs,
  command: commandOf(result, seeds.from),
  replay: replayOf(result) ?? null,
  tests: result.tests.map((test) => testOf(test)),
});

function testOf(result: TestResult) {
  const { test, verdict, unit, found, runsNeeded } = result;
  return {
    asks: testWords(test, unit),
    verdict,
    says: foundWords(result),
    unit,
    ...(found.type === "nothing" ? { type: "nothing" } : { ...found, interval: ends(found.interval) }),
    ...(runsNeeded === undefined ? {} : { runsNeeded }),
  };
}

/** JSON has no infinity: an end that nothing bounds is null. */
const ends = ({ low, high }: { readonly low: number; readonly high: number }) => ({
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
});
