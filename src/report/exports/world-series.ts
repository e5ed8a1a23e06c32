// Series that every system has, though nobody scrapes them: what was sent, delivered and lost, who is down, which faults
// go on, and what was stated. A sample at fixed moments of true time, and one at the end.

import type { MetricFamily } from "../../systems/scraping.ts";
import type { TraceEvent, WorldFact } from "../../trace/trace-event.ts";
import { isWorldFact } from "../told.ts";
import { type ExportSubject, samplesMax, TooManySamples } from "./exporter.ts";

/** Names and values, in the order in which they are written. */
export type Labels = readonly (readonly [name: string, value: string])[];

export interface WorldSample {
  readonly atUs: number;
  readonly family: string;
  readonly labels: Labels;
  readonly value: number;
}

const counter = (name: string, help: string): MetricFamily => ({ name, kind: "counter", help, scale: 1 });
const gauge = (name: string, help: string): MetricFamily => ({ name, kind: "gauge", help, scale: 1 });

const [up, faults] = ["faultline_node_up", "faultline_faults_active"];
const [sent, delivered, lost] = [
  "faultline_messages_sent_total",
  "faultline_messages_delivered_total",
  "faultline_messages_lost_total",
];
const facts = "faultline_facts_total";

interface Value {
  readonly family: string;
  readonly labels: Labels;
  value: number;
}

export class WorldSeries {
  static readonly families: readonly MetricFamily[] = [
    gauge(up, "1: the process runs; 0: it is down or stands still"),
    gauge(faults, "faults that go on"),
    counter(sent, "messages that the process sent"),
    counter(delivered, "messages that reached the process, copies included"),
    counter(lost, "messages that nobody got, and why"),
    counter(facts, "what machines and the world stated, by name"),
  ];

  readonly #window: ExportSubject["window"];
  readonly #everyUs: number;
  readonly #roles: ReadonlyMap<string, string>;
  /** By family and labels, in the order in which they turned up. */
  readonly #values = new Map<string, Value>();
  /** Of the next sample; unknown before the first event. */
  #dueUs: number | undefined;
  #samples = 0;

  constructor({ header, window, everyUs }: Pick<ExportSubject, "header" | "window" | "everyUs">) {
    this.#window = window;
    this.#everyUs = everyUs;
    this.#roles = new Map(header.nodes.map(({ id, role }) => [id, role]));
  }

  /** Samples that were due before this event: an event at the very moment of a sample is in it. */
  see(event: TraceEvent): readonly WorldSample[] {
    const due = this.#until(event.atUs - 1);
    this.#dueUs ??= event.atUs;
    this.#take(event);
    return due;
  }

  finish(atUs: number): readonly WorldSample[] {
    const due = this.#until(atUs - 1);
    return [...due, ...this.#sample(atUs)];
  }

  #until(eventUs: number): readonly WorldSample[] {
    if (this.#dueUs === undefined) return [];
    const { fromUs, untilUs } = this.#window;
    const before = Math.ceil((Math.min(fromUs, eventUs + 1) - this.#dueUs) / this.#everyUs);
    let dueUs = this.#dueUs + Math.max(0, before) * this.#everyUs;
    const lastUs = Math.min(eventUs, untilUs);
    const samples: WorldSample[] = [];
    for (; dueUs <= lastUs; dueUs += this.#everyUs) samples.push(...this.#sample(dueUs));
    this.#dueUs = dueUs;
    return samples;
  }

  #sample(atUs: number): readonly WorldSample[] {
    // A moment at which nothing has a value yet counts, too: there may be as many.
    this.#samples += Math.max(1, this.#values.size);
    if (this.#samples > samplesMax) throw new TooManySamples();
    return [...this.#values.values()].map(({ family, labels, value }) => ({ atUs, family, labels, value }));
  }

  #take(event: TraceEvent): void {
    switch (event.kind) {
      case "sent":
        return this.#add(sent, this.#of(event.node), 1);
      case "delivered":
        return this.#add(delivered, this.#of(event.node), 1);
      case "lost":
        return this.#add(lost, [["reason", event.reason]], 1);
      case "fact":
        this.#add(facts, [["fact", event.fact.fact]], 1);
        return isWorldFact(event.fact) ? this.#world(event.fact, event.node) : undefined;
      default:
        return undefined;
    }
  }

  #world(fact: WorldFact, node: string): void {
    switch (fact.fact) {
      case "nodeBooted":
      case "nodeResumed":
        return this.#set(up, this.#of(node), 1);
      case "nodeCrashed":
      case "nodeStopped":
      case "nodePaused":
        return this.#set(up, this.#of(node), 0);
      case "faultBegan":
        return this.#add(faults, [["kind", fact.kind]], 1);
      case "faultEnded":
        return this.#add(faults, [["kind", fact.kind]], -1);
      default:
        return undefined;
    }
  }

  #of(node: string): Labels {
    return processLabels(node, this.#roles.get(node));
  }

  #add(family: string, labels: Labels, by: number): void {
    const known = this.#valueOf(family, labels);
    known.value += by;
  }

  #set(family: string, labels: Labels, value: number): void {
    this.#valueOf(family, labels).value = value;
  }

  #valueOf(family: string, labels: Labels): Value {
    const key = [family, ...labels.flat()].join("\u0000");
    const known = this.#values.get(key) ?? { family, labels, value: 0 };
    this.#values.set(key, known);
    return known;
  }
}

/** As Prometheus names whom it scrapes. */
export const processLabels = (node: string, role: string | undefined): Labels => [
  ["instance", node],
  ...(role === undefined ? [] : [["job", role] as const]),
];
