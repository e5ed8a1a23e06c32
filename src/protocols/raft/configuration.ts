// Who counts: members, majorities, and what a majority has reached. A joint configuration asks both of its halves (§6).

import type { NodeId } from "../../base/ids.ts";
import type { RaftConfiguration } from "./messages.ts";
import type { RaftDefences } from "./settings.ts";

export const isJoint = ({ outgoing }: RaftConfiguration): boolean => outgoing.length > 0;

export const isVoter = ({ voters, outgoing }: RaftConfiguration, node: NodeId): boolean =>
  voters.includes(node) || outgoing.includes(node);

/** Everyone who receives the log, once each, in the order of the configuration. */
export function membersOf({ voters, outgoing, learners }: RaftConfiguration): readonly NodeId[] {
  const members = [...voters];
  for (const node of outgoing) if (!members.includes(node)) members.push(node);
  for (const node of learners) if (!members.includes(node)) members.push(node);
  return members;
}

/** The sets of which a majority each must agree. */
export function decidingSets(configuration: RaftConfiguration, defence: RaftDefences): readonly (readonly NodeId[])[] {
  const { voters, outgoing, learners } = configuration;
  const counted = defence.learnersDoNotCount ? voters : [...voters, ...learners];
  if (outgoing.length === 0) return [counted];
  if (defence.jointMajorities) return [counted, outgoing];
  return [membersOf({ voters: counted, outgoing, learners: [] })];
}

/** Whether a majority of each set is in favour. */
export function isMajority(sets: readonly (readonly NodeId[])[], favours: (node: NodeId) => boolean): boolean {
  return sets.every((set) => {
    let count = 0;
    for (const node of set) if (favours(node)) count++;
    return count > set.length >> 1;
  });
}

/** The highest value that a majority of each set has reached. `scratch` is the caller's, so that none is allocated. */
export function reachedByMajority(
  sets: readonly (readonly NodeId[])[],
  valueOf: (node: NodeId) => number,
  scratch: number[],
): number {
  let reached = Infinity;
  for (const set of sets) {
    for (let place = 0; place < set.length; place++) {
      const value = valueOf(set[place]);
      let at = place;
      for (; at > 0 && scratch[at - 1] < value; at--) scratch[at] = scratch[at - 1];
      scratch[at] = value;
    }
    if (set.length === 0) return -Infinity;
    reached = Math.min(reached, scratch[set.length >> 1]);
  }
  return reached;
}

export const sameMembers = (left: readonly NodeId[], right: readonly NodeId[]): boolean =>
  left.length === right.length && left.every((node) => right.includes(node));
