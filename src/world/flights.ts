// Messages on their way, and the account of them: sent + duplicated = delivered + lost + in flight (properties.md X5).

import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { Message } from "../machine/message.ts";
import type { LossReason, Tracer } from "../trace/trace-event.ts";
import type { Ground } from "./ground.ts";

export interface MessageCounts {
  readonly sent: number;
  readonly delivered: number;
  readonly lost: Readonly<Record<LossReason, number>>;
  /** Copies made beyond the messages sent. */
  readonly duplicated: number;
  readonly inFlight: number;
}

export interface FlightsCheckpoint {
  readonly records: ArrayBuffer;
  readonly messages: readonly (Message | undefined)[];
  readonly freeSlot: number;
  readonly inFlight: number;
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

/** Why a message is not handed over although it arrives, by number; 0: it is. */
const flaws = [undefined, ...(Object.keys(nothingLost) as LossReason[])] as const;

// A flight is a record of 32 bytes beside its message, two doubles and four integers: thousands are under way.
const DOUBLES = 4;
const ORDINAL = 0;
const SENT_US = 1;
const INTS = 8;
const FROM = 4;
const TO = 5;
/** What is out of the ordinary: the number of its flaw, whether it was changed, which copy it is. */
const MARK = 6;
const FLAW_MASK = 15;
const CHANGED = 16;
const COPY_SHIFT = 5;
/** In a free slot: the next free one, or NONE. */
const CONNECTION = 7;
const NEXT_FREE = CONNECTION;
const NONE = -1;
const SLOTS_AT_FIRST = 64;

export class Flights {
  sent = 0;
  /** Messages that a fault holds back: in flight without a slot. */
  held = 0;
  readonly #ground: Ground;
  readonly #names: readonly NodeId[];
  #ints = new Int32Array(SLOTS_AT_FIRST * INTS);
  /** The same memory. */
  #doubles = new Float64Array(this.#ints.buffer);
  #messages: (Message | undefined)[] = [];
  #freeSlot = NONE;
  #inFlight = 0;
  #delivered = 0;
  #duplicated = 0;
  #lost: Record<LossReason, number> = { ...nothingLost };

  /** @param names of nodes, by index. */
  constructor(ground: Ground, names: readonly NodeId[]) {
    this.#ground = ground;
    this.#names = names;
  }

