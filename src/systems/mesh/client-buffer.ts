// What a client keeps of the actions it has asked for: the failover handler's buffer (MESH-FT-13, MESH-FT-14). Actions
// keep their names, so that asking again does nothing twice (X-M-60), and their order, so that none can be left out: one
// that is given up is withdrawn, and the store says whether it was done before that.

import type { ActionKind } from "./facts.ts";
import type { Bargain } from "./item-messages.ts";
import { type MeshSettings, windowOf } from "./settings.ts";

export interface Outstanding {
  /** Of the operation, over all sessions. */
  readonly name: string;
  readonly sequence: number;
  readonly kind: ActionKind;
  readonly item: string;
  readonly bargain: Bargain | null;
  readonly askedUs: number;
  /** No answer is asked for again before this. */
  dueUs: number;
  /** A server has said that it will be done. */
  noted: boolean;
  /** It is to have no effect any more. */
  withdrawn: boolean;
}

/** What becomes of something a person wants to do now. */
type Admission = "asked" | "full" | "notBuffering";

/** While its server is gone. */
export interface Bridge {
  readonly sinceUs: number;
}

/** After it is back: what has to be answered, up to that action, until the failover is over for this player. */
export interface Replay {
  readonly upTo: number;
  allDone: boolean;
}

/** Whether one more action may be asked for; `bridge`: the server is known to be gone. */
export function admission(
  outstanding: readonly Outstanding[],
  bridge: Bridge | null,
  settings: MeshSettings,
): Admission {
  const { mode, maxActions } = settings.buffer;
  const { pipelineMax } = settings.client;
  let open = 0;
  for (const { noted } of outstanding) if (!noted) open += 1;
  if (open < pipelineMax && outstanding.length < windowOf(settings)) return "asked";
  if (mode === "onFailover" && bridge === null) return "notBuffering";
  return outstanding.length < maxActions ? "asked" : "full";
}

/** Whether it may be sent now: a server looks no further ahead of the oldest, and a store remembers no more. */
export const isSendable = (
  [oldest]: readonly Outstanding[],
  { sequence }: Outstanding,
  settings: MeshSettings,
): boolean => oldest === undefined || sequence < oldest.sequence + windowOf(settings);

/** Withdraws what has waited for too long; returns those that are withdrawn now. */
export function expire(
  outstanding: readonly Outstanding[],
  nowUs: number,
  settings: MeshSettings,
): readonly Outstanding[] {
  return withdraw(outstanding, ({ askedUs }) => nowUs - askedUs >= settings.buffer.maxTime);
}

/** X-M-58: a buffer that begins with the failover does not know what was asked for before. */
export function forgetEarlier(outstanding: readonly Outstanding[], sinceUs: number): readonly Outstanding[] {
  return withdraw(outstanding, ({ askedUs }) => askedUs < sinceUs);
}

/** What a server has noted is its own to do, and is not withdrawn. */
function withdraw(outstanding: readonly Outstanding[], such: (action: Outstanding) => boolean): readonly Outstanding[] {
  const given = outstanding.filter((action) => !action.withdrawn && !action.noted && such(action));
  for (const action of given) action.withdrawn = true;
  return given;
}

/**
 * Whether it is asked for as something to be done. What was noted is so only when the client is the source of what
 * backups may not have (X-M-59): otherwise it is lost when nobody has it, and the answer says so.
 */
export const isWanted = ({ noted, withdrawn }: Outstanding, { buffer }: MeshSettings): boolean =>
  !withdrawn && (!noted || buffer.source === "client");

/** Takes the action of that sequence out; undefined: it does not wait. The oldest is answered first, mostly. */
export function takeOut(outstanding: Outstanding[], sequence: number): Outstanding | undefined {
  if (outstanding[0]?.sequence === sequence) return outstanding.shift();
  const at = outstanding.findIndex((action) => action.sequence === sequence);
  return at < 0 ? undefined : outstanding.splice(at, 1)[0];
}

/** The inventory once the action is done. */
export function itemsAfter(items: readonly string[], { kind, item }: Outstanding): readonly string[] {
  if (kind === "score" || kind === "spawn") return items;
  const without = items.filter((kept) => kept !== item);
  return kind === "pickup" ? [...without, item] : without;
}
