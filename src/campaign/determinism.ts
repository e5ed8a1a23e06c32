// Whether a run is the same when it is run again, and if not, where the second one first goes another way.

import type { Difference } from "../base/plain-data.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type SimulateOptions, worldOf } from "../simulate.ts";
import { systemNamed } from "../systems/registry.ts";
import type { FactObserver } from "../trace/trace-event.ts";
import { firstDivergence } from "../world/divergence.ts";

export type Determinism =
  | { readonly type: "same"; readonly digest: string }
  /** `path` lies within what the node was told, or its effects; `node` is "world" when it was none. */
  | ({ readonly type: "different"; readonly event: number; readonly atUs: number; readonly node: string } & Difference);

/** Runs twice in full, side by side, and compares event by event. */
export function checkDeterminism(
  scenario: Scenario,
  { seed, system = systemNamed(scenario.system) }: Pick<SimulateOptions, "seed" | "system"> = {},
): Determinism {
  const blind: FactObserver = { observe: () => {} };
  const fresh = () => worldOf(scenario, system, blind, { seed, check: true });
  const first = fresh();
  const divergence = firstDivergence(first, fresh());
  if (divergence === undefined) return { type: "same", digest: first.digestHex() };
  const { event, atUs, node = "world", difference } = divergence;
  return { type: "different", event, atUs, node, ...difference };
}
