// Tables that pages of runs and of campaigns share: figures, faults, what was expected, alerts.

import { alertFiguresOf, alertsAmong, measuresAlert } from "../check/alert-figures.ts";
import type { FigureSummary } from "../check/figures.ts";
import type { ExpectationResult } from "../scenario/expectations.ts";
import { printable } from "../scenario/problem.ts";
import type { FaultTally } from "../world/fault.ts";
import type { ReportPart, TablePart } from "./page.ts";
import { figureCells } from "./run-summary.ts";
import { printCount, printTime } from "./words.ts";

type Row = TablePart["rows"][number];

/** No table where there are no rows. */
const tableOf = (part: Omit<TablePart, "type">): readonly ReportPart[] =>
  part.rows.length === 0 ? [] : [{ type: "table", ...part }];

const right = (title: string) => ({ title, align: "right" }) as const;

export const figureTable = (figures: readonly FigureSummary[]): readonly ReportPart[] =>
  tableOf({
    heading: "Figures",
    about: "What was measured: half, 95 and 99 in a hundred were no greater than p50, p95 and p99.",
    columns: [{ title: "figure" }, { title: "what it is" }, ...["count", "p50", "p95", "p99", "max"].map(right)],
    rows: figures
      .filter(({ id, count }) => count > 0 && !measuresAlert(id))
      .map((figure) => ({
        cells: [figure.id, figure.title, printCount(figure.count), ...figureCells(figure)],
      })),
  });

export const faultTable = (tallies: readonly FaultTally[]): readonly ReportPart[] =>
  tableOf({
    heading: "Faults",
    about: "How often each was injected, struck something that was live, and made a difference.",
    columns: [{ title: "fault" }, right("injected"), right("touched"), right("changed")],
    rows: tallies.map(({ id, injected, touched, changed }): Row => ({
      ...(changed === 0 ? { tone: "unsure" } : {}),
      cells: [id, ...[injected, touched, changed].map((count) => printCount(count))],
    })),
  });

export const expectationTable = (expectations: readonly ExpectationResult[]): readonly ReportPart[] =>
  tableOf({
    heading: "What the story expects",
    columns: [{ title: "expected" }, { title: "met" }, { title: "found" }],
    rows: expectations.map(({ text, met, found }) => ({
      tone: met ? "good" : "bad",
      cells: [printable(text), met ? "yes" : "no", printable(found)],
    })),
  });

/** Those that fired, and those that were expected to. */
export function alertTable(
  figures: readonly FigureSummary[],
  expectations: readonly ExpectationResult[],
): readonly ReportPart[] {
  const byId = new Map(figures.map((figure) => [figure.id, figure]));
  const expected = expectations.filter(({ kind }) => kind === "alert");
  const rows = alertsAmong(figures).flatMap((name): readonly Row[] => {
    const ids = alertFiguresOf(name);
    const fired = byId.get(ids.fired)?.count ?? 0;
    const about = expected.filter(({ text }) => text.split(/\s/).includes(name));
    if (fired === 0 && about.length === 0) return [];
    const times = [byId.get(ids.delay)?.p50, byId.get(ids.firing)?.max].map((us) => printTime(us ?? Number.NaN));
    const tone = about.length === 0 ? undefined : about.every(({ met }) => met) ? "good" : "bad";
    const words = about.map(({ text }) => printable(text)).join("; ");
    return [{ ...(tone === undefined ? {} : { tone }), cells: [name, words, printCount(fired), ...times] }];
  });
  return tableOf({
    heading: "Alerts expected and fired",
    columns: [
      { title: "alert" },
      { title: "expected" },
      right("fired"),
      right("first after the first fault"),
      right("longest"),
    ],
    rows,
  });
}
