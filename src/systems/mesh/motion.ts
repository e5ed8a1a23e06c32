// How a player walks: a position and a direction, in whole millimetres.

import { unreachable } from "../../base/assert.ts";
import type { Motion } from "./workload.ts";

export interface Walk {
  x: number;
  direction: 1 | -1;
}

/** The stretch a player walks on; equal ends: it stands. */
export interface Path {
  readonly from: number;
  readonly to: number;
  readonly plan: Plan;
}

/** `between`: to and fro for ever. `trip`: stands at `from`, walks to `to` at one time and back at another. */
type Plan =
  | { readonly type: "between" }
  | { readonly type: "trip"; readonly leaveUs: number; readonly returnUs: number; readonly eachSession: boolean };

/** A step, and when it is made on the player's clock. */
export interface Step {
  readonly distance: number;
  readonly nowUs: number;
}

interface Place {
  readonly ordinal: number;
  readonly servers: number;
  readonly width: number;
}

const NEVER_US = Number.MAX_SAFE_INTEGER;
const between: Plan = { type: "between" };

/** Which stretch player number `ordinal` walks on in a world of `servers` regions. */
export function pathOf(motion: Motion, { ordinal, servers, width }: Place): Path {
  const middle = (ordinal % servers) * width + Math.floor(width / 2);
  switch (motion.type) {
    case "still":
      return { from: motion.x ?? middle, to: motion.x ?? middle, plan: between };
    case "patrol":
      return { from: Math.min(motion.from, motion.to), to: Math.max(motion.from, motion.to), plan: between };
    case "border": {
      if (servers === 1) return { from: middle, to: middle, plan: between };
      const border = Math.min(motion.border ?? 1 + (ordinal % (servers - 1)), servers - 1);
      return { from: border * width - motion.reach, to: border * width + motion.reach, plan: between };
    }
    case "gather": {
      const aside = partOf(motion.scatter, ordinal) - Math.floor(motion.scatter / 2);
      const leaveUs = motion.at + partOf(motion.within, ordinal);
      const returnUs = motion.stay === 0 ? NEVER_US : leaveUs + motion.stay;
      const plan: Plan = { type: "trip", leaveUs, returnUs, eachSession: false };
      return { from: (motion.from ?? middle) + aside, to: motion.to + aside, plan };
    }
    case "spawn": {
      const border = Math.min(motion.border, servers - 1) * width;
      const plan: Plan = { type: "trip", leaveUs: 0, returnUs: NEVER_US, eachSession: true };
      return { from: border - motion.before, to: border + motion.beyond, plan };
    }
    default:
      return unreachable(motion);
  }
}

/** Player number `ordinal`'s part of a range, so that they are spread over it and neighbours are far apart. */
const partOf = (range: number, ordinal: number): number => (range === 0 ? 0 : (ordinal * 7_368_787) % range);

/** Where a player begins: on its way to the far end, each a little further on, so that they do not cross in step. */
export function startOf({ from, to, plan }: Path, ordinal: number): Walk {
  if (plan.type === "trip") return { x: from, direction: 1 };
  const span = Math.floor((to - from) / 2);
  return { x: from + (span === 0 ? 0 : (ordinal * 997) % span), direction: 1 };
}

/** Where a session begins: where the last one ended, unless all begin at one place. */
export function enter(walker: Walk, { from, plan }: Path): void {
  if (plan.type === "trip" && plan.eachSession) walker.x = from;
}

/** One step; who reaches an end turns round there, or stays. */
export function walk(walker: Walk, path: Path, { distance, nowUs }: Step): void {
  const { from, to, plan } = path;
  if (plan.type === "trip") {
    const goal = nowUs >= plan.leaveUs && nowUs < plan.returnUs ? to : from;
    walker.x = walker.x < goal ? Math.min(walker.x + distance, goal) : Math.max(walker.x - distance, goal);
    return;
  }
  if (from === to) {
    walker.x = from;
    return;
  }
  const next = walker.x + walker.direction * distance;
  walker.x = Math.max(from, Math.min(next, to));
  if (next >= to) walker.direction = -1;
  else if (next <= from) walker.direction = 1;
}
