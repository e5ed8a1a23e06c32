// Folds facts into the mesh view, one function a kind of fact. Judges nothing.

import type { NodeId } from "../../base/ids.ts";
import type { Instant, Model } from "../../check/property.ts";
import { raftModel } from "../../protocols/raft/properties/raft-model.ts";
import type { JudgedFact as RaftJudgedFact } from "../../protocols/raft/properties/raft-view.ts";
import { LIVES_MAX, type MeshFact } from "./facts.ts";
import { endLease, foldRenewal, foldRivals, outrun } from "./lease-model.ts";
import { loadFacts, loadFoldOf } from "./load-view.ts";
import {
  beginCut,
  createItem,
  destroyItem,
  dropReplicasOf,
  firstOf,
  foldCopied,
  foldFrozen,
  foldGround,
  foldReplicas,
  foldResolved,
  moveInventory,
  moveOutside,
} from "./items-model.ts";
import {
  freshMeshView,
  type Grant,
  type JudgedFact,
  type MeshView,
  type PlayerView,
  playerOf,
  raiseHolder,
  raised,
  type TransferView,
} from "./mesh-view.ts";
import { foldRegionMoved } from "./region-view.ts";
import { effectRecordOf, foldResolutionBegan, foldResolutionDecided, foldResolutionGrant } from "./resolution-view.ts";
import { splitWatchFacts, splitWatchOf } from "./split-watch.ts";
import { modeFacts, modeFoldOf } from "./mode-view.ts";
import { foldCarried, foldRow, letItemGo } from "./row-model.ts";
import { recoveryWatchFacts, recoveryWatchOf } from "./recovery-watch.ts";
import { beginSamples, stopwatchFacts, stopwatchOf } from "./stopwatches.ts";

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;

/** An effect as the store states it, at once or after a restart. */
type EffectFact = Told<"effectAccepted"> | Told<"effectRecovered">;

type Folds = { readonly [Name in JudgedFact["fact"]]?: (view: MeshView, fact: Told<Name>, at: Instant) => void };

