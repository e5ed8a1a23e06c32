// What every part of a Raft node works on: its state, its log on the disk, its term, and its voice.

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { PlainHasher } from "../../base/plain-hash.ts";
import type { Effect } from "../../machine/effect.ts";
import { decidingSets, isVoter, membersOf } from "./configuration.ts";
import type { RaftFact } from "./facts.ts";
import { appendEntry, checksumsOf, cutFrom, lastIndexOf, lastTermOf, termAt, termsOf } from "./log.ts";
import type { DiskEntry, Entry, RaftConfiguration, RaftMessage, Snapshot } from "./messages.ts";
import type { PlacedConfiguration, RaftState } from "./raft-state.ts";
import type { RaftSettings } from "./settings.ts";

export type RaftEffect = Effect<RaftMessage, RaftFact>;

/** Takes what is to be done, in order: an array of effects is one. */
export interface EffectSink {
  push(effect: RaftEffect): unknown;
}

/** The state machine that is replicated. It is called within `RaftNode.end`, and may propose and read from there. */
export interface RaftApplication {
  /** A committed command; in order of index, each once in an incarnation, after what `restore` brought. */
  apply(index: number, content: unknown, term: number): void;
  /** The whole state after the last `apply`, as text. */
  snapshot(): string;
  /** Replaces the whole state. */
  restore(content: string): void;
  /** This node leads, and has applied everything that was committed before: it may answer. */
  led(term: number): void;
  /**
   * It leads no more: what it proposed may or may not come, and reads that wait are lost. Told also to who was not yet
   * told that it led, for it may have been asked.
   */
  deposed(): void;
  /** Everything that was committed when the read was asked for has been applied. */
  readReady(read: number): void;
}

export const FILE = "raft.log";

export class Core {
  state: RaftState;
  nowUs = 0;
  effects: EffectSink = { push: () => 0 };
  readonly self: NodeId;
  readonly settings: RaftSettings;
  readonly application: RaftApplication;
  readonly #hasher = new PlainHasher();
  // Made of the configuration alone, and kept because every acknowledgement asks.
  #knownOf: RaftConfiguration | undefined = undefined;
  #sets: readonly (readonly NodeId[])[] = [];
  #followersMax = 0;
  #syncNamed = -1;
  #syncName = "";

  constructor(self: NodeId, settings: RaftSettings, application: RaftApplication, state: RaftState) {
    this.self = self;
    this.settings = settings;
    this.application = application;
    this.state = state;
  }

  get placed(): PlacedConfiguration {
    return this.state.configurations[this.state.configurations.length - 1];
  }

  get configuration(): RaftConfiguration {
    return this.placed.configuration;
  }

  get lastIndex(): number {
    return lastIndexOf(this.state.log);
  }

  get lastTerm(): number {
    return lastTermOf(this.state.log);
  }

  /** Sets of nodes of which a majority each decides. */
  get deciding(): readonly (readonly NodeId[])[] {
    this.#know(this.configuration);
    return this.#sets;
  }

  /** How many others the configuration names, as long as this node votes; one more when it does not. */
  get followersMax(): number {
    this.#know(this.configuration);
    return this.#followersMax;
  }

  send(to: NodeId, message: RaftMessage): void {
    this.effects.push({ type: "send", to, message });
  }

  record(effect: { readonly type: "record" } & RaftFact): void {
    this.effects.push(effect);
  }

  checksumOf(index: number, term: number, content: unknown): number {
    this.#hasher.hash(content);
    const first = this.#hasher.first ^ Math.imul(index, 0x9e3779b1) ^ Math.imul(term, 0x85ebca6b);
    return (this.#hasher.second & 0x1f_ffff) * 0x1_0000_0000 + (first >>> 0);
  }

  checksumOfSnapshot({ index, term, configuration, configurationIndex, content }: Omit<Snapshot, "checksum">): number {
    return this.checksumOf(index, term, [configurationIndex, configuration, content]);
  }

  // The log and the disk.

  /** Adds entries to the log and asks for them to be written. */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const { lastTerm: prevTerm, state } = this;
    let configures = false;
    for (const entry of entries) {
      appendEntry(state.log, entry);
      this.#write(entry);
      if (entry.kind !== "configuration") continue;
      this.#place(entry.index, entry.term, entry.content);
      configures = true;
    }
    const [terms, checksums] = [termsOf(entries), checksumsOf(entries)];
    this.record({ type: "record", fact: "raft.appended", first: entries[0].index, prevTerm, terms, checksums });
    if (configures) this.sayConfiguration();
  }

  /** Cuts the end of the log off. The file learns of it with the next entry, which stands for the end of the log. */
  truncate(from: number): void {
    const { state } = this;
    const last = this.lastIndex;
    cutFrom(state.log, from);
    state.persistedIndex = Math.min(state.persistedIndex, from - 1);
    state.verifiedIndex = Math.min(state.verifiedIndex, from - 1);
    if (this.settings.defence.syncKnowsTruncation) {
      state.disk.coveredIndex = Math.min(state.disk.coveredIndex, from - 1);
    }
    this.record({ type: "record", fact: "raft.truncated", from, last });
    if (this.placed.index < from) return;
    while (state.configurations.length > 1 && this.placed.index >= from) state.configurations.pop();
    this.sayConfiguration();
  }

