// The primary's side of replication: each region it has is a stream of changes, and each backup follows the stream.
//
// A change replaces what was known of one player, so a message that comes twice, late or not at all does no harm: what
// is not acknowledged is sent again, and who has nothing is sent everything. A stream belongs to one life of one primary
// in one epoch; a backup that knows a later one refuses it.

import type { NodeId } from "../../base/ids.ts";
import type { ReplicaCopy, StreamName } from "./replication-messages.ts";
import { promoteIfSilent } from "./server-copies.ts";
import { backupsOf } from "./settings.ts";
import { tellNoted } from "./server-soft.ts";
import type { Follower, Held, Received, Stream, Turn } from "./server-state.ts";

/** A backup that has acknowledged nothing for so many rounds is out of step. */
const SILENT_ROUNDS_MAX = 3;
/** Players who left and of whom some backup may not know; beyond it all backups are sent everything anew. */
const GONE_MAX = 1000;

export const replicates = ({ settings }: Turn): boolean => settings.replication.mode !== "none";

/** Begins and ends streams as the map has it, sends what has changed, and looks after silent ones. */
export function onReplicateDue(turn: Turn): void {
  const { state, settings, nowUs } = turn;
  if (!replicates(turn)) return;
  state.replicateDueUs = nowUs + settings.replication.every;
  turn.out.setTimer("replicate", settings.replication.every);
  if (!state.ready) return;
  tendStreams(turn);
  for (const [player, held] of state.held) if (held.x !== held.sentX) changed(turn, player, held);
  for (const region of state.streams.keys()) {
    sendChanges(turn, region, "always");
    watchFollowers(turn, region);
  }
  promoteIfSilent(turn);
}

/** Replicates when the timer that should have is overdue: timers can be lost, too. */
export function nudgeReplication(turn: Turn): void {
  const { state, settings, nowUs } = turn;
  if (state.replicateDueUs >= 0 && nowUs > state.replicateDueUs + settings.replication.every) onReplicateDue(turn);
}

/** Streams are those of the regions this server has by the map it knows. */
export function tendStreams(turn: Turn): void {
  const { state, self, nowUs, settings, topology } = turn;
  if (!replicates(turn) || !state.mapKnown || !state.ready) return;
  for (const [region, { epoch }] of state.streams) {
    const known = state.map.owners[region];
    if (known?.server !== self || known.epoch !== epoch) endStream(turn, region);
  }
  const { owners } = state.map;
  for (let region = 0; region < owners.length; region++) {
    const { server, epoch, backups } = owners[region];
    if (server !== self) continue;
    const stream = state.streams.get(region) ?? beginStream(turn, region, epoch);
    if (stream.changes > 0 && isFollowedBy(stream, backups)) continue;
    for (const backup of stream.followers.keys())
      if (!backups.includes(backup)) loseFollower(turn, region, stream, backup);
    // Change 0 is nobody's: the first message of a stream holds everything there is.
    stream.changes += 1;
    for (const backup of backups)
      if (!stream.followers.has(backup)) stream.followers.set(backup, follower(stream, nowUs));
    const wanted = backupsOf(settings, topology.servers.length);
    const served = { region, epoch, server: self, backups: backups.length, wanted };
    turn.out.record({ type: "record", fact: "regionServed", ...served });
  }
  if (state.replicateDueUs < 0) onReplicateDue(turn);
}

/** By these, and by nobody else. */
function isFollowedBy({ followers }: Stream, backups: readonly NodeId[]): boolean {
  if (followers.size !== backups.length) return false;
  for (const backup of followers.keys()) if (!backups.includes(backup)) return false;
  return true;
}

const follower = (stream: Stream, nowUs: number): Follower => ({
  life: 0,
  acked: 0,
  sent: 0,
  wholeAt: stream.changes,
  inStep: false,
  heardUs: nowUs,
  dueUs: nowUs,
});

function beginStream({ state }: Turn, region: number, epoch: number): Stream {
  const stream: Stream = { epoch, changes: 0, sent: 0, followers: new Map(), unsent: new Set(), gone: new Map() };
  state.streams.set(region, stream);
  for (const [player, held] of state.held) {
    if (held.region !== region) continue;
    held.change = 1;
    stream.unsent.add(player);
  }
  return stream;
}

function endStream(turn: Turn, region: number): void {
  const stream = turn.state.streams.get(region);
  if (stream === undefined) return;
  for (const backup of stream.followers.keys()) loseFollower(turn, region, stream, backup);
  turn.state.streams.delete(region);
}

function loseFollower(turn: Turn, region: number, stream: Stream, backup: NodeId): void {
  const { epoch, followers } = stream;
  if (followers.get(backup)?.inStep === true)
    turn.out.record({ type: "record", fact: "backupLost", region, epoch, server: backup });
  followers.delete(backup);
}

/** What is known of the player has changed; backups hear of it with the next message. */
export function changed({ state }: Turn, player: NodeId, held: Held): void {
  const stream = state.streams.get(held.region);
  if (stream === undefined) return;
  stream.changes += 1;
  held.change = stream.changes;
  held.sentX = held.x;
  stream.unsent.add(player);
  stream.gone.delete(player);
}

/** The player is another server's, which has all there was. */
export function departed({ state }: Turn, player: NodeId, { region, token }: Held): void {
  const stream = state.streams.get(region);
  if (stream === undefined) return;
  stream.changes += 1;
  stream.unsent.delete(player);
  stream.gone.set(player, { token, change: stream.changes });
  if (stream.gone.size <= GONE_MAX) return;
  stream.gone.clear();
  for (const one of stream.followers.values()) Object.assign(one, { acked: 0, sent: 0 });
}