const folds: Folds = {
  granted: foldGrant,
  grantRecovered: (view, fact, at) => {
    view.recoveredAnew = statedOf(view, fact) === undefined;
    if (view.recoveredAnew) foldGrant(view, fact, at);
  },
  effectAccepted: foldEffect,
  effectRecovered: (view, fact, at) => {
    view.recoveredAnew = view.effects.get(fact.action)?.version !== fact.state.version;
    if (view.recoveredAnew) foldEffect(view, fact, at);
  },
  effectRefused: (view, fact) => {
    if (fact.because === "itemGone" || fact.because === "withdrawn")
      playerOf(view, fact.player).refused.add(fact.action);
  },
  fenceRaised: (view, fact, at) => foldSeen(playerOf(view, fact.player), fact.token, at),
  stateLoaded: (view, fact, at) => {
    const player = playerOf(view, fact.player);
    foldSeen(player, fact.token, at);
    raiseHolder(player.loaded, fact.server, fact.token, at.event);
  },
  itemsSpawned: (view, fact, at) => {
    beginCut(view);
    for (const item of fact.items) {
      if (view.items.has(item)) continue;
      createItem(view, item, at);
      moveOutside(view, [{ item, lies: true }], at);
    }
  },
  itemCarried: foldCarried,
  groundChanged: foldGround,
  regionOpened: (view, { region, epoch, server }, at) => {
    firstOf(view, region, epoch, server, at);
    if (server === "") return;
    // Of one region they are stated in the order of their epochs.
    view.recoveredAnew = epoch > (view.openings.get(region) ?? 0);
    if (view.recoveredAnew) view.openings.set(region, epoch);
  },
  itemCopied: foldCopied,
  itemFrozen: foldFrozen,
  itemResolved: foldResolved,
  replicasChanged: foldReplicas,
  authorityTaken: (view, fact, at) => {
    const player = playerOf(view, fact.player);
    player.beliefs.set(at.node, { token: fact.token, frozen: false, atUs: at.atUs, event: at.event });
    foldRivals(view, player, at);
    raiseHolder(player.loaded, at.node, fact.token, at.event);
  },
  authorityDropped: (view, fact, at) => void playerOf(view, fact.player).beliefs.delete(at.node),
  transferStarted: foldTransferStart,
  attemptStarted: (view, fact) => {
    const transfer = view.transfers.get(fact.transfer);
    if (transfer !== undefined) transfer.attempts++;
  },
  stateShipped: (view, { transfer, attempt, checksum, state }, at) => {
    view.transfers.get(transfer)?.shipped.push({ attempt, checksum, state, event: at.event });
  },
  stateAdopted: (view, { transfer: id, attempt, checksum, state }, at) => {
    const transfer = view.transfers.get(id);
    if (transfer !== undefined) transfer.adopted = { attempt, checksum, state, event: at.event };
  },
  rollbackStarted: (view, fact) => {
    const transfer = view.transfers.get(fact.transfer);
    if (transfer !== undefined) transfer.rollingBack = true;
  },
  transferEnded: foldTransferEnd,
  lockTaken: (view, { lock, transfer }, { node, atUs, event }) => {
    view.locks.set(lockKey(node, lock), { node, lock, transfer, atUs, event });
  },
  lockReleased: (view, fact, at) => void view.locks.delete(lockKey(at.node, fact.lock)),
  noticeSent: (view, fact) => void view.transfers.get(fact.transfer)?.notices.push(fact.notice),
  playerConnecting: (view, fact, at) => {
    const player = playerOf(view, fact.player);
    player.connected = false;
    player.left = false;
    player.unconnectedSinceUs ??= at.atUs;
  },
  playerConnected: (view, fact) => {
    const player = playerOf(view, fact.player);
    player.connected = true;
    player.left = false;
    player.unconnectedSinceUs = null;
  },
  playerLeft: (view, fact) => {
    const player = playerOf(view, fact.player);
    player.connected = false;
    player.left = true;
    player.waiting.clear();
    player.unconnectedSinceUs = null;
    player.unansweredSinceUs = null;
  },
  actionInvoked: (view, fact, at) => {
    const player = playerOf(view, fact.player);
    player.waiting.set(fact.action, at.atUs);
    player.unansweredSinceUs ??= at.atUs;
  },
  actionAnswered: foldAnswer,
  actionUnanswered: (view, fact) => void playerOf(view, fact.player).waiting.delete(fact.action),
  emitShown: (view, fact, at) => {
    const player = playerOf(view, fact.player);
    player.tokenShownBefore = player.tokenShown;
    player.tokenShown = raised(player.tokenShown, fact.token, at.event);
  },
  leaseRenewed: foldRenewal,
  leaseExpired: (view, { server, lateUs }, { atUs }) => endLease(view, server, atUs - lateUs, lateUs),
  serverExpelled: (view, { server, incarnation }, at) => {
    endLease(view, server, at.atUs, 0);
    view.lives.set(server, incarnation + 1);
    foldMemoryGone(view, at);
  },
  regionMoved: foldRegionMoved,
  resolutionBegan: foldResolutionBegan,
  resolutionDecided: foldResolutionDecided,
  stateRepaired: foldRepair,
  mapLearned: (view, { server, map }) => void view.mapsKnown.set(server, map),
  nodePaused: (view, _fact, { node }) => void view.paused.add(node),
  nodeResumed: (view, _fact, { node, atUs }) => {
    view.paused.delete(node);
    view.wokeAt.set(node, atUs);
  },
  playerPaused: (view, fact, at) => setFrozen(playerOf(view, fact.player), at.node, true),
  playerResumed: (view, fact, at) => {
    const player = playerOf(view, fact.player);
    setFrozen(player, at.node, false);
    foldRivals(view, player, at);
  },
  nodeBooted: (view, { incarnation }, { node, event }) => {
    view.lives.set(node, incarnation * LIVES_MAX);
    view.bootedAt.set(node, event);
  },
  nodeCrashed: foldProcessGone,
  nodeStopped: foldProcessGone,
  faultBegan: (view, { ratePpm }) => {
    view.ratePpm = Math.max(view.ratePpm, ratePpm);
    view.faultsOpen++;
  },
  faultEnded: (view, { lateUs = 0 }, { atUs }) => {
    // Healing has closed what its own end is stated for after it.
    if (view.faultsOpen === 0) return;
    view.faultsOpen--;
    view.lateUntilUs = Math.max(view.lateUntilUs, atUs + lateUs);
    if (view.faultsOpen === 0) view.calmSinceUs = view.lateUntilUs;
  },
  healed: (view, _fact, at) => {
    // Healing lets go what is late, too.
    if (view.faultsOpen > 0 || view.lateUntilUs > at.atUs) view.calmSinceUs = at.atUs;
    view.lateUntilUs = at.atUs;
    view.faultsOpen = 0;
    view.healedUs = at.atUs;
  },
};

