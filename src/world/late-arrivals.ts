// Datagrams on their way that faults have made late: when the world heals, they arrive as if no fault had been.

import type { EventHandle, Kernel } from "../kernel/kernel.ts";

export interface LateArrival {
  readonly arrival: EventHandle;
  readonly byUs: number;
}

/** Those that have arrived since are forgotten when so many more have come. */
const SPARE = 64;

export class LateArrivals {
  readonly #kernel: Kernel;
  #all: LateArrival[] = [];
  #tidyAt = SPARE;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** @param byUs how much later it arrives than it would have. */
  add(arrival: EventHandle, byUs: number): void {
    this.#all.push({ arrival, byUs });
    if (this.#all.length < this.#tidyAt) return;
    this.#all = this.#all.filter((late) => this.#kernel.isPending(late.arrival));
    this.#tidyAt = this.#all.length * 2 + SPARE;
  }

  hasten(): void {
    const kernel = this.#kernel;
    for (const { arrival, byUs } of this.#all) {
      if (kernel.isPending(arrival)) kernel.reset(arrival, Math.max(kernel.nowUs, kernel.atUsOf(arrival) - byUs));
    }
    this.#all = [];
  }

  checkpoint(): readonly LateArrival[] {
    return [...this.#all];
  }

  restore(from: readonly LateArrival[]): void {
    this.#all = [...from];
    this.#tidyAt = from.length * 2 + SPARE;
  }
}
