import { describe, expect, it } from "vitest";
import { NameIndex } from "../../src/world/name-index.ts";

describe("NameIndex", () => {
  it("keeps apart names that share a place", () => {
    const index = new NameIndex(1);
    const names = ["", "a", "b", "node-1", "node-11", "edon-11", "\u0000"];
    names.forEach((name, number) => index.set(name, number));
    for (let round = 0; round < 2; round++)
      expect(names.map((name) => index.numberOf(name))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("knows no name that was not set", () => {
    const index = new NameIndex(4);
    expect(["", "a", "node"].map((name) => index.numberOf(name))).toEqual([-1, -1, -1]);
    index.set("node", 0);
    expect(index.numberOf("nodes")).toBe(-1);
  });

  it("gives a name its newest number", () => {
    const index = new NameIndex(4);
    index.set("node", 1);
    index.set("node", 2);
    expect(index.numberOf("node")).toBe(2);
  });
});
