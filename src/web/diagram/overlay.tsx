// What stands in focus above the canvas, as shapes that can be pointed at: violations, and what is chosen.

import type { Step } from "./causality.ts";
import { type Scene, scaleOf } from "./draw.ts";
import type { ViewState } from "./view-state.ts";

export function Overlay({ scene, view, step }: { scene: Scene; view: ViewState; step: Step | undefined }) {
  const { layout, width } = scene;
  return (
    <svg class="overlay" width={width} height={layout.height} aria-hidden="true">
      <ChosenMark scene={scene} step={step} />
      <Violations scene={scene} view={view} />
    </svg>
  );
}

function ChosenMark({ scene, step }: { scene: Scene; step: Step | undefined }) {
  if (step === undefined) return null;
  const { layout, width } = scene;
  const { x, gutter } = scaleOf(scene);
  const at = x(step.atUs);
  if (at < gutter || at > width) return null;
  const lane = layout.lanes[step.lane];
  return (
    <g class="chosen-mark">
      <line x1={at} x2={at} y1={layout.faultsHeight} y2={layout.height - 20} />
      {lane === undefined ? null : <circle cx={at} cy={lane.line} r={7} />}
    </g>
  );
}

/** Those that would lie on each other are one mark. */
function Violations({ scene, view }: { scene: Scene; view: ViewState }) {
  const { model, layout, width } = scene;
  const { x, gutter } = scaleOf(scene);
  let before = { lane: -2, at: -Infinity };
  return (
    <g class="violations">
      {model.timeline.violations.map((violation) => {
        const { lane, atUs, event, property, isExcused, because } = violation;
        const at = x(atUs);
        const isOnAnother = before.lane === lane && at - before.at < 9;
        if (at < gutter || at > width || isOnAnother) return null;
        before = { lane, at };
        const y = layout.lanes[lane]?.line ?? layout.faultsHeight;
        return (
          <g
            key={`${property} ${event}`}
            class={isExcused ? "violation excused" : "violation"}
            transform={`translate(${at},${y - 12})`}
            onClick={() => view.jump({ event, atUs })}
          >
            <title>{`${property}: ${because}`}</title>
            <path d="M0 9 L-7 -5 L7 -5 Z" />
            <text y={-8}>{property}</text>
          </g>
        );
      })}
    </g>
  );
}
