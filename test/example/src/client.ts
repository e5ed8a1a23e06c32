// A client wants the lock, uses it for a while, and gives it back. Pure logic: an event in, effects out.
import type { Effect, Machine, MachineEvent, NodeId } from "faultline";

import type { LockFact, LockMessage, LockSettings, LockWorkload } from "./protocol.ts";

type Event = MachineEvent<LockMessage>;
type Effects = readonly Effect<LockMessage, LockFact>[];

/** Questions of one incarnation of a client: an answer to an earlier one must not look like an answer to a new one. */
const asksMax = 1_000_000;

export class Client implements Machine<LockMessage, LockFact> {
  state = { ask: 0, askedUs: 0, token: 0, untilUs: 0, used: 0, phase: "idle" as "idle" | "asking" | "holding" };
  readonly #server: NodeId;
  readonly #settings: LockSettings;
  readonly #workload: LockWorkload;

  constructor(input: { readonly server: NodeId; readonly settings: LockSettings; readonly workload: LockWorkload }) {
    this.#server = input.server;
    this.#settings = input.settings;
    this.#workload = input.workload;
  }

  step(event: Event): Effects {
    switch (event.type) {
      case "booted":
        this.state.ask = event.incarnation * asksMax;
        return [this.#thinking()];
      case "timerFired":
        return event.timer === "use" ? this.#use(event.monotonicUs) : this.#ask(event.monotonicUs);
      case "received":
        return event.message.type === "grant" ? this.#take(event.message, event.monotonicUs) : [];
      default:
        return [];
    }
  }

  #ask(nowUs: number): Effects {
    if (this.state.phase === "holding") return [];
    this.state.ask += 1;
    this.state.askedUs = nowUs;
    this.state.phase = "asking";
    return [
      { type: "record", fact: "asked", ask: this.state.ask },
      { type: "send", to: this.#server, message: { type: "acquire", ask: this.state.ask } },
      { type: "setTimer", timer: "ask", afterUs: this.#settings.retry, spreadUs: this.#settings.retry },
    ];
  }

  #take({ ask, token }: Extract<LockMessage, { type: "grant" }>, nowUs: number): Effects {
    if (this.state.phase !== "asking" || ask !== this.state.ask) return [];
    const { duration, countsFrom } = this.#settings.lease;
    // The server counts from when it granted, which nobody here knows: it was after the question, and before the answer.
    this.state.untilUs = (countsFrom === "asked" ? this.state.askedUs : nowUs) + duration;
    this.state.token = token;
    this.state.used = 0;
    this.state.phase = "holding";
    return [{ type: "cancelTimer", timer: "ask" }, this.#using()];
  }

  #use(nowUs: number): Effects {
    const { token, untilUs } = this.state;
    if (nowUs >= untilUs) return [{ type: "record", fact: "lapsed", token }, ...this.#rest()];
    this.state.used += 1;
    const used = { type: "record", fact: "used", token } as const;
    if (this.state.used < this.#workload.uses) return [used, this.#using()];
    return [
      used,
      { type: "record", fact: "released", token },
      { type: "send", to: this.#server, message: { type: "release", token } },
      ...this.#rest(),
    ];
  }

  #rest(): Effects {
    this.state.phase = "idle";
    return [this.#thinking()];
  }

  #thinking(): Effect<LockMessage, LockFact> {
    return { type: "setTimer", timer: "ask", afterUs: this.#workload.think, spreadUs: this.#workload.think };
  }

  #using(): Effect<LockMessage, LockFact> {
    return { type: "setTimer", timer: "use", afterUs: this.#workload.useEvery };
  }
}
