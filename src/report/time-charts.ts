// Charts over the time of one run: messages and their latency from the trace, and the figures that a system shows so.

import type { FigureSink, FigureSpec } from "../check/figure.ts";
import type { HostedSystem } from "../simulate.ts";
import type { TraceEvent } from "../trace/trace-event.ts";
import type { Axis, TimeChart, TimeSeries } from "./page.ts";

/** More single values than this are shown by the greatest and the middle one of each slice. */
const dotsMax = 1_500;
const slicesMax = 160;
/** Of a system that says nothing of charts so many durations are shown, those most often measured. */
const unasked = 3;

interface Sample {
  readonly atUs: number;
  readonly value: number;
}

/** Keeps when each figure was measured. Give `system` to the simulation in place of the one it was made of. */
export class FigureSamples {
  readonly system: HostedSystem;
  readonly #samples = new Map<string, Sample[]>();

  constructor(system: HostedSystem) {
    const { measures } = system;
    this.system = {
      ...system,
      // Told of every fact, by whichever name.
      measures: {
        figures: measures.figures,
        measure: (view, fact, at, sink) => {
          const atUs = at.atUs;
          measures.measure(view, fact, at, this.#heard(sink, atUs));
        },
      },
    };
  }

  of(id: string): readonly Sample[] {
    return this.#samples.get(id) ?? [];
  }

  #heard(sink: FigureSink, atUs: number): FigureSink {
    return {
      count: (id, by = 1) => {
        this.#add(id, { atUs, value: by });
        sink.count(id, by);
      },
      sample: (id, value) => {
        this.#add(id, { atUs, value });
        sink.sample(id, value);
      },
    };
  }

  #add(id: string, sample: Sample): void {
    const known = this.#samples.get(id);
    if (known === undefined) this.#samples.set(id, [sample]);
    else known.push(sample);
  }
}

interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

export function timeCharts(
  { startUs, endUs }: Span,
  events: readonly TraceEvent[],
  samples: FigureSamples,
): readonly TimeChart[] {
  const sliceUs = sliceOf(endUs - startUs);
  const slices = { startUs, endUs, sliceUs };
  return [...figureCharts(samples, slices), ...messageCharts(events, slices)];
}

interface Slices {
  readonly startUs: number;
  readonly endUs: number;
  readonly sliceUs: number;
}

/** The shortest round time of which no more than `slicesMax` make up the run. */
function sliceOf(lengthUs: number): number {
  for (let unit = 1_000; ; unit *= 10) {
    for (const times of [1, 2, 5]) if (lengthUs <= unit * times * slicesMax) return unit * times;
  }
}

function messageCharts(events: readonly TraceEvent[], slices: Slices): readonly TimeChart[] {
  const [sent, lost, took]: [Sample[], Sample[], Sample[]] = [[], [], []];
  for (const event of events) {
    if (event.kind === "sent") sent.push({ atUs: event.atUs, value: 1 });
    if (event.kind === "lost") lost.push({ atUs: event.atUs, value: 1 });
    if (event.kind === "delivered") took.push({ atUs: event.atUs, value: event.atUs - event.sentUs });
  }
  const charts: TimeChart[] = [
    {
      title: "Messages",
      y: { title: "messages a slice", unit: "count" },
      series: [summed("sent", sent, slices), { ...summed("lost", lost, slices), isBad: true }],
    },
    { title: "Time on the way", y: { title: "time", unit: "durationUs" }, series: spread("message", took, slices) },
  ];
  return charts.map(withoutEmpty).filter(({ series }) => series.length > 0);
}

function figureCharts(samples: FigureSamples, slices: Slices): readonly TimeChart[] {
  const specs = chosen(samples);
  const titles = [...new Set(specs.map(({ chart, title }) => chart ?? title))];
  return titles
    .map((title): TimeChart => {
      const together = specs.filter(({ chart, title: own }) => (chart ?? own) === title);
      const unit = unitOf(together[0]);
      const series = together.flatMap((spec) => figureSeries(spec, samples.of(spec.id), slices));
      return withoutEmpty({ title, y: { title: unit === "durationUs" ? "time" : "a slice", unit }, series });
    })
    .filter(({ series }) => series.length > 0);
}

const unitOf = (spec: FigureSpec | undefined): Axis["unit"] => spec?.kind ?? "count";

/** Those with a chart of their own; or else the durations that were measured most often. */
function chosen(samples: FigureSamples): readonly FigureSpec[] {
  const { figures } = samples.system.measures;
  const asked = figures.filter(({ chart }) => chart !== undefined);
  if (asked.length > 0) return asked;
  return figures
    .filter(({ kind }) => kind === "durationUs")
    .map((spec, place) => ({ spec, place, count: samples.of(spec.id).length }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.place - b.place)
    .slice(0, unasked)
    .map(({ spec }) => spec);
}

function figureSeries({ id, kind }: FigureSpec, samples: readonly Sample[], slices: Slices): readonly TimeSeries[] {
  switch (kind) {
    case "count":
      return [summed(id, samples, slices)];
    case "durationUs":
      return spread(id, samples, slices);
    case "amount":
      return [sliced(id, samples, slices, (values) => values.at(-1) ?? 0)];
    case "share":
      return [sliced(id, samples, slices, (values) => values.reduce((sum, value) => sum + value, 0) / values.length)];
  }
}

const withoutEmpty = (chart: TimeChart): TimeChart => ({
  ...chart,
  series: chart.series.filter(({ atUs }) => atUs.length > 0),
});

function spread(name: string, samples: readonly Sample[], slices: Slices): readonly TimeSeries[] {
  if (samples.length <= dotsMax) {
    const form = "dots";
    return [{ name, form, atUs: samples.map(({ atUs }) => atUs), values: samples.map(({ value }) => value) }];
  }
  return [
    sliced(`${name}, middle`, samples, slices, (values) => values[Math.floor(values.length / 2)] ?? 0),
    sliced(`${name}, greatest`, samples, slices, (values) => values.at(-1) ?? 0),
  ];
}

/** One value for each slice that has samples. @param of is given them in rising order. */
function sliced(
  name: string,
  samples: readonly Sample[],
  { startUs, sliceUs }: Slices,
  of: (values: readonly number[]) => number,
): TimeSeries {
  const bySlice = new Map<number, number[]>();
  for (const { atUs, value } of samples) {
    const slice = startUs + Math.floor((atUs - startUs) / sliceUs) * sliceUs;
    const values = bySlice.get(slice);
    if (values === undefined) bySlice.set(slice, [value]);
    else values.push(value);
  }
  const inOrder = [...bySlice].sort(([a], [b]) => a - b);
  return {
    name,
    form: "line",
    atUs: inOrder.map(([slice]) => slice),
    values: inOrder.map(([, values]) => of(values.toSorted((a, b) => a - b))),
  };
}

/** Sums of all slices, also of those in which nothing was counted; no series at all where nothing ever was. */
function summed(name: string, samples: readonly Sample[], slices: Slices): TimeSeries {
  if (samples.length === 0) return { name, form: "bars", atUs: [], values: [] };
  const { startUs, endUs, sliceUs } = slices;
  const count = Math.floor((endUs - startUs) / sliceUs) + 1;
  const values = Array.from({ length: count }, () => 0);
  for (const { atUs, value } of samples) values[Math.floor((atUs - startUs) / sliceUs)] += value;
  return { name, form: "bars", atUs: values.map((_, slice) => startUs + slice * sliceUs), values };
}
