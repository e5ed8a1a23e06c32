// What `faultline export` can export to, and what reads it. Apart from the exports themselves, which help needs none of.

import type { TraceFormat } from "../report/exports/formats.ts";

export const exportFormats = {
  perfetto: "ui.perfetto.dev or chrome://tracing",
  shiviz: "the ShiViz space-time diagram",
  csv: "spreadsheets and data frames: every event",
  figures: "the same: every measured figure, as CSV",
  openmetrics: "Prometheus and its kin",
} as const satisfies Readonly<Record<TraceFormat | "figures", string>>;

export type FormatName = keyof typeof exportFormats;

// Nothing but its own keys is ever in it.
export const formatNames = Object.keys(exportFormats) as readonly FormatName[];
