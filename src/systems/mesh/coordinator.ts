// The coordinator: answers from the authority register, and changes it only through the command log. Before a grant
// commits, the store is sealed against every older token; so after it none of their writes can be accepted.

import type { NodeId } from "../../base/ids.ts";
import { unreachable } from "../../base/assert.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import {
  applyCommand,
  type AuthorityRegister,
  freshRegister,
  incarnationOf,
  type Outcome,
  type Owner,
  type RegisterCommand,
  type Registration,
  unregistered,
} from "./authority-register.ts";
import { type Committed, DiskLog, type DiskLogState, type LogStep } from "./command-log.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";
import { type MeshEffect, Outbox } from "./outbox.ts";
import type { MeshSettings } from "./settings.ts";
import { serverAt, type Topology } from "./topology.ts";
import { isWellFormed } from "./well-formed.ts";

/** Pause before the disk is tried again after a failed sync. */
const DISK_RETRY_US = 20_000;

export interface CoordinatorState {
  readonly log: DiskLogState<RegisterCommand>;
  register: AuthorityRegister;
  /** Players that wait for their first grant, and the question to answer then. Forgotten at a restart. */
  readonly askers: Map<NodeId, { readonly session: number; readonly ask: number }>;
  /** When the sealing of each pending grant is asked for again. */
  readonly seals: Map<NodeId, number>;
  /** When the disk is tried again after a failed sync; -1: it is well. */
  diskDueUs: number;
  halted: boolean;
}

type Received<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

export class Coordinator implements Machine<MeshMessage, MeshFact> {
  state: CoordinatorState;
  readonly #topology: Topology;
  readonly #settings: MeshSettings;
  readonly #log: DiskLog<RegisterCommand>;
  readonly #compareVersions: boolean;
  // Of the step under way only.
  readonly #out = new Outbox();
  #nowUs = 0;

  constructor(topology: Topology, settings: MeshSettings) {
    this.#topology = topology;
    this.#settings = settings;
    const { defence, coordinator, transfer } = settings;
    this.#log = new DiskLog({ durable: defence.durableGrants, snapshotEvery: coordinator.snapshotEvery });
    this.#compareVersions = transfer.policy === "version" && defence.stateGuard;
    this.state = {
      log: this.#log.fresh(),
      register: freshRegister(),
      askers: new Map(),
      seals: new Map(),
      diskDueUs: -1,
      halted: false,
    };
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    this.#nowUs = event.monotonicUs;
    if (this.state.halted) return [];
    switch (event.type) {
      case "booted":
        this.#onBooted(event.disk);
        break;
      case "received":
        // Whatever comes in is an occasion to notice that a timer was lost.
        if (this.state.diskDueUs >= 0 && this.#nowUs > this.state.diskDueUs + DISK_RETRY_US) this.#replaceLog();
        if (this.#log.serving(this.state.log) && isWellFormed(event.message, this.#topology.members))
          this.#onMessage(event.from, event.message);
        break;
      case "timerFired":
        this.#onTimer(event.timer);
        break;
      case "synced":
        this.#onSynced(event.sync);
        break;
      case "syncFailed":
        if (this.#log.syncFailed(this.state.log, event.sync).wantsSnapshot) this.#tryDiskLater();
        break;
      case "stopRequested":
        this.#out.halt();
        break;
      case "drawn":
      case "connectionLost":
        break;
      default:
        unreachable(event);
    }
    return this.#out.take();
  }

  #onBooted(disk: Extract<MachineEvent, { type: "booted" }>["disk"]): void {
    const restored = this.#log.restore(this.state.log, disk);
    if (restored.type === "unreadable") {
      this.state.halted = true;
      this.#out.record({ type: "record", fact: "diskUnreadable", file: restored.file, record: restored.record });
      this.#out.halt();
      return;
    }
    if (restored.snapshot !== undefined) this.state.register = restored.snapshot as AuthorityRegister;
    this.#take(restored);
    if (this.#log.serving(this.state.log)) this.#sealEverything();
  }

  #onSynced(sync: string): void {
    const served = this.#log.serving(this.state.log);
    const step = this.#log.synced(this.state.log, sync);
    this.#out.add(step.effects);
    for (const committed of step.committed) this.#apply(committed);
    if (step.wantsSnapshot) this.#replaceLog();
    if (!served && this.#log.serving(this.state.log)) this.#sealEverything();
  }

  #onTimer(timer: string): void {
    if (timer === "disk" && this.state.diskDueUs >= 0) return this.#replaceLog();
    if (timer.startsWith("seal:")) this.#seal(timer.slice("seal:".length) as NodeId);
  }

  #tryDiskLater(): void {
    this.state.diskDueUs = this.#nowUs + DISK_RETRY_US;
    this.#out.setTimer("disk", DISK_RETRY_US);
  }

  #replaceLog(): void {
    this.state.diskDueUs = -1;
    // The snapshot is a value of its own: the register goes on changing.
    const { players, incarnations } = this.state.register;
    const snapshot: AuthorityRegister = { players: new Map(players), incarnations: new Map(incarnations) };
    this.#out.add(this.#log.snapshot(this.state.log, snapshot));
  }

  #onMessage(from: NodeId, message: MeshMessage): void {
    switch (message.type) {
      case "join":
        return this.#onJoin(from, message);
      case "locate":
        return this.#onLocate(from, message);
      case "adopt":
        return this.#onAdopt(from, message);
      case "abort":
        return this.#onAbort(from, message);
      case "claim":
        return this.#onClaim(from, message);
      case "rejoin":
        return this.#onRejoin(from, message.incarnation);
      case "fenced":
        return this.#onFenced(message);
      case "forceRollback":
        return this.#onForceRollback(from, message);
      default:
        // Meant for another role: a fault has changed its type on the way.
        return undefined;
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

  #propose(command: RegisterCommand): void {
    this.#take(this.#log.propose(this.state.log, command));
  }

  #take(step: LogStep<RegisterCommand>): void {
    this.#out.add(step.effects);
    for (const committed of step.committed) this.#apply(committed);
    if (step.wantsSnapshot) this.#replaceLog();
  }

  #apply({ index, command, told }: Committed<RegisterCommand>): void {
    const outcome = applyCommand(this.state.register, command, this.#compareVersions);
    if (outcome.type === "granted") this.#recordGrant(outcome.player, index, told);
    if (told === "never") this.#tell(command, outcome);
  }

  #recordGrant(player: NodeId, index: number, told: Committed<unknown>["told"]): void {
    const { owner } = this.#registrationOf(player);
    if (owner === null || told === "surely") return;
    const { server, token, cause, transfer } = owner;
    const fact = told === "never" ? "granted" : "grantRecovered";
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
    if (pending === null) return;
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

  #sealEverything(): void {
    for (const [player, { pending }] of this.state.register.players) if (pending !== null) this.#seal(player);
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
