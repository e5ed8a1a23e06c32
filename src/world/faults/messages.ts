// Faults of single messages: dropped, delayed, duplicated, corrupted, reordered, held. One interceptor serves all that
// are open; on each message they work in the order in which the scenario declares them.

import { assert, unreachable } from "../../base/assert.ts";
import { equalPlain } from "../../base/plain-data.ts";
import type { Stream } from "../../kernel/streams.ts";
import type { Controls, Interference, MessageInterceptor, NodeIndex, Passage } from "../controls.ts";
import type { FaultAction, MessageSelector } from "../fault.ts";
import type { ActionOf, Conduct, OpenStrike } from "./conduct.ts";
import { hasField, withDamagedBytes, withDamagedField, withField } from "./damage.ts";
import { selectorWords } from "./aim.ts";

type MessageAction = Extract<FaultAction, { readonly messages: MessageSelector }>;
type MessageKind = MessageAction["kind"];
type MessageStrike = OpenStrike<MessageAction>;

/** A strike with what its selector means in this world. */
interface ArmedStrike {
  readonly open: MessageStrike;
  readonly types: ReadonlySet<string>;
  readonly from: ReadonlySet<NodeIndex>;
  readonly to: ReadonlySet<NodeIndex>;
  readonly strikesMax: number;
}

export const drop = messageFault<"drop">();
export const delay = messageFault<"delay">();
export const duplicate = messageFault<"duplicate">();
export const corrupt = messageFault<"corrupt">();
export const reorder = messageFault<"reorder">();
export const hold: Conduct<"hold"> = {
  ...messageFault<"hold">(),
  end({ strike, action }, { controls }) {
    controls.releaseHeld(strike.number, action.release);
  },
};

function messageFault<K extends MessageKind>(): Conduct<K> {
  return {
    once: "nextMatch",
    aim: ({ action }) => aboutMessages(action.messages),
    begin() {},
    end() {},
  };
}

function aboutMessages({ types, from, to }: MessageSelector): string {
  const what = types.length === 0 ? "every message" : types.join(", ");
  return `${what} from ${selectorWords(from)} to ${selectorWords(to)}`;
}

/** Whether faults of this kind work through the interceptor. */
export function isMessageStrike(open: OpenStrike<FaultAction>): open is MessageStrike {
  return "messages" in open.action;
}

/** The message faults open at this moment. A new one is made whenever one begins or ends. */
export class MessageFaults implements MessageInterceptor {
  readonly #controls: Controls;
  readonly #armed: readonly ArmedStrike[];
  readonly #onSpent: (open: MessageStrike) => void;

  /** `onSpent` hears of a strike that will strike no further message. */
  constructor(controls: Controls, open: readonly MessageStrike[], onSpent: (open: MessageStrike) => void) {
    this.#controls = controls;
    this.#onSpent = onSpent;
    this.#armed = [...open]
      .sort((left, right) => left.strike.fault - right.strike.fault || left.strike.number - right.strike.number)
      .map((strike) => armed(strike, controls));
  }

