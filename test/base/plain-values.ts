// Arbitrary plain data, nested, with the odd numbers and keys that break careless code.
import fc from "fast-check";

const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("__proto__", "$map", "$", "$$x", "type", "constructor"),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, Number.NaN, Infinity, -Infinity, 2 ** 53 - 1));
const single = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  number,
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 4 }),
);
const memberKey = fc.oneof(fc.string({ maxLength: 6 }), fc.integer(), fc.boolean(), fc.constant(null));

export const plainValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    single,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(memberKey, tie("value")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(memberKey, { maxLength: 4 }).map((members) => new Set(members)),
  ),
})).value;
