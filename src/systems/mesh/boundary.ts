// A server's regions and their borders: what lies on its own ground, as the store has it, and read-only replicas of what
// lies near the borders of its neighbours. A replica authorises nothing: it is there to be seen, and to be asked for.

import type { NodeId } from "../../base/ids.ts";
import { groundDigest, itemDigest } from "./items.ts";
import type { LyingItem } from "./item-messages.ts";
import { askCoordinator, type OwnRegion, type Received, type Turn } from "./server-state.ts";

type Side = 0 | 1;
const sides: readonly Side[] = [0, 1];

/** Opens the regions that the map gives this server, and lets go of those it does not. */
export function takeRegions(turn: Turn): void {
  const { state, self } = turn;
  const { owners } = state.map;
  for (const [region, { epoch }] of state.regions) {
    if (owners[region].server === self && owners[region].epoch === epoch) continue;
    state.regions.delete(region);
    // Whoever has the region now learns from the store what is reserved there.
    forgetReservations(turn, region);
  }
  for (const [region, { server, epoch }] of owners.entries()) {
    if (server === self && !state.regions.has(region)) {
      state.regions.set(region, { epoch, opened: false, ground: new Map(), told: [null, null] });
      open(turn, region, epoch);
    }
  }
  dropStrangers(turn);
  for (const [region, own] of state.regions) for (const side of sides) introduce(turn, region, own, side);
  // Maps may come more often than surveys are due: they put none off.
  if (state.regions.size === 0 || state.surveyDueUs === Infinity) armSurvey(turn);
}

/** As if the process had ended. */
export function forgetRegions(turn: Turn): void {
  const { state, out } = turn;
  forgetReservations(turn);
  for (const memory of [state.regions, state.sources, state.replicas]) memory.clear();
  out.cancelTimer("survey");
  state.surveyDueUs = Infinity;
}

/** Of one region, or all. */
function forgetReservations({ state, out }: Turn, region?: number): void {
  for (const [move, reservation] of state.reserved) {
    if (region !== undefined && reservation.region !== region) continue;
    state.reserved.delete(move);
    out.cancelTimer(`escrow:${move}`);
  }
}

/** Compares what it has with the store, and lets its neighbours compare what they have with it. */
export function survey(turn: Turn): void {
  const { state, out, topology } = turn;
  for (const [region, own] of state.regions) {
    const { epoch, ground, opened } = own;
    if (!opened) open(turn, region, epoch);
    else out.send(topology.store, { type: "survey", region, epoch, digest: groundDigest(ground) });
    for (const side of sides) if (own.told[side] !== null) tell(turn, region, own, side, nothing, nothing);
  }
  armSurvey(turn);
}

/** Surveys when the timer that should have is overdue: timers can be lost, too. */
export function nudgeSurvey(turn: Turn): void {
  if (turn.nowUs > turn.state.surveyDueUs + turn.settings.boundary.resync) survey(turn);
}

export function onRegionOpened(turn: Turn, { region, epoch, items }: Received<"regionOpened">): void {
  const own = turn.state.regions.get(region);
  if (own === undefined || own.epoch !== epoch) return;
  const before = own.ground;
  own.opened = true;
  own.ground = new Map(items.map(({ item, x }) => [item, x]));
  for (const { item } of items) if (!before.has(item)) lookTwice(turn, item);
  for (const side of sides) {
    if (own.told[side] === null) introduce(turn, region, own, side);
    else tellAll(turn, region, own, side);
  }
}

/** The store knows of a newer epoch than the map does, or than this server's map. */
export function onRegionClosed(turn: Turn, { region, epoch }: Received<"regionClosed">): void {
  const own = turn.state.regions.get(region);
  if (own === undefined || own.epoch >= epoch) return;
  own.opened = false;
  askCoordinator(turn, { type: "reopen", region, epoch: own.epoch });
}

/** The region of this server's on whose ground the item lies. */
export function groundWith({ state }: Turn, item: string): number | undefined {
  for (const [region, { ground }] of state.regions) if (ground.has(item)) return region;
  return undefined;
}

