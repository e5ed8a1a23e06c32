// Which of several states of one player is the right one (MESH-F5-10, MESH-F5-11): what contains the others; where none
// does, what was written last; and the items of all of them together. Whether an item is elsewhere in the world is not
// known here: the store sees to that when it takes the resolved state over (`repairOf` in ledger.ts).

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { compareValues } from "../../base/plain-order.ts";
import { causalOrder, joined, type Lineage, noLineage } from "./lineage.ts";
import type { PlayerState } from "./player-state.ts";

/** A state of the player, as somebody has it. */
export interface Version {
  readonly holder: NodeId;
  /** The token its holder had for it; the store's: its fence. */
  readonly token: number;
  readonly state: PlayerState;
}

/** vectorClock: causal order, then time; timestamp: time alone; store: what the store has, whoever else has more. */
export type ResolutionPolicy = "vectorClock" | "timestamp" | "store";

export interface Resolved {
  readonly winner: Version;
  /** The winner's state with the items of the others, under a version that is above all of them if anything is new. */
  readonly state: PlayerState;
  /** What chose the winner. */
  readonly by: "agreement" | "causality" | "timestamp" | "store";
  /** Holders of versions with effects that the winner does not contain: but for their items, those are lost. */
  readonly discarded: readonly NodeId[];
}

/** The same for every order of the versions, and however often one of them is named. */
export function resolved(versions: readonly Version[], policy: ResolutionPolicy, store: NodeId): Resolved {
  assert(versions.length > 0, "somebody has a version");
  const all = versions.toSorted(byPreference);
  const merging = policy === "vectorClock" ? latest(all) : all;
  const winner = (policy === "store" ? all.find(({ holder }) => holder === store) : undefined) ?? merging[0];
  const discarded = all.filter((version) => !contains(winner, version));
  const merged = policy === "store" ? winner.state.items : itemsOf([winner, ...merging]);
  const isAsItWas = discarded.length === 0 && merged.length === winner.state.items.length;
  return {
    winner,
    state: isAsItWas ? winner.state : above(all, { ...winner.state, items: merged }),
    by: decidedBy(all, merging, policy),
    discarded: [...new Set(discarded.map(({ holder }) => holder))],
  };
}

const lineageOf = ({ state }: Version): Lineage => state.lineage ?? noLineage;

const orderOf = (one: Version, other: Version): ReturnType<typeof causalOrder> =>
  causalOrder(lineageOf(one).clock, lineageOf(other).clock);

function contains(one: Version, other: Version): boolean {
  const order = orderOf(one, other);
  return order === "equal" || order === "after";
}

/** Those that no other one follows, each once: of equals, the preferred one. */
const latest = (all: readonly Version[]): readonly Version[] =>
  all.filter((version, at) => !all.some((other, place) => isSuperseded(orderOf(version, other), place < at)));

const isSuperseded = (order: ReturnType<typeof causalOrder>, otherIsPreferred: boolean): boolean =>
  order === "before" || (order === "equal" && otherIsPreferred);

function decidedBy(all: readonly Version[], merging: readonly Version[], policy: ResolutionPolicy): Resolved["by"] {
  if (all.every((version) => orderOf(version, all[0]) === "equal")) return "agreement";
  if (policy !== "vectorClock") return policy;
  return merging.length === 1 ? "causality" : "timestamp";
}

/** Last write first. A total order of all versions that differ. */
function byPreference(one: Version, other: Version): number {
  const later = lineageOf(other).wroteUs - lineageOf(one).wroteUs;
  if (later !== 0) return later;
  if (one.state.version !== other.state.version) return other.state.version - one.state.version;
  if (one.token !== other.token) return other.token - one.token;
  return compareValues(one.holder, other.holder);
}

/** Every item of any of them, once: the first one's in its order, then what the next ones have beside it. */
const itemsOf = (versions: readonly Version[]): readonly string[] => [
  ...new Set(versions.flatMap(({ state }) => state.items)),
];

/** The state as a successor of all versions: it contains them all, so that none can be taken for news again. */
function above(all: readonly Version[], state: PlayerState): PlayerState {
  const clock = all.map((version) => lineageOf(version).clock).reduce(joined);
  const version = Math.max(...all.map((known) => known.state.version)) + 1;
  return { ...state, version, lineage: { clock, wroteUs: state.lineage?.wroteUs ?? 0 } };
}
