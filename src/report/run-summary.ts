// One run at a glance, for a terminal: what it was, what happened, what held, what was measured, what to do next.

import { printable } from "../scenario/problem.ts";
import { measuresAlert } from "../check/alert-figures.ts";
import type { CampaignOutcome } from "../campaign/judgement.ts";
import type { FigureSummary } from "../check/figures.ts";
import type { PropertyResult } from "../check/property.ts";
import { type ExpectationResult, isExcused } from "../scenario/expectations.ts";
import type { Expectations, Scenario } from "../scenario/scenario.ts";
import type { Run } from "../simulate.ts";
import type { FaultTally } from "../world/fault.ts";
import { alertLines } from "./alert-lines.ts";
import type { StoryPart } from "./story.ts";
import { table } from "./table.ts";
import {
  clip,
  padEnd,
  type Paint,
  padStart,
  plural,
  printCount,
  printMoment,
  printShare,
  printTime,
  widthOf,
  wrap,
} from "./words.ts";
import { titleLines } from "./prose.ts";

export interface RunSummary {
  readonly run: Run;
  readonly story: readonly StoryPart[];
  readonly figures: readonly FigureSummary[];
  /** Commands worth typing next, with what each is for. */
  readonly next: readonly { readonly command: string; readonly about: string }[];
}

/** A story that expects violations and got them did as expected: "held" would say the opposite of what it shows. */
export function outcomeWord(outcome: CampaignOutcome, expect: Expectations): string {
  switch (outcome) {
    case "held":
      return expect.violated.length === 0 ? "HELD" : "VIOLATED AS EXPECTED";
    case "violated":
      return "VIOLATED";
    case "unmet":
      return "NOT AS EXPECTED";
    case "inconclusive":
      return "INCONCLUSIVE";
    case "notRun":
      return "NOT RUN";
  }
}

export function paintOutcome(outcome: CampaignOutcome, expect: Expectations, paint: Paint): string {
  const styled = {
    held: paint.good,
    violated: paint.bad,
    unmet: paint.bad,
    inconclusive: paint.doubt,
    notRun: paint.doubt,
  };
  return styled[outcome](outcomeWord(outcome, expect));
}

/** Lines no wider than `width`, but where one word is. */
export function summariseRun(
  { run, story, figures, next }: RunSummary,
  paint: Paint,
  width: number,
): readonly string[] {
  const { scenario, seed, verdict } = run;
  const start = scenario.world.startUs;
  return [
    ...heading(scenario, `seed ${seed}`, run.outcome, paint, width),
    ...titleLines(scenario.title, width),
    "",
    paint.bold("Story"),
    ...storyLines(story, start, paint, width),
    "",
    ...section("Properties", propertyLines(verdict.properties, scenario.expect, start, paint, width), paint),
    ...section("Expectations", expectationLines(run.expectations, paint, width), paint),
    ...section("Alerts", alertLines(figures, paint, width), paint),
    ...section("Figures", figureLines(figures, paint, width), paint),
    ...section("Faults", faultLines(run.tallies, paint, width), paint),
    ...totals(run, width),
    `digest ${run.digest}`,
    ...(next.length === 0 ? [] : ["", paint.bold("Next"), ...next.flatMap((one) => nextLines(one, paint))]),
  ];
}

export function heading(
  { name, expect }: Pick<Scenario, "name" | "expect">,
  detail: string,
  outcome: CampaignOutcome,
  paint: Paint,
  width: number,
): readonly string[] {
  const space = width - widthOf(`${name}  ${detail}`) - widthOf(outcomeWord(outcome, expect));
  return [
    `${paint.bold(name)}  ${paint.dim(detail)}${" ".repeat(Math.max(2, space))}${paintOutcome(outcome, expect, paint)}`,
  ];
}

export function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : [paint.bold(title), ...lines, ""];
}

export function storyLines(
  story: readonly StoryPart[],
  startUs: number,
  paint: Paint,
  width: number,
): readonly string[] {
  if (story.length === 0) return ["  Nothing worth a line happened."];
  const nodeWidth = Math.min(16, Math.max(5, ...story.map((part) => (part.type === "line" ? widthOf(part.node) : 0))));
  return story.flatMap((part) => {
    if (part.type === "gap") return [paint.dim(`${padStart("…", 13)}  ${plural(part.lines, "line")} left out`)];
    const moment = padStart(printMoment(part.atUs - startUs, 3), 11);
    const node = clip(part.node, nodeWidth).padEnd(nodeWidth);
    const indent = 2 + 11 + 2 + nodeWidth + 2;
    const styled = { fault: paint.doubt, violation: paint.bad, world: paint.name, system: (text: string) => text }[
      part.kind
    ];
    const [first = "", ...rest] = wrap(part.text, Math.max(20, width - indent));
    return [
      `  ${paint.dim(moment)}  ${paint.name(node)}  ${styled(first)}`,
      ...rest.map((line) => " ".repeat(indent) + styled(line)),
    ];
  });
}

type Judged = Pick<PropertyResult, "id" | "claim" | "status" | "exercised" | "violations" | "advisory" | "first">;

export function propertyLines(
  properties: readonly Judged[],
  expect: Expectations,
  startUs: number,
  paint: Paint,
  width: number,
): readonly string[] {
  const rows = properties.map(({ id, claim, status, exercised, violations, advisory, first }): PropertyRow => {
    const [violation] = first;
    return {
      id,
      claim,
      status,
      note: noteOf(expect, { id, advisory }, status === "violated"),
      isHarmless: isExcused(expect, { id, advisory }),
      count:
        status === "not exercised"
          ? status
          : status === "violated"
            ? `violated ${printCount(violations)}×`
            : `${printCount(exercised)}×`,
      because:
        violation === undefined
          ? undefined
          : `at ${printMoment(violation.atUs - startUs, 6)} on ${violation.node}: ${printable(violation.because)}`,
    };
  });
  return propertyRows(rows, paint, width);
}

