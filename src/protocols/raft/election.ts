// Who leads: campaigns, votes and their durability (§5.2, §5.4.1), and asking first (thesis §9.6).

import type { NodeId } from "../../base/ids.ts";
import { isMajority, isVoter, membersOf } from "./configuration.ts";
import type { Core } from "./core.ts";
import type { RaftMessage } from "./messages.ts";
import type { Replication } from "./replication.ts";

type Received<Type extends RaftMessage["type"]> = Extract<RaftMessage, { type: Type }>;

export class Election {
  readonly #core: Core;
  readonly #replication: Replication;

  constructor(core: Core, replication: Replication) {
    this.#core = core;
    this.#replication = replication;
  }

  /** The election timer fired, or should have. */
  onTimer(): void {
    const { state, settings, nowUs } = this.#core;
    if (state.role === "leader") return;
    const quietUs = nowUs - state.patienceUs;
    // The timer is not set anew by every message: it asks here how long it has been quiet.
    if (quietUs < settings.electionTimeoutUs) return this.#core.awaitElection(settings.electionTimeoutUs - quietUs);
    this.campaign();
  }

  /** Whether this node is the whole group: then there is no leader to wait for. */
  get isAlone(): boolean {
    const { configuration, self } = this.#core;
    const { voters, outgoing } = configuration;
    return voters.length === 1 && outgoing.length === 0 && voters[0] === self;
  }

  /** Whether a leader may be there: then nobody else gets a vote, and no term is raised (thesis §4.2.3, §6.2). */
  isSticky(): boolean {
    const { state, settings, nowUs } = this.#core;
    if (!settings.defence.checkQuorum) return false;
    return state.role === "leader" || nowUs < state.heardUs + settings.electionTimeoutUs;
  }

  onPreVote(from: NodeId, { term, lastIndex, lastTerm }: Received<"raft.preVote">): void {
    const { state } = this.#core;
    const granted = term > state.term && !this.isSticky() && this.#isUpToDate(lastIndex, lastTerm);
    this.#core.send(from, { type: "raft.preVoted", term: granted ? term : state.term, granted });
  }

