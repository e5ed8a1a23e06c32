// Folds facts into the view of a Raft group, one function a kind of fact. What was said first stays; what disagrees with
// it is noted as a clash, for the property that forbids it.

import type { Instant, Model } from "../../../check/property.ts";
import type { NodeId } from "../../../base/ids.ts";
import {
  type Clash,
  freshRaftView,
  type JudgedFact,
  type NodeView,
  nodeOf,
  type RaftView,
  type ShownVersion,
  type Told,
} from "./raft-view.ts";

type Folds = { readonly [Name in JudgedFact["fact"]]?: (view: RaftView, fact: Told<Name>, at: Instant) => void };

const folds: Folds = {
  healed: (view, _fact, at) => {
    view.healedUs = at.atUs;
    for (const node of view.nodes.values()) node.target = view.committed;
  },
  nodeCrashed: (view, _fact, at) => foldEnd(view, at.node),
  nodeStopped: (view, _fact, at) => foldEnd(view, at.node),
  "raft.recovered": foldRecovered,
  "raft.stood": (view, { pre }, at) => {
    if (!pre) nodeOf(view, at.node).inVain++;
  },
  "raft.voted": (view, { term, candidate }, at) => {
    const votes = view.votes.get(term) ?? new Map<NodeId, { candidate: NodeId; event: number }>();
    view.votes.set(term, votes);
    if (!votes.has(at.node)) votes.set(at.node, { candidate, event: at.event });
    const node = nodeOf(view, at.node);
    node.promised = Math.max(node.promised, term);
    if (candidate !== at.node) node.inVain = 0;
  },
  "raft.leaderElected": (view, { term }, at) => {
    const node = nodeOf(view, at.node);
    node.leading = term;
    node.inVain = 0;
    if (!view.leaders.has(term)) view.leaders.set(term, { node: at.node, event: at.event });
    view.newestTerm = Math.max(view.newestTerm, term);
  },
  "raft.steppedDown": (view, _fact, at) => {
    nodeOf(view, at.node).leading = -1;
  },
  "raft.appended": foldAppended,
  "raft.truncated": foldTruncated,
  "raft.durable": (view, { index }, at) => {
    nodeOf(view, at.node).durable = index;
  },
  "raft.committed": foldCommitted,
  "raft.applied": foldApplied,
  "raft.snapshotTaken": (view, { index, checksum, base }, at) => {
    nodeOf(view, at.node).base = Math.max(nodeOf(view, at.node).base, base);
    foldSnapshot(view, index, checksum, at);
  },
  "raft.snapshotInstalled": foldInstalled,
  "raft.configured": (view, { index, term, configuration }, at) => {
    nodeOf(view, at.node).placed = { index, term, configuration };
  },
  "store.executed": (view, { session, sequence, index }) => {
    const indices = view.executed.get(session) ?? [];
    view.executed.set(session, indices);
    view.met = indices[sequence] !== undefined;
    indices[sequence] ??= index;
  },
  "store.invoked": (view, { operation, key, expected }) => {
    const { version, event } = view.shown.get(key)?.at(-1) ?? { version: 0, event: 0 };
    view.operations.set(operation, { key, floor: version, floorEvent: event, expected });
  },
  "store.answered": foldAnswer,
  "store.unanswered": (view, { operation }) => void view.operations.delete(operation),
};

function foldAnswer(view: RaftView, fact: Told<"store.answered">, { event }: Instant): void {
  const { operation, kind, key, done, version, value } = fact;
  view.operation = view.operations.get(operation) ?? null;
  view.operations.delete(operation);
  const shown = view.shown.get(key) ?? [];
  view.shown.set(key, shown);
  let place = shown.length;
  while (place > 0 && shown[place - 1].version >= version) place--;
  if (shown[place]?.version !== version) shown.splice(place, 0, { version, value, event, from: -1 });
  const told = shown[place];
  if (kind === "cas" && done && view.operation !== null) told.from = view.operation.expected;
  view.clash = null;
  if (told.value !== value) {
    view.clash = { about: key, because: `version ${version} of ${key} has two values`, evidence: [told.event] };
  } else {
    judgeSwap(view, key, told, shown[place - 1]);
    judgeSwap(view, key, shown[place + 1], told);
  }
}

