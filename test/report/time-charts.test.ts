// Charts over time: what was counted is summed slice by slice, and what was measured stands where it was measured.
import { expect, test } from "vitest";

import { nodeId } from "../../src/base/ids.ts";
import { FigureSamples, timeCharts } from "../../src/report/time-charts.ts";
import { mesh } from "../../src/systems/mesh/mesh.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import type { TraceEvent } from "../../src/trace/trace-event.ts";

const system = mesh as unknown as AnySystem;
const [one, two] = [nodeId("server-1"), nodeId("server-2")];
const span = { startUs: 0, endUs: 160_000 };

const sent = (atUs: number): TraceEvent => ({
  atUs,
  event: atUs,
  node: one,
  kind: "sent",
  message: atUs,
  to: two,
  via: "datagram",
  content: { type: "ship" },
});

test("messages are summed in slices, with none where none were sent", () => {
  const events = [sent(0), sent(500), sent(2_100), sent(160_000)];
  const [messages] = timeCharts(span, events, new FigureSamples(system));
  expect(messages?.title).toBe("Messages");
  const [series] = messages?.series ?? [];
  expect(series?.values.slice(0, 4)).toEqual([2, 0, 1, 0]);
  expect(series?.values.reduce((sum, value) => sum + value, 0)).toBe(4);
  expect(series?.atUs.slice(0, 3)).toEqual([0, 1_000, 2_000]);
  expect(messages?.series).toHaveLength(1);
});

test("figures that say so have a chart, of durations each by itself", () => {
  const samples = new FigureSamples({
    ...system,
    measures: {
      ...system.measures,
      measure: (_view, _fact, { atUs }, sink) => {
        sink.sample("transfer.latency", atUs * 2);
        sink.count("attempt.failed");
      },
    },
  });
  const heard: string[] = [];
  const sink = { count: (id: string) => heard.push(id), sample: (id: string) => heard.push(id) };
  for (const atUs of [10, 20_000])
    samples.system.measures.measure({}, { fact: "x" }, { atUs, event: 1, node: one }, sink);
  const charts = timeCharts(span, [], samples);
  expect(charts.map(({ title }) => title)).toEqual(["Latency", "Retries"]);
  expect(charts[0]?.series).toEqual([
    { name: "transfer.latency", form: "dots", atUs: [10, 20_000], values: [20, 40_000] },
  ]);
  expect(charts[1]?.series[0]?.values.filter((value) => value > 0)).toEqual([1, 1]);
  expect(heard).toEqual(["transfer.latency", "attempt.failed", "transfer.latency", "attempt.failed"]);
});
