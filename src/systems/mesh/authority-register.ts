// Who owns whom: a deterministic replicated state machine. Equal commands in equal order make equal registers, on
// whatever log they are committed. Per player: the committed owner, and at most one grant on its way to be sealed. Beside
// the players, the map of regions: a server that fails loses its regions, and its players with them.

import { assert } from "../../base/assert.ts";
import { canonicalJson } from "../../base/canonical-json.ts";
import type { NodeId } from "../../base/ids.ts";
import { criticalRegions, type RegionLoads } from "./degraded-mode.ts";
import type { DegradedSettings, Level } from "./degraded-settings.ts";
import type { GrantCause } from "./facts.ts";
import type { RefusalReason } from "./messages.ts";
import {
  isSealedAs,
  type Loads,
  type Mode,
  movesBetween,
  type Region,
  type RegionMap,
  type RegionMove,
  settled,
  type SealedRegions,
  type Standing,
  standingOf,
  withClosed,
  withFrozen,
  withMode,
  withMove,
  withStanding,
} from "./region-map.ts";
import {
  beginResolution,
  decideResolution,
  redirected,
  type Resolution,
  type ResolutionCommand,
} from "./register-resolution.ts";

export type RegisterCommand =
  | ResolutionCommand
  /** A player nobody knows yet gets a server. */
  | { readonly type: "assign"; readonly player: NodeId; readonly region: number }
  /** Compare-and-swap on the current token: the target wants the player from its source. */
  | {
      readonly type: "open";
      readonly player: NodeId;
      readonly fromToken: number;
      readonly source: NodeId;
      readonly target: NodeId;
      readonly transfer: string;
      readonly version: number;
      readonly region: number;
    }
  /** The store is sealed below `token`, at `version` (-1: not sealed): the pending grant becomes the owner. */
  | { readonly type: "close"; readonly player: NodeId; readonly token: number; readonly version: number }
  /** The source takes the player back, if the target has not got it yet. */
  | {
      readonly type: "abort";
      readonly player: NodeId;
      readonly fromToken: number;
      readonly source: NodeId;
      readonly transfer: string;
    }
  /** A server starts anew: everything it owned is granted to it again, so that its old writes are fenced. */
  | { readonly type: "reclaim"; readonly server: NodeId; readonly incarnation: number }
  /** A server is given up in this incarnation: its regions and players go to others (MESH-F3-06). */
  | {
      readonly type: "fail";
      readonly server: NodeId;
      readonly incarnation: number;
      readonly sealed: SealedRegions | null;
    }
  /** A server that is well gives its regions away. Its players follow by transfers. */
  | ({ readonly type: "drain"; readonly server: NodeId; readonly sealed: SealedRegions | null } & Ordered)
  /** A server that gave its regions away takes part again. */
  | ({ readonly type: "resume"; readonly server: NodeId } & Ordered)
  /** One region goes to another server, by compare-and-swap on its epoch. Its players follow by transfers. */
  | { readonly type: "move"; readonly region: number; readonly epoch: number; readonly server: NodeId }
  /** Play in a region stands still, or goes on (operator). */
  | ({ readonly type: "freeze"; readonly region: number; readonly frozen: boolean } & Ordered)
  /** The level of service goes from one to another, by compare-and-swap (MESH-FT-07). */
  | { readonly type: "degrade"; readonly from: Level; readonly level: Level; readonly reason: string }
  /** Nobody new is let in, or whoever comes (operator). */
  | ({ readonly type: "shut"; readonly closed: boolean } & Ordered);

/** What an operator ordered, and its number: an order has no effect once a later one about the same thing was seen to. */
interface Ordered {
  readonly order: number;
}

export interface Owner {
  readonly server: NodeId;
  readonly token: number;
  readonly cause: GrantCause;
  /** The transfer that brought it here, or that it came back from; empty: none. */
  readonly transfer: string;
  /** Where that transfer came from. */
  readonly source: NodeId;
  /** What the store was sealed at; -1: it was not. */
  readonly version: number;
  /** The region it was granted in: whose server has the player next if this one fails. */
  readonly region: number;
}

export interface Pending {
  readonly server: NodeId;
  readonly token: number;
  readonly cause: GrantCause;
  readonly transfer: string;
  readonly source: NodeId;
  /** The version that was shipped: compared with the sealed one under policy "version". */
  readonly version: number;
  readonly region: number;
}

export interface Registration {
  readonly owner: Owner | null;
  readonly pending: Pending | null;
  /** The highest token ever given out for this player: the next one is higher, for ever. */
  readonly tokens: number;
}

/** What is registered of a player that nobody has asked a place for. */
export const unregistered: Registration = { owner: null, pending: null, tokens: 0 };

