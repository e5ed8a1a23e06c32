// "What the documents promise, and what holds": the ledger on two pages, for whoever reads nothing else. Beside each number
// is the command that prints it.

import { brokenShareMax } from "../tune/claims/measure.ts";
import type { ClaimResult, ClaimVerdict, PointResult } from "../tune/claims/verdict.ts";
import { type ClaimsReport, shortWords, totalWords, verdictOrder } from "./claims-words.ts";
import { markdown } from "./markdown.ts";
import { plural, printShare } from "./words.ts";

const headings: Readonly<Record<ClaimVerdict, string>> = {
  holds: "What holds",
  conditional: "What holds only under conditions",
  fails: "What does not hold",
  undecided: "What more seeds would decide",
  untestable: "What no run can decide",
};

export function promisesMarkdown(report: ClaimsReport): string {
  const runs = report.seeds.to - report.seeds.from + 1;
  const { system } = report;
  return [
    "# What the documents promise, and what holds",
    "",
    `The ${system}'s documents make ${plural(report.results.length, "promise")} with a number in them. Each was measured under ` +
      `${plural(runs, "seed")} or more at every point it is made for: ${totalWords(report)}.`,
    "",
    `Numbers in brackets are 95 % intervals; none is shown where it is narrower than the last digit.`,
    `"None in a thousand" holds a promise of *always* when at most ${printShare(brokenShareMax)} of runs`,
    "can be different. Every line ends with the command that prints its numbers; [claims.md](claims.md) has the worlds and what qualifies each.",
    "",
    ...verdictOrder.flatMap((verdict) => sectionOf(verdict, report)),
  ].join("\n");
}

function sectionOf(verdict: ClaimVerdict, report: ClaimsReport): readonly string[] {
  const results = report.results.filter((result) => result.verdict === verdict);
  if (results.length === 0) return [];
  const rows = results.map((result) => rowOf(result));
  return [`## ${headings[verdict]}`, "", "| promised | measured | command |", "|---|---|---|", ...rows, ""];
}

const rowOf = (result: ClaimResult): string =>
  `| ${markdown(result.claim.promise)} **${markdown(result.claim.target)}** | ${markdown(tellingOf(result))} | \`faultline claims --only ${result.claim.id}\` |`;

/** One point that keeps the promise and one that does not, whichever there are: what says most in one line. */
function tellingOf({ claim, points }: ClaimResult): string {
  if (claim.type === "untestable") return claim.because;
  const [held, failed] = (["holds", "fails"] as const).map((verdict) =>
    points.find((point) => point.verdict === verdict),
  );
  const told = [held, failed].flatMap((point) => (point === undefined ? [] : [pointWords(point, points.length > 1)]));
  const [first] = points;
  if (told.length === 0 && first !== undefined) return pointWords(first, points.length > 1);
  return told.join("; but ");
}

function pointWords({ point, tests, verdict }: PointResult, isNamed: boolean): string {
  const decisive = verdict === "holds" ? tests : tests.filter((test) => test.verdict === verdict);
  const words = decisive.map((test) => shortWords(test)).join(", ");
  return isNamed ? `${point.label}: ${words}` : words;
}
