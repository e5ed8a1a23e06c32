// OpenMetrics: text that its grammar reads, by its rules about families and times, and that says what was scraped.
import { describe, expect, test } from "vitest";

import type { AnySystem } from "../../../src/systems/system.ts";
import { exported, recorded, stormyStory } from "./exported.ts";

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly at: number;
}

interface Family {
  readonly name: string;
  readonly type: string;
  readonly unit: string | undefined;
  readonly samples: readonly Sample[];
}

// The grammar of OpenMetrics 1.0, of what there is in it of texts with a time on each sample.
const metricName = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const number = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?`;
const escapedText = String.raw`(?:[^"\\\n]|\\["\\n])*`;
const label = `[a-zA-Z_][a-zA-Z0-9_]*="${escapedText}"`;
const sampleLine = new RegExp(`^(${metricName})(?:\\{(${label}(?:,${label})*)?\\})? (${number}) (${number})$`);
const typeLine = new RegExp(`^# TYPE (${metricName}) (counter|gauge|histogram|unknown)$`);
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ["_total"],
  gauge: [""],
  unknown: [""],
  histogram: ["_bucket", "_count", "_sum"],
};

function read(text: string): readonly Family[] {
  const lines = text.split("\n");
  expect(lines.slice(-2)).toEqual(["# EOF", ""]);
  const families: (Family & { readonly samples: Sample[]; unit: string | undefined })[] = [];
  for (const line of lines.slice(0, -2)) {
    const [, name, type] = typeLine.exec(line) ?? [];
    const family = families.at(-1);
    if (name !== undefined && type !== undefined) {
      families.push({ name, type, unit: undefined, samples: [] });
    } else if (line === `# UNIT ${family?.name ?? "!"} seconds` && family?.samples.length === 0) {
      family.unit = "seconds";
    } else if (line.startsWith("#")) {
      const isHelp = new RegExp(`^# HELP ${family?.name ?? "!"} ${escapedText}$`).test(line);
      if (!isHelp || family?.samples.length !== 0) throw new Error(`out of place: ${line}`);
    } else {
      family?.samples.push(sampleOf(line));
    }
  }
  return families;
}

function sampleOf(line: string): Sample {
  const found = sampleLine.exec(line);
  if (found === null) throw new Error(`no sample: ${line}`);
  const [, name = "", labels = "", value, at] = found;
  const pairs = [...labels.matchAll(new RegExp(`(\\w+)="(${escapedText})"`, "g"))];
  const unescaped = (text: string): string =>
    text.replaceAll(/\\(.)/g, (_all, one: string) => (one === "n" ? "\n" : one));
  return {
    name,
    labels: new Map(pairs.map(([, key = "", text = ""]) => [key, unescaped(text)])),
    value: Number(value),
    at: Number(at),
  };
}

const keyOf = ({ name, labels }: Sample): string => JSON.stringify([name, ...labels]);
const withoutEdge = ({ labels }: Sample): string => JSON.stringify([...labels].filter(([name]) => name !== "le"));

const storm = recorded(stormyStory);
const families = read(exported("openmetrics", storm));
const familyNamed = (name: string): Family => {
  const family = families.find((one) => one.name === name);
  if (family === undefined) throw new Error(`no family ${name}`);
  return family;
};
const valuesOf = (family: string, labels: Readonly<Record<string, string>>): readonly (readonly [number, number])[] =>
  familyNamed(family)
    .samples.filter((sample) => Object.entries(labels).every(([name, value]) => sample.labels.get(name) === value))
    .map(({ at, value }) => [at, value]);

describe("by the rules", () => {
  test("a family is there once, and its samples are named after it", () => {
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    for (const { name, type, samples } of families) {
      const allowed = (suffixes[type] ?? []).map((suffix) => `${name}${suffix}`);
      expect(samples.filter((sample) => !allowed.includes(sample.name))).toEqual([]);
      expect(samples.length).toBeGreaterThan(0);
    }
  });

  test("samples of a series stand together, later ones below", () => {
    for (const { samples } of families) {
      const series = samples.map((sample) => withoutEdge(sample));
      const beginnings = series.filter((own, index) => own !== series[index - 1]);
      expect(new Set(beginnings).size).toBe(beginnings.length);
      const backwards = samples.filter(
        ({ at }, index) => series[index] === series[index - 1] && at < (samples[index - 1]?.at ?? 0),
      );
      expect(backwards).toEqual([]);
      const stamped = samples.map((sample) => `${keyOf(sample)} ${sample.at}`);
      expect(new Set(stamped).size).toBe(stamped.length);
    }
  });

  test("a unit is what the name ends with", () => {
    for (const { name, unit } of families) expect(unit).toBe(name.endsWith("_seconds") ? "seconds" : undefined);
  });

  test("buckets of a histogram add up to its count", () => {
    const { samples } = familyNamed("authority_transfer_latency_seconds");
    const points = Map.groupBy(samples, (sample) => `${withoutEdge(sample)} ${sample.at}`);
    for (const point of points.values()) {
      const buckets = point.filter(({ name }) => name.endsWith("_bucket"));
      const edges = buckets.map(({ labels }) => Number((labels.get("le") ?? "").replace("+Inf", "Infinity")));
      expect(edges).toEqual(edges.toSorted((a, b) => a - b));
      expect(edges.at(-1)).toBe(Infinity);
      const counts = buckets.map(({ value }) => value);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(point.find(({ name }) => name.endsWith("_count"))?.value).toBe(counts.at(-1));
    }
    expect(samples.filter(({ name, value }) => name.endsWith("_sum") && value > 0).length).toBeGreaterThan(0);
  });
});

