// One Raft node inside a machine of somebody's: it takes the events that are Raft's, says what is to be done, and calls
// the application when a command is committed. Names of its messages and timers begin with "raft.", of syncs "raft:".

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { DiskContents, MachineEvent, NodeClocks } from "../../machine/event.ts";
import type { Message } from "../../machine/message.ts";
import { Core, type EffectSink, type RaftApplication } from "./core.ts";
import { Election } from "./election.ts";
import { Following } from "./following.ts";
import { checksumsOf, compactTo, entriesFrom, lastIndexOf, termAt, termsOf } from "./log.ts";
import { type ChangeAnswer, Membership, type TransferAnswer } from "./membership.ts";
import type { RaftConfiguration, RaftMessage } from "./messages.ts";
import { freshRaftState, type RaftState } from "./raft-state.ts";
import { type ReadAnswer, Reads } from "./reads.ts";
import { recover } from "./recovery.ts";
import { Replication } from "./replication.ts";
import type { RaftSettings } from "./settings.ts";
import { isWellFormed } from "./well-formed.ts";

export type ProposeAnswer =
  | { readonly type: "accepted"; readonly index: number; readonly term: number }
  | {
      readonly type: "refused";
      readonly because: "notLeader" | "transferring" | "busy";
      readonly leader: NodeId | null;
    };

/**
 * How a machine hosts it, in each of its steps: `begin` with the state it keeps for this node and its own list of
 * effects; `step` with the event; whatever it wants to ask (`propose`, `read`, ...); and `end`, which applies what is
 * committed, sends what is to be sent, and asks for one sync. Nothing is asked outside `begin` and `end`.
 */
export class RaftNode {
  readonly #core: Core;
  readonly #replication: Replication;
  readonly #election: Election;
  readonly #following: Following;
  readonly #membership: Membership;
  readonly #reads: Reads;

  constructor(self: NodeId, settings: RaftSettings, application: RaftApplication) {
    this.#core = new Core(self, settings, application, freshRaftState(nobody));
    this.#replication = new Replication(this.#core);
    this.#election = new Election(this.#core, this.#replication);
    this.#following = new Following(this.#core);
    this.#membership = new Membership(this.#core, this.#replication);
    this.#reads = new Reads(this.#core, this.#replication);
  }

  get isLeader(): boolean {
    return this.#core.state.role === "leader";
  }

  /** Whom this node takes for the leader. */
  get leader(): NodeId | null {
    return this.#core.state.leader;
  }

  get configuration(): RaftConfiguration {
    return this.#core.configuration;
  }

  begin(state: RaftState, { monotonicUs }: NodeClocks, effects: EffectSink): void {
    const core = this.#core;
    core.state = state;
    core.nowUs = monotonicUs;
    core.effects = effects;
  }

