// Whether a run is the same when it is run again, and if not, where the second one first goes another way.

import { type Difference, firstDifference } from "../base/plain-data.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { simulate, type SimulateOptions, worldOf } from "../simulate.ts";
import { systemNamed } from "../systems/registry.ts";
import type { FactObserver } from "../trace/trace-event.ts";
import type { World } from "../world/world.ts";

export type Determinism =
  | { readonly type: "same"; readonly digest: string }
  /** `path` is "[0].what.…" for what a machine was told, "[0].effects[…]" for what it answered. */
  | ({ readonly type: "different"; readonly event: number; readonly atUs: number; readonly node: string } & Difference);

/** Runs twice in full. When the digests differ, two worlds are led side by side to the first step that does. */
export function checkDeterminism(
  scenario: Scenario,
  options: Pick<SimulateOptions, "seed" | "system"> = {},
): Determinism {
  const whole = { ...options, check: true };
  const { digest, eventsDone, endedAtUs } = simulate(scenario, whole);
  const second = simulate(scenario, whole);
  if (digest === second.digest) return { type: "same", digest };
  const system = options.system ?? systemNamed(scenario.system);
  const blind: FactObserver = { observe: () => {} };
  const [one, other] = [worldOf(scenario, system, blind, whole), worldOf(scenario, system, blind, whole)];
  const endUs = scenario.world.startUs + scenario.world.untilUs;
  while (bothStep(one, other, endUs)) {
    const difference = firstDifference(one.lastSteps, other.lastSteps);
    if (difference === undefined) continue;
    const node = one.lastSteps[0]?.node ?? other.lastSteps[0]?.node ?? "world";
    return { type: "different", event: one.eventsDone, atUs: one.nowUs, node, ...difference };
  }
  const whereKnown = { event: eventsDone, atUs: endedAtUs, node: "world" };
  return { type: "different", ...whereKnown, path: "digest", left: digest, right: second.digest };
}

const bothStep = (one: World, other: World, endUs: number): boolean =>
  one.nowUs <= endUs && other.nowUs <= endUs && one.step() && other.step();
