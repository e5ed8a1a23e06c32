// Draws the diagram on a canvas: what is in the window, as much of it as can be told apart.

import { scaleLinear } from "d3-scale";

import { fates } from "../../report/timeline.ts";
import { printAt } from "../format.ts";
import type { Palette } from "../palette.ts";
import { type Cone } from "./causality.ts";
import { gutterOf, type Layout, rowHeight } from "./layout.ts";
import { arrivedMax, detailKind, longUs, lowerBound, type Model, timerKind, violationKind } from "./model.ts";
import type { Window } from "./view-state.ts";

export interface Scene {
  readonly model: Model;
  readonly layout: Layout;
  readonly palette: Palette;
  readonly window: Window;
  readonly width: number;
  /** Drawn in a hurry, because the next picture is due at once. */
  readonly isMoving: boolean;
  /** By kind of message: whether it is shown. */
  readonly shownKinds: Uint8Array;
  /** By text: whether it is followed. Absent: all are. */
  readonly followed: Uint8Array | undefined;
  /** When something is chosen: messages that led there, and that it led to. */
  readonly chain: ReadonlySet<number>;
  readonly led: ReadonlySet<number>;
  readonly cone: Cone | undefined;
}

/** Where a time stands, in pixels from the left. */
export function scaleOf({ window, width }: Pick<Scene, "window" | "width">) {
  const gutter = gutterOf(width);
  const perUs = (width - gutter - rightRoom) / (window.toUs - window.fromUs);
  return {
    gutter,
    perUs,
    x: (us: number): number => gutter + (us - window.fromUs) * perUs,
    us: (x: number): number => window.fromUs + (x - gutter) / perUs,
  };
}

export const rightRoom = 8;
/** More messages than this are drawn by example: one of each pair of nodes in each short while. */
const messagesMax = 2_500;
const messagesMovingMax = 500;
const arrowHeadsMax = 700;
const labelsMax = 400;
const strokesMax = 24;
const dotsMax = 1_800;

type Context = CanvasRenderingContext2D;
type Scale = ReturnType<typeof scaleOf>;

export function draw(context: Context, scene: Scene): void {
  const { layout, width, palette } = scene;
  const scale = scaleOf(scene);
  context.clearRect(0, 0, width, layout.height);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  drawLanes(context, scene);
  context.save();
  context.beginPath();
  context.rect(scale.gutter, 0, width - scale.gutter, layout.height);
  context.clip();
  drawTimeAxis(context, scene, scale);
  drawFaults(context, scene, scale);
  drawStates(context, scene, scale);
  drawCone(context, scene, scale);
  drawSpans(context, scene, scale);
  drawClashes(context, scene, scale);
  drawMessages(context, scene, scale);
  drawHappenings(context, scene, scale);
  context.restore();
  context.strokeStyle = palette.line;
  context.beginPath();
  context.moveTo(scale.gutter - 0.5, 0);
  context.lineTo(scale.gutter - 0.5, layout.height);
  context.stroke();
}

function drawLanes(context: Context, { layout, palette, width }: Scene): void {
  const gutter = gutterOf(width);
  for (const [place, { top, line, height, name }] of layout.lanes.entries()) {
    if (place % 2 === 0) {
      context.fillStyle = palette.raised;
      context.fillRect(0, top, width, height);
    }
    context.fillStyle = palette.ink;
    context.fillText(clipped(context, name, gutter - 12), 6, line);
    context.strokeStyle = palette.faint;
    context.beginPath();
    context.moveTo(gutter, line + 0.5);
    context.lineTo(width, line + 0.5);
    context.stroke();
  }
}

/** What fits, with an ellipsis where something is missing. */
function clipped(context: Context, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : `${text.slice(0, low)}…`;
}

function drawTimeAxis(context: Context, { model, layout, palette, window, width }: Scene, { x, gutter }: Scale): void {
  const { startUs } = model.timeline;
  const ticks = scaleLinear([window.fromUs - startUs, window.toUs - startUs], [gutter, width]).ticks(
    Math.max(2, Math.floor((width - gutter) / 110)),
  );
  const [first = 0, second = 1_000_000] = ticks;
  context.textAlign = "center";
  for (const tick of ticks) {
    const at = Math.round(x(tick + startUs)) + 0.5;
    context.fillStyle = palette.faint;
    context.fillRect(at, layout.faultsHeight, 1, layout.height - 20 - layout.faultsHeight);
    context.fillStyle = palette.soft;
    context.fillText(printAt(tick, second - first), Math.max(at, gutter + 18), layout.height - 10);
  }
  context.textAlign = "left";
}

