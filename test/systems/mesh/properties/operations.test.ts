// What clients asked for and were told (properties.md A8–A10, MESH-INV-03).
import { describe, expect, test } from "vitest";

import { type NodeId, nodeId } from "../../../../src/base/ids.ts";
import { Story } from "./story.ts";

const p1: NodeId = nodeId("p1");
const playing = (): Story => new Story().join("p1", "n1", 1).act("p1", "n1", 1);
const moved = (): Story => playing().transfer("p1/1", "n1", "n2", 1);

describe("A8: at most one effect an operation", () => {
  test("an operation replayed after a transfer takes effect again", () => {
    const story = moved().effect("p1", "n2", 2, { action: "p1/1/1", sequence: 1 });
    expect(story.result("A8")).toMatchObject({ status: "violated", violations: 1 });
    expect(moved().effect("p1", "n2", 2, { action: "p1/1/1", sequence: 1 }).broken()).toEqual(["A8"]);
  });

  test("the second effect under another name of session order is A8's, and evidence names both", () => {
    const story = playing().effect("p1", "n1", 1, { action: "p1/1/1", sequence: 2 });
    expect(story.result("A8").first[0]?.evidence).toHaveLength(2);
  });

  test("a write refused under the old token and accepted under the new one is one effect (trap 13)", () => {
    const story = moved().refuse("p1", "n1", 1, "p1/1/2").effect("p1", "n2", 2, { action: "p1/1/2" });
    expect(story.broken()).toEqual([]);
  });

  test("exercised by a repetition that is recognised", () => {
    expect(playing().result("A8").status).toBe("not exercised");
    expect(playing().repeat("p1", "n1", 1, "p1/1/1").result("A8").status).toBe("held");
    expect(playing().refuse("p1", "n1", 1, "p1/1/1", "outOfOrder").result("A8").status).toBe("held");
  });

  test("an effect that a restarted store recovers is the same effect when it was stated before", () => {
    const again = playing()
      .crash("store")
      .boot("store")
      .effect("p1", "n1", 1, { action: "p1/1/1", sequence: 1, recovered: true, state: { version: 1, score: 1 } });
    expect(again.act("p1", "n1", 1).broken()).toEqual([]);
  });

  test("an effect recovered and never stated before is accepted now", () => {
    const story = playing()
      .invoke("p1", "p1/1/2")
      .crash("store")
      .boot("store")
      .effect("p1", "n1", 1, { recovered: true });
    expect(story.answer("p1", "p1/1/2").broken()).toEqual([]);
    const late = playing().grant("p1", "n2", 2).effect("p1", "n1", 1, { recovered: true });
    expect(late.broken()).toContain("A1");
  });
});

describe("A9: truthful answers", () => {
  test("done, and the effect was fenced: a dedupe entry recorded before the write", () => {
    const story = moved()
      .invoke("p1", "p1/1/2")
      .refuse("p1", "n1", 1, "p1/1/2")
      .repeat("p1", "n2", 2, "p1/1/2")
      .answer("p1", "p1/1/2");
    expect(story.broken()).toEqual(["A9"]);
  });

  test("done before the effect is there is a lie, though it comes later", () => {
    expect(playing().invoke("p1", "p1/1/2").answer("p1", "p1/1/2").wait(10).effect("p1", "n1", 1).broken()).toEqual([
      "A9",
    ]);
  });

  test("failed, and the effect was there", () => {
    expect(playing().invoke("p1", "p1/1/2").effect("p1", "n1", 1).answer("p1", "p1/1/2", "failed").broken()).toEqual([
      "A9",
    ]);
  });

  test("failed, and the effect comes later, from a write in flight", () => {
    const story = playing().invoke("p1", "p1/1/2").answer("p1", "p1/1/2", "failed").wait(10).effect("p1", "n1", 1);
    expect(story.broken()).toEqual(["A9"]);
  });

  test("no answer: either is right", () => {
    const open = (): Story =>
      playing().invoke("p1", "p1/1/2").say("p1", { fact: "actionUnanswered", player: p1, action: "p1/1/2" });
    expect(open().broken()).toEqual([]);
    expect(open().wait(10).effect("p1", "n1", 1).broken()).toEqual([]);
  });
});

