// The space-time diagram: a canvas for the many, shapes for what is in focus, and everything else that belongs to it.

import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Timeline } from "../../report/timeline.ts";
import { palette } from "../palette.ts";
import { chainOf, coneOf, ledTo, type Step, stepOf } from "./causality.ts";
import { Detail } from "./detail.tsx";
import { draw, type Scene, visibleMessages } from "./draw.ts";
import { listenToGestures } from "./gestures.ts";
import { type Hit, hitAt } from "./hit.ts";
import { keysHelp, pressed } from "./keys.ts";
import { layoutOf } from "./layout.ts";
import { Legend } from "./legend.tsx";
import { type Model, modelOf } from "./model.ts";
import { Nearby } from "./nearby.tsx";
import { Overlay } from "./overlay.tsx";
import { contextOf, Overview } from "./overview.tsx";
import { Toolbar } from "./toolbar.tsx";
import type { ViewState } from "./view-state.ts";

export function DiagramView({ timeline, view }: { timeline: Timeline; view: ViewState }) {
  const model = useMemo(() => modelOf(timeline), [timeline]);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const chosen = view.chosen.value;
  const step = useMemo(() => (chosen === undefined ? undefined : stepOf(model, chosen.event)), [model, chosen?.event]);
  return (
    <div class="diagram" ref={frame} data-testid="diagram">
      <Toolbar model={model} view={view} />
      {width === 0 ? null : (
        <>
          <Overview model={model} view={view} width={width} palette={palette.value} />
          <Stage model={model} view={view} width={width} step={step} />
        </>
      )}
      <Legend model={model} view={view} />
      <Detail model={model} view={view} step={step} />
      <Nearby model={model} view={view} />
    </div>
  );
}

function Stage({ model, view, width, step }: { model: Model; view: ViewState; width: number; step: Step | undefined }) {
  const layout = useMemo(() => layoutOf(model.timeline), [model]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const [under, setUnder] = useState<{ hit: Hit; x: number; y: number } | undefined>(undefined);
  const causes = useMemo(() => causesOf(model, step), [model, step]);
  const shown = useShown(model, view);
  const looks = { model, layout, palette: palette.value, window: view.window.value, width };
  const scene: Scene = { ...looks, isMoving: false, ...shown, ...causes };
  const latest = useRef(scene);
  latest.current = scene;
  useEffect(() => {
    const context = contextOf(canvas.current, width, layout.height);
    if (context === undefined) return undefined;
    return drawSoon(context, latest);
  });
  useEffect(() => (stage.current === null ? undefined : listenToGestures(stage.current, view)), [view, width]);
  const at = (event: MouseEvent): Hit | undefined => {
    const box = stage.current?.getBoundingClientRect();
    return box === undefined ? undefined : hitAt(latest.current, event.clientX - box.left, event.clientY - box.top);
  };
  const hover = (event: PointerEvent): void => {
    const box = stage.current?.getBoundingClientRect();
    const hit = event.buttons === 0 ? at(event) : undefined;
    setUnder(
      hit === undefined || box === undefined
        ? undefined
        : { hit, x: event.clientX - box.left, y: event.clientY - box.top },
    );
  };
  return (
    <div
      ref={stage}
      class="stage"
      data-testid="stage"
      tabIndex={0}
      role="group"
      aria-label={`Diagram of ${model.timeline.lanes.length} nodes over time. ${keysHelp}`}
      style={{ height: `${layout.height}px`, cursor: under === undefined ? "grab" : "pointer" }}
      onKeyDown={(event) => {
        if (pressed(event, model, view)) event.preventDefault();
      }}
      onClick={(event) => {
        const hit = at(event);
        if (hit !== undefined) view.choose(hit);
      }}
      onPointerMove={hover}
      onPointerLeave={() => setUnder(undefined)}
    >
      <canvas ref={canvas} style={{ width: `${width}px`, height: `${layout.height}px` }} aria-hidden="true" />
      <Overlay scene={scene} view={view} step={step} />
      {under === undefined ? null : (
        <div class="under" style={{ left: `${Math.min(under.x + 12, width - 230)}px`, top: `${under.y + 14}px` }}>
          {under.hit.words}
        </div>
      )}
    </div>
  );
}

const restMs = 120;
const hurriedMessages = 600;

/** At once in a hurry when there is much to draw, and in full once nothing has changed for a while. */
function drawSoon(context: CanvasRenderingContext2D, latest: { readonly current: Scene }): () => void {
  const isMuch = visibleMessages(latest.current).length > hurriedMessages;
  const request = requestAnimationFrame(() => draw(context, { ...latest.current, isMoving: isMuch }));
  const timer = isMuch ? setTimeout(() => draw(context, latest.current), restMs) : undefined;
  return () => {
    cancelAnimationFrame(request);
    clearTimeout(timer);
  };
}

function causesOf(model: Model, step: Step | undefined): Pick<Scene, "chain" | "led" | "cone"> {
  if (step === undefined) return { chain: new Set(), led: new Set(), cone: undefined };
  const chain = new Set(chainOf(model, step).flatMap(({ message }) => (message === undefined ? [] : [message])));
  return { chain, led: new Set(ledTo(model, step)), cone: coneOf(model, step) };
}

/** Which kinds of messages are shown, and which texts are followed, as tables to look up in. */
function useShown(model: Model, view: ViewState): Pick<Scene, "shownKinds" | "followed"> {
  const shown = useComputed(() => {
    const { texts } = model.timeline;
    const follow = view.follow.value;
    const shownKinds = Uint8Array.from(model.kinds, ({ name }) => (view.hidden.value.has(name) ? 0 : 1));
    const followed = follow === "" ? undefined : Uint8Array.from(texts, (text) => (text.includes(follow) ? 1 : 0));
    return { shownKinds, followed };
  });
  return shown.value;
}

function useWidth(frame: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => observer.disconnect();
  }, []);
  return width;
}
