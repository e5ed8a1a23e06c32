// The seeds of a test, one after another, until one fails or all are done.

import {
  briefOf,
  combinedDigest,
  mergeTotals,
  type RunBrief,
  type ScenarioResult,
  type Totals,
  totalsOf,
} from "../campaign/brief.ts";
import { type Judgement, judge } from "../campaign/judgement.ts";
import { type SeedRange, seedsIn } from "../campaign/plan.ts";
import { type Failure, failureOf } from "../explore/failure.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { simulate } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";

export type SeedsResult =
  | { readonly type: "failed"; readonly failure: Failure; readonly heldBefore: number }
  /** All of them, or as many as there was time for. */
  | { readonly type: "done"; readonly result: ScenarioResult; readonly judgement: Judgement };

const seedsDefault = 200;

/** "7", "1..1000": the environment's word counts more than the test's. */
export function seedRangeOf(
  seeds: number | SeedRange | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): SeedRange {
  const asked = environment["FAULTLINE_SEEDS"] ?? "";
  if (asked !== "") {
    const [, from = "", to = from] = /^(\d{1,15})(?:\.\.(\d{1,15}))?$/.exec(asked) ?? [];
    if (from !== "" && Number(from) <= Number(to)) return { from: Number(from), to: Number(to) };
    throw new Error(`FAULTLINE_SEEDS is "${asked}": expected a seed such as 7, or a range such as 1..1000.`);
  }
  const range = typeof seeds === "object" ? seeds : { from: 1, to: seeds ?? seedsDefault };
  if (Number.isInteger(range.from) && Number.isInteger(range.to) && range.from >= 0 && range.from <= range.to)
    return range;
  throw new Error(`seeds are ${range.from} to ${range.to}: expected whole numbers, and at least one seed.`);
}

/** @param isOver asked between runs, and within them: true once time is up. */
export async function runSeeds(
  scenario: Scenario,
  system: AnySystem,
  seeds: SeedRange,
  isOver: () => boolean,
): Promise<SeedsResult> {
  const runs: RunBrief[] = [];
  const totals: Totals[] = [];
  for (let seed = seeds.from; seed <= seeds.to; seed += 1) {
    // Lets the test runner's own timers in.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    if (isOver()) break;
    // Frozen messages: a machine that changes what it sent is caught here, before it is somewhere else.
    const run = simulate(scenario, { seed, system, poll: isOver, check: true });
    const failure = failureOf(run);
    if (failure !== undefined) return { type: "failed", failure, heldBefore: runs.length };
    if (isOver()) break;
    runs.push(briefOf(run));
    totals.push(totalsOf(run));
  }
  const result: ScenarioResult = {
    scenario,
    seeds,
    runs,
    totals: mergeTotals(totals),
    digest: combinedDigest(runs),
    missingFrom: runs.length < seedsIn(seeds) ? seeds.from + runs.length : undefined,
  };
  return { type: "done", result, judgement: judge(result, system.measures.figures) };
}
