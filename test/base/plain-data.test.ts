// Plain data: what it is, how it is copied, frozen and compared, and what is refused, with its place.
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  NotPlainData,
  clonePlain,
  deepFreeze,
  equalPlain,
  firstDifference,
  notPlain,
} from "../../src/base/plain-data.ts";
import { PlainHasher } from "../../src/base/plain-hash.ts";
import { plainValue } from "./plain-values.ts";

class Account {
  readonly balance = 1;
}

const cyclic: Record<string, unknown> = { name: "a" };
cyclic["self"] = { inner: cyclic };

describe("what is not plain data is refused with its place", () => {
  test.each([
    [{ call: () => 1 }, "call is not plain data: it is a function"],
    [{ players: [{ id: 1n }] }, "players[0].id is not plain data: it is a bigint"],
    [{ a: new Account() }, "a is not plain data: it is a Account"],
    [new Map([["p1", { at: new Date(0) }]]), '{"p1"}.at is not plain data: it is a Date'],
    [{ "odd key": Symbol("x") }, '["odd key"] is not plain data: it is a symbol'],
    [new Set([{}]), "{[object Object]} is not plain data: a object is no key of a Map or member of a Set"],
    [cyclic, "self.inner is not plain data: it contains itself"],
    [new Uint8Array(2), "the value is not plain data: it is a Uint8Array"],
    [() => 1, "the value is not plain data: it is a function"],
  ])("%s", (value, message) => {
    expect(() => clonePlain(value)).toThrow(NotPlainData);
    expect(() => clonePlain(value)).toThrow(message);
    expect(notPlain(value)?.message).toBe(message);
  });

  test("by freezing and by hashing too", () => {
    expect(() => deepFreeze({ a: [() => 1] })).toThrow("a[0] is not plain data: it is a function");
    expect(() => new PlainHasher().hash({ a: new Date(0) })).toThrow("a is not plain data: it is a Date");
    expect(() => new PlainHasher().hash(cyclic)).toThrow("self.inner is not plain data: it contains itself");
  });
});

describe("a copy", () => {
  test("says the same, and shares nothing that can change", () => {
    fc.assert(
      fc.property(plainValue, (value) => {
        const copy = clonePlain(value);
        expect(copy).toEqual(value);
        expect(firstDifference(value, copy)).toBeUndefined();
        expect(sharedParts(value, copy)).toBe(0);
      }),
    );
  });

  test("keeps what was one object one object", () => {
    const player = { hits: 0 };
    const copy = clonePlain({ current: player, all: new Map([["p1", player]]) });
    copy.current.hits = 1;
    expect(copy.all.get("p1")?.hits).toBe(1);
    expect(player.hits).toBe(0);
  });

  test("keeps a key called __proto__ a key", () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}}') as object;
    const copy = clonePlain(value);
    expect(Object.hasOwn(copy, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(equalPlain(value, copy)).toBe(true);
    expect(equalPlain(value, {})).toBe(false);
  });
});

test("what is frozen is frozen to its last part", () => {
  const value = deepFreeze({ list: [{ a: 1 }], map: new Map([["k", { b: 2 }]]) });
  expect(Object.isFrozen(value)).toBe(true);
  expect(Object.isFrozen(value.list[0])).toBe(true);
  expect(Object.isFrozen(value.map.get("k"))).toBe(true);
});

test("a Map and a Set that are frozen refuse what changes them, and are read, copied and compared as before", () => {
  const fresh = () => ({ map: new Map([["k", 1]]), set: new Set(["a"]) });
  const value = deepFreeze(deepFreeze(fresh()));
  const changes = [
    () => value.map.set("k", 2),
    () => value.map.delete("k"),
    () => value.map.clear(),
    () => value.set.add("b"),
    () => value.set.delete("a"),
    () => value.set.clear(),
  ];
  for (const change of changes) expect(change).toThrow("it is frozen");
  expect(value).toEqual(fresh());
  expect(equalPlain(value, fresh())).toBe(true);
  const copy = clonePlain(value);
  copy.map.set("k", 2);
  copy.set.clear();
  expect(copy).toEqual({ map: new Map([["k", 2]]), set: new Set() });
  expect(value).toEqual(fresh());
});

