// From when on it was inevitable: how many futures fail that begin at a moment of the run, with other chances from there
// on and no further fault.

import type { Scenario } from "../../scenario/scenario.ts";
import { worldOf } from "../../simulate.ts";
import type { World } from "../../world/world.ts";
import { judgeOf, type TrialOptions, watchedBy } from "../trial.ts";

/** At one moment of the run. */
export interface Moment {
  /** Microseconds after the start. */
  readonly atUs: number;
  readonly failing: number;
  readonly tried: number;
}

export interface Inevitability {
  readonly moments: readonly Moment[];
  /** From this moment on nearly every future fails; undefined: chance had a word until the end, or time was up. */
  readonly fromUs: number | undefined;
}

const futuresTried = 16;
const stepsTried = 12;
/** Such a share of futures is nearly every one. */
const nearlyAll = 0.9;

/** @param turningPointsUs moments to look at beside even steps and the beginnings of faults. */
export function inevitability(
  scenario: Scenario,
  brokenUs: number,
  options: TrialOptions,
  turningPointsUs: readonly number[] = [],
): Inevitability {
  const moments: Moment[] = [];
  for (const atUs of momentsOf(scenario, brokenUs, turningPointsUs)) {
    if (options.poll?.() === true) break;
    moments.push(futuresFrom(scenario, atUs, options));
  }
  // Of the later moments nothing is known then.
  return { moments, fromUs: options.poll?.() === true ? undefined : inevitableFrom(moments) };
}

/** The first of the moments from which on, without a gap, nearly every future fails. */
export function inevitableFrom(moments: readonly Moment[]): number | undefined {
  const chancy = moments.findLastIndex(({ failing, tried }) => tried === 0 || failing < nearlyAll * tried);
  return moments[chancy + 1]?.atUs;
}

/** Even steps, and the moments just behind the beginning of each fault. */
function momentsOf({ world }: Scenario, brokenUs: number, turningPointsUs: readonly number[]): readonly number[] {
  const steps = Array.from({ length: stepsTried }, (_, index) => Math.floor((index * brokenUs) / stepsTried));
  const begun = world.faults.flatMap(({ timing }) =>
    timing.type === "scripted" ? [timing.atUs, timing.atUs + 1] : [],
  );
  const last = [brokenUs - 1_000, brokenUs - 1].filter((us) => us > 0);
  return [...new Set([...steps, ...begun, ...turningPointsUs, ...last])]
    .filter((us) => us < brokenUs)
    .toSorted((a, b) => a - b);
}

function futuresFrom(whole: Scenario, atUs: number, options: TrialOptions): Moment {
  // What has not begun by then never does.
  const faults = whole.world.faults.filter(({ timing }) => timing.type !== "scripted" || timing.atUs <= atUs);
  const scenario = { ...whole, world: { ...whole.world, faults } };
  const judge = judgeOf(scenario, options);
  const world: World = worldOf(
    scenario,
    options.system,
    watchedBy(judge, options.property, () => world.stop()),
    { digest: false },
  );
  world.runUntil(scenario.world.startUs + atUs);
  const [here, known] = [world.checkpoint(), judge.checkpoint()];
  let failing = 0;
  let tried = 0;
  for (let future = 1; future <= futuresTried; future += 1) {
    if (options.poll?.() === true) break;
    world.restore(here);
    judge.restore(known);
    world.reseed(scenario.seed + future * 1_000);
    // A future that is cut short says nothing.
    if (world.run(options.poll).type === "limit") continue;
    const { startUs, untilUs } = scenario.world;
    judge.finish({ atUs: judge.breaks(options.property) ? world.nowUs : startUs + untilUs, event: world.eventsDone });
    tried += 1;
    if (judge.breaks(options.property)) failing += 1;
  }
  return { atUs, failing, tried };
}
