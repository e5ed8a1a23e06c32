// Degraded mode as a function of failures (MESH-FT-07, MESH-FT-10, MESH-FT-11): which level they call for, and when a
// level is left again. The documents name two triggers and four levels and connect them by nothing (X-M-55): here a table
// does. No clock, no messages: coordinator-mode.ts decides by this, and the register remembers what was decided.

import type { NodeId } from "../../base/ids.ts";
import { type DegradedSettings, type Level, levels } from "./degraded-settings.ts";

/** A server that was given up, as the leader remembers it. Plain data. */
export interface Failure {
  readonly server: NodeId;
  readonly atUs: number;
  /** It takes part again. */
  back: boolean;
  /** It was back when a level was left: it calls for none again. */
  settled: boolean;
}

/** What the leader remembers of the failures. */
export interface FailureWatch {
  failures: Failure[];
  /** Since when less than the present level is called for; -1: it is not. */
  lowerSinceUs: number;
  /** A leader that found the mesh degraded does not know since when: it takes all that led to it for new. */
  keepUntilUs: number;
}

export interface CalledFor {
  readonly level: Level;
  readonly reason: string;
}

export const freshFailureWatch = (): FailureWatch => ({ failures: [], lowerSinceUs: -1, keepUntilUs: 0 });

export const isAbove = (level: Level, other: Level): boolean => levels.indexOf(level) > levels.indexOf(other);

/** The level that failures within the window call for, of so many servers in all: the highest whose row applies. */
function levelFor(failures: readonly Failure[], servers: number, settings: DegradedSettings): CalledFor {
  const count = failures.length;
  const failed = new Set(failures.map(({ server }) => server)).size;
  const meets = (value: number, bound: number): boolean =>
    settings.atBound === "reached" ? value >= bound : value > bound;
  let called: CalledFor = { level: "normal", reason: "" };
  for (const row of settings.levels) {
    const many = row.failures === undefined || meets(count, row.failures);
    const large = row.share === undefined || meets(failed * 100, row.share * servers);
    if (!many || !large || !isAbove(row.level, called.level)) continue;
    const reason = [
      ...(row.failures === undefined ? [] : [`${count} ${count === 1 ? "failure" : "failures"} in the window`]),
      ...(row.share === undefined ? [] : [`${failed} of ${servers} servers`]),
    ].join(", ");
    called = { level: row.level, reason };
  }
  return called;
}

/** Forgets what the window has passed. One that is exactly as old as the window is in it no more. */
function forgetOld(watch: FailureWatch, nowUs: number, { window }: DegradedSettings): void {
  if (watch.failures.length === 0 || nowUs - watch.failures[0].atUs < window) return;
  watch.failures = watch.failures.filter(({ atUs }) => nowUs - atUs < window);
}

export function noteFailure(watch: FailureWatch, server: NodeId, atUs: number): void {
  watch.failures.push({ server, atUs, back: false, settled: false });
}

export function noteReturn(watch: FailureWatch, server: NodeId): void {
  for (const failure of watch.failures) if (failure.server === server) failure.back = true;
}

/**
 * The level to go to from `current`; undefined: it stays. It rises at once, and falls when for the hold time nothing has
 * called for it: one level at a time, or to what is called for.
 */
export function nextLevel(
  watch: FailureWatch,
  current: Level,
  { nowUs, servers, settings }: { nowUs: number; servers: number; settings: DegradedSettings },
): CalledFor | undefined {
  forgetOld(watch, nowUs, settings);
  const unsettled = watch.failures.filter(({ settled }) => !settled);
  const called = levelFor(unsettled, servers, settings);
  if (isAbove(called.level, current)) {
    watch.lowerSinceUs = -1;
    return called;
  }
  const open = settings.exit === "window" ? unsettled : unsettled.filter(({ back }) => !back);
  const needed = levelFor(open, servers, settings).level;
  if (!isAbove(current, needed) || nowUs < watch.keepUntilUs) {
    watch.lowerSinceUs = -1;
    return undefined;
  }
  if (watch.lowerSinceUs < 0) watch.lowerSinceUs = nowUs;
  if (nowUs - watch.lowerSinceUs < settings.hold) return undefined;
  watch.lowerSinceUs = -1;
  for (const failure of watch.failures) if (failure.back) failure.settled = true;
  const level = settings.steps === "one" ? (levels[levels.indexOf(current) - 1] ?? "normal") : needed;
  return { level, reason: settings.exit === "window" ? "the window has passed" : "those that failed are back" };
}

/** Players by region: what "critical" and "first" are decided by (MESH-FT-06). */
export type RegionLoads = ReadonlyMap<number, number>;

/** Named regions, and the fewest others, fullest first, that with them have the share of all players asked for. */
export function criticalRegions(loads: RegionLoads, regions: number, settings: DegradedSettings): readonly number[] {
  const named = settings.critical.filter((region) => region < regions);
  let total = 0;
  for (const players of loads.values()) total += players;
  const critical = new Set(named);
  let have = 0;
  for (const region of critical) have += loads.get(region) ?? 0;
  for (const [region, players] of byPriority(loads, [])) {
    if (have * 100 >= total * settings.criticalShare) break;
    if (critical.has(region)) continue;
    critical.add(region);
    have += players;
  }
  return [...critical].sort((left, right) => left - right);
}

/** Regions with their players: critical ones first, then the fuller ones, then in order of their numbers. */
export function byPriority(loads: RegionLoads, critical: readonly number[]): readonly (readonly [number, number])[] {
  const rank = (region: number): number => (critical.includes(region) ? 0 : 1);
  return [...loads].sort(
    ([left, leftPlayers], [right, rightPlayers]) =>
      rank(left) - rank(right) || rightPlayers - leftPlayers || left - right,
  );
}

/**
 * Whether view number `count` of a player is shown at `share` percent: evenly, and over any hundred in a row exactly so
 * many. Whole numbers only.
 */
export const isShown = (count: number, share: number): boolean =>
  Math.floor((count * share) / 100) > Math.floor(((count - 1) * share) / 100);

/** Percent of the views that players of a region are shown (MESH-FT-10). */
export function shareOf(level: Level, isCritical: boolean, { views, criticalFirst }: DegradedSettings): number {
  switch (level) {
    case "normal":
      return 100;
    case "light":
      return views.light;
    case "moderate":
      return isCritical && criticalFirst ? views.light : views.moderate;
    case "severe":
      return views.severe;
  }
}

/** How long degraded mode lasts, at the most, once nothing fails any more; `checkUs`: how often somebody looks. */
export const degradedUs = ({ window, hold }: DegradedSettings, checkUs: number): number =>
  window + 3 * (hold + 2 * checkUs);

/** As `degradedUs`, if the settings let it take service away from anybody: by default it only thins it out. */
export function withoutServiceUs(settings: DegradedSettings, checkUs: number): number {
  const { levels: rows, stopAdmissions } = settings;
  const takes = rows.some(
    ({ level }) => level === "severe" || (stopAdmissions !== "never" && !isAbove(stopAdmissions, level)),
  );
  return takes ? degradedUs(settings, checkUs) : 0;
}
