// Collects the effects of one step, in order.

import type { NodeId } from "../../base/ids.ts";
import type { Effect } from "../../machine/effect.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";

export type MeshEffect = Effect<MeshMessage, MeshFact>;

/** A fact as it is stated: an effect already, so that none is copied on its way to the judge. */
export type Stated = { readonly type: "record" } & MeshFact;

const nothing: readonly MeshEffect[] = [];

/** Most steps have up to three effects: those wait here, and their list is made once it is known how long it is. */
export class Outbox {
  #first: MeshEffect | undefined = undefined;
  #second: MeshEffect | undefined = undefined;
  #third: MeshEffect | undefined = undefined;
  #all: MeshEffect[] | undefined = undefined;

  /** All so far. Nothing is put in afterwards. */
  get effects(): readonly MeshEffect[] {
    if (this.#all !== undefined) return this.#all;
    if (this.#first === undefined) return nothing;
    if (this.#second === undefined) return [this.#first];
    if (this.#third === undefined) return [this.#first, this.#second];
    return [this.#first, this.#second, this.#third];
  }

  put(effect: MeshEffect): void {
    if (this.#all !== undefined) this.#all.push(effect);
    else if (this.#first === undefined) this.#first = effect;
    else if (this.#second === undefined) this.#second = effect;
    else if (this.#third === undefined) this.#third = effect;
    else this.#all = [this.#first, this.#second, this.#third, effect];
  }

  send(to: NodeId, message: MeshMessage): void {
    this.put({ type: "send", to, message });
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
