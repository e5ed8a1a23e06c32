// Points of two objectives: those that nothing beats are joined, and the recommended one stands out.

import type { ScatterPart } from "../../report/page.ts";
import { printCount } from "../../report/words.ts";
import { printValue } from "../format.ts";
import { ChartFrame, type Frame, Numbers } from "./frame.tsx";

type Point = ScatterPart["points"][number];

export function ScatterView({ part }: { part: ScatterPart }) {
  const { points, x, y, keys } = part;
  return (
    <>
      <ul class="keys">
        <li>
          <Dot class="chosen" /> recommended
        </li>
        <li>
          <Dot class="on-front" /> {keys.surely}
        </li>
        {points.every(({ isSure }) => isSure) ? null : (
          <li>
            <Dot class="rough" /> {keys.roughly}
          </li>
        )}
      </ul>
      <ChartFrame
        x={x}
        y={y}
        xValues={points.flatMap((point) => [point.x, point.xLow ?? point.x, point.xHigh ?? point.x])}
        yValues={points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y])}
        label={`${part.heading}: ${y.title} against ${x.title}`}
      >
        {(frame) => <Points part={part} frame={frame} />}
      </ChartFrame>
      <Numbers
        titles={["setting", x.title, y.title, "runs", "measured", "worth having"]}
        rows={points.map((point) => [
          point.name,
          printValue(point.x, x.unit),
          printValue(point.y, y.unit),
          printCount(point.runs),
          point.isSure ? keys.surely : keys.roughly,
          point.isChosen ? "recommended" : point.isFront ? "yes" : "",
        ])}
      />
    </>
  );
}

const Dot = ({ class: kind }: { class: string }) => (
  <svg class="points" width={14} height={12} aria-hidden="true">
    <g class={kind}>
      <circle cx={7} cy={6} r={4} />
    </g>
  </svg>
);

/** The chosen one is drawn last, above all. */
const rank = ({ isChosen, isSure }: Point): number => (isChosen ? 2 : isSure ? 1 : 0);

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
          <g key={point.name} class={point.isChosen ? "chosen" : point.isSure ? "on-front" : "rough"}>
            <line
              x1={frame.x(point.x)}
              x2={frame.x(point.x)}
              y1={frame.y(point.low ?? point.y)}
              y2={frame.y(point.high ?? point.y)}
            />
            <line
              x1={frame.x(point.xLow ?? point.x)}
              x2={frame.x(point.xHigh ?? point.x)}
              y1={frame.y(point.y)}
              y2={frame.y(point.y)}
            />
            <circle cx={frame.x(point.x)} cy={frame.y(point.y)} r={point.isChosen ? 6 : 4}>
              <title>{`${point.name}: ${printValue(point.x, x.unit)}, ${printValue(point.y, y.unit)}`}</title>
            </circle>
            <Mark point={point} points={points} frame={frame} />
          </g>
        ))}
    </g>
  );
}

/** On the side of the point where there is more room; of several, the upper one's above it and the others' below. */
function Mark({ point, points, frame }: { point: Point; points: readonly Point[]; frame: Frame }) {
  const [x, y] = [frame.x(point.x), frame.y(point.y)];
  const isLeft = x > frame.width / 2;
  const isUpper = points.every((other) => other.mark === undefined || other === point || other.y < point.y);
  return point.mark === undefined ? null : (
    <text x={isLeft ? x - 9 : x + 9} y={isUpper ? y - 8 : y + 17} text-anchor={isLeft ? "end" : "start"}>
      {point.mark}
    </text>
  );
}
