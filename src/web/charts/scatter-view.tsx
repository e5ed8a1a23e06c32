// Points of two objectives: those that nothing beats are joined, and the recommended one stands out.

import type { ScatterPart } from "../../report/page.ts";
import { printValue } from "../format.ts";
import { ChartFrame, type Frame, Numbers } from "./frame.tsx";

type Point = ScatterPart["points"][number];

export function ScatterView({ part }: { part: ScatterPart }) {
  const { points, x, y } = part;
  return (
    <>
      <ul class="keys">
        <li>
          <span class="swatch swatch-series-0" /> nothing is better in both
        </li>
        <li>
          <span class="swatch swatch-good" /> recommended
        </li>
        <li>
          <span class="swatch swatch-soft" /> others
        </li>
      </ul>
      <ChartFrame
        x={x}
        y={y}
        xValues={points.flatMap((point) => [point.x, point.x - (point.xLow ?? 0), point.x + (point.xHigh ?? 0)])}
        yValues={points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y])}
        label={`${part.heading}: ${y.title} against ${x.title}`}
      >
        {(frame) => <Points part={part} frame={frame} />}
      </ChartFrame>
      <Numbers
        titles={["setting", x.title, y.title, "on the front", "recommended"]}
        rows={points.map((point) => [
          point.name,
          printValue(point.x, x.unit),
          printValue(point.y, y.unit),
          point.isFront ? "yes" : "",
          point.isChosen ? "yes" : "",
        ])}
      />
    </>
  );
}

/** The chosen one is drawn last, above all. */
const rank = ({ isChosen, isFront }: Point): number => (isChosen ? 2 : isFront ? 1 : 0);

function Points({ part: { points, x, y }, frame }: { part: ScatterPart; frame: Frame }) {
  const front = points.filter(({ isFront }) => isFront).toSorted((a, b) => a.x - b.x || b.y - a.y);
  const path = front
    .map((point, place) => `${place === 0 ? "M" : "L"}${frame.x(point.x)} ${frame.y(point.y)}`)
    .join("");
  return (
    <g class="points">
      <path class="front" fill="none" d={path} />
      {points
        .toSorted((a, b) => rank(a) - rank(b))
        .map((point) => (
          <g key={point.name} class={point.isChosen ? "chosen" : point.isFront ? "on-front" : ""}>
            <line
              x1={frame.x(point.x)}
              x2={frame.x(point.x)}
              y1={frame.y(point.low ?? point.y)}
              y2={frame.y(point.high ?? point.y)}
            />
            <line
              x1={frame.x(point.x - (point.xLow ?? 0))}
              x2={frame.x(point.x + (point.xHigh ?? 0))}
              y1={frame.y(point.y)}
              y2={frame.y(point.y)}
            />
            <circle cx={frame.x(point.x)} cy={frame.y(point.y)} r={point.isChosen ? 6 : 4}>
              <title>{`${point.name}: ${printValue(point.x, x.unit)}, ${printValue(point.y, y.unit)}`}</title>
            </circle>
            {point.isChosen ? (
              <text x={frame.x(point.x) + 9} y={frame.y(point.y) - 8}>
                {point.name}
              </text>
            ) : null}
          </g>
        ))}
    </g>
  );
}
