// Which server runs which region, and which servers may: part of the replicated register of authority. Equal commands in
// equal order make equal maps. A region changes its server only under a higher epoch (properties.md P1).

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { isAbove, type RegionLoads } from "./degraded-mode.ts";
import type { DegradedSettings, Level } from "./degraded-settings.ts";
import { regionCount } from "./topology.ts";

/** `draining`: it is well, and gives its regions away, for it is about to be stopped. */
export type Standing = "up" | "draining" | "down";

export interface Region {
  readonly server: NodeId;
  /** Counts the servers the region has had, from 1. */
  readonly epoch: number;
  /** The server it had first, and gets back. */
  readonly home: NodeId;
  /** Those that are to follow its state, the first of them preferred when its server fails (MESH-FT-05). */
  readonly backups: readonly NodeId[];
  /** An operator has stopped play in it (MESH-IR-01). */
  readonly frozen: boolean;
}

/** How much service there is, as the leader decided it (MESH-FT-07). */
export interface Mode {
  readonly level: Level;
  readonly reason: string;
  /** The regions that come first, as of that decision. */
  readonly critical: readonly number[];
  /** An operator lets nobody new in (MESH-FT-28). */
  readonly closed: boolean;
  /** Counts the changes of the level. */
  readonly changes: number;
}

/** Plain data; replaced as a whole at each change. */
export interface RegionMap {
  /** Counts the changes, from 1. */
  readonly version: number;
  readonly regions: readonly Region[];
  readonly standings: ReadonlyMap<NodeId, Standing>;
  readonly mode: Mode;
}

/** How many players each server has: what "least loaded" means (MESH-F3-06). */
export type Loads = ReadonlyMap<NodeId, number>;

/** A region that has another server now. */
export interface RegionMove {
  readonly region: number;
  readonly from: NodeId;
  readonly server: NodeId;
  readonly epoch: number;
}

/** Server k has region k; the last `spares` have none. */
export function freshMap(servers: readonly NodeId[], spares: number, backups: number): RegionMap {
  const owners = servers.slice(0, regionCount(servers.length, spares));
  const standings = new Map(servers.map((server) => [server, "up"] as const));
  const regions = owners.map((server) => ({ server, epoch: 1, home: server, backups: [], frozen: false }));
  return { ...withBackups({ version: 1, regions, standings, mode: fullService }, backups), version: 1 };
}

const fullService: Mode = { level: "normal", reason: "", critical: [], closed: false, changes: 0 };

/** Regions that the store has sealed for their next server, and the epoch each of them was in then. */
export type SealedRegions = readonly { readonly region: number; readonly epoch: number }[];

/**
 * Whether all that a server has is sealed, as it was said to be: a region that was given a new epoch since is open again.
 * Null: nobody seals.
 */
export const isSealedAs = ({ regions }: RegionMap, server: NodeId, sealed: SealedRegions | null): boolean =>
  sealed === null ||
  regions.every(
    ({ server: owner, epoch }, index) =>
      owner !== server || sealed.some((known) => known.region === index && known.epoch === epoch),
  );

export const standingOf = ({ standings }: RegionMap, server: NodeId): Standing => standings.get(server) ?? "down";

/** A server fails, comes back, or begins to drain; then its regions may have to move. */
export function withStanding(map: RegionMap, server: NodeId, standing: Standing): RegionMap {
  if (standingOf(map, server) === standing) return map;
  return { ...map, version: map.version + 1, standings: new Map(map.standings).set(server, standing) };
}

/** Gives one region to a server, or to the one it has under a new epoch, if it is still in the epoch its mover knew. */
export function withMove(map: RegionMap, index: number, epoch: number, server: NodeId): RegionMap {
  const region = map.regions[index];
  if (region?.epoch !== epoch || standingOf(map, server) !== "up") return map;
  return { ...map, version: map.version + 1, regions: map.regions.with(index, moved(region, server)) };
}

/** A region stands still, or play goes on in it. */
export function withFrozen(map: RegionMap, index: number, frozen: boolean): RegionMap {
  const region = map.regions[index];
  if (region === undefined || region.frozen === frozen) return map;
  return { ...map, version: map.version + 1, regions: map.regions.with(index, { ...region, frozen }) };
}

export const withMode = (map: RegionMap, mode: Mode): RegionMap => ({ ...map, version: map.version + 1, mode });

/** Nobody new is let in, or whoever comes. */
export const withClosed = (map: RegionMap, closed: boolean): RegionMap =>
  map.mode.closed === closed ? map : withMode(map, { ...map.mode, closed });

/** Regions in which nothing goes on, their state kept: frozen ones, and at severe all but the critical (X-M-56). */
export function suspendedRegions({ regions, mode: { level, critical } }: RegionMap): readonly number[] {
  return [...regions.keys()].filter(
    (index) => regions[index].frozen || (level === "severe" && !critical.includes(index)),
  );
}

/** Whether somebody new is let in. */
export const admits = ({ mode: { level, closed } }: RegionMap, { stopAdmissions }: DegradedSettings): boolean =>
  !closed && (stopAdmissions === "never" || isAbove(stopAdmissions, level));

/**
 * Gives a server that has no region one of those of the server that has the most, if that has two: the one with the
 * fewest players, so that fewest have to move. Ties: the first server, the first region.
 */
