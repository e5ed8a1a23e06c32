// One text for each value, and each text back to its value.
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { canonicalJson, canonicalSize, parseCanonical } from "../../src/base/canonical-json.ts";
import { equalPlain } from "../../src/base/plain-data.ts";
import { plainValue } from "./plain-values.ts";

test.each([
  [{ b: 1, a: [true, null, "x"] }, '{"a":[true,null,"x"],"b":1}'],
  [{ é: 1, z: 2, Z: 3, "10": 4, "9": 5 }, '{"10":4,"9":5,"Z":3,"z":2,"é":1}'],
  [{ a: undefined, b: -0 }, '{"b":0}'],
  [
    new Map<unknown, unknown>([
      ["b", 1],
      [2, 2],
      [null, 3],
    ]),
    '{"$map":[[null,3],[2,2],["b",1]]}',
  ],
  [new Set([3, 1, 2]), '{"$set":[1,2,3]}'],
  [[Number.NaN, -Infinity, 1e21, 0.1], '[{"$number":"NaN"},{"$number":"-Infinity"},1e+21,0.1]'],
  [{ $map: 1, $$: 2 }, '{"$$$":2,"$$map":1}'],
  [[undefined], '[{"$undefined":true}]'],
])("%o is written %s", (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test("every value comes back from its text, and its text from it", () => {
  fc.assert(
    fc.property(plainValue, (value) => {
      const text = canonicalJson(value);
      const parsed = parseCanonical(text);
      expect(parsed.type).toBe("parsed");
      if (parsed.type !== "parsed") return;
      expect(equalPlain(parsed.value, value)).toBe(true);
      expect(canonicalJson(parsed.value)).toBe(text);
      expect(canonicalSize(value)).toBe(new TextEncoder().encode(text).length);
    }),
  );
});

test("no key sets a prototype", () => {
  const parsed = parseCanonical('{"__proto__":{"polluted":1},"a":{"__proto__":2}}');
  expect(parsed.type).toBe("parsed");
  if (parsed.type !== "parsed") return;
  expect(Object.getPrototypeOf(parsed.value)).toBe(Object.prototype);
  expect((parsed.value as { polluted?: number }).polluted).toBeUndefined();
  expect(canonicalJson(parsed.value)).toBe('{"__proto__":{"polluted":1},"a":{"__proto__":2}}');
});

describe("what is no canonical text is malformed, never an exception", () => {
  test.each([
    '{"a":',
    "",
    '{"$map":[1]}',
    '{"$nonsense":1}',
    '{"$set":[{}]}',
    '{"$number":"12"}',
    '{"$map":[],"a":1}',
    "[".repeat(5_000),
  ])("%s", (text) => {
    expect(parseCanonical(text).type).toBe("malformed");
  });
});

test("what is not plain data has no text, and is refused with its place", () => {
  expect(() => canonicalJson({ a: [1, () => 2] })).toThrow("a[1] is not plain data: it is a function");
  expect(() => canonicalJson({ at: new Date(0) })).toThrow("at is not plain data: it is a Date");
  expect(() => canonicalJson(new Map([[{}, 1]]))).toThrow("is no key of a Map");
});
