// Raft alone: a group whose leader is asked to commit a thousand commands in each second of its own time, nobody judging.
// Arguments: nodes, events of warm-up, timed events, seed.

import { nodeId, type NodeId } from "../../src/base/ids.ts";
import type { Effect } from "../../src/machine/effect.ts";
import type { MachineEvent } from "../../src/machine/event.ts";
import type { Machine, NodeSpec } from "../../src/machine/machine.ts";
import { RaftMachine } from "../../src/protocols/raft/raft-machine.ts";
import { raftSettings } from "../../src/protocols/raft/settings.ts";
import type { StoreMessage } from "../../src/protocols/raft/store-messages.ts";
import { World } from "../../src/world/world.ts";
import { cpuSeconds, programArguments, report } from "./meter.ts";
import { quietPlan } from "./quiet-plan.ts";

const EVERY_US = 1_000;
const LATENCY = { type: "exponential", minUs: 500, meanUs: 500 } as const;
const LOSS = { type: "independent", rate: { of: 0, outOf: 1 } } as const;

const given = programArguments();
const group = Array.from({ length: given.nodes }, (_, node) => nodeId(`node-${node}`));
const setNext = { type: "setTimer", timer: "next", afterUs: EVERY_US } as const;

/** Writes under one session, whether or not the last write was answered. */
class Client implements Machine<StoreMessage> {
  state = { leader: group[0], session: -1, sequence: 0 };

  step(event: MachineEvent<StoreMessage>): readonly Effect<StoreMessage>[] {
    switch (event.type) {
      case "booted":
        return [setNext];
      case "timerFired":
        return [setNext, { type: "send", to: this.state.leader, message: this.#next() }];
      case "received":
        this.#hear(event.from, event.message);
        return [];
      default:
        return [];
    }
  }

  #next(): StoreMessage {
    const { session } = this.state;
    if (session < 0) return { type: "store.open", ask: 0 };
    this.state.sequence++;
    const { sequence } = this.state;
    return { type: "store.write", session, sequence, key: "key", value: `v${sequence}`, expected: -1 };
  }

  #hear(from: NodeId, message: StoreMessage): void {
    if (message.type === "store.opened") this.state.session = message.session;
    if (message.type === "store.elsewhere") this.state.leader = message.leader ?? after(from);
  }
}

const after = (node: NodeId): NodeId => group[(group.indexOf(node) + 1) % group.length];

const settings = raftSettings();
const initial = { voters: group, outgoing: [], learners: [] };
const members = group.map((id, ordinal): NodeSpec => {
  return { id, role: "node", ordinal, start: () => new RaftMachine(id, initial, settings) };
});
const client: NodeSpec = { id: nodeId("client"), role: "client", ordinal: 0, start: () => new Client() };
const world = new World(quietPlan({ latency: LATENCY, loss: LOSS }), [...members, client], {
  seed: given.seed,
  observer: { observe() {} },
});

/** Lets so many events happen. */
function handle(events: number): void {
  const until = world.eventsDone + events;
  world.runUntil(Number.MAX_SAFE_INTEGER, () => world.eventsDone >= until);
}

handle(given.warmupEvents);
const eventsBefore = world.eventsDone;
const atBeforeUs = world.nowUs;
const begunAt = cpuSeconds();
handle(given.timedEvents);
const seconds = cpuSeconds() - begunAt;
const events = world.eventsDone - eventsBefore;
const eventsPerSecond = Math.round(events / ((world.nowUs - atBeforeUs) / 1_000_000));
report({ events, seconds, eventsPerSimulatedSecond: eventsPerSecond, digest: world.digestHex() });
