// A hunt at a glance: what was found, what was done, and what was never reached.

import { upperBound } from "../check/statistics.ts";
import { type Effects, runsWithTurnovers, type StrategyEffect } from "../explore/effects.ts";
import type { FindingGroup } from "../explore/groups.ts";
import type { Growth } from "../explore/hunt.ts";
import type { Inert } from "../explore/inert.ts";
import { printable } from "../scenario/problem.ts";
import type { HuntSpec } from "../systems/hunting.ts";
import { section } from "./run-summary.ts";
import { table } from "./table.ts";
import { clip, padEnd, type Paint, plural, printCount, printShare, printTime, wrap } from "./words.ts";

/** A group of findings, with what was made of it. */
export interface ToldGroup {
  readonly group: FindingGroup;
  /** The failure file; absent: none could be written. */
  readonly file: string | undefined;
  readonly replay: string | undefined;
  /** What else there is to say, such as how small it became. */
  readonly lines: readonly string[];
}

/** What earlier hunts have left, and what became of it. */
export interface KeptSummary {
  readonly path: string;
  readonly runs: number;
  readonly failures: number;
  readonly skipped: readonly { readonly file: string; readonly why: string }[];
  /** Why something could not be written. */
  readonly unwritten: string | undefined;
}

export interface HuntSummary {
  readonly system: string;
  readonly seed: number;
  readonly tookMs: number;
  readonly wasInterrupted: boolean;
  readonly effects: Effects;
  readonly strategies: ReadonlyMap<string, StrategyEffect>;
  readonly growth: readonly Growth[];
  /** States, transitions and the like that were reached in all, and runs that reached something first. */
  readonly reached: number;
  readonly corpus: number;
  /** What was found in the corpus on disk; absent: there is none. */
  readonly kept: KeptSummary | undefined;
  readonly groups: readonly ToldGroup[];
  readonly spec: HuntSpec;
  readonly inert: Inert;
  readonly allowsInert: boolean;
}

export function summariseHunt(summary: HuntSummary, paint: Paint, width: number): readonly string[] {
  const { groups, effects, wasInterrupted } = summary;
  return [
    ...headLines(summary, paint, width),
    ...(wasInterrupted ? [paint.doubt(`Partial: interrupted, ${plural(effects.runs, "run")} kept.`)] : []),
    "",
    ...section(
      "Found",
      groups.flatMap((group) => groupLines(group, paint, width)),
      paint,
    ),
    ...section("Faults drawn", kindLines(summary, paint, width), paint),
    ...section("Properties", propertyLines(summary, paint, width), paint),
    ...section("Strategies", strategyLines(summary, paint, width), paint),
    ...section("Reached", growthLines(summary, width), paint),
    ...section("Corpus", keptLines(summary, paint, width), paint),
    ...section("Inert", inertLines(summary, paint, width), paint),
  ];
}

const rate = (count: number): string => printCount(count >= 10 ? Math.round(count) : Number(count.toFixed(1)));

function headLines({ system, seed, tookMs, effects, groups, spec }: HuntSummary, paint: Paint, width: number) {
  const { runs, violated, inconclusive, eventsDone, simulatedUs } = effects;
  const seconds = Math.max(tookMs / 1_000, 0.001);
  const failed = violated + inconclusive;
  const verdict =
    groups.length === 0 ? paint.good("NOTHING FOUND") : paint.bad(plural(groups.length, "FINDING", "FINDINGS"));
  const most =
    runs === 0
      ? ""
      : ` At most ${printShare(upperBound({ events: failed, runs }, 0.95))} of such runs fail (95 % confidence).`;
  return [
    `${paint.bold(`${system} hunted`)}  ${paint.dim(`seed ${seed}`)}  ${verdict}`,
    ...wrap(
      `${plural(runs, "run")} in ${printTime(tookMs * 1_000)}: ${rate(runs / seconds)} a second, ` +
        `${rate(simulatedUs / 1_000_000 / seconds)} simulated seconds and ${rate(eventsDone / seconds)} events a second. ` +
        `${printCount(violated)} violated, ${printCount(inconclusive)} inconclusive.${most}`,
      width,
    ),
    ...turnoverLines(effects, spec, width),
  ];
}

function turnoverLines(effects: Effects, { turnovers }: HuntSpec, width: number): readonly string[] {
  if (turnovers === undefined || effects.runs === 0) return [];
  const enough = runsWithTurnovers(effects, turnovers.enough);
  return wrap(
    `${printShare(enough / effects.runs)} of the runs saw at least ${turnovers.enough} turnovers (${turnovers.about}).`,
    width,
  );
}

