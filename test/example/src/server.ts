// The server grants the lock for one lease at a time. It keeps nothing on disk: after a crash it waits one lease, until
// whatever it granted before is over.
import type { Effect, Machine, MachineEvent, NodeId } from "faultline";

import type { LockFact, LockMessage, LockSettings } from "./protocol.ts";

type Effects = readonly Effect<LockMessage, LockFact>[];

/** Tokens of one incarnation: those of the next are all higher. */
const tokensMax = 1_000_000;

export class Server implements Machine<LockMessage, LockFact> {
  state = { token: 0, holder: "", ask: 0, expiresUs: 0 };
  readonly #settings: LockSettings;

  constructor(settings: LockSettings) {
    this.#settings = settings;
  }

  step(event: MachineEvent<LockMessage>): Effects {
    switch (event.type) {
      case "booted":
        this.state.token = event.incarnation * tokensMax;
        if (event.incarnation > 0) this.state.expiresUs = event.monotonicUs + this.#settings.lease.duration;
        return [];
      case "received":
        return this.#on(event.message, event.from, event.monotonicUs);
      default:
        return [];
    }
  }

  #on(message: LockMessage, from: NodeId, nowUs: number): Effects {
    if (message.type === "release" && message.token === this.state.token) this.state.expiresUs = nowUs;
    if (message.type !== "acquire") return [];
    const isHolder = this.state.holder === from;
    // A question that comes twice, or late, is answered already; the holder's next one says that it no longer holds.
    if (isHolder && message.ask <= this.state.ask) return [];
    // A client that is told nothing asks again.
    if (!isHolder && nowUs < this.state.expiresUs) return [];
    this.state.token += 1;
    this.state.holder = from;
    this.state.ask = message.ask;
    this.state.expiresUs = nowUs + this.#settings.lease.duration;
    const { token } = this.state;
    return [
      { type: "record", fact: "granted", client: from, token },
      { type: "send", to: from, message: { type: "grant", ask: message.ask, token } },
    ];
  }
}