/** A cas is done when nothing has been written since the version that it expected. */
function judgeSwap(
  view: RaftView,
  key: string,
  made: ShownVersion | undefined,
  before: ShownVersion | undefined,
): void {
  if (made === undefined || made.from < 0 || before === undefined || before.version <= made.from) return;
  const because = `a cas that expected version ${made.from} of ${key} made ${made.version}, and ${before.version} was between`;
  view.clash = { about: key, because, evidence: [made.event, before.event] };
}

function foldEnd(view: RaftView, id: NodeId): void {
  view.forgotten = [...view.operations.keys()].filter((operation) => operation.startsWith(`${id}/`));
  for (const operation of view.forgotten) view.operations.delete(operation);
  const node = view.nodes.get(id);
  if (node === undefined) return;
  node.isUp = false;
  node.leading = -1;
  // What it stood for before its end was not in vain.
  node.inVain = 0;
}

function foldRecovered(view: RaftView, fact: Told<"raft.recovered">, at: Instant): void {
  const node = nodeOf(view, at.node);
  node.isUp = true;
  const { base, terms, snapshotIndex, configuration, configurationIndex, configurationTerm } = fact;
  const known = [...node.terms];
  const { durable } = node;
  node.base = base;
  node.last = base + terms.length;
  node.terms = [];
  terms.forEach((term, place) => (node.terms[base + 1 + place] = term));
  node.committed = snapshotIndex;
  node.applied = snapshotIndex;
  node.placed = { index: configurationIndex, term: configurationTerm, configuration };
  if (view.decided.configuration.voters.length === 0 && configurationIndex === 0) {
    view.decided = { index: 0, term: 0, configuration };
  }
  view.clash = null;
  view.met = durable > 0;
  for (let index = durable; index > base; index--) {
    if (node.terms[index] === known[index]) continue;
    const because = `${node.id} called entry ${index} of term ${known[index]} durable, and did not find it again`;
    view.clash = { about: node.id, because, evidence: [] };
    return;
  }
}

function foldAppended(view: RaftView, fact: Told<"raft.appended">, at: Instant): void {
  const node = nodeOf(view, at.node);
  const { first, terms, checksums } = fact;
  view.clash = null;
  view.met = false;
  let { prevTerm } = fact;
  for (let place = 0; place < terms.length; place++) {
    const index = first + place;
    const term = terms[place];
    const seen = (view.entries[index] ??= []);
    const same = seen.length === 0 ? undefined : seen.find((entry) => entry.term === term);
    if (same === undefined) {
      seen.push({ term, checksum: checksums[place], prevTerm, event: at.event });
    } else {
      view.met = true;
      if (same.checksum !== checksums[place] || same.prevTerm !== prevTerm) {
        const what = same.checksum === checksums[place] ? "follows another entry" : "has another content";
        view.clash = {
          about: `${index}`,
          because: `entry ${index} of term ${term} ${what} in the log of ${node.id}`,
          evidence: [same.event],
        };
      }
    }
    node.terms[index] = term;
    prevTerm = term;
  }
  node.last = first + terms.length - 1;
  node.inVain = 0;
}

function foldTruncated(view: RaftView, { from }: Told<"raft.truncated">, at: Instant): void {
  const node = nodeOf(view, at.node);
  view.clash = null;
  view.met = from <= view.committed;
  for (let index = from; index <= Math.min(node.last, view.committed); index++) {
    if (node.terms[index] !== view.committedTerms[index]) continue;
    view.clash = {
      about: `${index}`,
      because: `${node.id} cut off entry ${index} of term ${node.terms[index]}, which is committed`,
      evidence: [view.committedEvents[index]],
    };
    break;
  }
  node.terms.length = Math.min(node.terms.length, from);
  node.last = from - 1;
  node.durable = Math.min(node.durable, from - 1);
}

