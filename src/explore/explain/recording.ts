// A run as what caused what: every event with what set it off, what it stated and what it sent.

import type { Violation } from "../../check/property.ts";
import type { Fact } from "../../machine/effect.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { LossReason, TraceEvent } from "../../trace/trace-event.ts";
import { tryScenario, type TrialOptions } from "../trial.ts";

/** What happened at a node in one kernel event. */
export interface Happening {
  readonly event: number;
  readonly atUs: number;
  readonly node: string;
  /** The event that set it off; undefined: nothing that is known of, such as the start of the run. */
  cause: number | undefined;
  /** The message that it was told. */
  heard: number | undefined;
  readonly facts: Fact[];
  readonly sent: number[];
}

export interface SentMessage {
  readonly message: number;
  readonly event: number;
  readonly atUs: number;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly content: object;
  /** Of its first copy; undefined: none arrived before the violation. */
  arrivedUs: number | undefined;
  lostBy: LossReason | undefined;
  /** Messages of this type on this link that were sent in the same microsecond, before it. */
  readonly before: number;
}

export interface Recording {
  readonly happenings: ReadonlyMap<number, Happening>;
  readonly messages: ReadonlyMap<number, SentMessage>;
  readonly violation: Violation | undefined;
}

export function recordRun(scenario: Scenario, options: TrialOptions): Recording {
  const recorder = new Recorder();
  const { violation } = tryScenario(scenario, { ...options, tracer: recorder });
  return { happenings: recorder.happenings, messages: recorder.messages, violation };
}

class Recorder {
  readonly happenings = new Map<number, Happening>();
  readonly messages = new Map<number, SentMessage>();
  /** By node and timer, the event that set it. */
  readonly #setBy = new Map<string, number>();
  /** By node, its last event. */
  readonly #last = new Map<string, number>();
  readonly #sentAt = new Map<string, { readonly atUs: number; readonly count: number }>();

  trace(event: TraceEvent): void {
    if (event.kind === "lost") {
      const message = this.messages.get(event.message);
      if (message !== undefined) message.lostBy ??= event.reason;
      return;
    }
    const happening = this.#happening(event);
    switch (event.kind) {
      case "fact":
        happening.facts.push(event.fact);
        break;
      case "sent":
        happening.sent.push(event.message);
        this.#send(event);
        break;
      case "delivered": {
        const message = this.messages.get(event.message);
        happening.heard = event.message;
        happening.cause = message?.event;
        if (message !== undefined) message.arrivedUs ??= event.atUs;
        break;
      }
      case "timerSet":
        this.#setBy.set(`${event.node} ${event.timer}`, event.event);
        break;
      case "timerFired":
        happening.cause = this.#setBy.get(`${event.node} ${event.timer}`);
        break;
      default:
        break;
    }
  }

  #happening({ event, atUs, node }: TraceEvent): Happening {
    const known = this.happenings.get(event);
    if (known !== undefined) return known;
    // What follows from nothing else follows from what the node did before: a sync that it asked for, say.
    const cause = this.#last.get(node);
    const happening: Happening = { event, atUs, node, cause, heard: undefined, facts: [], sent: [] };
    this.happenings.set(event, happening);
    this.#last.set(node, event);
    return happening;
  }

  #send({ message, event, atUs, node: from, to, content }: TraceEvent & { readonly kind: "sent" }): void {
    const type = "type" in content ? String(content.type) : "";
    const link = `${from} ${to} ${type}`;
    const last = this.#sentAt.get(link);
    const before = last?.atUs === atUs ? last.count : 0;
    this.#sentAt.set(link, { atUs, count: before + 1 });
    const sent = { message, event, atUs, from, to, type, content, arrivedUs: undefined, lostBy: undefined, before };
    this.messages.set(message, sent);
  }
}
