// The page of a hunt: what was found, with the way to each story, what was done, and what was never reached.

import { upperBound } from "../check/statistics.ts";
import { printable } from "../scenario/problem.ts";
import type { HuntSummary, ToldGroup } from "./hunt-summary.ts";
import type { LinksPart, ReportPage, ReportPart, TablePart, Tone } from "./page.ts";
import { plural, printCount, printShare } from "./words.ts";

type Row = TablePart["rows"][number];

const right = (title: string) => ({ title, align: "right" }) as const;

/** @param pages by signature: the page of a finding. */
export function huntPage(summary: HuntSummary, pages: ReadonlyMap<string, string>): ReportPage {
  const { system, seed, groups, growth } = summary;
  return {
    kind: "fuzz",
    title: `${system} hunted, seed ${seed}`,
    verdict: verdictOf(summary),
    parts: [
      ...findingLinks(groups, pages),
      ...groups.map((told) => findingPart(told)),
      ...(growth.length < 2 ? [] : [growthPart(summary)]),
      kindsPart(summary),
      propertiesPart(summary),
      strategiesPart(summary),
      ...corpusPart(summary),
    ],
  };
}

function verdictOf({ groups, effects, inert, allowsInert, wasInterrupted }: HuntSummary): ReportPage["verdict"] {
  const { runs, violated, inconclusive } = effects;
  const partial = wasInterrupted ? " Partial: it was interrupted." : "";
  const done = `${plural(runs, "run")}: ${printCount(violated)} violated, ${printCount(inconclusive)} inconclusive.${partial}`;
  if (groups.length > 0) return { tone: "bad", words: `${plural(groups.length, "finding")}. ${done}` };
  const idle = inert.kinds.length + inert.properties.length;
  if (idle > 0 && !allowsInert) {
    return { tone: "bad", words: `Nothing was found, and ${plural(idle, "thing")} was never put to the test. ${done}` };
  }
  const most = runs === 0 ? "" : printShare(upperBound({ events: violated + inconclusive, runs }, 0.95));
  const bound = runs === 0 ? "" : ` At most ${most} of such runs fail (95 % confidence).`;
  return { tone: wasInterrupted ? "unsure" : "good", words: `Nothing was found. ${done}${bound}` };
}

function findingLinks(groups: readonly ToldGroup[], pages: ReadonlyMap<string, string>): readonly LinksPart[] {
  const links = groups.flatMap(({ group: { signature, first } }) => {
    const href = pages.get(signature);
    const about = printable(first.because);
    return href === undefined ? [] : [{ href, words: first.property, about, tone: "bad" as const }];
  });
  if (links.length === 0) return [];
  return [{ type: "links", heading: "Look at what was found", about: "The first of each, as it happened.", links }];
}

function findingPart({ group, file, replay, lines }: ToldGroup): ReportPart {
  const { first, count, strategies, signature } = group;
  const by = [...strategies].map(([name, times]) => `${name} ${printCount(times)}`).join(", ");
  return {
    type: "words",
    heading: printable(`${first.property}: ${first.because}`),
    paragraphs: [
      `${plural(count, "run")} (${by}); the first is candidate ${first.index}.`,
      ...lines.map((line) => printable(line)),
      printable(`Signature: ${signature}`),
      ...(file === undefined ? [] : [printable(`Kept in ${file}`)]),
      ...(replay === undefined ? [] : [printable(`See it again: ${replay}`)]),
    ],
  };
}

const growthPart = ({ growth, reached, corpus, effects }: HuntSummary): ReportPart => ({
  type: "lines",
  heading: "What was reached",
  about:
    `${printCount(reached)} states, transitions and the like in all; ${plural(corpus, "run")} kept to go on from. ` +
    "Where the line is flat, more runs of the same find little.",
  x: { title: "runs", unit: "count" },
  y: { title: "reached", unit: "count" },
  series: [
    {
      name: "reached",
      points: [
        ...growth.map(({ runs, reached: then }) => ({ x: runs, y: then })),
        ...((growth.at(-1)?.runs ?? 0) < effects.runs ? [{ x: effects.runs, y: reached }] : []),
      ],
    },
  ],
  marks: [],
});

function kindsPart({ effects, inert }: HuntSummary): ReportPart {
  const rows = [...effects.kinds]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, { runs, injected, touched, changed }]): Row => {
      const tone: Tone = inert.kinds.includes(kind) ? "bad" : changed === 0 ? "unsure" : "plain";
      return { tone, cells: [kind, ...[runs, injected, touched, changed].map((count) => printCount(count))] };
    });
  return {
    type: "table",
    heading: "Faults drawn",
    about: "How often each kind was injected, struck something that was live, and made a difference.",
    columns: [{ title: "kind" }, ...["runs", "injected", "touched", "changed"].map((title) => right(title))],
    rows,
  };
}

/** The seldom ones first. */
function propertiesPart({ effects: { runs, properties }, spec }: HuntSummary): ReportPart {
  const rows = [...properties]
    .toSorted(([a, left], [b, other]) => left.runsExercised - other.runsExercised || (a < b ? -1 : 1))
    .map(([id, { runsExercised, runsViolated }]): Row => {
      const why = runsExercised === 0 ? (spec.unreachable.get(id) ?? "") : "";
      const tone: Tone = runsViolated > 0 ? "bad" : runsExercised > 0 ? "plain" : why === "" ? "unsure" : "plain";
      const share = runs === 0 ? "" : printShare(runsExercised / runs);
      return { tone, cells: [id, printCount(runsExercised), share, printCount(runsViolated), why] };
    });
  return {
    type: "table",
    heading: "Promises put to the test",
    about: "In how many runs each could have been broken: the seldom ones first.",
    columns: [{ title: "property" }, right("runs"), right("share"), right("broken in"), { title: "why never" }],
    rows,
  };
}

const strategiesPart = ({ strategies }: HuntSummary): ReportPart => ({
  type: "table",
  heading: "Strategies",
  columns: [{ title: "strategy" }, ...["runs", "reached something new", "failed"].map((title) => right(title))],
  rows: [...strategies].map(([name, { runs, runsNew, runsFailed }]) => ({
    cells: [name, ...[runs, runsNew, runsFailed].map((count) => printCount(count))],
  })),
});

function corpusPart({ kept }: HuntSummary): readonly ReportPart[] {
  if (kept === undefined) return [];
  const { runs, failures, skipped, unwritten } = kept;
  return [
    {
      type: "words",
      heading: "Corpus",
      paragraphs: [
        `${plural(runs, "run")} of earlier hunts, ${plural(failures, "failure")} among them, were run first.`,
        ...skipped.map(({ file, why }) => printable(`Skipped ${file}: ${why}`)),
        ...(unwritten === undefined ? [] : [printable(`Not everything could be kept: ${unwritten}`)]),
      ],
    },
  ];
}