  /**
   * Gives a message that sets out a slot. Which one is a function of the history alone.
   * @param ordinal of the send over the run, from 1; copies share it.
   * @param connection slot of the connection that it travels on; -1: it is a datagram, -2: on a stream to oneself.
   */
  add(from: number, to: number, message: Message, ordinal: number, sentUs: number, connection: number): number {
    let slot = this.#freeSlot;
    if (slot === NONE) {
      slot = this.#messages.push(message) - 1;
      if (slot * INTS === this.#ints.length) this.#grow();
    } else {
      this.#freeSlot = this.#ints[slot * INTS + NEXT_FREE];
      this.#messages[slot] = message;
    }
    this.#inFlight++;
    const ints = this.#ints;
    const at = slot * INTS;
    ints[at + FROM] = from;
    ints[at + TO] = to;
    ints[at + MARK] = 0;
    ints[at + CONNECTION] = connection;
    this.#doubles[slot * DOUBLES + ORDINAL] = ordinal;
    this.#doubles[slot * DOUBLES + SENT_US] = sentUs;
    return slot;
  }

  /**
   * Says what is out of the ordinary about a message that sets out.
   * @param copy 0: the original.
   * @param isChanged a fault changed the message on its way.
   * @param flaw why it will not be handed over although it arrives.
   */
  mark(slot: number, copy: number, isChanged: boolean, flaw: LossReason | undefined): void {
    if (copy > 0) this.#duplicated++;
    this.#ints[slot * INTS + MARK] = (copy << COPY_SHIFT) | (isChanged ? CHANGED : 0) | flaws.indexOf(flaw);
  }

  fromOf(slot: number): number {
    return this.#ints[slot * INTS + FROM];
  }

  toOf(slot: number): number {
    return this.#ints[slot * INTS + TO];
  }

  ordinalOf(slot: number): number {
    return this.#doubles[slot * DOUBLES + ORDINAL];
  }

  connectionOf(slot: number): number {
    return this.#ints[slot * INTS + CONNECTION];
  }

  isDatagram(slot: number): boolean {
    return this.connectionOf(slot) === -1;
  }

  flawOf(slot: number): LossReason | undefined {
    return flaws[this.#ints[slot * INTS + MARK] & FLAW_MASK];
  }

  /** The message as it will arrive. */
  messageOf(slot: number): Message {
    const message = this.#messages[slot];
    assert(message !== undefined, "a flight that is named is under way");
    return message;
  }

  /** Ends a flight at its goal. The machine is given the message now. */
  deliver(slot: number): Message {
    const message = this.messageOf(slot);
    this.#delivered++;
    const { tracer, listener } = this.#ground;
    if (listener !== undefined) listener.told(this.#ground.kernel.nowUs, this.#names[this.toOf(slot)], message.type);
    if (tracer !== undefined) this.#traceDelivered(tracer, slot, message);
    this.#remove(slot);
    return message;
  }

  /** Ends a flight on its way. */
  lose(slot: number, reason: LossReason): void {
    this.loseUnsent(this.fromOf(slot), this.toOf(slot), this.ordinalOf(slot), reason);
    this.#remove(slot);
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
      inFlight: this.#inFlight + this.held,
    };
  }

  assertBalanced(): void {
    const { sent, duplicated, delivered, lost, inFlight } = this.counts();
    const lostInAll = Object.values(lost).reduce((sum, count) => sum + count, 0);
    assert(sent + duplicated === delivered + lostInAll + inFlight, "every message is delivered, lost or in flight");
  }

  checkpoint(): FlightsCheckpoint {
    return {
      records: this.#ints.slice(0, this.#messages.length * INTS).buffer,
      messages: [...this.#messages],
      freeSlot: this.#freeSlot,
      inFlight: this.#inFlight,
      sent: this.sent,
      held: this.held,
      delivered: this.#delivered,
      duplicated: this.#duplicated,
      lost: { ...this.#lost },
    };
  }

  restore(from: FlightsCheckpoint): void {
    while (this.#ints.byteLength < from.records.byteLength) this.#grow();
    this.#ints.set(new Int32Array(from.records));
    this.#messages = [...from.messages];
    this.#freeSlot = from.freeSlot;
    this.#inFlight = from.inFlight;
    this.sent = from.sent;
    this.held = from.held;
    this.#delivered = from.delivered;
    this.#duplicated = from.duplicated;
    this.#lost = { ...from.lost };
  }

  #traceDelivered(tracer: Tracer, slot: number, message: Message): void {
    const { kernel } = this.#ground;
    const mark = this.#ints[slot * INTS + MARK];
    tracer.trace({
      atUs: kernel.nowUs,
      event: kernel.eventsDone,
      node: this.#names[this.toOf(slot)],
      kind: "delivered",
      message: this.ordinalOf(slot),
      from: this.#names[this.fromOf(slot)],
      sentUs: this.#doubles[slot * DOUBLES + SENT_US],
      copy: mark >>> COPY_SHIFT,
      ...((mark & CHANGED) !== 0 ? { content: message } : {}),
    });
  }

  #remove(slot: number): void {
    assert(this.#messages[slot] !== undefined, "a flight ends once");
    this.#messages[slot] = undefined;
    this.#ints[slot * INTS + NEXT_FREE] = this.#freeSlot;
    this.#freeSlot = slot;
    this.#inFlight--;
  }

  #grow(): void {
    const grown = new Int32Array(this.#ints.length * 2);
    grown.set(this.#ints);
    this.#ints = grown;
    this.#doubles = new Float64Array(grown.buffer);
  }
}
