// How long players had two owners, and how long it took until they had one again: in true time, from what servers believe
// and what the coordinators commit. Part of the mesh view, after the stopwatches; judges nothing.
//
// A duplicate is a player whom two servers take for theirs, both of which may act, when one of them is not its owner by
// the committed grants and is not about to hand it over either (X-M-21, X-M-28).

import type { NodeId } from "../../base/ids.ts";
import type { Instant } from "../../check/property.ts";
import { effectsOf, type VectorClock } from "./lineage.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";

interface Duplicate {
  readonly sinceUs: number;
  detected: boolean;
  /** Effects of another than the owner: the first and the last; -1: none. */
  staleFirstUs: number;
  staleLastUs: number;
}

interface Recovery {
  /** When the duplicate began, as far as there was one. */
  readonly sinceUs: number;
  readonly detectedUs: number;
  /** Committed: what is older than this is void; -1: not yet. */
  token: number;
  fenced: boolean;
  winnersClock: VectorClock;
}

/** Plain data. */
export interface SplitWatch {
  readonly duplicates: Map<NodeId, Duplicate>;
  /** From the first detection to the owner. */
  readonly recoveries: Map<NodeId, Recovery>;
}

export const freshSplitWatch = (): SplitWatch => ({ duplicates: new Map(), recoveries: new Map() });

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;
type Runs = { readonly [Name in JudgedFact["fact"]]?: (view: MeshView, fact: Told<Name>, at: Instant) => void };

const runs: Runs = {
  authorityTaken: (view, fact, at) => {
    lookAt(view, fact.player, at.atUs);
    endRecovery(view, fact, at);
  },
  authorityDropped: (view, { player }, { atUs }) => lookAt(view, player, atUs),
  transferEnded: (view, { player }, { atUs }) => lookAt(view, player, atUs),
  leaseExpired: (view, _fact, { atUs }) => lookAtAll(view, atUs),
  serverExpelled: (view, _fact, { atUs }) => lookAtAll(view, atUs),
  nodeCrashed: (view, _fact, { atUs }) => lookAtAll(view, atUs),
  nodeStopped: (view, _fact, { atUs }) => lookAtAll(view, atUs),
  effectAccepted: ({ splits, players }, { player: id, server, token }, { atUs }) => {
    const duplicate = splits.duplicates.get(id);
    const grant = players.get(id)?.grant ?? null;
    if (duplicate === undefined || (grant?.server === server && grant.token === token)) return;
    if (duplicate.staleFirstUs < 0) duplicate.staleFirstUs = atUs;
    duplicate.staleLastUs = atUs;
  },
  duplicateAuthorityDetected: (view, { player }, { atUs }) => {
    const { duplicates, recoveries } = view.splits;
    const duplicate = duplicates.get(player);
    note(view, "split.falseAlarms", duplicate === undefined && !hasStranger(view, player) ? 1 : 0);
    if (duplicate?.detected === false) note(view, "split.detection", atUs - duplicate.sinceUs);
    if (duplicate !== undefined) duplicate.detected = true;
    if (recoveries.has(player)) return;
    const sinceUs = duplicate?.sinceUs ?? atUs;
    recoveries.set(player, { sinceUs, detectedUs: atUs, token: -1, fenced: false, winnersClock: [] });
  },
  resolutionBegan: (view, { player, token }, { atUs }) => {
    const recovery = view.splits.recoveries.get(player);
    if (recovery === undefined) return;
    recovery.token = token;
    noteFenced(view, player, recovery, atUs);
  },
  resolutionDecided: (view, { player, winner, versions }, { atUs }) => {
    const recovery = view.splits.recoveries.get(player);
    if (recovery === undefined) return;
    recovery.winnersClock = versions.find(({ holder }) => holder === winner)?.clock ?? [];
    note(view, "split.decided", atUs - recovery.detectedUs);
  },
  stateRepaired: (view, fact) => {
    note(view, "split.flagged", fact.flagged.length);
    noteDiscarded(view, fact);
  },
  granted: (view, { player, cause }, { atUs }) => {
    const recovery = view.splits.recoveries.get(player);
    if (cause === "resolution" && recovery !== undefined) note(view, "split.regranted", atUs - recovery.detectedUs);
  },
  runEnded: (view, _fact, { atUs }) => {
    const { duplicates, recoveries } = view.splits;
    for (const duplicate of duplicates.values()) endDuplicate(view, duplicate, atUs);
    for (const { token } of recoveries.values()) if (token >= 0) note(view, "split.success", 0);
    duplicates.clear();
    recoveries.clear();
  },
};

export const splitWatchFacts: readonly string[] = Object.keys(runs);