/** It lies there now, by the store's word. */
export function lay(turn: Turn, region: number, item: string, x: number): void {
  const own = turn.state.regions.get(region);
  if (own === undefined) return;
  own.ground.set(item, x);
  lookTwice(turn, item);
  for (const side of sides) if (isNear(turn, region, side, x)) tell(turn, region, own, side, [{ item, x }], nothing);
}

/** It lies there no more, by the store's word. */
export function lift(turn: Turn, region: number, item: string): void {
  const own = turn.state.regions.get(region);
  const x = own?.ground.get(item);
  if (own === undefined || x === undefined) return;
  own.ground.delete(item);
  for (const side of sides) if (isNear(turn, region, side, x)) tell(turn, region, own, side, nothing, [item]);
}

export function onReplicas(turn: Turn, message: Received<"replicas">, source: NodeId): void {
  const { state } = turn;
  const { region, epoch, sequence, whole, items, gone, digest } = message;
  const current = state.map.owners.at(region);
  if (region < 0 || current === undefined || epoch < current.epoch || state.regions.has(region)) return;
  const known = state.sources.get(region);
  const isKnown = known?.epoch === epoch && known.server === source;
  if (known !== undefined && (epoch < known.epoch || (isKnown && sequence < known.sequence))) return;
  // It came before: were it compared with what there is since, it could be asked for again and again, and come twice again.
  if (isKnown && sequence === known.sequence && (whole || items.length > 0 || gone.length > 0)) return;
  if (whole) {
    dropRegion(turn, region);
    state.sources.set(region, { server: source, epoch, sequence });
    return replicate(turn, source, message);
  }
  if (!isKnown || sequence > known.sequence + 1) return turn.out.send(source, { type: "resync", region });
  if (sequence === known.sequence + 1) {
    known.sequence = sequence;
    replicate(turn, source, message);
  }
  if (replicaDigest(turn, region) !== digest) turn.out.send(source, { type: "resync", region });
}

export function onResync(turn: Turn, { region: beyond }: Received<"resync">, from: NodeId): void {
  const own = turn.state.regions.get(beyond);
  if (own === undefined) return;
  for (const side of sides) if (neighbourOf(turn, beyond, side) === from) tellAll(turn, beyond, own, side);
}

/** The replica goes before its source says so: the player is not to see it any more (MESH-F6-08). */
export function dropReplica(turn: Turn, item: string): void {
  const known = turn.state.replicas.get(item);
  if (known === undefined || !turn.state.replicas.delete(item)) return;
  stateReplicas(turn, known.region, { items: nothing, gone: [item] });
}

/** The store knows of one instance: what is at home is it, and the replica is left over. */
export function onCleared(turn: Turn, { item }: Received<"cleared">): void {
  turn.out.record({ type: "record", fact: "itemCleared", server: turn.self, item });
  if (groundWith(turn, item) !== undefined) dropReplica(turn, item);
}

const nothing: readonly never[] = [];

function open({ out, topology }: Turn, region: number, epoch: number): void {
  out.send(topology.store, { type: "openRegion", region, epoch });
}

function armSurvey({ state, settings, nowUs, out }: Turn): void {
  const { resync } = settings.boundary;
  state.surveyDueUs = state.regions.size === 0 ? Infinity : nowUs + resync;
  if (state.regions.size > 0) out.setTimer("survey", resync);
}

/** Replicas of regions that are this server's own now, are nobody's neighbour, or have another server. */
function dropStrangers(turn: Turn): void {
  const { state } = turn;
  for (const [region, { epoch }] of state.sources) {
    const isNeighbour = state.regions.has(region - 1) || state.regions.has(region + 1);
    // Its source may know the map better than this server does.
    if (isNeighbour && !state.regions.has(region) && state.map.owners[region].epoch <= epoch) continue;
    dropRegion(turn, region);
    state.sources.delete(region);
  }
}

function dropRegion(turn: Turn, region: number): void {
  const gone: string[] = [];
  for (const [item, replica] of turn.state.replicas) if (replica.region === region) gone.push(item);
  if (gone.length === 0) return;
  for (const item of gone) turn.state.replicas.delete(item);
  stateReplicas(turn, region, { items: nothing, gone });
}

