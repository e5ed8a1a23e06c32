// Loss: independent at its rate, or in bursts as long as the chain of Gilbert and Elliott says.

import { describe, expect, test } from "vitest";
import { Streams } from "../../src/kernel/streams.ts";
import { LossChain } from "../../src/world/loss.ts";
import type { LossModel } from "../../src/world/plan.ts";

const messages = 100_000;

function losses(model: LossModel, count = messages): readonly boolean[] {
  const stream = new Streams(3).named("test", JSON.stringify(model));
  const chain = new LossChain(model);
  return Array.from({ length: count }, () => chain.lost(stream));
}

function burstLengths(lost: readonly boolean[]): readonly number[] {
  const lengths: number[] = [];
  let length = 0;
  for (const one of [...lost, false]) {
    if (one) length++;
    else if (length > 0) {
      lengths.push(length);
      length = 0;
    }
  }
  return lengths;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (lost: readonly boolean[]): number => lost.filter((one) => one).length / lost.length;
const bursty: LossModel = {
  type: "bursty",
  toBad: { of: 1, outOf: 100 },
  toGood: { of: 1, outOf: 5 },
  lossGood: { of: 0, outOf: 1 },
  lossBad: { of: 1, outOf: 1 },
};

describe("what is lost", () => {
  test("none: nothing, without a decision", () => {
    expect(share(losses({ type: "none" }, 100))).toBe(0);
    expect(new LossChain({ type: "none" }).needsDraw).toBe(false);
    expect(new LossChain({ type: "independent", rate: { of: 0, outOf: 9 } }).needsDraw).toBe(false);
  });

  test("independent: its share, in bursts no longer than chance makes them", () => {
    const lost = losses({ type: "independent", rate: { of: 1, outOf: 20 } });
    expect(share(lost)).toBeCloseTo(0.05, 2);
    expect(mean(burstLengths(lost))).toBeCloseTo(1 / 0.95, 1);
  });

  test("bursty: bursts of 1 / toGood on average, in a share of toBad / (toBad + toGood)", () => {
    const lost = losses(bursty);
    expect(mean(burstLengths(lost))).toBeGreaterThan(4.6);
    expect(mean(burstLengths(lost))).toBeLessThan(5.4);
    expect(share(lost)).toBeGreaterThan(0.043);
    expect(share(lost)).toBeLessThan(0.053);
  });

  test("bursty: at the rate of each state", () => {
    const half = { of: 1, outOf: 2 };
    const lost = losses({ ...bursty, lossGood: { of: 1, outOf: 100 }, lossBad: half });
    const expected = (0.01 * 20 + 0.5) / 21;
    expect(share(lost)).toBeCloseTo(expected, 2);
  });
});

test("a chain goes on from a checkpoint in the state it was in", () => {
  const forever: LossModel = { ...bursty, toBad: { of: 1, outOf: 1 }, toGood: { of: 0, outOf: 1 } };
  const stream = new Streams(1).named("test", "checkpoint");
  const chain = new LossChain(forever);
  const before = chain.checkpoint();
  expect(chain.lost(stream)).toBe(true);
  const after = chain.checkpoint();
  const other = new LossChain({ ...forever, toBad: { of: 0, outOf: 1 } });
  other.restore(after);
  expect(other.lost(stream)).toBe(true);
  other.restore(before);
  expect(other.lost(stream)).toBe(false);
});
