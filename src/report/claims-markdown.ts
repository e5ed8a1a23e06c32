// The claims ledger for people, in Markdown: one table to look at, then each row with all that a sceptic asks for.

import type { MeasuredClaim } from "../systems/claims.ts";
import { brokenShareMax } from "../tune/claims/measure.ts";
import type { ClaimResult, ClaimVerdict, PointResult } from "../tune/claims/verdict.ts";
import {
  type ClaimsReport,
  commandOf,
  foundWords,
  idsOf,
  measuredWords,
  regionWords,
  remedyWords,
  replayOf,
  testWords,
  totalWords,
  verdictWords,
} from "./claims-words.ts";
import { markdown } from "./markdown.ts";
import { plural, printCount, printShare } from "./words.ts";

export function claimsMarkdown(report: ClaimsReport): string {
  const { seeds, results, system } = report;
  const runs = seeds.to - seeds.from + 1;
  return [
    `# The claims ledger of the ${system}`,
    "",
    `Written by \`faultline claims --system ${system} --seeds ${runs}\`. Of ${plural(results.length, "promise")} ` +
      `${totalWords(report)}. Equal seeds give equal bytes.`,
    "",
    ...howToRead(runs),
    "",
    "| claim | promised | verdict | measured |",
    "|---|---|---|---|",
    ...results.map((result) => rowOf(result)),
    "",
    ...results.flatMap((result) => sectionOf(result, report)),
  ].join("\n");
}

const howToRead = (runs: number): readonly string[] => [
  `- Each point is run under ${plural(runs, "seed")} or more, the same for all. Intervals are at 95 %, in brackets: none is`,
  "  shown where it is narrower than the last digit. Samples of one run are not taken to be independent: runs are what is drawn.",
  "- **holds**: within the target, with the whole interval, at every point that the documents ask for or leave open; **fails**:",
  "  beyond it at every one; **conditional**: at some, and these are named; **undecided**: the interval holds the target, so it takes more seeds.",
  "- What is promised of *every* case is refuted by one. Where there is none it holds once at most " +
    `${printShare(brokenShareMax)} of runs can be different, at 95 %.`,
  "- A promised mean, share or range is kept by whatever is better: a range is a promise about its worse end.",
  "- What stands under *otherwise* differs from what is documented: it shows what would have to be so, and is no part of the verdict.",
];

function rowOf(result: ClaimResult): string {
  const { claim, verdict } = result;
  const cells = [
    `[${claim.id}](#${anchorOf(claim.id)})`,
    `${markdown(claim.promise)} **${markdown(claim.target)}**`,
    verdictWords[verdict],
    markdown(measuredWords(result)),
  ];
  return `| ${cells.join(" | ")} |`;
}

const verdictVerbs: Readonly<Record<ClaimVerdict, string>> = {
  holds: "holds",
  conditional: "depends,",
  fails: "fails",
  undecided: "is undecided,",
  untestable: "is untestable,",
};

const anchorOf = (id: string): string => id.toLowerCase();

function sectionOf(result: ClaimResult, report: ClaimsReport): readonly string[] {
  const { claim, verdict, points, remedies } = result;
  const head = [
    `## ${claim.id}`,
    "",
    `${markdown(claim.promise)} Promised: **${markdown(claim.target)}** (${idsOf(claim)}). Verdict: **${verdictWords[verdict]}**.`,
    "",
  ];
  if (claim.type === "untestable") return [...head, markdown(claim.because), ""];
  const region = regionWords(result);
  return [
    ...head,
    ...(region === "" ? [] : [`It ${verdictVerbs[verdict]} ${markdown(region)}.`, ""]),
    `Measured: ${markdown(claim.measures)}.`,
    "",
    ...qualified(claim, report),
    "| point | asked | found | |",
    "|---|---|---|---|",
    ...points.flatMap((point) => pointRows(point, "")),
    ...remedies.flatMap((point) => pointRows(point, "*otherwise:* ")),
    "",
    ...(remedies.length === 0 ? [] : [`Beside the documents: ${markdown(remedyWords(result))}.`, ""]),
    "```sh",
    ...[...points, ...remedies].flatMap((point) => [commandOf(point, report.seeds.from), ...optional(replayOf(point))]),
    "```",
    "",
  ];
}

const qualified = ({ qualifiedBy }: MeasuredClaim, { says }: ClaimsReport): readonly string[] =>
  qualifiedBy.length === 0 ? [] : [...qualifiedBy.map((id) => `- ${id}: ${markdown(says.get(id) ?? "")}`), ""];

const pointRows = (point: PointResult, mark: string): readonly string[] =>
  point.tests.map((test, index) => {
    const label = index === 0 ? `${mark}${markdown(point.point.label)} (${printCount(point.runs)})` : "";
    return `| ${label} | ${markdown(testWords(test.test, test.unit))} | ${markdown(foundWords(test))} | ${test.verdict} |`;
  });

const optional = (line: string | undefined): readonly string[] => (line === undefined ? [] : [line]);
