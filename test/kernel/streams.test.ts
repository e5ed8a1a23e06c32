import { describe, expect, it } from "vitest";

import { BeliefBroken } from "../../src/base/assert.ts";
import { Streams, type Decisions, type Stream } from "../../src/kernel/streams.ts";
import { correlation, momentsOf, shareBelow, unevenness } from "../base/statistics.ts";

const SAMPLE = 100_000;
const TWO_53 = 2 ** 53;

function drawn(stream: Stream, count: number, draw: (stream: Stream) => number = (one) => one.below(TWO_53)): number[] {
  return Array.from({ length: count }, () => draw(stream));
}

describe("a draw", () => {
  it("is the same for ever, in every engine", () => {
    const stream = new Streams(42).named("network", "n1 n2");
    expect([
      stream.below(10),
      stream.below(1_000_000),
      stream.below(TWO_53),
      stream.between(-5, 5),
      stream.chance(1, 3),
      stream.exponentialUs(1_000_000),
      stream.normalUs(1_000_000, 100_000),
      stream.logNormalUs(20_000, 0.5),
      stream.paretoUs(1_000, 1.5),
      stream.quantileUs([100, 200, 400, 100_000]),
    ]).toMatchInlineSnapshot(`
      [
        0,
        586077,
        2727415971635068,
        -3,
        false,
        1470633,
        778304,
        7366,
        1005,
        142,
      ]
    `);
    expect(drawn(new Streams("a text").named("p", ""), 3)).toMatchInlineSnapshot(`
      [
        5572722753264731,
        7330709950592502,
        6547078873846599,
      ]
    `);
    const late = new Streams(1).named("p", "s");
    late.ordinal = 2 ** 32 - 1;
    expect([...drawn(late, 2), late.ordinal]).toMatchInlineSnapshot(`
      [
        4331460139254485,
        8293752426007277,
        4294967297,
      ]
    `);
  });

  it("is a function of seed, name and ordinal: what else is drawn, and when, shifts nothing", () => {
    const alone = drawn(new Streams(7).named("loss", "n1"), 100);
    const streams = new Streams(7);
    const stream = streams.named("loss", "n1");
    const among = alone.map((_, ordinal) => {
      const others = drawn(streams.named("loss", `n${2 + (ordinal % 5)}`), ordinal % 4);
      others.push(streams.named(`delay${ordinal}`, "n1").exponentialUs(5));
      return stream.below(TWO_53);
    });
    expect(among).toEqual(alone);
  });

  it("takes one ordinal, whatever is drawn", () => {
    const draws: ((stream: Stream) => unknown)[] = [
      (stream) => stream.below(5),
      (stream) => stream.below(2 ** 52 + 1),
      (stream) => stream.between(1, 1),
      (stream) => stream.chance(0, 1),
      (stream) => stream.exponentialUs(10),
      (stream) => stream.normalUs(10, 3),
      (stream) => stream.logNormalUs(10, 2),
      (stream) => stream.paretoUs(10, 2),
      (stream) => stream.quantileUs([1]),
    ];
    const expected = drawn(new Streams(1).named("p", "s"), 8)[7];
    for (const draw of draws) {
      const stream = new Streams(1).named("p", "s");
      for (let count = 0; count < 7; count++) draw(stream);
      expect([stream.ordinal, stream.below(TWO_53)]).toEqual([7, expected]);
    }
  });

  it("comes from the same stream for the same two words, and from no other", () => {
    const streams = new Streams(1);
    expect(streams.named("p", "s")).toBe(streams.named("p", "s"));
    expect(streams.named("p", "s t").name).toBe("p s t");
    expect(() => streams.named("p q", "s")).toThrow(BeliefBroken);
    const names: readonly (readonly [purpose: string, subject: string])[] = [
      ["p", "s"],
      ["s", "p"],
      ["p", "s "],
      ["p", ""],
      ["ps", ""],
      ["p", "S"],
    ];
    expect(new Set(names.map(([purpose, subject]) => streams.named(purpose, subject).below(TWO_53))).size).toBe(6);
  });

  it("depends on the whole of the seed, a number or a text", () => {
    const firstOf = (seed: number | string): number => new Streams(seed).named("p", "s").below(TWO_53);
    const seeds = [0, 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, TWO_53 - 1, "", "x", "x ", "0x1"];
    expect(new Set(seeds.map(firstOf)).size).toBe(seeds.length);
    expect(firstOf(42)).toBe(firstOf("42"));
    for (const seed of [-1, 0.5, TWO_53, NaN]) expect(() => new Streams(seed)).toThrow(BeliefBroken);
  });
});

