// The border between what a person writes ("250ms", "1 in 1000") and what the code counts in: integers only.

/** A chance as a fraction of integers, 0 <= of <= outOf. */
interface Fraction {
  readonly of: number;
  readonly outOf: number;
}

const unitsUs: ReadonlyMap<string, number> = new Map([
  ["us", 1],
  ["µs", 1],
  ["ms", 1_000],
  ["s", 1_000_000],
  ["m", 60_000_000],
  ["h", 3_600_000_000],
]);

/** Ten years: far beyond any run, far below where integers stop being exact. */
export const durationUsMax = 315_360_000_000_000;
/** Rates are drawn as integers below `outOf`, so it has to fit the generators. */
export const rateOutOfMax = 1_000_000_000;

/** Forms that `parseDuration` reads, as patterns for schemas. */
export const durationPattern = /^\d{1,15}(\.\d{1,6})?(us|µs|ms|s|m|h)$/;
export const signedDurationPattern = /^-?\d{1,15}(\.\d{1,6})?(us|µs|ms|s|m|h)$/;
/** Forms that `parseRate` reads. */
export const ratePattern = /^(\d{1,10} in \d{1,10}|\d{1,3}(\.\d{1,7})?%)$/;

/** Microseconds of "250ms", "1.5s", "5m", "500us", "2h"; undefined when it is no such duration or too long. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,6}))?(us|µs|ms|s|m|h)$/.exec(text);
  const unitUs = unitsUs.get(match?.[3] ?? "");
  if (match === null || unitUs === undefined) return undefined;
  const decimals = match[2] ?? "";
  const scale = powerOfTen(decimals.length);
  const partUs = Number(decimals === "" ? "0" : decimals) * unitUs;
  // Finer than a microsecond cannot happen in a run, so it is refused rather than rounded.
  if (partUs % scale !== 0) return undefined;
  const us = Number(match[1]) * unitUs + partUs / scale;
  return us <= durationUsMax ? us : undefined;
}

/** As `parseDuration`, with a leading minus allowed: offsets and steps of clocks. */
export function parseSignedDuration(text: string): number | undefined {
  if (!text.startsWith("-")) return parseDuration(text);
  const us = parseDuration(text.slice(1));
  return us === undefined ? undefined : 0 - us;
}

/** The shortest exact form, such as "1500ms" for 1 500 000: `parseSignedDuration` reads it back to the same number. */
export function printDuration(us: number): string {
  if (us < 0) return `-${printDuration(-us)}`;
  if (us === 0) return "0s";
  for (const unit of ["h", "m", "s", "ms"]) {
    const unitUs = unitsUs.get(unit) ?? 1;
    if (us % unitUs === 0) return `${us / unitUs}${unit}`;
  }
  return `${us}us`;
}

/** "1 in 1000" as it stands, "0.1%" in lowest terms; undefined when it is neither, or not between 0 and 1. */
export function parseRate(text: string): Fraction | undefined {
  const fraction = /^(\d{1,10}) in (\d{1,10})$/.exec(text);
  if (fraction !== null) return checkedRate(Number(fraction[1]), Number(fraction[2]));
  const percent = /^(\d{1,3})(?:\.(\d{1,7}))?%$/.exec(text);
  if (percent === null) return undefined;
  const decimals = percent[2] ?? "";
  const outOf = 100 * powerOfTen(decimals.length);
  const of = Number(`${percent[1]}${decimals}`);
  const divisor = greatestCommonDivisor(of, outOf);
  return checkedRate(of / divisor, outOf / divisor);
}

/** The form of a rate that reads back to the same two integers. */
export const printRate = (rate: Fraction): string => `${rate.of} in ${rate.outOf}`;

function checkedRate(of: number, outOf: number): Fraction | undefined {
  return outOf >= 1 && outOf <= rateOutOfMax && of <= outOf ? { of, outOf } : undefined;
}

function powerOfTen(exponent: number): number {
  let power = 1;
  for (let step = 0; step < exponent; step += 1) power *= 10;
  return power;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [larger, smaller] = [a, b];
  while (smaller !== 0) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