/** Plain data: what a snapshot of the log holds. */
export interface AuthorityRegister {
  readonly players: Map<NodeId, Registration>;
  /** The latest incarnation of each server that asked for its players; absent: 0. */
  readonly incarnations: Map<NodeId, number>;
  /** Players that are found with two owners, until they have one again. */
  readonly resolutions: Map<NodeId, Resolution>;
  /** The number of the latest order about a thing: a server, a number of a region, or empty; absent: none. */
  readonly orders: Map<string, number>;
  map: RegionMap;
}

/** What the register is told by the settings, the same at every coordinator. */
export interface RegisterRules {
  /** Policy "version" with its guard on. */
  readonly compareVersions: boolean;
  /** Backups a region is to have. */
  readonly backups: number;
  readonly degraded: DegradedSettings;
}

export type Outcome =
  /** A grant waits to be sealed. */
  | { readonly type: "pending"; readonly player: NodeId }
  /** The owner has changed. */
  | { readonly type: "granted"; readonly player: NodeId; readonly conflict: NodeId | null }
  /** The command asked for what is already so, or is on its way. */
  | { readonly type: "unchanged"; readonly player: NodeId }
  | { readonly type: "refused"; readonly player: NodeId; readonly because: RefusalReason }
  /** The player is nobody's until it is decided. */
  | { readonly type: "resolving"; readonly player: NodeId }
  /** It is decided: a grant waits for the store to take the state over. */
  | { readonly type: "decided"; readonly player: NodeId }
  /** Servers or regions have changed: grants of these players wait to be sealed. */
  | { readonly type: "rearranged"; readonly players: readonly NodeId[]; readonly moves: readonly RegionMove[] }
  /** There is more service than before, or less: everybody is told. */
  | { readonly type: "serviceChanged"; readonly levelBefore: Level };

export const freshRegister = (map: RegionMap): AuthorityRegister => ({
  players: new Map(),
  incarnations: new Map(),
  resolutions: new Map(),
  orders: new Map(),
  map,
});

const noServer = "" as NodeId;

/** The register as text: equal registers that came about in one order of commands have equal texts. */
export const registerText = ({ players, incarnations, resolutions, orders, map }: AuthorityRegister): string =>
  canonicalJson({
    players: [...players],
    incarnations: [...incarnations],
    resolutions: [...resolutions],
    orders: [...orders],
    map: { version: map.version, regions: map.regions, standings: [...map.standings], mode: map.mode },
  });

export function registerOfText(text: string): AuthorityRegister {
  // What `registerText` wrote: a snapshot that the disk has damaged is not read, and one that a message brought is as
  // whole as the network keeps its frames.
  const { players, incarnations, resolutions, orders, map } = JSON.parse(text) as {
    players: [NodeId, Registration][];
    incarnations: [NodeId, number][];
    resolutions: [NodeId, Resolution][];
    orders: [string, number][];
    map: { version: number; regions: Region[]; standings: [NodeId, Standing][]; mode: Mode };
  };
  return {
    players: new Map(players),
    incarnations: new Map(incarnations),
    resolutions: new Map(resolutions),
    orders: new Map(orders),
    map: { ...map, standings: new Map(map.standings) },
  };
}

/** Applies one committed command. */
export function applyCommand(register: AuthorityRegister, command: RegisterCommand, rules: RegisterRules): Outcome {
  if ("order" in command && !isLatestOrder(register, command)) return { type: "rearranged", players: [], moves: [] };
  switch (command.type) {
    case "assign":
      return assign(register, command);
    case "open":
      return open(register, command);
    case "close":
      return close(register, command, rules);
    case "abort":
      return abort(register, command);
    case "reclaim":
      return reclaim(register, command, rules);
    case "fail":
      return fail(register, command, rules);
    case "drain":
      return drain(register, command, rules);
    case "resume":
      return resume(register, command, rules);
    case "move":
      return rearrange(register, withMove(register.map, command.region, command.epoch, command.server), rules);
    case "resolve":
      return beginResolution(register, command);
    case "decide":
      return decideResolution(register, command);
    case "freeze":
      return serve(register, withFrozen(register.map, command.region, command.frozen));
    case "degrade":
      return degrade(register, command, rules);
    case "shut":
      return serve(register, withClosed(register.map, command.closed));
  }
}

/** The number of the latest order about a thing that has been seen to; -1: none has. */
export const latestOrder = (register: AuthorityRegister, subject: string): number => register.orders.get(subject) ?? -1;

/** The incarnation whose grants a server may take. */
export const incarnationOf = (register: AuthorityRegister, server: NodeId): number =>
  register.incarnations.get(server) ?? 0;

