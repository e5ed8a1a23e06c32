// What charts of shapes have in common: a frame with two axes that fits the width there is.

import { scaleLinear, scaleLog } from "d3-scale";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Axis } from "../../report/page.ts";
import { printValue } from "../format.ts";

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly bottom: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

interface AxisScale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Colours of series, told apart also by who sees few colours. */
const seriesColours = [0, 1, 2, 3, 4, 5, 6, 7].map((place) => `var(--series-${place})`);

export const colourOf = (place: number): string => seriesColours[place % seriesColours.length] ?? "var(--accent)";

/** @param values all that must find a place. */
function axisScale(
  axis: Axis,
  values: readonly number[],
  range: readonly [number, number],
  tickCount: number,
): AxisScale {
  const finite = values.filter((value) => Number.isFinite(value) && (axis.isLogarithmic !== true || value > 0));
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  if (finite.length === 0) return { at: () => range[0], ticks: [] };
  if (axis.isLogarithmic === true) {
    const scale = scaleLog([low / 1.1, high * 1.1], range);
    return {
      at: (value) => scale(Math.max(value, low / 1.1)),
      ticks: scale.ticks(tickCount).filter((tick) => isRound(tick)),
    };
  }
  const from = low >= 0 && low < high * 0.5 ? 0 : low;
  const scale = scaleLinear([from, high === from ? from + 1 : high], range).nice(tickCount);
  return { at: (value) => scale(value), ticks: scale.ticks(tickCount) };
}

/** On a logarithmic axis: 1, 2 or 5 of a power of ten. */
const isRound = (value: number): boolean => /^[125]/.test(value.toExponential());

export function ChartFrame({
  x,
  y,
  xValues,
  yValues,
  label,
  children,
}: {
  x: Axis;
  y: Axis;
  xValues: readonly number[];
  yValues: readonly number[];
  label: string;
  children: (frame: Frame) => ComponentChildren;
}) {
  const { element, width } = useWidth();
  const height = width < 560 ? 260 : 320;
  const [left, bottom] = [64, height - 46];
  const xScale = axisScale(x, xValues, [left + 8, width - 30], Math.max(2, Math.floor(width / 110)));
  const yScale = axisScale(y, yValues, [bottom - 6, 28], 6);
  const frame: Frame = { width, height, left, bottom, x: xScale.at, y: yScale.at };
  return (
    <div ref={element} class="chart">
      {width === 0 ? null : (
        <svg width={width} height={height} role="img" aria-label={label}>
          {yScale.ticks.map((tick) => (
            <g key={tick} class="tick" transform={`translate(0,${yScale.at(tick)})`}>
              <line x1={left} x2={width - 8} />
              <text x={left - 6} text-anchor="end" dy="0.32em">
                {tick === 0 ? "0" : printValue(tick, y.unit)}
              </text>
            </g>
          ))}
          {xScale.ticks.map((tick) => (
            <g key={tick} class="tick" transform={`translate(${xScale.at(tick)},0)`}>
              <line y1={bottom} y2={bottom + 4} />
              <text y={bottom + 17} text-anchor="middle">
                {tick === 0 ? "0" : printValue(tick, x.unit)}
              </text>
            </g>
          ))}
          <line class="base" x1={left} x2={width - 8} y1={bottom} y2={bottom} />
          <text class="axis-title" x={(left + width) / 2} y={height - 8} text-anchor="middle">
            {x.title}
          </text>
          <text class="axis-title" x={4} y={11}>
            {y.title}
          </text>
          {children(frame)}
        </svg>
      )}
    </div>
  );
}

export function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.floor(current.clientWidth)));
    observer.observe(current);
    setWidth(Math.floor(current.clientWidth));
    return () => observer.disconnect();
  }, []);
  return { element, width };
}

/** The same numbers for whoever reads rather than looks. */
export const Numbers = ({ titles, rows }: { titles: readonly string[]; rows: readonly (readonly string[])[] }) => (
  <details class="numbers">
    <summary>The same in numbers</summary>
    <div class="scroll" role="region" aria-label="The numbers of the chart" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, place) => (
                <td key={place}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
);
