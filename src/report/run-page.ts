// The page of one run: the verdict in words, what happened, the diagram of it, what held, what was measured.

import { summarise } from "../check/figures.ts";
import type { PropertyResult } from "../check/property.ts";
import { isExcused } from "../scenario/expectations.ts";
import { printable } from "../scenario/problem.ts";
import type { Run } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import { alertTable, expectationTable, faultTable, figureTable } from "./page-tables.ts";
import type { DownloadsPart, PropertiesPart, ReportPage, ReportPart, StoryPart, Tone } from "./page.ts";
import { oneLine, paragraphsOf } from "./prose.ts";
import { misfitLines, noteOf } from "./run-summary.ts";
import type { StoryPart as ToldPart } from "./story.ts";
import { type FigureSamples, timeCharts } from "./time-charts.ts";
import { timelineOf } from "./timeline-builder.ts";
import { plural, printCount, printMoment, printTime } from "./words.ts";

export interface RunPageSource {
  readonly run: Run;
  readonly system: AnySystem;
  readonly events: readonly TraceEvent[];
  /** Events before those that were kept. */
  readonly eventsDropped: number;
  readonly story: readonly ToldPart[];
  readonly samples: FigureSamples;
  /** The line that shows the run again. */
  readonly replay: string;
  /** Of a failure that was made small: how, line by line. */
  readonly shrunk: readonly string[];
  readonly downloads: DownloadsPart["files"];
}

export function runPage(source: RunPageSource): ReportPage {
  const { run, system, samples, downloads } = source;
  const { scenario, tallies, expectations, endedAtUs } = run;
  const { startUs } = scenario.world;
  const figures = summarise(system.measures.figures, run.figures);
  const charts = timeCharts({ startUs, endUs: endedAtUs }, source.events, samples);
  return {
    kind: "run",
    title: `${scenario.name}, seed ${run.seed}`,
    verdict: verdictOf(run),
    parts: [
      aboutPart(source),
      storyPart(source.story),
      diagramPart(source),
      propertiesPart(run),
      ...(charts.length === 0 ? [] : [chartsPart(charts, { startUs, endUs: endedAtUs })]),
      ...expectationTable(expectations.filter(({ kind }) => kind !== "alert")),
      ...alertTable(figures, expectations),
      ...faultTable(tallies),
      ...figureTable(figures),
      ...shrunkPart(source.shrunk),
      { type: "downloads", heading: "Take it with you", files: downloads },
    ],
  };
}

function diagramPart({ run, system, events, eventsDropped }: RunPageSource): ReportPart {
  const { scenario, verdict, endedAtUs } = run;
  const [first] = byImportance(run);
  const dropped = eventsDropped === 0 ? "" : ` The first ${plural(eventsDropped, "event")} are not in it.`;
  return {
    type: "diagram",
    heading: "Who did what, when",
    about:
      "Time runs to the right, each node has a lane, arrows are messages. Choose anything to see what it was, " +
      `what it came from and what it led to.${dropped}`,
    ...(first === undefined ? {} : { opensAt: first.id }),
    timeline: timelineOf({ scenario, system, events, verdict, endUs: endedAtUs }),
  };
}

const chartsPart = (
  charts: ReturnType<typeof timeCharts>,
  span: { readonly startUs: number; readonly endUs: number },
): ReportPart => ({
  type: "charts",
  heading: "Over time",
  about: "The same stretch of time as in the diagram: they move together.",
  ...span,
  charts,
});

const shrunkPart = (shrunk: readonly string[]): readonly ReportPart[] =>
  shrunk.length === 0
    ? []
    : [
        {
          type: "words",
          heading: "How it became this small",
          paragraphs: shrunk.map((line) => printable(line)),
        },
      ];

const firstEvent = (property: PropertyResult): number => property.first[0]?.event ?? 0;

/** What a failure file or a story is about comes first, then what fails the run. */
function rankOf(property: PropertyResult, { scenario: { failure, expect } }: Run): number {
  if (property.id === failure?.property) return 0;
  if (!isExcused(expect, property)) return 1;
  return expect.violated.includes(property.id) ? 2 : 3;
}

/** The earliest violation that fails the run comes first; then those that do not. */
const byImportance = (run: Run): readonly PropertyResult[] => {
  const broken = run.verdict.properties.filter(({ status }) => status === "violated");
  return broken
    .map((property, place) => ({ property, place }))
    .sort(
      (a, b) =>
        Number(a.property.advisory) - Number(b.property.advisory) ||
        rankOf(a.property, run) - rankOf(b.property, run) ||
        firstEvent(a.property) - firstEvent(b.property) ||
        a.place - b.place,
    )
    .map(({ property }) => property);
};

