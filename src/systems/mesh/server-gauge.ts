// What a server knows of its own load, and states once a window: transfers, queues, and the processor as it looks from
// within: declared work of the events it was given, and how late its own timer came.

import { depthOf, watchLoad } from "./server-admission.ts";
import type { Turn } from "./server-state.ts";

/** Called with every event: counts it, and begins a window if none runs. */
export function countEvent(turn: Turn): void {
  const { gauge } = turn.state;
  const { window } = turn.settings.load;
  if (window === 0) return;
  gauge.events += 1;
  if (gauge.dueUs >= 0) {
    // Lost, or so late that waiting for it would tell too late.
    if (turn.nowUs > gauge.dueUs + window) onGaugeDue(turn);
    return;
  }
  gauge.events = 1;
  gauge.sinceUs = turn.nowUs;
  gauge.dueUs = turn.nowUs + window;
  turn.out.setTimer("gauge", window);
}

/** The window is over. A server that nobody asks anything of begins no other. */
export function onGaugeDue(turn: Turn): void {
  const { state, settings, nowUs, out } = turn;
  const { gauge } = state;
  if (gauge.dueUs < 0) return;
  gauge.lagUs = Math.max(0, nowUs - gauge.dueUs);
  const spanUs = Math.max(1, nowUs - gauge.sinceUs);
  out.record({
    type: "record",
    fact: "loadMeasured",
    active: state.slots.size,
    queued: state.queue.length,
    waiting: state.waiting.length,
    saturation: percent(state.slots.size, settings.transfer.slots),
    busy: percent(gauge.events * settings.load.eventCost, spanUs),
    lagUs: gauge.lagUs,
    throttled: state.throttle.isOn,
  });
  gauge.dueUs = -1;
  watchLoad(turn);
  if (settings.load.scope === "cluster") tellOthers(turn);
}

function tellOthers(turn: Turn): void {
  const { topology, self, out } = turn;
  const depth = depthOf(turn);
  for (const other of topology.servers) if (other !== self) out.send(other, { type: "depth", depth });
}

const percent = (part: number, whole: number): number => Math.floor((part * 100) / whole);
