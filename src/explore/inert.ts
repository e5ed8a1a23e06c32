// What a hunt did not do although it was long enough: faults that never bit, properties that nothing could have broken.

import { kindsOf } from "./fault-draws.ts";
import type { FaultModel, HuntSpec } from "../systems/hunting.ts";
import type { FaultKind } from "../world/fault.ts";
import type { Effects, KindEffect } from "./effects.ts";

/** Fewer runs with a kind of fault say nothing about it. */
const kindRunsMin = 200;
/** Fewer runs say nothing about a property. */
const propertyRunsMin = 5_000;

export interface Inert {
  /** Kinds of the model that changed nothing in so many runs, or were never drawn in as many. */
  readonly kinds: readonly string[];
  readonly properties: readonly string[];
}

/** What a hunt waits for: kinds that are drawn, and properties that somebody could reach. */
export function inertOf(effects: Effects, { model, unreachable }: HuntSpec): Inert {
  const properties = [...effects.properties.keys()].filter((id) => !unreachable.has(id));
  return inertAmong(effects, { kinds: kindsAwaited(model), properties });
}

/** Kinds that have to change something. */
export const kindsAwaited = (model: FaultModel): readonly FaultKind[] =>
  model.isAssumed === true ? [] : kindsOf(model);

export function inertAmong(
  { runs, kinds, properties }: Effects,
  awaited: { readonly kinds: readonly string[]; readonly properties: readonly string[] },
): Inert {
  const effectOf = new Map<string, KindEffect>(kinds);
  const idle = awaited.kinds.filter((kind) => {
    const effect = effectOf.get(kind);
    if (effect === undefined) return runs >= propertyRunsMin;
    return effect.changed === 0 && effect.runs >= kindRunsMin;
  });
  const silent = awaited.properties.filter((id) => (properties.get(id)?.runsExercised ?? 0) === 0);
  return { kinds: idle, properties: runs < propertyRunsMin ? [] : silent };
}
