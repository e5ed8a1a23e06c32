// A failure: a scenario with its seed, and the property that its run breaks. All that is hunted, shrunk, explained and kept.

import type { PropertyResult, Violation } from "../check/property.ts";
import { isExcused } from "../scenario/expectations.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type HostedSystem, type Run, simulate } from "../simulate.ts";

export interface Failure {
  /** With the seed inside, so that it runs alone; with the decisions once chance was made explicit. */
  readonly scenario: Scenario;
  /** The property it is about, although others may break as well. */
  readonly property: string;
  /** The first one of that property. */
  readonly violation: Violation;
  /** Of the run that broke it. */
  readonly digest: string;
}

/** What a run failed by: the earliest broken property that neither is advisory nor was expected to break. */
export function failureOf(run: Run): Failure | undefined {
  return earliest(
    run,
    run.verdict.properties.filter((property) => !isExcused(run.scenario.expect, property)),
  );
}

/**
 * What a run shows: as `failureOf`, and else what its story is about, the earliest broken property that it expects to
 * break, and else any. `property` names the one wanted, also when it is advisory.
 */
export function findingOf(run: Run, property?: string): Failure | undefined {
  const { properties } = run.verdict;
  if (property !== undefined) {
    return earliest(
      run,
      properties.filter(({ id }) => id === property),
    );
  }
  const expected = properties.filter(({ id }) => run.scenario.expect.violated.includes(id));
  const binding = properties.filter(({ advisory }) => !advisory);
  return failureOf(run) ?? earliest(run, expected) ?? earliest(run, binding);
}

function earliest({ scenario, seed, digest }: Run, among: readonly PropertyResult[]): Failure | undefined {
  const [violation] = among
    .flatMap(({ first }) => first.slice(0, 1))
    .map((one, index) => ({ one, index }))
    .sort((a, b) => a.one.atUs - b.one.atUs || a.one.event - b.one.event || a.index - b.index)
    .map(({ one }) => one);
  if (violation === undefined) return undefined;
  return { scenario: { ...scenario, seed }, property: violation.property, violation, digest };
}

/** How a failure that was kept stands today. */
export type Standing =
  | { readonly type: "stillFails" }
  /** The property holds, and everything that once broke it happened again. */
  | {
      readonly type: "fixed";
      /** Forced outcomes of draws that were not made: since the failure does not happen, the run goes on otherwise. */
      readonly unused: number;
    }
  /** The property is not broken, but the run is not the one it was either: that says nothing about the bug. */
  | {
      readonly type: "notReached";
      /** Forced outcomes that were impossible where they came up. */
      readonly misfits: number;
      /** Forced outcomes of draws that were not made, when that is all of them; else 0. */
      readonly unused: number;
      /** Decisive faults that are there no more, or made no difference to anything. */
      readonly idle: readonly string[];
      /** What cut the run short, when something did. */
      readonly cut: string | undefined;
    };

/** How the failure stands that a scenario is about; undefined: the scenario is about none. */
export function standingOf(run: Run, system: HostedSystem): Standing | undefined {
  const { scenario, verdict, tallies, forcedMisfits } = run;
  const { failure } = scenario;
  if (failure === undefined) return undefined;
  const property = verdict.properties.find(({ id }) => id === failure.property);
  if (property?.status === "violated") return { type: "stillFails" };
  const biting = new Set(tallies.filter(({ changed }) => changed > 0).map(({ id }) => id));
  const idle = failure.decisive.filter((id) => !biting.has(id));
  const cut = verdict.outcome === "inconclusive" ? verdict.summary : undefined;
  const unused = unusedDecisions(run, system);
  const isAlike =
    property !== undefined && forcedMisfits === 0 && !unused.areAll && idle.length === 0 && cut === undefined;
  return isAlike
    ? { type: "fixed", unused: unused.count }
    : { type: "notReached", misfits: forcedMisfits, unused: unused.areAll ? unused.count : 0, idle, cut };
}

/**
 * How many decisions a run did not come to: it is run again, for only a run that records knows its draws. A run in which
 * it is mended goes on otherwise than the one that failed, and leaves some; one that comes to none is about something else.
 */
function unusedDecisions({ scenario, seed }: Run, system: HostedSystem): { count: number; areAll: boolean } {
  const { decisions = [] } = scenario;
  if (decisions.length === 0) return { count: 0, areAll: false };
  const again = simulate(scenario, { seed, system, recordDecisions: true });
  const drawn = new Map(again.decisions.map(({ stream, values }) => [stream, values.length]));
  let [count, all] = [0, 0];
  for (const { stream, values } of decisions) {
    for (const [place, value] of values.entries()) {
      if (value === null) continue;
      all++;
      if (place >= (drawn.get(stream) ?? 0)) count++;
    }
  }
  return { count, areAll: all > 0 && count === all };
}
