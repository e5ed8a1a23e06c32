// What the store holds and how it decides: the rules of fencing, repetition, order, versions and items, without a disk.

import type { NodeId } from "../../base/ids.ts";
import type { ActionKind } from "./facts.ts";
import type { ActionOutcome, MeshMessage } from "./messages.ts";
import type { PlayerState } from "./player-state.ts";
import { type MeshSettings, windowOf } from "./settings.ts";

/** Immutable; replaced as a whole at each change. */
export interface StoredPlayer {
  readonly state: PlayerState;
  /** The highest token seen: lower ones are refused. */
  readonly fence: number;
  /** The newest session, and the highest sequence of it that has an outcome. */
  readonly session: number;
  readonly decided: number;
  /** Outcomes of that session, the latest ones: as many as a client can still ask about. */
  readonly outcomes: readonly { readonly sequence: number; readonly outcome: ActionOutcome }[];
}

/** Plain data: what a snapshot of the journal holds. */
export interface Ledger {
  readonly players: Map<NodeId, StoredPlayer>;
  /** Items on the ground. An item is there or in one inventory. */
  readonly ground: Set<string>;
}

/** What the journal remembers. */
export type LedgerRecord =
  | { readonly type: "spawned"; readonly items: readonly string[] }
  | { readonly type: "fenced"; readonly player: NodeId; readonly token: number }
  /** A resolved state was taken over; `grounded`: items that lie on the ground since. */
  | {
      readonly type: "repaired";
      readonly player: NodeId;
      readonly token: number;
      readonly state: PlayerState;
      readonly flagged: readonly string[];
      readonly grounded: readonly string[];
    }
  | {
      readonly type: "decided";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly session: number;
      readonly sequence: number;
      readonly kind: ActionKind;
      readonly item: string;
      readonly outcome: ActionOutcome;
      readonly state: PlayerState;
    };

export type Decision =
  | { readonly type: "decide"; readonly outcome: ActionOutcome }
  | { readonly type: "repeat"; readonly outcome: ActionOutcome }
  | { readonly type: "refuse"; readonly because: "staleToken" | "outOfOrder" | "versionConflict" | "late" };

export type Write = Extract<MeshMessage, { type: "write" }>;

export const freshLedger = (): Ledger => ({ players: new Map(), ground: new Set() });

const freshPlayer: StoredPlayer = {
  state: { version: 0, x: 0, score: 0, items: [], session: 0, sequence: 0 },
  fence: 0,
  session: 0,
  decided: 0,
  outcomes: [],
};

export const storedPlayer = ({ players }: Ledger, player: NodeId): StoredPlayer => players.get(player) ?? freshPlayer;

/**
 * What becomes of a write. The defences are apart from each other: with one off, no other refuses what it would have.
 */
export function decide(ledger: Ledger, write: Write, settings: MeshSettings, wallUs: number): Decision {
  const { defence, transfer } = settings;
  const stored = storedPlayer(ledger, write.player);
  if (defence.fencing && write.token < stored.fence) return { type: "refuse", because: "staleToken" };
  if (write.untilUs >= 0 && wallUs + settings.lease.skew >= write.untilUs) return { type: "refuse", because: "late" };
  if (defence.fencing && isMadeUp(stored, write, settings)) return { type: "refuse", because: "staleToken" };
  if (defence.idempotency) {
    const known = repetition(stored, write, settings);
    if (known !== undefined) return known;
  }
  if (defence.sessionOrder && !isNextInOrder(stored, write)) return { type: "refuse", because: "outOfOrder" };
  if (transfer.policy === "version" && defence.stateGuard && write.base !== stored.state.version) {
    return { type: "refuse", because: "versionConflict" };
  }
  if (write.withdrawn === true) return { type: "decide", outcome: "failed" };
  const possible = !defence.itemLedger || isItemThere(ledger, stored, write);
  return { type: "decide", outcome: possible ? "done" : "failed" };
}

/** Applies a record; the same at the first time and at a restart. */
export function applyRecord(ledger: Ledger, record: LedgerRecord, outcomesMax: number): void {
  switch (record.type) {
    case "spawned":
      for (const item of record.items) ledger.ground.add(item);
      return;
    case "fenced": {
      const stored = storedPlayer(ledger, record.player);
      ledger.players.set(record.player, { ...stored, fence: Math.max(stored.fence, record.token) });
      return;
    }
    case "repaired": {
      const stored = storedPlayer(ledger, record.player);
      const fence = Math.max(stored.fence, record.token);
      ledger.players.set(record.player, { ...stored, state: record.state, fence });
      for (const item of record.grounded) ledger.ground.add(item);
      return;
    }
    case "decided":
      return applyDecision(ledger, record, outcomesMax);
  }
}

