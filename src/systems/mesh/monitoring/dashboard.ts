// The dashboard `authority-transfers` (MESH-MON-08): seven panels and their curves. The monitor states a point of each
// after every scrape, so that a trace holds them all.

import { type Known, type Measure, readings } from "./series.ts";

interface Curve {
  readonly panel:
    | "transfer health"
    | "mean latency"
    | "p99 latency"
    | "latency over time"
    | "throughput"
    | "failures and retries"
    | "concurrent load";
  readonly curve: string;
  readonly measure: Measure;
}

export interface DashboardPoint {
  readonly panel: Curve["panel"];
  /** Its name ends with its unit. */
  readonly curve: string;
  /** Null: there was nothing to measure. Rounded down. */
  readonly value: number | null;
}

const completed = "authority_transfer_completed_total";

const meanLatency = (windowUs: number): Measure => ({
  type: "mean",
  sum: "authority_transfer_latency_us_total",
  count: completed,
  windowUs,
});

/** `windowUs`: what single numbers look back on; `sinceLastUs`: what curves do, two scrapes and no more. */
const curves = (windowUs: number, sinceLastUs: number): readonly Curve[] => [
  {
    panel: "transfer health",
    curve: "success ppm",
    measure: { type: "share", metric: completed, outOf: [completed, "authority_transfer_rollback_total"], windowUs },
  },
  { panel: "mean latency", curve: "us", measure: meanLatency(windowUs) },
  { panel: "p99 latency", curve: "us", measure: { type: "latencyPercentile", percent: 99, windowUs } },
  { panel: "latency over time", curve: "mean us", measure: meanLatency(sinceLastUs) },
  {
    panel: "throughput",
    curve: "completed ppm a second",
    measure: { type: "rate", metric: completed, windowUs: sinceLastUs },
  },
  {
    panel: "failures and retries",
    curve: "failed ppm a second",
    measure: { type: "rate", metric: "authority_transfer_attempt_failures_total", windowUs: sinceLastUs },
  },
  {
    panel: "failures and retries",
    curve: "retried ppm a second",
    measure: { type: "rate", metric: "authority_transfer_retries_total", windowUs: sinceLastUs },
  },
  {
    panel: "concurrent load",
    curve: "active players",
    measure: { type: "latestSum", metric: "authority_transfer_active_count" },
  },
  {
    panel: "concurrent load",
    curve: "queued players",
    measure: { type: "latestSum", metric: "authority_transfer_queue_depth" },
  },
];

/** What the dashboard shows after a scrape. */
export const dashboardOf = (known: Known, window: { readonly windowUs: number; readonly scrapeUs: number }) =>
  curves(window.windowUs, 2 * window.scrapeUs).map(({ panel, curve, measure }): DashboardPoint => {
    const found = readings(known, measure, "all").map(({ value }) => Math.floor(value.of / value.outOf));
    return { panel, curve, value: found.length === 0 ? null : found[0] };
  });