type Command<Type extends RegisterCommand["type"]> = Extract<RegisterCommand, { type: Type }>;

type OrderedCommand = Extract<RegisterCommand, Ordered>;

/** Remembers it as the latest, unless a later one has come before it: copies of messages are late, or come again. */
function isLatestOrder(register: AuthorityRegister, command: OrderedCommand): boolean {
  const subject = subjectOf(command);
  if (command.order < latestOrder(register, subject)) return false;
  register.orders.set(subject, command.order);
  return true;
}

function subjectOf(command: OrderedCommand): string {
  switch (command.type) {
    case "drain":
    case "resume":
      return command.server;
    case "freeze":
      return String(command.region);
    case "shut":
      return "";
  }
}

function assign(register: AuthorityRegister, { player, region }: Command<"assign">): Outcome {
  const known = register.players.get(player);
  if (known !== undefined) return { type: "unchanged", player };
  const { server } = register.map.regions[region];
  return prepare(register, player, { server, cause: "join", transfer: "", source: noServer, version: -1, region });
}

function open(register: AuthorityRegister, command: Command<"open">): Outcome {
  const { player, fromToken, source, target, transfer, version, region } = command;
  const known = register.players.get(player);
  if (known === undefined) return { type: "refused", player, because: "superseded" };
  const { owner, pending } = known;
  if (register.resolutions.has(player)) return { type: "refused", player, because: "resolving" };
  if (isOf(pending, transfer, target) || isOf(owner, transfer, target)) return { type: "unchanged", player };
  if (owner === null || owner.token !== fromToken || owner.server !== source) {
    return { type: "refused", player, because: "superseded" };
  }
  // Another grant is on its way, and it will supersede `fromToken`.
  if (pending !== null) return { type: "refused", player, because: "superseded" };
  // It has been given up: whoever it is granted now could be granted to nobody else for a while.
  if (standingOf(register.map, target) === "down") return { type: "refused", player, because: "notReady" };
  return prepare(register, player, { server: target, cause: "transfer", transfer, source, version, region });
}

function close(register: AuthorityRegister, command: Command<"close">, { compareVersions }: RegisterRules): Outcome {
  const { player, token, version } = command;
  const known = register.players.get(player);
  if (known === undefined || known.pending?.token !== token) return { type: "unchanged", player };
  const { pending, tokens } = known;
  assert(known.owner === null || known.owner.token < token, "a grant has a higher token than the one before");
  const hasMovedOn = pending.cause === "transfer" && version >= 0 && version !== pending.version;
  // The state has moved on since it was shipped: the source, which has the newest, gets the sealed token. One that has
  // been given up gets nothing, and the target begins with what the store has.
  const conflict = compareVersions && hasMovedOn && standingOf(register.map, pending.source) !== "down";
  const owner: Owner = conflict
    ? { ...pending, version, server: pending.source, cause: "rollback" }
    : { ...pending, version };
  register.players.set(player, { owner, pending: null, tokens });
  register.resolutions.delete(player);
  return { type: "granted", player, conflict: conflict ? pending.server : null };
}

function abort(register: AuthorityRegister, { player, fromToken, source, transfer }: Command<"abort">): Outcome {
  const known = register.players.get(player);
  const owner = known?.owner ?? null;
  if (known === undefined || owner === null) return { type: "refused", player, because: "superseded" };
  if (owner.token !== fromToken || owner.server !== source) return { type: "unchanged", player };
  const { pending } = known;
  if (register.resolutions.has(player)) return { type: "unchanged", player };
  if (pending !== null && pending.cause !== "transfer") return { type: "unchanged", player };
  // It has been given up: nothing is granted back to it, and what is pending goes its way.
  if (standingOf(register.map, source) === "down") return { type: "unchanged", player };
  // A pending grant to the target is taken back before it commits: its token is never granted.
  const { region } = owner;
  return prepare(register, player, { server: source, cause: "rollback", transfer, source, version: -1, region });
}

function reclaim(
  register: AuthorityRegister,
  { server, incarnation }: Command<"reclaim">,
  rules: RegisterRules,
): Outcome {
  if (incarnation <= incarnationOf(register, server)) return { type: "rearranged", players: [], moves: [] };
  register.incarnations.set(server, incarnation);
  const again: NodeId[] = [];
  for (const [player, { owner, pending }] of register.players) {
    // A grant on its way supersedes this one anyhow, whoever it is for.
    if (owner?.server !== server || pending !== null || register.resolutions.has(player)) continue;
    const { region } = owner;
    prepare(register, player, { server, cause: "rejoin", transfer: "", source: noServer, version: -1, region });
    again.push(player);
  }
  const { players, moves } = rearrange(register, withStanding(register.map, server, "up"), rules);
  return { type: "rearranged", players: [...again, ...players], moves };
}

