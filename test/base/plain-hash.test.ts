import { expect, test } from "vitest";

import { PlainHasher } from "../../src/base/plain-hash.ts";

test("what is remembered changes no hash, wherever the part stands and however many came between", () => {
  const parts = Array.from({ length: 20 }, (_, index) => ({ type: "entry", index, content: { text: `t${index}` } }));
  const [remembering, plain] = [new PlainHasher({ remembers: true }), new PlainHasher()];
  const lanes = ({ first, second }: PlainHasher) => [first, second];
  for (let round = 0; round < 200; round++) {
    const part = parts[(round * 7) % ((round % parts.length) + 1)];
    for (const hasher of [remembering, plain]) {
      hasher.add(round, { type: "one", part, parts: [part, { within: part }] });
      hasher.add(round, [parts[round % 3], part]);
    }
    expect(lanes(remembering)).toEqual(lanes(plain));
  }
});
