// The list of fault kinds: the compiler asks for a new one here, and nowhere else.

import type { FaultKind } from "../fault.ts";
import { clockDrift, clockFreeze, clockSlew, clockStep } from "./clocks.ts";
import type { ActionOf, Conduct, FaultSite, OpenStrike } from "./conduct.ts";
import { bitRot, diskError, diskFull, diskSlow, lostSync, misdirectedWrite } from "./disks.ts";
import { crash, lose, restart, stop, wipe } from "./down.ts";
import { bandwidth, latency, lossy, refuse } from "./links.ts";
import { corrupt, delay, drop, duplicate, hold, reorder } from "./messages.ts";
import { partition } from "./partition.ts";
import { pause, slow } from "./pause.ts";
import type { Strike } from "./strike.ts";
import { suppressTimers } from "./timers.ts";

const conducts: { readonly [K in FaultKind]: Conduct<K> } = {
  drop,
  delay,
  duplicate,
  corrupt,
  reorder,
  hold,
  partition,
  lossy,
  latency,
  bandwidth,
  refuse,
  crash,
  restart,
  pause,
  slow,
  stop,
  wipe,
  lose,
  clockStep,
  clockDrift,
  clockSlew,
  clockFreeze,
  diskError,
  diskFull,
  diskSlow,
  lostSync,
  bitRot,
  misdirectedWrite,
  suppressTimers,
};

// A kind and a strike of that kind are passed side by side, which is how the compiler can tell that they fit.

/** Finds out whom or what a strike hits, and tells it in a few words. */
export function aimStrike<K extends FaultKind>(kind: K, open: OpenStrike<ActionOf<K>>, site: FaultSite): string {
  return conducts[kind].aim(open, site);
}

/** Lets a strike that was aimed happen. */
export function beginStrike<K extends FaultKind>(kind: K, open: OpenStrike<ActionOf<K>>, site: FaultSite): void {
  conducts[kind].begin(open, site);
}

/** Ends a strike, and undoes what lasted as long as it was open. */
export function endStrike<K extends FaultKind>(kind: K, open: OpenStrike<ActionOf<K>>, site: FaultSite): void {
  conducts[kind].end(open, site);
}

/** Carries out what a strike asked for by `FaultSite.turnAfter`. */
export function turnStrike<K extends FaultKind>(kind: K, open: OpenStrike<ActionOf<K>>, site: FaultSite): void {
  conducts[kind].turn?.(open, site);
}

/** Whether a strike with such a window ends in the moment in which it began. */
export function endsAtOnce(kind: FaultKind, window: Strike["window"]): boolean {
  const { windowless, once } = conducts[kind];
  return windowless === true || (window === "once" && once === "atOnce");
}
