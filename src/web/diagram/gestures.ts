// Wheel, drag and pinch over the diagram, by d3-zoom, kept in step with the window of the view.

import { effect } from "@preact/signals";
import { select } from "d3-selection";
import { type D3ZoomEvent, zoom, zoomIdentity } from "d3-zoom";

import { rightRoom } from "./draw.ts";
import { gutterOf } from "./layout.ts";
import type { ViewState } from "./view-state.ts";

type Gesture = D3ZoomEvent<HTMLElement, unknown>;

/** Turning the wheel scrolls the page, as everywhere; with Ctrl it zooms, and sideways it pans. @returns the end of it. */
export function listenToGestures(element: HTMLElement, view: ViewState): () => void {
  const { whole } = view;
  const length = whole.toUs - whole.fromUs;
  const gutter = (): number => gutterOf(element.clientWidth);
  const plotWidth = (): number => Math.max(1, element.clientWidth - gutter() - rightRoom);

  /** d3-zoom keeps the transform there, and begins each gesture with it. */
  const keepInStep = (): void => {
    const { fromUs, toUs } = view.window.value;
    const k = length / (toUs - fromUs);
    const x = gutter() * (1 - k) - (fromUs - whole.fromUs) * (plotWidth() / length) * k;
    Object.assign(element, { __zoom: zoomIdentity.translate(x, 0).scale(k) });
  };
  const behaviour = zoom<HTMLElement, unknown>()
    .scaleExtent([1, length / 50])
    .filter((event: MouseEvent | WheelEvent | TouchEvent) =>
      event.type === "wheel" ? event.ctrlKey || event.metaKey : !("button" in event) || event.button === 0,
    )
    .clickDistance(4)
    .on("zoom", ({ transform: { k, x } }: Gesture) => {
      const fromUs = whole.fromUs + (gutter() * (1 - k) - x) / ((plotWidth() / length) * k);
      view.show({ fromUs, toUs: fromUs + length / k });
      keepInStep();
    });
  const target = select<HTMLElement, unknown>(element).call(behaviour);
  const sideways = (event: WheelEvent): void => {
    const by = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.ctrlKey || event.metaKey || !isSideways) return;
    event.preventDefault();
    view.pan(by / plotWidth());
  };
  element.addEventListener("wheel", sideways, { passive: false });
  const stop = effect(keepInStep);
  return () => {
    stop();
    target.on(".zoom", null);
    element.removeEventListener("wheel", sideways);
  };
}
