// Folds facts about backups, soft actions and buffers, and takes the times that figures are made of. Judges nothing.

import type { NodeId } from "../../base/ids.ts";
import type { Instant } from "../../check/property.ts";
import type { BackupView, Cover, SoftAction } from "./backup-view.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";

type Note = (figure: string, value: number) => void;
type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;
type Fold<F> = (view: MeshView, fact: F, at: Instant, note: Note) => void;
type Folds = { readonly [Name in JudgedFact["fact"]]?: Fold<Told<Name>> };

/** Coverage is counted in slices of time: each is one in which a region had all its backups, or one in which it had not. */
const SLICE_US = 100_000;

const folds: Folds = {
  regionServed: (view, { region, epoch, server, wanted }, { atUs }, note) => {
    const { covers } = view.backups;
    const known = covers.get(region);
    // A server that was away, and does not know yet that it has the region no more.
    if (known !== undefined && epoch < known.epoch) return;
    if (known !== undefined) countTime(known, atUs, note);
    if (known?.server === server && known.epoch === epoch) known.wanted = wanted;
    else covers.set(region, { server, epoch, wanted, inStep: new Set(), lacksSinceUs: null, countedUs: atUs });
    noteLack(view, covers.get(region), atUs);
  },
  backup_created: (view, { region, epoch, server }, { atUs }, note) => {
    const cover = view.backups.covers.get(region);
    // Said of a process that is gone by then, it is not so any more; one that only stands still has what it had.
    const isDown = view.stopwatches.gone.has(server) && !view.paused.has(server);
    if (cover?.epoch !== epoch || isDown) return;
    countTime(cover, atUs, note);
    cover.inStep.add(server);
    noteLack(view, cover, atUs);
  },
  backupLost: (view, { region, epoch, server }, { atUs }, note) => {
    const cover = view.backups.covers.get(region);
    if (cover?.epoch !== epoch) return;
    countTime(cover, atUs, note);
    cover.inStep.delete(server);
    noteLack(view, cover, atUs);
  },
  serverDrained: (view, { server }, { atUs }) => {
    view.backups.drained.add(server);
    noteLacks(view, atUs);
  },
  serverResumed: (view, { server }, { atUs }) => {
    view.backups.drained.delete(server);
    noteLacks(view, atUs);
  },
  serverRejoined: ({ backups }, { server }) => void backups.drained.delete(server),
  tailsRecalled: ({ backups }, { silent }, { atUs }) => {
    for (const server of silent) backups.copiesGone.set(server, atUs);
  },
  nodeCrashed: (view, _fact, at, note) => loseMemory(view, at, note, "process"),
  nodeStopped: (view, _fact, at, note) => loseMemory(view, at, note, "process"),
  serverExpelled: (view, _fact, at, note) => loseMemory(view, at, note, "players"),
  runEnded: ({ backups }, _fact, { atUs }, note) => {
    for (const cover of backups.covers.values()) countTime(cover, atUs, note);
  },
  actionNoted: ({ backups, players }, { player, action, session, sequence }, { atUs, event }, note) => {
    const waitedSinceUs = players.get(player)?.waiting.get(action);
    if (waitedSinceUs !== undefined) note("soft.latency", atUs - waitedSinceUs);
    const askedUs = waitedSinceUs ?? atUs;
    backups.soft.set(action, { player, session, sequence, askedUs, notedUs: atUs, event, refusedAfter: -1 });
  },
  effectRefused: ({ backups, players }, { player, action, because }) => {
    const soft = backups.soft.get(action);
    if (soft === undefined || soft.refusedAfter >= 0 || (because !== "itemGone" && because !== "withdrawn")) return;
    soft.refusedAfter = acceptedUpTo(players, player, soft);
  },
  effectAccepted: ({ backups }, { action }, { atUs }, note) => {
    const soft = backups.soft.get(action);
    if (soft !== undefined) note("soft.exposure", atUs - soft.notedUs);
  },
  actionLost: ({ backups, players }, { player, action }, { atUs }) => {
    const soft = backups.soft.get(action);
    backups.lost = null;
    if (soft === undefined) return;
    backups.soft.delete(action);
    const before = backups.losses.get(player);
    // What was acknowledged when the last loss had been told already is another loss.
    const losses =
      before === undefined || soft.notedUs > before.toldUs
        ? { count: 0, fromUs: soft.notedUs, toUs: soft.notedUs, toldUs: atUs }
        : before;
    losses.count += 1;
    losses.toldUs = atUs;
    losses.fromUs = Math.min(losses.fromUs, soft.notedUs);
    losses.toUs = Math.max(losses.toUs, soft.notedUs);
    backups.losses.set(player, losses);
    backups.lost = {
      soft,
      copiesGone: goneSince(backups, soft.askedUs),
      // What its client asked for since then, and got, is no gap.
      acceptedUpTo: soft.refusedAfter >= 0 ? soft.refusedAfter : acceptedUpTo(players, player, soft),
      count: losses.count,
      spanUs: losses.toUs - losses.fromUs,
    };
  },
  actionAnswered: (view, { player, action, outcome }, _at, note) => {
    const { backups } = view;
    backups.open.delete(action);
    if (outcome === "done") backups.soft.delete(action);
    const afterUs = view.players.get(player)?.answeredAfterUs ?? -1;
    if (afterUs >= 0) note(backups.affected.has(player) ? "action.affected" : "action.unaffected", afterUs);
  },
  actionUnanswered: ({ backups }, { action }) => {
    backups.soft.delete(action);
    backups.open.delete(action);
  },
  actionExpired: ({ backups }, { action }) => void backups.expired.add(action),
  player_reconnected: ({ backups }, { player, actions, afterUs }, { atUs, event }, note) => {
    backups.losses.delete(player);
    note("buffer.bridged", afterUs);
    note("buffer.replayed", actions.length);
    for (const action of actions) {
      backups.replayed.set(action, { player, atUs, event });
      backups.open.add(action);
    }
  },
  failover_completed: (_view, fact, _at, note) => {
    if ("success" in fact) note("failover.lossless", fact.success ? 1 : 0);
  },
  server_failure_detected: ({ backups }, { server }, { atUs }) => void backups.suspected.set(server, atUs),
  granted: ({ backups, grantedFrom }, { player, cause }, { atUs }) => {
    if (cause !== "failover" || grantedFrom === null) return;
    backups.movedFrom.set(player, grantedFrom);
    // Whoever is given up is asked for nothing more: it may be cut off, and still have it.
    backups.copiesGone.set(grantedFrom, atUs);
  },
  authorityTaken: ({ backups }, { player }, { atUs, node }, note) => {
    const from = backups.movedFrom.get(player);
    if (from === undefined || from === node) return;
    backups.movedFrom.delete(player);
    backups.taken.set(player, atUs);
    const suspectedUs = backups.suspected.get(from);
    if (suspectedUs !== undefined) note("failover.promotion", atUs - suspectedUs);
  },
  playerConnected: ({ backups }, { player }, { atUs }, note) => {
    const takenUs = backups.taken.get(player);
    if (takenUs === undefined) return;
    backups.taken.delete(player);
    note("failover.reconnection", atUs - takenUs);
  },
  playerLeft: ({ backups }, { player }) => forgetClient(backups, player),
};

