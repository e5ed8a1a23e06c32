// Who belongs to the group, and how that changes: learners catch up first, then both the old and the new voters decide,
// then the new ones (§6; thesis §4.2.1, §4.3). And how a leader hands its leadership over (thesis §3.10).

import type { NodeId } from "../../base/ids.ts";
import { isJoint, isVoter, membersOf, sameMembers } from "./configuration.ts";
import type { Core } from "./core.ts";
import type { RaftConfiguration } from "./messages.ts";
import type { Replication } from "./replication.ts";

export type ChangeAnswer =
  | "accepted"
  | "notLeader"
  /** Another change is not over. */
  | "changing"
  /** No entry of the own term is committed yet: what an earlier leader began is not known for certain. */
  | "notReady"
  /** It would change nothing, or leave nobody to decide. */
  | "pointless";

export type TransferAnswer = "accepted" | "notLeader" | "transferring" | "notVoter";

export class Membership {
  readonly #core: Core;
  readonly #replication: Replication;

  constructor(core: Core, replication: Replication) {
    this.#core = core;
    this.#replication = replication;
  }

  change(wish: { voters: readonly NodeId[]; learners: readonly NodeId[] }): ChangeAnswer {
    // A name given twice would count twice towards a majority.
    const [voters, learners] = [[...new Set(wish.voters)], [...new Set(wish.learners)]];
    const { state, settings, configuration, placed } = this.#core;
    const { changeAfterNoop, catchUpFirst } = settings.defence;
    if (state.role !== "leader") return "notLeader";
    if (changeAfterNoop && state.commitIndex < state.noopIndex) return "notReady";
    if (changeAfterNoop && placed.index > state.commitIndex) return "changing";
    // Servers that do not catch up must not keep the group as it is for ever: until then another wish takes the place.
    if (state.change?.phase === "joint" || isJoint(configuration)) return "changing";
    const remaining = learners.filter((node) => !voters.includes(node));
    const same = sameMembers(voters, configuration.voters);
    if (voters.length === 0 || (same && sameMembers(remaining, configuration.learners))) return "pointless";
    if (same) {
      state.change = null;
      this.#add({ voters, outgoing: [], learners: remaining });
      return "accepted";
    }
    state.change = { voters, learners: remaining, phase: "catchUp" };
    const known = new Set([...configuration.voters, ...configuration.learners]);
    const strangers = voters.filter((node) => !known.has(node));
    if (!catchUpFirst || strangers.length === 0) {
      if (!catchUpFirst || this.#haveCaughtUp()) this.#decideJointly();
      return "accepted";
    }
    this.#add({ ...configuration, learners: [...configuration.learners, ...strangers] });
    return "accepted";
  }

  transfer(target: NodeId): TransferAnswer {
    const { state, settings, configuration, self, nowUs } = this.#core;
    if (state.role !== "leader") return "notLeader";
    if (state.transfer !== null) return "transferring";
    if (target === self || !configuration.voters.includes(target)) return "notVoter";
    state.transfer = { target, untilUs: nowUs + settings.electionTimeoutUs, sent: false };
    this.#core.record({ type: "record", fact: "raft.transferBegun", target, term: state.term });
    return "accepted";
  }

  /** Takes the next step of whatever is under way. A leader calls it after each event. */
  goOn(): void {
    const { state, placed } = this.#core;
    if (state.role !== "leader") return;
    if (state.transfer !== null) this.#goOnWithTransfer();
    if (placed.index > state.commitIndex) return;
    const { configuration } = placed;
    if (isJoint(configuration)) {
      this.#add({ voters: configuration.voters, outgoing: [], learners: configuration.learners });
    } else if (state.change?.phase === "catchUp") {
      if (this.#haveCaughtUp()) this.#decideJointly();
    } else if (state.change !== null || !isVoter(configuration, this.#core.self) || this.#hasLeavers()) {
      this.#finish(configuration);
    }
  }

  #decideJointly(): void {
    const { state, settings, configuration } = this.#core;
    const { change } = state;
    if (change === null) return;
    change.phase = "joint";
    const outgoing = settings.defence.jointConsensus ? configuration.voters : [];
    this.#add({ voters: change.voters, outgoing, learners: change.learners });
  }

  /** Whether those who are to be promoted lack little enough to be counted on at once. */
  #haveCaughtUp(): boolean {
    const { state, settings, configuration, lastIndex } = this.#core;
    const enough = lastIndex - settings.catchUpLag;
    return (state.change?.voters ?? []).every(
      (node) => configuration.voters.includes(node) || (state.progress.get(node)?.match ?? 0) >= Math.max(enough, 1),
    );
  }

  #hasLeavers(): boolean {
    const { state, followersMax } = this.#core;
    return state.progress.size > followersMax;
  }

  /** The new configuration is committed: those who left hear of it once more, and a leader who left leads no more. */
  #finish(configuration: RaftConfiguration): void {
    const { state, self } = this.#core;
    state.change = null;
    this.#replication.openRound();
    const members = membersOf(configuration);
    for (const node of state.progress.keys()) if (!members.includes(node)) state.progress.delete(node);
    if (isVoter(configuration, self)) return;
    this.#core.follow(state.term, null, { because: "removed", by: self });
  }

  #add(configuration: RaftConfiguration): void {
    const { state, lastIndex } = this.#core;
    const [index, { term }] = [lastIndex + 1, state];
    const checksum = this.#core.checksumOf(index, term, configuration);
    this.#replication.add({ index, term, kind: "configuration", content: configuration, checksum });
  }

  #goOnWithTransfer(): void {
    const { state, nowUs, lastIndex } = this.#core;
    const { transfer } = state;
    if (transfer === null) return;
    if (nowUs >= transfer.untilUs) {
      state.transfer = null;
      this.#core.record({ type: "record", fact: "raft.transferGivenUp", target: transfer.target, term: state.term });
    } else if (!transfer.sent && state.progress.get(transfer.target)?.match === lastIndex) {
      transfer.sent = true;
      // From here on the target may win although others hear this leader: their promise to it is void.
      state.leaseSpent = true;
      this.#core.send(transfer.target, { type: "raft.timeoutNow", term: state.term });
    }
  }
}
