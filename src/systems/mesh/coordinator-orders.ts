// What the leading coordinator does about an operator's orders. Each is asked again until it is done or refused, and is
// answered by what the register says now: so it is the same to be asked once or often, by whichever leader.

import type { NodeId } from "../../base/ids.ts";
import { latestOrder, regionLoads } from "./authority-register.ts";
import { areSealed, giveHome, regionsOf, sealedRegions } from "./coordinator-servers.ts";
import type { Desk, Received, ServerOrder } from "./coordinator-state.ts";
import type { OrderAnswer } from "./messages.ts";
import { standingOf, movesBetween, withEnlisted } from "./region-map.ts";

export function onOrder(desk: Desk, operator: NodeId, { command, number, verb, subject }: Received<"order">): void {
  const isLate = number < latestOrder(desk.state.register, subject);
  const answer = isLate ? "superseded" : answerTo(desk, verb, subject, number);
  desk.out.send(operator, { type: "ordered", command, answer });
}

function answerTo(desk: Desk, verb: Received<"order">["verb"], subject: string, number: number): OrderAnswer {
  switch (verb) {
    case "drain":
    case "resume":
    case "addNode": {
      const server = desk.topology.servers.find((one) => one === subject);
      if (server === undefined) return "unknown";
      if (standingOf(desk.state.register.map, server) === "down") return "isDown";
      return { drain, resume, addNode }[verb](desk, server, { verb, number });
    }
    case "freeze":
    case "unfreeze":
      return freeze(desk, subject, number, verb === "freeze");
    case "stopAdmissions":
    case "openAdmissions":
      return shut(desk, number, verb === "stopAdmissions");
  }
}

/** The store has sealed a region that an order waits for. Whoever still waits keeps its place: each is asked once. */
export function proceedWithOrders(desk: Desk): void {
  for (const [server, { verb, number }] of desk.state.orders) answerTo(desk, verb, server, number);
}

/** Done once nothing is left on it that anybody would miss: then it may be stopped. */
function drain(desk: Desk, server: NodeId, ordered: ServerOrder): OrderAnswer {
  const { map, players } = desk.state.register;
  if (standingOf(map, server) === "up") {
    const others = [...map.standings].filter(([other, standing]) => other !== server && standing === "up");
    if (others.length === 0) return "lastServer";
    if (waitsForSeals(desk, server, ordered, regionsOf(desk, server))) return "underway";
    desk.propose({ type: "drain", server, sealed: sealedRegions(desk, server), order: ordered.number });
    return "underway";
  }
  if (isNews(desk, server, ordered.number)) {
    desk.propose({ type: "drain", server, sealed: null, order: ordered.number });
    return "underway";
  }
  for (const { owner, pending } of players.values()) {
    if (owner?.server === server || pending?.server === server) return "underway";
  }
  return map.regions.some((region) => region.server === server) ? "underway" : "done";
}

function resume(desk: Desk, server: NodeId, ordered: ServerOrder): OrderAnswer {
  const { number: order } = ordered;
  if (standingOf(desk.state.register.map, server) === "draining" || isNews(desk, server, order)) {
    desk.state.orders.delete(server);
    desk.propose({ type: "resume", server, order });
    return "underway";
  }
  const begun = giveHome(desk, server);
  if (begun === "sealing") desk.state.orders.set(server, ordered);
  else desk.state.orders.delete(server);
  return begun === "nothing" ? "done" : "underway";
}

function addNode(desk: Desk, server: NodeId, ordered: ServerOrder): OrderAnswer {
  const { map } = desk.state.register;
  if (standingOf(map, server) !== "up") return "isDown";
  if (isNews(desk, server, ordered.number)) desk.propose({ type: "resume", server, order: ordered.number });
  if (map.regions.some((region) => region.server === server)) return "done";
  const after = withEnlisted(map, server, regionLoads(desk.state.register));
  if (after === map) return "nothingToGive";
  const moves = movesBetween(map, after).map(({ region }) => ({ region, epoch: map.regions[region].epoch }));
  const regions = moves.map(({ region }) => region);
  if (waitsForSeals(desk, server, ordered, regions)) return "underway";
  for (const { region, epoch } of moves) desk.propose({ type: "move", region, epoch, server });
  return "underway";
}

/** Its regions are being sealed: the order goes on as soon as they are. */
function waitsForSeals(desk: Desk, server: NodeId, ordered: ServerOrder, regions: readonly number[]): boolean {
  const waits = !areSealed(desk, regions);
  if (waits) desk.state.orders.set(server, ordered);
  else desk.state.orders.delete(server);
  return waits;
}

function freeze(desk: Desk, subject: string, order: number, frozen: boolean): OrderAnswer {
  const region = Number(subject);
  const known = desk.state.register.map.regions[region];
  if (known === undefined) return "unknown";
  if (known.frozen === frozen && !isNews(desk, subject, order)) return "done";
  desk.propose({ type: "freeze", region, frozen, order });
  return "underway";
}

function shut(desk: Desk, order: number, closed: boolean): OrderAnswer {
  if (desk.state.register.map.mode.closed === closed && !isNews(desk, "", order)) return "done";
  desk.propose({ type: "shut", closed, order });
  return "underway";
}

/** It is not on record yet: earlier orders about the same thing, which may still be on their way, would undo it. */
const isNews = (desk: Desk, subject: string, order: number): boolean =>
  order > latestOrder(desk.state.register, subject);