describe("the bits of a stream", () => {
  it("are even in every place, together and in pairs", () => {
    for (const seed of [1, 2, 3]) {
      const draws = drawn(new Streams(seed).named("p", "s"), SAMPLE);
      const places: ((draw: number) => number)[] = [
        (draw) => Math.floor(draw / 2 ** 45),
        (draw) => Math.floor(draw / 2 ** 33) % 256,
        (draw) => Math.floor(draw / 2 ** 21) % 256,
        (draw) => Math.floor(draw / 2 ** 13) % 256,
        (draw) => draw % 256,
        (draw) => Math.floor(draw / 2 ** 49) * 16 + (Math.floor(draw / 2 ** 17) % 16),
      ];
      for (const place of places) expect(Math.abs(unevenness(counted(draws.map(place), 256)))).toBeLessThan(4);
      const pairs = draws.slice(1).map((draw, at) => Math.floor(draw / 2 ** 48) * 32 + Math.floor(draws[at] / 2 ** 48));
      expect(Math.abs(unevenness(counted(pairs, 1_024)))).toBeLessThan(4);
    }
  });

  it("do not depend on those before, nor on those of its neighbours in name, seed or ordinal", () => {
    const stream = drawn(new Streams(1).named("p", "n1"), SAMPLE);
    for (const lag of [1, 2, 3, 16, 256]) {
      expect(Math.abs(correlation(stream.slice(lag), stream.slice(0, -lag)))).toBeLessThan(4);
    }
    const neighbours = [
      drawn(new Streams(1).named("p", "n2"), SAMPLE),
      drawn(new Streams(1).named("q", "n1"), SAMPLE),
      drawn(new Streams(2).named("p", "n1"), SAMPLE),
      drawn(new Streams(2 ** 32 + 1).named("p", "n1"), SAMPLE),
    ];
    for (const neighbour of neighbours) {
      expect(Math.abs(correlation(stream, neighbour))).toBeLessThan(4);
      const pairs = stream.map((draw, at) => Math.floor(draw / 2 ** 48) * 32 + Math.floor(neighbour[at] / 2 ** 48));
      expect(Math.abs(unevenness(counted(pairs, 1_024)))).toBeLessThan(4);
    }
  });

  it("repeat words as often as chance has it: a stream is no permutation of its ordinals", () => {
    const draws = drawn(new Streams(5).named("p", "s"), 300_000, (stream) =>
      Math.floor(stream.below(TWO_53) / 2 ** 21),
    );
    const repeats = draws.length - new Set(draws).size;
    expect(repeats).toBeGreaterThan(2);
    expect(repeats).toBeLessThan(25);
  });

  it("change by half when one bit of the ordinal changes", () => {
    const stream = new Streams(9).named("p", "s");
    const at = (ordinal: number): number => {
      stream.ordinal = ordinal;
      return stream.below(TWO_53);
    };
    for (let bit = 0; bit < 40; bit++) {
      const changes = Array.from({ length: 53 }, () => 0);
      for (let base = 0; base < 400; base++) {
        const ordinal = base * 7_919;
        const flipped = Math.floor(ordinal / 2 ** bit) % 2 === 0 ? ordinal + 2 ** bit : ordinal - 2 ** bit;
        let difference = BigInt(at(ordinal)) ^ BigInt(at(flipped));
        for (let place = 0; difference !== 0n; place++, difference >>= 1n) changes[place] += Number(difference & 1n);
      }
      for (const count of changes) expect(Math.abs(count - 200)).toBeLessThan(52);
    }
  });
});

