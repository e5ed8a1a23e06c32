// An operator of a Raft group who changes its members, and who leads it, every so often.

import type { NodeId } from "../../base/ids.ts";
import type { Effect } from "../../machine/effect.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import type { StoreFact } from "../../protocols/raft/facts.ts";
import type { StoreMessage } from "../../protocols/raft/store-messages.ts";

interface OperatorPlan {
  /** An order every so often to twice that; 0: none. */
  readonly everyUs: number;
  /** Until then, on its clock. */
  readonly untilUs: number;
  /** It only changes who leads, never who is a member. */
  readonly handsOverOnly?: boolean;
}

/** Asks every node in turn, for only a leader listens. */
export class RaftOperator implements Machine<StoreMessage, StoreFact> {
  state = { asks: 0 };
  readonly #nodes: readonly NodeId[];
  readonly #everyUs: number;
  readonly #untilUs: number;
  readonly #handsOverOnly: boolean;

  constructor(nodes: readonly NodeId[], { everyUs, untilUs, handsOverOnly = false }: OperatorPlan) {
    this.#nodes = nodes;
    this.#handsOverOnly = handsOverOnly;
    this.#everyUs = everyUs;
    this.#untilUs = untilUs;
  }

  step(event: MachineEvent<StoreMessage>): readonly Effect<StoreMessage, StoreFact>[] {
    switch (event.type) {
      case "booted":
        if (this.#everyUs === 0) return [];
        return [{ type: "setTimer", timer: "ask", afterUs: this.#everyUs, spreadUs: this.#everyUs }];
      case "timerFired":
        return [{ type: "draw", purpose: "order", below: 4 << this.#nodes.length }];
      case "drawn":
        return [
          ...(event.monotonicUs < this.#untilUs ? this.#order(event.value) : []),
          { type: "setTimer", timer: "ask", afterUs: this.#everyUs, spreadUs: this.#everyUs },
        ];
      case "stopRequested":
        return [{ type: "halt" }];
      default:
        return [];
    }
  }

  #order(drawn: number): readonly Effect<StoreMessage, StoreFact>[] {
    const chosen = this.#nodes.filter((_, place) => ((drawn >> (place + 2)) & 1) === 1);
    const message: StoreMessage =
      drawn % 4 === 0 || this.#handsOverOnly
        ? { type: "store.transferLeadership", target: this.#nodes[(drawn >> 2) % this.#nodes.length] }
        : { type: "store.changeMembers", voters: chosen, learners: [] };
    if (message.type === "store.changeMembers" && chosen.length < 3) return [];
    return this.#nodes.map((to) => ({ type: "send", to, message }));
  }
}
