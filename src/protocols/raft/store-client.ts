// A client of the replicated store: one operation at a time, each under a session of its own, asked again until it is
// answered or the session is lost. Its facts are the history that is judged for linearizability.

import type { NodeId } from "../../base/ids.ts";
import type { Effect } from "../../machine/effect.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import type { StoreFact, StoreOperation } from "./facts.ts";
import type { StoreMessage } from "./store-messages.ts";

export interface ClientPlan {
  readonly nodes: readonly NodeId[];
  readonly keys: number;
  /** Pause between an answer and the next operation. */
  readonly thinkUs: number;
  readonly thinkSpreadUs: number;
  /** An operation is asked for again, at another node, after this long. */
  readonly retryUs: number;
  /** Of ten operations: how many read; of the others every third is a cas. */
  readonly readsOfTen: number;
}

interface Operation {
  readonly name: string;
  readonly kind: StoreOperation;
  readonly key: string;
  readonly expected: number;
}

interface ClientState {
  /** -1: none yet. */
  session: number;
  sequence: number;
  asks: number;
  /** The session it has, or asks for: answers to earlier requests for one open nothing. */
  opening: number;
  incarnation: number;
  /** Which node is asked when nobody names the leader, and which one was named. */
  turn: number;
  named: number;
  current: Operation | null;
  /** Versions last seen, for cas. */
  readonly seen: Map<string, number>;
}

/** Sessions that one incarnation may ask for: an ask names one of all of them. */
const SESSIONS_MAX = 1_000_000;

type ClientEffect = Effect<StoreMessage, StoreFact>;

export class StoreClient implements Machine<StoreMessage, StoreFact> {
  state: ClientState = {
    session: -1,
    sequence: 0,
    asks: 0,
    opening: 0,
    incarnation: 0,
    turn: 0,
    named: -1,
    current: null,
    seen: new Map(),
  };
  readonly #self: NodeId;
  readonly #plan: ClientPlan;
  #effects: ClientEffect[] = [];

  constructor(self: NodeId, plan: ClientPlan) {
    this.#self = self;
    this.#plan = plan;
  }

  step(event: MachineEvent<StoreMessage>): readonly ClientEffect[] {
    this.#effects = [];
    switch (event.type) {
      case "booted":
        this.state.incarnation = event.incarnation;
        this.state.opening = event.incarnation * SESSIONS_MAX;
        this.#ask();
        break;
      case "received":
        this.#onMessage(event.from, event.message);
        break;
      case "timerFired":
        if (event.timer === "think") this.#draw();
        else this.#askElsewhere();
        break;
      case "drawn":
        this.#invoke(event.value);
        break;
      case "stopRequested":
        this.#effects.push({ type: "halt" });
        break;
      default:
        break;
    }
    return this.#effects;
  }

  #onMessage(from: NodeId, message: StoreMessage): void {
    const { state } = this;
    const { current } = state;
    switch (message.type) {
      case "store.opened":
        if (state.session >= 0 || message.ask !== state.opening) return;
        state.session = message.session;
        state.sequence = 0;
        return this.#think();
      case "store.wrote":
        if (current === null || current.kind === "get") return;
        if (message.session !== state.session || message.sequence !== state.sequence) return;
        return this.#answered(from, current, message);
      case "store.value":
        if (current?.kind !== "get" || message.ask !== state.asks) return;
        return this.#answered(from, current, { done: true, ...message });
      case "store.expired":
        if (message.session !== state.session || message.sequence !== state.sequence) return;
        return this.#expired();
      case "store.elsewhere":
        // Whoever is named is asked at the next retry, once: names that are out of date must not lead in a circle.
        state.named = message.leader === null ? -1 : this.#plan.nodes.indexOf(message.leader);
        return undefined;
      default:
        return undefined;
    }
  }

  #answered(
    from: NodeId,
    { name, kind, key }: Operation,
    { done, value, version }: { readonly done: boolean; readonly value: string; readonly version: number },
  ): void {
    this.state.current = null;
    this.state.seen.set(key, version);
    this.state.turn = this.#plan.nodes.indexOf(from);
    this.#record({ type: "record", fact: "store.answered", operation: name, kind, key, done, version, value });
    this.#think();
  }

  #expired(): void {
    const { current } = this.state;
    if (current !== null)
      this.#record({ type: "record", fact: "store.unanswered", operation: current.name, key: current.key });
    this.state.current = null;
    this.state.session = -1;
    this.state.opening++;
    this.#ask();
  }

  #think(): void {
    const { thinkUs: afterUs, thinkSpreadUs: spreadUs } = this.#plan;
    this.#effects.push(
      { type: "cancelTimer", timer: "retry" },
      { type: "setTimer", timer: "think", afterUs, spreadUs },
    );
  }

  #draw(): void {
    this.#effects.push({ type: "draw", purpose: "operation", below: this.#plan.keys * 10 });
  }

  #invoke(drawn: number): void {
    const { state } = this;
    const key = `k${Math.floor(drawn / 10)}`;
    const choice = drawn % 10;
    const kind = choice < this.#plan.readsOfTen ? "get" : choice % 3 === 0 ? "cas" : "put";
    if (kind === "get") state.asks++;
    else state.sequence++;
    const number = kind === "get" ? `r${state.asks}` : `w${state.session}.${state.sequence}`;
    const expected = kind === "cas" ? (state.seen.get(key) ?? 0) : -1;
    const name = `${this.#self}/${state.incarnation}/${number}`;
    state.current = { name, kind, key, expected };
    this.#record({ type: "record", fact: "store.invoked", operation: name, kind, key, expected });
    this.#ask();
  }

  #askElsewhere(): void {
    const { state } = this;
    if (state.named >= 0 && state.named !== state.turn) {
      this.#ask(state.named);
      state.named = -1;
    } else {
      state.turn = (state.turn + 1) % this.#plan.nodes.length;
      this.#ask();
    }
  }

  #ask(at = this.state.turn): void {
    const { state } = this;
    const { current, session, sequence } = state;
    const node = this.#plan.nodes[at];
    if (session < 0) {
      this.#send(node, { type: "store.open", ask: state.opening });
    } else if (current !== null && current.kind === "get") {
      this.#send(node, { type: "store.read", ask: state.asks, key: current.key });
    } else if (current !== null) {
      const { name: value, key, expected } = current;
      this.#send(node, { type: "store.write", session, sequence, key, value, expected });
    }
    this.#effects.push({ type: "setTimer", timer: "retry", afterUs: this.#plan.retryUs });
  }

  #send(to: NodeId, message: StoreMessage): void {
    this.#effects.push({ type: "send", to, message });
  }

  #record(effect: { readonly type: "record" } & StoreFact): void {
    this.#effects.push(effect);
  }
}
