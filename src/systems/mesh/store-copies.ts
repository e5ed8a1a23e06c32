// Items in two places: found by the store over everything there is, or by a server that sees one twice; frozen, and
// settled by an audit. With all defences on there are none, but for those that the workload makes to see who finds them.

import { nodeId, type NodeId } from "../../base/ids.ts";
import { held, type ItemPlace, placeName, type Shift, storedRegion } from "./items.ts";
import { storedPlayer } from "./ledger.ts";
import type { MeshMessage } from "./messages.ts";
import type { MeshEffect } from "./outbox.ts";
import { placesOf } from "./store-facts.ts";
import { groundAt, opened } from "./store-ground.ts";
import { send, type Vault } from "./store-vault.ts";
import type { PlannedCopy } from "./workload.ts";

const COPY = "copy:";

/** At the first boot only. */
export function arrange(vault: Vault, copies: readonly PlannedCopy[]): void {
  for (const [at, copy] of copies.entries()) vault.out.setTimer(`${COPY}${at}`, copy.at);
}

export function onCopyDue(vault: Vault, timer: string, copies: readonly PlannedCopy[]): void {
  const copy = timer.startsWith(COPY) ? copies[Number(timer.slice(COPY.length))] : undefined;
  const known = copy === undefined ? undefined : vault.state.ledger.things.items.get(copy.item);
  if (copy === undefined || known === undefined || known.place.type === "gone") return;
  const to = placeOf(vault, copy.to);
  const { item } = copy;
  const place = placeName(to);
  vault.write({ type: "copied", item, to }, []);
  const player = to.type === "held" ? to.player : undefined;
  const row = player === undefined ? null : { player, state: storedPlayer(vault.state.ledger, player).state };
  vault.answer([{ type: "record", fact: "itemCopied", item, place, state: row }, ...tidings(vault, [to])]);
  lookForCopies(vault, [{ item, from: null, to }], undefined);
}

/** The audit by id: what has just been moved is in one place, or it is known at once. */
export function lookForCopies(vault: Vault, shifts: readonly Shift[], server: NodeId | undefined): void {
  if (vault.settings.duplicates.detector === "local") return;
  for (const { item, to } of shifts) {
    const known = vault.state.ledger.things.items.get(item);
    if (known === undefined || known.copies.length === 0 || known.frozen) continue;
    freeze(vault, item, "global", server ?? serverOf(vault, to));
  }
}

export function onSuspect(vault: Vault, server: NodeId, { item }: Extract<MeshMessage, { type: "suspect" }>): void {
  const known = vault.state.ledger.things.items.get(item);
  if (known === undefined || known.copies.length === 0) return vault.answer([send(server, { type: "cleared", item })]);
  if (!known.frozen) freeze(vault, item, "local", server);
}

/** Items that were frozen when the store's process ended. */
export function watchFrozen(vault: Vault): void {
  for (const [item, { frozen }] of vault.state.ledger.things.items) if (frozen) scheduleAudit(vault, item);
}

export function audit(vault: Vault): void {
  for (const [item, dueUs] of vault.state.audits) {
    if (dueUs > vault.nowUs) continue;
    vault.state.audits.delete(item);
    resolve(vault, item);
  }
}

function freeze(vault: Vault, item: string, foundBy: "local" | "global", server: NodeId | ""): void {
  const places = placesOf(vault.state.ledger, item);
  const told: MeshEffect[] = [{ type: "record", fact: "itemFrozen", item, places, foundBy }];
  if (server !== "") told.push(send(server, { type: "duplicate", item, places }));
  vault.write({ type: "frozen", item }, told);
  scheduleAudit(vault, item);
}

function scheduleAudit(vault: Vault, item: string): void {
  const { resolveAfter, resolution } = vault.settings.duplicates;
  if (resolution === "never") return;
  vault.state.audits.set(item, vault.nowUs + resolveAfter);
  vault.out.setTimer("audit", resolveAfter);
}

function resolve(vault: Vault, item: string): void {
  const known = vault.state.ledger.things.items.get(item);
  if (known === undefined || !known.frozen) return;
  const kept = vault.settings.duplicates.resolution === "creation" ? firstCreated(known) : known.place;
  const removed = [known.place, ...known.copies].filter((place) => place !== kept);
  vault.write({ type: "resolved", item, kept }, []);
  const states = removed.flatMap((place) =>
    place.type === "held"
      ? [{ player: place.player, state: storedPlayer(vault.state.ledger, place.player).state }]
      : [],
  );
  const fact = { type: "record", fact: "itemResolved", item, kept: placeName(kept), states } as const;
  vault.answer([{ ...fact, removed: removed.map(placeName) }, ...tidings(vault, [kept, ...removed])]);
}

/** Copies were created when the original was; so who comes first is whoever has the first name (X-M-43). */
const firstCreated = ({
  place,
  copies,
}: {
  readonly place: ItemPlace;
  readonly copies: readonly ItemPlace[];
}): ItemPlace => [place, ...copies].reduce((first, one) => (placeName(one) < placeName(first) ? one : first));

/** To the servers whose players or ground have changed under them. */
function tidings(vault: Vault, places: readonly ItemPlace[]): readonly MeshEffect[] {
  return places.flatMap((place) => {
    const server = serverOf(vault, place);
    if (server === "") return [];
    if (place.type === "held") {
      const { version } = storedPlayer(vault.state.ledger, place.player).state;
      return [send(server, { type: "revised", player: place.player, version })];
    }
    if (place.type !== "ground") return [];
    return [opened(vault, server, place.region, storedRegion(vault.state.ledger.things, place.region).epoch)];
  });
}

function serverOf({ state: { ledger } }: Vault, place: ItemPlace): NodeId | "" {
  if (place.type === "held") return storedPlayer(ledger, place.player).server;
  return place.type === "ground" ? storedRegion(ledger.things, place.region).server : "";
}

const placeOf = (vault: Vault, to: PlannedCopy["to"]): ItemPlace =>
  "player" in to ? held(nodeId(to.player)) : groundAt(vault, to.x);
