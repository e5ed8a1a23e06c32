// How much servers and players have to bear, as facts tell it: queues, slots, admissions, and the time for which players
// had an owner that could act. Part of the mesh view, folded after the rest of it; judges nothing.

import type { NodeId } from "../../base/ids.ts";
import type { Instant } from "../../check/property.ts";
import { type JudgedFact, type MeshView, ownerIsAble } from "./mesh-view.ts";

const SECOND_US = 1_000_000;
/** Who was rolled back, and asks again no later than this, asks for the same. */
const ECHO_US = 10 * SECOND_US;

/** One server as the source of transfers and as the target of requests. */
export interface ServerLoad {
  /** Players that wait for a slot, in the order in which they asked. */
  readonly queue: Set<NodeId>;
  /** Who was the first in it before the last one began. */
  firstBefore: NodeId | undefined;
  slots: number;
  slotsBefore: number;
  /** Transfers begun elsewhere that wait for a slot here, or will come again by then (true time). */
  readonly putOff: Map<string, number>;
  /** Null: it does not throttle. */
  throttledSinceUs: number | null;
  /** When its transfers of the last second began. */
  started: number[];
  /** When somebody last wanted a slot whose last transfer had not been rolled back: load, and not its echo. */
  wantedUs: number;
  /** How many there were to see to, with that one. */
  wantedDepth: number;
}

/** For how long one player was served, in a window of a world without faults. */
export interface Service {
  sinceUs: number;
  isServed: boolean;
  isPaused: boolean;
  spanUs: number;
  servedUs: number;
  /** Begun in the window. */
  transfers: number;
}

export interface LoadView {
  readonly servers: Map<NodeId, ServerLoad>;
  readonly services: Map<NodeId, Service>;
  /** Servers without a lease: they have players, and may not act for them. */
  readonly unleased: Set<NodeId>;
  /** Players whose last transfer was rolled back: since when they have not got through, and when it was the last time. */
  readonly rolledBack: Map<NodeId, { readonly firstUs: number; readonly lastUs: number }>;
  /** When transfers of servers that throttle began, within the last second: for a rate that all share. */
  throttledStarts: number[];
  /** Who waited at the last process to end. */
  lastQueue: readonly NodeId[];
  /** Faults on clocks that are open: rates are not judged then. */
  clockFaults: number;
  /** Whether there ever was a fault: then there may be something to mend after it. */
  hadFaults: boolean;
}

export const freshLoadView = (): LoadView => ({
  servers: new Map(),
  services: new Map(),
  unleased: new Set(),
  rolledBack: new Map(),
  throttledStarts: [],
  lastQueue: [],
  clockFaults: 0,
  hadFaults: false,
});

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;
type Folds = { readonly [Name in JudgedFact["fact"]]?: (view: MeshView, fact: Told<Name>, at: Instant) => void };

const folds: Folds = {
  transferDeferred: (view, { player }, { node, atUs }) => {
    const server = serverLoad(view, node);
    server.queue.add(player);
    want(view, server, player, atUs);
  },
  transferAdmitted: (view, { player }, { node }) => {
    const server = serverLoad(view, node);
    [server.firstBefore] = server.queue;
    server.queue.delete(player);
  },
  transferWithdrawn: (view, { player }, { node }) => void serverLoad(view, node).queue.delete(player),
  transferStarted: foldStart,
  transferEnded: ({ load }, { player, outcome }, { atUs }) => {
    const firstUs = load.rolledBack.get(player)?.firstUs ?? atUs;
    if (outcome === "rolledBack") load.rolledBack.set(player, { firstUs, lastUs: atUs });
    else load.rolledBack.delete(player);
  },
  requestDeferred: (view, { transfer, how, forUs }, { node, atUs }) => {
    // A server's clock may run fast, and a request that was given up is not said to be.
    serverLoad(view, node).putOff.set(transfer, atUs + (how === "waits" ? forUs : Math.floor((forUs * 4) / 5)));
  },
  requestDropped: (view, { transfer }, { node }) => void serverLoad(view, node).putOff.delete(transfer),
  lockTaken: (view, { lock, transfer }, { node, atUs }) => {
    const server = serverLoad(view, node);
    if (!lock.startsWith("slot/")) return;
    server.slotsBefore = server.slots;
    server.slots++;
    server.putOff.delete(transfer);
    const player = view.transfers.get(transfer)?.player;
    // Who comes out of the queue has wanted one for long.
    if (player !== undefined && player !== server.firstBefore) want(view, server, player, atUs);
  },
  lockReleased: (view, { lock }, { node }) => {
    if (lock.startsWith("slot/")) serverLoad(view, node).slots--;
  },
  throttlingBegan: (view, _fact, { node, atUs }) => {
    const server = serverLoad(view, node);
    server.throttledSinceUs = atUs;
    server.started = [];
  },
  throttlingEnded: (view, _fact, { node }) => {
    serverLoad(view, node).throttledSinceUs = null;
  },
  granted: (view, { player }, { atUs }) => account(view, player, atUs),
  authorityTaken: (view, { player }, { atUs }) => account(view, player, atUs),
  authorityDropped: (view, { player }, { atUs }) => account(view, player, atUs),
  playerPaused: (view, { player }, { atUs }) => setPaused(view, player, true, atUs),
  playerResumed: (view, { player }, { atUs }) => setPaused(view, player, false, atUs),
  effectAccepted: (view, { player }, { atUs }) => {
    if (view.load.services.get(player)?.isPaused === true) setPaused(view, player, false, atUs);
  },
  leaseExpired: (view, { server }, { atUs }) => {
    view.load.unleased.add(server);
    accountAll(view, server, atUs);
  },
  leaseRenewed: (view, { server }, { atUs }) => {
    if (view.load.unleased.delete(server)) accountAll(view, server, atUs);
  },
  playerLeft: ({ load }, { player }) => void load.services.delete(player),
  nodeCrashed: (view, _fact, at) => foldGone(view, at),
  nodeStopped: (view, _fact, at) => foldGone(view, at),
  // To everybody else its process might as well have ended.
  serverExpelled: (view, _fact, at) => foldGone(view, at),
  faultBegan: ({ load }, { kind }) => {
    load.hadFaults = true;
    load.services.clear();
    if (kind.startsWith("clock")) load.clockFaults++;
  },
  faultEnded: ({ load }, { kind }) => {
    if (kind.startsWith("clock") && load.clockFaults > 0) load.clockFaults--;
  },
  healed: ({ load }) => {
    load.clockFaults = 0;
  },
};