/** Sends all followers what has changed since the last time; `always`: also when nothing has. */
export function sendChanges(turn: Turn, region: number, when: "always" | "ifAny"): void {
  const { state, nowUs } = turn;
  const stream = state.streams.get(region);
  if (stream === undefined || (when === "ifAny" && stream.changes === stream.sent)) return;
  const { changes: to, sent: from } = stream;
  const copies: ReplicaCopy[] = [];
  for (const player of stream.unsent) copies.push(...copyOf(turn, player));
  const gone = goneSince(stream, from);
  stream.unsent.clear();
  stream.sent = to;
  const name = nameOf(turn, region, stream);
  for (const [backup, one] of stream.followers) {
    const lacks = one.acked < one.sent && nowUs >= one.dueUs;
    if (lacks || one.sent < from) {
      catchUp(turn, region, stream, backup, one);
      continue;
    }
    turn.out.send(backup, { type: "replicate", ...name, from, to, copies, gone });
    isSent(turn, one, to);
  }
}

/** It has been sent everything up to change `to`, and has some time to say so. */
function isSent({ nowUs, settings }: Turn, one: Follower, to: number): void {
  if (one.acked >= one.sent) one.dueUs = nowUs + settings.replication.retry;
  one.sent = to;
}

/** Sends one follower all that it has not acknowledged. */
function catchUp(turn: Turn, region: number, stream: Stream, backup: NodeId, one: Follower): void {
  const { acked: from } = one;
  const copies: ReplicaCopy[] = [];
  for (const [player, held] of turn.state.held) {
    if (held.region === region && held.change > from) copies.push(...copyOf(turn, player));
  }
  const gone = goneSince(stream, from);
  const to = stream.changes;
  turn.out.send(backup, { type: "replicate", ...nameOf(turn, region, stream), from, to, copies, gone });
  isSent(turn, one, to);
  one.dueUs = turn.nowUs + turn.settings.replication.retry;
}

const nameOf = ({ state }: Turn, region: number, { epoch }: Stream): StreamName => ({
  region,
  epoch,
  life: state.incarnation,
});

function copyOf({ state }: Turn, player: NodeId): readonly ReplicaCopy[] {
  const held = state.held.get(player);
  if (held === undefined) return [];
  const { token, x, tail } = held;
  return [{ player, token, state: held.state, x, tail: tail.map(({ action }) => action) }];
}

function goneSince({ gone }: Stream, from: number): Received<"replicate">["gone"] {
  const since: { player: NodeId; token: number }[] = [];
  for (const [player, { token, change }] of gone) if (change > from) since.push({ player, token });
  return since;
}

export function onReplicated(
  turn: Turn,
  backup: NodeId,
  { region, epoch, life, backupLife, to, missing }: Received<"replicated">,
): void {
  const { state, nowUs } = turn;
  const stream = state.streams.get(region);
  const one = stream?.followers.get(backup);
  if (stream === undefined || one === undefined || stream.epoch !== epoch || life !== state.incarnation) return;
  if (to > stream.changes || backupLife < one.life) return;
  if (backupLife > one.life) {
    // Whatever it had said before, it has had since then only what this answer says.
    Object.assign(one, { life: backupLife, acked: 0 });
    setInStep(turn, region, stream, backup, false);
  }
  one.heardUs = nowUs;
  one.dueUs = nowUs + turn.settings.replication.retry;
  one.acked = missing ? to : Math.max(one.acked, to);
  if (missing) {
    // It has restarted, and has nothing any more; otherwise a message was lost or overtaken.
    if (to < one.wholeAt) setInStep(turn, region, stream, backup, false);
    catchUp(turn, region, stream, backup, one);
    return;
  }
  if (one.acked >= one.wholeAt) setInStep(turn, region, stream, backup, true);
  forgetGone(stream);
  tellNoted(turn, region, stream);
}

function setInStep({ out }: Turn, region: number, stream: Stream, backup: NodeId, inStep: boolean): void {
  const one = stream.followers.get(backup);
  if (one === undefined || one.inStep === inStep) return;
  one.inStep = inStep;
  const fact = inStep ? "backup_created" : "backupLost";
  out.record({ type: "record", fact, region, epoch: stream.epoch, server: backup });
}

function forgetGone(stream: Stream): void {
  if (stream.gone.size === 0) return;
  let everybody = stream.changes;
  for (const { acked } of stream.followers.values()) everybody = Math.min(everybody, acked);
  for (const [player, { change }] of stream.gone) if (change <= everybody) stream.gone.delete(player);
}

/** A later primary is known: this one goes on only when the coordinator says so. */
export function onReplicateRefused(turn: Turn, backup: NodeId, { region, epoch }: Received<"replicateRefused">): void {
  const stream = turn.state.streams.get(region);
  if (stream === undefined || epoch < stream.epoch) return;
  setInStep(turn, region, stream, backup, false);
}

function watchFollowers(turn: Turn, region: number): void {
  const { state, settings, nowUs } = turn;
  const stream = state.streams.get(region);
  if (stream === undefined) return;
  for (const [backup, one] of stream.followers) {
    if (nowUs - one.heardUs > SILENT_ROUNDS_MAX * settings.replication.every)
      setInStep(turn, region, stream, backup, false);
  }
}

/** Before it lets go of everything: what backups have not been sent yet. */
export function lastWords(turn: Turn): void {
  for (const region of turn.state.streams.keys()) {
    sendChanges(turn, region, "ifAny");
    endStream(turn, region);
  }
}
