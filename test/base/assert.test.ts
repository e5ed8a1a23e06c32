import { describe, expect, it } from "vitest";

import { assert, BeliefBroken, unreachable } from "../../src/base/assert.ts";

describe("a belief", () => {
  it("that holds is not heard of", () => {
    expect(() => assert(true, "one is one")).not.toThrow();
  });

  it("that is broken says what was believed", () => {
    expect(() => assert(false, "one is two")).toThrow(BeliefBroken);
    expect(new BeliefBroken("one is two")).toMatchObject({
      name: "BeliefBroken",
      belief: "one is two",
      message: "belief broken: one is two",
    });
  });

  it("about an exhaustive switch names the member that came all the same", () => {
    expect(() => unreachable({ type: "newcomer" } as never)).toThrow("an object of type newcomer");
    expect(() => unreachable("newcomer" as never)).toThrow("newcomer");
  });
});
