// The ping workload: every node keeps requests outstanding to random peers, with a timer for each and an idle timer.
import { nodeId, type NodeId } from "../../src/base/ids.ts";
import type { Effect } from "../../src/machine/effect.ts";
import type { MachineEvent } from "../../src/machine/event.ts";
import type { Machine, NodeSpec } from "../../src/machine/machine.ts";
import type { WorldPlan } from "../../src/world/plan.ts";
import { plainLink, plainPlan } from "./plans.ts";

const OUTSTANDING = 4;
const RESEND_US = 20_000;
const IDLE_US = 50_000;
const timers = ["0", "1", "2", "3"];

type PingMessage =
  | { readonly type: "request"; readonly lane: number; readonly round: number }
  | { readonly type: "response"; readonly lane: number; readonly round: number };

interface PingState {
  rounds: number[];
  peers: number[];
  /** A light generator of its own: which peer is next is no concern of the host. */
  seed: number;
}

class PingMachine implements Machine<PingMessage> {
  state: PingState;
  readonly #names: readonly NodeId[];
  readonly #self: number;

  constructor(names: readonly NodeId[], self: number) {
    this.#names = names;
    this.#self = self;
    this.state = { rounds: [0, 0, 0, 0], peers: [0, 0, 0, 0], seed: (self * 2_654_435_761 + 1) | 0 };
  }

  step(event: MachineEvent<PingMessage>): readonly Effect<PingMessage>[] {
    switch (event.type) {
      case "booted": {
        const effects: Effect<PingMessage>[] = [];
        for (let lane = 0; lane < OUTSTANDING; lane++) effects.push(...this.#next(lane));
        return effects;
      }
      case "received":
        return event.message.type === "request"
          ? this.#onRequest(event.from, event.message.lane, event.message.round)
          : this.#onResponse(event.message.lane, event.message.round);
      case "timerFired":
        return event.timer === "idle" ? [] : this.#send(Number(event.timer));
      default:
        return [];
    }
  }

  #onRequest(from: NodeId, lane: number, round: number): readonly Effect<PingMessage>[] {
    return [
      { type: "setTimer", timer: "idle", afterUs: IDLE_US },
      { type: "send", to: from, message: { type: "response", lane, round } },
    ];
  }

  #onResponse(lane: number, round: number): readonly Effect<PingMessage>[] {
    return this.state.rounds[lane] === round ? this.#next(lane) : [];
  }

  #next(lane: number): readonly Effect<PingMessage>[] {
    const { state } = this;
    state.rounds[lane]++;
    state.seed = (Math.imul(state.seed, 1_664_525) + 1_013_904_223) | 0;
    const count = this.#names.length;
    state.peers[lane] = (this.#self + 1 + Math.floor(((state.seed >>> 0) / 0x1_0000_0000) * (count - 1))) % count;
    return this.#send(lane);
  }

  #send(lane: number): readonly Effect<PingMessage>[] {
    const { rounds, peers } = this.state;
    return [
      { type: "send", to: this.#names[peers[lane]], message: { type: "request", lane, round: rounds[lane] } },
      { type: "setTimer", timer: timers[lane], afterUs: RESEND_US },
    ];
  }
}

export function pingNodes(count: number): readonly NodeSpec[] {
  const names = Array.from({ length: count }, (_, index) => nodeId(`n${index}`));
  return names.map((id, ordinal): NodeSpec => ({
    id,
    role: "ping",
    ordinal,
    start: () => new PingMachine(names, ordinal),
  }));
}

export const pingPlan: WorldPlan = {
  ...plainPlan,
  untilUs: 2_000_000_000,
  healUs: 2_000_000_000,
  link: {
    ...plainLink,
    latency: { type: "exponential", minUs: 500, meanUs: 500 },
    loss: { type: "independent", rate: { of: 2, outOf: 100 } },
  },
  limits: { eventsMax: Infinity, pendingMax: 4_000_000 },
};
