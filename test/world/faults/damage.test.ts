// Damage to the content of messages: always something else than before, and never more than was asked for.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clonePlain, equalPlain, firstDifference } from "../../../src/base/plain-data.ts";
import { Streams } from "../../../src/kernel/streams.ts";
import type { Message } from "../../../src/machine/message.ts";
import { hasField, withDamagedBytes, withDamagedField, withField } from "../../../src/world/faults/damage.ts";

const stream = new Streams(9).named("test", "damage");
const holding = (value: unknown, beside: unknown = null): Message => Object.assign({ type: "t" }, { value, beside });

const plainValue = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.double(), fc.constant(undefined)),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie("value"), { maxKeys: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.integer(), fc.string()), tie("value")), { maxLength: 3 })
      .map((entries) => new Map(entries)),
    fc.array(fc.integer(), { maxLength: 3 }).map((members) => new Set(members)),
  ),
})).value;

test("a damaged field always differs, the rest never, and the original stays as it was", () => {
  fc.assert(
    fc.property(plainValue, plainValue, (value, beside) => {
      const original = holding(value, beside);
      const before = clonePlain(original);
      const after = withDamagedField(original, "value", stream);
      expect(equalPlain(original, before)).toBe(true);
      // A field that holds undefined is one that is not there: null then takes its place.
      expect(firstDifference(original, after)?.path.startsWith("value")).toBe(true);
      expect(equalPlain(withField(after, "value", 0), withField(original, "value", 0))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test("damaged bytes yield a message or nothing, and never an error", () => {
  fc.assert(
    fc.property(plainValue, (value) => {
      const after = withDamagedBytes(holding(value), stream);
      expect(after === undefined || typeof after.type === "string").toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

describe("fields", () => {
  const message = holding({
    list: [{ x: 1 }],
    map: new Map<unknown, unknown>([
      ["k", 1],
      [2, 3],
    ]),
    "": 5,
  });
  const table: readonly (readonly [string, boolean])[] = [
    ["type", true],
    ["value", true],
    ["value.list.0.x", true],
    ["value.map.k", true],
    ["value.map.2", true],
    ["value.", true],
    ["value.list.1", false],
    ["value.list.0.y", false],
    ["value.map.z", false],
    ["other", false],
    ["type.length", false],
    ["value.list.length", false],
    ["value.constructor", false],
    ["__proto__", false],
    ["", false],
  ];
  test.each(table)("%j: %s", (field, there) => expect(hasField(message, field)).toBe(there));

  test("within a Map are replaced in place", () => {
    const after = withField(message, "value.map.2", "new");
    expect(after).toEqual(
      holding({
        list: [{ x: 1 }],
        map: new Map<unknown, unknown>([
          ["k", 1],
          [2, "new"],
        ]),
        "": 5,
      }),
    );
  });

  test("that two places of the original share change in one place only", () => {
    const shared = { x: 1 };
    const after = withField(holding(shared, shared), "value.x", 2);
    expect(after).toEqual(holding({ x: 2 }, { x: 1 }));
  });

  test("never lead to a prototype", () => {
    const after = withField(holding(JSON.parse('{"__proto__": {"polluted": 1}}')), "value.__proto__.polluted", 2);
    expect(after).toEqual(holding(JSON.parse('{"__proto__": {"polluted": 2}}')));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
