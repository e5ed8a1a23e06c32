// The few lines that matter, each with the way to its place in the diagram.

import type { StoryPart } from "../../report/page.ts";
import { plural, printMoment } from "../../report/words.ts";
import { lookAtDiagram } from "../diagram/look.ts";
import type { ViewState } from "../diagram/view-state.ts";

export function StoryView({ part, view, startUs }: { part: StoryPart; view: ViewState | undefined; startUs: number }) {
  return (
    <ol class="story">
      {part.lines.map((line, place) =>
        "left" in line ? (
          <li key={place} class="gap">
            {plural(line.left, "line")} left out
          </li>
        ) : (
          <li key={place} class={`tone-${line.tone} ${view?.chosen.value?.event === line.event ? "is-chosen" : ""}`}>
            <button type="button" class="line" onClick={() => view !== undefined && lookAtDiagram(view, line)}>
              <span class="when">{printMoment(line.atUs - startUs, 3)}</span> <span class="who">{line.node}</span>{" "}
              <span class="what">
                <bdi>{line.text}</bdi>
              </span>
            </button>
          </li>
        ),
      )}
    </ol>
  );
}