function foldCommitted(view: RaftView, { index, leader, leaderTerm }: Told<"raft.committed">, at: Instant): void {
  const node = nodeOf(view, at.node);
  node.committed = Math.max(node.committed, index);
  if (!leader) return;
  for (let each = view.committed + 1; each <= index; each++) {
    view.committedTerms[each] = node.terms[each];
    view.committedIn[each] = leaderTerm;
    view.committedEvents[each] = at.event;
  }
  view.committed = Math.max(view.committed, index);
  const { placed } = node;
  if (placed !== null && placed.index <= index && isLater(placed, view.decided)) view.decided = placed;
}

function foldApplied(view: RaftView, { first, checksums }: Told<"raft.applied">, at: Instant): void {
  const node = nodeOf(view, at.node);
  view.clash = first === node.applied + 1 ? null : outOfOrder(node, first);
  view.met = false;
  for (let place = 0; place < checksums.length; place++) {
    const index = first + place;
    const before = view.appliedChecksums[index];
    if (before === undefined) {
      view.appliedChecksums[index] = checksums[place];
      view.appliedEvents[index] = at.event;
    } else {
      view.met = true;
      if (before === checksums[place]) continue;
      const because = `${node.id} applied at index ${index} what is not what was applied there before`;
      view.clash = { about: `${index}`, because, evidence: [view.appliedEvents[index]] };
    }
  }
  node.applied = first + checksums.length - 1;
}

function foldInstalled(view: RaftView, fact: Told<"raft.snapshotInstalled">, at: Instant): void {
  const { index, term, checksum, kept } = fact;
  const node = nodeOf(view, at.node);
  view.lost = null;
  if (!kept && node.durable > index && node.terms[index] === term) {
    const because = `${node.id} had ${node.durable} on disk behind the snapshot of ${index}, which agrees, and has lost it`;
    view.lost = { about: node.id, because, evidence: [] };
  }
  foldSnapshot(view, index, checksum, at);
  if (index < node.applied) view.clash = outOfOrder(node, index);
  if (!kept) {
    node.terms = [];
    node.last = index;
    node.durable = 0;
  }
  node.base = index;
  node.committed = index;
  node.applied = index;
}

const outOfOrder = ({ id, applied }: NodeView, first: number): Clash => ({
  about: id,
  because: `${id} applied index ${first} after index ${applied}`,
  evidence: [],
});

function foldSnapshot(view: RaftView, index: number, checksum: number, at: Instant): void {
  view.clash = null;
  const before = view.snapshots.get(index);
  view.met = before !== undefined;
  if (before === undefined) {
    view.snapshots.set(index, { checksum, event: at.event });
  } else if (before.checksum !== checksum) {
    const because = `the state of ${at.node} at index ${index} is not what another node had there`;
    view.clash = { about: `${index}`, because, evidence: [before.event] };
  }
}

/** Later in the order of logs: by term, then by index. */
const isLater = (
  left: { readonly term: number; readonly index: number },
  right: { readonly term: number; readonly index: number },
): boolean => left.term > right.term || (left.term === right.term && left.index > right.index);

export const raftModel: Model<RaftView, JudgedFact> = {
  fresh: freshRaftView,
  fold: (view, fact, at) => foldOf(fact.fact)?.(view, fact, at),
  folds: new Map(Object.entries(folds) as [string, Model<RaftView, JudgedFact>["fold"]][]),
};

/** What a fact is folded with; it was found under the name of the fact that it takes. */
const foldOf = (name: string): Model<RaftView, JudgedFact>["fold"] | undefined =>
  (folds as Readonly<Record<string, Model<RaftView, JudgedFact>["fold"]>>)[name];