describe("an outcome", () => {
  const streams = new Streams(11);

  it("below a bound is even, for small bounds and great ones", () => {
    for (const n of [2, 3, 7, 100, 65_536, 65_537]) {
      const draws = drawn(streams.named("below", `${n}`), SAMPLE, (stream) => stream.below(n));
      const cells = Math.min(n, 100);
      expect(
        Math.abs(
          unevenness(
            counted(
              draws.map((draw) => Math.floor((draw * cells) / n)),
              cells,
            ),
          ),
        ),
      ).toBeLessThan(4);
    }
    for (const n of [2 ** 31 + 1, 2 ** 32, 2 ** 32 + 1, 3 * 2 ** 51, TWO_53 - 1, TWO_53]) {
      const draws = drawn(streams.named("below", `${n}`), SAMPLE, (stream) => stream.below(n));
      expect(draws.every((draw) => Number.isSafeInteger(draw) && draw >= 0 && draw < n)).toBe(true);
      const counts = counted(
        draws.map((draw) => Math.floor((draw / n) * 64)),
        64,
      );
      expect(Math.abs(unevenness(counts))).toBeLessThan(4);
      expect(
        Math.abs(
          unevenness(
            counted(
              draws.map((draw) => draw % 16),
              16,
            ),
          ),
        ),
      ).toBeLessThan(4);
    }
    expect(drawn(streams.named("below", "1"), 10, (stream) => stream.below(1))).toEqual(
      Array.from({ length: 10 }, () => 0),
    );
  });

  it("between two bounds reaches both", () => {
    const draws = drawn(streams.named("between", ""), 2_000, (stream) => stream.between(-3, 4));
    expect([Math.min(...draws), Math.max(...draws)]).toEqual([-3, 4]);
    expect(
      Math.abs(
        unevenness(
          counted(
            draws.map((draw) => draw + 3),
            8,
          ),
        ),
      ),
    ).toBeLessThan(4);
    const stream = streams.named("between", "far");
    const far = drawn(stream, 100, () => stream.between(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER));
    expect(new Set(far)).toEqual(new Set([Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER]));
  });

  it("comes true as often as its chance says", () => {
    const share = (of: number, outOf: number): number =>
      shareBelow(
        drawn(streams.named("chance", `${of} ${outOf}`), SAMPLE, (stream) => (stream.chance(of, outOf) ? 0 : 1)),
        1,
      );
    expect([share(0, 5), share(5, 5)]).toEqual([0, 1]);
    expect(share(1, 50)).toBeCloseTo(0.02, 2);
    expect(share(2 ** 51, TWO_53)).toBeCloseTo(0.25, 2);
  });

  it("is exponential, with a tail", () => {
    const draws = drawn(streams.named("exp", ""), SAMPLE, (stream) => stream.exponentialUs(1_000_000));
    const { mean, deviation, skewness } = momentsOf(draws);
    expect(Math.abs(mean / 1e6 - 1)).toBeLessThan(0.015);
    expect(Math.abs(deviation / 1e6 - 1)).toBeLessThan(0.02);
    expect(skewness).toBeCloseTo(2, 0);
    expect(shareBelow(draws, 7e6)).toBeCloseTo(1 - Math.exp(-7), 3);
    expect(Math.max(...draws)).toBeGreaterThan(9e6);
    expect(new Set(drawn(streams.named("exp", "0"), 9, (stream) => stream.exponentialUs(0)))).toEqual(new Set([0]));
  });

  it("is normal, and never below zero", () => {
    const draws = drawn(streams.named("normal", ""), SAMPLE, (stream) => stream.normalUs(1_000_000, 100_000));
    const { mean, deviation, skewness } = momentsOf(draws);
    expect(Math.abs(mean - 1e6)).toBeLessThan(1_300);
    expect(Math.abs(deviation - 1e5)).toBeLessThan(1_000);
    expect(skewness).toBeCloseTo(0, 1);
    expect(shareBelow(draws, 1.2e6)).toBeCloseTo(0.97725, 2);
    expect(Math.min(...drawn(streams.named("normal", "wide"), 100, (stream) => stream.normalUs(10, 100)))).toBe(0);
  });

  it("is log-normal, Pareto or of a table, with their quantiles", () => {
    const logNormal = drawn(streams.named("log", ""), SAMPLE, (stream) => stream.logNormalUs(1_000_000, 0.5));
    expect(shareBelow(logNormal, 1_000_000)).toBeCloseTo(0.5, 2);
    expect(shareBelow(logNormal, 1_000_000 * Math.exp(0.5))).toBeCloseTo(0.8413, 2);
    const pareto = drawn(streams.named("pareto", ""), SAMPLE, (stream) => stream.paretoUs(1_000, 1.5));
    expect(Math.min(...pareto)).toBe(1_000);
    expect(shareBelow(pareto, 4_000)).toBeCloseTo(1 - 4 ** -1.5, 2);
    const extreme = drawn(streams.named("pareto", "extreme"), 1_000, (stream) => stream.paretoUs(1_000, 0.01));
    expect(Math.max(...extreme)).toBe(Number.MAX_SAFE_INTEGER);
    const table = drawn(streams.named("table", ""), SAMPLE, (stream) => stream.quantileUs([0, 100, 200, 10_000]));
    expect([shareBelow(table, 100), shareBelow(table, 200)].map((share) => Math.round(share * 30))).toEqual([10, 20]);
    expect([Math.min(...table), Math.max(...table) <= 10_000]).toEqual([0, true]);
    expect(streams.named("table", "one").quantileUs([77])).toBe(77);
  });

  it("is refused where the question makes no sense", () => {
    const stream = streams.named("p", "refused");
    const questions: (() => unknown)[] = [
      () => stream.below(0),
      () => stream.below(2.5),
      () => stream.below(TWO_53 + 2),
      () => stream.between(2, 1),
      () => stream.between(0.5, 1),
      () => stream.chance(2, 1),
      () => stream.chance(0, 0),
      () => stream.chance(0.1, 1),
      () => stream.exponentialUs(-1),
      () => stream.exponentialUs(NaN),
      () => stream.normalUs(5, -1),
      () => stream.logNormalUs(-5, 1),
      () => stream.paretoUs(5, 0),
      () => stream.quantileUs([]),
    ];
    for (const question of questions) expect(question).toThrow(BeliefBroken);
  });
});

