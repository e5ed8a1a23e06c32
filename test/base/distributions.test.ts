import { describe, expect, it } from "vitest";

import { exp, exponentialOf, lnOfFraction, normalQuantile } from "../../src/base/distributions.ts";

describe("ln and exp, from plain arithmetic", () => {
  it("agree with the engine's own to the last digit or two", () => {
    for (let step = 0; step <= 6_000; step++) {
      const x = 2 ** (-step / 100);
      expect(Math.abs(lnOfFraction(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * (1 + Math.abs(Math.log(x))));
      const y = (step - 3_000) / 5;
      expect(Math.abs(exp(y) / Math.exp(y) - 1)).toBeLessThan(4e-16);
    }
    expect([lnOfFraction(1), exp(0), exp(800), exp(-800)]).toEqual([0, 1, Infinity, 0]);
  });

  it("are the same for ever, in every engine", () => {
    const values = [lnOfFraction(0.3), lnOfFraction(1e-15), exp(1), exp(-7.25), normalQuantile(0.975)];
    expect(values.concat(normalQuantile(1e-3), normalQuantile(2 ** -53), exponentialOf(3, 0x12345678)))
      .toMatchInlineSnapshot(`
      [
        -1.2039728043259361,
        -34.538776394910684,
        2.718281828459045,
        0.000710174388842549,
        1.9599639845400536,
        -3.0902323061678136,
        -8.209536151601386,
        2.115644714191447,
      ]
    `);
  });
});

describe("an exponential quantity", () => {
  it("is -ln(u) to within 5e-7, wherever u lies", () => {
    for (let halvings = 0; halvings < 64; halvings++) {
      for (let step = 0; step < 500; step++) {
        const bits = Math.floor((step / 500) * 2 ** 32) + 4_321;
        const u = 2 ** -halvings * (1 - bits / 2 ** 33);
        expect(Math.abs(exponentialOf(halvings, bits | 0) + Math.log(u))).toBeLessThan(5e-7);
      }
    }
  });
});

describe("the quantiles of a normal quantity", () => {
  it("are those of the tables", () => {
    const known: readonly (readonly [p: number, z: number])[] = [
      [0.5, 0],
      [0.75, 0.6744897501960817],
      [0.95, 1.6448536269514722],
      [0.975, 1.959963984540054],
      [0.999, 3.090232306167813],
      [1e-10, -6.361340902404056],
      [2 ** -53, -8.209536151601387],
    ];
    for (const [p, z] of known) expect(normalQuantile(p)).toBeCloseTo(z, 13);
  });

  it("are symmetric and in order", () => {
    let before = -Infinity;
    for (let step = 1; step < 4_096; step++) {
      const z = normalQuantile(step / 4_096);
      expect(z).toBeGreaterThan(before);
      expect(z + normalQuantile(1 - step / 4_096)).toBeCloseTo(0, 13);
      before = z;
    }
  });
});