function groupLines({ group, file, replay, lines }: ToldGroup, paint: Paint, width: number): readonly string[] {
  const { first, count, strategies } = group;
  const by = [...strategies].map(([name, times]) => `${name} ${printCount(times)}`).join(", ");
  return [
    ...wrap(`${first.property}: ${printable(first.because)}`, width - 2).map((line) => `  ${paint.bad(line)}`),
    ...wrap(`${plural(count, "run")} (${by}); the first is candidate ${first.index}`, width - 4).map(
      (line) => `    ${line}`,
    ),
    ...lines.flatMap((line) => wrap(line, width - 4)).map((line) => `    ${line}`),
    ...(file === undefined ? [] : [`    ${file}`]),
    ...(replay === undefined ? [] : [`    ${replay}`]),
  ];
}

function kindLines({ effects, inert }: HuntSummary, paint: Paint, width: number): readonly string[] {
  const columns = [
    { title: "  kind", align: "left" },
    { title: "runs", align: "right" },
    { title: "injected", align: "right" },
    { title: "touched", align: "right" },
    { title: "changed", align: "right" },
  ] as const;
  const rows = [...effects.kinds]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, { runs, injected, touched, changed }]) => {
      const styled = inert.kinds.includes(kind) ? paint.bad : changed === 0 ? paint.doubt : undefined;
      const numbers = [runs, injected, touched, changed].map((count) => ({ text: printCount(count), paint: styled }));
      return [{ text: `  ${kind}`, paint: styled }, ...numbers];
    });
  return table(columns, rows, width, paint);
}

/** How often each could have been broken, as a share of all runs: the seldom ones first. */
function propertyLines({ effects, spec }: HuntSummary, paint: Paint, width: number): readonly string[] {
  const { runs, properties } = effects;
  if (runs === 0) return [];
  const rows = [...properties].toSorted(([, a], [, b]) => a.runsExercised - b.runsExercised);
  const seldom = rows.filter(([, { runsExercised }]) => runsExercised * 20 < runs);
  const often = rows.length - seldom.length;
  const lines = seldom.map(([id, { runsExercised }]) => {
    const why = spec.unreachable.get(id);
    const count = runsExercised === 0 ? "never" : `in ${printCount(runsExercised)} of ${printCount(runs)}`;
    const note = runsExercised === 0 && why !== undefined ? `: ${why}` : "";
    const styled = runsExercised === 0 && why === undefined ? paint.doubt : paint.dim;
    return styled(clip(`  ${padEnd(id, 20)}  ${count}${note}`, width));
  });
  return [`  ${plural(often, "property", "properties")} put to the test in at least every twentieth run.`, ...lines];
}

function strategyLines({ strategies }: HuntSummary, paint: Paint, width: number): readonly string[] {
  const columns = [
    { title: "  strategy", align: "left" },
    { title: "runs", align: "right" },
    { title: "new", align: "right" },
    { title: "failed", align: "right" },
  ] as const;
  const rows = [...strategies].map(([name, { runs, runsNew, runsFailed }]) => [
    { text: `  ${name}` },
    ...[runs, runsNew, runsFailed].map((count) => ({ text: printCount(count) })),
  ]);
  return table(columns, rows, width, paint);
}

/** How fast what is reached still grows: where it does not, more runs of the same find little. */
function growthLines({ growth, reached, corpus }: HuntSummary, width: number): readonly string[] {
  const steps = growth.map(({ runs, reached: then }) => `${printCount(then)} after ${printCount(runs)}`);
  const text = `${printCount(reached)} states, transitions and the like in all; ${plural(corpus, "run")} kept to go on from.`;
  return wrap(steps.length === 0 ? text : `${text} ${steps.join(", ")} runs.`, width - 2).map((line) => `  ${line}`);
}

function keptLines({ kept }: HuntSummary, paint: Paint, width: number): readonly string[] {
  if (kept === undefined) return [];
  const { path, runs, failures, skipped, unwritten } = kept;
  return [
    ...wrap(
      `${path}: ${plural(runs, "run")} of earlier hunts, ${plural(failures, "failure")} among them, were run first.`,
      width - 2,
    ),
    ...skipped.flatMap(({ file, why }) => wrap(`skipped ${file}: ${why}`, width - 2).map((line) => paint.doubt(line))),
    ...(unwritten === undefined
      ? []
      : wrap(`Not everything could be kept: ${unwritten}`, width - 2).map((line) => paint.bad(line))),
  ].map((line) => `  ${line}`);
}

function inertLines({ inert, allowsInert }: HuntSummary, paint: Paint, width: number): readonly string[] {
  const { kinds, properties } = inert;
  if (kinds.length + properties.length === 0) return [];
  const styled = allowsInert ? paint.doubt : paint.bad;
  const lines = [
    ...(kinds.length === 0 ? [] : wrap(`Faults that never changed anything: ${kinds.join(", ")}.`, width - 2)),
    ...(properties.length === 0
      ? []
      : wrap(`Properties that nothing could have broken: ${properties.join(", ")}.`, width - 2)),
  ];
  return lines.map((line) => `  ${styled(line)}`);
}
