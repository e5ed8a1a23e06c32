// The diagram in words: what stands in the window, line by line, in order. For whoever reads rather than looks.

import { useState } from "preact/hooks";

import { fates } from "../../report/timeline.ts";
import { printMoment } from "../../report/words.ts";
import { detailKind, lowerBound, type Model, timerKind, violationKind } from "./model.ts";
import type { ViewState } from "./view-state.ts";

const linesMax = 200;

interface Line {
  readonly atUs: number;
  readonly event: number;
  readonly who: string;
  readonly text: string;
  readonly tone: "bad" | "plain" | "unsure";
}

export function Nearby({ model, view }: { model: Model; view: ViewState }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="nearby" data-testid="nearby" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same in words, line by line</summary>
      {isOpen ? <Lines model={model} view={view} /> : null}
    </details>
  );
}

function Lines({ model, view }: { model: Model; view: ViewState }) {
  const { lines, left } = linesIn(model, view);
  const { startUs } = model.timeline;
  const chosen = view.chosen.value?.event;
  return (
    <>
      <ol>
        {lines.map(({ atUs, event, who, text, tone }, place) => (
          <li key={place} class={`${tone} ${event === chosen ? "is-chosen" : ""}`}>
            <button type="button" class="line" onClick={() => view.choose({ event, atUs })}>
              <span class="when">{printMoment(atUs - startUs, 6)}</span> <span class="who">{who}</span>{" "}
              <span>{text}</span>
            </button>
          </li>
        ))}
      </ol>
      {left === 0 ? null : <p class="hint">{left} more: zoom in, or follow one name, to read them.</p>}
    </>
  );
}

function linesIn(model: Model, view: ViewState): { readonly lines: readonly Line[]; readonly left: number } {
  const lines: Line[] = [...violationLines(model, view), ...happeningLines(model, view), ...messageLines(model, view)];
  const inOrder = lines.sort((a, b) => a.atUs - b.atUs || a.event - b.event);
  return { lines: inOrder.slice(0, linesMax), left: Math.max(0, inOrder.length - linesMax) };
}

const isFollowed = (view: ViewState, ...texts: readonly string[]): boolean =>
  view.follow.value === "" || texts.some((text) => text.includes(view.follow.value));

function violationLines({ timeline }: Model, view: ViewState): readonly Line[] {
  const { fromUs, toUs } = view.window.value;
  return timeline.violations
    .filter(({ atUs }) => atUs >= fromUs && atUs <= toUs)
    .map(({ atUs, event, lane, property, because, isExcused }) => ({
      atUs,
      event,
      who: timeline.lanes[lane]?.name ?? "world",
      text: `${property} is broken: ${because}`,
      tone: isExcused ? "unsure" : "bad",
    }));
}

function happeningLines({ happenings, timeline }: Model, view: ViewState): readonly Line[] {
  const { fromUs, toUs } = view.window.value;
  const lines: Line[] = [];
  for (let place = lowerBound(happenings.atUs, fromUs); place < happenings.count; place++) {
    if (happenings.atUs[place] > toUs) break;
    const kind = happenings.kind[place];
    if (kind === timerKind || kind === detailKind || kind === violationKind) continue;
    const who = timeline.lanes[happenings.lane[place]]?.name ?? "world";
    const text = timeline.texts[happenings.text[place]] ?? "";
    if (!isFollowed(view, who, text)) continue;
    lines.push({ atUs: happenings.atUs[place], event: happenings.event[place], who, text, tone: "plain" });
  }
  return lines;
}

function messageLines({ messages, timeline, kinds }: Model, view: ViewState): readonly Line[] {
  const { fromUs, toUs } = view.window.value;
  const hidden = view.hidden.value;
  const lines: Line[] = [];
  // Of any that is on its way within the window there is an arrow, however long before it was sent.
  for (let place = 0; place < messages.count && messages.atUs[place] <= toUs; place++) {
    if (messages.endUs[place] < fromUs) continue;
    if (hidden.has(kinds[messages.kind[place]]?.name ?? "")) continue;
    const who = timeline.lanes[messages.from[place]]?.name ?? "";
    const to = timeline.lanes[messages.to[place]]?.name ?? "";
    const said = timeline.texts[messages.text[place]] ?? "";
    if (!isFollowed(view, who, to, said)) continue;
    const fate = fates[messages.fate[place]] ?? "delivered";
    const text = `→ ${to}: ${said}${fate === "delivered" ? "" : ` (${fate})`}`;
    const tone = fate === "delivered" ? "plain" : "unsure";
    lines.push({ atUs: messages.atUs[place], event: messages.sentIn[place], who, text, tone });
  }
  return lines;
}