  intercept(passage: Passage): Interference | undefined {
    let interference: Interference | undefined;
    for (const candidate of this.#armed) {
      if (!this.#strikes(candidate, passage, interference?.message ?? passage.message)) continue;
      interference ??= untouched(passage);
      this.#interfere(candidate.open, passage, interference);
      if (interference.drop || interference.isMalformed) break;
    }
    return interference;
  }

  #strikes(candidate: ArmedStrike, passage: Passage, message: Passage["message"]): boolean {
    const { open, types, from, to, strikesMax } = candidate;
    const { strike, action, id } = open;
    if (strike.struck >= strikesMax || !from.has(passage.from) || !to.has(passage.to)) return false;
    if (types.size > 0 && !types.has(message.type)) return false;
    if (action.kind === "corrupt" && action.field !== "" && !hasField(message, action.field)) return false;
    strike.matches++;
    if (strike.matches <= action.messages.skip) return false;
    const { of, outOf } = action.messages.rate;
    if (of < outOf && !this.#stream("faultMatch", id, passage).chance(of, outOf)) return false;
    strike.struck++;
    if (strike.struck === strikesMax) this.#onSpent(open);
    return true;
  }

  /** Does to the message what the fault says, and reports whether that makes a difference. */
  #interfere(open: MessageStrike, passage: Passage, interference: Interference): void {
    const { strike, action, id } = open;
    const before = { delayUs: interference.delayUs, copies: interference.copiesAfterUs.length };
    switch (action.kind) {
      case "drop":
        interference.drop = true;
        break;
      case "delay":
        interference.delayUs += this.#between("faultDelay", id, passage, action.byUsMin, action.byUsMax);
        break;
      case "reorder":
        interference.delayUs += this.#between("faultDelay", id, passage, 0, action.withinUs);
        break;
      case "duplicate":
        for (let copy = 0; copy < action.copies; copy++) {
          interference.copiesAfterUs.push(this.#between("faultCopy", id, passage, 0, action.withinUs));
        }
        break;
      case "hold":
        interference.heldBy.push(strike.number);
        break;
      case "corrupt":
        this.#corrupt({ strike, action, id }, passage, interference);
        return;
      default:
        return unreachable(action);
    }
    const { ledger, nowUs } = this.#controls;
    const isLate = interference.delayUs > before.delayUs;
    // What a stream is given twice it delivers once.
    const copies = passage.transport === "datagram" ? interference.copiesAfterUs.slice(before.copies) : [];
    if (isLate) ledger.late(strike.number, nowUs + interference.delayUs);
    for (const afterUs of copies) ledger.late(strike.number, nowUs + interference.delayUs + afterUs);
    if (isLate || copies.length > 0 || action.kind === "drop" || action.kind === "hold") ledger.changed(strike.number);
    else ledger.touched(strike.number);
  }

  #corrupt(open: OpenStrike<ActionOf<"corrupt">>, passage: Passage, interference: Interference): void {
    const { strike, action, id } = open;
    const { field, to } = action;
    const stream = this.#stream("faultDamage", id, passage);
    const before = interference.message;
    if (field === "") {
      const after = withDamagedBytes(before, stream);
      interference.damagedOnWire = true;
      interference.isMalformed = after === undefined;
      interference.message = after ?? before;
    } else {
      interference.message = to === undefined ? withDamagedField(before, field, stream) : withField(before, field, to);
      if (!interference.damagedOnWire) interference.whole = interference.message;
    }
    const { ledger } = this.#controls;
    // A field set to what it was already, or a byte that the decoder ignores, makes no difference.
    if (interference.isMalformed || !equalPlain(before, interference.message)) ledger.changed(strike.number);
    else ledger.touched(strike.number);
  }

  #between(purpose: string, id: string, passage: Passage, minUs: number, maxUs: number): number {
    return minUs === maxUs ? minUs : this.#stream(purpose, id, passage).between(minUs, maxUs);
  }

  /** One stream for each fault and link, so that traffic elsewhere shifts no draw here. */
  #stream(purpose: string, id: string, { from, to }: Passage): Stream {
    const { streams } = this.#controls;
    return streams.named(purpose, `${id} ${this.#controls.subjectOf(from)}>${this.#controls.subjectOf(to)}`);
  }
}

function armed(open: MessageStrike, controls: Controls): ArmedStrike {
  const { types, from, to, count, skip } = open.action.messages;
  assert(skip >= 0 && count >= 0, "a message fault skips and strikes no less than nothing");
  return {
    open,
    types: new Set(types),
    from: new Set(controls.nodesOf(from)),
    to: new Set(controls.nodesOf(to)),
    strikesMax: open.strike.window === "once" ? Math.min(1, count) : count,
  };
}

function untouched(passage: Passage): Interference {
  const { message } = passage;
  const { message: whole } = passage;
  return {
    drop: false,
    delayUs: 0,
    copiesAfterUs: [],
    message,
    whole,
    isMalformed: false,
    damagedOnWire: false,
    heldBy: [],
  };
}
