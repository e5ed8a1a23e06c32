// A server of the mesh: one machine, whose parts are the files named server-*. This one only says what goes where.

import { assert, unreachable } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { MachineEvent } from "../../machine/event.ts";
import type { Machine } from "../../machine/machine.ts";
import {
  nudgeSurvey,
  onCleared,
  onRegionClosed,
  onRegionOpened,
  onReplicas,
  onResync,
  survey,
  takeRegions,
} from "./boundary.ts";
import { heardFrom, sentElsewhere } from "./coordinators.ts";
import { LIVES_MAX, type MeshFact } from "./facts.ts";
import type { MeshMessage } from "./messages.ts";
import { type MeshEffect, Outbox } from "./outbox.ts";
import { onAdmitDue, onDepth } from "./server-admission.ts";
import { onAct, onBye, onHello, onMove, onWriteDue, onWrote } from "./server-actions.ts";
import {
  nudgeRejoin,
  onGranted,
  onLoadDue,
  onLoaded,
  onLoadRefused,
  onOwner,
  onRejoined,
  rejoin,
} from "./server-authority.ts";
import { countEvent, onGaugeDue } from "./server-gauge.ts";
import {
  askAboutAdoptions,
  onAdoptDue,
  onAdoptRefused,
  onCancel,
  onIncomingDue,
  onPrepare,
  onShip,
} from "./server-incoming.ts";
import {
  arm,
  askAboutRollbacks,
  onAbortDue,
  onConnectionLost,
  onForce,
  onRetryDue,
  onSettled,
  onTargetMessage,
  onTick,
  onWatchdog,
} from "./server-outgoing.ts";
import { onRecall, onReplicate } from "./server-copies.ts";
import { onRecallDue, onRecalled } from "./server-recall.ts";
import {
  nudgeReplication,
  onReplicated,
  onReplicateDue,
  onReplicateRefused,
  tendStreams,
} from "./server-replication.ts";
import { onRevokeHeld, onRoll } from "./server-roll.ts";
import { onFlushDue } from "./server-soft.ts";
import { freshServer, type KnownMap, type ServerState, type Turn } from "./server-state.ts";
import { onDuplicate, onEntityDue, onEntityAnswer, onFound, onParcel, onRevised, onWhere } from "./server-items.ts";
import { onEntityAction, onEscrowDue, onLaid } from "./server-reservations.ts";
import { freshMap } from "./region-map.ts";
import { beat, noticeExpiry, nudgeBeat, onExpelled, onLeased, onMap, onRevoke, resign } from "./server-lease.ts";
import { backupsOf, type MeshSettings } from "./settings.ts";
import { Checksums } from "./state-checksum.ts";
import type { Topology } from "./topology.ts";
import { isWellFormed } from "./well-formed.ts";

/** Questions to the store in one incarnation; the next counts on above them, so that no answer is taken for another. */
const ASKS_MAX = 1_000_000_000;

/** What every server knows of the regions from the start. */
export function firstMap({ servers }: Topology, settings: MeshSettings): KnownMap {
  const { version, regions } = freshMap(servers, settings.region.spares, backupsOf(settings, servers.length));
  const owners = regions.map(({ server, epoch, backups }) => ({ server, epoch, backups }));
  return { version, owners, level: "normal", critical: [], suspended: [] };
}

/** It is its own turn: what its parts work with, of which only the time is another at each step. */
export class Server implements Machine<MeshMessage, MeshFact>, Turn {
  state: ServerState;
  nowUs = 0;
  wallUs = 0;
  readonly out: Outbox;
  readonly self: NodeId;
  readonly topology: Topology;
  readonly settings: MeshSettings;
  readonly checksums: Checksums;

  /** `checksums` and the first map may be shared: nothing of what is seen is remembered there. */
  constructor(
    self: NodeId,
    topology: Topology,
    settings: MeshSettings,
    checksums = new Checksums(),
    map = firstMap(topology, settings),
  ) {
    this.self = self;
    assert(topology.servers.includes(self), "a server is one of the topology's");
    this.state = freshServer(map);
    this.topology = topology;
    this.settings = settings;
    this.out = settings.transfer.paths === 2 ? new Outbox(new Set(topology.servers)) : new Outbox();
    this.checksums = checksums;
  }

  step(event: MachineEvent<MeshMessage>): readonly MeshEffect[] {
    this.nowUs = event.monotonicUs;
    this.wallUs = event.wallUs;
    noticeExpiry(this);
    countEvent(this);
    switch (event.type) {
      case "booted":
        this.state.incarnation = event.incarnation * LIVES_MAX;
        this.state.asks = event.incarnation * ASKS_MAX;
        this.state.ready = event.incarnation === 0;
        this.state.mapKnown = this.state.ready;
        if (this.state.ready) {
          beat(this);
          tendStreams(this);
          takeRegions(this);
        } else rejoin(this);
        break;
      case "received":
        if (!this.state.ready) nudgeRejoin(this);
        else nudgeBeat(this);
        nudgeSurvey(this);
        // Whatever comes in is an occasion to notice that a timer was lost.
        arm(this);
        nudgeReplication(this);
        if (isWellFormed(event.message, this.topology.members)) onMessage(this, event.from, event.message);
        break;
      case "timerFired":
        onTimer(this, event.timer);
        break;
      case "connectionLost":
        onConnectionLost(this, event.peer);
        break;
      case "stopRequested":
        resign(this);
        this.out.halt();
        break;
      case "drawn":
      case "synced":
      case "syncFailed":
        break;
      default:
        unreachable(event);
    }
    return this.out.take();
  }
}

