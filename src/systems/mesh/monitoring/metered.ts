// A process with its meters: the machine inside neither knows that it is watched nor behaves differently for it. Without
// a monitor there are no meters, and nobody pays for them.

import type { NodeId } from "../../../base/ids.ts";
import type { MachineEvent } from "../../../machine/event.ts";
import type { Machine } from "../../../machine/machine.ts";
import type { MeshFact } from "../facts.ts";
import type { MeshMessage } from "../messages.ts";
import type { MeshEffect } from "../outbox.ts";
import { freshMeters, type Load, type Meters, meterFact, meterReceived, meterSent, readMeters } from "./meters.ts";

interface MeteredState {
  readonly process: object;
  readonly meters: Meters;
}

export class Metered implements Machine<MeshMessage, MeshFact> {
  readonly #inner: Machine<MeshMessage, MeshFact>;
  readonly #peers: ReadonlySet<NodeId>;
  readonly #load: () => Load;
  #meters: Meters = freshMeters();

  /** `peers`: the servers, packets from and to whom are counted; `load` is asked at each scrape. */
  constructor(inner: Machine<MeshMessage, MeshFact>, peers: ReadonlySet<NodeId>, load: () => Load) {
    this.#inner = inner;
    this.#peers = peers;
    this.#load = load;
  }

  get state(): MeteredState {
    return { process: this.#inner.state, meters: this.#meters };
  }

  set state({ process, meters }: MeteredState) {
    this.#inner.state = process;
    this.#meters = meters;
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    if (event.type === "received") {
      const { from, message } = event;
      if (message.type === "scrape") return this.#answer(from, message.round, event.monotonicUs);
      if (this.#peers.has(from)) meterReceived(this.#meters, from, message, event.monotonicUs);
    } else if (event.type === "booted") {
      this.#meters.incarnation = event.incarnation;
    }
    const effects = this.#inner.step(event);
    for (let index = 0; index < effects.length; index++) this.#meter(effects[index], event.monotonicUs);
    return effects;
  }

  #meter(effect: MeshEffect, nowUs: number): void {
    if (effect.type === "record") meterFact(this.#meters, effect, nowUs);
    else if (effect.type === "send" && this.#peers.has(effect.to))
      meterSent(this.#meters, effect.to, effect.message, nowUs);
  }

  #answer(to: NodeId, round: number, nowUs: number): readonly MeshEffect[] {
    // A damaged question is none.
    if (!Number.isSafeInteger(round)) return [];
    return [
      { type: "send", to, message: { type: "scraped", round, ...readMeters(this.#meters, this.#load(), nowUs) } },
    ];
  }
}
