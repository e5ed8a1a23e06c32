// How long things took, for the figures: started by one fact, stopped by another. Part of the mesh view, after the
// rest of it was folded; judges nothing.

import type { NodeId } from "../../base/ids.ts";
import type { Instant } from "../../check/property.ts";
import { backupFacts, backupFoldOf } from "./backup-folds.ts";
import { ESCROW, type JudgedFact, type MeshView } from "./mesh-view.ts";
import {
  type AlertWatch,
  beginWatch,
  endAllFiring,
  freshAlertWatch,
  noteFault,
  noteFired,
  noteResolved,
} from "./monitoring/alert-watch.ts";

/** A duration, an amount or a share (1 or 0) that the last fact brought about. */
export interface Sample {
  readonly figure: string;
  readonly value: number;
}

interface TransferWatch {
  readonly player: NodeId;
  readonly source: NodeId;
  readonly startedUs: number;
  attemptStartedUs: number;
  attempts: number;
  /** The first attempt that failed: when it began, and when its source knew. */
  failedFirst: { readonly startedUs: number; readonly detectedUs: number } | null;
  rollbackUs: number | null;
  served: boolean;
}

export interface Stopwatches {
  /** Since when players are paused at a border. */
  readonly pauses: Map<NodeId, number>;
  /** Since when two servers or more believe in their authority over a player. */
  readonly overlaps: Map<NodeId, number>;
  /** Since when the process of a player's owner is gone. */
  readonly orphans: Map<NodeId, number>;
  /** Since when servers are down, or stand still. */
  readonly gone: Map<NodeId, number>;
  /** Since when players have been without a server that plays with them. */
  readonly outages: Map<NodeId, number>;
  /** Since when items are in two places, and not settled by an audit. */
  readonly doubled: Map<string, number>;
  /** Since when items wait in escrow. */
  readonly escrowed: Map<string, number>;
  readonly transfers: Map<string, TransferWatch>;
  readonly alerts: AlertWatch;
  /** When any transfer was last tried again. */
  retriedUs: number | null;
  /** What the fact `by` brought about. */
  samples: Sample[];
  by: JudgedFact | null;
}

export const freshStopwatches = (): Stopwatches => ({
  pauses: new Map(),
  overlaps: new Map(),
  orphans: new Map(),
  gone: new Map(),
  outages: new Map(),
  doubled: new Map(),
  escrowed: new Map(),
  transfers: new Map(),
  alerts: freshAlertWatch(),
  retriedUs: null,
  samples: [],
  by: null,
});

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;
type Runs = { readonly [Name in JudgedFact["fact"]]?: (view: MeshView, fact: Told<Name>, at: Instant) => void };

