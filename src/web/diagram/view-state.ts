// What the reader looks at: the window of time, what is chosen, which messages are shown. Shared by the diagram, the
// charts below it, and whatever leads into it.

import { batch, signal } from "@preact/signals";

export interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

/** An event that is to be looked at. */
export interface Chosen {
  readonly event: number;
  readonly atUs: number;
}

export class ViewState {
  readonly whole: Window;
  readonly window;
  readonly chosen = signal<Chosen | undefined>(undefined);
  /** Types of messages that are not shown. */
  readonly hidden = signal<ReadonlySet<string>>(new Set());
  /** Only what names this is shown in full; empty: everything is. */
  readonly follow = signal("");

  constructor(whole: Window) {
    this.whole = whole.toUs > whole.fromUs ? whole : { fromUs: whole.fromUs, toUs: whole.fromUs + 1 };
    this.window = signal<Window>(this.whole);
  }

  /** Keeps it within the run. */
  show({ fromUs, toUs }: Window): void {
    const { whole } = this;
    const length = Math.min(Math.max(toUs - fromUs, windowUsMin), whole.toUs - whole.fromUs);
    const from = Math.min(Math.max(fromUs, whole.fromUs), whole.toUs - length);
    const { window } = this;
    if (window.value.fromUs !== from || window.value.toUs !== from + length) {
      window.value = { fromUs: from, toUs: from + length };
    }
  }

  pan(share: number): void {
    const { fromUs, toUs } = this.window.value;
    const by = (toUs - fromUs) * share;
    this.show({ fromUs: fromUs + by, toUs: toUs + by });
  }

  /** @param factor above 1: nearer. @param atUs stays where it is. */
  zoom(factor: number, atUs?: number): void {
    const { fromUs, toUs } = this.window.value;
    const at = atUs ?? this.#middle();
    this.show({ fromUs: at - (at - fromUs) / factor, toUs: at + (toUs - at) / factor });
  }

  choose(chosen: Chosen | undefined): void {
    this.chosen.value = chosen;
  }

  /** Chooses it, and looks there: as near as the reader looks already, and near enough to tell one event from another. */
  jump(chosen: Chosen): void {
    const { fromUs, toUs } = this.window.value;
    const length = Math.min(toUs - fromUs, jumpUsMax);
    batch(() => {
      this.choose(chosen);
      this.show({ fromUs: chosen.atUs - length * 0.6, toUs: chosen.atUs + length * 0.4 });
    });
  }

  /** What is chosen, when it can be seen. */
  #middle(): number {
    const { fromUs, toUs } = this.window.value;
    const at = this.chosen.value?.atUs;
    return at !== undefined && at >= fromUs && at <= toUs ? at : (fromUs + toUs) / 2;
  }
}

/** No window is narrower: clocks tick in microseconds. */
const windowUsMin = 50;
const jumpUsMax = 1_000_000;
