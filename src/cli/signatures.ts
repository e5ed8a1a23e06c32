// What the failures of a scenario are called by, so that the same one is known again under other seeds.

import type { ScenarioResult } from "../campaign/brief.ts";
import { findingOf } from "../explore/failure.ts";
import { signatureOf } from "../explore/signature.ts";
import { isExcused } from "../scenario/expectations.ts";
import { simulate } from "../simulate.ts";
import type { LoadedStory } from "./stories.ts";

/** Each takes two runs; what else breaks in the same scenario is named by its property alone. */
const signaturesMax = 5;

/** By property, of its lowest seed. */
export function signaturesOf(
  { scenario, system }: LoadedStory,
  { totals }: ScenarioResult,
): ReadonlyMap<string, string> {
  const broken = totals.properties.filter((property) => !isExcused(scenario.expect, property));
  const named = broken.flatMap(({ id, first }) => (first === undefined ? [] : [{ id, seed: first.seed }]));
  return new Map(
    named.slice(0, signaturesMax).flatMap(({ id, seed }) => {
      const failure = findingOf(simulate(scenario, { seed, system }), id);
      return failure === undefined ? [] : [[id, signatureOf(failure, system)] as const];
    }),
  );
}
