import { describe, expect, it } from "vitest";

import { Generator } from "../../src/base/random.ts";
import { correlation, momentsOf, shareBelow, unevenness } from "./statistics.ts";

const SAMPLE = 200_000;

describe("the generator", () => {
  it("is sfc32, the same for ever", () => {
    const generator = new Generator(42);
    const words = Array.from({ length: 4 }, () => generator.word() >>> 0);
    expect([...words, generator.below(1_000_000), generator.exponential(1_000_000)]).toMatchInlineSnapshot(`
      [
        3893884377,
        145076852,
        3246010591,
        4141225530,
        503451,
        729651,
      ]
    `);
  });

  it("has another sequence for each seed, in both halves of it", () => {
    const firsts = new Set([0, 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1].map((seed) => new Generator(seed).word()));
    expect(firsts.size).toBe(5);
  });

  it("is even, in its high bits and its low ones, and remembers nothing", () => {
    const generator = new Generator(1);
    const counts = [0, 0, 0].map(() => Array.from({ length: 256 }, () => 0));
    const draws: number[] = [];
    for (let at = 0; at < SAMPLE; at++) {
      const word = generator.word();
      counts[0][word >>> 24]++;
      counts[1][word & 255]++;
      counts[2][generator.below(256)]++;
      draws.push(word);
    }
    for (const count of counts) expect(Math.abs(unevenness(count))).toBeLessThan(4);
    for (const lag of [1, 2, 7]) {
      expect(Math.abs(correlation(draws.slice(lag), draws.slice(0, -lag)))).toBeLessThan(4);
    }
  });

  it("draws below a bound, up to 2^32", () => {
    const generator = new Generator(2);
    for (const n of [1, 2, 3, 2 ** 31 + 1, 2 ** 32]) {
      const draws = Array.from({ length: 2_000 }, () => generator.below(n));
      expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...draws)).toBeLessThan(n);
      expect(Math.abs((momentsOf(draws).mean + 0.5) / n - 0.5)).toBeLessThan(0.03);
    }
  });

  it("draws exponential quantities", () => {
    const generator = new Generator(3);
    const draws = Array.from({ length: SAMPLE }, () => generator.exponential(1_000_000));
    const { mean, deviation, skewness } = momentsOf(draws);
    expect([mean / 1e6, deviation / 1e6].map((value) => Math.abs(value - 1) < 0.01)).toEqual([true, true]);
    expect(skewness).toBeCloseTo(2, 0);
    expect(shareBelow(draws, Math.LN2 * 1e6)).toBeCloseTo(0.5, 2);
    expect(shareBelow(draws, 3e6)).toBeCloseTo(1 - Math.exp(-3), 2);
  });
});
