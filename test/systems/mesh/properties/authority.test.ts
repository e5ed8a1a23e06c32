// Who may act (properties.md §1): each property holds where it should, and fires where it must.
import { describe, expect, test } from "vitest";

import { Story } from "./story.ts";

const moved = (): Story => new Story().join("p1", "n1", 1).act("p1", "n1", 1).transfer("p1/1", "n1", "n2", 1);

test("a transfer that goes well breaks nothing, and exercises what it could have broken", () => {
  const verdict = moved().act("p1", "n2", 2).show("p1", "n2", 2).finish();
  expect(verdict.outcome).toBe("held");
  const held = verdict.properties.filter(({ status }) => status === "held").map(({ id }) => id);
  expect(held).toEqual(
    expect.arrayContaining([
      "A1",
      "A1-weak",
      "A2",
      "A3",
      "A4",
      "A7",
      "A9",
      "A10",
      "MESH-INV-01",
      "MESH-INV-03",
      "MESH-INV-04",
      "MESH-INV-06",
      "MESH-INV-07",
      "MESH-INV-10",
      "MESH-GEN-05",
      "SEEN-COMMIT",
    ]),
  );
});

test("a run in which nothing moved has exercised no rule about owners", () => {
  const verdict = new Story().join("p1", "n1", 1).act("p1", "n1", 1).finish();
  const idle = verdict.properties.filter(({ status }) => status === "not exercised").map(({ id }) => id);
  expect(idle).toEqual(
    expect.arrayContaining(["A1", "A2", "A3", "A4", "A5", "A7", "A8", "MESH-INV-01", "SEEN-COMMIT", "SEEN-FENCED"]),
  );
  expect(verdict.outcome).toBe("held");
});

describe("A1: an accepted effect carries the current grant", () => {
  test("a write of the old owner after the grant is found, although the store has not heard of the new token (trap 8)", () => {
    const story = new Story().join("p1", "n1", 1).grant("p1", "n2", 2, "transfer").wait(5).effect("p1", "n1", 1);
    const { status, first } = story.result("A1");
    expect(status).toBe("violated");
    expect(first[0]).toMatchObject({
      about: "p1",
      node: "store",
      atUs: 1005,
      because: "n1 acted for p1 under token 1 while the grant was n2's, token 2",
    });
    expect(first[0]?.evidence).toEqual([7, 8]);
  });

  test("the grant counts from its commit, not from its delivery: nobody has taken it yet (trap 2)", () => {
    expect(new Story().join("p1", "n1", 1).grant("p1", "n2", 2).effect("p1", "n1", 1).broken()).toEqual([
      "A1",
      "A1-weak",
    ]);
  });

  test("at one instant the order of facts decides: accepted before the grant is right, after it is not (trap 6)", () => {
    const join = (): Story => new Story().join("p1", "n1", 1);
    expect(join().effect("p1", "n1", 1).grant("p1", "n2", 2).broken()).toEqual([]);
    expect(join().grant("p1", "n2", 2).effect("p1", "n1", 1).broken()).toContain("A1");
  });

  test("two servers that believe are no violation as long as one acts (trap 1)", () => {
    const story = new Story()
      .join("p1", "n1", 1)
      .grant("p1", "n2", 2, "transfer")
      .take("p1", "n2", 2)
      .effect("p1", "n2", 2);
    expect(story.refuse("p1", "n1", 1, "p1/1/9").broken()).toEqual([]);
  });

  test("a crashed server's write that was on its way counts (trap 4)", () => {
    const story = new Story()
      .join("p1", "n1", 1)
      .crash("n1")
      .wait(10)
      .grant("p1", "n2", 2, "rejoin")
      .take("p1", "n2", 2)
      .wait(10);
    expect(story.effect("p1", "n1", 1).broken()).toEqual(expect.arrayContaining(["A1", "A1-weak", "A2"]));
  });

  test("a server that acts under a token of its own that is no longer current breaks the strong form only", () => {
    const story = new Story().join("p1", "n1", 1).grant("p1", "n1", 2, "rejoin").effect("p1", "n1", 1);
    expect(story.broken()).toEqual(["A1"]);
  });

  test("an effect for a player nobody was granted", () => {
    expect(new Story().effect("p1", "n1", 1).broken()).toContain("A1");
  });

  test("a right token in the wrong hands", () => {
    expect(moved().effect("p1", "n3", 2).broken()).toContain("A1");
  });

  test("a grant that a restarted coordinator recovers is a grant now if it was not stated before, else nothing", () => {
    const again = moved()
      .restate("p1", "n1", 1, { ago: 2, cause: "join", fact: "grantRecovered" })
      .restate("p1", "n2", 2, { ago: 1, transfer: "p1/1", fact: "grantRecovered" });
    expect(again.act("p1", "n2", 2).broken()).toEqual([]);
    const anew = new Story()
      .join("p1", "n1", 1)
      .grant("p1", "n2", 2, "transfer", "", "grantRecovered")
      .effect("p1", "n1", 1);
    expect(anew.broken()).toContain("A1");
  });
});

