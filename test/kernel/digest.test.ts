import { describe, expect, it } from "vitest";

import { Generator } from "../../src/base/random.ts";
import { Digest } from "../../src/kernel/digest.ts";

function digestOf(...words: number[]): Digest {
  const digest = new Digest();
  for (let at = 0; at < words.length; at += 4) digest.mix4(words[at], words[at + 1], words[at + 2], words[at + 3]);
  return digest;
}

function bitsThatDiffer(left: readonly number[], right: readonly number[]): number {
  let count = 0;
  for (const [at, word] of left.entries()) {
    for (let bits = word ^ right[at]; bits !== 0; bits &= bits - 1) count++;
  }
  return count;
}

/** The same digest by another hand, in BigInt: MurmurHash3_x86_128 with one multiplication a word, over whole blocks. */
function digestInBigInt(lanes: readonly number[], words: readonly number[]): string {
  const mask = 0xffffffffn;
  const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (32n - by))) & mask;
  const fmix = (x: bigint): bigint => {
    let h = ((x ^ (x >> 16n)) * 0x85ebca6bn) & mask;
    h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & mask;
    return h ^ (h >> 16n);
  };
  const factor = [0x239b961bn, 0xab0e9789n, 0x38b34ae5n, 0xa1e38b93n];
  const add = [0x561ccd1bn, 0x0bcaa747n, 0x96cd1c35n, 0x32ac3b17n];
  const h = lanes.map((lane) => BigInt(lane >>> 0));
  for (let at = 0; at < words.length; at += 4) {
    for (const [lane, by] of [19n, 17n, 15n, 13n].entries()) {
      const k = (BigInt(words[at + lane] >>> 0) * factor[lane]) & mask;
      h[lane] = ((rotate(h[lane] ^ k, by) + h[(lane + 1) % 4]) * 5n + add[lane]) & mask;
    }
  }
  const sum = (): void => {
    h[0] = (h[0] + h[1] + h[2] + h[3]) & mask;
    for (let lane = 1; lane < 4; lane++) h[lane] = (h[lane] + h[0]) & mask;
  };
  sum();
  for (let lane = 0; lane < 4; lane++) h[lane] = fmix(h[lane]);
  sum();
  return h.map((lane) => lane.toString(16).padStart(8, "0")).join("");
}

describe("a digest", () => {
  it("is what another implementation computes", () => {
    const generator = new Generator(3);
    for (let length = 0; length <= 40; length += 4) {
      const words = Array.from({ length }, () => generator.word());
      expect(digestOf(...words).hex()).toBe(digestInBigInt(new Digest().checkpoint(), words));
    }
  });

  it("is the same for ever, in every engine", () => {
    const digest = new Digest();
    expect(digest.hex()).toMatchInlineSnapshot(`"1020c03736c6b0dc9859ab13b4002412"`);
    digest.mix(0);
    digest.mix(-1);
    expect(digest.hex()).toMatchInlineSnapshot(`"e279eeaf85bb613f1fb3f7626782b78e"`);
    digest.mix2(1, 2);
    digest.mix4(0x7fffffff, -0x80000000, 3, 4);
    expect(digest.hex()).toMatchInlineSnapshot(`"63d98325def457dffd4fce120c04d78f"`);
    digest.mixNumber(Number.MAX_SAFE_INTEGER);
    digest.mixNumber(-1);
    expect(digest.hex()).toMatchInlineSnapshot(`"4ee57f355f669f6edee3f3d04763048c"`);
    digest.mixText("");
    digest.mixText("region eu-1 \u{1f30d} \ud800");
    expect(digest.hex()).toMatchInlineSnapshot(`"3617fda8e42b18535186434b45d1d616"`);
  });

  it("tells what was mixed and how: words apart, words together, numbers, texts, order, nothing", () => {
    const makings: ((digest: Digest) => void)[] = [
      () => {},
      (digest) => digest.mix(0),
      (digest) => digest.mix2(0, 0),
      (digest) => digest.mix4(0, 0, 0, 0),
      (digest) => digest.mixText(""),
      (digest) => digest.mixText("\0"),
      (digest) => digest.mixText("ab"),
      (digest) => ["a", "b"].forEach((text) => digest.mixText(text)),
      (digest) => ["b", "a"].forEach((text) => digest.mixText(text)),
      (digest) => [1, 2].forEach((word) => digest.mix(word)),
      (digest) => [2, 1].forEach((word) => digest.mix(word)),
      (digest) => digest.mix2(1, 2),
      (digest) => digest.mix2(2, 1),
      (digest) => digest.mixNumber(2 ** 32),
      (digest) => digest.mixNumber(1),
    ];
    const digests = makings.map((making) => {
      const digest = new Digest();
      making(digest);
      return digest.hex();
    });
    expect(new Set(digests).size).toBe(makings.length);
  });

  it("changes about half of its bits when any one bit of any earlier word changes", () => {
    const words = Array.from({ length: 12 }, (_, at) => Math.imul(at, 0x9e3779b9));
    const before = digestOf(...words).words();
    let total = 0;
    for (let bit = 0; bit < 12 * 32; bit++) {
      const changed = [...words];
      changed[bit >> 5] ^= 1 << (bit & 31);
      const differing = bitsThatDiffer(before, digestOf(...changed).words());
      expect(differing).toBeGreaterThan(36);
      expect(differing).toBeLessThan(92);
      total += differing;
    }
    expect(total / (12 * 32)).toBeCloseTo(64, 0);
  });

  it("has no two equal halves among a hundred thousand close histories", () => {
    const halves = new Set<string>();
    for (let a = 0; a < 50_000; a++) {
      const hex = digestOf(a, 0, 1, 0).hex();
      halves.add(hex.slice(0, 16)).add(hex.slice(16));
    }
    expect(halves.size).toBe(100_000);
  });

  it("goes on from a checkpoint as if nothing had happened in between", () => {
    const digest = digestOf(1, 2, 3, 4);
    const checkpoint = digest.checkpoint();
    digest.mix(5);
    const expected = digest.hex();
    const other = digestOf(9, 9, 9, 9, 9, 9, 9, 9);
    other.restore(structuredClone(checkpoint));
    other.mix(5);
    digest.restore(checkpoint);
    digest.mix(5);
    expect([digest.hex(), other.hex()]).toEqual([expected, expected]);
  });
});
