// What a server does for its players with things that are not at hand: it asks the authority for an item beyond the
// border, waits for the other side of a trade, and collects what is in escrow for them. Every step is known by the name of
// the action it belongs to, and can be done again by whoever has the player next.

import type { NodeId } from "../../base/ids.ts";
import { dropReplica, groundWith, lay, lift } from "./boundary.ts";
import type { Errand } from "./item-facts.ts";
import type { Escrow, ItemTerms } from "./items.ts";
import { noLineage, ticked } from "./lineage.ts";
import { actionName, type PlayerState } from "./player-state.ts";
import { answer, pump } from "./server-actions.ts";
import { reload } from "./server-authority.ts";
import { watchReservation } from "./server-reservations.ts";
import {
  type Held,
  isFrozen,
  mayAct,
  type QueuedAction,
  type Received,
  type Request,
  type Turn,
  type WriteInFlight,
} from "./server-state.ts";
import { regionAt } from "./topology.ts";

/** What the write of an action says of its item, from where this server and the player stand now. */
export function termsOf(turn: Turn, held: Held, { kind, item, bargain, escrow }: QueuedAction): ItemTerms | null {
  if (kind === "score") return null;
  const { to, other } = bargain ?? noBargain;
  const rest = { escrow, to, other };
  if (kind === "pickup") return { ...groundOf(turn, held, item), x: 0, ...rest };
  if (kind === "drop") return { ...standing(turn, held.x), ...rest };
  return kind === "spawn" ? { ...athome(turn, held.x), ...rest } : { ...nowhere, ...rest };
}

/**
 * The item is a neighbour's, who has to be asked: true when it now is. A server without the guard takes it by its own
 * replica, in its neighbour's name.
 */
export function asksAuthority(turn: Turn, player: NodeId, held: Held, action: QueuedAction): boolean {
  if (action.kind !== "pickup" || action.escrow !== "" || !turn.settings.defence.replicaGuard) return false;
  const replica = turn.state.replicas.get(action.item);
  if (replica === undefined || groundWith(turn, action.item) !== undefined) return false;
  const { nowUs } = turn;
  const request: Request = {
    type: "pickup",
    action,
    authority: replica.source,
    move: "",
    sent: 0,
    sinceUs: nowUs,
    dueUs: 0,
  };
  held.request = request;
  ask(turn, player, request);
  if (turn.settings.boundary.pickup === "optimistic") dropReplica(turn, action.item);
  return true;
}

/** What was offered in a trade waits in escrow, and the player's queue with it. */
export function awaitTrade(turn: Turn, player: NodeId, held: Held, action: QueuedAction): void {
  const { nowUs, settings, out } = turn;
  const { timeout } = settings.boundary;
  const move = actionName(player, action.session, action.sequence);
  held.request = { type: "trade", action, authority: "", move, sent: 1, sinceUs: nowUs, dueUs: nowUs + timeout };
  out.setTimer(timerOf(player), timeout);
}

/** Nothing has been heard for long enough: it is asked again, or it is over. */
export function onEntityDue(turn: Turn, player: NodeId): void {
  const held = turn.state.held.get(player);
  const request = held?.request ?? null;
  if (held === undefined || request === null) return;
  const { timeout, requestRetry, retry } = turn.settings.boundary;
  if (isFrozen(turn, held) || !mayAct(turn)) return turn.out.setTimer(timerOf(player), requestRetry);
  const isOver = turn.nowUs - request.sinceUs >= timeout;
  if (request.type === "trade") return isOver ? withdraw(turn, player, held, request.action) : undefined;
  if (isOver) conclude(turn, player, held, request, "none");
  else if (retry) ask(turn, player, request);
}

/** Begins what has been waited for again when its timer is overdue: timers can be lost, too. */
export function nudgeRequest(turn: Turn, player: NodeId, { request }: Held): void {
  if (request !== null && turn.nowUs > request.dueUs + turn.settings.boundary.timeout) onEntityDue(turn, player);
}

export function onEntityAnswer(turn: Turn, { player, move, answer: word }: Received<"entityAnswer">): void {
  const held = turn.state.held.get(player);
  const request = held?.request ?? null;
  if (held === undefined || request === null || request.type !== "pickup") return;
  if (
    turn.settings.boundary.idempotencyKey ? request.move !== move : !move.startsWith(`${request.move.split("#")[0]}#`)
  )
    return;
  request.move = move;
  conclude(turn, player, held, request, word);
}