export function withEnlisted(map: RegionMap, server: NodeId, loads: RegionLoads): RegionMap {
  const owned = (owner: NodeId): readonly number[] =>
    [...map.regions.keys()].filter((index) => map.regions[index].server === owner);
  if (owned(server).length > 0) return map;
  const richest = least(serversUp(map), (owner) => [-owned(owner).length]);
  const theirs = richest === undefined ? [] : owned(richest);
  if (theirs.length < 2) return map;
  const [given] = [...theirs].sort((left, right) => (loads.get(left) ?? 0) - (loads.get(right) ?? 0) || left - right);
  return withMove(map, given, map.regions[given].epoch, server);
}

/**
 * Every region whose server cannot keep it goes to one that can: a backup of its own, else whoever has the fewest
 * players, regions, and comes first. With no server up, regions stay where they are.
 */
export function settled(map: RegionMap, loads: Loads, backups: number): RegionMap {
  const regions = [...map.regions];
  for (const [index, region] of regions.entries()) {
    if (standingOf(map, region.server) === "up") continue;
    const successor = successorOf({ ...map, regions }, region, loads);
    if (successor !== undefined) regions[index] = moved(region, successor);
  }
  const changed = regions.some((region, index) => region !== map.regions[index]);
  return withBackups(changed ? { ...map, version: map.version + 1, regions } : map, backups);
}

/** What differs between two maps, by region. */
export function movesBetween(before: RegionMap, after: RegionMap): readonly RegionMove[] {
  if (before.regions === after.regions) return [];
  return after.regions.flatMap(({ server, epoch }, region) => {
    const { server: from, epoch: old } = before.regions[region];
    return old === epoch ? [] : [{ region, from, server, epoch }];
  });
}

const moved = (region: Region, server: NodeId): Region => ({ ...region, server, epoch: region.epoch + 1 });

const serversUp = (map: RegionMap): readonly NodeId[] =>
  [...map.standings].flatMap(([server, standing]) => (standing === "up" ? [server] : []));

function successorOf(map: RegionMap, { backups }: Region, loads: Loads): NodeId | undefined {
  const backup = backups.find((server) => standingOf(map, server) === "up");
  if (backup !== undefined) return backup;
  const owned = (server: NodeId): number => map.regions.filter((region) => region.server === server).length;
  return least(serversUp(map), (server) => [loads.get(server) ?? 0, owned(server)]);
}

/** Keeps backups that can still serve, and fills up with those that follow the fewest regions. */
function withBackups(map: RegionMap, count: number): RegionMap {
  const kept = map.regions.map(({ backups, server }) =>
    backups.filter((backup) => backup !== server && standingOf(map, backup) === "up").slice(0, count),
  );
  const isFull = kept.every((backups) => backups.length === count);
  const followers = isFull ? undefined : new Followers(serversUp(map), kept.flat());
  const regions = map.regions.map((region, index) => {
    const backups = kept[index];
    while (backups.length < count) {
      const next = followers?.add([region.server, ...backups]);
      if (next === undefined) break;
      backups.push(next);
    }
    const same = backups.length === region.backups.length && backups.every((one, at) => one === region.backups[at]);
    return same ? region : { ...region, backups };
  });
  const changed = regions.some((region, index) => region !== map.regions[index]);
  return changed ? { ...map, version: map.version + 1, regions } : map;
}

/** Servers by how many regions they follow: a thousand of them are not looked through for each region. */
class Followers {
  readonly #places: ReadonlyMap<NodeId, number>;
  /** By number of regions, those that come first first. */
  readonly #levels: NodeId[][] = [];

  /** @param followed the server of each backup that there is. */
  constructor(servers: readonly NodeId[], followed: readonly NodeId[]) {
    this.#places = new Map(servers.map((server, place) => [server, place]));
    const counts = new Map<NodeId, number>();
    for (const server of followed) counts.set(server, (counts.get(server) ?? 0) + 1);
    for (const server of servers) this.#level(counts.get(server) ?? 0).push(server);
  }

  /**
   * Has one region more followed, by whoever follows the fewest and comes first: neighbours fail no more often than
   * others. Undefined: there is nobody but these.
   */
  add(others: readonly NodeId[]): NodeId | undefined {
    for (const [count, level] of this.#levels.entries()) {
      const at = level.findIndex((server) => !others.includes(server));
      if (at < 0) continue;
      const [server] = level.splice(at, 1);
      const next = this.#level(count + 1);
      const behind = next.findLastIndex((one) => this.#placeOf(one) < this.#placeOf(server));
      next.splice(behind + 1, 0, server);
      return server;
    }
    return undefined;
  }

  #level(count: number): NodeId[] {
    while (this.#levels.length <= count) this.#levels.push([]);
    return this.#levels[count];
  }

  #placeOf(server: NodeId): number {
    return this.#places.get(server) ?? -1;
  }
}

/** The first of those whose measures are lowest, compared in order. */
function least(servers: readonly NodeId[], measure: (server: NodeId) => readonly number[]): NodeId | undefined {
  let best: NodeId | undefined;
  let lowest: readonly number[] = [];
  for (const server of servers) {
    const measured = measure(server);
    if (best !== undefined && !isLower(measured, lowest)) continue;
    best = server;
    lowest = measured;
  }
  return best;
}

function isLower(measured: readonly number[], than: readonly number[]): boolean {
  assert(measured.length === than.length, "measures of one kind are compared");
  for (const [at, value] of measured.entries()) {
    if (value !== than[at]) return value < than[at];
  }
  return false;
}
