// One run, for one question: does it break this property? It is judged for that alone, and ends as soon as it does.

import { Judge, judgePlan } from "../check/judge.ts";
import type { Violation } from "../check/property.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type HostedSystem, inputOf, worldOf } from "../simulate.ts";
import type { Tracer } from "../trace/trace-event.ts";
import type { World } from "../world/world.ts";

export interface TrialOptions {
  readonly system: HostedSystem;
  readonly property: string;
  /** Asked now and then; true ends the run, which then breaks nothing. */
  readonly poll?: (() => boolean) | undefined;
  /** A run that is still under way after so many events breaks nothing. */
  readonly eventsMax?: number;
  readonly tracer?: Tracer | undefined;
}

export interface Trial {
  readonly violation: Violation | undefined;
  /** Whether the whole run was seen. False: it was ended early, by what it broke, by a limit, or by the reader. */
  readonly isWhole: boolean;
  /** How far it got, in microseconds from the start of the run. */
  readonly endedUs: number;
  readonly events: number;
  /** As it stands at the end, for whoever wants to know what struck. */
  readonly world: World;
}

export function tryScenario(scenario: Scenario, options: TrialOptions): Trial {
  const { system, poll, eventsMax = Infinity, tracer } = options;
  const judge = judgeOf(scenario, options);
  const world: World = worldOf(
    scenario,
    system,
    watchedBy(judge, options.property, () => world.stop()),
    { tracer, digest: false },
  );
  const ending = world.run(() => world.eventsDone > eventsMax || poll?.() === true);
  const { startUs, untilUs } = scenario.world;
  const isWhole = ending.type === "reached" || ending.type === "idle";
  const atUs = isWhole ? startUs + untilUs : ending.atUs;
  const cut = isWhole ? {} : { cutBy: ending.type };
  const verdict = judge.finish({ atUs, event: world.eventsDone, ...cut });
  const found = verdict.properties.find(({ id }) => id === options.property);
  return {
    violation: found?.first[0],
    isWhole,
    endedUs: atUs - startUs,
    events: world.eventsDone,
    world,
  };
}

/** A judge of one property: advisory ones bind here, for somebody asked about them. */
export function judgeOf(
  scenario: Scenario,
  { system, property }: Pick<TrialOptions, "system" | "property">,
): Judge<unknown, never> {
  const input = inputOf(scenario);
  const wanted = system.properties(input).filter(({ id }) => id === property);
  const binding = wanted.map((one) => ({ ...one, advisory: false }));
  return new Judge(judgePlan(system.model(input), binding));
}

/** Judges each fact, and says so as soon as the property is broken. */
export const watchedBy = (judge: Judge<unknown, never>, property: string, onBroken: () => void) => ({
  observe(...observed: Parameters<Judge<unknown, never>["observe"]>): void {
    judge.observe(...observed);
    if (judge.breaks(property)) onBroken();
  },
});
