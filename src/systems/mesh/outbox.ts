// Collects the effects of one step, in order.

import type { NodeId } from "../../base/ids.ts";
import type { Effect } from "../../machine/effect.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";

export type MeshEffect = Effect<MeshMessage, MeshFact>;

/** A fact as it is stated: an effect already, so that none is copied on its way to the judge. */
export type Stated = { readonly type: "record" } & MeshFact;

const nobody: ReadonlySet<NodeId> = new Set();
const nothing: readonly MeshEffect[] = [];

/**
 * One machine's, for all its steps. Most have up to three effects: those wait here, and their list is made once it is
 * known how long it is.
 */
export class Outbox {
  #first: MeshEffect | undefined = undefined;
  #second: MeshEffect | undefined = undefined;
  #third: MeshEffect | undefined = undefined;
  #all: MeshEffect[] | undefined = undefined;
  readonly #twiceTo: ReadonlySet<NodeId>;

  /** @param twiceTo what is sent to one of them goes two ways: nobody minds what comes twice (MESH-GEN-06). */
  constructor(twiceTo: ReadonlySet<NodeId> = nobody) {
    this.#twiceTo = twiceTo;
  }

  /** The effects of the step, which is over. Nothing of it is remembered: what is kept for long costs the collector. */
  take(): readonly MeshEffect[] {
    const first = this.#first;
    if (first === undefined) return nothing;
    const second = this.#second;
    const third = this.#third;
    const all = this.#all;
    this.#first = undefined;
    this.#second = undefined;
    this.#third = undefined;
    this.#all = undefined;
    if (all !== undefined) return all;
    if (second === undefined) return [first];
    return third === undefined ? [first, second] : [first, second, third];
  }

  put(effect: MeshEffect): void {
    if (this.#all !== undefined) this.#all.push(effect);
    else if (this.#first === undefined) this.#first = effect;
    else if (this.#second === undefined) this.#second = effect;
    else if (this.#third === undefined) this.#third = effect;
    else this.#all = [this.#first, this.#second, this.#third, effect];
  }

  /** As `put`: for parts that write into any list of effects. */
  push(effect: MeshEffect): void {
    this.put(effect);
  }

  send(to: NodeId, message: MeshMessage): void {
    this.put({ type: "send", to, message });
    if (this.#twiceTo !== nobody && this.#twiceTo.has(to)) this.put({ type: "send", to, message });
  }

  record(stated: Stated): void {
    this.put(stated);
  }

  setTimer(timer: string, afterUs: number, spreadUs = 0): void {
    this.put(spreadUs === 0 ? { type: "setTimer", timer, afterUs } : { type: "setTimer", timer, afterUs, spreadUs });
  }

  cancelTimer(timer: string): void {
    this.put({ type: "cancelTimer", timer });
  }

  draw(purpose: string, below: number): void {
    this.put({ type: "draw", purpose, below });
  }

  halt(): void {
    this.put({ type: "halt" });
  }

  add(effects: readonly MeshEffect[]): void {
    for (let index = 0; index < effects.length; index++) this.put(effects[index]);
  }
}
