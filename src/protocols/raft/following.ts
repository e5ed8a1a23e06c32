// What a follower does: it takes the leader's entries behind what agrees, and says so once they are durable (§5.3, §7).

import type { NodeId } from "../../base/ids.ts";
import type { Core } from "./core.ts";
import { compactTo, firstOfItsTerm, hasIndex, lastIndexOf, termAt } from "./log.ts";
import type { Entry, RaftMessage, Snapshot } from "./messages.ts";

type Received<Type extends RaftMessage["type"]> = Extract<RaftMessage, { type: Type }>;

export class Following {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** The term of the append is that of this node. */
  onAppend(from: NodeId, message: Received<"raft.append">): void {
    const { state } = this.#core;
    const { prevIndex, prevTerm, commit, entries } = message;
    this.#hearLeader(from, message.round);
    if (!this.#agreesAt(prevIndex, prevTerm)) return this.#refuse(from, prevIndex);
    const fresh = this.#freshOf(entries);
    if (fresh === undefined) return;
    const lastNew = prevIndex + entries.length;
    if (fresh.length > 0 && fresh[0].index <= this.#core.lastIndex) this.#core.truncate(fresh[0].index);
    this.#core.append(fresh);
    const { conflictOnlyTruncate, commitClamp } = this.#core.settings.defence;
    if (!conflictOnlyTruncate && lastNew < this.#core.lastIndex) this.#core.truncate(lastNew + 1);
    state.verifiedIndex = Math.max(state.verifiedIndex, lastNew);
    this.#commitTo(Math.min(commit, commitClamp ? state.verifiedIndex : this.#core.lastIndex));
    // What is new waits for the disk; a heartbeat is answered with what is durable now.
    if (fresh.length > 0 && this.#core.settings.defence.appendFsync) state.ackDue = true;
    else this.#acknowledge();
  }

  onSnapshot(from: NodeId, message: Received<"raft.snapshot">): void {
    const { state } = this.#core;
    this.#hearLeader(from, message.round);
    const { term, index, offset, data, done } = message;
    let { incoming } = state;
    if (incoming === null || incoming.from !== from || incoming.term !== term || incoming.index !== index) {
      incoming = { from, term, index, text: "" };
      state.incoming = incoming;
    }
    if (offset === incoming.text.length) incoming.text += data;
    if (done && offset + data.length === incoming.text.length) {
      state.incoming = null;
      const { lastTerm, configuration, configurationIndex } = message;
      const arrived = { index, term: lastTerm, configuration, configurationIndex, content: incoming.text };
      const checksum = this.#core.checksumOfSnapshot(arrived);
      if (checksum === message.checksum || !this.#core.settings.defence.entryChecksum) {
        return this.#install({ ...arrived, checksum });
      }
      // Damaged on its way: from the beginning.
      incoming.text = "";
    }
    const received: RaftMessage = {
      type: "raft.snapshotReceived",
      term,
      index,
      offset: incoming.text.length,
      round: state.roundSeen,
    };
    if (this.#core.voteIsDurable) this.#core.send(from, received);
  }

  /** A sync went well. */
  onDurable(): void {
    if (this.#core.state.ackDue && this.#core.voteIsDurable) this.#acknowledge();
  }

  #hearLeader(from: NodeId, round: number): void {
    const { state, nowUs } = this.#core;
    if (state.role === "leader") {
      this.#core.follow(state.term, from, { because: "rival", by: from });
    } else if (state.role !== "follower") {
      this.#core.follow(state.term, from, { because: "higherTerm", by: from });
    }
    state.leader = from;
    state.heardUs = nowUs;
    state.patienceUs = nowUs;
    if (round > state.roundSeen) state.roundSeen = round;
  }

  #agreesAt(index: number, term: number): boolean {
    const { state, settings } = this.#core;
    const { log } = state;
    // What the base stands for is committed, and every leader has it.
    if (index < log.base) return true;
    if (!hasIndex(log, index)) return false;
    return termAt(log, index) === term || !settings.defence.prevCheck;
  }

  #refuse(from: NodeId, prevIndex: number): void {
    const { state, lastIndex } = this.#core;
    const { term, log, roundSeen: round } = state;
    const known = prevIndex <= lastIndex;
    const conflictTerm = known ? termAt(log, prevIndex) : 0;
    const conflictIndex = known ? Math.max(firstOfItsTerm(log, prevIndex), log.base + 1) : lastIndex + 1;
    if (!this.#core.voteIsDurable) return;
    this.#core.send(from, { type: "raft.refused", term, prevIndex, conflictTerm, conflictIndex, round });
  }

  /**
   * The entries this log does not have: those from the first conflict on. What agrees already is left alone, with what
   * follows it, for a late append says nothing about later entries (§5.3). Undefined: one of them is damaged.
   */
  #freshOf(entries: readonly Entry[]): readonly Entry[] | undefined {
    const { log } = this.#core.state;
    const last = lastIndexOf(log);
    let at = 0;
    while (at < entries.length) {
      const { index, term } = entries[at];
      if (index > last || (index > log.base && termAt(log, index) !== term)) break;
      at++;
    }
    const fresh = at === 0 ? entries : entries.slice(at);
    return this.#core.settings.defence.entryChecksum
      ? this.#intact(fresh)
      : fresh.map((entry) => this.#truthful(entry));
  }

  #intact(entries: readonly Entry[]): readonly Entry[] | undefined {
    for (const entry of entries) if (this.#checksumOf(entry) !== entry.checksum) return undefined;
    return entries;
  }

  /** Facts tell of what is here, also when nobody checks it. */
  #truthful(entry: Entry): Entry {
    const checksum = this.#checksumOf(entry);
    return checksum === entry.checksum ? entry : { ...entry, checksum };
  }

  #checksumOf(entry: Entry): number {
    return this.#core.checksumOf(entry.index, entry.term, entry.kind === "noop" ? null : entry.content);
  }

  #commitTo(index: number): void {
    const { state } = this.#core;
    if (index <= state.commitIndex) return;
    state.commitIndex = index;
    this.#core.sayCommitted(false);
  }

  #acknowledge(): void {
    const { state, settings, voteIsDurable } = this.#core;
    const { leader, term, persistedIndex, verifiedIndex, roundSeen: round } = state;
    if (leader === null || state.role !== "follower") return;
    if (!voteIsDurable) {
      state.ackDue = true;
      return;
    }
    const match = settings.defence.appendFsync ? Math.min(persistedIndex, verifiedIndex) : verifiedIndex;
    // What came while a sync was under way waits for the next one.
    state.ackDue = match < verifiedIndex;
    this.#core.send(leader, { type: "raft.appended", term, match, round });
  }

  #install(snapshot: Snapshot): void {
    const { state, settings } = this.#core;
    const { index, term, configuration, configurationIndex, content, checksum } = snapshot;
    if (index <= state.commitIndex && settings.defence.snapshotGuard) return this.#acknowledge();
    const { log } = state;
    // What follows an entry that agrees may be acknowledged already: it stays (§7).
    const kept = hasIndex(log, index) && termAt(log, index) === term;
    if (kept) {
      compactTo(log, index);
    } else {
      log.base = index;
      log.baseTerm = term;
      log.entries.length = 0;
      state.persistedIndex = 0;
      state.disk.coveredIndex = 0;
    }
    const behind = kept ? state.configurations.filter((placed) => placed.index > index) : [];
    state.configurations.length = 0;
    state.configurations.push({ index: configurationIndex, term, configuration }, ...behind);
    state.snapshot = snapshot;
    state.commitIndex = index;
    state.appliedIndex = index;
    state.verifiedIndex = Math.max(kept ? state.verifiedIndex : 0, index);
    this.#core.rewrite();
    this.#core.record({ type: "record", fact: "raft.snapshotInstalled", index, term, checksum, kept });
    this.#core.sayConfiguration();
    this.#core.application.restore(content);
    state.ackDue = true;
  }
}