const runs: Runs = {
  playerPaused: ({ stopwatches }, { player }, { atUs }) => {
    if (!stopwatches.pauses.has(player)) stopwatches.pauses.set(player, atUs);
  },
  playerResumed: ({ stopwatches }, { player, transfer }, { atUs }) => {
    stopPause(stopwatches, player, atUs);
    const watch = stopwatches.transfers.get(transfer);
    if (watch !== undefined) serve(stopwatches, watch, atUs);
  },
  // Also ends a pause at a server that is gone: the player acts again.
  effectAccepted: (view, { player, ground }, { atUs }) => {
    stopPause(view.stopwatches, player, atUs);
    if (ground.length > 0) watchItems(view, atUs);
  },
  itemCarried: (view, _fact, { atUs }) => watchItems(view, atUs),
  groundChanged: (view, _fact, { atUs }) => watchItems(view, atUs),
  itemCopied: (view, _fact, { atUs }) => watchItems(view, atUs),
  playerLeft: ({ stopwatches }, { player }) => {
    stopwatches.pauses.delete(player);
    stopwatches.orphans.delete(player);
    stopwatches.outages.delete(player);
  },
  playerConnected: ({ stopwatches, players }, { player, server, token }, { atUs }) => {
    const sinceUs = stopwatches.outages.get(player);
    if (sinceUs === undefined || players.get(player)?.beliefs.get(server)?.token !== token) return;
    stopwatches.outages.delete(player);
    note(stopwatches, "failover.outage", atUs - sinceUs);
  },
  server_failure_detected: ({ stopwatches }, { server, silentUs }, { atUs }) => {
    note(stopwatches, "failover.silence", silentUs);
    const goneUs = stopwatches.gone.get(server);
    if (goneUs !== undefined) note(stopwatches, "failover.detection", atUs - goneUs);
  },
  regionMoved: ({ stopwatches }, { from, because }, { atUs }) => {
    const goneUs = stopwatches.gone.get(from);
    if (because === "failure" && goneUs !== undefined) note(stopwatches, "failover.reassigned", atUs - goneUs);
  },
  nodePaused: ({ stopwatches }, _fact, { node, atUs }) => void stopwatches.gone.set(node, atUs),
  nodeResumed: ({ stopwatches }, _fact, { node }) => void stopwatches.gone.delete(node),
  nodeBooted: ({ stopwatches }, _fact, { node, atUs }) => {
    stopwatches.gone.delete(node);
    beginWatch(stopwatches.alerts, atUs);
  },
  authorityTaken: (view, { player: id, token }, { node, atUs }) => {
    const { stopwatches } = view;
    const player = view.players.get(id);
    if (player === undefined) return;
    if (player.beliefs.size > 1 && !stopwatches.overlaps.has(id)) stopwatches.overlaps.set(id, atUs);
    const orphanedUs = stopwatches.orphans.get(id);
    if (orphanedUs === undefined || player.grant?.server !== node || player.grant.token !== token) return;
    stopwatches.orphans.delete(id);
    note(stopwatches, "crash.toOwner", atUs - orphanedUs);
  },
  authorityDropped: (view, { player }, { atUs }) => stopOverlap(view, player, atUs),
  transferStarted: (view, { transfer, player, source }, { atUs }) => {
    note(view.stopwatches, "transfer.concurrent", view.open.size);
    view.stopwatches.transfers.set(transfer, {
      player,
      source,
      startedUs: atUs,
      attemptStartedUs: atUs,
      attempts: 0,
      failedFirst: null,
      rollbackUs: null,
      served: false,
    });
  },
  attemptStarted: ({ stopwatches }, { transfer }, { atUs }) => {
    const watch = stopwatches.transfers.get(transfer);
    if (watch === undefined) return;
    watch.attemptStartedUs = atUs;
    watch.attempts++;
    if (watch.attempts > 1) noteRetry(stopwatches, atUs);
  },
  attemptFailed: ({ stopwatches }, { transfer, afterUs }, { atUs }) => {
    note(stopwatches, "attempt.detection", afterUs);
    const watch = stopwatches.transfers.get(transfer);
    if (watch !== undefined) watch.failedFirst ??= { startedUs: watch.attemptStartedUs, detectedUs: atUs };
  },
  rollbackStarted: ({ stopwatches }, { transfer }, { atUs }) => {
    const watch = stopwatches.transfers.get(transfer);
    if (watch !== undefined) watch.rollbackUs ??= atUs;
  },
  transferEnded: endTransfer,
  transferStuck: ({ stopwatches }, { ageUs }) => note(stopwatches, "transfer.stuckAge", ageUs),
  nodeCrashed: stopProcess,
  serverExpelled: (view, _fact, at) => stopMemory(view, at),
  nodeStopped: stopProcess,
  itemFrozen: (view, { item }, { atUs }) => noteDoubled(view, item, "duplicate.detection", atUs),
  itemDuplicateDetected: (view, { item }, { atUs }) => noteDoubled(view, item, "duplicate.alert", atUs),
  itemResolved: ({ stopwatches }, { item }, { atUs }) => {
    const sinceUs = stopwatches.doubled.get(item);
    stopwatches.doubled.delete(item);
    if (sinceUs !== undefined) note(stopwatches, "duplicate.resolution", atUs - sinceUs);
  },
  replicasChanged: ({ stopwatches, staleFor }) => {
    for (const staleUs of staleFor) note(stopwatches, "replica.staleness", staleUs);
  },
  pickupReturned: ({ stopwatches }, { afterUs }) => note(stopwatches, "pickup.asking", afterUs),
  faultBegan: ({ stopwatches }, _fact, { atUs }) => noteFault(stopwatches.alerts, atUs),
  alertFired: ({ stopwatches }, fact, at) => noteFired(stopwatches.alerts, fact, at, noting(stopwatches)),
  alertResolved: ({ stopwatches }, fact, { atUs }) => noteResolved(stopwatches.alerts, fact, atUs, noting(stopwatches)),
  runEnded: ({ stopwatches }, _fact, { atUs }) =>
    endAllFiring(stopwatches.alerts, undefined, atUs, noting(stopwatches)),
};

export const stopwatchFacts: readonly string[] = [...new Set([...Object.keys(runs), ...backupFacts])];

/** What a fact of that name does to the stopwatches, after the view has taken it in. */
export function stopwatchOf(name: string): ((view: MeshView, fact: JudgedFact, at: Instant) => void) | undefined {
  // Each is found under the name of the one fact it takes.
  const run = (
    runs as { readonly [name: string]: ((view: MeshView, fact: JudgedFact, at: Instant) => void) | undefined }
  )[name];
  const fold = backupFoldOf(name);
  if (fold === undefined) return run;
  return (view, fact, at) => {
    run?.(view, fact, at);
    fold(view, fact, at, noting(view.stopwatches));
  };
}

/** Before the stopwatches, and the watches that note with them, take in this fact. */
export function beginSamples({ stopwatches }: MeshView, fact: JudgedFact): void {
  if (stopwatches.samples.length > 0) stopwatches.samples = [];
  stopwatches.by = fact;
}

