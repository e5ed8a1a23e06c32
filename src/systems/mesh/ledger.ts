// What the store holds and how it decides: the rules of fencing, repetition, order and versions, without a disk. What a
// write may do to items is in item-rules.ts.

import type { NodeId } from "../../base/ids.ts";
import type { WriteKind } from "./item-facts.ts";
import {
  copyOfThings,
  freshThings,
  freezeItem,
  type Ground,
  held,
  isHeldBy,
  instanceOf,
  isInEscrow,
  type ItemPlace,
  raiseEpoch,
  settleItem,
  type Shift,
  shiftItem,
  storedRegion,
  type Things,
} from "./items.ts";
import { deal, isUndoing, withdrawn } from "./item-rules.ts";
import type { ActionOutcome, MeshMessage } from "./messages.ts";
import type { PlayerState } from "./player-state.ts";
import { type MeshSettings, windowOf } from "./settings.ts";

/** Immutable; replaced as a whole at each change. */
export interface StoredPlayer {
  readonly state: PlayerState;
  /** The highest token seen: lower ones are refused. */
  readonly fence: number;
  /** Who has it under that token, as far as the store was told; empty: it was not. */
  readonly server: NodeId | "";
  /** The newest session, and the highest sequence of it that has an outcome. */
  readonly session: number;
  readonly decided: number;
  /** Outcomes of that session, the latest ones: as many as a client can still ask about. */
  readonly outcomes: readonly Answered[];
  /** Those that came out of turn, the latest ones: of trades, undone or accepted when others had been decided since. */
  readonly belated: readonly Answered[];
  /** The last thing it was handed by the store that was no action of its own: known when it is asked for again. */
  readonly errand: string;
  /** Writes made from an older version than this are refused: the store itself has changed the row. */
  readonly revised: number;
}

interface Answered {
  readonly sequence: number;
  readonly outcome: ActionOutcome;
}

/** Plain data: what a snapshot of the journal holds. */
export interface Ledger {
  readonly players: Map<NodeId, StoredPlayer>;
  readonly things: Things;
}

/** What the journal remembers. */
export type LedgerRecord =
  | { readonly type: "spawned"; readonly shifts: readonly Shift[] }
  | { readonly type: "fenced"; readonly player: NodeId; readonly token: number; readonly server: NodeId | "" }
  /** A resolved state was taken over, and what it has no more lies on the ground since. */
  | {
      readonly type: "repaired";
      readonly player: NodeId;
      readonly token: number;
      readonly state: PlayerState;
      readonly flagged: readonly string[];
      readonly shifts: readonly Shift[];
    }
  | {
      readonly type: "decided";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly session: number;
      readonly sequence: number;
      readonly kind: WriteKind;
      readonly item: string;
      readonly outcome: Decided;
      readonly state: PlayerState;
      readonly shifts: readonly Shift[];
      /** Where its server acts on the ground; null: it does not. */
      readonly ground: RegionName | null;
      /** The move that it was about; empty: none. */
      readonly escrow: string;
    }
  /** The log of a region is opened by its server, or sealed for the next one (no server). */
  | { readonly type: "opened"; readonly region: number; readonly epoch: number; readonly server: NodeId | "" }
  /** A server has changed the ground of its region by itself. */
  | {
      readonly type: "laid";
      readonly region: number;
      readonly epoch: number;
      readonly server: NodeId;
      readonly op: GroundOp;
      readonly escrow: string;
      readonly shift: Shift;
      /** Of the item, afterwards. */
      readonly version: number;
    }
  /** A second instance that nobody made: what the workload asks for, to see who finds it. */
  | { readonly type: "copied"; readonly item: string; readonly to: ItemPlace }
  | { readonly type: "frozen"; readonly item: string }
  | { readonly type: "resolved"; readonly item: string; readonly kept: ItemPlace };

export interface RegionName {
  readonly region: number;
  readonly epoch: number;
}

export type GroundOp = "reserve" | "restore" | "collect";
export type Decided = ActionOutcome | "reserved";
type WriteRecord = Extract<LedgerRecord, { type: "decided" }>;

