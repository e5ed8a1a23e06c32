// What a run of a hunt failed by, and how findings are told apart before anybody has looked at them closely.

import { isExcused } from "../scenario/expectations.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Proposal } from "./candidate.ts";
import type { HuntedRun } from "./hunted-world.ts";

export interface Finding {
  /**
   * `violation`: a property is broken. `limit`: it flooded itself, or never came to an end. `broke`: the simulator threw.
   * `lost`: the thread that ran it was gone, or had to be ended.
   */
  readonly kind: "violation" | "limit" | "broke" | "lost";
  /** A property; for the other kinds their own name. */
  readonly property: string;
  readonly because: string;
  readonly proposal: Proposal;
  readonly strategy: string;
  /** Of the candidate, and which of its runs. */
  readonly index: number;
  readonly part: number;
}

type What = Pick<Finding, "kind" | "property" | "because">;

/** The earliest violation that is not excused; or that the run was cut short, which no hunted world should be. */
export function whatFailed({ verdict, cutBy }: HuntedRun, { expect }: Scenario): What | undefined {
  const [first] = verdict.properties
    .filter((property) => property.status === "violated" && !isExcused(expect, property))
    .flatMap((property) => property.first.slice(0, 1))
    .toSorted((a, b) => a.atUs - b.atUs || a.event - b.event);
  if (first !== undefined) return { kind: "violation", property: first.property, because: first.because };
  return cutBy === undefined ? undefined : { kind: "limit", property: "limit", because: `cut short by the ${cutBy}` };
}

/** Equal for what is likely the same failure: names and numbers are left out. */
export const shapeOf = ({ kind, property, because }: What): string =>
  `${kind} ${property} ${because.replaceAll(/[\w./-]*\d[\w./-]*/g, "#")}`;
