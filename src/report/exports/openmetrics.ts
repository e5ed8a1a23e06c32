// Text that Prometheus and its kin read (OpenMetrics 1.0), each sample with the virtual time at which it was true. Written
// here rather than by a metrics library: such libraries hold what is true now, one value a series and without a time, and
// their text would have to be taken apart again, for the format wants all samples of a family in one piece.

import { assert } from "../../base/assert.ts";
import { compareValues } from "../../base/plain-order.ts";
import type { MetricFamily, MetricValue, ScrapeReader } from "../../systems/scraping.ts";
import type { TraceEvent } from "../../trace/trace-event.ts";
import { contentIn, type Exporter, type ExportEnd, type ExportSubject, exactSeconds, Sent } from "./exporter.ts";
import { type Labels, processLabels, WorldSeries } from "./world-series.ts";

interface Family {
  readonly spec: MetricFamily;
  /** Without what the names of its samples end with. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "unknown";
  /** Lines by labels: all of a series stand together, in order of time. */
  readonly series: Map<string, string[]>;
}

export class OpenMetricsText implements Exporter {
  readonly #subject: ExportSubject;
  readonly #roles: ReadonlyMap<string, string>;
  readonly #families: ReadonlyMap<string, Family>;
  readonly #sent = new Sent<{ readonly content: object }>();
  readonly #world: WorldSeries;
  readonly #scrape: ScrapeReader;

  constructor(subject: ExportSubject) {
    this.#subject = subject;
    const { nodes } = subject.header;
    const { scraping } = subject.system;
    this.#roles = new Map(nodes.map(({ id, role }) => [id, role]));
    this.#world = new WorldSeries(subject);
    this.#families = new Map(
      [...WorldSeries.families, ...(scraping?.families ?? [])].map((spec) => [spec.name, familyOf(spec)]),
    );
    this.#scrape = scraping?.reader(nodes) ?? (() => []);
  }

  trace(event: TraceEvent): void {
    for (const { family, labels, atUs, value } of this.#world.see(event)) {
      this.#add(family, labels, atUs, { type: "number", value });
    }
    if (event.kind === "sent") this.#sent.add(event.message, event);
    for (const { family, node, atUs, value } of this.#scrape(event, contentIn(event, this.#sent))) {
      this.#add(family, processLabels(node, this.#roles.get(node)), atUs, value);
    }
    if (event.kind === "delivered" || event.kind === "lost") this.#sent.settle(event.message);
  }

  finish({ atUs: endedUs }: ExportEnd): void {
    for (const { family, labels, atUs, value } of this.#world.finish(endedUs)) {
      this.#add(family, labels, atUs, { type: "number", value });
    }
    const { sink } = this.#subject;
    for (const { spec, name, type, series } of this.#families.values()) {
      if (series.size === 0) continue;
      const unit = name.endsWith("_seconds") ? `# UNIT ${name} seconds\n` : "";
      sink(`# TYPE ${name} ${type}\n${unit}# HELP ${name} ${escaped(spec.help)}\n`);
      // In whatever order they turned up: they are found by their names.
      const named = [...series].sort(([left], [right]) => compareValues(left, right));
      for (const [, lines] of named) for (const line of lines) sink(line);
    }
    sink("# EOF\n");
  }

  #add(name: string, labels: Labels, atUs: number, value: MetricValue): void {
    const { fromUs, untilUs } = this.#subject.window;
    if (atUs < fromUs || atUs > untilUs) return;
    const family = this.#families.get(name);
    assert(family !== undefined, "a sample is of a family that was declared");
    const key = labelText(labels);
    const lines = family.series.get(key) ?? [];
    lines.push(samplesOf(family, labels, exactSeconds(atUs), value));
    family.series.set(key, lines);
  }
}

/** A counter's samples must end with "_total". One whose documented name does not is of a type that nobody knows. */
function familyOf(spec: MetricFamily): Family {
  const { name, kind } = spec;
  const series = new Map<string, string[]>();
  if (kind !== "counter") return { spec, name, type: kind, series };
  if (!name.endsWith("_total")) return { spec, name, type: "unknown", series };
  return { spec, name: name.slice(0, 0 - "_total".length), type: "counter", series };
}

function samplesOf({ spec, name }: Family, labels: Labels, at: string, value: MetricValue): string {
  const printed = (amount: number): string => (spec.scale === 1 ? String(amount) : exactSeconds(amount));
  const line = (sample: string, more: Labels, amount: string): string =>
    `${sample}${labelText([...labels, ...more])} ${amount} ${at}\n`;
  if (value.type === "number") return line(spec.name, [], printed(value.value));
  let below = 0;
  const buckets = value.counts.map((count, index) => {
    below += count;
    const edge = value.edges[index];
    // The edge is a number, and numbers are floats there.
    const le = edge === undefined ? "+Inf" : printed(edge).replace(/^\d+$/, "$&.0");
    return line(`${name}_bucket`, [["le", le]], String(below));
  });
  return [...buckets, line(`${name}_count`, [], String(below)), line(`${name}_sum`, [], printed(value.sum))].join("");
}

const labelText = (labels: Labels): string =>
  labels.length === 0 ? "" : `{${labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(",")}}`;

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