describe("A10: session order", () => {
  test("a later action of the session took effect first", () => {
    const story = playing()
      .effect("p1", "n1", 1, { sequence: 3 })
      .effect("p1", "n1", 1, { sequence: 2, state: { sequence: 3 } });
    expect(story.broken()).toEqual(["A10"]);
  });

  test("an action left out is no disorder, nor is a new session", () => {
    const story = playing().effect("p1", "n1", 1, { sequence: 5 }).effect("p1", "n1", 1, { session: 2, sequence: 1 });
    expect(story.broken()).toEqual([]);
  });

  test("state shown behind an acknowledged operation, after two transfers", () => {
    const story = moved().act("p1", "n2", 2).show("p1", "n2", 2).transfer("p1/2", "n2", "n3", 2);
    expect(story.show("p1", "n3", 3, 1).broken()).toEqual(["A10"]);
  });

  test("the version at which the effect happened counts, not the one the answer claims", () => {
    const story = playing().invoke("p1", "p1/1/2").effect("p1", "n1", 1);
    story.say("p1", {
      fact: "actionAnswered",
      player: p1,
      action: "p1/1/2",
      session: 1,
      sequence: 2,
      outcome: "done",
      token: 1,
      version: 1,
    });
    expect(story.show("p1", "n1", 1, 1).broken()).toEqual(["A10"]);
  });

  test("state behind an effect that is not acknowledged may be shown", () => {
    expect(playing().effect("p1", "n1", 1).show("p1", "n1", 1, 1).broken()).toEqual([]);
  });
});

describe("MESH-INV-03: nothing acknowledged vanishes", () => {
  test.each([
    ["its version", { version: 1 }],
    ["its score", { score: 0 }],
    ["its place in the session", { session: 0 }],
  ])("a stale write that goes back behind %s", (_what, state) => {
    expect(playing().effect("p1", "n1", 1, { sequence: 2, state }).result("MESH-INV-03").status).toBe(
      "version" in state ? "held" : "violated",
    );
    const twice = playing()
      .act("p1", "n1", 1)
      .effect("p1", "n1", 1, { sequence: 3, state: { ...state } });
    expect(twice.result("MESH-INV-03").status).toBe("violated");
  });

  test("an effect overwritten before its client learns of it vanishes when the client does", () => {
    const story = playing()
      .invoke("p1", "p1/1/2")
      .effect("p1", "n1", 1)
      .effect("p1", "n1", 1, { sequence: 3, state: { version: 2, score: 1 } });
    expect(story.judge.violated).toBe(false);
    expect(story.answer("p1", "p1/1/2").broken()).toEqual(["MESH-INV-03"]);
  });

  test("an effect nobody was told of may be overwritten here; A2 has it", () => {
    const story = playing()
      .invoke("p1", "p1/1/2")
      .effect("p1", "n1", 1)
      .effect("p1", "n1", 1, { sequence: 3, state: { version: 2, score: 1 } });
    expect(story.broken()).toEqual([]);
  });

  test("an item picked up and acknowledged is gone from the inventory", () => {
    const story = new Story().spawn("sword").join("p1", "n1", 1).act("p1", "n1", 1, { kind: "pickup", item: "sword" });
    expect(story.effect("p1", "n1", 1, { state: { items: [] } }).broken()).toEqual(["I1", "I2", "MESH-INV-03"]);
  });

  test("an item dropped again is not missed, also when the pickup is acknowledged after the drop", () => {
    const story = new Story()
      .spawn("sword")
      .join("p1", "n1", 1)
      .invoke("p1", "p1/1/1")
      .invoke("p1", "p1/1/2")
      .effect("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .effect("p1", "n1", 1, { kind: "drop", item: "sword" })
      .answer("p1", "p1/1/1")
      .answer("p1", "p1/1/2")
      .act("p1", "n1", 1);
    expect(story.broken()).toEqual([]);
  });

  test("a store that lost its disk is seen when it gives out the older state", () => {
    const story = playing().act("p1", "n1", 1).crash("store").boot("store").load("p1", "n1", 1, 1);
    expect(story.broken()).toEqual(["MESH-INV-03"]);
  });

  test("what vanished once is found once", () => {
    const story = playing()
      .act("p1", "n1", 1)
      .effect("p1", "n1", 1, { state: { score: 0 } })
      .effect("p1", "n1", 1);
    expect(story.result("MESH-INV-03").violations).toBe(1);
  });
});