type Fold = (view: MeshView, fact: JudgedFact, at: Instant) => void;

/** What the group of coordinators is judged by, in its own part of the view. */
const raftFolds: ReadonlyMap<string, Fold> = new Map(
  [...(raftModel.folds ?? [])].map(([name, fold]) => {
    // Raft's facts are the mesh's, too; those of its key-value store are nobody's here.
    return [name, (view, fact, at) => fold(view.raft, fact as RaftJudgedFact, at)];
  }),
);

/**
 * A leader that stood still while another one led commits, on waking, what that one has committed long since, and states it:
 * the same entry of the log, by which nothing happens any more. A process that began after that, and states it as new, has
 * lost its log.
 */
const unlessRestated =
  (fold: Fold): Fold =>
  (view, fact, at) => {
    const known = statedOf(view, fact as Told<"granted">);
    view.recoveredAnew = known === undefined || (view.bootedAt.get(at.node) ?? 0) > known.event;
    if (view.recoveredAnew) fold(view, fact, at);
  };

/** The same entry of the log, as it was stated before; undefined: it was not. */
function statedOf(view: MeshView, { player, server, token, index }: Told<"granted"> | Told<"grantRecovered">) {
  const known = playerOf(view, player).grantedUnder.get(token);
  return known?.index === index && known.server === server ? known : undefined;
}

/** By fact; those that start or stop something run the stopwatches after the rest of the view. */
const foldOf: ReadonlyMap<string, Fold> = new Map(
  [
    ...new Set([
      ...Object.keys(folds),
      ...raftFolds.keys(),
      ...loadFacts,
      ...stopwatchFacts,
      ...splitWatchFacts,
      ...recoveryWatchFacts,
      ...modeFacts,
    ]),
  ].map((name) => {
    // Each is found under the name of the one fact it takes.
    const fold = (folds as { readonly [name: string]: Fold | undefined })[name];
    const watches = [stopwatchOf(name), splitWatchOf(name), recoveryWatchOf(name)].filter((run) => run !== undefined);
    const begin = watches.length === 0 ? undefined : beginSamples;
    const runs = [fold, raftFolds.get(name), loadFoldOf(name), begin, ...watches, modeFoldOf(name)].filter(
      (run) => run !== undefined,
    );
    if (runs.length === 1) return [name, runs[0]];
    const runAll: Fold = (view, fact, at) => {
      for (let index = 0; index < runs.length; index++) runs[index](view, fact, at);
    };
    return [name, name === "granted" ? unlessRestated(runAll) : runAll];
  }),
);

export const meshModel: Model<MeshView, JudgedFact> = {
  fresh: freshMeshView,
  fold: (view, fact, at) => foldOf.get(fact.fact)?.(view, fact, at),
  folds: foldOf,
};

const lockKey = (node: NodeId, lock: string): string => `${node} ${lock}`;

