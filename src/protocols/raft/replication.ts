// What a leader does: appends flow to the followers, acknowledgements come back, and a majority of them commits (§5.3).

import type { NodeId } from "../../base/ids.ts";
import { membersOf, reachedByMajority } from "./configuration.ts";
import type { Core } from "./core.ts";
import { entriesFrom, lastNotAbove } from "./log.ts";
import type { Entry, RaftMessage } from "./messages.ts";
import { freshProgress, type Progress, ROUNDS_KEPT } from "./raft-state.ts";
import { leaseUs } from "./settings.ts";

type Received<Type extends RaftMessage["type"]> = Extract<RaftMessage, { type: Type }>;

const none: readonly Entry[] = Object.freeze([] as Entry[]);

export class Replication {
  readonly #core: Core;
  readonly #scratch: number[] = [];
  readonly #leaseUs: number;
  // Made once, for they are asked for at every acknowledgement and every heartbeat.
  readonly #matchOf = (node: NodeId): number =>
    (node === this.#core.self ? this.#ownMatch() : this.#of(node)?.match) ?? 0;
  readonly #roundOf = (node: NodeId): number =>
    (node === this.#core.self ? this.#core.state.round : this.#of(node)?.round) ?? 0;
  readonly #speakTo = (progress: Progress, node: NodeId): void => {
    if (!this.#advance(node, progress)) this.#sendEmpty(node, progress);
  };
  readonly #offerTo = (progress: Progress, node: NodeId): void => {
    this.#advance(node, progress);
  };
  readonly #heardOf = (node: NodeId): number =>
    (node === this.#core.self ? this.#core.nowUs : this.#of(node)?.heardUs) ?? -Infinity;

  constructor(core: Core) {
    this.#core = core;
    this.#leaseUs = leaseUs(core.settings);
  }

  /** Leads from now on: with an entry of the own term, without which nothing of earlier terms commits (§8, §5.4.2). */
  begin(): void {
    const core = this.#core;
    const { state } = core;
    const index = core.lastIndex + 1;
    state.progress.clear();
    state.noopIndex = index;
    state.serving = false;
    state.round = 0;
    state.reads = [];
    state.change = null;
    state.transfer = null;
    state.leaseSpent = false;
    state.offeredIndex = core.lastIndex;
    this.meetMembers();
    this.add({ index, term: state.term, kind: "noop", checksum: core.checksumOf(index, state.term, null) });
    this.onHeartbeatTimer();
  }

  /** Puts an entry of the leader's own at the end of its log. */
  add(entry: Entry): void {
    this.#core.append([entry]);
    if (entry.kind === "configuration") this.meetMembers();
    // A leader that does not wait for its own disk may be a majority by itself.
    if (!this.#core.settings.defence.selfFsync) this.commit();
  }

  /** Members of a new configuration receive the log; those of the old one until the new one is committed. */
  meetMembers(): void {
    const { state, configuration, self, lastIndex, nowUs } = this.#core;
    for (const node of membersOf(configuration)) {
      if (node !== self && !state.progress.has(node)) state.progress.set(node, freshProgress(lastIndex + 1, nowUs));
    }
  }

  /** Time for a heartbeat, and for asking whether a majority is still there. */
  onHeartbeatTimer(): void {
    const { state, settings, nowUs, self } = this.#core;
    if (state.role !== "leader") return;
    if (settings.defence.checkQuorum && this.#quorumHeardUs() < nowUs - settings.electionTimeoutUs) {
      return this.#core.follow(state.term, null, { because: "noQuorum", by: self });
    }
    state.heartbeatDueUs = nowUs + settings.heartbeatUs;
    this.#core.effects.push({ type: "setTimer", timer: "raft.heartbeat", afterUs: settings.heartbeatUs });
    for (const progress of state.progress.values()) {
      if (progress.mode === "probe") progress.waiting = false;
      // A part of a snapshot that is not answered a whole heartbeat later was lost.
      if (state.round > progress.sentRound) progress.waiting = false;
    }
    this.openRound();
  }

  /** Speaks to every member; whoever answers confirms that it followed this leader after now. */
  openRound(): void {
    const { state, nowUs } = this.#core;
    state.round++;
    state.roundsUs[state.round % ROUNDS_KEPT] = nowUs;
    state.offeredIndex = this.#core.lastIndex;
    state.batchUntilUs = Infinity;
    state.progress.forEach(this.#speakTo);
  }

  /** Sends what was added since the last time, once that has waited for more. */
  offer(): void {
    const { state, lastIndex } = this.#core;
    if (state.role !== "leader" || state.offeredIndex >= lastIndex || this.keepsBack()) return;
    state.offeredIndex = lastIndex;
    state.batchUntilUs = Infinity;
    state.progress.forEach(this.#offerTo);
  }

  /** Asked when there is something to send: the first of it waits for more, and all of it is sent together. */
  keepsBack(): boolean {
    const { state, settings, nowUs, effects } = this.#core;
    const { batchDelayUs } = settings;
    if (batchDelayUs === 0 || state.progress.size === 0) return false;
    if (state.batchUntilUs === Infinity) {
      state.batchUntilUs = nowUs + batchDelayUs;
      effects.push({ type: "setTimer", timer: "raft.batch", afterUs: batchDelayUs });
    }
    return nowUs < state.batchUntilUs;
  }

  onAppended(from: NodeId, { match, round }: Received<"raft.appended">): void {
    const { state } = this.#core;
    const progress = this.#hear(from, round);
    if (progress === undefined || match > this.#core.lastIndex) return;
    if (match > progress.match) {
      progress.match = match;
      while (progress.sentEnds.length > 0 && progress.sentEnds[0] <= match) progress.sentEnds.shift();
    }
    if (progress.mode === "snapshot" && match < (progress.snapshot?.index ?? 0)) return;
    if (progress.mode !== "replicate") {
      progress.mode = "replicate";
      progress.waiting = false;
      progress.snapshot = null;
    }
    if (progress.next <= match) progress.next = match + 1;
    if (match > state.commitIndex) this.commit();
    this.#advance(from, progress);
  }

  onRefused(from: NodeId, { prevIndex, conflictTerm, conflictIndex, round }: Received<"raft.refused">): void {
    const { state, lastIndex } = this.#core;
    const progress = this.#hear(from, round);
    if (progress === undefined || progress.mode === "snapshot") return;
    // What it refused is behind what it acknowledged, or is not what was asked last: the answer is an old one.
    if (prevIndex <= progress.match || prevIndex >= progress.next) return;
    if (progress.mode === "probe" && prevIndex !== progress.next - 1) return;
    // Fast backup: a whole term of disagreement is skipped at once (end of §5.3).
    const agreed = conflictTerm === 0 ? conflictIndex - 1 : lastNotAbove(state.log, conflictTerm, prevIndex - 1);
    const has = conflictTerm !== 0 && agreed > state.log.base && this.#core.termAt(agreed) === conflictTerm;
    const next = has ? agreed + 1 : Math.min(agreed + 1, conflictIndex);
    progress.next = Math.max(progress.match + 1, Math.min(next, prevIndex, lastIndex + 1));
    progress.mode = "probe";
    progress.waiting = false;
    progress.sentEnds.length = 0;
    this.#advance(from, progress);
  }

  onSnapshotReceived(from: NodeId, { index, offset, round }: Received<"raft.snapshotReceived">): void {
    const progress = this.#hear(from, round);
    if (progress?.mode !== "snapshot" || progress.snapshot === null || index !== progress.snapshot.index) return;
    if (offset > progress.snapshot.content.length || offset === progress.snapshotOffset) return;
    progress.snapshotOffset = offset;
    progress.waiting = false;
    this.#advance(from, progress);
  }

  /** Moves the commit index as far as a majority has gone. */
  commit(): void {
    const { state, settings, deciding } = this.#core;
    if (state.role !== "leader") return;
    const reached = reachedByMajority(deciding, this.#matchOf, this.#scratch);
    if (reached <= state.commitIndex) return;
    // An entry of an older term can still be overwritten after a majority stores it (§5.4.2, Figure 8), so only one of
    // the current term moves the commit index; what is before it commits with it.
    if (settings.defence.ownTermCommitOnly && this.#core.termAt(reached) !== state.term) return;
    state.commitIndex = reached;
    this.#core.sayCommitted(true);
  }

  /** Members that are receiving a snapshot, and answer, will go on from the entry behind it. Infinity: there are none. */
  neededFrom(): number {
    const { state, settings, nowUs } = this.#core;
    if (state.role !== "leader") return Infinity;
    let from = Infinity;
    for (const { mode, snapshot, heardUs } of state.progress.values()) {
      const answers = mode === "snapshot" && nowUs - heardUs <= settings.electionTimeoutUs;
      if (answers && snapshot !== null) from = Math.min(from, snapshot.index);
    }
    return from;
  }

  /** The newest round that a majority has confirmed. */
  confirmedRound(): number {
    return reachedByMajority(this.#core.deciding, this.#roundOf, this.#scratch);
  }

  /** Whether no other leader can have been elected yet: a majority promised so, by the clocks as they are declared. */
  holdsLease(): boolean {
    const { state, settings, nowUs } = this.#core;
    if (settings.defence.leaseEndsAtTransfer && state.leaseSpent) return false;
    const round = this.confirmedRound();
    if (round <= 0 || state.round - round >= ROUNDS_KEPT) return false;
    return nowUs < state.roundsUs[round % ROUNDS_KEPT] + this.#leaseUs;
  }

  /** A majority was heard from since this time. */
  #quorumHeardUs(): number {
    return reachedByMajority(this.#core.deciding, this.#heardOf, this.#scratch);
  }

  /** What the leader itself has of the log: what is on its disk, for its own crash must not undo a commit. */
  #ownMatch(): number {
    const { settings, state, lastIndex } = this.#core;
    return settings.defence.selfFsync ? state.persistedIndex : lastIndex;
  }

  #of(node: NodeId): Progress | undefined {
    return this.#core.state.progress.get(node);
  }

  #hear(from: NodeId, round: number): Progress | undefined {
    const { state, nowUs } = this.#core;
    if (state.role !== "leader") return undefined;
    const progress = state.progress.get(from);
    if (progress === undefined) return undefined;
    progress.heardUs = nowUs;
    if (round > progress.round && round <= state.round) progress.round = round;
    return progress;
  }

  /** Sends what may be sent now. False: nothing was. */
  #advance(node: NodeId, progress: Progress): boolean {
    const { state, settings } = this.#core;
    if (progress.next <= state.log.base && progress.mode !== "snapshot") this.#beginSnapshot(progress);
    if (progress.mode === "snapshot") return this.#sendChunk(node, progress);
    if (progress.mode === "probe") {
      if (progress.waiting) return false;
      progress.waiting = true;
      this.#sendAppend(node, progress.next, entriesFrom(state.log, progress.next, settings.maxBatch));
      return true;
    }
    let sent = false;
    while (progress.next <= state.offeredIndex && progress.sentEnds.length < settings.pipelineMax) {
      const entries = entriesFrom(state.log, progress.next, settings.maxBatch);
      this.#sendAppend(node, progress.next, entries);
      progress.next += entries.length;
      progress.sentEnds.push(progress.next - 1);
      sent = true;
    }
    return sent;
  }

  #sendAppend(node: NodeId, next: number, entries: readonly Entry[]): void {
    const { term, commitIndex: commit, round } = this.#core.state;
    const prevIndex = next - 1;
    const prevTerm = this.#core.termAt(prevIndex);
    this.#core.send(node, { type: "raft.append", term, prevIndex, prevTerm, commit, round, entries });
  }

  /** A heartbeat: it finds out, too, whether what was sent has arrived. */
  #sendEmpty(node: NodeId, progress: Progress): void {
    if (progress.mode !== "snapshot" && progress.next > this.#core.state.log.base) {
      return this.#sendAppend(node, progress.next, none);
    }
    // Nothing is known to agree yet but the beginning.
    const { term, round } = this.#core.state;
    this.#core.send(node, { type: "raft.append", term, prevIndex: 0, prevTerm: 0, commit: 0, round, entries: none });
  }

  #beginSnapshot(progress: Progress): void {
    progress.mode = "snapshot";
    progress.waiting = false;
    progress.snapshot = null;
    progress.snapshotOffset = 0;
    progress.sentEnds.length = 0;
  }

  #sendChunk(node: NodeId, progress: Progress): boolean {
    const { term, round } = this.#core.state;
    if (progress.waiting) return false;
    const offset = progress.snapshotOffset;
    // One that has begun to arrive is sent to its end: begun anew with each newer one, it might never get there.
    if (offset === 0) progress.snapshot = this.#core.state.snapshot;
    if (progress.snapshot === null) return false;
    const { index, term: lastTerm, configuration, configurationIndex, content, checksum } = progress.snapshot;
    const end = offset + this.#core.settings.chunkMax;
    progress.waiting = true;
    progress.sentRound = round;
    this.#core.send(node, {
      type: "raft.snapshot",
      term,
      index,
      lastTerm,
      configuration,
      configurationIndex,
      checksum,
      offset,
      data: content.slice(offset, end),
      done: end >= content.length,
      round,
    });
    return true;
  }
}