/** What a fact of that name does to the watch, after the view and its stopwatches have taken it in. */
export function splitWatchOf(name: string): ((view: MeshView, fact: JudgedFact, at: Instant) => void) | undefined {
  // Each is found under the name of the one fact it takes.
  return (runs as { readonly [name: string]: ((view: MeshView, fact: JudgedFact, at: Instant) => void) | undefined })[
    name
  ];
}

function note({ stopwatches }: MeshView, figure: string, value: number): void {
  stopwatches.samples.push({ figure, value });
}

function lookAt(view: MeshView, id: NodeId, atUs: number): void {
  const { duplicates, recoveries } = view.splits;
  const known = duplicates.get(id);
  // Mostly, one server has the player and nothing was ever wrong with it.
  if (known === undefined && recoveries.size === 0 && (view.players.get(id)?.beliefs.size ?? 0) < 2) return;
  const isOpen = claimants(view, id).length > 1 && (known !== undefined || hasStranger(view, id));
  if (isOpen && known === undefined) {
    duplicates.set(id, { sinceUs: atUs, detected: false, staleFirstUs: -1, staleLastUs: -1 });
  } else if (!isOpen && known !== undefined) {
    duplicates.delete(id);
    endDuplicate(view, known, atUs);
  }
  const recovery = recoveries.get(id);
  if (recovery !== undefined) noteFenced(view, id, recovery, atUs);
}

function lookAtAll(view: MeshView, atUs: number): void {
  const { duplicates, recoveries } = view.splits;
  const all = new Set([...duplicates.keys(), ...recoveries.keys()]);
  for (const player of all) lookAt(view, player, atUs);
}

/** Servers that take the player for theirs and may act for it. Who has never had a lease needs none. */
function claimants({ players, leases }: MeshView, id: NodeId): readonly NodeId[] {
  const beliefs = players.get(id)?.beliefs ?? new Map<NodeId, unknown>();
  return [...beliefs.keys()].filter((server) => leases.get(server)?.believes ?? true);
}

/** Whether one of those who may act is neither the owner nor about to hand the player over. */
function hasStranger(view: MeshView, id: NodeId): boolean {
  const owner = view.players.get(id)?.grant?.server;
  const sources = new Set<NodeId>();
  for (const open of view.open) {
    const transfer = view.transfers.get(open);
    if (transfer?.player === id) sources.add(transfer.source);
  }
  return claimants(view, id).some((server) => server !== owner && !sources.has(server));
}

function endDuplicate(view: MeshView, { sinceUs, detected, staleFirstUs, staleLastUs }: Duplicate, atUs: number): void {
  note(view, "split.hidden", detected ? 0 : 1);
  note(view, "split.believed", atUs - sinceUs);
  if (staleFirstUs >= 0) note(view, "split.acted", staleLastUs - staleFirstUs);
}

/** Nobody acts any more under what is void. */
function noteFenced(view: MeshView, id: NodeId, recovery: Recovery, atUs: number): void {
  const { token, fenced, detectedUs } = recovery;
  if (fenced || token < 0) return;
  const beliefs = view.players.get(id)?.beliefs;
  if (claimants(view, id).some((server) => (beliefs?.get(server)?.token ?? token) < token)) return;
  recovery.fenced = true;
  note(view, "split.fenced", atUs - detectedUs);
}

function endRecovery(view: MeshView, { player: id, token }: Told<"authorityTaken">, { node, atUs }: Instant): void {
  const recovery = view.splits.recoveries.get(id);
  const grant = view.players.get(id)?.grant;
  if (recovery === undefined || grant?.cause !== "resolution") return;
  if (grant.server !== node || grant.token !== token) return;
  view.splits.recoveries.delete(id);
  note(view, "split.resolved", atUs - recovery.detectedUs);
  note(view, "split.toOneOwner", atUs - recovery.sinceUs);
  note(view, "split.success", 1);
}

/** What clients had been told is done, and is not part of what goes on (X-M-30). An item that was kept is no loss. */
function noteDiscarded(view: MeshView, { player, state }: Told<"stateRepaired">): void {
  const clock = view.splits.recoveries.get(player)?.winnersClock;
  if (clock === undefined) return;
  let discarded = 0;
  for (const effect of view.effects.values()) {
    if (effect.player !== player || !effect.acknowledged || effect.discarded) continue;
    if (effect.effects <= effectsOf(clock, effect.server)) continue;
    if (effect.pickedUp !== "" && state.items.includes(effect.pickedUp)) continue;
    effect.discarded = true;
    discarded++;
  }
  note(view, "split.discarded", discarded);
}