function foldGrant(view: MeshView, fact: Told<"granted"> | Told<"grantRecovered">, { atUs, event }: Instant): void {
  const { server, incarnation, token, cause, transfer: id, index } = fact;
  const player = playerOf(view, fact.player);
  view.subject = player;
  const grant: Grant = { server, incarnation, token, cause, transfer: id, atUs, event };
  view.grantedFrom = player.grant?.server ?? null;
  if (cause === "failover" && player.grant !== null)
    outrun(view, player.grant, { player: player.id, server, atUs, event });
  player.tokenGrantedBefore = player.tokenGranted;
  player.tokenGranted = raised(player.tokenGranted, token, event);
  player.grant = grant;
  player.grants++;
  foldResolutionGrant(view, player.id, cause);
  raiseHolder(player.granted, server, token, event);
  player.grantedUnder.set(token, { server, index, event });
  const transfer = view.transfers.get(id);
  if (transfer === undefined || transfer.grant !== null || cause !== "transfer") return;
  transfer.grant = grant;
  transfer.cut = player.state;
  transfer.cutVersion = player.state?.version ?? 0;
}

function foldSeen(player: PlayerView, token: number, at: Instant): void {
  player.tokenSeenBefore = player.tokenSeen;
  player.tokenSeen = raised(player.tokenSeen, token, at.event);
}

function foldEffect(view: MeshView, fact: EffectFact, at: Instant): void {
  const { session, sequence, state, item, kind, onGround, server } = fact;
  const player = playerOf(view, fact.player);
  foldRow(view, player, fact, at);
  player.sequenceBefore = player.sequences.get(session) ?? -1;
  if (sequence > player.sequenceBefore) player.sequences.set(session, sequence);
  foldOperation(view, player, fact, at.event);
  beginCut(view);
  if (onGround !== undefined) firstOf(view, onGround.region, onGround.epoch, server, at);
  if (kind === "spawn") createItem(view, item, at);
  moveInventory(view, fact.player, player.stateBefore?.items ?? [], state.items, at);
  moveOutside(view, fact.ground, at);
  if (kind === "destroy") destroyItem(view, item);
}

function foldOperation(view: MeshView, player: PlayerView, fact: EffectFact, event: number): void {
  const { action, kind, item, state } = fact;
  view.effectBefore = view.effects.get(action) ?? null;
  if (view.effectBefore === null) view.effects.set(action, effectRecordOf(fact, event));
  if (kind === "drop" || kind === "give" || kind === "destroy") letItemGo(player, item, state.version);
}

/** A restarted store that cannot know whether it said so says it again. */
function foldRepair(view: MeshView, { player: id, token, state, ground }: Told<"stateRepaired">, at: Instant): void {
  const player = playerOf(view, id);
  beginCut(view);
  if (token <= player.repairedUnder) return;
  player.repairedUnder = token;
  player.stateBefore = player.state;
  player.state = state;
  moveInventory(view, id, player.stateBefore?.items ?? [], state.items, at);
  moveOutside(view, ground, at);
}

function foldTransferStart(view: MeshView, fact: Told<"transferStarted">, { atUs, event }: Instant): void {
  const { transfer: id, player, source, target } = fact;
  // A second start under one name is the first one's: what is judged is that it ends once.
  if (view.transfers.has(id)) return;
  const started: TransferView = {
    id,
    player,
    source,
    target,
    startedUs: atUs,
    startedEvent: event,
    phase: "open",
    closedUs: -1,
    end: null,
    ends: 0,
    attempts: 0,
    grant: null,
    cut: null,
    cutVersion: -1,
    shipped: [],
    adopted: null,
    rollingBack: false,
    notices: [],
  };
  view.transfers.set(id, started);
  view.open.add(id);
}

