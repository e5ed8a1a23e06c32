// The whole run in one strip: how much was going on, what was lost, faults and violations, and the window that is shown.

import { useEffect, useRef } from "preact/hooks";

import type { Palette } from "../palette.ts";
import { gutterOf } from "./layout.ts";
import { arrivedMax, type Model } from "./model.ts";
import type { ViewState } from "./view-state.ts";

const stripHeight = 44;

export function Overview({
  model,
  view,
  width,
  palette,
}: {
  model: Model;
  view: ViewState;
  width: number;
  palette: Palette;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = contextOf(canvas.current, width, stripHeight);
    if (context !== undefined) drawOverview(context, model, width, palette);
  }, [model, width, palette]);
  const { fromUs, toUs } = view.window.value;
  const x = scale(model, width);
  const move = (event: PointerEvent): void => {
    if (event.buttons !== 1 || !(event.currentTarget instanceof HTMLElement)) return;
    const at = x.us(event.clientX - event.currentTarget.getBoundingClientRect().left);
    view.show({ fromUs: at - (toUs - fromUs) / 2, toUs: at + (toUs - fromUs) / 2 });
  };
  const press = (event: PointerEvent): void => {
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.setPointerCapture(event.pointerId);
    move(event);
  };
  const [left, right] = [x.at(fromUs), x.at(toUs)];
  return (
    <div class="overview" onPointerDown={press} onPointerMove={move}>
      <canvas
        ref={canvas}
        width={width}
        height={stripHeight}
        style={{ width: `${width}px`, height: `${stripHeight}px` }}
      />
      <div class="brush" style={{ left: `${left}px`, width: `${Math.max(4, right - left)}px` }} />
    </div>
  );
}

/** Fitted to the pixels of the screen. */
export function contextOf(
  canvas: HTMLCanvasElement | null,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined {
  const context = canvas?.getContext("2d") ?? undefined;
  if (canvas === null || context === undefined) return undefined;
  const ratio = globalThis.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

function scale({ timeline: { startUs, endUs } }: Model, width: number) {
  const gutter = gutterOf(width);
  const perUs = (width - gutter - 8) / Math.max(1, endUs - startUs);
  return {
    at: (us: number): number => gutter + (us - startUs) * perUs,
    us: (at: number): number => startUs + (at - gutter) / perUs,
  };
}

function drawOverview(context: CanvasRenderingContext2D, model: Model, width: number, palette: Palette): void {
  const { messages, timeline } = model;
  const { at } = scale(model, width);
  const gutter = gutterOf(width);
  const columns = new Float64Array(Math.ceil(width / 2) + 1);
  const lost = new Float64Array(columns.length);
  for (let place = 0; place < messages.count; place++) {
    const column = Math.floor(at(messages.atUs[place]) / 2);
    columns[column] += 1;
    if (messages.fate[place] > arrivedMax) lost[column] += 1;
  }
  const most = columns.reduce((greatest, one) => Math.max(greatest, one), 1);
  context.clearRect(0, 0, width, stripHeight);
  context.fillStyle = palette.soft;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.fillText("whole run", 6, stripHeight / 2);
  for (const { fromUs, toUs, isPartition } of timeline.faults) {
    context.fillStyle = isPartition ? palette.partition : palette["unsure-soft"];
    context.fillRect(at(fromUs), 0, Math.max(1, at(toUs) - at(fromUs)), isPartition ? stripHeight : 6);
  }
  for (const [column, count] of columns.entries()) {
    if (count === 0) continue;
    // The root, so that what is little can be seen beside what is much.
    const tall = Math.sqrt(count / most) * (stripHeight - 12);
    context.fillStyle = palette.message;
    context.fillRect(column * 2, stripHeight - 2 - tall, 1.6, tall);
    if (lost[column] === 0) continue;
    const red = Math.max(3, Math.sqrt(lost[column] / most) * (stripHeight - 12));
    context.fillStyle = palette.bad;
    context.fillRect(column * 2, stripHeight - 2 - red, 1.6, red);
  }
  for (const { atUs, isExcused } of timeline.violations) {
    context.fillStyle = isExcused ? palette.unsure : palette.bad;
    context.beginPath();
    context.moveTo(at(atUs), 10);
    context.lineTo(at(atUs) - 4, 1);
    context.lineTo(at(atUs) + 4, 1);
    context.fill();
  }
  context.fillStyle = palette.line;
  context.fillRect(gutter, stripHeight - 1, width - gutter, 1);
}
