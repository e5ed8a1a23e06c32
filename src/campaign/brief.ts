// What a campaign keeps of a run, and of many: little enough to travel between threads, and mergeable in any order.

import { plainDigest } from "../base/plain-hash.ts";
import type { FiguresData } from "../check/figures.ts";
import { mergeFigures } from "../check/figures.ts";
import type { PropertyResult, Violation } from "../check/property.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Run } from "../simulate.ts";
import type { FaultTally } from "../world/fault.ts";
import type { SeedRange } from "./plan.ts";

export interface RunBrief {
  readonly seed: number;
  /** Of the properties alone: expectations are about all runs together. */
  readonly outcome: "held" | "violated" | "inconclusive";
  readonly digest: string;
  readonly eventsDone: number;
  /** Why, in one line. */
  readonly summary: string;
}

/** A property over many runs. */
export type PropertyTotal = Pick<
  PropertyResult,
  "id" | "kind" | "claim" | "source" | "advisory" | "exercised" | "violations"
> & {
  readonly runsExercised: number;
  readonly runsViolated: number;
  /** Of the lowest seed in which it is broken. */
  readonly first: (Violation & { readonly seed: number }) | undefined;
};

/** Totals over runs of one scenario. */
export interface Totals {
  readonly runs: number;
  readonly properties: readonly PropertyTotal[];
  readonly figures: FiguresData;
  readonly tallies: readonly FaultTally[];
  readonly messages: { readonly sent: number; readonly delivered: number; readonly lost: number };
  readonly eventsDone: number;
  readonly forcedMisfits: number;
}

/** As much of a scenario as its results need to be judged and told: little enough to travel with them. */
export type ScenarioOutline = Pick<Scenario, "name" | "title" | "why" | "system" | "expect"> & {
  readonly world: Pick<Scenario["world"], "startUs">;
};

/** All runs of one scenario. */
export interface ScenarioResult {
  readonly scenario: ScenarioOutline;
  readonly seeds: SeedRange;
  /** In order of seed. */
  readonly runs: readonly RunBrief[];
  readonly totals: Totals;
  readonly digest: string;
  /** The lowest seed that was not run, when the campaign was interrupted. */
  readonly missingFrom: number | undefined;
}

export function briefOf({ seed, outcome, digest, eventsDone, verdict }: Run): RunBrief {
  return { seed, outcome: outcome === "unmet" ? "held" : outcome, digest, eventsDone, summary: verdict.summary };
}

export function totalsOf(run: Run): Totals {
  const { verdict, figures, tallies, messages, eventsDone, forcedMisfits, seed } = run;
  return {
    runs: 1,
    properties: verdict.properties.map(
      ({ id, kind, claim, source, advisory, status, exercised, violations, first }) => ({
        id,
        kind,
        claim,
        source,
        advisory,
        exercised,
        violations,
        runsExercised: exercised > 0 ? 1 : 0,
        runsViolated: status === "violated" ? 1 : 0,
        first: first[0] === undefined ? undefined : { ...first[0], seed },
      }),
    ),
    figures,
    tallies,
    messages: {
      sent: messages.sent,
      delivered: messages.delivered,
      lost: Object.values(messages.lost).reduce((sum, count) => sum + count, 0),
    },
    eventsDone,
    forcedMisfits,
  };
}

/** The same whatever the order of the parts. All are of one scenario, so properties and faults are the same in each. */
export function mergeTotals(parts: readonly Totals[]): Totals {
  const [head] = parts;
  const sum = (of: (part: Totals) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    runs: sum(({ runs }) => runs),
    properties: (head?.properties ?? []).map((property, index) =>
      parts.slice(1).reduce((all, part) => mergedProperty(all, part.properties[index]), property),
    ),
    figures: mergeFigures(parts.map(({ figures }) => figures)),
    tallies: (head?.tallies ?? []).map(({ id, kind }, index) => ({
      id,
      kind,
      injected: sum(({ tallies }) => tallies[index]?.injected ?? 0),
      touched: sum(({ tallies }) => tallies[index]?.touched ?? 0),
      changed: sum(({ tallies }) => tallies[index]?.changed ?? 0),
    })),
    messages: {
      sent: sum(({ messages }) => messages.sent),
      delivered: sum(({ messages }) => messages.delivered),
      lost: sum(({ messages }) => messages.lost),
    },
    eventsDone: sum(({ eventsDone }) => eventsDone),
    forcedMisfits: sum(({ forcedMisfits }) => forcedMisfits),
  };
}

function mergedProperty(all: PropertyTotal, more: PropertyTotal | undefined): PropertyTotal {
  if (more === undefined) return all;
  const isEarlier = more.first !== undefined && (all.first === undefined || more.first.seed < all.first.seed);
  return {
    ...all,
    exercised: all.exercised + more.exercised,
    violations: all.violations + more.violations,
    runsExercised: all.runsExercised + more.runsExercised,
    runsViolated: all.runsViolated + more.runsViolated,
    first: isEarlier ? more.first : all.first,
  };
}

/** One digest over many runs in order of seed: equal for the same seeds, however many workers ran them. */
export const combinedDigest = (runs: readonly RunBrief[]): string =>
  plainDigest(runs.toSorted((a, b) => a.seed - b.seed).map(({ seed, digest }) => [seed, digest]));
