// The clocks of a node as its machine reads them, credited to the faults that touch them. While none does, the node table
// says all about them, and nobody need ask here.

import { NodeClock, type ClockCheckpoint } from "./clock.ts";
import type { Ground } from "./ground.ts";
import { oddity } from "./node-table.ts";
import type { ClockPlan } from "./plan.ts";

export interface NodeTimeCheckpoint {
  readonly clock: ClockCheckpoint;
  readonly strikes: readonly number[];
}

export class NodeTime {
  readonly #ground: Ground;
  readonly #node: number;
  readonly #clock: NodeClock;
  /** Strikes whose effect has not been read yet. */
  #strikes: readonly number[] = [];

  constructor(ground: Ground, node: number, plan: ClockPlan) {
    this.#ground = ground;
    this.#node = node;
    this.#clock = new NodeClock(plan, ground.kernel.nowUs);
    this.#refresh();
  }

  /** The monotonic clock, as a machine reads it now. */
  monotonicUs(): number {
    const { nowUs } = this.#ground.kernel;
    if (this.#strikes.length > 0) this.#credit(nowUs);
    return this.#clock.monotonicUs(nowUs);
  }

  /** The wall clock. */
  wallUs(): number {
    return this.#clock.wallUs(this.#ground.kernel.nowUs);
  }

  /** The monotonic clock, with nobody reading it. */
  peekMonotonicUs(): number {
    return this.#clock.monotonicUs(this.#ground.kernel.nowUs);
  }

  /** How long it truly takes from now until the monotonic clock has moved on by so much. */
  trueDelayUs(delayUs: number): number {
    return this.#clock.trueDelayUs(delayUs, this.#ground.kernel.nowUs);
  }

  /** Changes the clock as its host does. */
  set(change: (clock: NodeClock, nowUs: number) => void): void {
    change(this.#clock, this.#ground.kernel.nowUs);
    this.#refresh();
  }

  /** Changes the clock as a fault does, to be credited at the next reading. */
  strike(strike: number, change: (clock: NodeClock, nowUs: number) => void): void {
    this.set(change);
    if (!this.#strikes.includes(strike)) this.#strikes = [...this.#strikes, strike];
  }

  checkpoint(): NodeTimeCheckpoint {
    return { clock: this.#clock.checkpoint(), strikes: this.#strikes };
  }

  restore(from: NodeTimeCheckpoint): void {
    this.#clock.restore(from.clock);
    this.#strikes = from.strikes;
    this.#refresh();
  }

  #refresh(): void {
    const { nodes, kernel } = this.#ground;
    const { nowUs } = kernel;
    if (this.#clock.isPlain) nodes.oddities[this.#node] &= ~oddity.clock;
    else nodes.oddities[this.#node] |= oddity.clock;
    nodes.bootedUs[this.#node] = nowUs - this.#clock.monotonicUs(nowUs);
    nodes.wallAheadUs[this.#node] = this.#clock.wallUs(nowUs) - nowUs;
  }

  /** A reading is about to be taken, of a clock that was meddled with. */
  #credit(nowUs: number): void {
    const isOff = this.#clock.distorted(nowUs);
    for (const strike of this.#strikes) {
      if (isOff) this.#ground.ledger.changed(strike);
      else this.#ground.ledger.touched(strike);
    }
    if (isOff) this.#strikes = [];
  }
}
