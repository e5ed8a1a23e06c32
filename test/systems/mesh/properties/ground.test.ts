// Ground, escrow and replicas as facts tell them (properties.md §2): each property is shown to fire.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import type { JudgedFact } from "../../../../src/systems/mesh/mesh-view.ts";
import { bounds, SECOND, Story } from "./story.ts";

const [n1, n2] = [nodeId("n1"), nodeId("n2")];

const opened = (server: string, epoch = 1, recovered = false): JudgedFact => ({
  fact: "regionOpened",
  region: 0,
  epoch,
  server: server === "" ? "" : nodeId(server),
  recovered,
});
const moved = (server: string, epoch: number, region = 0): JudgedFact => ({
  fact: "regionMoved",
  region,
  from: n1,
  server: nodeId(server),
  epoch,
  because: "failure",
  map: epoch,
});

interface Laying {
  readonly item?: string;
  readonly server?: string;
  readonly epoch?: number;
  readonly version?: number;
  readonly recovered?: boolean;
}

const lay = (op: "reserve" | "restore" | "collect", words: Laying = {}): JudgedFact => ({
  fact: "groundChanged",
  server: nodeId(words.server ?? "n1"),
  region: 0,
  epoch: words.epoch ?? 1,
  op,
  item: words.item ?? "sword",
  move: "p1/1/1",
  version: words.version ?? 1,
  recovered: words.recovered ?? false,
});

const replicas = (items: readonly string[], gone: readonly string[] = []): JudgedFact => ({
  fact: "replicasChanged",
  server: n2,
  source: n1,
  region: 0,
  epoch: 1,
  items,
  gone,
});

const inPlay = (...items: readonly string[]): Story =>
  new Story()
    .spawn(...items)
    .say("store", opened("n1"))
    .join("p1", "n1", 1)
    .join("p2", "n2", 1);

/** A row changed by an errand; the story's own memory of it follows. */
function carry(
  story: Story,
  errand: "reserve" | "collect" | "accept" | "undo",
  words: { player: string; server: string; items: readonly string[]; other?: string; to?: string; item?: string },
): Story {
  const { player, server, items, other = "", to = "", item = "sword" } = words;
  const before = story.state(player);
  const state = { ...before, version: before.version + 1, items };
  const leaves = errand === "reserve" ? [{ item, lies: true, at: "escrow" as const }] : [];
  const arrives = errand === "reserve" ? [] : [{ item, lies: false, at: "escrow" as const }];
  const paid = other === "" ? [] : [{ item: other, lies: true, at: "escrow" as const }];
  return story.say("store", {
    fact: "itemCarried",
    player: nodeId(player),
    server: nodeId(server),
    token: 1,
    errand,
    item,
    move: "p1/1/9",
    state,
    ground: [...leaves, ...arrives, ...paid],
    other,
    to: to === "" ? "" : nodeId(to),
    recovered: false,
  });
}

describe("escrow is a place", () => {
  test("a pickup beyond the border: ground, escrow, hands", () => {
    const story = inPlay("sword")
      .say("store", lay("reserve"))
      .effect("p2", "n2", 1, {
        kind: "pickup",
        item: "sword",
        ground: [{ item: "sword", lies: false, at: "escrow" }],
      });
    const verdict = story.finish();
    expect(verdict.outcome).toBe("held");
    expect(verdict.properties.find(({ id }) => id === "I1")).toMatchObject({ status: "held", exercised: 2 });
  });

  test("taken from escrow and put back by its region, it is in two places (I1, I2)", () => {
    const story = inPlay("sword")
      .say("store", lay("reserve"))
      .effect("p2", "n2", 1, { kind: "pickup", item: "sword", ground: [{ item: "sword", lies: false, at: "escrow" }] })
      .say("store", lay("restore", { version: 2 }));
    expect(story.broken()).toEqual(["I1", "I2", "MESH-INV-02"]);
  });

  test("taken from the ground and given to nobody, it is nowhere", () => {
    const story = inPlay("sword").effect("p1", "n1", 1, { ground: [{ item: "sword", lies: false }] });
    expect(story.broken()).toEqual(["I1", "I2", "MESH-INV-03"]);
  });

  test("what a restarted store states again is the same change", () => {
    const story = inPlay("sword")
      .say("store", lay("reserve"))
      .crash("store")
      .boot("store")
      .say("store", lay("reserve", { recovered: true }), lay("restore", { version: 2, recovered: true }));
    expect(story.broken()).toEqual([]);
  });

  test("IL1: it leaves within the bound after healing", () => {
    const left = (us: number): Story => inPlay("sword").say("store", lay("reserve")).heal().wait(us);
    const back = lay("restore", { version: 2 });
    expect(left(bounds.settleUs).say("store", back).wait(SECOND).heal().result("IL1").status).toBe("held");
    expect(
      left(bounds.settleUs + 1)
        .heal()
        .result("IL1").status,
    ).toBe("violated");
    const later = inPlay("sword").heal().wait(SECOND).say("store", lay("reserve"));
    expect(
      later
        .wait(bounds.settleUs + 1)
        .heal()
        .result("IL1").status,
    ).toBe("violated");
  });
});