export type Decision =
  | { readonly type: "decide"; readonly outcome: Decided; readonly shifts: readonly Shift[] }
  | { readonly type: "repeat"; readonly outcome: Decided }
  | {
      readonly type: "refuse";
      readonly because: "staleToken" | "staleEpoch" | "outOfOrder" | "versionConflict" | "late";
    };

export type Write = Extract<MeshMessage, { type: "write" }>;

export const freshLedger = (): Ledger => ({ players: new Map(), things: freshThings() });

export const copyOfLedger = ({ players, things }: Ledger): Ledger => ({
  players: new Map(players),
  things: copyOfThings(things),
});

const freshPlayer: StoredPlayer = {
  state: { version: 0, x: 0, score: 0, items: [], session: 0, sequence: 0 },
  fence: 0,
  server: "",
  session: 0,
  decided: 0,
  outcomes: [],
  belated: [],
  errand: "",
  revised: 0,
};

export const storedPlayer = ({ players }: Ledger, player: NodeId): StoredPlayer => players.get(player) ?? freshPlayer;

/** What a server does for a player without having been asked by its client. */
const isErrand = (kind: WriteKind): boolean => kind === "collect" || kind === "accept";

/**
 * What becomes of a write. The defences are apart from each other: with one off, no other refuses what it would have.
 */
export function decide(ledger: Ledger, write: Write, settings: MeshSettings, wallUs: number): Decision {
  const stored = storedPlayer(ledger, write.player);
  const because = authorityMissing(stored, write, settings, wallUs);
  if (because !== undefined) return { type: "refuse", because };
  if (settings.defence.idempotency && !isUndoing(ledger.things, write)) {
    const known = repetition(stored, write, settings);
    if (known !== undefined) return known;
  }
  // What has been done is told whoever has the ground by now: "staleEpoch" says that nothing has.
  const ground = groundOfWrite(write);
  if (ground !== null && isStaleEpoch(ledger, ground, settings)) return { type: "refuse", because: "staleEpoch" };
  if (settings.defence.sessionOrder && !isNextInOrder(stored, write)) return { type: "refuse", because: "outOfOrder" };
  if (isFromOtherVersion(stored, write, settings)) return { type: "refuse", because: "versionConflict" };
  if (write.withdrawn === true) return { type: "decide", outcome: "failed", shifts: withdrawn(ledger.things, write) };
  const isKnown = (player: NodeId): boolean => storedPlayer(ledger, player).fence > 0;
  const { outcome, shifts } = deal(ledger.things, write, settings, { isKnown });
  // What is offered waits already.
  if (outcome === "reserved" && shifts.length === 0) return { type: "repeat", outcome };
  return { type: "decide", outcome, shifts };
}

/** An undone trade is a failure that gives something back. */
export const changesRow = ({ outcome, kind, shifts }: WriteRecord): boolean =>
  outcome !== "failed" || (kind === "undo" && shifts.length > 0);

/** Applies a record; the same at the first time and at a restart. */
export function applyRecord(ledger: Ledger, record: LedgerRecord, outcomesMax: number): void {
  switch (record.type) {
    case "spawned":
      for (const shift of record.shifts) shiftItem(ledger.things, shift);
      return;
    case "fenced": {
      const stored = storedPlayer(ledger, record.player);
      const isNewer = record.token >= stored.fence;
      const { fence, server } = isNewer ? { fence: record.token, server: record.server } : stored;
      ledger.players.set(record.player, { ...stored, fence, server });
      return;
    }
    case "repaired": {
      const stored = storedPlayer(ledger, record.player);
      const fence = Math.max(stored.fence, record.token);
      ledger.players.set(record.player, { ...stored, state: record.state, fence });
      for (const shift of record.shifts) shiftItem(ledger.things, shift);
      return;
    }
    case "decided":
      return applyDecision(ledger, record, outcomesMax);
    case "opened":
      return raiseEpoch(ledger.things, record.region, record.epoch, record.server);
    case "laid":
      if (record.epoch > storedRegion(ledger.things, record.region).epoch)
        raiseEpoch(ledger.things, record.region, record.epoch, record.server);
      return shiftItem(ledger.things, record.shift);
    case "copied":
      if (record.to.type === "held") revise(ledger, record.to.player, (items) => [...items, record.item]);
      return shiftItem(ledger.things, { item: record.item, from: null, to: record.to });
    case "frozen":
      return freezeItem(ledger.things, record.item);
    case "resolved":
      for (const place of settleItem(ledger.things, record.item, record.kept)) {
        if (place.type === "held") revise(ledger, place.player, (items) => withoutOne(items, record.item));
      }
  }
}