export const loadFacts: readonly string[] = Object.keys(folds);

type Fold = (view: MeshView, fact: JudgedFact, at: Instant) => void;

/** What a fact of that name does to this part of the view. */
export function loadFoldOf(name: string): Fold | undefined {
  // Each is found under the name of the one fact it takes.
  return (folds as { readonly [name: string]: Fold | undefined })[name];
}

export function serverLoad({ load }: MeshView, id: NodeId): ServerLoad {
  const known = load.servers.get(id);
  if (known !== undefined) return known;
  const server: ServerLoad = {
    queue: new Set(),
    firstBefore: undefined,
    slots: 0,
    slotsBefore: 0,
    putOff: new Map(),
    throttledSinceUs: null,
    started: [],
    wantedUs: 0,
    wantedDepth: 0,
  };
  load.servers.set(id, server);
  return server;
}

/** Transfers it has a slot for, and players that wait for one. */
export const depthOf = ({ slots, queue }: ServerLoad): number => slots + queue.size;

/** Ends the window of a player, whose next one begins now. */
export function nextWindow(service: Service): void {
  service.spanUs = 0;
  service.servedUs = 0;
  service.transfers = 0;
}

/** Brings the time for which a player was served up to date. */
export function account(view: MeshView, id: NodeId, atUs: number): Service | undefined {
  const player = view.players.get(id);
  if (player === undefined || view.faultsOpen > 0) return undefined;
  let service = view.load.services.get(id);
  if (service === undefined) {
    service = { sinceUs: atUs, isServed: false, isPaused: false, spanUs: 0, servedUs: 0, transfers: 0 };
    // The first window begins when somebody can act for it: until then it has not come into the world.
    if (!ownerIsAble(player)) return undefined;
    view.load.services.set(id, service);
  }
  const passedUs = atUs - service.sinceUs;
  service.sinceUs = atUs;
  service.spanUs += passedUs;
  if (service.isServed) service.servedUs += passedUs;
  const mayAct = player.grant !== null && !view.load.unleased.has(player.grant.server);
  service.isServed = !service.isPaused && mayAct && ownerIsAble(player);
  return service;
}

function want({ load }: MeshView, server: ServerLoad, player: NodeId, atUs: number): void {
  if (load.rolledBack.has(player)) return;
  server.wantedUs = atUs;
  server.wantedDepth = depthOf(server);
}

function accountAll(view: MeshView, server: NodeId, atUs: number): void {
  for (const player of view.load.services.keys()) {
    if (view.players.get(player)?.grant?.server === server) account(view, player, atUs);
  }
}

function setPaused(view: MeshView, player: NodeId, isPaused: boolean, atUs: number): void {
  const service = account(view, player, atUs);
  if (service === undefined) return;
  service.isPaused = isPaused;
  account(view, player, atUs);
}

function foldStart(view: MeshView, { player }: Told<"transferStarted">, { node, atUs }: Instant): void {
  const { load } = view;
  const server = serverLoad(view, node);
  if (atUs - (load.rolledBack.get(player)?.lastUs ?? 0) > ECHO_US) load.rolledBack.delete(player);
  const service = account(view, player, atUs);
  if (service !== undefined) service.transfers++;
  addStart(server.started, atUs);
  if (server.throttledSinceUs !== null) addStart(load.throttledStarts, atUs);
}

function addStart(starts: number[], atUs: number): void {
  starts.push(atUs);
  const first = starts.findIndex((startUs) => startUs > atUs - SECOND_US);
  if (first > 0) starts.splice(0, first);
}

/** A process that ends forgets its queue; its slots are free. */
function foldGone(view: MeshView, { node, atUs }: Instant): void {
  view.load.lastQueue = [...(view.load.servers.get(node)?.queue ?? [])];
  view.load.servers.delete(node);
  view.load.unleased.delete(node);
  for (const [player, service] of view.load.services) {
    if (view.players.get(player)?.grant?.server !== node) continue;
    account(view, player, atUs);
    service.isPaused = false;
  }
}