test("a grant that a leader states once more, waking, is nothing new; the same token at another place of the log is", () => {
  const story = () => new Story().join("p1", "n1", 1).grant("p1", "n2", 2, "transfer").grant("p1", "n3", 3, "transfer");
  expect(story().restate("p1", "n2", 2, { ago: 2 }).fence("p1", 3).effect("p1", "n3", 3).broken()).toEqual([]);
  expect(story().grant("p1", "n2", 2, "transfer").broken()).toContain("A3");
  expect(story().grant("p1", "n2", 2, "transfer", "", "grantRecovered").broken()).toContain("A3");
});

test("A1-weak is reported and fails no run", () => {
  const verdict = new Story().join("p1", "n1", 1).grant("p1", "n2", 2).effect("p1", "n1", 1).finish();
  expect(verdict.properties.find(({ id }) => id === "A1-weak")).toMatchObject({ advisory: true, status: "violated" });
  expect(verdict.summary).toBe("violated: A1");
});

describe("A2: no late write", () => {
  test("a late write that the new owner overwrites at once is found all the same (trap 3)", () => {
    const story = new Story()
      .join("p1", "n1", 1)
      .act("p1", "n1", 1)
      .grant("p1", "n2", 2, "transfer")
      .load("p1", "n2", 2)
      .wait(5)
      .effect("p1", "n1", 1)
      .wait(5)
      .effect("p1", "n2", 2, { state: { version: 2 } });
    const { status, first } = story.result("A2");
    expect(status).toBe("violated");
    expect(first[0]?.because).toContain("after n2 had loaded the state under 2");
    expect(first).toHaveLength(1);
  });

  test("a write just before the load is no late write", () => {
    const story = new Story()
      .join("p1", "n1", 1)
      .effect("p1", "n1", 1)
      .load("p1", "n2", 2)
      .grant("p1", "n2", 2)
      .effect("p1", "n2", 2);
    expect(story.broken()).toEqual([]);
  });
});

describe("A3: tokens of grants strictly increase", () => {
  test.each([
    ["an equal token", 2],
    ["a lower token", 1],
    ["a token beyond exact integers", 2 ** 53],
    ["a token that is no number", Number.NaN],
  ])("%s", (_what, token) => {
    expect(moved().grant("p1", "n3", token).broken()).toContain("A3");
  });

  test("a player that left and was created anew goes on with higher tokens", () => {
    const story = moved()
      .say("p1", { fact: "playerLeft", player: "p1" as never })
      .wait(10);
    expect(story.grant("p1", "n1", 1).broken()).toEqual(["A3", "MESH-INV-04"]);
  });

  test("a coordinator that restarted forgets nothing", () => {
    expect(moved().crash("coordinator").boot("coordinator").grant("p1", "n1", 2).broken()).toContain("A3");
  });

  test("tokens of different players have nothing to do with each other", () => {
    expect(moved().join("p2", "n1", 1).broken()).toEqual([]);
  });
});

test("A4: an accepted token lower than an accepted one", () => {
  const story = moved().effect("p1", "n2", 2).effect("p1", "n1", 1);
  expect(story.result("A4")).toMatchObject({ status: "violated", violations: 1 });
});

describe("A5: the client", () => {
  test("acts on an old owner's output after a new owner's", () => {
    expect(moved().show("p1", "n2", 2).show("p1", "n1", 1).result("A5").status).toBe("violated");
  });

  test("ignores it, and may show the same token many times", () => {
    const story = moved().show("p1", "n1", 1).show("p1", "n2", 2).show("p1", "n2", 2);
    story.say("p1", { fact: "emitIgnored", player: "p1" as never, server: "n1" as never, token: 1 });
    expect(story.result("A5")).toMatchObject({ status: "held", exercised: 2 });
  });
});

describe("MESH-INV-01: one server acts", () => {
  test("the old owner acts once more between two effects of the new one", () => {
    const story = moved().effect("p1", "n2", 2).effect("p1", "n1", 1).effect("p1", "n2", 2);
    expect(story.result("MESH-INV-01").violations).toBe(2);
  });

  test("one token granted twice: both act in token order, and still it is two", () => {
    const story = new Story().join("p1", "n1", 1).effect("p1", "n1", 1).grant("p1", "n2", 1).effect("p1", "n2", 1);
    expect(story.broken()).toEqual(["A3", "MESH-INV-01", "MESH-INV-04"]);
  });

  test("a player that comes back to a server under a new token is no overlap", () => {
    const story = moved().act("p1", "n2", 2).transfer("p1/2", "n2", "n1", 2).act("p1", "n1", 3);
    expect(story.broken()).toEqual([]);
  });
});

test("MESH-INV-04: a token below a fence the store has raised, though nothing was accepted above it", () => {
  const story = new Story().join("p1", "n1", 1).fence("p1", 5).effect("p1", "n1", 1);
  expect(story.broken()).toEqual(["MESH-INV-04"]);
});
