// Metrics that processes of a system tell whoever scrapes them, as a trace shows them: for exports, and judged by nobody.

import type { NodeId } from "../base/ids.ts";
import type { TraceEvent } from "../trace/trace-event.ts";

/** A family of series under one name, one for each process. */
export interface MetricFamily {
  /** As it is scraped: "up", "authority_transfer_timeout_total". */
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  /** One line. */
  readonly help: string;
  /** Values are whole numbers; so many of them make one of the unit that the name or the help line says. */
  readonly scale: 1 | 1_000_000;
}

export type MetricValue =
  | { readonly type: "number"; readonly value: number }
  /** `counts` of each bucket by itself, the last one above every edge; `sum` of all that fell into them. */
  | {
      readonly type: "buckets";
      readonly edges: readonly number[];
      readonly counts: readonly number[];
      readonly sum: number;
    };

export interface MetricSample {
  /** True time of the scrape. */
  readonly atUs: number;
  readonly family: string;
  /** Whose value it is. */
  readonly node: NodeId;
  readonly value: MetricValue;
}

/**
 * Takes the events of one trace in order, each with what the message says that is delivered or sent, and gives the samples
 * of a scrape once it is over.
 */
export type ScrapeReader = (event: TraceEvent, content: object | undefined) => readonly MetricSample[];

export interface Scraping {
  readonly families: readonly MetricFamily[];
  /** Of one run in which these nodes are. */
  readonly reader: (nodes: readonly { readonly id: string; readonly role: string }[]) => ScrapeReader;
}