  /** False: the event is none of Raft's. `booted` concerns the host, too. */
  step(event: MachineEvent): boolean {
    const { state } = this.#core;
    if (event.type === "received" && !state.halted) this.#noticeLostTimers();
    switch (event.type) {
      case "received":
        if (!event.message.type.startsWith("raft.")) return false;
        if (!state.halted) this.#onMessage(event.from, event.message);
        return true;
      case "timerFired":
        if (!event.timer.startsWith("raft.")) return false;
        if (!state.halted) this.#onTimer(event.timer);
        return true;
      case "synced":
      case "syncFailed":
        if (!event.sync.startsWith("raft:")) return false;
        if (state.disk.syncing && event.sync === this.#core.syncName) this.#onSync(event.type === "synced");
        return true;
      case "booted":
        this.#onBooted(event.disk);
        return false;
      default:
        return false;
    }
  }

  /** A command, to be applied once a majority has it on disk. Accepted is not committed: only `apply` says that. */
  propose(content: unknown): ProposeAnswer {
    const { state, settings, lastIndex } = this.#core;
    const { leader, term } = state;
    if (state.role !== "leader") return { type: "refused", because: "notLeader", leader };
    if (state.transfer !== null) return { type: "refused", because: "transferring", leader };
    if (lastIndex - state.commitIndex >= settings.uncommittedMax) return { type: "refused", because: "busy", leader };
    const index = lastIndex + 1;
    const checksum = this.#core.checksumOf(index, term, content);
    this.#replication.add({ index, term, kind: "command", content, checksum });
    return { type: "accepted", index, term };
  }

  /** A linearizable read: `readReady` follows with this number, unless the node is deposed before. */
  read(read: number): ReadAnswer {
    return this.#reads.ask(read);
  }

  /** Makes these the voters and learners, in as many steps as it takes. */
  changeMembers(to: { voters: readonly NodeId[]; learners: readonly NodeId[] }): ChangeAnswer {
    return this.#membership.change(to);
  }

  /** Lets another voter lead; proposals are refused until it does, or a timeout has passed. */
  transferLeadership(target: NodeId): TransferAnswer {
    return this.#membership.transfer(target);
  }

  /** Everything that follows from what happened since `begin`. */
  end(): void {
    const core = this.#core;
    const { state } = core;
    if (state.halted) return;
    // Applying may propose, and proposing may, in a group of one, commit: a few rounds at most, for each takes a sync.
    for (let more = true; more;) {
      const { commitIndex, appliedIndex } = state;
      this.#membership.goOn();
      this.#apply();
      this.#reads.serve();
      more = state.commitIndex !== commitIndex || state.appliedIndex !== appliedIndex;
    }
    this.#replication.offer();
    this.#compact();
    // What is kept back will be written together, too.
    if (state.batchUntilUs === Infinity) core.flush();
  }

  #onBooted(disk: DiskContents): void {
    const core = this.#core;
    const { state, settings, nowUs } = core;
    const unreadable = recover(core, disk);
    if (unreadable >= 0) {
      state.halted = true;
      core.record({ type: "record", fact: "raft.diskUnreadable", record: unreadable });
      return;
    }
    state.patienceUs = nowUs;
    // It may have heard a leader just before it went down, and that leader may hold a lease on it.
    state.heardUs = settings.defence.quietStart ? nowUs : -Infinity;
    if (this.#election.isAlone) this.#election.campaign();
    else core.awaitElection();
  }

  #onMessage(from: NodeId, received: Message): void {
    if (!isWellFormed(received)) return;
    const { state } = this.#core;
    const { role } = state;
    // Who is no member of a leader's group any more cannot depose it by an answer to what it was sent before.
    if (role === "leader" && isReply(received) && !state.progress.has(from)) return;
    if (received.term > state.term && !this.#enterTerm(from, received)) return;
    if (received.term < state.term && !this.#isHeardFromBefore(from, received)) return;
    this.#dispatch(from, received);
  }

  /** A later term: true if the message is to be handled in it, or needs no term. */
  #enterTerm(from: NodeId, message: RaftMessage): boolean {
    switch (message.type) {
      case "raft.preVote":
        return true;
      case "raft.preVoted":
        if (message.granted) return true;
        break;
      case "raft.vote":
        if (!message.forced && this.#election.isSticky()) return false;
        break;
      default:
        break;
    }
    const leads = message.type === "raft.append" || message.type === "raft.snapshot";
    this.#core.follow(message.term, leads ? from : null, { because: "higherTerm", by: from });
    return true;
  }

  /** An earlier term: its sender is told of the present one if it waits for an answer. True: it is handled all the same. */
  #isHeardFromBefore(from: NodeId, message: RaftMessage): boolean {
    const core = this.#core;
    const { term } = core.state;
    switch (message.type) {
      case "raft.append":
      case "raft.snapshot":
        // Else a leader of an earlier term would hold on to followers who never follow it.
        core.send(from, { type: "raft.refused", term, prevIndex: 0, conflictTerm: 0, conflictIndex: 0, round: 0 });
        return false;
      case "raft.vote":
        core.send(from, { type: "raft.voted", term, granted: false });
        return false;
      case "raft.preVote":
        core.send(from, { type: "raft.preVoted", term, granted: false });
        return false;
      case "raft.timeoutNow":
        return false;
      default:
        return !core.settings.defence.replyTermCheck;
    }
  }

  #dispatch(from: NodeId, message: RaftMessage): void {
    switch (message.type) {
      case "raft.append":
        return this.#following.onAppend(from, message);
      case "raft.appended":
        return this.#replication.onAppended(from, message);
      case "raft.refused":
        return this.#replication.onRefused(from, message);
      case "raft.preVote":
        return this.#election.onPreVote(from, message);
      case "raft.preVoted":
        return this.#election.onPreVoted(from, message);
      case "raft.vote":
        return this.#election.onVote(from, message);
      case "raft.voted":
        return this.#election.onVoted(from, message);
      case "raft.snapshot":
        return this.#following.onSnapshot(from, message);
      case "raft.snapshotReceived":
        return this.#replication.onSnapshotReceived(from, message);
      case "raft.timeoutNow":
        return this.#election.onTimeoutNow(from);
    }
  }

