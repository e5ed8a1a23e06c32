// The diagram by keyboard: everything that a pointer can do in it.

import type { Model } from "./model.ts";
import { stepOf } from "./causality.ts";
import type { ViewState } from "./view-state.ts";

export const keysHelp =
  "Arrow left and right move in time, plus and minus zoom, 0 shows all, N and P go to the next and previous event of " +
  "the chosen node, V and Shift+V to the next and previous violation, Escape chooses nothing.";

/** @returns whether the key meant something. */
export function pressed(
  { key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent,
  model: Model,
  view: ViewState,
): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  switch (key) {
    case "ArrowLeft":
      view.pan(shiftKey ? -0.5 : -0.15);
      return true;
    case "ArrowRight":
      view.pan(shiftKey ? 0.5 : 0.15);
      return true;
    case "+":
    case "=":
      view.zoom(1.6);
      return true;
    case "-":
    case "_":
      view.zoom(1 / 1.6);
      return true;
    case "0":
    case "Home":
      view.show(view.whole);
      return true;
    case "n":
    case "N":
      return neighbour(model, view, 1);
    case "p":
    case "P":
      return neighbour(model, view, -1);
    case "v":
      return violation(model, view, 1);
    case "V":
      return violation(model, view, -1);
    case "Escape":
      view.choose(undefined);
      return true;
    default:
      return false;
  }
}

/** The next thing stated on the lane of what is chosen; without one, the first in the window. */
function neighbour(model: Model, view: ViewState, direction: 1 | -1): boolean {
  const { happenings } = model;
  const chosen = view.chosen.value;
  const lane = chosen === undefined ? -1 : (stepOf(model, chosen.event)?.lane ?? -1);
  const [fromUs, event] = chosen === undefined ? [view.window.value.fromUs, -1] : [chosen.atUs, chosen.event];
  const start = direction === 1 ? 0 : happenings.count - 1;
  for (let place = start; place >= 0 && place < happenings.count; place += direction) {
    const [atUs, ordinal] = [happenings.atUs[place], happenings.event[place]];
    const isBeyond = direction === 1 ? atUs >= fromUs && ordinal > event : atUs <= fromUs && ordinal < event;
    const isTold = happenings.kind[place] === 0 || happenings.kind[place] === 2;
    if (!isBeyond || !isTold || happenings.lane[place] < 0 || (lane >= 0 && happenings.lane[place] !== lane)) continue;
    view.jump({ event: ordinal, atUs });
    return true;
  }
  return true;
}

export function violation(
  { timeline: { violations } }: Pick<Model, "timeline">,
  view: ViewState,
  direction: 1 | -1,
): boolean {
  const atUs = view.chosen.value?.atUs ?? (direction === 1 ? -Infinity : Infinity);
  const event = view.chosen.value?.event ?? (direction === 1 ? -Infinity : Infinity);
  const next =
    direction === 1
      ? violations.find((one) => one.atUs > atUs || (one.atUs === atUs && one.event > event))
      : violations.findLast((one) => one.atUs < atUs || (one.atUs === atUs && one.event < event));
  const found = next ?? (direction === 1 ? violations[0] : violations.at(-1));
  if (found !== undefined) view.jump(found);
  return true;
}