export const backupFacts: readonly string[] = Object.keys(folds);

export function backupFoldOf(name: string): Fold<JudgedFact> | undefined {
  // Each is found under the name of the one fact it takes.
  return (folds as { readonly [name: string]: Fold<JudgedFact> | undefined })[name];
}

function countTime(cover: Cover, atUs: number, note: Note): void {
  const full = cover.inStep.size >= cover.wanted ? 1 : 0;
  for (; cover.countedUs + SLICE_US <= atUs; cover.countedUs += SLICE_US) note("coverage.share", full);
}

/** The backups a region is to have, or as many as there are servers that run, and were not drained. */
export const backupsWanted = (view: MeshView, { wanted }: Cover): number => Math.min(wanted, candidatesOf(view));

/** Servers beside its own that a region could have as backups. */
function candidatesOf({ mapsKnown, backups: { drained } }: MeshView): number {
  let left = mapsKnown.size;
  for (const server of drained) if (mapsKnown.has(server)) left -= 1;
  return Math.max(0, left - 1);
}

function noteLacks(view: MeshView, atUs: number): void {
  view.backups.candidates = candidatesOf(view);
  for (const cover of view.backups.covers.values()) judgeCover(view, cover, atUs);
}

/** As `noteLacks` when only one region has changed: the others are as they were, unless there are more candidates or fewer. */
function noteLack(view: MeshView, cover: Cover | undefined, atUs: number): void {
  if (cover === undefined || view.backups.candidates !== candidatesOf(view)) noteLacks(view, atUs);
  else judgeCover(view, cover, atUs);
}

function judgeCover(view: MeshView, cover: Cover, atUs: number): void {
  if (cover.inStep.size >= backupsWanted(view, cover)) cover.lacksSinceUs = null;
  else cover.lacksSinceUs ??= atUs;
}

/** `players`: it begins a new life as a server of players, and keeps the copies it has as a backup. */
function loseMemory(view: MeshView, { node, atUs }: Instant, note: Note, what: "process" | "players"): void {
  const { backups, players } = view;
  backups.forgotten = [];
  if (players.has(node)) return forgetClient(backups, node);
  backups.copiesGone.set(node, atUs);
  for (const cover of backups.covers.values()) {
    if (cover.server !== node && (what === "players" || !cover.inStep.has(node))) continue;
    countTime(cover, atUs, note);
    if (cover.server === node) cover.inStep.clear();
    else cover.inStep.delete(node);
  }
  noteLacks(view, atUs);
  for (const { id, grant } of players.values()) if (grant?.server === node) backups.affected.add(id);
}

/** Nobody is left to tell, or to ask again. */
function forgetClient(backups: BackupView, player: NodeId): void {
  backups.forgotten = [];
  for (const [action, { player: whose }] of backups.soft) {
    if (whose !== player) continue;
    backups.soft.delete(action);
    backups.forgotten.push(action);
  }
  for (const action of backups.open) {
    if (backups.replayed.get(action)?.player !== player) continue;
    backups.open.delete(action);
    backups.forgotten.push(action);
  }
}

const acceptedUpTo = (players: MeshView["players"], player: NodeId, { session }: SoftAction): number =>
  players.get(player)?.sequences.get(session) ?? 0;

function goneSince({ copiesGone }: BackupView, sinceUs: number): number {
  let count = 0;
  for (const atUs of copiesGone.values()) if (atUs >= sinceUs) count++;
  return count;
}