describe("I4: both legs of a trade, or none", () => {
  const offered = (): Story => {
    const story = inPlay("sword", "shield")
      .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .act("p2", "n2", 1, { kind: "pickup", item: "shield" });
    return carry(story, "reserve", { player: "p1", server: "n1", items: [] });
  };
  const accepted = { player: "p2", server: "n2", items: ["sword"], other: "shield", to: "p1" };

  test("accepted: what is wanted leaves as what was offered arrives", () => {
    expect(carry(offered(), "accept", accepted).result("I4")).toMatchObject({ status: "held", exercised: 1 });
  });

  test("undone: it goes back", () => {
    const story = carry(offered(), "undo", { player: "p1", server: "n1", items: ["sword"] });
    expect(story.result("I4")).toMatchObject({ status: "held", exercised: 1 });
  });

  test("one leg only", () => {
    const story = carry(offered(), "accept", { player: "p2", server: "n2", items: ["shield", "sword"] });
    expect(story.broken()).toContain("I4");
  });

  test("accepted after it was undone", () => {
    const undone = carry(offered(), "undo", { player: "p1", server: "n1", items: ["sword"] });
    expect(carry(undone, "accept", accepted).broken()).toContain("I4");
  });
});

describe("I5: nothing comes back", () => {
  test("what was destroyed", () => {
    const story = inPlay("sword")
      .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .act("p1", "n1", 1, { kind: "destroy", item: "sword", state: { items: [] }, ground: [] });
    expect(story.broken()).toEqual([]);
    const back = inPlay("sword")
      .act("p1", "n1", 1, { kind: "pickup", item: "sword" })
      .act("p1", "n1", 1, { kind: "destroy", item: "sword", state: { items: [] }, ground: [] })
      .act("p2", "n2", 1, { kind: "pickup", item: "sword" });
    expect(back.broken()).toContain("I5");
  });

  test("a change of a record that went back to an older one", () => {
    const story = inPlay("sword").say("store", lay("reserve", { version: 3 }), lay("restore", { version: 3 }));
    expect(story.broken()).toContain("I5");
  });
});

describe("A1 on the ground: by the committed map", () => {
  test("a region's own server, in its epoch", () => {
    const story = inPlay("sword").say("coordinator", moved("n2", 2)).say("store", opened("n2", 2));
    story.say("store", lay("reserve", { server: "n2", epoch: 2 }));
    expect(story.broken()).toEqual([]);
    expect(story.judge.violated).toBe(false);
  });

  test("a change in an epoch that is over", () => {
    const story = inPlay("sword").say("coordinator", moved("n2", 2)).say("store", lay("reserve"));
    expect(story.broken()).toEqual(["A1-items"]);
  });

  test("a log opened in an epoch that is over, and one sealed for the next", () => {
    expect(inPlay().say("coordinator", moved("n2", 2)).say("store", opened("n1")).broken()).toEqual(["A1-regions"]);
    expect(inPlay().say("store", opened("", 2)).say("coordinator", moved("n2", 2)).broken()).toEqual([]);
    // A restarted store says once more what it has said; what it never said before is judged like any other.
    expect(
      inPlay()
        .say("coordinator", moved("n2", 2))
        .say("store", opened("n1", 1, true))
        .broken(),
    ).toEqual([]);
    const late = inPlay()
      .say("coordinator", moved("n2", 3))
      .say("store", opened("n1", 2, true));
    expect(late.broken()).toEqual(["A1-regions"]);
  });
});

