// A Raft group as its facts tell it: what the properties are judged by. Plain data; nodes that are down count like any
// other, for what they said stands.

import type { NodeId } from "../../../base/ids.ts";
import type { Property, Rules } from "../../../check/property.ts";
import type { RaftFact, StoreFact } from "../facts.ts";
import type { RaftConfiguration } from "../messages.ts";
import type { PlacedConfiguration } from "../raft-state.ts";

/** What a world says that matters here. */
type HostFact =
  | { readonly fact: "healed" }
  | { readonly fact: "nodeBooted" }
  | { readonly fact: "nodeCrashed" }
  | { readonly fact: "nodeStopped" };

export type JudgedFact = RaftFact | StoreFact | HostFact;
export type RaftProperty = Property<RaftView, JudgedFact>;
export type RaftRules = Rules<RaftView, JudgedFact>;
export type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;

export interface NodeView {
  readonly id: NodeId;
  isUp: boolean;
  /** The log, by index; what is not known is not there. Up to `base` it is what a snapshot stands for. */
  terms: number[];
  base: number;
  last: number;
  durable: number;
  committed: number;
  applied: number;
  placed: PlacedConfiguration | null;
  /** Since when it leads, as a term; -1: it does not. */
  leading: number;
  /** Real campaigns in a row that came to nothing. */
  inVain: number;
  /** The highest term it has voted in. */
  promised: number;
  /** It has to have applied this much: set when the world healed. */
  target: number;
}

/** An entry somebody has had, by index and term. */
interface SeenEntry {
  readonly term: number;
  readonly checksum: number;
  readonly prevTerm: number;
  readonly event: number;
}

export interface Elected {
  readonly node: NodeId;
  readonly event: number;
}

/** Something an `always` was broken by, found while the last fact was folded in. */
export interface Clash {
  readonly about: string;
  readonly because: string;
  readonly evidence: readonly number[];
}

export interface ClientOperation {
  readonly key: string;
  /** The newest version that anyone was shown before it began. */
  readonly floor: number;
  readonly floorEvent: number;
  /** The version that a cas expects; -1: it is none. */
  readonly expected: number;
}

/** A version of a key, as it was told first. */
export interface ShownVersion {
  readonly version: number;
  readonly value: string;
  readonly event: number;
  /** The version that the cas which made it expected; -1: no cas is known to have made it. */
  from: number;
}

export interface RaftView {
  readonly nodes: Map<NodeId, NodeView>;
  /** By term: the first that was elected. */
  readonly leaders: Map<number, Elected>;
  newestTerm: number;
  /** By term, then voter: the first candidate it voted for. */
  readonly votes: Map<number, Map<NodeId, { readonly candidate: NodeId; readonly event: number }>>;
  /** By index: the entries that stood there in any log, one for each term. */
  readonly entries: SeenEntry[][];
  /** By index: term of the entry that a leader committed there, and when. */
  readonly committedTerms: number[];
  /** The term of the leader that committed it: that of the entry, or a later one. */
  readonly committedIn: number[];
  readonly committedEvents: number[];
  /** The highest index a leader has committed. */
  committed: number;
  /** By index: what was applied there first. */
  readonly appliedChecksums: number[];
  readonly appliedEvents: number[];
  /** By index: checksum of the state a snapshot holds. */
  readonly snapshots: Map<number, { readonly checksum: number; readonly event: number }>;
  /** The newest configuration that is committed. */
  decided: PlacedConfiguration;
  /** By session, then sequence: the index at which a request was executed. */
  readonly executed: Map<number, number[]>;
  readonly operations: Map<string, ClientOperation>;
  /** Of the fact in hand: operations that nobody waits for any more, since their client has ended. */
  forgotten: readonly string[];
  /** By key: every version shown to anyone, in their order. */
  readonly shown: Map<string, ShownVersion[]>;
  healedUs: number | null;
  // Of the last fact.
  clash: Clash | null;
  /** A snapshot took more with it than it stands for. */
  lost: Clash | null;
  /** It could have clashed. */
  met: boolean;
  operation: ClientOperation | null;
}

export const freshRaftView = (): RaftView => ({
  nodes: new Map(),
  leaders: new Map(),
  newestTerm: 0,
  votes: new Map(),
  entries: [],
  committedTerms: [],
  committedIn: [],
  committedEvents: [],
  committed: 0,
  appliedChecksums: [],
  appliedEvents: [],
  snapshots: new Map(),
  decided: { index: 0, term: 0, configuration: { voters: [], outgoing: [], learners: [] } },
  executed: new Map(),
  operations: new Map(),
  forgotten: [],
  shown: new Map(),
  healedUs: null,
  clash: null,
  lost: null,
  met: false,
  operation: null,
});

export function nodeOf(view: RaftView, id: NodeId): NodeView {
  const known = view.nodes.get(id);
  if (known !== undefined) return known;
  const node: NodeView = {
    id,
    isUp: false,
    terms: [],
    base: 0,
    last: 0,
    durable: 0,
    committed: 0,
    applied: 0,
    placed: null,
    leading: -1,
    inVain: 0,
    promised: 0,
    target: 0,
  };
  view.nodes.set(id, node);
  return node;
}

/** Whether the log of a node holds this entry, or a snapshot stands for it. */
export const holds = (node: NodeView, index: number, term: number): boolean =>
  index <= node.base || (index <= node.last && node.terms[index] === term);

/** The sets of which a majority each decides: what the configuration says, whatever a node makes of it. */
export const quorumSets = ({ voters, outgoing }: RaftConfiguration): readonly (readonly NodeId[])[] =>
  outgoing.length === 0 ? [voters] : [voters, outgoing];

export const isQuorum = (configuration: RaftConfiguration, favours: (node: NodeId) => boolean): boolean =>
  quorumSets(configuration).every((set) => countOf(set, favours) * 2 > set.length);

function countOf(set: readonly NodeId[], favours: (node: NodeId) => boolean): number {
  let count = 0;
  for (const node of set) if (favours(node)) count++;
  return count;
}

export const tellConfiguration = ({ voters, outgoing }: RaftConfiguration): string =>
  outgoing.length === 0 ? `{${voters.join(" ")}}` : `{${outgoing.join(" ")}}+{${voters.join(" ")}}`;
