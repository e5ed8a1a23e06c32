// What an exploration says: how far it went and what that means, and the way to what it found, told like a replay.

import type { Explored, SetUp } from "../explore/exhaustive/explore.ts";
import { type TrailStep, stepsOf } from "../explore/exhaustive/trail.ts";
import type { WalkResult } from "../explore/exhaustive/walk.ts";
import type { Bounds, WalkOptions } from "../explore/exhaustive/bounds.ts";
import { printable } from "../scenario/problem.ts";
import type { AnySystem } from "../systems/system.ts";
import { isWorldFact, tellFact, tellMessage } from "./told.ts";
import { plural } from "./words.ts";

export interface ExploreLine {
  /** 0: it was so at the beginning. */
  readonly step: number;
  readonly node: string;
  readonly kind: "event" | "message" | "lost" | "fact" | "world" | "violation";
  readonly text: string;
}

/** One of: every state was seen and all holds; something is broken; or a bound came first. */
export type ExploreOutcome = "held" | "violated" | "inconclusive";

export const outcomeOf = ({ ending }: WalkResult): ExploreOutcome =>
  ending === "complete" ? "held" : ending === "violated" ? "violated" : "inconclusive";

/** Such as "inconclusive: state limit (200000)". */
export function summaryOf({ ending }: WalkResult, { statesMax, depthMax }: WalkOptions): string {
  switch (ending) {
    case "complete":
      return "held: every state was seen";
    case "violated":
      return "violated";
    case "states":
      return `inconclusive: state limit (${statesMax})`;
    case "depth":
      return `inconclusive: depth limit (${depthMax ?? 0}); all states that are no further away were seen`;
    case "stopped":
      return "inconclusive: stopped";
  }
}

export const sizeLine = ({ states, transitions, depth }: WalkResult): string =>
  `${plural(states, "state")}, ${plural(transitions, "transition")}, depth ${depth}`;

/** What was and was not varied, in sentences. */
export function scopeLines(bounds: Bounds, { reduces }: WalkOptions, from: string | undefined): readonly string[] {
  const timers = [...bounds.timers].map(([role, count]) => `${count} at each ${role === "" ? "other node" : role}`);
  const whose = bounds.crashRoles.length === 0 ? "" : ` of ${bounds.crashRoles.join(", ")}`;
  return [
    from === undefined
      ? "From the very beginning."
      : `From the first ${from}, which a world without faults came to by itself.`,
    "Messages arrive in any order, as late as may be, or never: any number is lost.",
    `${plural(bounds.duplicates, "message")} may arrive twice, ${plural(bounds.crashes, "crash", "crashes")}${whose}.`,
    `Timers fire in order of their time at one node, in any order otherwise: ${timers.join(", ")}.`,
    "Only what must never happen is judged: an exploration has no time in which something would be late.",
    ...(bounds.disks === "instant" ? ["A sync is done within the event that asked for it."] : []),
    bounds.draws === 1
      ? "Machines that draw get the lowest value."
      : `Machines that draw get up to ${bounds.draws} values.`,
    ...(reduces ? [] : ["Every order of all moves: nothing is reduced."]),
  ];
}

/** The way to what is broken. */
export function trailLines(
  { world, beginning }: SetUp,
  path: readonly number[],
  system: AnySystem,
): readonly ExploreLine[] {
  const waiting = beginning.state.flights.map((id): ExploreLine => {
    const { from, to, message } = world.messages.valueOf(id);
    return { step: 0, node: from, kind: "message", text: `→ ${to}  ${tellMessage(message, system)}  is on its way` };
  });
  return [...waiting, ...stepsOf(world, beginning.state, path).flatMap((step) => linesOf(step, system))];
}

function linesOf(of: TrailStep, system: AnySystem): readonly ExploreLine[] {
  const { step, node, facts, sends, violations } = of;
  const line = (kind: ExploreLine["kind"], text: string): ExploreLine => ({ step, node, kind, text });
  const events = eventText(of, system);
  return [
    ...events.map((text) => line(of.type === "drop" ? "lost" : "event", text)),
    ...facts.flatMap((fact) => {
      const text = tellFact(fact, node, system);
      return text === undefined ? [] : [line(isWorldFact(fact) ? "world" : "fact", text)];
    }),
    ...sends.map(({ message: { to, message }, arrivals }) =>
      line(
        arrivals.length === 0 ? "lost" : "message",
        `→ ${to}  ${tellMessage(message, system)}  ${arrivalText(arrivals)}`,
      ),
    ),
    ...violations.map(({ property, because, claim }) =>
      line("violation", printable(`${property} IS VIOLATED: ${because} (${claim})`)),
    ),
  ];
}

/** Crashes, and starts but the first, tell themselves as facts. */
function eventText({ type, message, name, facts }: TrailStep, system: AnySystem): readonly string[] {
  const content = message === undefined ? "" : `${message.from}  ${tellMessage(message.message, system)}`;
  switch (type) {
    case "deliver":
      return [`← ${content}`];
    case "deliverAndKeep":
      return [`← ${content}  and will arrive again`];
    case "drop":
      return [`${content} is lost`];
    case "timer":
      return [printable(`timer ${name}`)];
    case "sync":
      return [printable(`disk is done with ${name}`)];
    case "boot":
      return facts.some((fact) => "incarnation" in fact && fact.incarnation !== 0) ? [] : ["starts"];
    case "crash":
      return [];
  }
}

const arrivalText = (arrivals: readonly number[]): string =>
  arrivals.length === 0 ? "has not arrived" : `arrives at step ${arrivals.join(" and again at ")}`;

/** How long the way is, and whether there is a shorter one. */
export function shortestLine({ shortest }: Explored): string | undefined {
  if (shortest === undefined) return undefined;
  const { broken, isShortest, search } = shortest;
  const length = plural(broken.path.length, "step");
  if (isShortest) return `The shortest way there has ${length}${search === undefined ? "" : ` (${sizeLine(search)})`}.`;
  return `A way there has ${length}; whether there is a shorter one is not known: the state limit came first.`;
}
