// Folds what is stated of items into the mesh view: where each is, in every cut of the store. A cut is what the store has
// committed after one record, which it makes as a whole.

import type { NodeId } from "../../base/ids.ts";
import type { Instant } from "../../check/property.ts";
import type { Laid } from "./item-facts.ts";
import {
  ESCROW,
  GROUND,
  type ItemView,
  type JudgedFact,
  type MeshView,
  playerOf,
  type RegionOwner,
} from "./mesh-view.ts";
import type { PlayerState } from "./player-state.ts";

type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;
type At = Pick<Instant, "atUs" | "event">;

/** A new cut: nothing has moved in it yet. */
export function beginCut(view: MeshView): void {
  if (view.itemsMoved.length > 0) view.itemsMoved = [];
}

export function createItem(view: MeshView, item: string, at: At): void {
  // A restarted store that cannot know whether it said so says it again.
  if (view.items.has(item)) return;
  view.items.set(item, { ...freshItem(at), spawned: true });
  view.created++;
}

/** Compares as multisets: an item twice in one inventory is in two places. */
export function moveInventory(
  view: MeshView,
  owner: NodeId,
  before: PlayerState["items"],
  after: PlayerState["items"],
  at: At,
): void {
  if (before === after || (before.length === after.length && before.every((item, index) => item === after[index])))
    return;
  const gained = [...after];
  for (const item of before) {
    const kept = gained.indexOf(item);
    if (kept >= 0) gained.splice(kept, 1);
    else takeFrom(view, item, owner, at);
  }
  for (const item of gained) putInto(view, item, owner, at);
}

export function moveOutside(view: MeshView, laid: readonly Laid[], at: At): void {
  for (const { item, lies, at: kind } of laid) {
    const place = kind === "escrow" ? ESCROW : GROUND;
    const lay = view.items.get(item)?.places.includes(place) ?? false;
    if (lies && !lay) putInto(view, item, place, at);
    if (!lies && lay) takeFrom(view, item, place, at);
  }
}

export function destroyItem(view: MeshView, id: string): void {
  const item = view.items.get(id);
  if (item === undefined || item.gone) return;
  item.gone = true;
  view.destroyed++;
}

export function foldGround(view: MeshView, fact: Told<"groundChanged">, at: Instant): void {
  const { item: id, op, version, recovered, region, epoch, server } = fact;
  beginCut(view);
  const known = view.items.get(id);
  view.itemVersionBefore = known?.version ?? 0;
  view.recoveredAnew = version > view.itemVersionBefore;
  if (recovered && !view.recoveredAnew) return;
  firstOf(view, region, epoch, server, at);
  moveOutside(
    view,
    [
      { item: id, lies: op !== "reserve" },
      { item: id, lies: op === "reserve", at: "escrow" },
    ],
    at,
  );
  const item = view.items.get(id);
  if (item !== undefined) item.version = Math.max(item.version, version);
}

/** Until the coordinator moves a region, it is whoever's it was first. */
export function firstOf(view: MeshView, region: number, epoch: number, server: NodeId | "", { event }: At): void {
  if (epoch === 1 && server !== "" && !view.firstServers.has(region))
    view.firstServers.set(region, { server, epoch, event });
}

/** Whose a region is by the committed map; undefined: nobody has said so. */
export const currentOf = (view: MeshView, region: number): RegionOwner | undefined =>
  view.regions.get(region) ?? view.firstServers.get(region);

export function foldCopied(view: MeshView, { item, place, state }: Told<"itemCopied">, at: Instant): void {
  beginCut(view);
  const known = view.items.get(item);
  if (known !== undefined) known.copyAt = place;
  if (state === null) putInto(view, item, GROUND, at);
  else reviseRow(view, state.player, state.state, at);
}

export function foldFrozen(view: MeshView, { item: id }: Told<"itemFrozen">): void {
  const item = view.items.get(id);
  if (item !== undefined) item.frozen = true;
}

export function foldResolved(
  view: MeshView,
  { item: id, kept, removed, states }: Told<"itemResolved">,
  at: Instant,
): void {
  beginCut(view);
  for (const { player, state } of states) reviseRow(view, player, state, at);
  for (const place of removed) {
    if (place.startsWith("ground ")) takeFrom(view, id, GROUND, at);
    if (place.startsWith("escrow ")) takeFrom(view, id, ESCROW, at);
  }
  const item = view.items.get(id);
  if (item === undefined) return;
  item.frozen = false;
  view.keptBefore = item.copyAt !== "" && item.copyAt === kept ? "copy" : "original";
  item.copyAt = "";
}

export function foldReplicas(
  view: MeshView,
  { server, items, gone }: Told<"replicasChanged">,
  { atUs }: Instant,
): void {
  view.staleFor = [];
  for (const item of gone) {
    const sinceUs = view.items.get(item)?.liftedUs;
    const held = view.replicas.get(item)?.delete(server) ?? false;
    const isStale = held && sinceUs !== undefined && !isOnGround(view, item);
    if (isStale) view.staleFor.push(atUs - sinceUs);
  }
  for (const item of items) {
    const servers = view.replicas.get(item) ?? new Set();
    servers.add(server);
    view.replicas.set(item, servers);
  }
}

/** A process that ends, or lets go of everything, has no replicas. */
export function dropReplicasOf(view: MeshView, server: NodeId): void {
  for (const servers of view.replicas.values()) servers.delete(server);
}

export const isOnGround = (view: MeshView, item: string): boolean =>
  view.items.get(item)?.places.includes(GROUND) ?? false;

/** The store has changed a row by itself. */
function reviseRow(view: MeshView, id: NodeId, state: PlayerState, at: At): void {
  const player = playerOf(view, id);
  moveInventory(view, id, player.state?.items ?? [], state.items, at);
  player.state = state;
}

function takeFrom(view: MeshView, id: string, place: string, at: At): void {
  const item = view.items.get(id);
  const index = item?.places.indexOf(place) ?? -1;
  if (item !== undefined && index >= 0) {
    item.places.splice(index, 1);
    view.live--;
    if (place === GROUND) item.liftedUs = at.atUs;
  }
  moved(view, id, at);
}

function putInto(view: MeshView, id: string, place: string, at: At): void {
  const known = view.items.get(id) ?? freshItem(at);
  view.items.set(id, known);
  known.places.push(place);
  view.live++;
  moved(view, id, at);
}

function moved(view: MeshView, id: string, { event }: At): void {
  const item = view.items.get(id);
  if (item !== undefined) item.event = event;
  if (!view.itemsMoved.includes(id)) view.itemsMoved.push(id);
}

const freshItem = ({ atUs, event }: At): ItemView => ({
  spawned: false,
  gone: false,
  places: [],
  version: 0,
  frozen: false,
  copyAt: "",
  liftedUs: atUs,
  event,
});
