// What a mesh run is measured by: the figures that claims and charts are made of (requirements MESH-RSK, MESH-F*, MESH-REC).

import { alertFigureSpecs, alertFiguresOf } from "../../check/alert-figures.ts";
import type { FigureSink, FigureSpec, Measure, Measures } from "../../check/figure.ts";
import type { Instant } from "../../check/property.ts";
import { serverLoad } from "./load-view.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";
import { measureMode, modeFigures } from "./mode-measures.ts";
import { alertNames } from "./monitoring/alert-rules.ts";
import { modeFacts } from "./mode-view.ts";
import { recoveryFigures, recoveryWatchFacts } from "./recovery-watch.ts";
import { splitWatchFacts } from "./split-watch.ts";
import { stopwatchFacts } from "./stopwatches.ts";

/** A figure, and the chart over time that shows it. */
const figureOf =
  (kind: FigureSpec["kind"]) =>
  (id: string, title: string, chart?: string): FigureSpec =>
    chart === undefined ? { id, title, kind } : { id, title, kind, chart };

const count = figureOf("count");
const duration = figureOf("durationUs");
const amount = figureOf("amount");
const share = (id: string, title: string): FigureSpec => ({ id, title, kind: "share" });

const figures: readonly FigureSpec[] = [
  count("transfer.started", "transfers begun", "Transfers"),
  count("transfer.completed", "transfers completed", "Transfers"),
  count("transfer.rolledBack", "transfers rolled back", "Transfers"),
  count("transfer.forced", "transfers ended by the watchdog or the operator"),
  count("transfer.abandoned", "transfers lost with their source's process"),
  count("transfer.deferred", "transfers that had to wait for a slot"),
  amount("load.queue", "players that wait for a slot of a server, when one begins to"),
  duration("load.wait", "how long players waited for a slot, of those that had to"),
  count("load.turnedAway", "players that found no place in the queue (MESH-F8-01)"),
  count("load.withdrawn", "players that gave their place in the queue up"),
  count("load.putOff", "transfers that found no slot at their target"),
  amount("load.rate", "transfers a server began within a second, when it began one"),
  amount("load.throttledRate", "the same, while it throttled (CL-M-25)"),
  count("load.throttled", "times that a server began to throttle"),
  duration("load.throttledFor", "how long it throttled (CL-M-30)"),
  amount("load.saturation", "percent of a server's slots taken, each window (MESH-F8-03)", "Load"),
  amount("load.busy", "percent of declared processor time used, each window", "Load"),
  duration("load.lag", "how late a server's own timer came, each window"),
  duration("transfer.latency", "from the beginning of a transfer to its completion", "Latency"),
  amount("transfer.attempts", "attempts a transfer took"),
  amount("transfer.concurrent", "transfers open at once, when one began"),
  share("transfer.success", "transfers that completed, of those that ended (X-M-53)"),
  share("transfer.firstTry", "transfers that completed at the first attempt, of those that ended (X-M-53)"),
  duration("transfer.stuckAge", "age of a transfer when the watchdog found it (MESH-F7-03)"),
  count("attempt.failed", "attempts that failed", "Retries"),
  count("attempt.timeouts", "attempts that failed for want of a confirmation", "Retries"),
  duration("attempt.detection", "from the beginning of an attempt to its failure (X-M-06)"),
  share("retry.endedAt1", "transfers completed at retry 1, of those whose first attempt failed (MESH-F1-06)"),
  share("retry.endedAt2", "transfers completed at retry 2, of those whose first attempt failed (MESH-F1-07)"),
  share("retry.endedAt3", "transfers completed at retry 3, of those whose first attempt failed (MESH-F1-08)"),
  duration("retry.apart", "from one retry to the next, of any transfers: 0 when they come together (X-ALL-03)"),
  share("retry.rolledBack", "transfers rolled back, of those of which an attempt failed (MESH-F1-09)"),
  duration(
    "rollback.time",
    "from the decision to roll back to the end of the transfer (MESH-REC-02, MESH-F4-04, X-M-11)",
  ),
  // X-ALL-01: one recovery, three clocks. A fault begins, at the latest, with the attempt that it makes fail.
  duration(
    "repair.faultToService",
    "from the attempt that failed first to the player back in play (X-ALL-01, MESH-MTR-01)",
  ),
  duration(
    "repair.detectionToService",
    "from the first detected failure to the player back in play (X-ALL-01, MESH-MTR-01)",
  ),
  duration(
    "repair.faultToEnd",
    "from the attempt that failed first to the end of the transfer (X-ALL-01, MESH-MTR-01)",
  ),
  duration("crash.toOwner", "from the crash of a player's server to an owner that can act (MESH-F3-04)"),
  duration("failover.silence", "how long a server had been silent when it was suspected (MESH-FT-02)"),
  count("failover.false", "servers suspected that were neither down nor standing still (MESH-FT-02, X-M-15)"),
  duration(
    "failover.detection",
    "from the end of a server's process, or its standing still, to the suspicion (MESH-FT-21)",
  ),
  duration("failover.reassigned", "from there to the commitment of another server for a region (MESH-F3-06)"),
  duration(
    "failover.outage",
    "from there to a player's being welcomed by a server that has it (MESH-F3-04, MESH-FT-18)",
  ),
  count("failover.grants", "players granted to another server because theirs was given up"),
  count("failover.regions", "regions that have gone to another server"),
  duration("failover.promotion", "from the suspicion to another server's having the player (MESH-FT-22)"),
  duration("failover.reconnection", "from there to the player's being in play with it (MESH-FT-22)"),
  share("failover.lossless", "players back in play for whom everything they had asked for was done"),
  share("coverage.share", "slices of a region's time in which all its backups were in step (MESH-FT-20, X-M-35)"),
  count("backups.created", "times a backup came into step with its primary (MESH-FT-09)"),
  count("backups.lost", "times one fell out of step, or was none any more"),
  count("replication.refused", "messages of former primaries that backups refused"),
  count("promotion.warm", "players taken over from a copy, without a load from the store"),
  count("soft.noted", "actions acknowledged before they were durable"),
  count("soft.lost", "of those, actions that were lost"),
  duration("soft.latency", "from asking for an action to its being acknowledged before it is durable"),
  duration("soft.exposure", "from there to its being durable: what can be lost, in time (X-M-32)"),
  count("buffer.overflow", "actions not even asked for, because the buffer was full or had not begun (X-M-57, X-M-58)"),
  count("buffer.expired", "actions withdrawn, because they had waited too long or the buffer had not begun"),
  amount("buffer.replayed", "actions asked for again when a player was back in play"),
  duration("buffer.bridged", "how long a client knew that it had no server"),
  duration("action.affected", "from asking for an action to its answer, of players who have been without a server"),
  duration("action.unaffected", "and of players who have not (X-M-61)"),
  count("lease.expired", "leases that ran out"),
  duration("player.pause", "how long a player stood still at a border (MESH-F1-04, MESH-F2-04, X-M-03)"),
  count("notice.sent", "notices sent to players"),
  count("notice.shown", "notices shown by clients"),
  count("grant.committed", "grants committed"),
  count("effect.accepted", "effects accepted by the store"),
  count("effect.refused", "writes refused by the store", "Refused"),
  count("effect.fenced", "writes refused for their token"),
  count("effect.repeated", "writes recognised as repeated"),
  // X-M-21: believing and acting are two things.
  duration("belief.overlap", "how long two servers believed at once (X-M-21)"),
  count("act.stale", "effects accepted under another grant than the current one (X-M-21)"),
  count("mismatch.found", "shipped states that failed their check"),
  count("mismatch.false", "states found to be equal after all (X-M-12)"),
  count("message.late", "late messages of transfers ignored"),
  count("action.invoked", "actions clients asked for"),
  count("action.done", "actions answered as done"),
  count("action.failed", "actions answered as failed"),
  count("action.unanswered", "actions never answered"),
  duration("action.latency", "from asking for an action to its answer", "Latency"),
  count("output.ignored", "outputs of old owners that clients ignored (X-M-21)"),
  // A duplicate: two servers take a player for theirs and may act for it, beyond a hand-over (split-watch.ts).
  count("split.detected", "players reported with two owners (MESH-F5-03)"),
  count("split.began", "resolutions begun"),
  duration("split.detection", "from the beginning of a duplicate to its report (MESH-F5-08, X-M-27)"),
  share("split.hidden", "duplicates that were over before anybody knew, of all"),
  share("split.falseAlarms", "reports without a duplicate, of all (X-M-28)"),
  duration("split.believed", "how long a duplicate lasted"),
  duration("split.acted", "from the first to the last effect of another than the owner, in one duplicate (X-M-21)"),
  duration("split.fenced", "from the report to the last server's letting go (MESH-F5-09, X-M-22)"),
  duration("split.decided", "from the report to the committed decision (MESH-F5-09)"),
  duration("split.regranted", "from the report to the committed grant (MESH-F5-12)"),
  duration("split.resolved", "from the report to an owner that has the resolved state"),
  duration("split.toOneOwner", "from the beginning of the duplicate to that (MESH-REC-04, X-M-29)"),
  share("split.success", "resolutions that ended with one owner, of those begun (MESH-REC-04)"),
  amount("split.discarded", "acknowledged effects that a resolution went on without (X-M-30)"),
  amount("split.flagged", "items that were elsewhere, or twice, in a merged inventory (MESH-F5-11, X-M-31)"),
  count("item.doubled", "items that came to be in two places (MESH-F6-04)"),
  count("item.suspected", "items that a server had at home and as a replica, too (MESH-F6-03)"),
  count("item.cleared", "of those, the ones that were one item on its way (X-M-40)"),
  duration("duplicate.detection", "from an item's coming to be in two places to its being frozen (MESH-F6-09)"),
  duration("duplicate.alert", "from there to the server that raises the alarm (MESH-F6-12)"),
  duration("duplicate.resolution", "from there to the audit that left one of them (MESH-F6-10)"),
  duration("replica.staleness", "how long replicas outlived what they showed"),
  duration("pickup.asking", "from asking an item's authority for it to the answer, or to the end of waiting"),
  count("pickup.forwarded", "requests to the authorities of items beyond a border (MESH-F6-07)"),
  count("pickup.unanswered", "pickups that no authority answered in time"),
  duration("escrow.time", "how long items waited in escrow"),
  count("ground.refused", "changes of a region's ground refused for their epoch"),
  count("trade.accepted", "trades accepted"),
  count("trade.undone", "trades that came to nothing"),
  ...modeFigures,
  ...recoveryFigures,
  count("alerts.fired", "alerts that fired"),
  count("alerts.pages", "alerts that paged somebody"),
  ...alertNames.flatMap(alertFigureSpecs),
];

