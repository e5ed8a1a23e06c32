// A machine that is a Raft node with a key-value store on it: Raft simulated, tested and served by itself. It is also the
// example of how a machine of somebody's own hosts a `RaftNode`.

import type { NodeId } from "../../base/ids.ts";
import type { Effect } from "../../machine/effect.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import type { RaftApplication } from "./core.ts";
import type { RaftFact, StoreFact } from "./facts.ts";
import type { RaftConfiguration, RaftMessage } from "./messages.ts";
import { RaftNode } from "./raft-node.ts";
import { freshRaftState, type RaftState } from "./raft-state.ts";
import type { RaftSettings } from "./settings.ts";
import {
  applyToStore,
  freshStore,
  type StoreCommand,
  storeOfText,
  type StoreState,
  storeText,
  valueOf,
} from "./store.ts";
import type { StoreMessage } from "./store-messages.ts";

export type RaftMachineEffect = Effect<RaftMessage | StoreMessage, RaftFact | StoreFact>;

export interface RaftMachineState {
  readonly raft: RaftState;
  store: StoreState;
  /** Who waits for which read. Forgotten when this node leads no more: clients ask again. */
  readonly readers: Map<number, { readonly client: NodeId; readonly ask: number; readonly key: string }>;
  reads: number;
}

export class RaftMachine implements Machine<RaftMessage | StoreMessage, RaftFact | StoreFact>, RaftApplication {
  state: RaftMachineState;
  readonly #settings: RaftSettings;
  readonly #raft: RaftNode;
  // Of the step under way only.
  #effects: RaftMachineEffect[] = [];

  /** `initial`: the group as it was founded, the same at every founder; empty for a node that joins later. */
  constructor(self: NodeId, initial: RaftConfiguration, settings: RaftSettings) {
    this.#settings = settings;
    this.#raft = new RaftNode(self, settings, this);
    this.state = { raft: freshRaftState(initial), store: freshStore(), readers: new Map(), reads: 0 };
  }

  step(event: MachineEvent<RaftMessage | StoreMessage>): readonly RaftMachineEffect[] {
    this.#effects = [];
    this.#raft.begin(this.state.raft, event, this.#effects);
    if (!this.#raft.step(event)) {
      if (event.type === "received") this.#onMessage(event.from, event.message);
      if (event.type === "stopRequested") this.#effects.push({ type: "halt" });
      if (event.type === "booted" && this.state.raft.halted) this.#effects.push({ type: "halt" });
    }
    this.#raft.end();
    return this.#effects;
  }

  apply(index: number, content: unknown): void {
    // Only what `#onMessage` proposed is in the log.
    const command = content as StoreCommand;
    const { sessionDedupe: dedupe } = this.#settings.defence;
    const { sessionsMax } = this.#settings;
    const outcome = applyToStore(this.state.store, index, command, { sessionsMax, dedupe });
    const { client } = command;
    if (outcome.type === "wrote" && !outcome.repeated && command.type === "write") {
      const { session, sequence, key } = command;
      const { version } = outcome.reply;
      this.#effects.push({ type: "record", fact: "store.executed", session, sequence, index, key, version });
    }
    if (!this.#raft.isLeader) return;
    if (outcome.type === "opened") {
      this.#send(client, { type: "store.opened", ask: outcome.ask, session: outcome.session });
    } else if (command.type === "write") {
      const { session, sequence } = command;
      if (outcome.type === "wrote") this.#send(client, { type: "store.wrote", session, sequence, ...outcome.reply });
      else this.#send(client, { type: "store.expired", session, sequence });
    }
  }

  snapshot(): string {
    return storeText(this.state.store, this.#settings.defence.sessionsInSnapshot);
  }

  restore(content: string): void {
    this.state.store = storeOfText(content);
  }

  led(): void {
    // Every answer follows from a command or a read: there is nothing to begin.
  }

  deposed(): void {
    this.state.readers.clear();
  }

  readReady(read: number): void {
    const reader = this.state.readers.get(read);
    if (reader === undefined) return;
    this.state.readers.delete(read);
    const { client, ask, key } = reader;
    this.#send(client, { type: "store.value", ask, ...valueOf(this.state.store, key) });
  }

  #onMessage(from: NodeId, message: RaftMessage | StoreMessage): void {
    switch (message.type) {
      case "store.open":
        return this.#propose(from, { type: "open", client: from, ask: message.ask });
      case "store.write": {
        const { session, sequence, key, value, expected } = message;
        return this.#propose(from, { type: "write", client: from, session, sequence, key, value, expected });
      }
      case "store.read":
        return this.#read(from, message.ask, message.key);
      case "store.changeMembers":
        return this.#send(from, { type: "store.administered", answer: this.#raft.changeMembers(message) });
      case "store.transferLeadership":
        return this.#send(from, {
          type: "store.administered",
          answer: this.#raft.transferLeadership(message.target),
        });
      default:
        // Meant for another role: a fault has changed its type on the way.
        return undefined;
    }
  }

  #propose(client: NodeId, command: StoreCommand): void {
    const answer = this.#raft.propose(command);
    if (answer.type === "refused" && answer.because !== "busy") this.#sendElsewhere(client);
  }

  #read(client: NodeId, ask: number, key: string): void {
    const read = ++this.state.reads;
    if (this.#raft.read(read) === "accepted") this.state.readers.set(read, { client, ask, key });
    else this.#sendElsewhere(client);
  }

  #sendElsewhere(client: NodeId): void {
    this.#send(client, { type: "store.elsewhere", leader: this.#raft.leader });
  }

  #send(to: NodeId, message: StoreMessage): void {
    this.#effects.push({ type: "send", to, message });
  }
}
