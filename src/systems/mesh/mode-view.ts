// Degraded mode, suspended play, recoveries and the operator as facts tell them: part of the mesh view, folded after the
// rest of it. Judges nothing; figures and properties look here.

import type { NodeId } from "../../base/ids.ts";
import type { Instant } from "../../check/property.ts";
import type { Level } from "./degraded-settings.ts";
import type { Severity } from "./service-facts.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";
import { severityOf } from "./severity.ts";
import type { Sample } from "./stopwatches.ts";

export interface QueuedRecovery {
  readonly players: number;
  readonly critical: boolean;
  readonly event: number;
  begun: boolean;
}

export interface ModeView {
  /** Whose fact was folded last. */
  at: NodeId;
  level: Level;
  /** Counts the decisions. */
  change: number;
  /** The decision that full service ended with; -1: it has not ended. */
  spell: number;
  spellSinceUs: number;
  levelSinceUs: number;
  /** Players of whom a server says that nothing of theirs is under way there, nor will be. */
  readonly suspended: Map<NodeId, { readonly server: NodeId; readonly event: number }>;
  /** By region: those that have not ended. */
  readonly recoveries: Map<number, QueuedRecovery>;
  /** Nodes whose process has ended or stands still. */
  readonly away: Set<NodeId>;
  /** Since when fewer than a majority of the coordinators run; null: a majority does. */
  quorumLostUs: number | null;
  /** Since when the operator has known of something that nothing was done about; null: of nothing. */
  alertedUs: number | null;
  /** Commands that wait for an answer. */
  readonly asked: Map<string, number>;
  /** The worst so far; 5: nothing has been wrong. */
  severity: Severity | 5;
  /** Players, regions and servers that were without service (MESH-SCP-01). */
  readonly hitPlayers: Set<NodeId>;
  readonly hitRegions: Set<number>;
  readonly hitServers: Set<NodeId>;
  /** What the fact `by` brought about. */
  samples: Sample[];
  counts: string[];
  by: JudgedFact | null;
}

export const freshModeView = (): ModeView => ({
  at: "" as NodeId,
  level: "normal",
  change: 0,
  spell: -1,
  spellSinceUs: 0,
  levelSinceUs: 0,
  suspended: new Map(),
  recoveries: new Map(),
  away: new Set(),
  quorumLostUs: null,
  alertedUs: null,
  asked: new Map(),
  severity: 5,
  hitPlayers: new Set(),
  hitRegions: new Set(),
  hitServers: new Set(),
  samples: [],
  counts: [],
  by: null,
});

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;
type Folds = { readonly [Name in JudgedFact["fact"]]?: (view: MeshView, fact: Told<Name>, at: Instant) => void };

const folds: Folds = {
  degraded_mode_activated: ({ mode }, { level, change }, { atUs }) => {
    if (change <= mode.change) return;
    if (mode.spell < 0) {
      mode.spell = change;
      mode.spellSinceUs = atUs;
    }
    changeLevel(mode, level, change, atUs);
  },
  degraded_mode_deactivated: ({ mode }, { change }, { atUs }) => {
    if (change <= mode.change) return;
    if (mode.spell >= 0) note(mode, "degraded.spell", atUs - mode.spellSinceUs);
    mode.spell = -1;
    changeLevel(mode, "normal", change, atUs);
  },
  viewsThinned: ({ mode }, { level, due, shown }) => {
    note(mode, `degraded.views.${level}`, Math.floor((shown * 100) / due));
  },
  playSuspended: ({ mode }, { player }, { node: server, event }) => {
    mode.suspended.set(player, { server, event });
    mode.counts.push("degraded.suspended");
  },
  admissionRefused: ({ mode }) => void mode.counts.push("admission.refused"),
  administrator_alert: ({ mode }) => void mode.counts.push("administrators.alerted"),
  recoveryOverdue: ({ mode }) => void mode.counts.push("recovery.overdue"),
  playReleased: release,
  authorityDropped: release,
  // Somebody else has it now, and says for itself whether it stands still.
  granted: ({ mode }, { player, server }) => {
    if (mode.suspended.get(player)?.server !== server) mode.suspended.delete(player);
  },
  recoveryQueued: ({ mode }, { region, players, critical }, { event }) => {
    mode.recoveries.set(region, { players, critical, event, begun: false });
  },
  recoveryBegun: ({ mode }, { region }) => {
    const queued = mode.recoveries.get(region);
    if (queued === undefined) return;
    queued.begun = true;
    if (passedOver(mode, region) !== undefined) mode.counts.push("recovery.inversions");
  },
  recoveryEnded: ({ mode }, { region, afterUs }) => {
    mode.recoveries.delete(region);
    note(mode, "recovery.region", afterUs);
  },
  // Another leader begins with what it finds.
  "raft.leaderElected": ({ mode }) => mode.recoveries.clear(),
  operatorAlerted: ({ mode }, _fact, { atUs }) => void (mode.alertedUs ??= atUs),
  operatorAsked: ({ mode }, { command, subject }, { atUs }) => {
    mode.asked.set(`${command} ${subject}`, atUs);
    if (mode.alertedUs !== null) note(mode, "operator.reaction", atUs - mode.alertedUs);
    mode.alertedUs = null;
  },
  operatorAnswered: ({ mode }, { command, subject, answer }, { atUs }) => {
    const askedUs = mode.asked.get(`${command} ${subject}`);
    if (askedUs !== undefined && answer !== "superseded") note(mode, "operator.done", atUs - askedUs);
    mode.asked.delete(`${command} ${subject}`);
  },
  regionMoved: ({ mode }, { region, because }) => {
    if (because !== "failure" || mode.hitRegions.has(region)) return;
    mode.hitRegions.add(region);
    mode.counts.push("blast.regions");
  },
  leaseExpired: (view, _fact, at) => hit(view, at),
  serverExpelled: endLife,
  nodeCrashed: endLife,
  nodeStopped: endLife,
  nodeBooted: comeBack,
  nodePaused: (view, fact, at) => {
    hit(view, at);
    goAway(view, fact, at);
  },
  nodeResumed: comeBack,
};

