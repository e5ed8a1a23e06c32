// Where things are, as the store keeps it: a record of each item, what lies on the ground of each region, and under which
// epoch a region may be changed. Rules only, without a disk; what becomes of players' rows is in ledger.ts.

import type { NodeId } from "../../base/ids.ts";

/** On the ground of a region, `x` millimetres along the world. */
export interface Ground {
  readonly type: "ground";
  readonly region: number;
  readonly x: number;
}

export interface InHands {
  readonly type: "held";
  readonly player: NodeId;
}

/**
 * Between two places, in neither. `reserved`: it goes back to `from` unless it is taken. `declined`: it can only go back.
 * `committed`: it can only go on, and counts as having arrived.
 */
export interface Escrow {
  readonly type: "escrow";
  /** Of the move: the name of the action that wants it. */
  readonly id: string;
  readonly kind: "pickup" | "drop" | "give" | "trade";
  readonly phase: "reserved" | "declined" | "committed";
  readonly from: Ground | InHands;
  readonly to: Ground | InHands;
  /** What is wanted for it in a trade; empty: nothing. */
  readonly other: string;
  /** The action of a trade, which is decided with it; zero: of none. */
  readonly session: number;
  readonly sequence: number;
}

export interface Gone {
  readonly type: "gone";
}

export type ItemPlace = Ground | InHands | Escrow | Gone;

/** What a write says of an item beside its name; which of it counts depends on the kind of the write. */
export interface ItemTerms {
  /** The ground meant, and the epoch under which its server acts; 0: it is another server's. */
  readonly region: number;
  readonly epoch: number;
  readonly x: number;
  /** The move that it is taken from; empty: from none. */
  readonly escrow: string;
  /** Who is to have it; empty: nobody. */
  readonly to: NodeId | "";
  /** What is wanted for it. */
  readonly other: string;
}

/** The record of an item: the one place that counts, and others where it must not be. */
export interface StoredItem {
  readonly place: ItemPlace;
  readonly copies: readonly ItemPlace[];
  /** Counts the changes of the record. */
  readonly version: number;
  /** Nothing is done with it until it is known which one is right (MESH-F6-09). */
  readonly frozen: boolean;
}

/** The log of a region: who opened it last, and what lies there. */
export interface StoredRegion {
  /** The highest seen: writes under a lower one are refused. */
  readonly epoch: number;
  /** Who opened it under that epoch; empty: nobody has yet. */
  readonly server: NodeId | "";
  readonly ground: Map<string, number>;
  /** Of `ground`, whatever the order in which it came there. */
  readonly digest: number;
}

/** Plain data. */
export interface Things {
  readonly items: Map<string, StoredItem>;
  readonly regions: Map<number, StoredRegion>;
  /** Items in escrow. */
  readonly escrowed: Set<string>;
}

/** An item leaves one place for another; `from` null: it was nowhere. */
export interface Shift {
  readonly item: string;
  readonly from: ItemPlace | null;
  readonly to: ItemPlace;
}

export const noShifts: readonly never[] = [];
const GONE: Gone = { type: "gone" };
const noCopies: readonly never[] = [];

export const freshThings = (): Things => ({ items: new Map(), regions: new Map(), escrowed: new Set() });

export const held = (player: NodeId): InHands => ({ type: "held", player });
export const gone = (): Gone => GONE;

/** A copy of its own: the one at hand goes on changing. */
export const copyOfThings = ({ items, regions, escrowed }: Things): Things => ({
  items: new Map(items),
  regions: new Map([...regions].map(([region, log]) => [region, { ...log, ground: new Map(log.ground) }])),
  escrowed: new Set(escrowed),
});

export const storedRegion = ({ regions }: Things, region: number): StoredRegion =>
  regions.get(region) ?? { epoch: 0, server: "", ground: new Map(), digest: 0 };

/** The region's log is opened, or sealed, under an epoch that is not lower than the one before. */
export function raiseEpoch(things: Things, region: number, epoch: number, server: NodeId | ""): void {
  const known = storedRegion(things, region);
  things.regions.set(region, { ...known, epoch, server });
}

/** Of the instances of an item, the record first, one that fits. */
export function instanceOf(
  { items }: Things,
  item: string,
  fits: (place: ItemPlace) => boolean,
): ItemPlace | undefined {
  const known = items.get(item);
  if (known === undefined) return undefined;
  return fits(known.place) ? known.place : known.copies.find(fits);
}