  #onTimer(timer: string): void {
    const { disk } = this.#core.state;
    if (timer === "raft.election") this.#election.onTimer();
    else if (timer === "raft.heartbeat") this.#replication.onHeartbeatTimer();
    else if (timer === "raft.disk" && disk.unsure && !disk.syncing) this.#core.rewrite();
  }

  /** Timers can be lost, too: whatever comes in, for Raft or for the application, is an occasion to notice. */
  #noticeLostTimers(): void {
    const { state, settings, nowUs } = this.#core;
    if (nowUs > state.heartbeatDueUs + settings.heartbeatUs) this.#replication.onHeartbeatTimer();
    if (state.role !== "leader" && nowUs > state.electionDueUs + settings.heartbeatUs) this.#core.awaitElection();
    if (state.disk.unsure && nowUs > state.disk.retryUs + settings.diskRetryUs) this.#core.rewrite();
  }

  #onSync(wentWell: boolean): void {
    const core = this.#core;
    const { state, settings, nowUs } = core;
    const { disk } = state;
    disk.syncing = false;
    if (!wentWell) {
      // What the file holds is unknown now: nothing is promised on it until it has been replaced as a whole.
      disk.unsure = true;
      disk.retryUs = nowUs + settings.diskRetryUs;
      core.effects.push({ type: "setTimer", timer: "raft.disk", afterUs: settings.diskRetryUs });
      return;
    }
    disk.durable = disk.coveredTo;
    const persisted = Math.min(disk.coveredIndex, core.lastIndex);
    if (persisted > state.persistedIndex) {
      state.persistedIndex = persisted;
      // What a snapshot has come to stand for meanwhile is durable with the snapshot, and said then.
      if (persisted >= state.log.base) {
        core.record({ type: "record", fact: "raft.durable", index: persisted, term: termAt(state.log, persisted) });
      }
    }
    this.#election.onDurable();
    this.#following.onDurable();
    if (state.role === "leader") this.#replication.commit();
  }

  #apply(): void {
    const core = this.#core;
    const { state, application } = core;
    if (state.appliedIndex >= state.commitIndex) return this.#serve();
    const first = state.appliedIndex + 1;
    const { log, commitIndex } = state;
    assert(commitIndex <= lastIndexOf(log), "what is committed here is in the log here");
    const entries = entriesFrom(log, first, commitIndex - first + 1);
    // First what is applied, then what it led to: facts of the application follow the one of Raft.
    const [terms, checksums] = [termsOf(entries), checksumsOf(entries)];
    core.record({ type: "record", fact: "raft.applied", first, terms, checksums });
    for (const entry of entries) {
      state.appliedIndex = entry.index;
      if (entry.kind === "command") application.apply(entry.index, entry.content, entry.term);
    }
    this.#serve();
  }

  #serve(): void {
    const { state, application } = this.#core;
    if (state.role !== "leader" || state.serving || state.appliedIndex < state.noopIndex) return;
    state.serving = true;
    application.led(state.term);
  }

  /** Lets a snapshot stand for what was applied, once that is long; and replaces a file that has grown by votes alone. */
  #compact(): void {
    const core = this.#core;
    const { state, settings } = core;
    const { log, disk, snapshot } = state;
    if (state.appliedIndex - (snapshot?.index ?? 0) < settings.snapshotEvery) {
      const spare = disk.records - log.entries.length;
      if (spare > settings.snapshotEvery && !disk.unsure) core.rewrite();
      return;
    }
    const index = state.appliedIndex;
    const term = termAt(log, index);
    const covered = state.configurations.findLastIndex((placed) => placed.index <= index);
    const { configuration, index: configurationIndex } = state.configurations[covered];
    const taken = { index, term, configuration, configurationIndex, content: core.application.snapshot() };
    const checksum = core.checksumOfSnapshot(taken);
    state.snapshot = { ...taken, checksum };
    state.configurations.splice(0, covered);
    const base = Math.max(log.base, Math.min(index - settings.logKeep, this.#replication.neededFrom()));
    compactTo(log, base);
    core.record({ type: "record", fact: "raft.snapshotTaken", index, term, checksum, base });
    core.rewrite();
  }
}

const nobody: RaftConfiguration = { voters: [], outgoing: [], learners: [] };

function isReply({ type }: RaftMessage): boolean {
  return type === "raft.appended" || type === "raft.refused" || type === "raft.snapshotReceived";
}