function foldTransferEnd(view: MeshView, fact: Told<"transferEnded">, { atUs, event }: Instant): void {
  const transfer = view.transfers.get(fact.transfer);
  if (transfer === undefined) return;
  const last = view.transfers.get(view.endedLast);
  if (last !== undefined && last !== transfer) letStatesGo(last);
  view.endedLast = transfer.id;
  view.open.delete(transfer.id);
  playerOf(view, transfer.player).transfersEnded++;
  transfer.ends++;
  if (fact.outcome === "rolledBack") transfer.rollingBack = true;
  transfer.end ??= { outcome: fact.outcome, atUs, event };
  if (transfer.phase !== "open" && transfer.phase !== "abandoned") return;
  transfer.phase = fact.outcome;
  transfer.closedUs = atUs;
}

function letStatesGo(transfer: TransferView): void {
  transfer.shipped = transfer.shipped.map((shipped) => ({ ...shipped, state: null }));
  transfer.adopted = null;
  transfer.cut = null;
}

function foldAnswer(
  view: MeshView,
  fact: Extract<MeshFact, { fact: "actionAnswered" }>,
  { atUs, event }: Instant,
): void {
  const player = playerOf(view, fact.player);
  const { waiting } = player;
  player.answeredAfterUs = atUs - (waiting.get(fact.action) ?? atUs + 1);
  waiting.delete(fact.action);
  const effect = view.effects.get(fact.action);
  view.effectAnswered = effect ?? null;
  if (player.refused.delete(fact.action)) player.declined = fact.action;
  // A refusal that no store decided is an answer of somebody who could not act.
  const served = fact.outcome === "done" || player.declined === fact.action;
  if (served) player.unansweredSinceUs = player.waiting.size === 0 ? null : atUs;
  if (fact.outcome === "failed") {
    if (!view.failed.has(fact.action)) view.failed.set(fact.action, event);
    return;
  }
  if (effect === undefined) return;
  effect.acknowledged = true;
  const floor = player.acknowledged;
  floor.score = Math.max(floor.score, effect.score);
  if (effect.session > floor.session || (effect.session === floor.session && effect.sequence > floor.sequence)) {
    floor.session = effect.session;
    floor.sequence = effect.sequence;
  }
  const { pickedUp } = effect;
  if (pickedUp !== "" && (player.dropped.get(pickedUp) ?? -1) < effect.version) floor.items.set(pickedUp, event);
  if (effect.version <= floor.version) return;
  floor.version = effect.version;
  floor.event = event;
}

function setFrozen(player: PlayerView, node: NodeId, frozen: boolean): void {
  const belief = player.beliefs.get(node);
  if (belief !== undefined) player.beliefs.set(node, { ...belief, frozen });
}

/** A process that stood still when it ended would have looked at its clock before it did anything more. */
function foldProcessGone(view: MeshView, _fact: JudgedFact, at: Instant): void {
  const lease = view.leases.get(at.node);
  const stoodStill = view.paused.has(at.node) || view.wokeAt.get(at.node) === at.atUs;
  endLease(view, at.node, lease !== undefined && stoodStill ? lease.renewedUs : at.atUs, 0);
  view.paused.delete(at.node);
  view.sleepers.delete(at.node);
  view.mapsKnown.delete(at.node);
  foldMemoryGone(view, at);
  const client = view.players.get(at.node);
  if (client === undefined) return;
  client.connected = false;
  client.waiting.clear();
  client.unconnectedSinceUs = null;
  client.unansweredSinceUs = null;
}

/**
 * A process that ends, or begins a new life, takes everything volatile with it: its beliefs, its locks, and the transfers
 * it was the source of. What the coordinator and the store have committed stays.
 */
function foldMemoryGone(view: MeshView, { node, atUs }: Instant): void {
  for (const player of view.players.values()) player.beliefs.delete(node);
  dropReplicasOf(view, node);
  for (const [key, lock] of view.locks) if (lock.node === node) view.locks.delete(key);
  view.abandoned = [];
  for (const id of view.open) {
    const transfer = view.transfers.get(id);
    if (transfer === undefined) continue;
    if (transfer.target === node && transfer.grant === null) transfer.adopted = null;
    if (transfer.source !== node) continue;
    transfer.phase = "abandoned";
    transfer.closedUs = atUs;
    view.open.delete(id);
    view.abandoned.push(id);
  }
}