/** Something waits in escrow for a player, or a region, of this server's. */
export function onParcel(turn: Turn, { item, escrow }: Received<"parcel">): void {
  const { phase, kind, from, to, id } = escrow;
  if (phase === "committed")
    return to.type === "ground" ? collectToGround(turn, item, escrow) : collect(turn, to.player, item, escrow);
  if (kind === "pickup") return from.type === "ground" ? watchReservation(turn, id, item, from.region, to) : undefined;
  const other = to.type === "held" ? turn.state.held.get(to.player) : undefined;
  if (phase === "reserved" && other !== undefined && to.type === "held")
    return runErrand(turn, to.player, other, "accept", item, escrow);
  const held = from.type === "held" ? turn.state.held.get(from.player) : undefined;
  if (held === undefined || from.type !== "held") return;
  // Reserved: its own request is still waiting, if there is one.
  const request = held.request?.move === id ? held.request : null;
  if (request !== null && phase === "reserved") return;
  withdraw(turn, from.player, held, request?.action ?? offerOf(item, escrow));
}

/** The store itself has changed the player's row. */
export function onRevised(turn: Turn, { player, version }: Received<"revised">): void {
  const held = turn.state.held.get(player);
  if (held !== undefined && held.reload === null && held.state.version < version) reload(turn, player, held);
}

/** The store has found an item in two places: whoever looks after the mesh is to know (MESH-F6-09, MESH-F6-12). */
export function onDuplicate(turn: Turn, { item, places }: Received<"duplicate">): void {
  turn.out.record({ type: "record", fact: "itemDuplicateDetected", item, places });
}

export function onWhere(turn: Turn, message: Received<"where">, from: NodeId): void {
  if (message.player === from && turn.state.held.has(from)) turn.out.send(turn.topology.store, message);
}

export function onFound(turn: Turn, message: Received<"found">): void {
  turn.out.send(message.player, message);
}

/** The state as the action leaves it; whether the items allow it is for the store to say. */
export function after({ self, wallUs }: Turn, held: Held, action: QueuedAction): PlayerState {
  const { kind } = action;
  const { state, x } = held;
  const version = state.version + 1;
  const { session, sequence } = isOwnEffect(kind) ? action : state;
  const { score } = state;
  const lineage = { clock: ticked((state.lineage ?? noLineage).clock, self), wroteUs: wallUs };
  const items = itemsAfter(state.items, action);
  return { version, x, session, sequence, score: kind === "score" ? score + 1 : score, items, lineage };
}

function itemsAfter(items: readonly string[], { kind, item, bargain }: QueuedAction): readonly string[] {
  switch (kind) {
    case "score":
    case "spawn":
      return items;
    case "pickup":
    case "collect":
    case "undo":
      return [...items, item];
    case "accept":
      return [...items.filter((kept) => kept !== bargain?.other), item];
    case "drop":
    case "give":
    case "trade":
    case "destroy":
      return items.filter((kept) => kept !== item);
  }
}

/** A write has taken effect: what this server shows of its ground follows. */
export function followWrite(turn: Turn, { action: { kind, item, escrow }, terms }: WriteInFlight): void {
  if (terms === null || terms.epoch === 0) return;
  const { region, x } = terms;
  if (kind === "pickup" && escrow === "") lift(turn, region, item);
  if (kind === "drop" || kind === "spawn") lay(turn, region, item, x);
}

/** A client that is told what its server did for it beside its actions knows what it has. */
export function tellInventory({ out }: Turn, player: NodeId, { session, token, state }: Held): void {
  if (session !== 0)
    out.send(player, { type: "inventory", session, token, version: state.version, items: state.items });
}

function dropRequest(turn: Turn, player: NodeId, held: Held): void {
  if (held.request === null) return;
  held.request = null;
  turn.out.cancelTimer(timerOf(player));
}

const noBargain = { to: "", other: "" } as const;
const nowhere = { region: -1, epoch: 0, x: 0 } as const;

const timerOf = (player: NodeId): string => `entity:${player}`;

/** What is in the row as an action of the client's own. */
const isOwnEffect = (kind: QueuedAction["kind"]): boolean =>
  kind !== "trade" && kind !== "undo" && kind !== "collect" && kind !== "accept";

function groundOf(turn: Turn, { x }: Held, item: string): { readonly region: number; readonly epoch: number } {
  const { state, settings, topology } = turn;
  const lies = groundWith(turn, item);
  if (lies !== undefined) return { region: lies, epoch: state.regions.get(lies)?.epoch ?? 0 };
  const replica = state.replicas.get(item);
  if (replica !== undefined && !settings.defence.replicaGuard) {
    return { region: replica.region, epoch: state.sources.get(replica.region)?.epoch ?? 0 };
  }
  const region = regionAt(state.map.owners.length, topology.width, x);
  return { region, epoch: state.regions.get(region)?.epoch ?? 0 };
}