describe("what the mesh is scraped for", () => {
  test("has all nine names of MESH-MON-09, each with a value of every second", () => {
    const names = new Set(families.flatMap(({ samples }) => samples.map(({ name }) => name)));
    for (const name of [
      "authority_transfer_timeout_total",
      "inter_server_packet_loss_total",
      "inter_server_packets_sent_total",
      "up",
      "authority_transfer_state_mismatch_total",
      "authority_transfer_split_brain_detected",
      "authority_transfer_item_duplication_detected",
      "authority_transfer_duration_seconds",
      "authority_transfer_active_count",
    ]) {
      expect(names).toContain(name);
    }
    const seconds = valuesOf("inter_server_packets_sent", { instance: "server-1" }).map(([at]) => at);
    expect(seconds).toEqual(Array.from({ length: 12 }, (_nothing, second) => second));
  });

  test("says who was down", () => {
    const ups = valuesOf("up", { instance: "server-2", job: "server" });
    expect(ups.filter(([, up]) => up === 0).map(([at]) => at)).toEqual([3, 4]);
    // Who is down is not scraped.
    expect(valuesOf("authority_transfer_active_count", { instance: "server-2" }).map(([at]) => at)).not.toContain(3);
  });

  test("counts what happened by then", () => {
    const completedBy = (us: number): number =>
      storm.events.filter(
        ({ atUs, node, ...event }) =>
          node === "server-1" &&
          atUs <= us &&
          event.kind === "fact" &&
          event.fact.fact === "transferEnded" &&
          "outcome" in event.fact &&
          event.fact.outcome === "completed",
      ).length;
    const values = valuesOf("authority_transfer_completed", { instance: "server-1" });
    expect(values).toEqual(values.map(([at]) => [at, completedBy(at * 1_000_000)]));
    expect(values.at(-1)?.[1]).toBeGreaterThan(0);
  });

  test("counts lost packets as the monitor does: what one server sent and the other has not received", () => {
    const losses = valuesOf("inter_server_packet_loss", { instance: "server-1" }).map(([, value]) => value);
    expect(losses[0]).toBe(0);
    expect(losses[2]).toBeGreaterThan(0);
    expect(losses).toEqual(losses.toSorted((a, b) => a - b));
  });
});

describe("what every system has", () => {
  const nobodyScraped: AnySystem = { ...storm.system };
  delete (nobodyScraped as { scraping?: unknown }).scraping;

  test("needs nobody who scrapes, and is sampled as often as asked for", () => {
    const own = read(exported("openmetrics", { ...storm, system: nobodyScraped }, { everyUs: 500_000 }));
    expect(own.map(({ name }) => name)).toEqual([
      "faultline_node_up",
      "faultline_faults_active",
      "faultline_messages_sent",
      "faultline_messages_delivered",
      "faultline_messages_lost",
      "faultline_facts",
    ]);
    const ups = own[0]?.samples.filter(({ labels }) => labels.get("instance") === "server-2") ?? [];
    expect(ups.filter(({ value }) => value === 0).map(({ at }) => at)).toEqual([3, 3.5, 4]);
    const faults = own[1]?.samples.filter(({ labels }) => labels.get("kind") === "partition") ?? [];
    expect(faults.filter(({ value }) => value === 1).map(({ at }) => at)).toEqual([1, 1.5]);
  });

  test("comes in the end to the counts of the run", () => {
    const last = (family: string): number =>
      familyNamed(family)
        .samples.filter(({ at }) => at === 12)
        .reduce((total, { value }) => total + value, 0);
    const { sent, delivered } = storm.run.messages;
    expect([last("faultline_messages_sent"), last("faultline_messages_delivered")]).toEqual([sent, delivered]);
    expect(last("faultline_messages_lost")).toBe(storm.events.filter(({ kind }) => kind === "lost").length);
  });

  test("of a window is what the whole has in it", () => {
    const part = read(exported("openmetrics", storm, { window: { fromUs: 2_000_000, untilUs: 4_000_000 } }));
    const whole = families.map(({ samples, ...family }) => ({
      ...family,
      samples: samples.filter(({ at }) => at >= 2 && at <= 4),
    }));
    expect(part).toEqual(whole.filter(({ samples }) => samples.length > 0));
  });
});

test("texts that would end a label are written out", () => {
  const fact = { fact: 'a"b\\c\nd' };
  const events = [{ atUs: 0, event: 1, node: "n" as never, kind: "fact", fact }] as const;
  const [facts] = read(exported("openmetrics", { ...storm, events })).slice(-1);
  expect(facts?.samples[0]?.labels.get("fact")).toBe(fact.fact);
});
