// What is under a pointer: a violation, something that happened, or a message.

import { type Scene, scaleOf, visibleMessages } from "./draw.ts";
import { arrivedMax, lowerBound } from "./model.ts";
import type { Chosen } from "./view-state.ts";

export interface Hit extends Chosen {
  readonly words: string;
}

const reach = 6;

/** The nearest thing within a few pixels. */
export function hitAt(scene: Scene, x: number, y: number): Hit | undefined {
  return happeningAt(scene, x, y) ?? messageAt(scene, x, y);
}

function happeningAt(scene: Scene, x: number, y: number): Hit | undefined {
  const { model, layout } = scene;
  const { happenings, timeline } = model;
  const scale = scaleOf(scene);
  const lane = layout.lanes.findIndex(({ line }) => Math.abs(line - y) <= reach);
  if (lane === -1) return undefined;
  let best: Hit | undefined;
  let nearest = reach;
  const first = lowerBound(happenings.atUs, scale.us(x - reach));
  for (let place = first; place < happenings.count && happenings.atUs[place] <= scale.us(x + reach); place++) {
    const distance = Math.abs(scale.x(happenings.atUs[place]) - x);
    if (happenings.lane[place] !== lane || distance >= nearest) continue;
    nearest = distance;
    const words = timeline.texts[happenings.text[place]] ?? "";
    best = { event: happenings.event[place], atUs: happenings.atUs[place], words };
  }
  return best;
}

function messageAt(scene: Scene, x: number, y: number): Hit | undefined {
  const { model, layout } = scene;
  const { atUs, endUs, from, to, fate, text, sentIn, arrivedIn } = model.messages;
  const scale = scaleOf(scene);
  let best: Hit | undefined;
  let nearest = reach;
  for (const place of visibleMessages(scene)) {
    const y1 = layout.lanes[from[place]].line;
    const whole = layout.lanes[to[place]].line;
    const y2 = fate[place] > arrivedMax ? y1 + (whole - y1) * 0.6 : whole;
    const [x1, x2] = [scale.x(atUs[place]), scale.x(endUs[place])];
    const { distance, share } = toSegment({ x, y }, { x: x1, y: y1 }, { x: x2, y: y2 });
    if (distance >= nearest) continue;
    nearest = distance;
    const isNearEnd = share > 0.5 && arrivedIn[place] > 0;
    const words = model.timeline.texts[text[place]] ?? "";
    best = isNearEnd
      ? { event: arrivedIn[place], atUs: endUs[place], words }
      : { event: sentIn[place], atUs: atUs[place], words };
  }
  return best;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** How far a point is from a stretch, and at which share of it it is nearest. */
function toSegment(point: Point, from: Point, to: Point): { readonly distance: number; readonly share: number } {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length;
  const share = Math.min(1, Math.max(0, along));
  return { distance: Math.hypot(point.x - from.x - share * dx, point.y - from.y - share * dy), share };
}
