// Degraded mode, suspended play and the order of recoveries: each property holds where it should, and fires where it must.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import { Story } from "./story.ts";

const p1 = nodeId("p1");
const n1 = nodeId("n1");
const playing = (): Story => new Story().join("p1", "n1", 1).act("p1", "n1", 1);
const still = (): Story => playing().say("n1", { fact: "playSuspended", player: p1, token: 1 });

describe("P4: in a suspended region nothing becomes durable", () => {
  test("an effect where play stands still breaks it", () => {
    expect(still().wait(5).effect("p1", "n1", 1).broken()).toContain("P4");
  });

  test("before and after it, effects are right, and it is exercised", () => {
    const story = still().say("n1", { fact: "playReleased", player: p1, token: 1 }).act("p1", "n1", 1);
    expect(story.result("P4")).toMatchObject({ status: "held", exercised: 1 });
  });

  test("another server, or another life of this one, may act for the player", () => {
    expect(still().grant("p1", "n2", 2, "failover").take("p1", "n2", 2).effect("p1", "n2", 2).broken()).not.toContain(
      "P4",
    );
    const reborn = still().crash("n1").boot("n1").grant("p1", "n1", 2, "rejoin").take("p1", "n1", 2);
    expect(reborn.effect("p1", "n1", 2).broken()).not.toContain("P4");
  });
});

describe("P5: without a majority nobody acts for longer than a lease", () => {
  const coordinators = ["c1", "c2", "c3"];
  const led = (): Story => {
    const story = new Story();
    for (const node of coordinators) story.boot(node);
    for (const node of coordinators) story.say(node, { fact: "raft.voted", term: 1, candidate: nodeId("c1") });
    story.say("c1", { fact: "raft.leaderElected", term: 1, lastIndex: 0, lastTerm: 0 });
    return story.say("n1", { fact: "leaseRenewed", server: n1, untilUs: 4_000_000 });
  };

  test("a lease that ends in time holds, one that ends late or is renewed breaks it", () => {
    const lost = (): Story => led().crash("c1").crash("c2");
    const ends = (story: Story, afterUs: number): readonly string[] =>
      story.wait(afterUs).say("n1", { fact: "leaseExpired", server: n1, lateUs: 0 }).broken();
    expect(ends(lost(), 3_900_000)).not.toContain("P5");
    expect(ends(lost(), 9_000_000)).toContain("P5");
    const renewed = lost().wait(9_000_000).say("n1", { fact: "leaseRenewed", server: n1, untilUs: 14_000_000 });
    expect(renewed.broken()).toContain("P5");
  });

  test("one that was noticed late and ended in time holds", () => {
    const story = led().crash("c1").crash("c2").wait(9_000_000);
    expect(story.say("n1", { fact: "leaseExpired", server: n1, lateUs: 6_000_000 }).broken()).not.toContain("P5");
  });
});

describe("P5-back: full service returns", () => {
  const degraded = (): Story =>
    new Story()
      .say("c1", {
        fact: "degraded_mode_activated",
        level: "light",
        from: "normal",
        reason: "3 failures",
        critical: [],
        suspended: [],
        change: 1,
      })
      .heal();

  test("a level that is never left breaks it", () => {
    expect(degraded().wait(400_000_000).say("c1", { fact: "recoveryBegun", region: 0, players: 1 }).broken()).toContain(
      "P5-back",
    );
  });

  test("one that is left in time holds", () => {
    const story = degraded().wait(70_000_000).say("c1", { fact: "degraded_mode_deactivated", reason: "", change: 2 });
    expect(story.result("P5-back")).toMatchObject({ status: "held", exercised: 1 });
    expect(story.figure("degraded.spell").max).toBe(70_000_000);
  });

  test("a server without a lease in a fair world breaks it", () => {
    const story = new Story().say("n1", { fact: "leaseRenewed", server: n1, untilUs: 4_000_000 }).heal();
    story.wait(4_000_000).say("n1", { fact: "leaseExpired", server: n1, lateUs: 0 });
    expect(story.wait(400_000_000).say("c1", { fact: "recoveryBegun", region: 0, players: 1 }).broken()).toContain(
      "P5-back",
    );
  });
});

test("P5-back: a server that is given up in a fair world, and never comes back, breaks it", () => {
  const renewed = { fact: "leaseRenewed", server: n1, untilUs: 4_000_000 } as const;
  const expelled = (): Story => new Story().say("n1", renewed).heal().expel("n1").wait(4_000_000);
  expect(expelled().wait(400_000_000).broken()).toContain("P5-back");
  const again = expelled();
  for (let life = 0; life < 200; life++) again.expel("n1").wait(2_000_000);
  expect(again.broken()).toContain("P5-back");
  expect(expelled().say("n1", renewed).wait(400_000_000).result("P5-back").status).toBe("held");
});

describe("MESH-FT-06: regions are recovered in the order of their priority", () => {
  const queued = (region: number, players: number, critical = false) =>
    ({ fact: "recoveryQueued", region, players, critical }) as const;
  const begun = (region: number) => ({ fact: "recoveryBegun", region, players: 1 }) as const;

  test("the fuller region waits: an inversion", () => {
    const story = new Story().say("c1", queued(1, 3), queued(2, 5), begun(1));
    expect(story.result("MESH-FT-06").first[0]?.because).toBe(
      "region 1 is recovered before region 2, which comes first",
    );
    expect(story.figure("recovery.inversions").count).toBe(1);
  });

  test("a critical region waits, with fewer players: an inversion", () => {
    expect(new Story().say("c1", queued(1, 3, true), queued(2, 5), begun(2)).broken()).toContain("MESH-FT-06");
  });

  test("the first comes first, and what has begun is not interrupted", () => {
    const story = new Story().say("c1", queued(1, 3), queued(2, 5), begun(2), queued(3, 9), begun(3), begun(1));
    expect(story.result("MESH-FT-06")).toMatchObject({ status: "held", exercised: 2 });
  });
});

describe("MESH-SEV-01: how bad a run is", () => {
  const worst = (story: Story): number => story.figure("incident.severity").min;
  const lease = (story: Story, server: string): Story =>
    story.say(server, { fact: "leaseRenewed", server: nodeId(server), untilUs: 4_000_000 });

  test.each([
    ["nothing is wrong: no severity", playing(), Infinity],
    [
      "a late message: SEV-4",
      playing().say("n2", { fact: "lateMessageIgnored", transfer: "p1/1", attempt: 1, message: "ship", because: "" }),
      4,
    ],
    [
      "an attempt times out: SEV-3",
      playing().say("n1", { fact: "attemptFailed", transfer: "p1/1", attempt: 1, because: "timeout", afterUs: 1 }),
      3,
    ],
    ["a transfer is rolled back: SEV-2", playing().rollback("p1/1", "n1", "n2", 1), 2],
    ["one of two servers crashes: SEV-2", lease(lease(playing(), "n1"), "n2").crash("n1"), 2],
    ["the last one crashes: SEV-1", lease(playing(), "n1").crash("n1"), 1],
    ["two owners act: SEV-1", playing().grant("p1", "n2", 2).effect("p1", "n1", 1), 1],
  ] as const)("%s", (_what, story, severity) => {
    expect(severity === Infinity ? story.figure("incident.severity").count : worst(story)).toBe(
      severity === Infinity ? 0 : severity,
    );
  });
});
