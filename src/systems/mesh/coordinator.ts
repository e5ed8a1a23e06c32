// One of the coordinators: answers from the authority register while it leads their group, and changes it only through
// the log they agree on. Before a grant commits, the store is sealed against every older token; so after it none of their
// writes can be accepted.

import type { NodeId } from "../../base/ids.ts";
import { unreachable } from "../../base/assert.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import type { RaftApplication } from "../../protocols/raft/core.ts";
import { RaftNode } from "../../protocols/raft/raft-node.ts";
import { freshRaftState } from "../../protocols/raft/raft-state.ts";
import {
  applyCommand,
  freshRegister,
  type Outcome,
  type RegisterCommand,
  type RegisterRules,
  registerOfText,
  registerText,
} from "./authority-register.ts";
import {
  onAbort,
  onAdopt,
  onClaim,
  onFenced,
  onForceRollback,
  onJoin,
  onLocate,
  recordGrant,
  seal,
  tellGrant,
  tellRefusal,
  tellUnchanged,
} from "./coordinator-grants.ts";
import {
  checkHealth,
  giveBack,
  nudgeHealth,
  onConnectionLost,
  onHeartbeat,
  onRejoin,
  onRegionSealed,
  onReleased,
  onReopen,
  onUnreachable,
  recordMoves,
  renew,
  sendMaps,
  tellRearranged,
  watch,
} from "./coordinator-servers.ts";
import { countFailures, recordService } from "./coordinator-mode.ts";
import { onOrder, proceedWithOrders } from "./coordinator-orders.ts";
import { freshRecoveries, noteGranted, recover } from "./coordinator-recovery.ts";
import {
  gather,
  nudgeResolutions,
  onCollected,
  onResolveDue,
  onRevokedHeld,
  recordResolution,
  stopAllGathering,
  stopGathering,
} from "./coordinator-resolution.ts";
import type { CoordinatorState, Desk, Question } from "./coordinator-state.ts";
import { armSweep, beginSweep, endSweeps, freshSweep, nudgeSweep, onRolled } from "./coordinator-sweep.ts";
import { freshFailureWatch } from "./degraded-mode.ts";
import type { MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";
import { type MeshEffect, Outbox } from "./outbox.ts";
import { freshMap } from "./region-map.ts";
import { backupsOf, groupSettings, type MeshSettings } from "./settings.ts";
import type { Topology } from "./topology.ts";
import { isWellFormed } from "./well-formed.ts";

/** It is its own desk: what its parts work with, of which only the time is another at each step. */
export class Coordinator implements Machine<MeshMessage, MeshFact>, RaftApplication, Desk {
  state: CoordinatorState;
  nowUs = 0;
  readonly out = new Outbox();
  readonly topology: Topology;
  readonly settings: MeshSettings;
  readonly #raft: RaftNode;
  readonly #rules: RegisterRules;

  constructor(self: NodeId, topology: Topology, settings: MeshSettings) {
    this.topology = topology;
    this.settings = settings;
    this.#raft = new RaftNode(self, groupSettings(settings), this);
    const { servers } = topology;
    const backups = backupsOf(settings, servers.length);
    const compareVersions = settings.transfer.policy === "version" && settings.defence.stateGuard;
    this.#rules = { compareVersions, backups, degraded: settings.degraded };
    this.state = {
      raft: freshRaftState({ voters: topology.coordinators, outgoing: [], learners: [] }),
      register: freshRegister(freshMap(servers, settings.region.spares, backups)),
      agreed: null,
      serving: false,
      askers: new Map(),
      seals: new Map(),
      questions: new Map(),
      asked: 0,
      pulses: new Map(),
      healthDueUs: -1,
      returns: new Map(),
      sweep: freshSweep(),
      gatherings: new Map(),
      failures: freshFailureWatch(),
      recovery: freshRecoveries(),
      sealed: new Map(),
      orders: new Map(),
    };
    if (!settings.defence.quorum) this.state.agreed = this.state.register;
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    this.nowUs = event.monotonicUs;
    this.#raft.begin(this.state.raft, event, this.out);
    if (!this.#raft.step(event)) this.#onOwn(event);
    this.#raft.end();
    return this.out.take();
  }

  /** Every coordinator applies every command; what follows from one is its leader's to say. */
  apply(index: number, content: unknown): void {
    // Only what `#propose` proposed is in the log.
    const command = content as RegisterCommand;
    const { agreed, register, serving } = this.state;
    // Without a quorum, it has done all that when it was asked.
    if (agreed !== null && agreed !== register) return void applyCommand(agreed, command, this.#rules);
    this.#follow(command, applyCommand(register, command, this.#rules), index, serving);
  }

  snapshot(): string {
    return registerText(this.state.agreed ?? this.state.register);
  }

  restore(content: string): void {
    this.state.register = registerOfText(content);
    if (this.state.agreed !== null) this.state.agreed = this.state.register;
  }

  led(): void {
    this.state.serving = true;
    if (this.state.agreed !== null) this.state.register = registerOfText(registerText(this.state.agreed));
    const { players, resolutions } = this.state.register;
    recover(
      this,
      [...players].flatMap(([player, { pending }]) => (pending === null ? [] : [player])),
    );
    for (const player of resolutions.keys()) gather(this, player);
    watch(this);
    countFailures(this);
    armSweep(this);
  }

  deposed(): void {
    const { askers, seals, questions } = this.state;
    this.state.serving = false;
    if (this.state.agreed !== null) this.state.register = this.state.agreed;
    endSweeps(this);
    stopAllGathering(this);
    for (const player of seals.keys()) this.out.cancelTimer(`seal:${player}`);
    askers.clear();
    seals.clear();
    questions.clear();
    this.state.pulses.clear();
    this.state.returns.clear();
    this.state.failures = freshFailureWatch();
    this.state.recovery = freshRecoveries();
    this.state.sealed.clear();
    this.state.orders.clear();
    this.state.healthDueUs = -1;
    for (const timer of ["health", "rebalance"]) this.out.cancelTimer(timer);
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
        if (this.state.raft.halted) this.out.halt();
        return undefined;
      case "received":
        nudgeHealth(this);
        nudgeSweep(this);
        nudgeResolutions(this);
        if (isWellFormed(event.message, this.topology.members)) this.#onMessage(event.from, event.message);
        return undefined;
      case "timerFired":
        if (event.timer.startsWith("seal:")) seal(this, event.timer.slice("seal:".length) as NodeId);
        else if (event.timer === "health" && this.state.healthDueUs >= 0) checkHealth(this);
        else if (event.timer === "rebalance") giveBack(this);
        else if (event.timer === "sweep") beginSweep(this);
        else if (event.timer.startsWith("resolve:")) onResolveDue(this, event.timer.slice("resolve:".length) as NodeId);
        return undefined;
      case "stopRequested":
        return this.out.halt();
      case "connectionLost":
        return onConnectionLost(this, event.peer);
      case "synced":
      case "syncFailed":
      case "drawn":
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
      case "reopen":
      case "rejoin":
      case "forceRollback":
      case "order":
        return this.ask(from, message);
      case "heartbeat":
        return onHeartbeat(this, from, message);
      case "released":
        return onReleased(this, from, message);
      case "unreachable":
        return onUnreachable(this, message.server);
      case "fenced":
        return onFenced(this, message);
      case "rolled":
        return onRolled(this, from, message);
      case "revokedHeld":
        return onRevokedHeld(this, from, message);
      case "collected":
        return onCollected(this, message);
      case "regionSealed":
        onRegionSealed(this, message);
        return proceedWithOrders(this);
      default:
        // Meant for another role: a fault has changed its type on the way.
        return undefined;
    }
  }

  /** Answers once the register is known to be that of the leader: an old leader's could name an owner of yesterday. */
  ask(from: NodeId, question: Question): void {
    if (!this.#raft.isLeader) {
      this.out.send(from, { type: "elsewhere", leader: this.#raft.leader });
      return;
    }
    if (!this.state.serving) return;
    if (this.state.agreed !== null) return this.#answer(from, question);
    this.state.asked += 1;
    const { asked } = this.state;
    if (this.#raft.read(asked) === "accepted") this.state.questions.set(asked, { from, question });
  }

  #answer(from: NodeId, question: Question): void {
    switch (question.type) {
      case "join":
        return onJoin(this, from, question);
      case "locate":
        return onLocate(this, from, question);
      case "adopt":
        return onAdopt(this, from, question);
      case "abort":
        return onAbort(this, from, question);
      case "claim":
        return onClaim(this, from, question);
      case "reopen":
        return onReopen(this, from, question);
      case "rejoin":
        return onRejoin(this, from, question.incarnation);
      case "heartbeat":
        return renew(this, from, question);
      case "forceRollback":
        return onForceRollback(this, from, question);
      case "order":
        return onOrder(this, from, question);
    }
  }

  /** Refused only while it is about to lead no more, or when too much waits already: whoever wants it asks again. */
  propose(command: RegisterCommand): void {
    const { agreed, register, serving } = this.state;
    const { type } = this.#raft.propose(command);
    if (agreed === null || agreed === register || type === "refused") return;
    this.#follow(command, applyCommand(register, command, this.#rules), 0, serving);
  }

  /** States what came of a command, and does what follows from it. */
  #follow(command: RegisterCommand, outcome: Outcome, index: number, serving: boolean): void {
    if (!this.#raft.isLeader) return;
    if (outcome.type === "granted") recordGrant(this, outcome.player, index);
    if (outcome.type === "granted") this.state.sweep.granted.add(outcome.player);
    if (outcome.type === "rearranged") recordMoves(this, outcome.moves);
    if (outcome.type === "serviceChanged") recordService(this, command, outcome.levelBefore);
    if (outcome.type === "resolving" || outcome.type === "decided") recordResolution(this, outcome.player, index);
    if (serving) this.#tell(command, outcome);
  }

  /** What follows from a command that was committed now. */
  #tell(command: RegisterCommand, outcome: Outcome): void {
    switch (outcome.type) {
      case "pending":
        return seal(this, outcome.player);
      case "granted":
        tellGrant(this, outcome.player, outcome.conflict);
        return noteGranted(this, outcome.player);
      case "unchanged":
        return tellUnchanged(this, command);
      case "refused":
        return tellRefusal(this, command, outcome.because);
      case "rearranged":
        return tellRearranged(this, command, outcome);
      case "resolving":
        return gather(this, outcome.player);
      case "decided":
        stopGathering(this, outcome.player);
        return seal(this, outcome.player);
      case "serviceChanged":
        return sendMaps(this);
    }
  }
}