export const isHeldBy =
  (player: NodeId) =>
  (place: ItemPlace): place is InHands =>
    place.type === "held" && place.player === player;

export const liesIn =
  (region: number) =>
  (place: ItemPlace): place is Ground =>
    place.type === "ground" && place.region === region;

export const isInEscrow =
  (id: string) =>
  (place: ItemPlace): place is Escrow =>
    place.type === "escrow" && place.id === id;

export const isFrozen = ({ items }: Things, item: string): boolean => items.get(item)?.frozen === true;

/** Moves the instance that is at `from`; when there is none there, another one comes into being. */
export function shiftItem(things: Things, { item, from, to }: Shift): void {
  const known = things.items.get(item);
  if (from?.type === "ground") takeFromGround(things, item, from);
  if (to.type === "ground") layOnGround(things, item, to);
  things.items.set(item, shifted(known, from, to));
  if (things.items.get(item)?.place.type === "escrow") things.escrowed.add(item);
  else things.escrowed.delete(item);
}

/** The copies are taken away, and what is kept is the record. */
export function settleItem(things: Things, item: string, kept: ItemPlace): readonly ItemPlace[] {
  const known = things.items.get(item);
  if (known === undefined) return noCopies;
  const removed = without([known.place, ...known.copies], kept);
  for (const place of removed) if (place.type === "ground") takeFromGround(things, item, place);
  if (kept.type === "ground") layOnGround(things, item, kept);
  things.items.set(item, { place: kept, copies: noCopies, version: known.version + 1, frozen: false });
  if (kept.type === "escrow") things.escrowed.add(item);
  else things.escrowed.delete(item);
  return removed;
}

export function freezeItem({ items }: Things, item: string): void {
  const known = items.get(item);
  if (known !== undefined) items.set(item, { ...known, frozen: true });
}

/** As the judge and people read it. */
export function placeName(place: ItemPlace): string {
  switch (place.type) {
    case "ground":
      return `ground ${place.region}`;
    case "held":
      return place.player;
    case "escrow":
      return `escrow ${place.id}`;
    case "gone":
      return "gone";
  }
}

/** The same for equal grounds in whatever order they came about: a sum over what lies there. */
export function groundDigest(ground: ReadonlyMap<string, number>): number {
  let digest = 0;
  for (const [item, x] of ground) digest = (digest + itemDigest(item, x)) | 0;
  return digest;
}

/** FNV-1a over the name, and the place. */
export function itemDigest(item: string, x: number): number {
  let digest = 0x811c9dc5 | 0;
  for (let at = 0; at < item.length; at++) digest = Math.imul(digest ^ item.charCodeAt(at), 0x01000193);
  return Math.imul(digest ^ x, 0x01000193);
}

function shifted(known: StoredItem | undefined, from: ItemPlace | null, to: ItemPlace): StoredItem {
  if (known === undefined) return { place: to, copies: noCopies, version: 1, frozen: false };
  const version = known.version + 1;
  const isRecord = from === null ? known.place.type === "gone" : isSame(known.place, from);
  if (isRecord) return { ...known, place: to, version };
  const others = from === null ? known.copies : without(known.copies, from);
  return { ...known, copies: to.type === "gone" ? others : [...others, to], version };
}

/** All but one instance at that place. */
function without(places: readonly ItemPlace[], place: ItemPlace): readonly ItemPlace[] {
  const at = places.findIndex((one) => isSame(one, place));
  return at < 0 ? places : places.toSpliced(at, 1);
}

function isSame(one: ItemPlace, other: ItemPlace): boolean {
  switch (one.type) {
    case "ground":
      return other.type === "ground" && other.region === one.region;
    case "held":
      return other.type === "held" && other.player === one.player;
    case "escrow":
      return other.type === "escrow" && other.id === one.id;
    case "gone":
      return other.type === "gone";
  }
}

function takeFromGround(things: Things, item: string, { region }: Ground): void {
  const log = storedRegion(things, region);
  const x = log.ground.get(item);
  if (x === undefined) return;
  log.ground.delete(item);
  things.regions.set(region, { ...log, digest: (log.digest - itemDigest(item, x)) | 0 });
}

function layOnGround(things: Things, item: string, { region, x }: Ground): void {
  const log = storedRegion(things, region);
  const before = log.ground.get(item);
  const rest = before === undefined ? log.digest : log.digest - itemDigest(item, before);
  log.ground.set(item, x);
  things.regions.set(region, { ...log, digest: (rest + itemDigest(item, x)) | 0 });
}
