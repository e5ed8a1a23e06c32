// Lines with their intervals, and marks for settings and bounds.

import type { LinePoint, LinesPart } from "../../report/page.ts";
import { printValue } from "../format.ts";
import { ChartFrame, colourOf, type Frame, Numbers } from "./frame.tsx";

export function LinesView({ part }: { part: LinesPart }) {
  const points = part.series.flatMap((series) => series.points);
  const onX = part.marks.filter(({ on }) => on === "x").map(({ at }) => at);
  const onY = part.marks.filter(({ on }) => on === "y").map(({ at }) => at);
  return (
    <>
      {part.series.length < 2 ? null : (
        <ul class="keys">
          {part.series.map(({ name }, place) => (
            <li key={name}>
              <span class={`swatch swatch-series-${place % 8}`} /> {name}
            </li>
          ))}
        </ul>
      )}
      <ChartFrame
        x={part.x}
        y={part.y}
        xValues={[...points.map(({ x }) => x), ...onX]}
        yValues={[...points.flatMap(({ y, low = y, high = y }) => [y, low, high]), ...onY]}
        label={`${part.heading}: ${part.y.title} by ${part.x.title}`}
      >
        {(frame) => (
          <>
            {part.series.map(({ name, points: own }, place) => (
              <Series key={name} points={own} frame={frame} colour={colourOf(place)} part={part} name={name} />
            ))}
            <Marks marks={part.marks} frame={frame} />
          </>
        )}
      </ChartFrame>
      <Numbers
        titles={["series", part.x.title, part.y.title, "from", "to"]}
        rows={part.series.flatMap(({ name, points: own }) =>
          own.map(({ x, y, low, high }) => [
            name,
            printValue(x, part.x.unit),
            printValue(y, part.y.unit),
            low === undefined ? "" : printValue(low, part.y.unit),
            high === undefined ? "" : printValue(high, part.y.unit),
          ]),
        )}
      />
    </>
  );
}

interface SeriesProps {
  points: readonly LinePoint[];
  frame: Frame;
  colour: string;
  part: LinesPart;
  name: string;
}

function Series({ points, frame, colour, part, name }: SeriesProps) {
  const { x, y } = frame;
  const path = points.map((point, place) => `${place === 0 ? "M" : "L"}${x(point.x)} ${y(point.y)}`).join("");
  const upper = points.map((point) => `${x(point.x)} ${y(point.high ?? point.y)}`);
  const lower = points.map((point) => `${x(point.x)} ${y(point.low ?? point.y)}`).toReversed();
  const hasInterval = points.some(({ low, high }) => low !== undefined && high !== undefined);
  return (
    <g fill={colour} stroke={colour}>
      {hasInterval && points.length > 1 ? (
        <path class="interval" stroke="none" d={`M${[...upper, ...lower].join("L")}Z`} />
      ) : null}
      <path fill="none" stroke-width={2} d={path} />
      {points.map((point) => (
        <g key={point.x}>
          {point.low === undefined || point.high === undefined ? null : (
            <line class="whisker" x1={x(point.x)} x2={x(point.x)} y1={y(point.low)} y2={y(point.high)} />
          )}
          <circle cx={x(point.x)} cy={y(point.y)} r={3.4} stroke="none">
            <title>{`${name}: ${printValue(point.y, part.y.unit)} at ${printValue(point.x, part.x.unit)}`}</title>
          </circle>
        </g>
      ))}
    </g>
  );
}

function Marks({ marks, frame }: { marks: LinesPart["marks"]; frame: Frame }) {
  const { x, y, left, bottom, width } = frame;
  return (
    <g class="marks">
      {marks.map(({ on, at, words }, place) =>
        on === "x" ? (
          <g key={place} transform={`translate(${x(at)},0)`}>
            <line y1={28} y2={bottom} />
            <text
              y={38 + (place % 3) * 13}
              x={x(at) > width * 0.7 ? -5 : 5}
              text-anchor={x(at) > width * 0.7 ? "end" : "start"}
            >
              {words}
            </text>
          </g>
        ) : (
          <g key={place} transform={`translate(0,${y(at)})`}>
            <line x1={left} x2={width - 8} />
            <text x={width - 12} y={-4} text-anchor="end">
              {words}
            </text>
          </g>
        ),
      )}
    </g>
  );
}
