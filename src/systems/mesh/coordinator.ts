// One of the coordinators: answers from the authority register while it leads their group, and changes it only through
// the log they agree on. Before a grant commits, the store is sealed against every older token; so after it none of their
// writes can be accepted.

import type { NodeId } from "../../base/ids.ts";
import { unreachable } from "../../base/assert.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import type { RaftApplication } from "../../protocols/raft/core.ts";
import { RaftNode } from "../../protocols/raft/raft-node.ts";
import { freshRaftState, type RaftState } from "../../protocols/raft/raft-state.ts";
import {
  applyCommand,
  type AuthorityRegister,
  freshRegister,
  incarnationOf,
  type Outcome,
  type Owner,
  type RegisterCommand,
  type Registration,
  registerOfText,
  registerText,
  unregistered,
} from "./authority-register.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";
import { type MeshEffect, Outbox } from "./outbox.ts";
import { groupSettings, type MeshSettings } from "./settings.ts";
import { serverAt, type Topology } from "./topology.ts";
import { isWellFormed } from "./well-formed.ts";

export interface CoordinatorState {
  readonly raft: RaftState;
  /** What is committed, as far as this coordinator knows. */
  register: AuthorityRegister;
  /** It leads, and has everything that was committed before: it may answer. What follows is forgotten with that. */
  serving: boolean;
  /** Players that wait for their first grant, and the question to answer then. */
  readonly askers: Map<NodeId, { readonly session: number; readonly ask: number }>;
  /** When the sealing of each pending grant is asked for again. */
  readonly seals: Map<NodeId, number>;
  /** Questions that wait until it is certain that nobody else leads, by number. */
  readonly questions: Map<number, { readonly from: NodeId; readonly question: Question }>;
  asked: number;
}

type Received<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

/** What is answered from the register, and may lead to a command. */
type Question = Received<"join" | "locate" | "adopt" | "abort" | "claim" | "rejoin" | "forceRollback">;

export class Coordinator implements Machine<MeshMessage, MeshFact>, RaftApplication {
  state: CoordinatorState;
  readonly #topology: Topology;
  readonly #settings: MeshSettings;
  readonly #raft: RaftNode;
  readonly #compareVersions: boolean;
  // Of the step under way only.
  readonly #out = new Outbox();
  #nowUs = 0;

  constructor(self: NodeId, topology: Topology, settings: MeshSettings) {
    this.#topology = topology;
    this.#settings = settings;
    this.#raft = new RaftNode(self, groupSettings(settings), this);
    this.#compareVersions = settings.transfer.policy === "version" && settings.defence.stateGuard;
    this.state = {
      raft: freshRaftState({ voters: topology.coordinators, outgoing: [], learners: [] }),
      register: freshRegister(),
      serving: false,
      askers: new Map(),
      seals: new Map(),
      questions: new Map(),
      asked: 0,
    };
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    this.#nowUs = event.monotonicUs;
    this.#raft.begin(this.state.raft, event, this.#out);
    if (!this.#raft.step(event)) this.#onOwn(event);
    this.#raft.end();
    return this.#out.take();
  }

  /** Every coordinator applies every command; what follows from one is its leader's to say. */
  apply(index: number, content: unknown): void {
    // Only what `#propose` proposed is in the log.
    const command = content as RegisterCommand;
    const outcome = applyCommand(this.state.register, command, this.#compareVersions);
    if (!this.#raft.isLeader) return;
    if (outcome.type === "granted") this.#recordGrant(outcome.player, index);
    if (this.state.serving) this.#tell(command, outcome);
  }

  snapshot(): string {
    return registerText(this.state.register);
  }

  restore(content: string): void {
    this.state.register = registerOfText(content);
  }

  led(): void {
    this.state.serving = true;
    for (const [player, { pending }] of this.state.register.players) if (pending !== null) this.#seal(player);
  }

  deposed(): void {
    const { askers, seals, questions } = this.state;
    this.state.serving = false;
    for (const player of seals.keys()) this.#out.cancelTimer(`seal:${player}`);
    askers.clear();
    seals.clear();
    questions.clear();
  }

  readReady(read: number): void {
    const asked = this.state.questions.get(read);
    if (asked === undefined) return;
    this.state.questions.delete(read);
    this.#answer(asked.from, asked.question);
  }

  /** An event that is none of Raft's. */
  #onOwn(event: MachineEvent<MeshMessage>): void {
    switch (event.type) {
      case "booted":
        // Rather than invent authority.
        if (this.state.raft.halted) this.#out.halt();
        return undefined;
      case "received":
        if (isWellFormed(event.message, this.#topology.members)) this.#onMessage(event.from, event.message);
        return undefined;
      case "timerFired":
        if (event.timer.startsWith("seal:")) this.#seal(event.timer.slice("seal:".length) as NodeId);
        return undefined;
      case "stopRequested":
        return this.#out.halt();
      case "synced":
      case "syncFailed":
      case "drawn":
      case "connectionLost":
        return undefined;
      default:
        return unreachable(event);
    }
  }

  #onMessage(from: NodeId, message: MeshMessage): void {
    switch (message.type) {
      case "join":
      case "locate":
      case "adopt":
      case "abort":
      case "claim":
      case "rejoin":
      case "forceRollback":
        return this.#ask(from, message);
      case "fenced":
        return this.#onFenced(message);
      default:
        // Meant for another role: a fault has changed its type on the way.
        return undefined;
    }
  }

  /** Answers once the register is known to be that of the leader: an old leader's could name an owner of yesterday. */
  #ask(from: NodeId, question: Question): void {
    if (!this.#raft.isLeader) {
      this.#out.send(from, { type: "elsewhere", leader: this.#raft.leader });
      return;
    }
    if (!this.state.serving) return;
    this.state.asked += 1;
    const { asked } = this.state;
    if (this.#raft.read(asked) === "accepted") this.state.questions.set(asked, { from, question });
  }

  #answer(from: NodeId, question: Question): void {
    switch (question.type) {
      case "join":
        return this.#onJoin(from, question);
      case "locate":
        return this.#onLocate(from, question);
      case "adopt":
        return this.#onAdopt(from, question);
      case "abort":
        return this.#onAbort(from, question);
      case "claim":
        return this.#onClaim(from, question);
      case "rejoin":
        return this.#onRejoin(from, question.incarnation);
      case "forceRollback":
        return this.#onForceRollback(from, question);
    }
  }

  #onJoin(player: NodeId, { session, ask, x }: Received<"join">): void {
    const { owner, pending } = this.#registrationOf(player);
    if (owner !== null) return this.#sendLocated(player, owner, session, ask);
    this.state.askers.set(player, { session, ask });
    if (pending === null) return this.#propose({ type: "assign", player, server: serverAt(this.#topology, x) });
    this.#nudge(player);
  }

  #onLocate(player: NodeId, { session, ask }: Received<"locate">): void {
    this.#nudge(player);
    const { owner } = this.#registrationOf(player);
    if (owner !== null) return this.#sendLocated(player, owner, session, ask);
    this.#out.send(player, { type: "unplaced", session, ask });
  }

