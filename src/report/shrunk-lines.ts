// How small a failure became, and how sure that is.

import type { Shrunk } from "../explore/shrink/shrink.ts";
import { plural, printTime } from "./words.ts";

/** In sentences. */
export function shrunkLines({
  before,
  after,
  tries,
  isMinimal,
  removals,
  seeds,
  witnesses,
}: Omit<Shrunk, "failure">): readonly string[] {
  return [
    `Before: ${sizeText(before)}.`,
    `After: ${sizeText(after)}.`,
    isMinimal
      ? `Certified 1-minimal after ${plural(tries, "run")}: ${plural(removals, "removal")} tried, one part at a time, and without any of them it no longer ${criterion(witnesses)}.`
      : `Cut short after ${plural(tries, "run")}: it may be smaller still.`,
    ...(seeds.tried === 0 ? [] : [`Fails alike under ${seeds.failing} of ${plural(seeds.tried, "other seed")}.`]),
  ];
}

/** What counted as failing alike while it was made smaller. */
const criterion = (witnesses: number): string =>
  witnesses === 0
    ? "breaks the property under its seed"
    : `breaks the property both under its seed and under ${Math.ceil(witnesses / 2)} of ${plural(witnesses, "other seed")}, under which it did before`;

const sizeText = ({ decisions, faults, nodes, untilUs }: Shrunk["before"]): string =>
  `${plural(decisions, "decision")}, ${plural(faults, "fault")}, ${plural(nodes, "node")}, ${printTime(untilUs)} of simulated time`;
