// Who owns whom: a deterministic replicated state machine. Equal commands in equal order make equal registers, on
// whatever log they are committed. Per player: the committed owner, and at most one grant on its way to be sealed.

import { assert } from "../../base/assert.ts";
import { canonicalJson } from "../../base/canonical-json.ts";
import type { NodeId } from "../../base/ids.ts";
import type { GrantCause } from "./facts.ts";
import type { RefusalReason } from "./messages.ts";

export type RegisterCommand =
  /** A player nobody knows yet gets a server. */
  | { readonly type: "assign"; readonly player: NodeId; readonly server: NodeId }
  /** Compare-and-swap on the current token: the target wants the player from its source. */
  | {
      readonly type: "open";
      readonly player: NodeId;
      readonly fromToken: number;
      readonly source: NodeId;
      readonly target: NodeId;
      readonly transfer: string;
      readonly version: number;
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
  | { readonly type: "reclaim"; readonly server: NodeId; readonly incarnation: number };

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
}

export interface Pending {
  readonly server: NodeId;
  readonly token: number;
  readonly cause: GrantCause;
  readonly transfer: string;
  readonly source: NodeId;
  /** The version that was shipped: compared with the sealed one under policy "version". */
  readonly version: number;
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
}

export type Outcome =
  /** A grant waits to be sealed. */
  | { readonly type: "pending"; readonly player: NodeId }
  /** The owner has changed. */
  | { readonly type: "granted"; readonly player: NodeId; readonly conflict: NodeId | null }
  /** The command asked for what is already so, or is on its way. */
  | { readonly type: "unchanged"; readonly player: NodeId }
  | { readonly type: "refused"; readonly player: NodeId; readonly because: RefusalReason }
  | { readonly type: "reclaimed"; readonly players: readonly NodeId[] };

export const freshRegister = (): AuthorityRegister => ({ players: new Map(), incarnations: new Map() });

const noServer = "" as NodeId;

/** The register as text: equal registers that came about in one order of commands have equal texts. */
export const registerText = ({ players, incarnations }: AuthorityRegister): string =>
  canonicalJson({ players: [...players], incarnations: [...incarnations] });

export function registerOfText(text: string): AuthorityRegister {
  // Only what `registerText` wrote is in a snapshot, and a damaged one is not read.
  const { players, incarnations } = JSON.parse(text) as {
    players: [NodeId, Registration][];
    incarnations: [NodeId, number][];
  };
  return { players: new Map(players), incarnations: new Map(incarnations) };
}

/** Applies one committed command. `compareVersions`: policy "version" with its guard on. */
export function applyCommand(register: AuthorityRegister, command: RegisterCommand, compareVersions: boolean): Outcome {
  switch (command.type) {
    case "assign":
      return assign(register, command);
    case "open":
      return open(register, command);
    case "close":
      return close(register, command, compareVersions);
    case "abort":
      return abort(register, command);
    case "reclaim":
      return reclaim(register, command);
  }
}

/** The incarnation whose grants a server may take. */
export const incarnationOf = (register: AuthorityRegister, server: NodeId): number =>
  register.incarnations.get(server) ?? 0;

type Command<Type extends RegisterCommand["type"]> = Extract<RegisterCommand, { type: Type }>;

function assign(register: AuthorityRegister, { player, server }: Command<"assign">): Outcome {
  const known = register.players.get(player);
  if (known !== undefined) return { type: "unchanged", player };
  return prepare(register, player, { server, cause: "join", transfer: "", source: noServer, version: -1 });
}

function open(register: AuthorityRegister, command: Command<"open">): Outcome {
  const { player, fromToken, source, target, transfer, version } = command;
  const known = register.players.get(player);
  if (known === undefined) return { type: "refused", player, because: "superseded" };
  const { owner, pending } = known;
  if (isOf(pending, transfer, target) || isOf(owner, transfer, target)) return { type: "unchanged", player };
  if (owner === null || owner.token !== fromToken || owner.server !== source) {
    return { type: "refused", player, because: "superseded" };
  }
  // Another grant is on its way, and it will supersede `fromToken`.
  if (pending !== null) return { type: "refused", player, because: "superseded" };
  return prepare(register, player, { server: target, cause: "transfer", transfer, source, version });
}

function close(register: AuthorityRegister, command: Command<"close">, compareVersions: boolean): Outcome {
  const { player, token, version } = command;
  const known = register.players.get(player);
  if (known === undefined || known.pending?.token !== token) return { type: "unchanged", player };
  const { pending, tokens } = known;
  assert(known.owner === null || known.owner.token < token, "a grant has a higher token than the one before");
  // The state has moved on since it was shipped: the source, which has the newest, gets the sealed token.
  const conflict = compareVersions && pending.cause === "transfer" && version >= 0 && version !== pending.version;
  const owner: Owner = conflict
    ? { ...pending, version, server: pending.source, cause: "rollback" }
    : { ...pending, version };
  register.players.set(player, { owner, pending: null, tokens });
  return { type: "granted", player, conflict: conflict ? pending.server : null };
}

function abort(register: AuthorityRegister, { player, fromToken, source, transfer }: Command<"abort">): Outcome {
  const known = register.players.get(player);
  const owner = known?.owner ?? null;
  if (known === undefined || owner === null) return { type: "refused", player, because: "superseded" };
  if (owner.token !== fromToken || owner.server !== source) return { type: "unchanged", player };
  const { pending } = known;
  if (pending !== null && pending.cause !== "transfer") return { type: "unchanged", player };
  // A pending grant to the target is taken back before it commits: its token is never granted.
  return prepare(register, player, { server: source, cause: "rollback", transfer, source, version: -1 });
}

function reclaim(register: AuthorityRegister, { server, incarnation }: Command<"reclaim">): Outcome {
  if (incarnation <= incarnationOf(register, server)) return { type: "reclaimed", players: [] };
  register.incarnations.set(server, incarnation);
  const players: NodeId[] = [];
  for (const [player, { owner, pending }] of register.players) {
    // A grant on its way supersedes this one anyhow, whoever it is for.
    if (owner?.server !== server || pending !== null) continue;
    prepare(register, player, { server, cause: "rejoin", transfer: "", source: noServer, version: -1 });
    players.push(player);
  }
  return { type: "reclaimed", players };
}

function prepare(register: AuthorityRegister, player: NodeId, grant: Omit<Pending, "token">): Outcome {
  const { owner, tokens } = register.players.get(player) ?? unregistered;
  const token = tokens + 1;
  register.players.set(player, { owner, pending: { ...grant, token }, tokens: token });
  return { type: "pending", player };
}

const isOf = (grant: Owner | Pending | null, transfer: string, target: NodeId): boolean =>
  grant !== null && grant.cause === "transfer" && grant.transfer === transfer && grant.server === target;