/** Why a violation does not fail the story, or that the property never could. */
export function noteOf(
  expect: Expectations,
  property: Pick<PropertyResult, "id" | "advisory">,
  isViolated: boolean,
): string {
  if (property.advisory) return " (advisory)";
  if (expect.violated.includes(property.id)) return " (expected)";
  return isViolated && isExcused(expect, property) ? " (besides)" : "";
}

export interface PropertyRow {
  readonly id: string;
  readonly claim: string;
  readonly status: PropertyResult["status"];
  readonly note: string;
  /** A violation that does not fail the run. */
  readonly isHarmless: boolean;
  readonly count: string;
  readonly because: string | undefined;
}

/** A mark, the id, what it claims, how often: one line each, and below a broken one why. */
export function propertyRows(rows: readonly PropertyRow[], paint: Paint, width: number): readonly string[] {
  const idWidth = Math.max(2, ...rows.map(({ id }) => widthOf(id)));
  const countWidth = Math.max(0, ...rows.map(({ count }) => widthOf(count)));
  const room = Math.max(20, width - 4 - idWidth - 2 - 2 - countWidth);
  return rows.flatMap(({ id, claim, status, note, isHarmless, count, because }) => {
    const [mark, styled] = markOf(status, isHarmless, paint);
    const text = clip(printable(claim), room - widthOf(note)) + note;
    const head = `  ${styled(mark)} ${padEnd(id, idWidth)}  ${padEnd(text, room)}  ${styled(padStart(count, countWidth))}`;
    if (because === undefined) return [head];
    return [head, ...wrap(because, width - 6 - idWidth).map((line) => `${" ".repeat(6 + idWidth)}${styled(line)}`)];
  });
}

function markOf(
  status: PropertyResult["status"],
  isHarmless: boolean,
  paint: Paint,
): readonly [string, (text: string) => string] {
  if (status === "held") return ["✔", paint.good];
  if (status === "not exercised") return ["–", paint.dim];
  return ["✘", isHarmless ? paint.doubt : paint.bad];
}

export function expectationLines(
  expectations: readonly ExpectationResult[],
  paint: Paint,
  width: number,
): readonly string[] {
  return expectations.map(({ text, met, found }) => {
    const line = clip(`${text}: ${found}`, width - 4);
    return met ? `  ${paint.good("✔")} ${line}` : `  ${paint.bad("✘")} ${paint.bad(line)}`;
  });
}

/** Those of alerts are told by alert. */
export function figureLines(figures: readonly FigureSummary[], paint: Paint, width: number): readonly string[] {
  const measured = figures.filter(({ id, count }) => count > 0 && !measuresAlert(id));
  if (measured.length === 0) return [];
  const columns = [
    { title: "  figure", align: "left" },
    { title: "count", align: "right" },
    { title: "p50", align: "right" },
    { title: "p95", align: "right" },
    { title: "p99", align: "right" },
    { title: "max", align: "right" },
  ] as const;
  const rows = measured.map((figure) => [
    { text: `  ${figure.id}` },
    { text: printCount(figure.count) },
    ...figureCells(figure).map((text) => ({ text })),
  ]);
  return table(columns, rows, width, paint);
}

/** Half, 95 and 99 in a hundred, and the greatest; of a share, the share. */
export function figureCells({ kind, mean, p50, p95, p99, max }: FigureSummary): readonly string[] {
  switch (kind) {
    case "durationUs":
      return [p50, p95, p99, max].map((us) => printTime(us));
    case "amount":
      return [p50, p95, p99, max].map((amount) => printCount(amount));
    case "share":
      return [printShare(mean), "", "", ""];
    case "count":
      return ["", "", "", ""];
  }
}

export function faultLines(tallies: readonly FaultTally[], paint: Paint, width: number): readonly string[] {
  if (tallies.length === 0) return [];
  const columns = [
    { title: "  fault", align: "left" },
    { title: "injected", align: "right" },
    { title: "touched", align: "right" },
    { title: "changed", align: "right" },
  ] as const;
  const rows = tallies.map(({ id, injected, touched, changed }) => {
    const idle = changed === 0 ? paint.doubt : undefined;
    return [
      { text: `  ${id}`, paint: idle },
      { text: printCount(injected), paint: idle },
      { text: printCount(touched), paint: idle },
      { text: printCount(changed), paint: idle },
    ];
  });
  return table(columns, rows, width, paint);
}

function totals(
  { eventsDone, messages, endedAtUs, scenario, verdict, forcedMisfits }: Run,
  width: number,
): readonly string[] {
  const lost = Object.values(messages.lost).reduce((sum, count) => sum + count, 0);
  const simulated = printTime(endedAtUs - scenario.world.startUs);
  const text =
    `${plural(eventsDone, "event")} in ${simulated} of simulated time; ${plural(messages.sent, "message")} sent, ` +
    `${printCount(messages.delivered)} delivered, ${printCount(lost)} lost; ${verdict.summary}.`;
  return [...wrap(text, width), ...misfitLines(forcedMisfits, width)];
}

/** A failure file whose decisions no longer fit tells another story, and says so. */
export const misfitLines = (count: number, width: number): readonly string[] =>
  count === 0
    ? []
    : wrap(
        `${plural(count, "recorded decision")} could not be repeated: the code or the scenario has changed since.`,
        width,
      );

export const nextLines = (
  { command, about }: { readonly command: string; readonly about: string },
  paint: Paint,
): readonly string[] => [`  ${command}`, `      ${paint.dim(about)}`];