/** Nothing happens when it has come back since in another life, or has been given up before. */
function fail(
  register: AuthorityRegister,
  { server, incarnation, sealed }: Command<"fail">,
  rules: RegisterRules,
): Outcome {
  const { map } = register;
  const current = incarnation === incarnationOf(register, server) && isSealedAs(map, server, sealed);
  return rearrange(register, current ? withStanding(map, server, "down") : map, rules);
}

function drain(register: AuthorityRegister, { server, sealed }: Command<"drain">, rules: RegisterRules): Outcome {
  const { map } = register;
  const current = standingOf(map, server) === "up" && isSealedAs(map, server, sealed);
  return rearrange(register, current ? withStanding(map, server, "draining") : map, rules);
}

function resume(register: AuthorityRegister, { server }: Command<"resume">, rules: RegisterRules): Outcome {
  const { map } = register;
  return rearrange(register, standingOf(map, server) === "draining" ? withStanding(map, server, "up") : map, rules);
}

/**
 * Takes over a changed map: regions leave servers that cannot keep them, and so do the players of servers that are down.
 * A server that gives its regions away in good health moves its players itself.
 */
function rearrange(
  register: AuthorityRegister,
  map: RegionMap,
  { backups }: RegisterRules,
): Extract<Outcome, { type: "rearranged" }> {
  const before = register.map;
  if (map === before) return { type: "rearranged", players: [], moves: [] };
  register.map = settled(map, loadsOf(register), backups);
  const players: NodeId[] = [];
  for (const [player, registration] of register.players) {
    const isResolving = register.resolutions.has(player);
    const grant = isResolving ? redirected(register, player) : successionOf(register.map, registration);
    if (grant === undefined) continue;
    prepare(register, player, grant);
    players.push(player);
  }
  return { type: "rearranged", players, moves: movesBetween(before, register.map) };
}

/** The grant that a player needs whose server is down; undefined: it has one that is up, or nobody is. */
function successionOf(map: RegionMap, { owner, pending }: Registration): Omit<Pending, "token"> | undefined {
  const latest = pending ?? owner;
  if (latest === null || standingOf(map, latest.server) !== "down") return undefined;
  const { region, transfer, source } = latest;
  // On its way to the server that failed, and not there yet: it stays where it is.
  if (pending !== null && owner !== null && standingOf(map, owner.server) !== "down") {
    return { server: owner.server, cause: "rollback", transfer, source, version: -1, region: owner.region };
  }
  const { server } = map.regions[region];
  if (standingOf(map, server) !== "up") return undefined;
  return { server, cause: "failover", transfer: "", source: noServer, version: -1, region };
}

function degrade(
  register: AuthorityRegister,
  { from, level, reason }: Command<"degrade">,
  { degraded }: RegisterRules,
): Outcome {
  const { map } = register;
  if (map.mode.level !== from || from === level) return { type: "rearranged", players: [], moves: [] };
  const critical = level === "normal" ? [] : criticalRegions(regionLoads(register), map.regions.length, degraded);
  return serve(register, withMode(map, { ...map.mode, level, reason, critical, changes: map.mode.changes + 1 }));
}

function serve(register: AuthorityRegister, map: RegionMap): Outcome {
  const { level: levelBefore } = register.map.mode;
  if (map === register.map) return { type: "rearranged", players: [], moves: [] };
  register.map = map;
  return { type: "serviceChanged", levelBefore };
}

/** Players by region, where they are registered: also those who are away. */
export function regionLoads({ players }: AuthorityRegister): RegionLoads {
  const loads = new Map<number, number>();
  for (const { owner, pending } of players.values()) {
    const latest = pending ?? owner;
    if (latest !== null) loads.set(latest.region, (loads.get(latest.region) ?? 0) + 1);
  }
  return loads;
}

function loadsOf({ players }: AuthorityRegister): Loads {
  const loads = new Map<NodeId, number>();
  for (const { owner, pending } of players.values()) {
    const latest = pending ?? owner;
    if (latest !== null) loads.set(latest.server, (loads.get(latest.server) ?? 0) + 1);
  }
  return loads;
}

function prepare(register: AuthorityRegister, player: NodeId, grant: Omit<Pending, "token">): Outcome {
  const { owner, tokens } = register.players.get(player) ?? unregistered;
  const token = tokens + 1;
  register.players.set(player, { owner, pending: { ...grant, token }, tokens: token });
  return { type: "pending", player };
}

const isOf = (grant: Owner | Pending | null, transfer: string, target: NodeId): boolean =>
  grant !== null && grant.cause === "transfer" && grant.transfer === transfer && grant.server === target;