/** Counts that go by one with each fact of a name. */
const countedBy: ReadonlyMap<string, string> = new Map([
  ["transferStarted", "transfer.started"],
  ["transferDeferred", "transfer.deferred"],
  ["transferTurnedAway", "load.turnedAway"],
  ["transferWithdrawn", "load.withdrawn"],
  ["requestDeferred", "load.putOff"],
  ["throttlingBegan", "load.throttled"],
  ["noticeSent", "notice.sent"],
  ["noticeShown", "notice.shown"],
  ["effectAccepted", "effect.accepted"],
  ["effectRepeated", "effect.repeated"],
  ["stateMismatch", "mismatch.found"],
  ["lateMessageIgnored", "message.late"],
  ["actionInvoked", "action.invoked"],
  ["actionUnanswered", "action.unanswered"],
  ["emitIgnored", "output.ignored"],
  ["regionMoved", "failover.regions"],
  ["leaseExpired", "lease.expired"],
  ["duplicateAuthorityDetected", "split.detected"],
  ["resolutionBegan", "split.began"],
  ["backup_created", "backups.created"],
  ["backupLost", "backups.lost"],
  ["replicaRefused", "replication.refused"],
  ["promotedWarm", "promotion.warm"],
  ["actionNoted", "soft.noted"],
  ["actionLost", "soft.lost"],
  ["actionDropped", "buffer.overflow"],
  ["actionExpired", "buffer.expired"],
  ["itemSuspected", "item.suspected"],
  ["itemCleared", "item.cleared"],
  ["pickupForwarded", "pickup.forwarded"],
  ["groundRefused", "ground.refused"],
]);

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;
type ByFact = {
  readonly [Name in JudgedFact["fact"]]?: (view: MeshView, fact: Told<Name>, at: Instant, sink: FigureSink) => void;
};

