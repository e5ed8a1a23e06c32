// Request/response through the whole world: machines, a network with latency and loss, timers, the digest.
//
// Each node keeps 4 requests outstanding to random peers, resends one after 20 ms without an answer, and re-arms an idle
// timer of 50 ms on every request: about one timer set and one cancelled per message. peers/ping.hpp is the same in C++.

import type { NodeId } from "../../src/base/ids.ts";
import type { Effect } from "../../src/machine/effect.ts";
import type { MachineEvent } from "../../src/machine/event.ts";
import type { Machine, NodeSpec } from "../../src/machine/machine.ts";
import { World } from "../../src/world/world.ts";
import { Meter, programArguments } from "./meter.ts";
import { quietPlan } from "./quiet-plan.ts";

const SLOTS = [0, 1, 2, 3];
const LATENCY = { type: "exponential", minUs: 500, meanUs: 500 } as const;
const LOSS = { type: "independent", rate: { of: 2, outOf: 100 } } as const;

type Ping = { readonly type: "request" | "reply"; readonly slot: number; readonly number: number };

const given = programArguments();
const meter = new Meter(given);
const ids = Array.from({ length: given.nodes }, (_, node) => `node-${node}` as NodeId);

const NONE: readonly Effect<Ping>[] = [];
const drawPeer = SLOTS.map((slot) => ({ type: "draw", purpose: `peer-${slot}`, below: given.nodes - 1 }) as const);
const setResend = SLOTS.map((slot) => ({ type: "setTimer", timer: `resend-${slot}`, afterUs: 20_000 }) as const);
const cancelResend = SLOTS.map((slot) => ({ type: "cancelTimer", timer: `resend-${slot}` }) as const);
const setIdle = { type: "setTimer", timer: "idle", afterUs: 50_000 } as const;
let isDone = false;

class PingNode implements Machine<Ping> {
  readonly #ordinal: number;
  /** The peer of each slot, and the number of its request. */
  state = { requests: SLOTS.flatMap(() => [0, 0]) };

  constructor(ordinal: number) {
    this.#ordinal = ordinal;
  }

  step(event: MachineEvent<Ping>): readonly Effect<Ping>[] {
    switch (event.type) {
      case "booted":
        return drawPeer;
      case "drawn":
        return this.#request(slotIn(event.purpose), event.value);
      case "received":
        return event.message.type === "request" ? this.#reply(event.from, event.message) : this.#next(event.message);
      case "timerFired":
        return event.timer === "idle" ? NONE : this.#send(slotIn(event.timer));
      default:
        return NONE;
    }
  }

  #request(slot: number, other: number): readonly Effect<Ping>[] {
    const { requests } = this.state;
    requests[slot * 2] = other < this.#ordinal ? other : other + 1;
    requests[slot * 2 + 1]++;
    return this.#send(slot);
  }

  #send(slot: number): readonly Effect<Ping>[] {
    count();
    const { requests } = this.state;
    return [
      setResend[slot],
      { type: "send", to: ids[requests[slot * 2]], message: { type: "request", slot, number: requests[slot * 2 + 1] } },
    ];
  }

  #reply(to: NodeId, { slot, number }: Ping): readonly Effect<Ping>[] {
    count();
    return [setIdle, { type: "send", to, message: { type: "reply", slot, number } }];
  }

  #next({ slot, number }: Ping): readonly Effect<Ping>[] {
    return this.state.requests[slot * 2 + 1] === number ? [cancelResend[slot], drawPeer[slot]] : NONE;
  }
}

function slotIn(name: string): number {
  return name.charCodeAt(name.length - 1) - 48;
}

function count(): void {
  isDone ||= meter.count();
}

const nodes = ids.map((id, ordinal): NodeSpec<Ping> => {
  return { id, role: "node", ordinal, start: () => new PingNode(ordinal) };
});
const world = new World(quietPlan({ latency: LATENCY, loss: LOSS }), nodes, {
  seed: given.seed,
  observer: { observe() {} },
  digest: given.variant !== "no digest",
  check: given.variant === "check",
  tracer: given.variant === "trace" ? { trace() {} } : undefined,
});
world.run(() => isDone);
meter.report({ digest: world.digestHex(), eventsDone: world.eventsDone });
