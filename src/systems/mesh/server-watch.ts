// The leader's watch over the servers: when each was heard of last, until when its lease may run, and what follows from a
// silence. All of it is the leader's own memory: a new leader knows nothing of it, and so begins with the worst, that
// everybody was heard of just now and holds a lease that was renewed just now.

import { failoverWaitUs, type MeshSettings } from "./settings.ts";

/** Plain data. */
export interface Pulse {
  /** When it was heard of last, in the leader's time. */
  heardUs: number;
  /** Up to here nothing of its own is given to others, unless it has let go: it may hold a lease. */
  leaseUntilUs: number;
  suspected: boolean;
  /** It has let go of everything, or it is decided that it is given up: no lease is promised to it any more. */
  released: boolean;
  /** Times it was asked to. */
  revokes: number;
}

/** What to do about a silent server: nothing, ask it to let go, or give it up. */
export type Step = "nothing" | "wait" | "revoke" | "giveUp";

export const freshPulse = (nowUs: number, settings: MeshSettings): Pulse => ({
  heardUs: nowUs,
  leaseUntilUs: nowUs + failoverWaitUs(settings),
  suspected: false,
  released: false,
  revokes: 0,
});

/** Its heartbeat came. */
export function heardOf(pulse: Pulse, nowUs: number): void {
  pulse.heardUs = nowUs;
  pulse.suspected = false;
  pulse.revokes = 0;
}

/** Its lease is renewed, by an answer that leaves now. */
export function renewed(pulse: Pulse, nowUs: number, settings: MeshSettings): void {
  pulse.leaseUntilUs = Math.max(pulse.leaseUntilUs, nowUs + failoverWaitUs(settings));
}

/** The connection to it broke: it has the probe's time to be heard of, and not the whole timeout. */
export function lostTouch(pulse: Pulse, nowUs: number, { health }: MeshSettings): void {
  pulse.heardUs = Math.min(pulse.heardUs, nowUs - health.timeout + health.probe);
}

/** `suspected` changes in `pulse` when it becomes so. */
export function stepFor(pulse: Pulse, nowUs: number, settings: MeshSettings): Step {
  if (pulse.released) return "giveUp";
  if (nowUs - pulse.heardUs < settings.health.timeout) return "nothing";
  pulse.suspected = true;
  if (nowUs >= pulse.leaseUntilUs) return "giveUp";
  return settings.failover.handOff === "twoPhase" ? "revoke" : "wait";
}