const countAbandoned = ({ abandoned }: MeshView, _fact: JudgedFact, _at: Instant, sink: FigureSink): void =>
  sink.count("transfer.abandoned", abandoned.length);

/** What a fact adds to counts, beyond one that each of its name does. */
const counts: ByFact = {
  transferEnded: (_view, { outcome, endedBy }, _at, sink) => {
    sink.count(outcome === "completed" ? "transfer.completed" : "transfer.rolledBack");
    if (endedBy === "watchdog" || endedBy === "operator") sink.count("transfer.forced");
  },
  attemptFailed: (_view, { because }, _at, sink) => {
    sink.count("attempt.failed");
    if (because === "timeout") sink.count("attempt.timeouts");
  },
  server_failure_detected: (view, { server }, _at, sink) => {
    if (!view.stopwatches.gone.has(server)) sink.count("failover.false");
  },
  granted: ({ recoveredAnew }, { cause }, _at, sink) => {
    if (!recoveredAnew) return;
    sink.count("grant.committed");
    if (cause === "failover") sink.count("failover.grants");
  },
  effectRefused: (_view, { because, recovered }, _at, sink) => {
    if (recovered) return;
    sink.count("effect.refused");
    if (because === "staleToken") sink.count("effect.fenced");
  },
  effectAccepted: (view, { player, server, token }, _at, sink) => {
    const grant = view.players.get(player)?.grant;
    if (grant?.server !== server || grant.token !== token) sink.count("act.stale");
  },
  actionAnswered: (view, { player, outcome }, _at, sink) => {
    const afterUs = view.players.get(player)?.answeredAfterUs ?? -1;
    if (afterUs >= 0) sink.sample("action.latency", afterUs);
    sink.count(outcome === "done" ? "action.done" : "action.failed");
  },
  pickupReturned: (_view, { answer }, _at, sink) => {
    if (answer === "none") sink.count("pickup.unanswered");
  },
  itemCarried: (_view, { errand }, _at, sink) => {
    if (errand === "accept") sink.count("trade.accepted");
    if (errand === "undo") sink.count("trade.undone");
  },
  mismatchDiagnosed: (_view, { difference }, _at, sink) => {
    if (difference.length === 0) sink.count("mismatch.false");
  },
  alertFired: (_view, { alert, pages }, _at, sink) => {
    sink.count("alerts.fired");
    sink.count(alertFiguresOf(alert).fired);
    if (pages) sink.count("alerts.pages");
  },
  nodeCrashed: countAbandoned,
  nodeStopped: countAbandoned,
  serverExpelled: countAbandoned,
};

