// The leader's sweep (MESH-F5-03, MESH-F5-08): from time to time every server is asked which players it has, and what it
// says is compared with the register. Its own memory: a new leader begins again.
//
// A hand-over that goes as it should looks like two owners for a while, so what is compared is tokens, and nothing counts
// that can be older than what the register says: claims of a server about to hand the player over, of one that has no
// lease, of an earlier life, and of players granted since the question left (X-M-28).

import type { NodeId } from "../../base/ids.ts";
import { incarnationOf } from "./authority-register.ts";
import { type Desk, type Received, registrationOf } from "./coordinator-state.ts";
import type { Claim } from "./messages.ts";
import { standingOf } from "./region-map.ts";
import { resolve } from "./coordinator-resolution.ts";

/** Plain data. */
export interface Sweep {
  /** When the one under way began, in the leader's time: its name. */
  round: number;
  /** When the next one begins; -1: nobody sweeps. */
  dueUs: number;
  /** Players granted since it began. */
  readonly granted: Set<NodeId>;
  /** Who has claimed each player in it: kept only where presence is compared. */
  readonly seen: Map<NodeId, readonly Holding[]>;
  /** Duplicates reported in it. */
  reported: number;
}

interface Holding {
  readonly server: NodeId;
  readonly token: number;
}

export const freshSweep = (): Sweep => ({ round: -1, dueUs: -1, granted: new Set(), seen: new Map(), reported: 0 });

/** The first sweep is a period away: whoever leads now has just been told of everybody. */
export function armSweep(desk: Desk): void {
  const { defence, sweep } = desk.settings;
  if (!defence.sweep) return;
  desk.state.sweep.dueUs = desk.nowUs + sweep.period;
  desk.out.setTimer("sweep", sweep.period);
}

/** Sweeps when the timer that should have is overdue: timers can be lost, too. */
export function nudgeSweep(desk: Desk): void {
  const { dueUs } = desk.state.sweep;
  if (dueUs >= 0 && desk.nowUs > dueUs + desk.settings.sweep.period) beginSweep(desk);
}

export function beginSweep(desk: Desk): void {
  const { sweep, register } = desk.state;
  if (sweep.dueUs < 0) return;
  sweep.round = desk.nowUs;
  sweep.reported = 0;
  sweep.granted.clear();
  sweep.seen.clear();
  for (const server of desk.topology.servers) {
    if (standingOf(register.map, server) !== "down") desk.out.send(server, { type: "roll", round: sweep.round });
  }
  armSweep(desk);
}

export function endSweeps(desk: Desk): void {
  desk.state.sweep.dueUs = -1;
  desk.state.sweep.round = -1;
  desk.out.cancelTimer("sweep");
}

export function onRolled(desk: Desk, server: NodeId, message: Received<"rolled">): void {
  const { sweep, register, serving } = desk.state;
  if (!serving || message.round !== sweep.round || message.incarnation !== incarnationOf(register, server)) return;
  if (standingOf(register.map, server) === "down") return;
  for (const claim of message.players) {
    const claims =
      desk.settings.sweep.compares === "tokens"
        ? byTokens(desk, server, claim, message.acts)
        : byPresence(desk, server, claim);
    if (claims.length > 0) report(desk, claim.player, claims);
  }
}

/** Everybody who claims the player, when this claim and the register contradict each other; nobody otherwise. */
function byTokens(desk: Desk, server: NodeId, { player, token, moving }: Claim, acts: boolean): readonly Holding[] {
  if (!acts || moving || desk.state.sweep.granted.has(player)) return [];
  const { owner } = registrationOf(desk, player);
  const claim = { server, token };
  if (owner === null) return [claim];
  // A grant to the same server is on its way, and raises its token; a token that the register never gave out is another's.
  if (owner.server === server) return token > owner.token ? [{ server, token: owner.token }, claim] : [];
  return [{ server: owner.server, token: owner.token }, claim];
}

/** As the documents have it: two servers name the same player. */
function byPresence({ state: { sweep } }: Desk, server: NodeId, { player, token }: Claim): readonly Holding[] {
  const before = (sweep.seen.get(player) ?? []).filter((holding) => holding.server !== server);
  const all = [...before, { server, token }];
  sweep.seen.set(player, all);
  return before.length === 0 ? [] : all;
}

function report(desk: Desk, player: NodeId, claims: readonly Holding[]): void {
  const { settings, state } = desk;
  if (state.register.resolutions.has(player)) return;
  if (settings.sweep.reports === "first" && state.sweep.reported > 0) return;
  state.sweep.reported += 1;
  const servers = [...new Set(claims.map((claim) => claim.server))];
  const tokens = servers.map((server) => Math.max(...claims.filter((one) => one.server === server).map(tokenOf)));
  desk.out.record({ type: "record", fact: "duplicateAuthorityDetected", player, servers, tokens });
  if (settings.resolution.decidedBy === "coordinator") resolve(desk, player, servers, Math.max(...tokens));
}

const tokenOf = ({ token }: Holding): number => token;