  sayConfiguration(): void {
    const { index, term, configuration } = this.placed;
    this.record({ type: "record", fact: "raft.configured", index, term, configuration });
  }

  /** Changes term and vote, and asks for both to be written. */
  setVote(term: number, votedFor: NodeId | null): void {
    const { state } = this;
    assert(term >= state.term, "a term never falls");
    state.term = term;
    state.votedFor = votedFor;
    this.#write({ kind: "vote", term, votedFor });
    state.disk.voteAt = state.disk.written;
  }

  /** Replaces the file by the snapshot, the vote and the log as they are. */
  rewrite(): void {
    const { term, votedFor, snapshot, log, disk } = this.state;
    const records: DiskEntry[] = [
      { kind: "snapshot", snapshot, base: log.base, baseTerm: log.baseTerm },
      { kind: "vote", term, votedFor },
      ...log.entries,
    ];
    disk.written++;
    disk.voteAt = disk.written;
    disk.records = records.length;
    disk.unsure = false;
    this.effects.push({ type: "rewrite", file: FILE, records });
  }

  /** Asks for a sync if something is not durable and none is under way: many writers share one. */
  flush(): void {
    const { disk } = this.state;
    if (disk.syncing || disk.unsure || disk.durable === disk.written) return;
    disk.syncing = true;
    disk.syncs++;
    disk.coveredTo = disk.written;
    disk.coveredIndex = this.lastIndex;
    this.effects.push({ type: "sync", sync: this.syncName });
  }

  /** The very text that the sync under way was asked for by: to compare it costs nothing then. */
  get syncName(): string {
    const { syncs } = this.state.disk;
    if (this.#syncNamed !== syncs) {
      this.#syncNamed = syncs;
      this.#syncName = `raft:${syncs}`;
    }
    return this.#syncName;
  }

  /** Whether term and vote are durable. */
  get voteIsDurable(): boolean {
    const { disk } = this.state;
    return disk.durable >= disk.voteAt;
  }

  #know(configuration: RaftConfiguration): void {
    if (this.#knownOf === configuration) return;
    this.#knownOf = configuration;
    this.#sets = decidingSets(configuration, this.settings.defence);
    this.#followersMax = membersOf(configuration).length - (isVoter(configuration, this.self) ? 1 : 0);
  }

  #write(record: DiskEntry): void {
    const { disk } = this.state;
    disk.written++;
    disk.records++;
    // An unsure file is about to be replaced as a whole, this record included.
    if (!disk.unsure) this.effects.push({ type: "append", file: FILE, record });
  }

  #place(index: number, term: number, configuration: RaftConfiguration): void {
    this.state.configurations.push({ index, term, configuration });
  }

  // Roles and terms.

  /** Follows from now on, in this term or a later one. `by`: whose message it was. */
  follow(
    term: number,
    leader: NodeId | null,
    why: { readonly because: "higherTerm" | "noQuorum" | "removed" | "rival"; readonly by: NodeId },
  ): void {
    const { state } = this;
    const led = state.role === "leader";
    if (led) this.#leave(why);
    if (term > state.term) {
      this.setVote(term, null);
      state.verifiedIndex = state.commitIndex;
      state.roundSeen = 0;
      state.voteOwedTo = null;
    }
    if (state.role !== "follower") {
      state.role = "follower";
      state.campaignDue = false;
      state.votes = new Set();
    }
    state.leader = leader;
    if (led) this.awaitElection();
  }

  /** (Re)arms the election timer: it fires once the patience of this node is over. */
  awaitElection(afterUs = this.settings.electionTimeoutUs): void {
    const { electionSpreadUs } = this.settings;
    this.state.electionDueUs = this.nowUs + afterUs + electionSpreadUs;
    this.effects.push({ type: "setTimer", timer: "raft.election", afterUs, spreadUs: electionSpreadUs });
  }

  #leave(why: { readonly because: "higherTerm" | "noQuorum" | "removed" | "rival"; readonly by: NodeId }): void {
    const { state } = this;
    this.record({ type: "record", fact: "raft.steppedDown", term: state.term, ...why });
    state.progress.clear();
    state.reads = [];
    state.change = null;
    state.transfer = null;
    state.heartbeatDueUs = Infinity;
    state.batchUntilUs = Infinity;
    state.patienceUs = this.nowUs;
    this.effects.push({ type: "cancelTimer", timer: "raft.heartbeat" });
    state.serving = false;
    this.application.deposed();
  }

  /** What commits from here on, in the words of a fact. */
  sayCommitted(leader: boolean): void {
    const { state } = this;
    const { log, commitIndex: index } = state;
    if (index <= log.base) return;
    const { term, checksum } = log.entries[index - log.base - 1];
    const { configuration } = this;
    this.record({
      type: "record",
      fact: "raft.committed",
      index,
      term,
      checksum,
      leader,
      leaderTerm: state.term,
      configuration,
    });
  }

  /** Term of the entry at an index of the log. */
  termAt(index: number): number {
    return termAt(this.state.log, index);
  }
}
