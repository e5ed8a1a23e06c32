// Recoveries by the clocks that claims are measured on, from fault, from detection and to redundancy (X-ALL-01), and
// how many came to their end. Part of the mesh view, after the stopwatches; judges nothing.

import type { NodeId } from "../../base/ids.ts";
import type { FigureSpec } from "../../check/figure.ts";
import type { Instant } from "../../check/property.ts";
import type { JudgedFact, MeshView } from "./mesh-view.ts";

const duration = (id: string, title: string): FigureSpec => ({ id, title, kind: "durationUs" });
const share = (id: string, title: string): FigureSpec => ({ id, title, kind: "share" });

export const recoveryFigures: readonly FigureSpec[] = [
  duration("pause.failed", "how long a player stood still at a border while attempts failed (CL-M-11, X-M-03)"),
  share("rollback.success", "rollbacks begun after which the source had the player again (MESH-REC-02, X-M-10)"),
  duration(
    "stuck.faultToService",
    "from the beginning of the attempt that got stuck to the end of the transfer (X-M-44)",
  ),
  duration("stuck.detectionToService", "from the watchdog's finding it to the end of the transfer (X-M-44)"),
  share("failover.served", "players whose server went that were in play again before the end (MESH-REC-03)"),
  duration("failover.recovery", "from the suspicion of their server to players' being in play again (X-ALL-01)"),
  duration("failover.redundancy", "from the end of a server's process to all backups of a region it had (X-ALL-01)"),
  share("duplicate.found", "items in two places that were found and frozen (CL-M-09, X-M-40)"),
  duration("lease.outlived", "from the last renewal of a lease to its holder's letting go (MESH-F5-06, X-M-20)"),
  duration("overload.faultToService", "from the first transfer of a throttled burst to the end of its last (X-M-50)"),
  duration("overload.faultToEnd", "from there to the end of the throttle as well (X-ALL-01, X-M-50)"),
];

/** Transfers that are further apart are of two bursts. */
const BURST_GAP_US = 1_000_000;

interface Outage {
  readonly server: NodeId;
  suspectedUs: number | null;
}

interface Burst {
  readonly beganUs: number;
  servedUs: number;
  calmUs: number;
  isThrottled: boolean;
}

export interface RecoveryWatch {
  /** Players who stand still, and whether an attempt has failed meanwhile. */
  readonly paused: Map<NodeId, { readonly sinceUs: number; hasFailed: boolean }>;
  /** Transfers whose rollback has begun. */
  readonly rolling: Set<string>;
  /** Transfers that the watchdog found: when the attempt began, and when it did. */
  readonly stuck: Map<string, { readonly attemptUs: number; readonly foundUs: number }>;
  /** Players whose server's process is gone. */
  readonly outages: Map<NodeId, Outage>;
  /** Regions that lost their server: when. */
  readonly uncovered: Map<number, number>;
  readonly frozen: Set<string>;
  /** When servers last heard that they have a lease. */
  readonly renewed: Map<NodeId, number>;
  burst: Burst | null;
}

export const freshRecoveryWatch = (): RecoveryWatch => ({
  paused: new Map(),
  rolling: new Set(),
  stuck: new Map(),
  outages: new Map(),
  uncovered: new Map(),
  frozen: new Set(),
  renewed: new Map(),
  burst: null,
});

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;
type Runs = { readonly [Name in JudgedFact["fact"]]?: (view: MeshView, fact: Told<Name>, at: Instant) => void };