function replicate(turn: Turn, source: NodeId, { region, items, gone }: Received<"replicas">): void {
  if (items.length === 0 && gone.length === 0) return;
  for (const { item, x } of items) turn.state.replicas.set(item, { region, x, source, readOnly: true });
  for (const item of gone) if (turn.state.replicas.get(item)?.region === region) turn.state.replicas.delete(item);
  stateReplicas(turn, region, { items: items.map(({ item }) => item), gone });
  for (const { item } of items) lookTwice(turn, item);
}

function stateReplicas(
  { state, out, self: server }: Turn,
  region: number,
  change: { readonly items: readonly string[]; readonly gone: readonly string[] },
): void {
  const known = state.sources.get(region);
  if (known === undefined) return;
  const { server: source, epoch } = known;
  out.record({ type: "record", fact: "replicasChanged", server, source, region, epoch, ...change });
}

/** MESH-F6-03: an item that lies at home and is a replica, too. One of them may only be late, so the store is asked. */
function lookTwice(turn: Turn, item: string): void {
  const replica = turn.state.replicas.get(item);
  if (replica === undefined || groundWith(turn, item) === undefined) return;
  turn.out.record({ type: "record", fact: "itemSuspected", server: turn.self, item, source: replica.source });
  turn.out.send(turn.topology.store, { type: "suspect", item });
}

function replicaDigest({ state }: Turn, region: number): number {
  let digest = 0;
  for (const [item, replica] of state.replicas) {
    if (replica.region === region) digest = (digest + itemDigest(item, replica.x)) | 0;
  }
  return digest;
}

/** The first that a neighbour hears of a region, when there is anything to tell. */
function introduce(turn: Turn, region: number, own: OwnRegion, side: Side): void {
  const told = own.told[side];
  if (told !== null && told.to !== neighbourOf(turn, region, side)) own.told[side] = null;
  if (own.told[side] === null && nearTo(turn, region, own, side).length > 0) tellAll(turn, region, own, side);
}

function tellAll(turn: Turn, region: number, own: OwnRegion, side: Side): void {
  send(turn, { region, own, side, whole: true, items: nearTo(turn, region, own, side), gone: nothing });
}

/** A change; nothing has changed: what is there is compared. */
function tell(
  turn: Turn,
  region: number,
  own: OwnRegion,
  side: Side,
  items: readonly LyingItem[],
  gone: readonly string[],
): void {
  if (own.told[side]?.to === neighbourOf(turn, region, side))
    send(turn, { region, own, side, whole: false, items, gone });
  else introduce(turn, region, own, side);
}

/** A server that starts again under the same epoch counts on above all that it may have told before. */
const changesOfLifeMax = 1_000_000;

interface Telling {
  readonly region: number;
  readonly own: OwnRegion;
  readonly side: Side;
  readonly whole: boolean;
  readonly items: readonly LyingItem[];
  readonly gone: readonly string[];
}

function send(turn: Turn, { region, own, side, whole, items, gone }: Telling): void {
  const to = neighbourOf(turn, region, side);
  if (to === undefined || !own.opened) return;
  const told = own.told[side] ?? { to, sequence: turn.state.incarnation * changesOfLifeMax };
  own.told[side] = told;
  if (whole || items.length > 0 || gone.length > 0) told.sequence += 1;
  const { sequence } = told;
  const digest = digestOf(whole ? items : nearTo(turn, region, own, side));
  turn.out.send(to, { type: "replicas", region, epoch: own.epoch, sequence, whole, items, gone, digest });
}

const digestOf = (items: readonly LyingItem[]): number =>
  items.reduce((digest, { item, x }) => (digest + itemDigest(item, x)) | 0, 0);

/** Another server that has the region beyond the border; undefined: there is none. */
function neighbourOf({ state, self }: Turn, region: number, side: Side): NodeId | undefined {
  const server = state.map.owners[side === 0 ? region - 1 : region + 1]?.server;
  return server === self ? undefined : server;
}

function isNear({ topology, settings }: Turn, region: number, side: Side, x: number): boolean {
  const border = (side === 0 ? region : region + 1) * topology.width;
  return Math.abs(x - border) <= settings.boundary.zone;
}

function nearTo(turn: Turn, region: number, { ground }: OwnRegion, side: Side): readonly LyingItem[] {
  const near: LyingItem[] = [];
  for (const [item, x] of ground) if (isNear(turn, region, side, x)) near.push({ item, x });
  return near;
}