/** A region that waits, and comes before this one; undefined: none does (MESH-FT-06). */
export function passedOver({ recoveries }: ModeView, region: number): number | undefined {
  const begun = recoveries.get(region);
  if (begun === undefined) return undefined;
  for (const [other, waiting] of recoveries) {
    if (waiting.begun || (begun.critical && !waiting.critical)) continue;
    if ((waiting.critical && !begun.critical) || waiting.players > begun.players) return other;
  }
  return undefined;
}

/** Facts by which a run can be worse than it was. */
const graded = [
  "effectAccepted",
  "diskUnreadable",
  "nodeCrashed",
  "nodeStopped",
  "leaseExpired",
  "server_failure_detected",
  "stateMismatch",
  "rollbackStarted",
  "playerConnected",
  "authorityTaken",
  "attemptFailed",
  "transferDeferred",
  "actionAnswered",
  "retryScheduled",
  "lateMessageIgnored",
] as const satisfies readonly JudgedFact["fact"][];

const gradedNames: ReadonlySet<string> = new Set(graded);

export const modeFacts: readonly string[] = [...new Set([...Object.keys(folds), ...graded])];

/** What a fact of that name does to this part of the view. */
export function modeFoldOf(name: string): ((view: MeshView, fact: JudgedFact, at: Instant) => void) | undefined {
  // Each is found under the name of the one fact it takes.
  const fold = (
    folds as { readonly [name: string]: ((view: MeshView, fact: JudgedFact, at: Instant) => void) | undefined }
  )[name];
  const isGraded = gradedNames.has(name);
  if (fold === undefined && !isGraded) return undefined;
  return (view, fact, at) => {
    const { mode } = view;
    mode.by = fact;
    mode.at = at.node;
    if (mode.samples.length > 0) mode.samples = [];
    if (mode.counts.length > 0) mode.counts = [];
    fold?.(view, fact, at);
    if (isGraded && mode.severity > 1) grade(view, fact);
  };
}

function grade(view: MeshView, fact: JudgedFact): void {
  const { mode } = view;
  const severity = severityOf(view, fact);
  if (severity === undefined || severity >= mode.severity) return;
  mode.severity = severity;
  note(mode, "incident.severity", severity);
}

function note({ samples }: ModeView, figure: string, value: number): void {
  samples.push({ figure, value });
}

function changeLevel(mode: ModeView, level: Level, change: number, atUs: number): void {
  if (mode.level !== "normal") note(mode, `degraded.at.${mode.level}`, atUs - mode.levelSinceUs);
  mode.counts.push("degraded.changes");
  mode.level = level;
  mode.change = change;
  mode.levelSinceUs = atUs;
}

function release({ mode }: MeshView, { player }: { readonly player: NodeId }, { node }: Instant): void {
  if (mode.suspended.get(player)?.server === node) mode.suspended.delete(player);
}

function endLife(view: MeshView, fact: JudgedFact, at: Instant): void {
  const { mode } = view;
  for (const [player, { server }] of mode.suspended) if (server === at.node) mode.suspended.delete(player);
  hit(view, at);
  if (fact.fact !== "serverExpelled") goAway(view, fact, at);
}

function goAway(view: MeshView, _fact: JudgedFact, at: Instant): void {
  view.mode.away.add(at.node);
  countQuorum(view, at);
}

function comeBack(view: MeshView, _fact: JudgedFact, at: Instant): void {
  view.mode.away.delete(at.node);
  countQuorum(view, at);
}

/** Whoever plays at a server that is gone, or may not act, is without service; so is the server. */
function hit({ players, leases, mode }: MeshView, { node }: Instant): void {
  if (!leases.has(node)) return;
  for (const { id, grant, connected } of players.values()) {
    if (!connected || grant?.server !== node) continue;
    if (!mode.hitPlayers.has(id)) mode.counts.push("blast.players");
    if (!mode.hitServers.has(node)) mode.counts.push("blast.servers");
    mode.hitPlayers.add(id);
    mode.hitServers.add(node);
  }
}

function countQuorum({ raft, mode }: MeshView, { atUs }: Instant): void {
  let running = 0;
  for (const id of raft.nodes.keys()) if (!mode.away.has(id)) running += 1;
  const lost = raft.nodes.size > 0 && running * 2 <= raft.nodes.size;
  mode.quorumLostUs = lost ? (mode.quorumLostUs ?? atUs) : null;
}