function verdictOf(run: Run): ReportPage["verdict"] {
  const { outcome, verdict, expectations, scenario } = run;
  const broken = byImportance(run).filter(({ advisory }) => !advisory);
  const unmet = expectations.filter(({ met }) => !met);
  switch (outcome) {
    case "violated":
      return { tone: "bad", words: brokenWords(broken, run) };
    case "inconclusive":
      return { tone: "unsure", words: `It cannot be told: ${verdict.summary}.` };
    case "unmet":
      return {
        tone: "bad",
        words: `Not as the story expects: ${unmet.map(({ text, found }) => `${text} (${found})`).join("; ")}.`,
      };
    case "held":
      if (scenario.expect.violated.length > 0)
        return { tone: "unsure", words: `As the story expects, ${brokenWords(broken, run)}` };
      return { tone: "good", words: heldWords(verdict.properties) };
  }
}

function heldWords(properties: readonly PropertyResult[]): string {
  const held = properties.filter(({ status }) => status === "held").length;
  const idle = properties.filter(({ status }) => status === "not exercised").length;
  const rest = idle === 0 ? "" : ` ${plural(idle, "other")} were not put to the test.`;
  return `Everything held: ${plural(held, "property", "properties")} could have been broken and were not.${rest}`;
}

function brokenWords([first, ...others]: readonly PropertyResult[], { scenario }: Run): string {
  const [violation] = first?.first ?? [];
  if (first === undefined || violation === undefined) return "a property is broken.";
  const at = printMoment(violation.atUs - scenario.world.startUs, 3);
  const also = others.length === 0 ? "" : ` Broken as well: ${others.map(({ id }) => id).join(", ")}.`;
  return printable(
    `${first.id} is broken at ${at}, on ${violation.node}: ${violation.because}. It promises that ${first.claim}.${also}`,
  );
}

function aboutPart({ run, replay }: RunPageSource): ReportPart {
  const { scenario, seed, digest, eventsDone, messages, endedAtUs, forcedMisfits } = run;
  const lost = Object.values(messages.lost).reduce((sum, count) => sum + count, 0);
  const figures =
    `${plural(eventsDone, "event")} in ${printTime(endedAtUs - scenario.world.startUs)} of simulated time; ` +
    `${plural(messages.sent, "message")} sent, ${printCount(lost)} lost. Seed ${seed}, digest ${digest}.`;
  return {
    type: "words",
    heading: oneLine(scenario.title),
    paragraphs: [
      ...paragraphsOf(scenario.why),
      figures,
      `See it again: ${replay}`,
      ...misfitLines(forcedMisfits, 1_000),
    ],
  };
}

const storyTones: Readonly<Record<(ToldPart & { type: "line" })["kind"], Tone>> = {
  violation: "bad",
  fault: "unsure",
  world: "plain",
  system: "plain",
};

const storyPart = (story: readonly ToldPart[]): StoryPart => ({
  type: "story",
  heading: "What happened",
  about: "The few lines that matter most. Each leads to its place in the diagram.",
  lines: story.map((part) =>
    part.type === "gap"
      ? { left: part.lines }
      : { atUs: part.atUs, event: part.event, node: part.node, text: part.text, tone: storyTones[part.kind] },
  ),
});

function propertiesPart(run: Run): PropertiesPart {
  const { scenario, verdict } = run;
  const broken = byImportance(run);
  const rest = verdict.properties.filter(({ status }) => status !== "violated");
  return {
    type: "properties",
    heading: "What was promised",
    about:
      "A broken promise leads to where it broke first. Not put to the test: nothing in this run could have broken it.",
    rows: [...broken, ...rest].map((property) => {
      const [violation] = property.first;
      const { id, claim, source, status, exercised, violations } = property;
      const note = noteOf(scenario.expect, property, status === "violated");
      const words = {
        violated: `broken ${printCount(violations)}×${note}`,
        held: `held ${printCount(exercised)}×${note}`,
        "not exercised": "not put to the test",
      };
      const tone = status === "held" ? "good" : status === "not exercised" ? "plain" : note === "" ? "bad" : "unsure";
      const place =
        violation === undefined
          ? {}
          : {
              because: printable(violation.because),
              atUs: violation.atUs,
              event: violation.event,
              node: violation.node,
            };
      return { id, claim: printable(claim), source: printable(source), status: words[status], tone, ...place };
    }),
  };
}