/**
 * What becomes of a resolved state (MESH-F5-11, X-M-31): of its items it has those that are nowhere else, each once, so
 * that after this one record no item is in two places. What the player had and has no more lies on the ground at `put`.
 */
export function repairOf(
  { players, things }: Ledger,
  { player, token, state }: Extract<MeshMessage, { type: "repair" }>,
  { defence }: MeshSettings,
  put: Ground,
): Extract<LedgerRecord, { type: "repaired" }> {
  const isOwn = (item: string): boolean => instanceOf(things, item, isHeldBy(player)) !== undefined;
  const isFree = (item: string): boolean => isOwn(item) || !things.items.has(item);
  const items = defence.mergeCheck ? [...new Set(state.items)].filter(isFree) : state.items;
  const flagged = state.items.filter((item, at) => !isFree(item) || state.items.indexOf(item) !== at);
  const had = players.get(player)?.state.items ?? [];
  const lost = had.filter((item) => isOwn(item) && !items.includes(item));
  const more = [...items];
  for (const item of had) if (more.includes(item)) more.splice(more.indexOf(item), 1);
  const shifts: readonly Shift[] = [
    ...lost.map((item): Shift => ({ item, from: held(player), to: put })),
    ...more.map((item): Shift => ({ item, from: null, to: held(player) })),
  ];
  return { type: "repaired", player, token, state: { ...state, items }, flagged, shifts };
}

/** Outcomes kept for a player: a client asks about its pipeline only, and its network about twice that. */
export const outcomesKept = (settings: MeshSettings): number => 2 * windowOf(settings);

/** X-M-26: where servers promote themselves. A token that was granted was sealed here before; this one was not. */
const isMadeUp = ({ fence }: StoredPlayer, { token }: Write, { failover, defence }: MeshSettings): boolean =>
  failover.decidedBy === "backup" && defence.sealBeforeGrant && token > fence;

/** Whether a region's server may still change its ground. */
export const isStaleEpoch = ({ things }: Ledger, { region, epoch }: RegionName, { defence }: MeshSettings): boolean =>
  defence.itemFencing && epoch < storedRegion(things, region).epoch;

/** The ground that a write is about, when its server acts as that of the region. */
export function groundOfWrite({ kind, terms }: Write): RegionName | null {
  if (terms === null || terms.epoch === 0) return null;
  const isOnGround = kind === "pickup" || kind === "drop" || kind === "spawn";
  return isOnGround ? { region: terms.region, epoch: terms.epoch } : null;
}

function authorityMissing(
  stored: StoredPlayer,
  write: Write,
  settings: MeshSettings,
  wallUs: number,
): "staleToken" | "late" | undefined {
  if (settings.defence.fencing && write.token < stored.fence) return "staleToken";
  if (write.untilUs >= 0 && wallUs + settings.lease.skew >= write.untilUs) return "late";
  return settings.defence.fencing && isMadeUp(stored, write, settings) ? "staleToken" : undefined;
}

function repetition(stored: StoredPlayer, write: Write, settings: MeshSettings): Decision | undefined {
  if (isErrand(write.kind))
    return stored.errand === errandName(write) ? { type: "repeat", outcome: "done" } : undefined;
  if (write.session !== stored.session) return undefined;
  const known = outcomeOf(stored.outcomes, write.sequence) ?? outcomeOf(stored.belated, write.sequence);
  if (known !== undefined) return { type: "repeat", outcome: known };
  // Forgotten: an echo from long ago, of which only this much is certain, that it has had its outcome.
  const forgotten = write.sequence <= stored.decided - outcomesKept(settings);
  return forgotten ? { type: "refuse", because: "outOfOrder" } : undefined;
}