function note({ samples }: Stopwatches, figure: string, value: number): void {
  samples.push({ figure, value });
}

const noting = (stopwatches: Stopwatches) => (figure: string, value: number) => note(stopwatches, figure, value);

/** What has just moved: whether it is in two places now, or in escrow, or no more. */
function watchItems({ stopwatches, items, itemsMoved }: MeshView, atUs: number): void {
  for (const id of itemsMoved) {
    const places = items.get(id)?.places ?? [];
    if (places.length > 1 && !stopwatches.doubled.has(id)) stopwatches.doubled.set(id, atUs);
    if (places.length < 2) stopwatches.doubled.delete(id);
    const sinceUs = stopwatches.escrowed.get(id);
    const waits = places.includes(ESCROW);
    if (waits && sinceUs === undefined) stopwatches.escrowed.set(id, atUs);
    if (waits || sinceUs === undefined) continue;
    stopwatches.escrowed.delete(id);
    note(stopwatches, "escrow.time", atUs - sinceUs);
  }
}

function noteDoubled({ stopwatches }: MeshView, item: string, figure: string, atUs: number): void {
  const sinceUs = stopwatches.doubled.get(item);
  if (sinceUs !== undefined) note(stopwatches, figure, atUs - sinceUs);
}

function stopPause(stopwatches: Stopwatches, player: NodeId, atUs: number): void {
  const sinceUs = stopwatches.pauses.get(player);
  if (sinceUs === undefined) return;
  stopwatches.pauses.delete(player);
  note(stopwatches, "player.pause", atUs - sinceUs);
}

function stopOverlap({ stopwatches, players }: MeshView, player: NodeId, atUs: number): void {
  const sinceUs = stopwatches.overlaps.get(player);
  if (sinceUs === undefined || (players.get(player)?.beliefs.size ?? 0) > 1) return;
  stopwatches.overlaps.delete(player);
  note(stopwatches, "belief.overlap", atUs - sinceUs);
}

function noteRetry(watches: Stopwatches, atUs: number): void {
  if (watches.retriedUs !== null) note(watches, "retry.apart", atUs - watches.retriedUs);
  watches.retriedUs = atUs;
}

/** The player is back in play after an attempt has failed: X-ALL-01, from the fault and from its detection. */
function serve(stopwatches: Stopwatches, watch: TransferWatch, atUs: number): void {
  if (watch.failedFirst === null || watch.served) return;
  watch.served = true;
  note(stopwatches, "repair.faultToService", atUs - watch.failedFirst.startedUs);
  note(stopwatches, "repair.detectionToService", atUs - watch.failedFirst.detectedUs);
}

function endTransfer({ stopwatches }: MeshView, fact: Told<"transferEnded">, { atUs }: Instant): void {
  const watch = stopwatches.transfers.get(fact.transfer);
  if (watch === undefined) return;
  stopwatches.transfers.delete(fact.transfer);
  const completed = fact.outcome === "completed";
  note(stopwatches, "transfer.attempts", watch.attempts);
  note(stopwatches, "transfer.success", completed ? 1 : 0);
  note(stopwatches, "transfer.firstTry", completed && watch.failedFirst === null ? 1 : 0);
  if (completed) note(stopwatches, "transfer.latency", atUs - watch.startedUs);
  if (!completed && watch.rollbackUs !== null) note(stopwatches, "rollback.time", atUs - watch.rollbackUs);
  if (watch.failedFirst === null) return;
  serve(stopwatches, watch, atUs);
  note(stopwatches, "repair.faultToEnd", atUs - watch.failedFirst.startedUs);
  for (let retry = 1; retry <= 3; retry++) {
    note(stopwatches, `retry.endedAt${retry}`, completed && watch.attempts === retry + 1 ? 1 : 0);
  }
  note(stopwatches, "retry.rolledBack", completed ? 0 : 1);
}

function stopProcess(view: MeshView, _fact: JudgedFact, at: Instant): void {
  const { stopwatches } = view;
  stopwatches.gone.set(at.node, at.atUs);
  endAllFiring(stopwatches.alerts, at.node, at.atUs, noting(stopwatches));
  for (const { id, grant, connected } of view.players.values()) {
    if (grant?.server === at.node && connected && !stopwatches.outages.has(id)) stopwatches.outages.set(id, at.atUs);
  }
  stopMemory(view, at);
}

function stopMemory(view: MeshView, { node, atUs }: Instant): void {
  const { stopwatches } = view;
  for (const id of view.abandoned) stopwatches.transfers.delete(id);
  for (const player of stopwatches.overlaps.keys()) stopOverlap(view, player, atUs);
  for (const { id, grant, left } of view.players.values()) {
    if (grant?.server === node && !left && !stopwatches.orphans.has(id)) stopwatches.orphans.set(id, atUs);
  }
}
