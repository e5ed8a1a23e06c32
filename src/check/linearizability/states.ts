// The states that a search has met, each under a number, and what each kind of action makes of them, worked out once.

import type { AnyModel } from "./model.ts";
import type { Kind } from "./open-operations.ts";

export const impossible = -1;

export class States {
  readonly #model: AnyModel;
  readonly #states: unknown[] = [];
  readonly #ids = new Map<string, number>();

  constructor(model: AnyModel) {
    this.#model = model;
  }

  get initial(): number {
    return this.#idOf(this.#model.initial);
  }

  /** The state after an action of that kind, or `impossible`. */
  after(state: number, { action, next }: Kind): number {
    const known = next.get(state);
    if (known !== undefined) return known;
    const after = this.#idAfter(state, action);
    next.set(state, after);
    return after;
  }

  tell(state: number): string {
    return this.#model.tell(this.#states[state]);
  }

  #idAfter(state: number, action: Kind["action"]): number {
    const after = action.next(this.#states[state]);
    return after === undefined ? impossible : this.#idOf(after);
  }

  #idOf(state: unknown): number {
    const text = this.#model.identity(state);
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#states.length;
    this.#states.push(state);
    this.#ids.set(text, id);
    return id;
  }
}
