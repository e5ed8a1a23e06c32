// The store on the ground of regions: opened by whoever has the region, changed under its epoch, and what waits in escrow
// brought to the server that has to see to it.

import type { NodeId } from "../../base/ids.ts";
import type { GroundOp, LedgerRecord } from "./ledger.ts";
import { isStaleEpoch, storedPlayer } from "./ledger.ts";
import { standsAt } from "./item-rules.ts";
import {
  type Escrow,
  type Ground,
  held,
  instanceOf,
  isFrozen,
  isInEscrow,
  type ItemPlace,
  liesIn,
  type Shift,
  storedRegion,
} from "./items.ts";
import type { MeshMessage } from "./messages.ts";
import type { MeshEffect } from "./outbox.ts";
import { type Answer, send, type Vault } from "./store-vault.ts";
import { regionAt, regionCount } from "./topology.ts";

type Received<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

export function onOpenRegion(vault: Vault, server: NodeId, { region, epoch }: Received<"openRegion">): void {
  const { ledger } = vault.state;
  if (isStaleEpoch(ledger, { region, epoch }, vault.settings)) return vault.answer([closed(vault, server, region)]);
  const log = storedRegion(ledger.things, region);
  if (epoch < log.epoch || (epoch === log.epoch && log.server === server))
    return vault.answer([opened(vault, server, region, epoch)]);
  vault.write({ type: "opened", region, epoch, server }, [opened(vault, server, region, epoch)]);
}

/** Sealed for the next server, before the coordinator gives the region to it: as fences are for players. */
export function onSealRegion(vault: Vault, coordinator: NodeId, { region, epoch }: Received<"sealRegion">): void {
  const answer = [send(coordinator, { type: "regionSealed", region, epoch })];
  if (epoch <= storedRegion(vault.state.ledger.things, region).epoch) return vault.answer(answer);
  vault.write({ type: "opened", region, epoch, server: "" }, answer);
}

/** Silence says that all is well. */
export function onSurvey(vault: Vault, server: NodeId, message: Received<"survey">): void {
  const { region, epoch, digest } = message;
  const log = storedRegion(vault.state.ledger.things, region);
  if (log.epoch !== epoch || log.server !== server) {
    return onOpenRegion(vault, server, { type: "openRegion", region, epoch });
  }
  const answer: MeshEffect[] = log.digest === digest ? [] : [opened(vault, server, region, epoch)];
  for (const item of vault.state.ledger.things.escrowed) {
    const place = vault.state.ledger.things.items.get(item)?.place;
    if (place?.type !== "escrow") continue;
    const seers = seersTo(vault, place);
    if (seers.includes(server)) answer.push(send(server, { type: "parcel", item, escrow: place }));
    else if (seers.length > 0 && !hasGround(vault, seers[0]))
      answer.push(send(seers[0], { type: "parcel", item, escrow: place }));
  }
  if (answer.length > 0) vault.answer(answer);
}

/** Who has players and no region never surveys, and is told when somebody else does. */
const hasGround = ({ state }: Vault, server: NodeId): boolean =>
  [...state.ledger.things.regions.values()].some((log) => log.server === server);

export function onLay(vault: Vault, server: NodeId, message: Received<"lay">): void {
  const { region, epoch, op, item, move } = message;
  const answered = (result: Received<"laid">["result"], x = 0): MeshEffect =>
    send(server, { type: "laid", region, epoch, op, item, move, result, x });
  if (isStaleEpoch(vault.state.ledger, { region, epoch }, vault.settings)) {
    const refused = { type: "record", fact: "groundRefused", server, region, epoch, because: "staleEpoch" } as const;
    return vault.answer([refused, answered("staleEpoch")]);
  }
  const next = afterLaying(vault, message);
  if (next === undefined) return vault.answer([answered("gone")]);
  const x = next.to.type === "ground" ? next.to.x : 0;
  // It has been done before.
  if (next.from === next.to) return vault.answer([answered("done", x)]);
  const version = (vault.state.ledger.things.items.get(item)?.version ?? 0) + 1;
  const record: LedgerRecord = { type: "laid", region, epoch, server, op, escrow: move, shift: next, version };
  vault.write(record, [answered("done", x)]);
}

