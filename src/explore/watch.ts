// Watches a run that is hunted: how often somebody else came to be in charge.

import type { NodeId } from "../base/ids.ts";
import type { Fact } from "../machine/effect.ts";
import type { HuntSpec } from "../systems/hunting.ts";
import type { FactObserver } from "../trace/trace-event.ts";

export class Watch implements FactObserver {
  readonly #turnovers: ReadonlyMap<string, number>;
  #seen = 0;

  constructor({ turnovers }: HuntSpec) {
    this.#turnovers = turnovers?.facts ?? new Map();
  }

  observe(_atUs: number, _event: number, _node: NodeId, { fact }: Fact): void {
    if (this.#turnovers.has(fact)) this.#seen += 1;
  }

  /** Changes of who is in charge, beside those that every run begins with. */
  get turnovers(): number {
    const first = [...this.#turnovers.values()].reduce((sum, count) => sum + count, 0);
    return Math.max(0, this.#seen - first);
  }
}