describe("the first difference is named with its place", () => {
  test.each([
    [{ a: 1 }, { a: 1, b: undefined }, undefined],
    [{ b: 2, a: 1 }, { a: 1, b: 2 }, undefined],
    [Number.NaN, Number.NaN, undefined],
    [0, -0, undefined],
    [1, "1", { path: "", left: 1, right: "1" }],
    [{ p: [{ x: 1 }, { x: 2 }] }, { p: [{ x: 1 }, { x: 3 }] }, { path: "p[1].x", left: 2, right: 3 }],
    [{ p: [1] }, { p: [1, undefined] }, { path: "p[1]", left: undefined, right: undefined }],
    [new Map([["b", 1]]), new Map([["a", 1]]), { path: '{"a"}', left: undefined, right: 1 }],
    [{ s: new Set([1, 2]) }, { s: new Set([2, 3]) }, { path: "s{1}", left: 1, right: undefined }],
    [{ a: [] }, { a: {} }, { path: "a", left: [], right: {} }],
    [{ a: new Map() }, { a: new Set() }, { path: "a", left: new Map(), right: new Set() }],
    [{ "odd key": null }, {}, { path: '["odd key"]', left: null, right: undefined }],
  ])("%o and %o", (left, right, difference) => {
    expect(firstDifference(left, right)).toEqual(difference);
    expect(equalPlain(left, right)).toBe(difference === undefined);
  });
});

describe("a fingerprint", () => {
  const hashOf = (value: unknown): string => {
    const hasher = new PlainHasher();
    hasher.hash(value);
    return `${hasher.first}/${hasher.second}`;
  };

  test("is the same for equal values, and for no others", () => {
    fc.assert(
      fc.property(plainValue, plainValue, (left, right) => {
        expect(hashOf(clonePlain(left))).toBe(hashOf(left));
        expect(hashOf(left) === hashOf(right)).toBe(equalPlain(left, right));
      }),
    );
  });

  test("does not depend on the order in which keys were added", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.integer()), { minLength: 2, maxLength: 9 }), (entries) => {
        const forwards = new Map(entries);
        const backwards = new Map([...forwards].reverse());
        expect(hashOf(backwards)).toBe(hashOf(forwards));
        expect(hashOf(new Set(backwards.keys()))).toBe(hashOf(new Set(forwards.keys())));
        expect(hashOf(Object.fromEntries(backwards))).toBe(hashOf(Object.fromEntries(forwards)));
      }),
    );
  });

  test("tells small differences apart, over two hundred thousand values", () => {
    const seen = new Set<string>();
    let count = 0;
    for (let a = 0; a < 100; a++) {
      for (let b = 0; b < 1_000; b++) {
        seen.add(hashOf({ type: "append", a, b }));
        seen.add(hashOf({ type: "append", list: [a, b] }));
        count += 2;
      }
    }
    expect(seen.size).toBe(count);
  });

  test("tells kinds of values apart", () => {
    const values = [
      0,
      "",
      "0",
      false,
      true,
      null,
      [],
      {},
      [0],
      [[]],
      { a: 0 },
      new Map(),
      new Set(),
      new Map([["a", 0]]),
      new Set(["a"]),
      [null],
      [undefined],
      1,
      1.5,
      -1,
      2 ** 32,
      2 ** 53,
      Number.NaN,
      Infinity,
      new Set([1]),
      new Set(["1"]),
      ["a", "b"],
      ["ab"],
      { type: "a" },
      { type: 1 },
      { kind: "a" },
      [["a"], "b"],
      ["a", ["b"]],
    ];
    expect(new Set(values.map(hashOf)).size).toBe(values.length);
  });
});

/** How many objects two values have in common. */
function sharedParts(left: unknown, right: unknown): number {
  const parts = new Set<unknown>();
  gather(left, parts);
  const others = new Set<unknown>();
  gather(right, others);
  return [...others].filter((part) => parts.has(part)).length;
}

function gather(value: unknown, into: Set<unknown>): void {
  if (typeof value !== "object" || value === null) return;
  into.add(value);
  const parts = value instanceof Map || value instanceof Set ? value.values() : Object.values(value);
  for (const part of parts) gather(part, into);
}