/**
 * What becomes of a resolved state (MESH-F5-11, X-M-31): of its items it has those that are nowhere else, each once, so
 * that after this one record no item is in two places. What the player had and has no more lies on the ground.
 */
export function repairOf(
  ledger: Ledger,
  { player, token, state }: Extract<MeshMessage, { type: "repair" }>,
  { defence }: MeshSettings,
): Extract<LedgerRecord, { type: "repaired" }> {
  const elsewhere = itemsElsewhere(ledger, player);
  const items = defence.mergeCheck ? [...new Set(state.items)].filter((item) => !elsewhere.has(item)) : state.items;
  const flagged = state.items.filter((item, at) => elsewhere.has(item) || state.items.indexOf(item) !== at);
  const had = storedPlayer(ledger, player).state.items;
  const grounded = had.filter((item) => !state.items.includes(item) && !elsewhere.has(item));
  return { type: "repaired", player, token, state: { ...state, items }, flagged, grounded };
}

function itemsElsewhere({ players, ground }: Ledger, player: NodeId): ReadonlySet<string> {
  const elsewhere = new Set(ground);
  for (const [other, { state }] of players) {
    if (other === player) continue;
    for (const item of state.items) elsewhere.add(item);
  }
  return elsewhere;
}

/** Outcomes kept for a player: a client asks about its pipeline only, and its network about twice that. */
export const outcomesKept = (settings: MeshSettings): number => 2 * windowOf(settings);

/** X-M-26: where servers promote themselves. A token that was granted was sealed here before; this one was not. */
const isMadeUp = ({ fence }: StoredPlayer, { token }: Write, { failover, defence }: MeshSettings): boolean =>
  failover.decidedBy === "backup" && defence.sealBeforeGrant && token > fence;

function repetition(stored: StoredPlayer, write: Write, settings: MeshSettings): Decision | undefined {
  if (write.session !== stored.session) return undefined;
  for (const { sequence, outcome } of stored.outcomes) {
    if (sequence === write.sequence) return { type: "repeat", outcome };
  }
  // Forgotten: an echo from long ago, of which only this much is certain, that it has had its outcome.
  const forgotten = write.sequence <= stored.decided - outcomesKept(settings);
  return forgotten ? { type: "refuse", because: "outOfOrder" } : undefined;
}

/** A gap is out of order, and so is a session that has been followed by another. What repeats is not judged here. */
function isNextInOrder(stored: StoredPlayer, { session, sequence }: Write): boolean {
  if (session < stored.session) return false;
  return sequence <= (session === stored.session ? stored.decided : 0) + 1;
}

function isItemThere({ ground }: Ledger, { state }: StoredPlayer, { kind, item }: Write): boolean {
  switch (kind) {
    case "score":
      return true;
    case "pickup":
      return ground.has(item);
    case "drop":
      return state.items.includes(item);
  }
}

function applyDecision(ledger: Ledger, record: Extract<LedgerRecord, { type: "decided" }>, outcomesMax: number): void {
  const { player, token, session, sequence, kind, item, outcome, state } = record;
  const stored = storedPlayer(ledger, player);
  const sameSession = session === stored.session;
  const earlier = sameSession ? stored.outcomes : [];
  const newest = session >= stored.session;
  ledger.players.set(player, {
    state: outcome === "done" ? state : stored.state,
    fence: Math.max(stored.fence, token),
    session: newest ? session : stored.session,
    decided: newest ? Math.max(sameSession ? stored.decided : 0, sequence) : stored.decided,
    outcomes: newest ? lastOf(earlier, { sequence, outcome }, outcomesMax) : stored.outcomes,
  });
  if (outcome === "failed") return;
  if (kind === "pickup") ledger.ground.delete(item);
  if (kind === "drop") ledger.ground.add(item);
}

/** The last `most` of these and one more. */
function lastOf<T>(earlier: readonly T[], one: T, most: number): readonly T[] {
  const kept = earlier.length < most ? earlier.slice() : earlier.slice(earlier.length - most + 1);
  kept.push(one);
  return kept;
}
