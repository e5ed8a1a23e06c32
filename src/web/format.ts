// How times, shares and numbers are written in the page: as everywhere else in Faultline.

import { printCount, printShare, printTime } from "../report/words.ts";
import type { Axis } from "../report/page.ts";

/** Of an axis or a cell. */
export function printValue(value: number, unit: Axis["unit"]): string {
  switch (unit) {
    case "durationUs":
      return printTime(value);
    case "share":
      return printShare(value);
    case "count":
    case "amount":
      return printCount(Number(value.toPrecision(4)));
  }
}

/** A moment of a run, with as many digits as tell it from others `stepUs` away. */
export function printAt(us: number, stepUs: number): string {
  const decimals = stepUs >= 1_000_000 ? 0 : stepUs >= 100_000 ? 1 : stepUs >= 10_000 ? 2 : stepUs >= 1_000 ? 3 : 6;
  return `${(us / 1_000_000).toFixed(decimals)} s`;
}