/** Where it is, to whoever asks (properties.md I6). */
export function onWhere(vault: Vault, server: NodeId, { player, question, item }: Received<"where">): void {
  const known = vault.state.ledger.things.items.get(item);
  const place = known === undefined ? undefined : standsAt(known.place);
  const at = place?.type === "ground" || place?.type === "held" ? place.type : "nowhere";
  const who = place?.type === "held" ? place.player : "";
  vault.answer([send(server, { type: "found", player, question, item, at, held: who })]);
}

/** The ground at a place. */
export function groundAt({ topology, settings }: Vault, x: number): Ground {
  const regions = regionCount(topology.servers.length, settings.region.spares);
  return { type: "ground", region: regionAt(regions, topology.width, x), x };
}

/** To whoever has to see to what has just come into escrow. */
export function parcelsOf(vault: Vault, shifts: readonly Shift[]): Answer {
  return shifts.flatMap(({ item, to }) => {
    // A reservation is watched by the server that has made it.
    if (to.type !== "escrow" || to.kind === "pickup") return [];
    const [first] = seersTo(vault, to);
    return first === undefined ? [] : [send(first, { type: "parcel", item, escrow: to })];
  });
}

/** The servers that can end an escrow, the one that should do so first. */
function seersTo(vault: Vault, { phase, from, to }: Escrow): readonly NodeId[] {
  const ends = phase === "committed" ? [to] : phase === "declined" || from.type === "ground" ? [from] : [to, from];
  return ends.flatMap((place) => {
    const server = serverOf(vault, place);
    return server === "" ? [] : [server];
  });
}

const serverOf = ({ state }: Vault, place: Escrow["from"]): NodeId | "" =>
  place.type === "ground"
    ? storedRegion(state.ledger.things, place.region).server
    : storedPlayer(state.ledger, place.player).server;

/** What the operation moves; from and to the same: it was moved before. Undefined: it cannot be done. */
function afterLaying(vault: Vault, { region, op, item, move, player }: Received<"lay">): Shift | undefined {
  const { things } = vault.state.ledger;
  if (isFrozen(things, item) && vault.settings.duplicates.freeze) return undefined;
  const waiting = instanceOf(things, item, isInEscrow(move));
  const lying = instanceOf(things, item, liesIn(region));
  const again = (place: ItemPlace | undefined): Shift | undefined => place && { item, from: place, to: place };
  if (op === "reserve") {
    if (waiting !== undefined || lying?.type !== "ground" || player === "") return again(waiting);
    return { item, from: lying, to: reservation(move, lying, player) };
  }
  if (waiting?.type !== "escrow") return again(lying);
  const back = goalOf(waiting, op);
  return back?.type === "ground" && back.region === region ? { item, from: waiting, to: back } : undefined;
}

function goalOf({ phase, from, to }: Escrow, op: Exclude<GroundOp, "reserve">): Escrow["to"] | undefined {
  if (op === "collect") return phase === "committed" ? to : undefined;
  return phase === "committed" ? undefined : from;
}

const reservation = (id: string, from: Escrow["from"], player: NodeId): Escrow => ({
  type: "escrow",
  id,
  kind: "pickup",
  phase: "reserved",
  from,
  to: held(player),
  other: "",
  session: 0,
  sequence: 0,
});

export function opened(vault: Vault, server: NodeId, region: number, epoch: number): MeshEffect {
  const items = [...storedRegion(vault.state.ledger.things, region).ground].map(([item, x]) => ({ item, x }));
  return send(server, { type: "regionOpened", region, epoch, items });
}

const closed = (vault: Vault, server: NodeId, region: number): MeshEffect => {
  const { epoch } = storedRegion(vault.state.ledger.things, region);
  return send(server, { type: "regionClosed", region, epoch });
};
