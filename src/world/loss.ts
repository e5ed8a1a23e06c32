// Decides message by message what a link loses. A bursty link remembers whether it is in its bad state.

import type { Stream } from "../kernel/streams.ts";
import type { LossModel, Rate } from "./plan.ts";

/** Plain data: all that a chain remembers. */
export interface LossCheckpoint {
  readonly bad: boolean;
}

/** The loss of one directed link. It begins in the good state. */
export class LossChain {
  readonly #model: LossModel;
  #bad = false;
  /** False: nothing is ever lost, and `lost` need not be asked. */
  readonly needsDraw: boolean;

  constructor(model: LossModel) {
    this.#model = model;
    this.needsDraw = model.type === "bursty" || (model.type === "independent" && model.rate.of > 0);
  }

  /** Whether the next message is lost. Bursty: the state moves first, then the message is lost at the state's rate. */
  lost(stream: Stream): boolean {
    const model = this.#model;
    if (model.type === "none") return false;
    if (model.type === "independent") return struck(model.rate, stream);
    if (struck(this.#bad ? model.toGood : model.toBad, stream)) this.#bad = !this.#bad;
    return struck(this.#bad ? model.lossBad : model.lossGood, stream);
  }

  checkpoint(): LossCheckpoint {
    return { bad: this.#bad };
  }

  restore(checkpoint: LossCheckpoint): void {
    this.#bad = checkpoint.bad;
  }
}

function struck(rate: Rate, stream: Stream): boolean {
  return stream.chance(rate.of, rate.outOf);
}
