// Things in the world (properties.md §2).
import { describe, expect, test } from "vitest";

import { Story } from "./story.ts";

const inPlay = (...items: readonly string[]): Story =>
  new Story()
    .spawn(...items)
    .join("p1", "n1", 1)
    .join("p2", "n2", 1);

test("an item picked up, carried over a border and dropped is always in one place", () => {
  const story = inPlay("sword")
    .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
    .transfer("p1/1", "n1", "n2", 1)
    .act("p1", "n2", 2, { kind: "drop", item: "sword" })
    .act("p2", "n2", 1, { kind: "pickup", item: "sword" });
  const verdict = story.finish();
  expect(verdict.outcome).toBe("held");
  expect(verdict.properties.find(({ id }) => id === "I1")).toMatchObject({ status: "held", exercised: 3 });
});

describe("I1: in exactly one place", () => {
  test("two players pick up one item in the same tick", () => {
    const story = inPlay("sword")
      .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .act("p2", "n2", 1, { kind: "pickup", item: "sword" });
    expect(story.broken()).toEqual(["I1", "I2", "MESH-INV-02"]);
  });

  test("a duplicate of one item and the loss of another of its kind do not cancel", () => {
    const story = inPlay("coin-1", "coin-2").act("p1", "n1", 1, { kind: "pickup", item: "coin-1" });
    story.effect("p2", "n2", 1, {
      kind: "pickup",
      item: "coin-2",
      state: { items: ["coin-1"] },
      ground: [{ item: "coin-2", lies: false }],
    });
    const { first } = story.result("I1");
    expect(first.map(({ about, because }) => [about, because])).toEqual([
      ["coin-1", "p2/1/1 left coin-1 with p1 and p2"],
      ["coin-2", "p2/1/1 left coin-2 nowhere"],
    ]);
  });

  test("an item twice in one inventory", () => {
    const story = inPlay("sword").effect("p1", "n1", 1, {
      kind: "pickup",
      item: "sword",
      state: { items: ["sword", "sword"] },
    });
    expect(story.result("I1").first[0]?.because).toContain("p1 and p1");
  });

  test("a pickup that leaves the item on the ground", () => {
    const story = inPlay("sword").effect("p1", "n1", 1, { kind: "pickup", item: "sword", ground: [] });
    expect(story.broken()).toEqual(["I1", "I2", "MESH-INV-02"]);
  });

  test("a drop that never reaches the ground", () => {
    const story = inPlay("sword")
      .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .effect("p1", "n1", 1, { kind: "drop", item: "sword", ground: [] });
    expect(story.broken()).toEqual(["I1", "I2", "MESH-INV-03"]);
  });

  test("broken between two effects and mended by the second is found (checking at the end only would not)", () => {
    const story = inPlay("sword")
      .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .effect("p2", "n2", 1, { kind: "pickup", item: "sword" })
      .effect("p1", "n1", 1, { kind: "drop", item: "sword", ground: [] });
    expect(story.result("I1")).toMatchObject({ violations: 1 });
  });

  test("an action of another kind that changes the inventory", () => {
    const story = inPlay("sword")
      .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .effect("p1", "n1", 1, { state: { items: [] } });
    expect(story.broken()).toEqual(["I1", "I2", "MESH-INV-03"]);
  });

  test("an item nobody created, and an item created twice by a store that says so again", () => {
    expect(inPlay().effect("p1", "n1", 1, { kind: "pickup", item: "ghost" }).broken()).toContain("I1");
    const again = inPlay("sword")
      .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .spawn("sword")
      .act("p1", "n1", 1);
    expect(again.broken()).toEqual([]);
  });

  test("inventories of players that are gone count", () => {
    const story = inPlay("sword").act("p1", "n1", 1, { kind: "pickup", item: "sword" }).crash("p1").crash("n1");
    expect(story.effect("p2", "n2", 1, { kind: "pickup", item: "sword" }).broken()).toContain("MESH-INV-02");
  });

  test("not exercised while nothing moves", () => {
    expect(inPlay("sword").act("p1", "n1", 1).result("I1").status).toBe("not exercised");
  });
});
