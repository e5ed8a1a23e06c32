// What a violation hangs together with: what set off the events that it points to, and what names the same affair.

import type { Fact } from "../../machine/effect.ts";
import type { Happening, Recording } from "./recording.ts";

/** A value that turns up in more events than this names a node or a kind, not one affair. */
const affairMax = 60;
/** Chains that are longer go back to what has nothing to do with it any more. */
const chainMax = 40;

/** Events of the cone, by ordinal. */
export function coneOf({ happenings, violation }: Recording): ReadonlySet<number> {
  const cone = new Set<number>();
  if (violation === undefined) return cone;
  const affairs = affairsOf(happenings, violation.evidence, violation.about);
  const named = [...happenings.values()].filter(({ facts }) => facts.some((fact) => namesAny(fact, affairs)));
  for (const event of [...violation.evidence, ...named.map(({ event: ordinal }) => ordinal)]) {
    addChain(event, happenings, cone);
  }
  return cone;
}

/** Walks back from what was caused to what caused it. */
function addChain(from: number, happenings: ReadonlyMap<number, Happening>, cone: Set<number>): void {
  let event: number | undefined = from;
  for (let length = 0; event !== undefined && length < chainMax && !cone.has(event); length += 1) {
    const happening: Happening | undefined = happenings.get(event);
    if (happening === undefined) return;
    cone.add(event);
    event = happening.cause;
  }
}

/** What the facts of these events name, and few others do. */
function affairsOf(
  happenings: ReadonlyMap<number, Happening>,
  events: readonly number[],
  about: string,
): ReadonlySet<string> {
  const times = new Map<string, number>();
  for (const { facts } of happenings.values()) {
    for (const name of new Set(facts.flatMap((fact) => namesIn(fact)))) times.set(name, (times.get(name) ?? 0) + 1);
  }
  const named = events.flatMap((event) => happenings.get(event)?.facts ?? []).flatMap((fact) => namesIn(fact));
  return new Set([about, ...named].filter((name) => (times.get(name) ?? 0) <= affairMax));
}

const namesAny = (fact: Fact, names: ReadonlySet<string>): boolean => namesIn(fact).some((name) => names.has(name));

const namesIn = (fact: Fact): readonly string[] =>
  Object.entries(fact).flatMap(([key, value]) =>
    key !== "fact" && key !== "kind" && typeof value === "string" && /\d/.test(value) ? [value] : [],
  );
