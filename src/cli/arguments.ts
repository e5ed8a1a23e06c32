// Values of options, checked as they are read: each mistake says what was expected.

import { seedMax } from "../scenario/story-schema.ts";
import { parseDuration } from "../base/units.ts";
import type { SeedRange } from "../campaign/plan.ts";
import type { Shard } from "../campaign/shard.ts";
import { shown } from "../scenario/problem.ts";
import { argumentMistake } from "./exit-codes.ts";

/** More runs than a campaign of a week makes. */
const runsMax = 100_000_000;

export function readSeed(option: string, written: string): number {
  const seed = Number(written);
  if (/^(0|[1-9]\d*)$/.test(written) && seed <= seedMax) return seed;
  throw argumentMistake(`${option} ${written}`, {
    code: "BAD_SEED",
    what: `${shown(written)} is no seed.`,
    expected: "Expected a whole number from 0 to 2^53 - 1, without leading zeros.",
    fix: `write it as in ${option} 7.`,
  });
}

/** "1..1000", both ends included; one seed alone is a range of one. */
export function readSeeds(written: string): SeedRange {
  const [first = "", last = first, more] = written.split("..");
  const from = readSeed("--seeds", first);
  const to = readSeed("--seeds", last);
  if (more === undefined && from <= to && to - from < runsMax) return { from, to };
  throw argumentMistake(`--seeds ${written}`, {
    code: "BAD_SEEDS",
    what: `${shown(written)} is no range of seeds.`,
    expected: `Expected the first and the last seed, such as 1..1000, and at most ${runsMax} of them.`,
    fix:
      more !== undefined
        ? "write two numbers with two dots between them."
        : from > to
          ? `write the smaller one first: ${last}..${first}.`
          : `write ${from}..${from + runsMax - 1}, and the rest in further commands.`,
  });
}

/** "2/4": the second of four. */
export function readShard(written: string): Shard {
  const [, index = "", count = ""] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(written) ?? [];
  if (index !== "" && Number(index) <= Number(count)) return { index: Number(index), count: Number(count) };
  throw argumentMistake(`--shard ${written}`, {
    code: "BAD_SHARD",
    what: `${shown(written)} is no part of a campaign.`,
    expected: "Expected the number of the part, from 1, and how many there are, at most 9999.",
    fix: "write it as in --shard 2/4.",
  });
}

export function readCount(
  option: string,
  written: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const count = Number(written);
  if (/^\d{1,15}$/.test(written) && count >= min && count <= max) return count;
  throw argumentMistake(`${option} ${written}`, {
    code: "BAD_NUMBER",
    what: `${shown(written)} is not a number that ${option} can take.`,
    expected: `Expected a whole number from ${min} to ${max}.`,
    fix: `write it as in ${option} ${Math.min(max, Math.max(min, 4))}.`,
  });
}

export function readTime(option: string, written: string): number {
  const us = parseDuration(written);
  if (us !== undefined && us > 0) return us;
  throw argumentMistake(`${option} ${written}`, {
    code: "BAD_DURATION",
    what: `${shown(written)} is no duration above zero.`,
    expected: "Expected a duration such as 250ms, 30s or 5m.",
    fix: `write it as in ${option} 30s.`,
  });
}

/** As `readTime`, in milliseconds, where nothing at all may be asked for: "0s". */
export const readTimeOrNone = (option: string, written: string): number =>
  /^0(us|ms|s|m|h)$/.test(written) ? 0 : readTime(option, written) / 1_000;
