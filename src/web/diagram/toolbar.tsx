// Buttons above the diagram: where to look, and what to follow.

import { printMoment } from "../../report/words.ts";
import { violation } from "./keys.ts";
import type { Model } from "./model.ts";
import type { ViewState } from "./view-state.ts";

export function Toolbar({ model, view }: { model: Model; view: ViewState }) {
  const { startUs, violations } = model.timeline;
  const { fromUs, toUs } = view.window.value;
  return (
    <div class="toolbar" role="toolbar" aria-label="Where to look in the diagram">
      <span class="buttons">
        <button type="button" onClick={() => view.pan(-0.4)} aria-label="Earlier" title="Earlier (←)">
          ←
        </button>
        <button type="button" onClick={() => view.pan(0.4)} aria-label="Later" title="Later (→)">
          →
        </button>
        <button type="button" onClick={() => view.zoom(2)} aria-label="Zoom in" title="Zoom in (+, Ctrl and wheel)">
          +
        </button>
        <button type="button" onClick={() => view.zoom(0.5)} aria-label="Zoom out" title="Zoom out (−)">
          −
        </button>
        <button type="button" onClick={() => view.show(view.whole)} title="Show the whole run (0)">
          whole run
        </button>
      </span>
      {violations.length === 0 ? null : (
        <span class="buttons">
          <button type="button" onClick={() => violation(model, view, -1)} title="Previous violation (Shift+V)">
            ‹ violation
          </button>
          <button type="button" onClick={() => violation(model, view, 1)} title="Next violation (V)">
            violation ›
          </button>
        </span>
      )}
      <label class="follow">
        follow{" "}
        <input
          type="search"
          placeholder="a player, a transfer …"
          value={view.follow.value}
          onInput={(event) => {
            view.follow.value = event.currentTarget.value.trim();
          }}
        />
      </label>
      <output class="window">
        {printMoment(fromUs - startUs, 3)} – {printMoment(toUs - startUs, 3)}
      </output>
    </div>
  );
}
