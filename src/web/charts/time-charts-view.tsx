// Charts over the time of the run: what the diagram shows is what they show.

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

import type { ChartsPart, TimeChart, TimeSeries } from "../../report/page.ts";
import type { ViewState, Window } from "../diagram/view-state.ts";
import { printAt, printValue } from "../format.ts";
import { type Palette, palette } from "../palette.ts";
import { useWidth } from "./frame.tsx";

const height = 132;

export function TimeChartsView({ part, view }: { part: ChartsPart; view: ViewState }) {
  return (
    <div class="time-charts">
      {part.charts.map((chart) => (
        <OneChart key={chart.title} chart={chart} view={view} startUs={part.startUs} />
      ))}
    </div>
  );
}

function OneChart({ chart, view, startUs }: { chart: TimeChart; view: ViewState; startUs: number }) {
  const { element, width } = useWidth();
  const colours = palette.value;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null || width === 0) return undefined;
    const plot = new uPlot(optionsOf(chart, view, startUs, width, colours), dataOf(chart), box.current);
    const stop = whenSeen(box.current, view, ({ fromUs, toUs }) => plot.setScale("x", { min: fromUs, max: toUs }));
    return () => {
      stop();
      plot.destroy();
    };
  }, [chart, width, colours]);
  return (
    <figure ref={element}>
      <figcaption>
        {chart.title}
        <ul class="keys">
          {chart.series.map(({ name, isBad }, place) => (
            <li key={name}>
              <span class={isBad === true ? "swatch swatch-bad" : `swatch swatch-series-${place}`} /> {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={inWords(chart)} />
    </figure>
  );
}

/** Once a frame at most, and only while the reader can see it. @returns the end of it. */
function whenSeen(element: HTMLElement, view: ViewState, show: (window: Window) => void): () => void {
  let request = 0;
  let isSeen = false;
  const showSoon = (): void => {
    cancelAnimationFrame(request);
    if (isSeen) request = requestAnimationFrame(() => show(view.window.peek()));
  };
  const observer = new IntersectionObserver((entries) => {
    isSeen = entries.some(({ isIntersecting }) => isIntersecting);
    showSoon();
  });
  observer.observe(element);
  const stop = effect(() => {
    // What is read here is what the effect follows.
    if (view.window.value.toUs > 0) showSoon();
  });
  return () => {
    stop();
    observer.disconnect();
    cancelAnimationFrame(request);
  };
}

const inWords = ({ title, y, series }: TimeChart): string =>
  `${title} over time: ${series
    .map(({ name, values }) => {
      const most = values.reduce((greatest, value) => Math.max(greatest, value), 0);
      return `${name}, ${values.length} values, at most ${printValue(most, y.unit)}`;
    })
    .join("; ")}.`;

/** All series over one axis: where one has no value, there is none. */
function dataOf({ series }: TimeChart): uPlot.AlignedData {
  // Several values of one moment each need a place of their own.
  const places = new Map<string, number>();
  const times: number[] = [];
  const occurrences = series.map(({ atUs }) => {
    const seen = new Map<number, number>();
    return atUs.map((at) => {
      const count = seen.get(at) ?? 0;
      seen.set(at, count + 1);
      const name = `${at} ${count}`;
      if (!places.has(name)) {
        places.set(name, times.length);
        times.push(at);
      }
      return name;
    });
  });
  const order = [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
  const rank = new Map(order.map((place, at) => [place, at]));
  const columns = series.map(({ values }, column) => {
    const cells: (number | null)[] = Array.from({ length: times.length }, () => null);
    for (const [at, name] of (occurrences[column] ?? []).entries()) {
      cells[rank.get(places.get(name) ?? 0) ?? 0] = values[at] ?? null;
    }
    return cells;
  });
  return [order.map((place) => times[place] ?? 0), ...columns];
}

function optionsOf(chart: TimeChart, view: ViewState, startUs: number, width: number, colours: Palette): uPlot.Options {
  const grid = { stroke: colours.faint, width: 1 };
  const font = "11px system-ui, sans-serif";
  return {
    width,
    height,
    scales: {
      x: { time: false, auto: false, range: () => [view.window.value.fromUs, view.window.value.toUs] },
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] },
    },
    legend: { show: false },
    cursor: { sync: { key: "time" }, drag: { x: true, y: false, setScale: false }, y: false },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    hooks: {
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          const fromUs = plot.posToVal(plot.select.left, "x");
          view.show({ fromUs, toUs: plot.posToVal(plot.select.left + plot.select.width, "x") });
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
    axes: [
      {
        stroke: colours.soft,
        grid,
        ticks: grid,
        font,
        size: 26,
        values: (_plot, ticks) => ticks.map((tick) => printAt(tick - startUs, (ticks[1] ?? 1e6) - (ticks[0] ?? 0))),
      },
      {
        stroke: colours.soft,
        grid,
        ticks: grid,
        font,
        size: 66,
        values: (_plot, ticks) => ticks.map((tick) => printValue(tick, chart.y.unit)),
      },
    ],
    series: [{}, ...chart.series.map((series, place) => seriesOf(series, place, colours))],
  };
}

function seriesOf({ form, isBad, name }: TimeSeries, place: number, colours: Palette): uPlot.Series {
  const style = getComputedStyle(document.documentElement);
  const colour = isBad === true ? colours.bad : style.getPropertyValue(`--series-${place}`).trim();
  switch (form) {
    case "dots":
      return {
        label: name,
        stroke: "transparent",
        paths: () => null,
        points: { show: true, size: 5, fill: colour, stroke: colour, width: 0 },
      };
    case "bars": {
      // Of several, those behind the first are lines: no bar hides another one.
      const isBar = place === 0 || isBad === true;
      const paths = isBar ? uPlot.paths.bars?.({ size: [0.8, 100], align: 1 }) : uPlot.paths.stepped?.({ align: 1 });
      const look = isBar ? { fill: colour, width: 0 } : { width: 2 };
      return { label: name, stroke: colour, ...look, paths: paths ?? (() => null), points: { show: false } };
    }
    case "line":
      return { label: name, stroke: colour, width: 1.6, spanGaps: true, points: { show: true, size: 3, fill: colour } };
  }
}