function drawFaults(context: Context, { model, layout, palette, width }: Scene, { x, gutter }: Scale): void {
  for (const [place, { fromUs, toUs, words, isPartition }] of model.timeline.faults.entries()) {
    const left = Math.max(x(fromUs), gutter);
    const right = Math.min(x(toUs), width);
    if (right < gutter || left > width) continue;
    const length = Math.max(right - left, 2);
    if (isPartition) {
      context.fillStyle = palette.partition;
      context.fillRect(left, 0, length, layout.height);
    }
    const row = layout.faultRows[place] ?? 0;
    const y = 3 + row * rowHeight;
    if (y + rowHeight > layout.faultsHeight) continue;
    context.fillStyle = palette["unsure-soft"];
    context.fillRect(left, y, length, rowHeight - 2);
    context.fillStyle = palette.unsure;
    context.fillRect(left, y, 2, rowHeight - 2);
    if (length > 40) context.fillText(clipped(context, words, length - 8), left + 5, y + rowHeight / 2 - 1);
  }
}

function drawStates(context: Context, { model, layout, palette, width }: Scene, { x, gutter }: Scale): void {
  for (const { lane, state, fromUs, toUs } of model.timeline.states) {
    const box = layout.lanes[lane];
    const left = Math.max(x(fromUs), gutter);
    const right = Math.min(x(toUs), width);
    if (box === undefined || right < gutter || left > width) continue;
    const length = Math.max(right - left, 2);
    context.fillStyle = state === "down" ? palette["bad-soft"] : palette["unsure-soft"];
    context.fillRect(left, box.top + 1, length, box.height - 2);
    context.fillStyle = state === "down" ? palette.bad : palette.unsure;
    context.fillRect(left, box.line - 1, length, 3);
    if (length > 44) context.fillText(state === "down" ? "down" : "paused", left + 4, box.top + 9);
  }
}

/** Of each lane what could have had a part in what is chosen, and what it could have had a part in. */
function drawCone(context: Context, { model, layout, palette, cone, width }: Scene, { x, gutter }: Scale): void {
  if (cone === undefined) return;
  const at = timeOfEvents(model);
  for (const [lane, { line }] of layout.lanes.entries()) {
    const [past, future] = [cone.past[lane], cone.future[lane]];
    if (past >= 0) {
      context.fillStyle = palette["past-soft"];
      context.fillRect(gutter, line - 1, Math.max(0, x(at(past)) - gutter), 3);
    }
    if (future < Infinity) {
      const left = Math.max(gutter, x(at(future)));
      context.fillStyle = palette["future-soft"];
      context.fillRect(left, line - 1, Math.max(0, width - left), 3);
    }
  }
}

/** When an event was: of one in which something was sent, or arrived, or happened. */
function timeOfEvents({ messages, happenings, timeline }: Model): (event: number) => number {
  return (event) => {
    const sent = lowerBound(messages.sentIn, event);
    const happened = lowerBound(happenings.event, event);
    const times = [
      sent < messages.count ? messages.atUs[sent] : timeline.endUs,
      happened < happenings.count ? happenings.atUs[happened] : timeline.endUs,
    ];
    return Math.min(...times);
  };
}