describe("decisions", () => {
  /** Draws of every kind from three streams, and what came out. */
  function play(streams: Streams, rounds: number): number[] {
    const outcomes: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const loss = streams.named("loss", "n1");
      outcomes.push(loss.chance(1, 3) ? 1 : 0, loss.below(1_000), streams.named("delay", "n1 n2").exponentialUs(500));
      if (round % 2 === 0) outcomes.push(streams.named("a", "").between(5, 9));
    }
    return outcomes;
  }

  it("that were recorded can be forced on any seed, and are recorded again the same", () => {
    const original = new Streams(1);
    original.record();
    const outcomes = play(original, 20);
    const decisions = original.recorded();
    expect(decisions.map(({ stream, values }) => [stream, values.length])).toEqual([
      ["a ", 10],
      ["delay n1 n2", 20],
      ["loss n1", 40],
    ]);
    for (const seed of [1, 2]) {
      const again = new Streams(seed);
      again.force(JSON.parse(JSON.stringify(decisions)) as Decisions);
      again.record();
      expect(play(again, 20)).toEqual(outcomes);
      expect(again.recorded()).toEqual(decisions);
      expect(again.forcedMisfits).toBe(0);
    }
  });

  it("end where they end: then the seed decides, at the ordinal reached", () => {
    const seeded = play(new Streams(2), 20);
    const short = new Streams(1);
    short.record();
    const forcedOutcomes = play(short, 6);
    const streams = new Streams(2);
    streams.force(short.recorded());
    const outcomes = play(streams, 20);
    expect(outcomes.slice(0, forcedOutcomes.length)).toEqual(forcedOutcomes);
    expect(outcomes.slice(forcedOutcomes.length)).toEqual(seeded.slice(forcedOutcomes.length));
  });

  it("of streams that nobody asks do no harm, and streams without any draw from the seed", () => {
    const seeded = play(new Streams(3), 10);
    const streams = new Streams(3);
    streams.force([
      { stream: "nobody asks", values: [1, 2, 3] },
      { stream: "loss n1", values: [null, 999, null, 998] },
    ]);
    const expected = [...seeded];
    expected[1] = 999;
    expected[5] = 998;
    expect(play(streams, 10)).toEqual(expected);
  });

  it("that are impossible give way to the seed, and are counted", () => {
    const streams = new Streams(4);
    const seeded = drawn(new Streams(4).named("p", "s"), 5, (stream) => stream.below(5));
    streams.force([{ stream: "p s", values: [4, 5, -1, 1.5, 0] }]);
    expect(drawn(streams.named("p", "s"), 5, (stream) => stream.below(5))).toEqual([4, ...seeded.slice(1, 4), 0]);
    expect(streams.forcedMisfits).toBe(3);
    streams.force([{ stream: "p s", values: [0, 0, 0, 0, 0, 2, 2, 99] }]);
    const stream = streams.named("p", "s");
    expect([stream.chance(1, 2), stream.quantileUs([5, 9]), stream.paretoUs(100, 2) >= 100]).toContain(true);
    expect(streams.forcedMisfits).toBe(6);
  });

  it("taken before recording began have no opinion", () => {
    const streams = new Streams(5);
    const stream = streams.named("p", "s");
    drawn(stream, 2);
    streams.record();
    const third = stream.below(100);
    expect(streams.recorded()).toEqual([{ stream: "p s", values: [null, null, third] }]);
  });

  it("are no longer forced when others are, or none", () => {
    const streams = new Streams(6);
    const stream = streams.named("p", "s");
    streams.force([{ stream: "p s", values: [1, 1, 1, 1] }]);
    const one = stream.below(TWO_53);
    streams.force([{ stream: "p other", values: [1] }]);
    const two = stream.below(TWO_53);
    streams.force([]);
    const seeded = drawn(new Streams(6).named("p", "s"), 4);
    expect([one, two, ...drawn(stream, 2)]).toEqual([1, ...seeded.slice(1)]);
  });

  it("recorded are copies", () => {
    const streams = new Streams(7);
    streams.record();
    streams.named("p", "s").below(5);
    const early = streams.recorded();
    streams.named("p", "s").below(5);
    expect(early[0].values.length).toBe(1);
  });

  it("go on from a checkpoint, in these streams and in fresh ones, recording or not", () => {
    for (const records of [false, true]) {
      const streams = new Streams(8);
      if (records) streams.record();
      play(streams, 7);
      const kept = streams.named("loss", "n1");
      const checkpoint = structuredClone(streams.checkpoint());
      const later = play(streams, 5);
      const decisions = streams.recorded();
      streams.named("came", "later").below(2);

      streams.restore(checkpoint);
      expect([kept.ordinal, streams.named("loss", "n1")]).toEqual([14, kept]);
      expect(streams.named("came", "later").ordinal).toBe(0);
      expect(play(streams, 5)).toEqual(later);
      expect(streams.recorded()).toEqual(decisions);
      expect(decisions.length).toBe(records ? 3 : 0);

      const fresh = new Streams(8);
      fresh.restore(checkpoint);
      expect(play(fresh, 5)).toEqual(later);
      expect(fresh.recorded()).toEqual(decisions);
    }
    // A checkpoint brings its seed along.
    const other = new Streams(9);
    other.restore(new Streams(8).checkpoint());
    expect(other.named("x", "y").below(1_000_000)).toBe(new Streams(8).named("x", "y").below(1_000_000));
  });
});

function counted(values: readonly number[], cells: number): number[] {
  const counts = Array.from({ length: cells }, () => 0);
  for (const value of values) counts[value]++;
  return counts;
}
