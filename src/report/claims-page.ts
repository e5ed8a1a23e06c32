// The claims ledger as a page: one table to look at, then each claim with its points.

import { brokenShareMax } from "../tune/claims/measure.ts";
import type { ClaimResult, ClaimVerdict, PointResult } from "../tune/claims/verdict.ts";
import {
  type ClaimsReport,
  commandOf,
  countOf,
  foundWords,
  idsOf,
  measuredWords,
  regionWords,
  testWords,
  totalWords,
  verdictWords,
} from "./claims-words.ts";
import type { ReportPage, ReportPart, TablePart, Tone } from "./page.ts";
import { plural, printShare } from "./words.ts";

const tones: Readonly<Record<ClaimVerdict, Tone>> = {
  holds: "good",
  fails: "bad",
  conditional: "unsure",
  undecided: "unsure",
  untestable: "plain",
};

export function claimsPage(report: ClaimsReport): ReportPage {
  const runs = report.seeds.to - report.seeds.from + 1;
  const words = `Of ${plural(report.results.length, "promise")} ${totalWords(report)}.`;
  return {
    kind: "claims",
    title: `What the documents promise of the ${report.system}, and what holds`,
    verdict: { tone: countOf(report, "fails") > 0 ? "bad" : "good", words },
    parts: [overview(report, runs), ...report.results.flatMap((result) => partsOf(result, report))],
  };
}

const overview = (report: ClaimsReport, runs: number): TablePart => ({
  type: "table",
  heading: "All of them",
  about:
    `Each point was run under ${plural(runs, "seed")} or more. Brackets hold 95 % intervals, unless narrower than the last digit. What is promised always ` +
    `holds once at most ${printShare(brokenShareMax)} of runs can be different.`,
  columns: [
    { title: "claim" },
    { title: "promised" },
    { title: "target" },
    { title: "verdict" },
    { title: "measured" },
  ],
  rows: report.results.map((result) => ({
    tone: tones[result.verdict],
    cells: [
      result.claim.id,
      result.claim.promise,
      result.claim.target,
      verdictWords[result.verdict],
      measuredWords(result),
    ],
  })),
});

function partsOf(result: ClaimResult, report: ClaimsReport): readonly ReportPart[] {
  const { claim, verdict, points, remedies } = result;
  const heading = `${claim.id}: ${verdictWords[verdict]}`;
  const qualified = claim.qualifiedBy.map((id) => `${id}: ${report.says.get(id) ?? ""}.`);
  const promise = `${claim.promise} Promised: ${claim.target} (${idsOf(claim)}).`;
  if (claim.type === "untestable") {
    return [{ type: "words", heading, paragraphs: [promise, claim.because, ...qualified] }];
  }
  const region = regionWords(result);
  const where = region === "" ? [] : [`Where: ${region}.`];
  return [
    { type: "words", heading, paragraphs: [promise, ...where, `Measured: ${claim.measures}.`, ...qualified] },
    {
      type: "table",
      heading: `${claim.id}, point by point`,
      columns: [{ title: "point" }, { title: "asked" }, { title: "found" }, { title: "" }, { title: "to see it" }],
      rows: [
        ...points.flatMap((point) => rowsOf(point, "", report)),
        ...remedies.flatMap((point) => rowsOf(point, "otherwise: ", report)),
      ],
    },
  ];
}

const rowsOf = (point: PointResult, mark: string, { seeds }: ClaimsReport): TablePart["rows"] =>
  point.tests.map((test) => ({
    tone: tones[test.verdict],
    cells: [
      `${mark}${point.point.label}`,
      testWords(test.test, test.unit),
      foundWords(test),
      test.verdict,
      commandOf(point, seeds.from),
    ],
  }));
