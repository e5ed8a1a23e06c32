// What a write may do to items: every kind, and what it needs. With the ledger's checks off, everything is possible, and
// then an item can come to be in two places.

import type { NodeId } from "../../base/ids.ts";
import {
  type Escrow,
  gone,
  type Ground,
  held,
  instanceOf,
  isFrozen,
  isHeldBy,
  isInEscrow,
  type ItemPlace,
  liesIn,
  noShifts,
  type Shift,
  type Things,
} from "./items.ts";
import type { Write } from "./ledger.ts";
import { actionName } from "./player-state.ts";
import type { MeshSettings } from "./settings.ts";

/** What the rules look at beside the items. */
export interface Persons {
  /** Whether somebody will ever come for what is given to this player. */
  isKnown(player: NodeId): boolean;
}

/** `reserved`: the first half of a trade. */
export interface Dealt {
  readonly outcome: "done" | "failed" | "reserved";
  readonly shifts: readonly Shift[];
}

const failed: Dealt = { outcome: "failed", shifts: noShifts };
const scored: Dealt = { outcome: "done", shifts: noShifts };

/** What becomes of the items that a write is about. */
export function deal(things: Things, write: Write, settings: MeshSettings, persons: Persons): Dealt {
  const { kind, item, terms } = write;
  if (kind === "score") return scored;
  if (terms === null || isBarred(things, item, settings)) return failed;
  switch (kind) {
    case "pickup":
      return pickUp(things, write, settings);
    case "drop":
      return putDown(things, write, settings);
    case "spawn":
      return things.items.has(item) ? failed : done({ item, from: null, to: groundOf(write) });
    case "destroy":
      return letGo(things, write, settings, gone());
    case "give":
      if (terms.to === "" || terms.to === write.player || !persons.isKnown(terms.to)) return failed;
      return letGo(things, write, settings, escrowOf(write, "give", "committed", held(terms.to)));
    case "trade":
      return offer(things, write, settings, persons);
    case "undo":
      return takeBack(things, write);
    case "accept":
      return accept(things, write, settings);
    case "collect":
      return collect(things, write, settings);
  }
}

/** There is something to give back, whatever its action has been decided to be. */
export function isUndoing(things: Things, { kind, item, terms }: Write): boolean {
  if (kind !== "undo" || terms === null) return false;
  const waiting = instanceOf(things, item, isInEscrow(terms.escrow));
  return waiting?.type === "escrow" && waiting.phase !== "committed";
}

/** An action that is given up before it has an outcome: what it offered can only go back. */
export function withdrawn(things: Things, write: Write): readonly Shift[] {
  const { kind, item } = write;
  const from = kind === "trade" ? instanceOf(things, item, isInEscrow(nameOf(write))) : undefined;
  if (from?.type !== "escrow" || from.phase !== "reserved") return noShifts;
  return [{ item, from, to: { ...from, phase: "declined" } }];
}

/** Where others take an item to be that is on its way: it counts as arrived once it can only go on. */
export function standsAt(place: ItemPlace): ItemPlace {
  if (place.type !== "escrow") return place;
  return place.phase === "committed" ? place.to : place.from;
}

const done = (...shifts: readonly Shift[]): Dealt => ({ outcome: "done", shifts });

/** Nothing may be done with it. */
const isBarred = (things: Things, item: string, { duplicates }: MeshSettings): boolean =>
  duplicates.freeze && isFrozen(things, item);

const isUnchecked = (settings: MeshSettings): boolean => !settings.defence.itemLedger;

function pickUp(things: Things, write: Write, settings: MeshSettings): Dealt {
  const { player, item, terms } = write;
  if (terms === null) return failed;
  const id = terms.escrow === "" ? nameOf(write) : terms.escrow;
  const fits = (place: ItemPlace): boolean =>
    (terms.epoch > 0 && liesIn(terms.region)(place)) || (isInEscrow(id)(place) && place.phase === "reserved");
  const from = instanceOf(things, item, fits) ?? null;
  if (from === null && !isUnchecked(settings)) return failed;
  return done({ item, from, to: held(player) });
}

/** On the ground of its own server's region at once, on that of another by way of that one's server. */
function putDown(things: Things, write: Write, settings: MeshSettings): Dealt {
  const ground = groundOf(write);
  const isOwn = write.terms !== null && write.terms.epoch > 0;
  return letGo(things, write, settings, isOwn ? ground : escrowOf(write, "drop", "committed", ground));
}

function letGo(things: Things, { player, item }: Write, settings: MeshSettings, to: ItemPlace): Dealt {
  const from = instanceOf(things, item, isHeldBy(player)) ?? null;
  if (from === null && !isUnchecked(settings)) return failed;
  return done({ item, from, to });
}

function offer(things: Things, write: Write, settings: MeshSettings, persons: Persons): Dealt {
  const { player, item, terms } = write;
  if (terms === null || terms.to === "" || terms.to === player || terms.other === item) return failed;
  const again = instanceOf(things, item, isInEscrow(nameOf(write)));
  if (again !== undefined) return { outcome: "reserved", shifts: noShifts };
  if (!persons.isKnown(terms.to)) return failed;
  const dealt = letGo(things, write, settings, escrowOf(write, "trade", "reserved", held(terms.to)));
  return dealt.outcome === "done" ? { ...dealt, outcome: "reserved" } : dealt;
}

/** The trade fails, and what was offered goes back. */
function takeBack(things: Things, write: Write): Dealt {
  const { player, item, terms } = write;
  const from = terms === null ? undefined : instanceOf(things, item, isInEscrow(terms.escrow));
  if (from?.type !== "escrow" || from.phase === "committed") return failed;
  return { outcome: "failed", shifts: [{ item, from, to: held(player) }] };
}

/** Both legs, or none: what was offered comes to hand, and what is wanted for it is on its way in the same instant (I4). */
function accept(things: Things, { player, item, terms }: Write, settings: MeshSettings): Dealt {
  const from = terms === null ? undefined : instanceOf(things, item, isInEscrow(terms.escrow));
  if (from?.type !== "escrow" || from.phase !== "reserved") return failed;
  const { other } = from;
  const paid = isBarred(things, other, settings) ? undefined : instanceOf(things, other, isHeldBy(player));
  const taken: Shift = { item, from, to: held(player) };
  if (paid === undefined && settings.defence.tradeWhole) {
    return { outcome: "failed", shifts: [{ item, from, to: { ...from, phase: "declined" } }] };
  }
  if (paid === undefined) return done(taken);
  const to: Escrow = { ...from, phase: "committed", from: held(player), to: from.from, other: "" };
  return done(taken, { item: other, from: paid, to });
}

function collect(things: Things, { player, item, terms }: Write, settings: MeshSettings): Dealt {
  const from = terms === null ? undefined : instanceOf(things, item, isInEscrow(terms.escrow));
  const fits = from?.type === "escrow" && from.phase === "committed" && isHeldBy(player)(from.to);
  if (from === undefined || (!fits && !isUnchecked(settings))) return failed;
  return done({ item, from, to: held(player) });
}

const groundOf = ({ terms }: Write): Ground => ({ type: "ground", region: terms?.region ?? 0, x: terms?.x ?? 0 });

const nameOf = ({ player, session, sequence }: Write): string => actionName(player, session, sequence);

function escrowOf(write: Write, kind: Escrow["kind"], phase: Escrow["phase"], to: Escrow["to"]): Escrow {
  const { player, session, sequence, terms } = write;
  const other = kind === "trade" ? (terms?.other ?? "") : "";
  return { type: "escrow", id: nameOf(write), kind, phase, from: held(player), to, other, session, sequence };
}