/** A gap is out of order, and so is a session that has been followed by another. What repeats is not judged here. */
function isNextInOrder(stored: StoredPlayer, { kind, session, sequence }: Write): boolean {
  // A trade that came to nothing is undone whatever else its player has done since.
  if (isErrand(kind) || kind === "undo") return true;
  if (session < stored.session) return false;
  return sequence <= (session === stored.session ? stored.decided : 0) + 1;
}

function isFromOtherVersion(stored: StoredPlayer, { base }: Write, { transfer, defence }: MeshSettings): boolean {
  if (base < stored.revised) return true;
  return transfer.policy === "version" && defence.stateGuard && base !== stored.state.version;
}

function applyDecision(ledger: Ledger, record: WriteRecord, outcomesMax: number): void {
  const { player, server, token, kind, outcome, state, ground } = record;
  const stored = storedPlayer(ledger, player);
  const after: StoredPlayer = {
    ...stored,
    state: changesRow(record) ? state : stored.state,
    fence: Math.max(stored.fence, token),
    server: token >= stored.fence ? server : stored.server,
    errand: isErrand(kind) && outcome === "done" ? errandName(record) : stored.errand,
  };
  ledger.players.set(player, isErrand(kind) ? after : answeredWith(after, record, outcomesMax));
  if (ground !== null && ground.epoch > storedRegion(ledger.things, ground.region).epoch) {
    raiseEpoch(ledger.things, ground.region, ground.epoch, server);
  }
  if (kind === "accept" && outcome === "done") answerTrade(ledger, record, outcomesMax);
  for (const shift of record.shifts) shiftItem(ledger.things, shift);
}

function answeredWith(
  stored: StoredPlayer,
  { session, sequence, outcome }: Pick<WriteRecord, "session" | "sequence" | "outcome">,
  outcomesMax: number,
): StoredPlayer {
  if (outcome === "reserved" || session < stored.session) return stored;
  const { decided, outcomes, belated } = session === stored.session ? stored : freshPlayer;
  const one = { sequence, outcome };
  // Were it among those in turn, one that its client still asks about would be forgotten for it.
  if (sequence <= decided) return { ...stored, belated: lastOf(belated, one, outcomesMax) };
  return { ...stored, session, decided: sequence, outcomes: lastOf(outcomes, one, outcomesMax), belated };
}

function outcomeOf(answered: readonly Answered[], sequence: number): ActionOutcome | undefined {
  for (const one of answered) if (one.sequence === sequence) return one.outcome;
  return undefined;
}

/** The one who offered learns of it as of any action of its own. */
function answerTrade(ledger: Ledger, { item, escrow }: WriteRecord, outcomesMax: number): void {
  const place = ledger.things.items.get(item)?.place;
  if (place === undefined || !isInEscrow(escrow)(place)) return;
  const { from, session, sequence } = place;
  if (from.type !== "held") return;
  const offerer = storedPlayer(ledger, from.player);
  ledger.players.set(from.player, answeredWith(offerer, { session, sequence, outcome: "done" }, outcomesMax));
}

/** The store itself changes an inventory; whoever has the player has to load it anew. */
function revise(ledger: Ledger, player: NodeId, change: (items: readonly string[]) => readonly string[]): void {
  const stored = storedPlayer(ledger, player);
  const version = stored.state.version + 1;
  const state = { ...stored.state, version, items: change(stored.state.items) };
  ledger.players.set(player, { ...stored, state, revised: version });
}

function withoutOne(items: readonly string[], item: string): readonly string[] {
  const at = items.lastIndexOf(item);
  return at < 0 ? items : items.toSpliced(at, 1);
}

function errandName({ kind, item, ...rest }: Write | WriteRecord): string {
  const escrow = "terms" in rest ? (rest.terms?.escrow ?? "") : rest.escrow;
  return `${kind} ${item} ${escrow}`;
}

/** The last `most` of these and one more. */
function lastOf<T>(earlier: readonly T[], one: T, most: number): readonly T[] {
  const kept = earlier.length < most ? earlier.slice() : earlier.slice(earlier.length - most + 1);
  kept.push(one);
  return kept;
}
