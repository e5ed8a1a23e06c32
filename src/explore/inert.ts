// What a hunt did not do although it was long enough: faults that never bit, properties that nothing could have broken.

import { kindsOf } from "./fault-draws.ts";
import type { HuntSpec } from "../systems/hunting.ts";
import type { Effects } from "./effects.ts";

/** Fewer runs with a kind of fault say nothing about it. */
const kindRunsMin = 200;
/** Fewer runs say nothing about a property. */
const propertyRunsMin = 5_000;

export interface Inert {
  /** Kinds of the model that changed nothing in so many runs, or were never drawn in as many. */
  readonly kinds: readonly string[];
  readonly properties: readonly string[];
}

export function inertOf({ runs, kinds, properties }: Effects, { model, unreachable }: HuntSpec): Inert {
  const idle = kindsOf(model).filter((kind) => {
    const effect = kinds.get(kind);
    if (effect === undefined) return runs >= propertyRunsMin;
    return effect.changed === 0 && effect.runs >= kindRunsMin;
  });
  const silent = [...properties].filter(([id, { runsExercised }]) => runsExercised === 0 && !unreachable.has(id));
  return { kinds: idle, properties: runs < propertyRunsMin ? [] : silent.map(([id]) => id) };
}