  onPreVoted(from: NodeId, { term, granted }: Received<"raft.preVoted">): void {
    const { state } = this.#core;
    if (state.role !== "preCandidate" || !granted || term !== state.term + 1) return;
    state.votes.add(from);
    if (this.#hasWon()) this.#stand(false);
  }

  /**
   * The term of the request is that of this node, which may have come to it by another message: a leader of before that
   * was heard may hold a lease on this node all the same, and nobody else gets its vote until that is over.
   */
  onVote(from: NodeId, { lastIndex, lastTerm, forced }: Received<"raft.vote">): void {
    const { state, settings, nowUs } = this.#core;
    const isFree = state.votedFor === null || state.votedFor === from;
    const stands = state.role === "candidate" || state.role === "leader";
    const isBound = !forced && this.isSticky();
    if (stands || !isFree || isBound || !this.#isUpToDate(lastIndex, lastTerm)) {
      this.#core.send(from, { type: "raft.voted", term: state.term, granted: false });
      return;
    }
    // Who only asked whether it could win has promised nothing, and lets another one try.
    state.role = "follower";
    if (state.votedFor === null) this.#core.setVote(state.term, from);
    state.patienceUs = nowUs;
    state.voteOwedTo = from;
    if (this.#core.voteIsDurable || !settings.defence.voteFsync) this.#giveVote();
  }

  onVoted(from: NodeId, { granted }: Received<"raft.voted">): void {
    const { state } = this.#core;
    if (state.role !== "candidate" || !granted) return;
    state.votes.add(from);
    if (this.#hasWon()) this.#win();
  }

  onTimeoutNow(from: NodeId): void {
    const { state, configuration, self } = this.#core;
    if (state.role === "leader" || state.leader !== from || !isVoter(configuration, self)) return;
    this.#stand(true);
  }

  /** A sync went well. */
  onDurable(): void {
    const { state, voteIsDurable } = this.#core;
    if (!voteIsDurable) return;
    if (state.voteOwedTo !== null) this.#giveVote();
    if (!state.campaignDue || state.role !== "candidate") return;
    state.campaignDue = false;
    if (this.#core.settings.defence.stableCampaign) this.#askForVotes();
    this.#countOwnVote();
  }

  /** Stands for election, however lately a leader was heard. */
  campaign(): void {
    const core = this.#core;
    const { state, configuration, self, settings, nowUs } = core;
    state.patienceUs = nowUs;
    if (!isVoter(configuration, self)) return core.awaitElection();
    if (!settings.defence.preVote) return this.#stand(false);
    core.awaitElection();
    state.role = "preCandidate";
    state.leader = null;
    state.votes = new Set([self]);
    state.campaignDue = false;
    core.record({ type: "record", fact: "raft.stood", term: state.term + 1, pre: true, forced: false });
    const { lastIndex, lastTerm } = core;
    for (const peer of this.#voters()) {
      core.send(peer, { type: "raft.preVote", term: state.term + 1, lastIndex, lastTerm });
    }
    if (this.#hasWon()) this.#stand(false);
  }

  #stand(forced: boolean): void {
    const { state, self, settings, nowUs } = this.#core;
    const { voteFsync, stableCampaign } = settings.defence;
    this.#core.setVote(state.term + 1, self);
    state.role = "candidate";
    state.leader = null;
    state.verifiedIndex = state.commitIndex;
    state.roundSeen = 0;
    state.voteOwedTo = null;
    state.votes = new Set();
    state.forced = forced;
    state.patienceUs = nowUs;
    this.#core.awaitElection();
    this.#core.record({ type: "record", fact: "raft.stood", term: state.term, pre: false, forced });
    // A crash now may leave a shorter log, and an earlier term in which to ask again: votes that were given to the log
    // of today would elect that one. So votes are asked for once all of it is durable.
    state.campaignDue = stableCampaign || voteFsync;
    if (!stableCampaign) this.#askForVotes();
    if (!voteFsync) this.#countOwnVote();
  }

  #askForVotes(): void {
    const { state, lastIndex, lastTerm } = this.#core;
    const { term, forced } = state;
    for (const peer of this.#voters()) {
      this.#core.send(peer, { type: "raft.vote", term, lastIndex, lastTerm, forced });
    }
  }

  #countOwnVote(): void {
    const { state, self } = this.#core;
    if (state.votes.has(self)) return;
    this.#core.record({ type: "record", fact: "raft.voted", term: state.term, candidate: self });
    state.votes.add(self);
    if (this.#hasWon()) this.#win();
  }

  #giveVote(): void {
    const { state } = this.#core;
    const candidate = state.voteOwedTo;
    state.voteOwedTo = null;
    if (candidate === null) return;
    this.#core.record({ type: "record", fact: "raft.voted", term: state.term, candidate });
    this.#core.send(candidate, { type: "raft.voted", term: state.term, granted: true });
  }

  #win(): void {
    const { state, self, lastIndex, lastTerm } = this.#core;
    state.role = "leader";
    state.leader = self;
    state.votes = new Set();
    state.campaignDue = false;
    this.#core.record({ type: "record", fact: "raft.leaderElected", term: state.term, lastIndex, lastTerm });
    this.#core.effects.push({ type: "cancelTimer", timer: "raft.election" });
    this.#replication.begin();
  }

  /** At least as new: a later term in its last entry, or the same term and no shorter log (§5.4.1). */
  #isUpToDate(lastIndex: number, lastTerm: number): boolean {
    const { settings, lastIndex: ownIndex, lastTerm: ownTerm } = this.#core;
    if (!settings.defence.logUpToDate) return true;
    return lastTerm > ownTerm || (lastTerm === ownTerm && lastIndex >= ownIndex);
  }

  #hasWon(): boolean {
    const { votes } = this.#core.state;
    return isMajority(this.#core.deciding, (node) => votes.has(node));
  }

  #voters(): readonly NodeId[] {
    const { configuration, self } = this.#core;
    return membersOf(configuration).filter((node) => node !== self && isVoter(configuration, node));
  }
}
