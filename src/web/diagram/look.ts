// From elsewhere in the page into the diagram.

import type { Chosen, ViewState } from "./view-state.ts";

export function lookAtDiagram(view: ViewState, { event, atUs }: Chosen): void {
  view.jump({ event, atUs });
  const stage = document.querySelector<HTMLElement>(".stage");
  if (stage === null) return;
  stage.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  stage.closest(".part")?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}
