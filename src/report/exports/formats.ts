// The formats a trace can be exported to.

import { EventsCsv } from "./events-csv.ts";
import type { Exporter, ExportSubject } from "./exporter.ts";
import { OpenMetricsText } from "./openmetrics.ts";
import { PerfettoTrace } from "./perfetto.ts";
import { ShivizLog } from "./shiviz.ts";

export const traceFormats = {
  perfetto: (subject) => new PerfettoTrace(subject),
  shiviz: (subject) => new ShivizLog(subject),
  csv: (subject) => new EventsCsv(subject),
  openmetrics: (subject) => new OpenMetricsText(subject),
} as const satisfies Readonly<Record<string, (subject: ExportSubject) => Exporter>>;

export type TraceFormat = keyof typeof traceFormats;
