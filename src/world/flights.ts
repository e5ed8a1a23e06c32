// Messages on their way, and the account of them: sent + duplicated = delivered + lost + in flight (properties.md X5).

import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { Message } from "../machine/message.ts";
import type { LossReason } from "../trace/trace-event.ts";
import type { Ground } from "./ground.ts";
import { Slots, type SlotsCheckpoint } from "./slots.ts";

/** One copy of a message between its sending and its end. Never changes. */
export interface Flight {
  readonly from: number;
  readonly to: number;
  /** As it will arrive. */
  readonly message: Message;
  /** Ordinal of the send over the run, from 1; copies share it. */
  readonly ordinal: number;
  readonly sentUs: number;
  /** 0: the original. */
  readonly copy: number;
  /** A fault changed the message on its way. */
  readonly isChanged: boolean;
  /** Why it will not be handed over although it arrives. */
  readonly flaw: LossReason | undefined;
  /** Slot of the connection it travels on; -1: a datagram. */
  readonly connection: number;
}

export interface MessageCounts {
  readonly sent: number;
  readonly delivered: number;
  readonly lost: Readonly<Record<LossReason, number>>;
  /** Copies made beyond the messages sent. */
  readonly duplicated: number;
  readonly inFlight: number;
}

export interface FlightsCheckpoint {
  readonly slots: SlotsCheckpoint<Flight>;
  readonly sent: number;
  readonly held: number;
  readonly delivered: number;
  readonly duplicated: number;
  readonly lost: Readonly<Record<LossReason, number>>;
}

const nothingLost: Readonly<Record<LossReason, number>> = {
  loss: 0,
  partition: 0,
  dropFault: 0,
  queueFull: 0,
  corruptFrame: 0,
  malformed: 0,
  receiverDown: 0,
  connectionReset: 0,
  refused: 0,
};

export class Flights {
  sent = 0;
  /** Messages that a fault holds back: in flight without a slot. */
  held = 0;
  readonly #ground: Ground;
  readonly #names: readonly NodeId[];
  readonly #slots = new Slots<Flight>();
  #delivered = 0;
  #duplicated = 0;
  #lost: Record<LossReason, number> = { ...nothingLost };

  /** @param names of nodes, by index. */
  constructor(ground: Ground, names: readonly NodeId[]) {
    this.#ground = ground;
    this.#names = names;
  }

  add(flight: Flight): number {
    if (flight.copy > 0) this.#duplicated++;
    return this.#slots.add(flight);
  }

  at(slot: number): Flight {
    return this.#slots.at(slot);
  }

  /** Ends a flight at its goal. The machine is given the message now. */
  deliver(slot: number): Flight {
    const flight = this.#slots.remove(slot);
    this.#delivered++;
    const { tracer, kernel } = this.#ground;
    if (tracer !== undefined) {
      const { ordinal: message, sentUs, copy } = flight;
      tracer.trace({
        atUs: kernel.nowUs,
        event: kernel.eventsDone,
        node: this.#names[flight.to],
        kind: "delivered",
        message,
        from: this.#names[flight.from],
        sentUs,
        copy,
        ...(flight.isChanged ? { content: flight.message } : {}),
      });
    }
    return flight;
  }

  /** Ends a flight on its way. */
  lose(slot: number, reason: LossReason): Flight {
    const flight = this.#slots.remove(slot);
    this.loseUnsent(flight.from, flight.to, flight.ordinal, reason);
    return flight;
  }

  /** Counts a message that is lost before it takes a slot. */
  loseUnsent(from: number, to: number, ordinal: number, reason: LossReason): void {
    this.#lost[reason]++;
    const { tracer, kernel } = this.#ground;
    if (tracer === undefined) return;
    tracer.trace({
      atUs: kernel.nowUs,
      event: kernel.eventsDone,
      node: this.#names[from],
      kind: "lost",
      message: ordinal,
      to: this.#names[to],
      reason,
    });
  }

  counts(): MessageCounts {
    return {
      sent: this.sent,
      delivered: this.#delivered,
      lost: { ...this.#lost },
      duplicated: this.#duplicated,
      inFlight: this.#slots.size + this.held,
    };
  }

  assertBalanced(): void {
    const { sent, duplicated, delivered, lost, inFlight } = this.counts();
    const lostInAll = Object.values(lost).reduce((sum, count) => sum + count, 0);
    assert(sent + duplicated === delivered + lostInAll + inFlight, "every message is delivered, lost or in flight");
  }

  checkpoint(): FlightsCheckpoint {
    return {
      slots: this.#slots.checkpoint(),
      sent: this.sent,
      held: this.held,
      delivered: this.#delivered,
      duplicated: this.#duplicated,
      lost: { ...this.#lost },
    };
  }

  restore(from: FlightsCheckpoint): void {
    this.#slots.restore(from.slots);
    this.sent = from.sent;
    this.held = from.held;
    this.#delivered = from.delivered;
    this.#duplicated = from.duplicated;
    this.#lost = { ...from.lost };
  }
}
