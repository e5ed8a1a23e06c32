// The measured figures of one run as a table, a row each.

import { summarise } from "../../check/figures.ts";
import type { Run } from "../../simulate.ts";
import type { AnySystem } from "../../systems/system.ts";
import { csvLine } from "./csv.ts";

const units = { count: "times", durationUs: "us", amount: "amount", share: "share" } as const;

/** Figures that were never measured have a count of 0 and empty values. */
export function figuresCsv({ scenario, seed, figures }: Run, system: AnySystem): string {
  const head = ["scenario", "seed", "figure", "title", "unit", "count", "mean", "p50", "p95", "p99", "min", "max"];
  const rows = summarise(system.measures.figures, figures).map(
    ({ id, title, kind, count, mean, p50, p95, p99, min, max }) =>
      csvLine([scenario.name, seed, id, title, units[kind], count, mean, p50, p95, p99, min, max]),
  );
  return csvLine(head) + rows.join("");
}