describe("I3: replicas", () => {
  const onGround = { region: 0, epoch: 1 };

  test("authorise nothing", () => {
    const seen = inPlay("sword").say("n2", replicas(["sword"]));
    const taken = seen.say("store", {
      ...effectOf("p2", "n2"),
      onGround,
    });
    expect(new Set(taken.broken())).toEqual(new Set(["A1-items", "I3"]));
  });

  test("follow what lies there within the bound, once the world has settled", () => {
    const stale = (us: number): Story =>
      inPlay("sword")
        .say("n2", replicas(["sword"]))
        .heal()
        .wait(bounds.settleUs)
        .say("store", lay("reserve"), lay("restore", { version: 2 }), lay("reserve", { version: 3 }))
        .wait(us);
    const gone = replicas([], ["sword"]);
    const rest = lay("restore", { version: 4 });
    expect(stale(bounds.staleUs).say("n2", gone).say("store", rest).wait(SECOND).heal().result("I3-fresh").status).toBe(
      "held",
    );
    expect(
      stale(bounds.staleUs + 1)
        .heal()
        .result("I3-fresh").status,
    ).toBe("violated");
  });

  test("that are told of again and again are stale all the same", () => {
    const story = inPlay("sword")
      .say("n2", replicas(["sword"]))
      .say("store", lay("reserve"))
      .heal();
    for (let round = 0; round < 30; round++) story.wait(bounds.staleUs / 2).say("n2", replicas(["sword"]));
    expect(story.broken()).toContain("I3-fresh");
  });

  test("of a server whose process ends owe nothing", () => {
    const story = inPlay("sword")
      .say("n2", replicas(["sword"]))
      .heal()
      .say("store", lay("reserve"))
      .crash("n2");
    expect(story.wait(bounds.settleUs + bounds.staleUs + 1).result("I3-fresh").status).toBe("not exercised");
  });
});

describe("duplicates that somebody made", () => {
  const copied: JudgedFact = { fact: "itemCopied", item: "sword", place: "ground 1", state: null };
  const frozen: JudgedFact = {
    fact: "itemFrozen",
    item: "sword",
    places: ["ground 0", "ground 1"],
    foundBy: "global",
  };
  const resolved = (kept: string, removed: string): JudgedFact => ({
    fact: "itemResolved",
    item: "sword",
    kept,
    removed: [removed],
    states: [],
  });

  test("are in two places until the audit", () => {
    const story = inPlay("sword").say("store", copied).wait(50_000).say("store", frozen).wait(150_000);
    story.say("store", resolved("ground 0", "ground 1")).act("p1", "n1", 1, { kind: "pickup", item: "sword" });
    expect(story.figure("duplicate.detection")).toMatchObject({ count: 1, max: 50_000 });
    expect(story.figure("duplicate.resolution")).toMatchObject({ count: 1, max: 200_000 });
    expect(story.broken()).toEqual(["I1", "I2", "MESH-INV-02"]);
  });

  test("MESH-F6-09: nothing is done with a frozen item", () => {
    const story = inPlay("sword").say("store", copied, frozen).act("p1", "n1", 1, { kind: "pickup", item: "sword" });
    expect(story.broken()).toContain("MESH-F6-09");
  });

  test("MESH-F6-10: the copy is kept", () => {
    const story = inPlay("sword").say("store", copied, frozen, resolved("ground 1", "ground 0"));
    expect(story.broken()).toContain("MESH-F6-10");
  });
});

function effectOf(player: string, server: string): Extract<JudgedFact, { fact: "effectAccepted" }> {
  return {
    fact: "effectAccepted",
    player: nodeId(player),
    server: nodeId(server),
    token: 1,
    action: `${player}/1/1`,
    session: 1,
    sequence: 1,
    kind: "pickup",
    item: "sword",
    state: { version: 1, x: 0, score: 0, items: ["sword"], session: 1, sequence: 1 },
    ground: [{ item: "sword", lies: false }],
  };
}
