// The ledger of a hunt: what was run, what bit, what was put to the test and what was reached. Mergeable in any order.

import type { FaultKind } from "../world/fault.ts";
import type { HuntedRun } from "./hunted-world.ts";

export interface KindEffect {
  /** Runs that had a fault of the kind. */
  readonly runs: number;
  readonly injected: number;
  readonly touched: number;
  readonly changed: number;
}

export interface PropertyEffect {
  /** Runs that could have broken it, and those that did. */
  readonly runsExercised: number;
  readonly runsViolated: number;
}

export interface StrategyEffect {
  readonly runs: number;
  /** Runs that reached what nothing before had reached. */
  readonly runsNew: number;
  readonly runsFailed: number;
}

export interface Effects {
  readonly runs: number;
  readonly held: number;
  readonly violated: number;
  readonly inconclusive: number;
  readonly eventsDone: number;
  readonly simulatedUs: number;
  readonly kinds: ReadonlyMap<FaultKind, KindEffect>;
  readonly properties: ReadonlyMap<string, PropertyEffect>;
  /** Runs by number of turnovers; the last entry counts those with as many or more. */
  readonly turnovers: readonly number[];
}

const turnoversMax = 50;

export const noEffects: Effects = {
  runs: 0,
  held: 0,
  violated: 0,
  inconclusive: 0,
  eventsDone: 0,
  simulatedUs: 0,
  kinds: new Map(),
  properties: new Map(),
  turnovers: [],
};

export function effectsOf(run: HuntedRun, turnovers: number): Effects {
  const { outcome, tallies, verdict, eventsDone, simulatedUs } = run;
  const kinds = new Map<FaultKind, KindEffect>();
  for (const { kind, injected, touched, changed } of tallies) {
    kinds.set(kind, { ...addedUp(kinds.get(kind), { runs: 0, injected, touched, changed }), runs: 1 });
  }
  const properties = verdict.properties.map(({ id, exercised, status }) => {
    return [id, { runsExercised: exercised > 0 ? 1 : 0, runsViolated: status === "violated" ? 1 : 0 }] as const;
  });
  const place = Math.min(turnovers, turnoversMax);
  return {
    runs: 1,
    held: outcome === "held" ? 1 : 0,
    violated: outcome === "violated" ? 1 : 0,
    inconclusive: outcome === "inconclusive" ? 1 : 0,
    eventsDone,
    simulatedUs,
    kinds,
    properties: new Map(properties),
    turnovers: Array.from({ length: place + 1 }, (_, index) => (index === place ? 1 : 0)),
  };
}

export const mergeEffects = (all: Effects, more: Effects): Effects => ({
  runs: all.runs + more.runs,
  held: all.held + more.held,
  violated: all.violated + more.violated,
  inconclusive: all.inconclusive + more.inconclusive,
  eventsDone: all.eventsDone + more.eventsDone,
  simulatedUs: all.simulatedUs + more.simulatedUs,
  kinds: merged(all.kinds, more.kinds),
  properties: merged(all.properties, more.properties),
  turnovers: Array.from(
    { length: Math.max(all.turnovers.length, more.turnovers.length) },
    (_, place) => (all.turnovers[place] ?? 0) + (more.turnovers[place] ?? 0),
  ),
});

/** Runs with at least so many turnovers. */
export const runsWithTurnovers = ({ turnovers }: Effects, atLeast: number): number =>
  turnovers.slice(atLeast).reduce((sum, runs) => sum + runs, 0);

function merged<Key, Counts extends object>(
  all: ReadonlyMap<Key, Counts>,
  more: ReadonlyMap<Key, Counts>,
): ReadonlyMap<Key, Counts> {
  const result = new Map(all);
  for (const [key, counts] of more) result.set(key, addedUp(result.get(key), counts));
  return result;
}

/** Field by field. Every field of both is a number. */
function addedUp<Counts extends object>(all: Counts | undefined, more: Counts): Counts {
  if (all === undefined) return more;
  const before = new Map<string, number>(Object.entries(all));
  const sums = Object.entries(more).map(([name, count]) => [name, Number(count) + (before.get(name) ?? 0)] as const);
  return Object.fromEntries(sums) as Counts;
}