  #onAdopt(target: NodeId, message: Received<"adopt">): void {
    const { player, fromToken, source, transfer, version } = message;
    const { owner, pending } = this.#registrationOf(player);
    if (owner !== null && owner.transfer === transfer && owner.server === target && pending === null) {
      return this.#sendGranted(player, owner);
    }
    if (pending?.transfer === transfer && pending.server === target) return this.#nudge(player);
    this.#propose({ type: "open", player, fromToken, source, target, transfer, version });
  }

  #onAbort(source: NodeId, { player, fromToken, transfer }: Received<"abort">): void {
    const { owner, pending } = this.#registrationOf(player);
    if (owner === null) return;
    const current = owner.token === fromToken && owner.server === source;
    if (!current) return this.#answerAbort(player, source, transfer);
    if (pending?.cause === "rollback") return this.#nudge(player);
    this.#propose({ type: "abort", player, fromToken, source, transfer });
  }

  #answerAbort(player: NodeId, source: NodeId, transfer: string): void {
    const { owner, pending } = this.#registrationOf(player);
    if (owner === null) return;
    if (owner.server === source && owner.transfer === transfer && owner.cause === "rollback") {
      if (pending === null) this.#sendGranted(player, owner);
      return;
    }
    this.#out.send(source, { type: "settled", transfer, player, server: owner.server, token: owner.token });
  }

  #onClaim(server: NodeId, { player, incarnation }: Received<"claim">): void {
    // A claim from before a restart, or before the restart was told here, has nothing to claim.
    if (incarnation !== incarnationOf(this.state.register, server)) return;
    const { owner, pending } = this.#registrationOf(player);
    if (owner === null) return;
    if (owner.server !== server) {
      this.#out.send(server, { type: "owner", player, server: owner.server, token: owner.token });
    } else if (pending === null) {
      this.#sendGranted(player, owner);
    } else {
      this.#nudge(player);
    }
  }

  #onRejoin(server: NodeId, incarnation: number): void {
    if (incarnation > incarnationOf(this.state.register, server)) {
      return this.#propose({ type: "reclaim", server, incarnation });
    }
    this.#out.send(server, { type: "rejoined", incarnation, players: 0 });
  }

  #onFenced({ player, token, version }: Received<"fenced">): void {
    if (!this.state.serving) return;
    const { pending } = this.#registrationOf(player);
    if (pending?.token === token) this.#propose({ type: "close", player, token, version });
  }

  #onForceRollback(operator: NodeId, { command, player, reason }: Received<"forceRollback">): void {
    const { owner } = this.#registrationOf(player);
    if (owner === null) {
      this.#out.send(operator, { type: "forced", command, player, answer: "noOwner" });
      return;
    }
    // A source that never heard that its transfer is over is the one in need of it.
    if (owner.cause === "transfer") {
      const { transfer, server, token } = owner;
      this.#out.send(owner.source, { type: "settled", transfer, player, server, token });
    }
    this.#out.send(owner.server, { type: "force", command, player, reason, operator });
  }

  /** Refused only while it is about to lead no more, or when too much waits already: whoever wants it asks again. */
  #propose(command: RegisterCommand): void {
    this.#raft.propose(command);
  }

  #recordGrant(player: NodeId, index: number): void {
    const { owner } = this.#registrationOf(player);
    if (owner === null) return;
    const { server, token, cause, transfer } = owner;
    // A new leader cannot know whether the one before it said so.
    const fact = this.state.serving ? "granted" : "grantRecovered";
    this.#out.record({ type: "record", fact, player, server, token, cause, transfer, index });
  }

  /** What follows from a command that was committed now. */
  #tell(command: RegisterCommand, outcome: Outcome): void {
    switch (outcome.type) {
      case "pending":
        return this.#seal(outcome.player);
      case "granted":
        return this.#tellGrant(outcome.player, outcome.conflict);
      case "unchanged":
        return this.#tellUnchanged(command);
      case "refused":
        return this.#tellRefusal(command, outcome.because);
      case "reclaimed":
        if (command.type !== "reclaim") return;
        this.#tellReclaim(command, outcome.players);
    }
  }

  #tellGrant(player: NodeId, conflict: NodeId | null): void {
    const { owner } = this.#registrationOf(player);
    if (owner === null) return;
    this.state.seals.delete(player);
    this.#out.cancelTimer(`seal:${player}`);
    this.#sendGranted(player, owner);
    if (conflict !== null) {
      this.#out.send(conflict, { type: "adoptRefused", transfer: owner.transfer, player, because: "conflict" });
    }
    const asker = this.state.askers.get(player);
    if (asker === undefined) return;
    this.state.askers.delete(player);
    this.#sendLocated(player, owner, asker.session, asker.ask);
  }

  #tellUnchanged(command: RegisterCommand): void {
    if (command.type === "abort") this.#answerAbort(command.player, command.source, command.transfer);
    if (command.type !== "open") return;
    const { owner, pending } = this.#registrationOf(command.player);
    if (owner?.transfer === command.transfer && pending === null) this.#sendGranted(command.player, owner);
  }

  #tellRefusal(command: RegisterCommand, because: Received<"adoptRefused">["because"]): void {
    if (command.type !== "open") return;
    const { player, target, transfer } = command;
    this.#out.record({ type: "record", fact: "grantRefused", player, server: target, transfer, because });
    this.#out.send(target, { type: "adoptRefused", transfer, player, because });
  }

  #tellReclaim(
    { server, incarnation }: Extract<RegisterCommand, { type: "reclaim" }>,
    players: readonly NodeId[],
  ): void {
    this.#out.record({ type: "record", fact: "serverRejoined", server, incarnation, players: players.length });
    this.#out.send(server, { type: "rejoined", incarnation, players: players.length });
    for (const player of players) this.#seal(player);
  }

  /** Asks the store to refuse everything older than the pending grant; asked again until it has answered. */
  #seal(player: NodeId): void {
    const { pending } = this.#registrationOf(player);
    if (pending === null || !this.state.serving) return;
    if (!this.#settings.defence.sealBeforeGrant) {
      return this.#propose({ type: "close", player, token: pending.token, version: -1 });
    }
    this.#out.send(this.#topology.store, { type: "fence", player, token: pending.token });
    this.state.seals.set(player, this.#nowUs + this.#settings.coordinator.sealRetry);
    this.#out.setTimer(`seal:${player}`, this.#settings.coordinator.sealRetry);
  }

  /** Seals again when the timer that should have done it is overdue: timers can be lost, too. */
  #nudge(player: NodeId): void {
    const dueUs = this.state.seals.get(player);
    if (dueUs !== undefined && this.#nowUs > dueUs + this.#settings.coordinator.sealRetry) this.#seal(player);
  }

  #registrationOf(player: NodeId): Registration {
    return this.state.register.players.get(player) ?? unregistered;
  }

  #sendGranted(player: NodeId, { server, token, cause, transfer, version }: Owner): void {
    const incarnation = incarnationOf(this.state.register, server);
    this.#out.send(server, { type: "granted", player, token, cause, transfer, version, incarnation });
  }

  #sendLocated(player: NodeId, { server, token }: Owner, session: number, ask: number): void {
    this.#out.send(player, { type: "located", session, ask, server, token });
  }
}
