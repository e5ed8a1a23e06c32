// In which order the players of failed servers get others (MESH-FT-06): region by region, critical ones first, then the
// fuller ones. All at once, or one region after the other. The leader's own memory: a new leader begins with everything
// that it finds unfinished.

import type { NodeId } from "../../base/ids.ts";
import { regionLoads } from "./authority-register.ts";
import { failoverEnds } from "./coordinator-failovers.ts";
import { seal } from "./coordinator-grants.ts";
import { alertAdministrators } from "./coordinator-mode.ts";
import { type Desk, registrationOf } from "./coordinator-state.ts";
import { byPriority, criticalRegions } from "./degraded-mode.ts";

/** A region whose players wait for another server. Plain data. */
export interface Recovery {
  readonly region: number;
  readonly critical: boolean;
  /** Players in the region when it was queued: what it is compared by. */
  readonly players: number;
  readonly sinceUs: number;
  /** Those that have not been granted yet. */
  readonly left: Set<NodeId>;
  begun: boolean;
  overdue: boolean;
}

export interface Recoveries {
  /** In the order in which they are to begin. */
  queue: Recovery[];
  /** With `failover.pace`: no other begins before. */
  nextUs: number;
}

export const freshRecoveries = (): Recoveries => ({ queue: [], nextUs: 0 });

/** These players wait to be sealed: those that have lost their server, in order of their regions; others at once. */
export function recover(desk: Desk, players: Iterable<NodeId>): void {
  const lost = new Map<number, NodeId[]>();
  for (const player of players) {
    const { pending } = registrationOf(desk, player);
    if (pending?.cause !== "failover") {
      seal(desk, player);
      continue;
    }
    const others = lost.get(pending.region);
    if (others === undefined) lost.set(pending.region, [player]);
    else others.push(player);
  }
  if (lost.size === 0) return;
  queue(desk, lost);
  // One after the other: the first is chosen at the next look, when all that failed together are known.
  if (desk.settings.failover.order === "parallel") proceed(desk);
}

/** A player has been granted: it waits no more. */
export function noteGranted(desk: Desk, player: NodeId): void {
  const { recovery } = desk.state;
  if (recovery.queue.length === 0) return;
  let ended = false;
  for (const { region, left, sinceUs } of recovery.queue) {
    if (!left.delete(player) || left.size > 0) continue;
    ended = true;
    desk.out.record({ type: "record", fact: "recoveryEnded", region, afterUs: desk.nowUs - sinceUs });
    failoverEnds(desk, region);
  }
  if (!ended) return;
  recovery.queue = recovery.queue.filter(({ left }) => left.size > 0);
  proceed(desk);
}

/** Begins what may begin, and marks what takes too long (MESH-FT-03). */
export function watchRecoveries(desk: Desk): void {
  for (const recovery of desk.state.recovery.queue) {
    const afterUs = desk.nowUs - recovery.sinceUs;
    if (recovery.overdue || afterUs <= desk.settings.failover.bound) continue;
    recovery.overdue = true;
    const { region, left } = recovery;
    desk.out.record({ type: "record", fact: "recoveryOverdue", region, left: left.size, afterUs });
    alertAdministrators(desk, 2, `the failover of region ${region} has failed`);
  }
  proceed(desk);
}

function queue(desk: Desk, lost: ReadonlyMap<number, readonly NodeId[]>): void {
  const { register, recovery } = desk.state;
  const { order, byPriority: ranked } = desk.settings.failover;
  const loads = regionLoads(register);
  const critical = criticalRegions(loads, register.map.regions.length, desk.settings.degraded);
  for (const [region, players] of lost) {
    const known = recovery.queue.find((one) => one.region === region);
    if (known !== undefined) {
      // Their next server failed, too: what has begun goes on with them.
      for (const player of players) {
        known.left.add(player);
        if (known.begun) seal(desk, player);
      }
      continue;
    }
    const queued = { region, critical: critical.includes(region), players: loads.get(region) ?? 0 };
    recovery.queue.push({ ...queued, sinceUs: desk.nowUs, left: new Set(players), begun: false, overdue: false });
    desk.out.record({ type: "record", fact: "recoveryQueued", ...queued });
  }
  if (!ranked) return;
  const places = new Map(
    byPriority(new Map(recovery.queue.map(({ region, players }) => [region, players])), critical).map(
      ([region], place) => [region, place],
    ),
  );
  const placeOf = ({ region }: Recovery): number => places.get(region) ?? 0;
  recovery.queue.sort((left, right) => placeOf(left) - placeOf(right));
  // One after the other, the one that has begun is not interrupted.
  if (order === "sequential") recovery.queue.sort((left, right) => Number(right.begun) - Number(left.begun));
}

function proceed(desk: Desk): void {
  const { recovery } = desk.state;
  const { order, pace } = desk.settings.failover;
  for (const one of recovery.queue) {
    if (one.begun && order === "sequential") return;
    if (one.begun) continue;
    if (order === "sequential" && desk.nowUs < recovery.nextUs) return;
    one.begun = true;
    recovery.nextUs = desk.nowUs + pace;
    desk.out.record({ type: "record", fact: "recoveryBegun", region: one.region, players: one.players });
    for (const player of one.left) seal(desk, player);
  }
}