function drawSpans(context: Context, { model, layout, palette, window, width }: Scene, { x, gutter }: Scale): void {
  const { spans, texts } = model.timeline;
  const colours = [palette["accent-soft"], palette["good-soft"], palette["bad-soft"]];
  const edges = [palette.accent, palette.good, palette.bad];
  const taken = new Map<number, number>();
  let labels = 0;
  for (let span = 0; span < spans.lane.length; span++) {
    const [fromUs, toUs, row] = [spans.fromUs[span], spans.toUs[span], layout.rowOf[span]];
    if (fromUs > window.toUs) break;
    const box = layout.lanes[spans.lane[span]];
    if (toUs < window.fromUs || row < 0 || box === undefined) continue;
    const left = Math.max(x(fromUs), gutter);
    const length = Math.max(Math.min(x(toUs), width) - left, 1);
    const slot = spans.lane[span] * 8 + row;
    // Of many that are narrower than a point, one is seen.
    if (length <= 1 && taken.get(slot) === Math.floor(left)) continue;
    taken.set(slot, Math.floor(left));
    const y = box.line + 9 + row * rowHeight;
    const tone = spans.tone[span];
    context.fillStyle = colours[tone] ?? palette["accent-soft"];
    context.fillRect(left, y, length, rowHeight - 2);
    context.fillStyle = edges[tone] ?? palette.accent;
    if (x(fromUs) >= gutter) context.fillRect(left, y, Math.min(2, length), rowHeight - 2);
    if (length < 26 || labels >= labelsMax) continue;
    labels += 1;
    context.fillText(clipped(context, texts[spans.label[span]] ?? "", length - 8), left + 5, y + rowHeight / 2 - 1);
  }
}

/** The stretches in which two have what one should. */
function drawClashes(context: Context, { model, layout, palette, window, width }: Scene, { x, gutter }: Scale): void {
  const { spans } = model.timeline;
  for (const { spans: both, fromUs, toUs } of layout.clashes) {
    if (toUs < window.fromUs || fromUs > window.toUs) continue;
    const left = Math.max(x(fromUs), gutter);
    const length = Math.max(Math.min(x(toUs), width) - left, 1);
    for (const span of both) {
      const box = layout.lanes[spans.lane[span]];
      const row = layout.rowOf[span];
      if (box === undefined || row < 0) continue;
      const y = box.line + 9 + row * rowHeight;
      context.fillStyle = palette["bad-hatch"];
      context.fillRect(left, y, length, rowHeight - 2);
      context.fillStyle = palette.bad;
      context.fillRect(left, y + rowHeight - 4, length, 2);
    }
  }
}

const fateStyles = (palette: Palette): readonly string[] =>
  fates.map((fate) => {
    switch (fate) {
      case "delivered":
        return palette.message;
      case "late":
        return palette.late;
      case "duplicate":
        return palette.duplicate;
      case "changed":
        return palette.changed;
      case "never":
        return palette.soft;
      default:
        return palette.bad;
    }
  });

function drawMessages(context: Context, scene: Scene, scale: Scale): void {
  const { model, palette, window } = scene;
  const visible = visibleMessages(scene);
  const isChosen = scene.cone !== undefined;
  const styles = fateStyles(palette);
  const byFate = new Map<number, number[]>();
  for (const place of visible) {
    if (scene.chain.has(place) || scene.led.has(place)) continue;
    const fate = model.messages.fate[place];
    const list = byFate.get(fate);
    if (list === undefined) byFate.set(fate, [place]);
    else list.push(place);
  }
  const withHeads = visible.length <= arrowHeadsMax;
  for (const [fate, places] of [...byFate].sort(([a], [b]) => a - b)) {
    context.strokeStyle = styles[fate] ?? palette.message;
    context.lineWidth = fate === 0 ? 1 : 1.4;
    context.globalAlpha = isChosen
      ? fate === 0
        ? 0.24
        : 0.75
      : fate === 0
        ? visible.length > 400
          ? 0.5
          : 0.85
        : 0.95;
    strokeAll(context, scene, scale, places, withHeads);
  }
  context.globalAlpha = 1;
  context.lineWidth = 2.2;
  const inWindow = ([...places]: Iterable<number>): readonly number[] =>
    places.filter((place) => model.messages.endUs[place] >= window.fromUs && model.messages.atUs[place] <= window.toUs);
  context.strokeStyle = palette.future;
  strokeAll(context, scene, scale, inWindow(scene.led), true);
  context.strokeStyle = palette.past;
  strokeAll(context, scene, scale, inWindow(scene.chain), true);
  context.lineWidth = 1;
}

