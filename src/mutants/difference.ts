// What is wrong with a run that is not wrong with it without a bug.

import type { PropertyResult } from "../check/property.ts";
import type { Run } from "../simulate.ts";

/** Who found a bug: a promise of the system, what a story expects, a law of the world, or the ledger of faults. */
export interface FoundBy {
  readonly kind: "property" | "expectation" | "law" | "ledger";
  readonly id: string;
  readonly because: string;
}

const isBroken = ({ status, advisory }: PropertyResult): boolean => status === "violated" && !advisory;

/**
 * What is wrong in a run and not in the same run without the bug: the earliest violation of a property that the story
 * does not expect to be broken, or an expectation that is not met.
 */
export function difference(planted: Run, sound: () => Run): FoundBy | undefined {
  const { expect } = planted.scenario;
  const suspects = planted.verdict.properties.filter(
    (property) => isBroken(property) && !expect.violated.includes(property.id),
  );
  const unmet = planted.expectations.filter(({ met }) => !met);
  if (suspects.length === 0 && unmet.length === 0) return undefined;
  const { verdict, expectations } = sound();
  const known = new Set(verdict.properties.filter(isBroken).map(({ id }) => id));
  const [earliest] = suspects
    .filter(({ id }) => !known.has(id))
    .flatMap(({ first }) => first.slice(0, 1))
    .toSorted((a, b) => a.atUs - b.atUs || a.event - b.event);
  if (earliest !== undefined) return { kind: "property", id: earliest.property, because: earliest.because };
  const metBefore = new Set(expectations.filter(({ met }) => met).map(({ text }) => text));
  const missed = unmet.find(({ text }) => metBefore.has(text));
  return missed === undefined ? undefined : { kind: "expectation", id: missed.text, because: missed.found };
}
