// Soft actions: acknowledged before the store has them, and written to it in the background. Until then they are in the
// memory of the primary, and, by `replication.mode`, of its backups: that is all that can be lost of them (P2).
//
// The tail of a player is what is acknowledged and not stored, in the order of the session. Nothing overtakes it: an
// action that has to be durable waits until the tail is written, and so does a transfer.

import type { NodeId } from "../../base/ids.ts";
import { pump } from "./server-actions.ts";
import { changed, sendChanges } from "./server-replication.ts";
import {
  type Held,
  isSuspended,
  mayAct,
  type Noted,
  type QueuedAction,
  type Stream,
  type Turn,
} from "./server-state.ts";
import { backupsOf } from "./settings.ts";

/** After so many rounds without the store nothing is acknowledged softly any more: what can be lost stays bounded. */
const FLUSH_ROUNDS_MAX = 4;

export const isSoft = ({ settings }: Turn): boolean => settings.replication.softActions !== "none";

/** Takes the action into the tail, if it may be acknowledged that way. */
export function note(turn: Turn, player: NodeId, held: Held, action: QueuedAction): boolean {
  if (!mayNote(turn, held, action)) return false;
  const { session, sequence, item } = action;
  const { softActions: kind } = turn.settings.replication;
  if (kind === "none") return false;
  held.tail.push({ action: { session, sequence, kind, item }, sinceUs: turn.nowUs, change: 0, told: false });
  replicateTail(turn, player, held);
  armFlush(turn);
  return true;
}

function mayNote(turn: Turn, held: Held, { kind, withdrawn, session, sequence }: QueuedAction): boolean {
  const { settings, nowUs } = turn;
  const { tailMax, flush } = settings.replication;
  if (kind !== settings.replication.softActions || withdrawn || !mayAct(turn)) return false;
  if (isSuspended(turn, held) && settings.defence.suspension) return false;
  if (held.transfer !== null || held.reload !== null || held.tail.length >= tailMax) return false;
  const [oldest] = held.tail;
  if (oldest !== undefined && nowUs - oldest.sinceUs >= FLUSH_ROUNDS_MAX * flush) return false;
  // A durable action under way comes first.
  if (held.write !== null && held.write.action.sequence !== oldest?.action.sequence) return false;
  const last = held.tail.at(-1)?.action;
  if (last !== undefined && last.session !== session) return false;
  return sequence === (last?.sequence ?? held.done) + 1 && isFollowed(turn, held);
}

/** Whether there are as many backups in step as the mode promises. */
function isFollowed({ state, settings, topology }: Turn, { region }: Held): boolean {
  const { mode } = settings.replication;
  if (mode === "none" || mode === "async") return true;
  const followers = [...(state.streams.get(region)?.followers.values() ?? [])];
  const inStep = followers.filter((one) => one.inStep).length;
  if (mode === "semiSync") return inStep >= 1;
  // With fewer backups than there should be, the promise would be a smaller one: then the store is asked first.
  return inStep >= 1 && inStep === followers.length && inStep >= backupsOf(settings, topology.servers.length);
}

/** The tail, as it is now, is the backups' to have; under `async` with the next round. */
function replicateTail(turn: Turn, player: NodeId, held: Held): void {
  changed(turn, player, held);
  for (const noted of held.tail) if (noted.change === 0) noted.change = held.change;
  const { mode } = turn.settings.replication;
  if (mode === "none" || mode === "async") return tellTail(turn, player, held, Infinity);
  sendChanges(turn, held.region, "ifAny");
}

/** Backups have acknowledged more: what enough of them have is told. */
export function tellNoted(turn: Turn, region: number, stream: Stream): void {
  if (!isSoft(turn)) return;
  const acked = [...stream.followers.values()].flatMap((one) => (one.inStep ? [one.acked] : []));
  if (acked.length === 0) return;
  const { mode } = turn.settings.replication;
  if (mode === "sync" && acked.length < stream.followers.size) return;
  const safe = mode === "sync" ? Math.min(...acked) : Math.max(...acked);
  for (const [player, held] of turn.state.held) {
    if (held.region === region && held.tail.length > 0) tellTail(turn, player, held, safe);
  }
}

function tellTail(turn: Turn, player: NodeId, held: Held, safe: number): void {
  for (const noted of held.tail) {
    if (noted.told || noted.change > safe) continue;
    noted.told = true;
    tellOne(turn, player, held, noted);
  }
}

function tellOne(turn: Turn, player: NodeId, held: Held, { action: { session, sequence } }: Noted): void {
  if (!mayAct(turn)) return;
  const { token, state } = held;
  turn.out.send(player, { type: "noted", session, sequence, token, version: state.version });
}

/** Whether the action is in the tail already; then it is told again what was told before. */
export function isNoted(turn: Turn, player: NodeId, held: Held, { session, sequence }: QueuedAction): boolean {
  const noted = held.tail.find(({ action }) => action.session === session && action.sequence === sequence);
  if (noted === undefined) return false;
  if (noted.told) tellOne(turn, player, held, noted);
  return true;
}

function armFlush({ state, settings, nowUs, out }: Turn): void {
  const { flush } = settings.replication;
  if (state.flushDueUs >= 0 && nowUs <= state.flushDueUs + flush) return;
  state.flushDueUs = nowUs + flush;
  out.setTimer("flush", flush);
}

/** Writes every tail there is. */
export function onFlushDue(turn: Turn): void {
  const { state } = turn;
  state.flushDueUs = -1;
  let any = false;
  for (const [player, held] of state.held) {
    if (held.tail.length === 0) continue;
    any = true;
    held.flushing = true;
    pump(turn, player, held);
  }
  if (any) armFlush(turn);
}

/** The first of the tail, if it is its turn to be written. */
export function nextOfTail({ tail, flushing, queue, transfer }: Held): QueuedAction | undefined {
  const [first] = tail;
  if (first === undefined || !(flushing || queue.length > 0 || transfer !== null)) return undefined;
  return { ...first.action, bargain: null, escrow: "", withdrawn: false };
}

/** The store has decided the first of the tail. */
export function shiftTail(turn: Turn, player: NodeId, held: Held): void {
  held.tail.shift();
  if (held.tail.length === 0) held.flushing = false;
  changed(turn, player, held);
}

export const isOfTail = ({ tail }: Held, { session, sequence }: { session: number; sequence: number }): boolean =>
  tail[0]?.action.session === session && tail[0].action.sequence === sequence;
