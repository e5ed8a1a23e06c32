// Alerts at a glance: which fired, how often, how long after the first fault, and for how long.

import { alertFiguresOf, alertsAmong } from "../check/alert-figures.ts";
import type { FigureSummary } from "../check/figures.ts";
import { table } from "./table.ts";
import { type Paint, printCount, printTime } from "./words.ts";

const columns = [
  { title: "  alert", align: "left" },
  { title: "fired", align: "right" },
  { title: "first after", align: "right" },
  { title: "at the latest", align: "right" },
  { title: "longest", align: "right" },
] as const;

/** No lines where none fired. Over many runs: the middle one and the last one to fire first. */
export function alertLines(figures: readonly FigureSummary[], paint: Paint, width: number): readonly string[] {
  const byId = new Map(figures.map((figure) => [figure.id, figure]));
  const rows = alertsAmong(figures).flatMap((name) => {
    const ids = alertFiguresOf(name);
    const fired = byId.get(ids.fired)?.count ?? 0;
    if (fired === 0) return [];
    const delay = byId.get(ids.delay);
    const firing = byId.get(ids.firing);
    const times = [delay?.p50, delay?.max, firing?.max].map((us) => printTime(us ?? Number.NaN));
    return [[`  ${name}`, printCount(fired), ...times].map((text) => ({ text }))];
  });
  return rows.length === 0 ? [] : table(columns, rows, width, paint);
}
