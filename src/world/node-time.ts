// The clocks of a node as its machine reads them: quick while no fault touches them, credited to the faults that do.

import { NodeClock, type ClockCheckpoint } from "./clock.ts";
import type { Ground } from "./ground.ts";
import type { ClockPlan } from "./plan.ts";

export interface NodeTimeCheckpoint {
  readonly clock: ClockCheckpoint;
  readonly strikes: readonly number[];
}

export class NodeTime {
  /** No drift, and no fault so far: delays on the node's clock are true ones. */
  isPlain = false;
  readonly #ground: Ground;
  readonly #clock: NodeClock;
  // What the readings of a plain clock are made of.
  #bootedUs = 0;
  #wallOffsetUs = 0;
  /** Strikes whose effect has not been read yet. */
  #strikes: readonly number[] = [];

  constructor(ground: Ground, plan: ClockPlan) {
    this.#ground = ground;
    this.#clock = new NodeClock(plan, ground.kernel.nowUs);
    this.#refresh();
  }

  /** The monotonic clock, as a machine reads it now. */
  monotonicUs(): number {
    const { nowUs } = this.#ground.kernel;
    if (this.isPlain) return nowUs - this.#bootedUs;
    if (this.#strikes.length > 0) this.#credit(nowUs);
    return this.#clock.monotonicUs(nowUs);
  }

  /** The wall clock. */
  wallUs(): number {
    const { nowUs } = this.#ground.kernel;
    return this.isPlain ? nowUs + this.#wallOffsetUs : this.#clock.wallUs(nowUs);
  }

  /** The monotonic clock, with nobody reading it. */
  peekMonotonicUs(): number {
    return this.#clock.monotonicUs(this.#ground.kernel.nowUs);
  }

  /** How long it truly takes from now until the monotonic clock has moved on by so much. */
  trueDelayUs(delayUs: number): number {
    return this.isPlain ? delayUs : this.#clock.trueDelayUs(delayUs, this.#ground.kernel.nowUs);
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
    const { nowUs } = this.#ground.kernel;
    this.isPlain = this.#clock.isPlain;
    this.#bootedUs = nowUs - this.#clock.monotonicUs(nowUs);
    this.#wallOffsetUs = this.#clock.wallUs(nowUs) - nowUs;
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