/** What a fact tells of how busy a server is. */
const loads: ByFact = {
  transferDeferred: (_view, { queued }, _at, sink) => sink.sample("load.queue", queued),
  transferAdmitted: (_view, { waitedUs }, _at, sink) => sink.sample("load.wait", waitedUs),
  transferStarted: (view, _fact, { node }, sink) => {
    const { started, throttledSinceUs } = serverLoad(view, node);
    sink.sample("load.rate", started.length);
    if (throttledSinceUs !== null) sink.sample("load.throttledRate", started.length);
  },
  throttlingEnded: (_view, { afterUs }, _at, sink) => sink.sample("load.throttledFor", afterUs),
  loadMeasured: (_view, { saturation, busy, lagUs }, _at, sink) => {
    sink.sample("load.saturation", saturation);
    sink.sample("load.busy", busy);
    sink.sample("load.lag", lagUs);
  },
};

/** Facts that may leave an item in two places. */
const moves: ByFact = {
  effectAccepted: countDoubled,
  itemCarried: countDoubled,
  groundChanged: countDoubled,
  itemCopied: countDoubled,
};

function countDoubled({ itemsMoved, stopwatches }: MeshView, _fact: JudgedFact, at: Instant, sink: FigureSink): void {
  for (const item of itemsMoved) if (stopwatches.doubled.get(item) === at.atUs) sink.count("item.doubled");
}

type MeshMeasure = Measure<MeshView, JudgedFact>;

const sampled: ReadonlySet<string> = new Set([...stopwatchFacts, ...splitWatchFacts, ...recoveryWatchFacts]);
const graded: ReadonlySet<string> = new Set(modeFacts);

/** What a fact of that name adds to figures, in this order. */
function measuresOf(name: string): readonly MeshMeasure[] {
  // Each is found under the name of the one fact it takes.
  const own = [counts, loads].map((part) => (part as { readonly [name: string]: MeshMeasure | undefined })[name]);
  const moved = (moves as { readonly [name: string]: MeshMeasure | undefined })[name];
  return [
    sampled.has(name) ? measureStopwatches : undefined,
    countsOne(countedBy.get(name)),
    ...own,
    graded.has(name) ? measureMode : undefined,
    moved,
  ].filter((measure) => measure !== undefined);
}

const countsOne = (figure: string | undefined): MeshMeasure | undefined =>
  figure === undefined ? undefined : (_view, _fact, _at, sink) => sink.count(figure);

/** What the stopwatches, which have seen this fact, say of it. */
function measureStopwatches({ stopwatches }: MeshView, fact: JudgedFact, _at: Instant, sink: FigureSink): void {
  const { samples, by } = stopwatches;
  // A fact that the view has no use for leaves there what the one before it brought about.
  if (by !== fact) return;
  for (const { figure, value } of samples) sink.sample(figure, value);
}

const measures: ReadonlyMap<string, MeshMeasure> = new Map(
  [
    ...new Set([
      ...sampled,
      ...countedBy.keys(),
      ...[counts, loads, moves].flatMap((part) => Object.keys(part)),
      ...graded,
    ]),
  ].map((name) => [name, inTurn(measuresOf(name))]),
);

function inTurn(parts: readonly MeshMeasure[]): MeshMeasure {
  if (parts.length === 1) return parts[0];
  return (view, fact, at, sink) => {
    for (let index = 0; index < parts.length; index++) parts[index](view, fact, at, sink);
  };
}

export const meshMeasures: Measures<MeshView, JudgedFact> = {
  figures,
  measure: (view, fact, at, sink) => measures.get(fact.fact)?.(view, fact, at, sink),
  measures,
};