function strokeAll(context: Context, scene: Scene, { x }: Scale, places: readonly number[], withHeads: boolean): void {
  const { model, layout } = scene;
  const { atUs, endUs, from, to, fate } = model.messages;
  context.beginPath();
  for (const [order, place] of places.entries()) {
    // Without a graphics processor the time for one path grows faster than its length.
    if (order % strokesMax === strokesMax - 1) {
      context.stroke();
      context.beginPath();
    }
    const isLost = fate[place] > arrivedMax;
    const x1 = x(atUs[place]);
    const x2 = x(endUs[place]);
    const y1 = layout.lanes[from[place]].line;
    // What is lost ends on its way.
    const y2 = isLost ? y1 + (layout.lanes[to[place]].line - y1) * 0.6 : layout.lanes[to[place]].line;
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    if (isLost) cross(context, x2, y2);
    else if (withHeads) arrowHead(context, { x: x1, y: y1 }, { x: x2, y: y2 });
  }
  context.stroke();
}

function cross(context: Context, x: number, y: number): void {
  context.moveTo(x - 3, y - 3);
  context.lineTo(x + 3, y + 3);
  context.moveTo(x + 3, y - 3);
  context.lineTo(x - 3, y + 3);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function arrowHead(context: Context, from: Point, to: Point): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [dx, dy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  context.moveTo(to.x - dx * 7 - dy * 3, to.y - dy * 7 + dx * 3);
  context.lineTo(to.x, to.y);
  context.lineTo(to.x - dx * 7 + dy * 3, to.y - dy * 7 - dx * 3);
}

/** Those in the window, or examples of them where there are too many to be told apart. */
export function visibleMessages({ model, window, shownKinds, followed, layout, isMoving }: Scene): readonly number[] {
  const { messages } = model;
  const { atUs, endUs, from, to, fate, kind, text, long } = messages;
  const first = lowerBound(atUs, window.fromUs - longUs);
  const last = lowerBound(atUs, window.toUs);
  const isShown = (place: number): boolean =>
    endUs[place] >= window.fromUs &&
    shownKinds[kind[place]] === 1 &&
    (followed === undefined || followed[text[place]] === 1);
  const visible: number[] = [];
  for (const place of long) if (place < first && isShown(place)) visible.push(place);
  const most = isMoving ? messagesMovingMax : messagesMax;
  // About as many pairs of nodes have something to say at a time.
  const slots = most / 24;
  const stepUs = last - first <= most ? 0 : (window.toUs - window.fromUs) / slots;
  if (stepUs === 0) {
    for (let place = first; place < last; place++) if (isShown(place)) visible.push(place);
    return visible;
  }
  // The same examples wherever the window is: what is panned must not flicker. Steps grow by doubling for that, too.
  const step = 2 ** Math.floor(Math.log2(stepUs));
  const lanes = layout.lanes.length;
  const lastStep = new Float64Array(lanes * lanes * fates.length).fill(-1);
  for (let place = first; place < last; place++) {
    const slot = (fate[place] * lanes + from[place]) * lanes + to[place];
    const at = Math.floor(atUs[place] / step);
    if (lastStep[slot] === at || !isShown(place)) continue;
    lastStep[slot] = at;
    visible.push(place);
  }
  return visible;
}

function drawHappenings(context: Context, scene: Scene, { x, perUs }: Scale): void {
  const { model, layout, palette, window, followed } = scene;
  const { happenings } = model;
  const first = lowerBound(happenings.atUs, window.fromUs);
  const last = lowerBound(happenings.atUs, window.toUs);
  const isCrowded = last - first > dotsMax;
  const lastX = new Float64Array(layout.lanes.length + 1).fill(-10);
  const kindsDrawn = [palette.ink, palette.soft, palette.ink, palette.unsure, palette.bad, palette.soft];
  for (let place = first; place < last; place++) {
    const kind = happenings.kind[place];
    if (kind === violationKind || ((kind === timerKind || kind === detailKind) && perUs * 1_000 < 1)) continue;
    const lane = happenings.lane[place];
    if (lane < 0 || (followed !== undefined && followed[happenings.text[place]] !== 1)) continue;
    const at = x(happenings.atUs[place]);
    if (isCrowded && at - lastX[lane] < 3) continue;
    lastX[lane] = at;
    context.fillStyle = isCrowded && kind === 0 ? palette.soft : (kindsDrawn[kind] ?? palette.ink);
    const size = isCrowded || kind === timerKind || kind === detailKind ? 2 : 4;
    context.fillRect(at - size / 2, layout.lanes[lane].line - size / 2, size, size);
  }
}