function onMessage(turn: Turn, from: NodeId, message: MeshMessage): void {
  switch (message.type) {
    // Nearly all of what comes is the first three.
    case "move":
      return onMove(turn, from, message);
    case "act":
      return onAct(turn, from, message);
    case "wrote":
      return onWrote(turn, message);
    case "hello":
      return onHello(turn, from, message);
    case "bye":
      return onBye(turn, from, message);
    case "prepare":
      return onPrepare(turn, from, message);
    case "ship":
      return onShip(turn, from, message);
    case "cancel":
      return onCancel(turn, message);
    case "depth":
      return onDepth(turn, from, message);
    case "prepared":
    case "busy":
    case "refused":
    case "mismatch":
    case "confirm":
      return onTargetMessage(turn, from, message);
    case "replicate":
      return onReplicate(turn, from, message);
    case "replicated":
      return onReplicated(turn, from, message);
    case "replicateRefused":
      return onReplicateRefused(turn, from, message);
    case "recall":
      return onRecall(turn, from, message);
    case "recalled":
      return onRecalled(turn, from, message);
    default:
      if (!onItemMessage(turn, from, message)) onAuthorityMessage(turn, from, message);
  }
}

/** Of items and their ground. False: it is none. */
function onItemMessage(turn: Turn, from: NodeId, message: MeshMessage): boolean {
  const handle = itemHandlers.get(message.type);
  handle?.(turn, message, from);
  return handle !== undefined;
}

type ItemHandler = (turn: Turn, message: MeshMessage, from: NodeId) => void;

// Each is found under the type of the one message it takes.
const itemHandlers: ReadonlyMap<string, ItemHandler> = new Map(
  Object.entries({
    replicas: onReplicas,
    resync: onResync,
    entityAction: onEntityAction,
    entityAnswer: onEntityAnswer,
    regionOpened: onRegionOpened,
    regionClosed: onRegionClosed,
    laid: onLaid,
    parcel: onParcel,
    revised: onRevised,
    duplicate: onDuplicate,
    cleared: onCleared,
    where: onWhere,
    found: onFound,
  }) as [string, ItemHandler][],
);

function onAuthorityMessage(turn: Turn, from: NodeId, message: MeshMessage): void {
  if (message.type === "elsewhere") return onElsewhere(turn, from, message);
  heardFrom(turn.state.seat, turn.topology, from);
  switch (message.type) {
    case "granted":
      return onGranted(turn, message);
    case "adoptRefused":
      return onAdoptRefused(turn, message);
    case "settled":
      return onSettled(turn, message);
    case "owner":
      return onOwner(turn, message);
    case "rejoined":
      return onRejoined(turn, message);
    case "leased":
      return onLeased(turn, message);
    case "revoke":
      return onRevoke(turn, from, message);
    case "expelled":
      return onExpelled(turn, message);
    case "map":
      return onMap(turn, message);
    case "loaded":
      return onLoaded(turn, message);
    case "loadRefused":
      return onLoadRefused(turn, message);
    case "force":
      return onForce(turn, message);
    case "roll":
      return onRoll(turn, from, message);
    case "revokeHeld":
      return onRevokeHeld(turn, from, message);
    default:
      // Meant for another role: a fault has changed its type on the way.
      return undefined;
  }
}

/** The coordinator that was asked does not lead. */
function onElsewhere(turn: Turn, from: NodeId, message: Extract<MeshMessage, { type: "elsewhere" }>): void {
  if (!sentElsewhere(turn.state.seat, turn.topology, from, message)) return;
  if (turn.state.ready) beat(turn);
  else rejoin(turn);
  askAboutAdoptions(turn);
  askAboutRollbacks(turn);
}

function onTimer(turn: Turn, timer: string): void {
  const nameEnds = timer.indexOf(":") + 1;
  if (nameEnds === 0) return onOwnTimer(turn, timer);
  const player = timer.slice(nameEnds) as NodeId;
  switch (timer.slice(0, nameEnds)) {
    case "write:":
      return onWriteDue(turn, player);
    case "entity:":
      return onEntityDue(turn, player);
    case "escrow:":
      return onEscrowDue(turn, timer.slice("escrow:".length));
    case "load:":
      return onLoadDue(turn, player);
    case "adopt:":
      return onAdoptDue(turn, player);
    case "incoming:":
      return onIncomingDue(turn, player);
    case "retry:":
      return onRetryDue(turn, timer);
    case "abort:":
      return onAbortDue(turn, timer);
    default:
      return undefined;
  }
}

function onOwnTimer(turn: Turn, timer: string): void {
  if (timer === "tick") onTick(turn);
  if (timer === "watchdog") onWatchdog(turn);
  if (timer === "admit") onAdmitDue(turn);
  if (timer === "gauge") onGaugeDue(turn);
  if (timer === "rejoin" && !turn.state.ready) rejoin(turn);
  if (timer === "heartbeat") beat(turn);
  if (timer === "replicate") onReplicateDue(turn);
  if (timer === "flush") onFlushDue(turn);
  if (timer === "recall") onRecallDue(turn);
  if (timer === "survey") survey(turn);
}
