import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import {
  durationPattern,
  durationUsMax,
  parseDuration,
  parseRate,
  parseSignedDuration,
  printDuration,
  printRate,
  ratePattern,
  signedDurationPattern,
} from "../../src/base/units.ts";

describe("durations", () => {
  test.each([
    ["250ms", 250_000],
    ["30s", 30_000_000],
    ["5m", 300_000_000],
    ["500us", 500],
    ["500µs", 500],
    ["2h", 7_200_000_000],
    ["0s", 0],
    ["1.5s", 1_500_000],
    ["0.25ms", 250],
    ["0.000001s", 1],
  ])("%s is %i microseconds", (text, us) => {
    expect(parseDuration(text)).toBe(us);
    expect(text).toMatch(durationPattern);
  });

  test.each(["", "ms", "250", "250 ms", "-1s", "1e3s", "0.5us", "1.0000001s", "5d", "99999999999999h", "1s ", "١s"])(
    "%j is none",
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  test("a clock's offset may be negative, and nothing is minus zero", () => {
    expect(parseSignedDuration("-3ms")).toBe(-3_000);
    expect(parseSignedDuration("-0s")).toBe(0);
    expect("-3ms").toMatch(signedDurationPattern);
  });

  property.prop([fc.integer({ min: -durationUsMax, max: durationUsMax })])("print and parse are inverse", (us) => {
    expect(parseSignedDuration(printDuration(us))).toBe(us);
  });
});

describe("rates", () => {
  test.each([
    ["1 in 1000", { of: 1, outOf: 1000 }],
    ["2 in 4", { of: 2, outOf: 4 }],
    ["0.1%", { of: 1, outOf: 1000 }],
    ["100%", { of: 1, outOf: 1 }],
    ["0%", { of: 0, outOf: 1 }],
    ["12.5%", { of: 1, outOf: 8 }],
  ])("%s", (text, rate) => {
    expect(parseRate(text)).toEqual(rate);
    expect(parseRate(printRate(rate))).toEqual(rate);
    expect(text).toMatch(ratePattern);
  });

  test.each(["2 in 1", "1 in 0", "101%", "-1%", "0.1", "1/2", "1 in 2 in 3", "1 in 9999999999"])(
    "%j is none",
    (text) => {
      expect(parseRate(text)).toBeUndefined();
    },
  );
});