/** Where the player stands; epoch 0 when that is another server's ground. */
function standing({ state, topology }: Turn, x: number): { region: number; epoch: number; x: number } {
  const region = regionAt(state.map.owners.length, topology.width, x);
  return { region, epoch: state.regions.get(region)?.epoch ?? 0, x };
}

/** Where the player stands, or else the nearest end of a region of this server's. */
function athome(turn: Turn, x: number): { region: number; epoch: number; x: number } {
  const here = standing(turn, x);
  const [first] = turn.state.regions;
  if (here.epoch > 0 || first === undefined) return here;
  const [region, { epoch }] = first;
  const { width } = turn.topology;
  return { region, epoch, x: Math.max(region * width, Math.min(x, (region + 1) * width - 1)) };
}

function ask(turn: Turn, player: NodeId, request: Request): void {
  const { out, settings, nowUs, self: server } = turn;
  const { action, authority } = request;
  const { idempotencyKey, retry, requestRetry, timeout } = settings.boundary;
  if (authority === "") return;
  request.sent += 1;
  const { item } = action;
  const name = actionName(player, action.session, action.sequence);
  request.move = idempotencyKey ? name : `${name}#${request.sent}`;
  out.send(authority, { type: "entityAction", action: "pickup", move: request.move, item, player });
  out.record({ type: "record", fact: "pickupForwarded", server, authority, action: name, item, sent: request.sent });
  const afterUs = retry ? Math.min(requestRetry, timeout) : timeout;
  request.dueUs = nowUs + afterUs;
  out.setTimer(timerOf(player), afterUs);
}

/** Whatever the authority said, or did not: the store has the item in escrow for this action, or the action has failed. */
function conclude(
  turn: Turn,
  player: NodeId,
  held: Held,
  request: Request,
  word: "reserved" | "refused" | "none",
): void {
  const { action, move, sinceUs } = request;
  const name = actionName(player, action.session, action.sequence);
  const afterUs = turn.nowUs - sinceUs;
  const { item } = action;
  turn.out.record({
    type: "record",
    fact: "pickupReturned",
    server: turn.self,
    action: name,
    item,
    answer: word,
    afterUs,
  });
  dropRequest(turn, player, held);
  held.queue.unshift({ ...action, escrow: move });
  pump(turn, player, held);
}

function collect(turn: Turn, player: NodeId, item: string, escrow: Escrow): void {
  const held = turn.state.held.get(player);
  if (held === undefined) return;
  const { request } = held;
  if (request?.type === "trade" && request.move === escrow.id) {
    const { session, sequence } = request.action;
    dropRequest(turn, player, held);
    if (held.session === session) held.done = Math.max(held.done, sequence);
    answer(turn, player, held, { session, sequence }, "done");
  }
  runErrand(turn, player, held, "collect", item, escrow);
}

function collectToGround({ state, out, topology }: Turn, item: string, { id, to }: Escrow): void {
  const own = to.type === "ground" ? state.regions.get(to.region) : undefined;
  if (own === undefined || to.type !== "ground") return;
  out.send(topology.store, {
    type: "lay",
    region: to.region,
    epoch: own.epoch,
    op: "collect",
    item,
    move: id,
    player: "",
  });
}

/** The trade has come to nothing: what was offered goes back to its player. */
function withdraw(turn: Turn, player: NodeId, held: Held, action: QueuedAction): void {
  const { session, sequence } = action;
  dropRequest(turn, player, held);
  enqueue(turn, player, held, { ...action, kind: "undo", escrow: actionName(player, session, sequence) });
}

const offerOf = (item: string, { session, sequence, id }: Escrow): QueuedAction => ({
  session,
  sequence,
  kind: "trade",
  item,
  bargain: null,
  escrow: id,
  withdrawn: false,
});

function runErrand(turn: Turn, player: NodeId, held: Held, kind: Errand, item: string, { id, other }: Escrow): void {
  turn.state.asks += 1;
  const bargain = kind === "accept" ? { to: player, other } : null;
  // No client counts below zero: the answer is known by it.
  enqueue(turn, player, held, {
    session: 0,
    sequence: -turn.state.asks,
    kind,
    item,
    bargain,
    escrow: id,
    withdrawn: false,
  });
}

function enqueue(turn: Turn, player: NodeId, held: Held, errand: QueuedAction): void {
  const isSame = ({ kind, item, escrow }: QueuedAction): boolean =>
    kind === errand.kind && item === errand.item && escrow === errand.escrow;
  if (held.errands.some(isSame) || (held.write !== null && isSame(held.write.action))) return;
  held.errands = [...held.errands, errand];
  pump(turn, player, held);
}
