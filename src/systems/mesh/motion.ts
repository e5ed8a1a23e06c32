// How a player walks: a position and a direction, in whole millimetres.

import type { Motion } from "./workload.ts";

export interface Walk {
  x: number;
  direction: 1 | -1;
}

/** The stretch a player walks on; equal ends: it stands. */
export interface Path {
  readonly from: number;
  readonly to: number;
}

/** Which stretch player number `ordinal` walks on in a world of `servers` regions. */
export function pathOf(
  motion: Motion,
  { ordinal, servers, width }: { ordinal: number; servers: number; width: number },
): Path {
  const middle = (ordinal % servers) * width + Math.floor(width / 2);
  switch (motion.type) {
    case "still":
      return { from: motion.x ?? middle, to: motion.x ?? middle };
    case "patrol":
      return { from: Math.min(motion.from, motion.to), to: Math.max(motion.from, motion.to) };
    case "border": {
      if (servers === 1) return { from: middle, to: middle };
      const border = Math.min(motion.border ?? 1 + (ordinal % (servers - 1)), servers - 1);
      return { from: border * width - motion.reach, to: border * width + motion.reach };
    }
  }
}

/** Where a player begins: on its way to the far end, each a little further on, so that they do not cross in step. */
export function startOf({ from, to }: Path, ordinal: number): Walk {
  const span = Math.floor((to - from) / 2);
  return { x: from + (span === 0 ? 0 : (ordinal * 997) % span), direction: 1 };
}

/** One step of `distance` millimetres; who reaches an end turns round there. */
export function walk(walker: Walk, { from, to }: Path, distance: number): void {
  if (from === to) {
    walker.x = from;
    return;
  }
  const next = walker.x + walker.direction * distance;
  walker.x = Math.max(from, Math.min(next, to));
  if (next >= to) walker.direction = -1;
  else if (next <= from) walker.direction = 1;
}