const runs: Runs = {
  playerPaused: ({ recoveries }, { player }, { atUs }) => {
    if (!recoveries.paused.has(player)) recoveries.paused.set(player, { sinceUs: atUs, hasFailed: false });
  },
  attemptFailed: ({ recoveries, stopwatches }, { transfer }) => {
    const player = stopwatches.transfers.get(transfer)?.player;
    const pause = player === undefined ? undefined : recoveries.paused.get(player);
    if (pause !== undefined) pause.hasFailed = true;
  },
  playerResumed: (view, { player }, { atUs }) => endPause(view, player, atUs),
  // Also ends a pause at a server that is gone: the player acts again.
  effectAccepted: (view, { player }, { atUs }) => endPause(view, player, atUs),
  rollbackStarted: ({ recoveries }, { transfer }) => void recoveries.rolling.add(transfer),
  transferStuck: ({ recoveries, stopwatches }, { transfer }, { atUs }) => {
    const attemptUs = stopwatches.transfers.get(transfer)?.attemptStartedUs;
    if (attemptUs !== undefined && !recoveries.stuck.has(transfer)) {
      recoveries.stuck.set(transfer, { attemptUs, foundUs: atUs });
    }
  },
  transferStarted: (view, _fact, { atUs }) => joinBurst(view, atUs),
  transferDeferred: (view, _fact, { atUs }) => joinBurst(view, atUs),
  throttlingBegan: ({ recoveries }) => {
    if (recoveries.burst !== null) recoveries.burst.isThrottled = true;
  },
  throttlingEnded: ({ recoveries }, _fact, { atUs }) => {
    if (recoveries.burst !== null) recoveries.burst.calmUs = atUs;
  },
  transferEnded: (view, { transfer, outcome }, { atUs }) => {
    const { recoveries } = view;
    if (recoveries.burst !== null) recoveries.burst.servedUs = atUs;
    // Where the coordinator says that the target has the player already, there is nothing to be rolled back.
    if (recoveries.rolling.delete(transfer) && outcome === "rolledBack") note(view, "rollback.success", 1);
    const stuck = recoveries.stuck.get(transfer);
    if (stuck === undefined) return;
    recoveries.stuck.delete(transfer);
    note(view, "stuck.faultToService", atUs - stuck.attemptUs);
    note(view, "stuck.detectionToService", atUs - stuck.foundUs);
  },
  nodeCrashed: (view, _fact, at) => loseProcess(view, at.node),
  nodeStopped: (view, _fact, at) => loseProcess(view, at.node),
  serverExpelled: (view) => abandon(view),
  server_failure_detected: ({ recoveries }, { server }, { atUs }) => {
    for (const outage of recoveries.outages.values()) if (outage.server === server) outage.suspectedUs ??= atUs;
  },
  playerConnected: (view, { player, server, token }, { atUs }) => {
    const outage = view.recoveries.outages.get(player);
    if (outage === undefined || view.players.get(player)?.beliefs.get(server)?.token !== token) return;
    view.recoveries.outages.delete(player);
    note(view, "failover.served", 1);
    if (outage.suspectedUs !== null) note(view, "failover.recovery", atUs - outage.suspectedUs);
  },
  playerLeft: ({ recoveries }, { player }) => {
    recoveries.paused.delete(player);
    recoveries.outages.delete(player);
  },
  regionMoved: ({ recoveries, stopwatches }, { region, from, because }) => {
    const goneUs = stopwatches.gone.get(from);
    if (because === "failure" && goneUs !== undefined) recoveries.uncovered.set(region, goneUs);
  },
  backup_created: (view, { region }, { atUs }) => {
    const goneUs = view.recoveries.uncovered.get(region);
    const cover = view.backups.covers.get(region);
    if (goneUs === undefined || cover === undefined || cover.inStep.size < cover.wanted) return;
    view.recoveries.uncovered.delete(region);
    note(view, "failover.redundancy", atUs - goneUs);
  },
  itemFrozen: (view, { item }) => {
    if (!view.stopwatches.doubled.has(item) || view.recoveries.frozen.has(item)) return;
    view.recoveries.frozen.add(item);
    note(view, "duplicate.found", 1);
  },
  leaseRenewed: ({ recoveries }, { server }, { atUs }) => void recoveries.renewed.set(server, atUs),
  leaseExpired: (view, { server }, { atUs }) => {
    const sinceUs = view.recoveries.renewed.get(server);
    if (view.recoveries.renewed.delete(server) && sinceUs !== undefined) note(view, "lease.outlived", atUs - sinceUs);
  },
  runEnded: (view, _fact, { atUs }) => {
    const { recoveries, stopwatches } = view;
    endBurst(view, atUs);
    for (let left = recoveries.outages.size; left > 0; left--) note(view, "failover.served", 0);
    for (let left = recoveries.rolling.size; left > 0; left--) note(view, "rollback.success", 0);
    for (const item of stopwatches.doubled.keys()) {
      if (!recoveries.frozen.has(item)) note(view, "duplicate.found", 0);
    }
  },
};

export const recoveryWatchFacts: readonly string[] = Object.keys(runs);

/** What a fact of that name does to the watch, after the view and its stopwatches have taken it in. */
export function recoveryWatchOf(name: string): ((view: MeshView, fact: JudgedFact, at: Instant) => void) | undefined {
  // Each is found under the name of the one fact it takes.
  return (runs as { readonly [name: string]: ((view: MeshView, fact: JudgedFact, at: Instant) => void) | undefined })[
    name
  ];
}

function note({ stopwatches }: MeshView, figure: string, value: number): void {
  stopwatches.samples.push({ figure, value });
}

function endPause(view: MeshView, player: NodeId, atUs: number): void {
  const pause = view.recoveries.paused.get(player);
  if (pause === undefined) return;
  view.recoveries.paused.delete(player);
  if (pause.hasFailed) note(view, "pause.failed", atUs - pause.sinceUs);
}

function loseProcess(view: MeshView, node: NodeId): void {
  const { outages, renewed } = view.recoveries;
  abandon(view);
  renewed.delete(node);
  for (const { id, grant, connected } of view.players.values()) {
    if (grant?.server === node && connected && !outages.has(id)) outages.set(id, { server: node, suspectedUs: null });
  }
}

/** Transfers that ended with the memory of their source: nobody rolls them back any more. */
function abandon(view: MeshView): void {
  for (const id of view.abandoned) {
    view.recoveries.stuck.delete(id);
    if (view.recoveries.rolling.delete(id)) note(view, "rollback.success", 0);
  }
}

function joinBurst(view: MeshView, atUs: number): void {
  const { recoveries, open } = view;
  const { burst } = recoveries;
  // The transfer that has just begun is open by now.
  if (burst !== null && open.size <= 1 && atUs - burst.servedUs > BURST_GAP_US) endBurst(view, atUs);
  recoveries.burst ??= { beganUs: atUs, servedUs: atUs, calmUs: atUs, isThrottled: false };
}

function endBurst(view: MeshView, atUs: number): void {
  const { recoveries } = view;
  const { burst } = recoveries;
  recoveries.burst = null;
  if (burst === null || !burst.isThrottled) return;
  const servedUs = view.open.size > 1 ? atUs : burst.servedUs;
  note(view, "overload.faultToService", servedUs - burst.beganUs);
  note(view, "overload.faultToEnd", Math.max(servedUs, burst.calmUs) - burst.beganUs);
}
