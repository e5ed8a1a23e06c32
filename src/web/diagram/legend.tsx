// What the colours mean, and which kinds of messages are shown.

import { printTime } from "../../report/words.ts";
import { arrivedMax, type Model } from "./model.ts";
import type { ViewState } from "./view-state.ts";

export function Legend({ model, view }: { model: Model; view: ViewState }) {
  const { messages, timeline } = model;
  const has = (isSo: (fate: number) => boolean): boolean => messages.fate.some((fate) => isSo(fate));
  return (
    <div class="legend">
      <ul class="keys" aria-label="What the colours mean">
        <Key tone="message" words="arrives" />
        {has((fate) => fate === 1) ? <Key tone="late" words={`late: ${printTime(timeline.lateUs)} or more`} /> : null}
        {has((fate) => fate === 2) ? <Key tone="duplicate" words="once more" /> : null}
        {has((fate) => fate === 3) ? <Key tone="changed" words="changed by a fault" /> : null}
        {has((fate) => fate > arrivedMax) ? <Key tone="bad" words="lost ×" /> : null}
        {timeline.states.length > 0 ? <Key tone="bad-soft" words="down or paused" /> : null}
        {timeline.faults.some(({ isPartition }) => isPartition) ? <Key tone="partition" words="partition" /> : null}
        {timeline.spans.exclusive.includes(1) ? <Key tone="bad-hatch" words="two have what one should" /> : null}
        <Key tone="past" words="led to what is chosen" />
        <Key tone="future" words="came of it" />
      </ul>
      <details class="kinds">
        <summary>
          Messages shown: {model.kinds.length - view.hidden.value.size} of {model.kinds.length} kinds
        </summary>
        <div class="chips">
          <button type="button" onClick={() => (view.hidden.value = new Set())}>
            all
          </button>
          <button type="button" onClick={() => (view.hidden.value = new Set(model.kinds.map(({ name }) => name)))}>
            none
          </button>
          {model.kinds.map(({ name, count }) => (
            <Chip key={name} name={name} count={count} view={view} />
          ))}
        </div>
      </details>
    </div>
  );
}

const Key = ({ tone, words }: { tone: string; words: string }) => (
  <li>
    <span class={`swatch swatch-${tone}`} /> {words}
  </li>
);

function Chip({ name, count, view }: { name: string; count: number; view: ViewState }) {
  const isShown = !view.hidden.value.has(name);
  const toggle = (): void => {
    const hidden = new Set(view.hidden.value);
    if (isShown) hidden.add(name);
    else hidden.delete(name);
    view.hidden.value = hidden;
  };
  return (
    <label class="chip">
      <input type="checkbox" checked={isShown} onChange={toggle} /> {name} <span class="hint">{count}</span>
    </label>
  );
}
