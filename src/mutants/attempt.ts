// One run against one bug: whether anything that judges runs found it.

import { isExcused } from "../scenario/expectations.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type HostedSystem, type Run, simulate } from "../simulate.ts";

/** Who found a bug: a promise of the system, what a story expects, a law of the world, or the ledger of faults. */
export interface FoundBy {
  readonly kind: "property" | "expectation" | "law" | "ledger";
  readonly id: string;
  readonly because: string;
}

/** What a run shows to be wrong: the earliest violation, or what was expected and is not so. */
export function wrongIn({ scenario: { expect }, verdict, expectations, outcome }: Run): FoundBy | undefined {
  const violations = verdict.properties
    .filter((property) => property.status === "violated" && !isExcused(expect, property))
    .flatMap(({ first }) => first.slice(0, 1));
  const [earliest] = violations.toSorted((a, b) => a.atUs - b.atUs || a.event - b.event);
  if (earliest !== undefined) return { kind: "property", id: earliest.property, because: earliest.because };
  const unmet = expectations.find(({ met }) => !met);
  if (outcome !== "unmet" || unmet === undefined) return undefined;
  return { kind: "expectation", id: unmet.text, because: unmet.found };
}

export interface Attempt {
  readonly run: Run;
  /** Undefined: nothing was wrong, or nothing that is not wrong without the bug as well. */
  readonly found: FoundBy | undefined;
}

/** Runs a story with the bug; when something is wrong, again without it, for then the story may be to blame. */
export function attempt(
  scenario: Scenario,
  seed: number,
  systems: { readonly planted: HostedSystem; readonly sound: HostedSystem },
  poll?: () => boolean,
): Attempt {
  const run = simulate(scenario, { seed, system: systems.planted, poll });
  const found = wrongIn(run);
  if (found === undefined) return { run, found };
  const control = wrongIn(simulate(scenario, { seed, system: systems.sound, poll }));
  return { run, found: control === undefined ? found : undefined };
}
