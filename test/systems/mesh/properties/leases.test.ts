// What leases promise: nobody is granted what one still covers, unless its holder has let go (properties.md A6).
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import { SECOND, Story } from "./story.ts";

const renew = (story: Story, server: string): Story =>
  story.say(server, { fact: "leaseRenewed", server: nodeId(server), untilUs: SECOND });

describe("A6", () => {
  const playing = (): Story => renew(renew(new Story(), "n1"), "n2").join("p1", "n1", 1);
  const givenAway = (story: Story): Story => story.grant("p1", "n2", 2, "failover");

  test("granted to another server while the lease goes on", () => {
    expect(renew(givenAway(playing()), "n1").broken()).toContain("A6");
  });

  test("and once it has ended: held", () => {
    const over = playing().say("n1", { fact: "leaseExpired", server: nodeId("n1"), lateUs: 0 });
    expect(renew(givenAway(over), "n1").result("A6").status).toBe("held");
  });

  test("a grant for a life that is over is nothing that a lease of the next life covers", () => {
    const story = playing().expel("n1").grant("p1", "n1", 2, "rollback");
    expect(renew(renew(story, "n1").grant("p1", "n2", 3, "failover"), "n1").result("A6").status).toBe("held");
  });

  test("nor when the life that is over never had a lease", () => {
    const story = renew(new Story(), "n2").join("p1", "n1", 1).crash("n1").boot("n1");
    expect(renew(renew(story, "n1").grant("p1", "n2", 2, "failover"), "n1").result("A6").status).toBe("held");
  });

  test("a server that stood still, and is gone before it did anything again: held", () => {
    const asleep = (): Story => givenAway(playing().say("n1", { fact: "nodePaused" })).wait(SECOND);
    const woken = (): Story => asleep().say("n1", { fact: "nodeResumed" });
    expect(asleep().crash("n1").result("A6").status).toBe("held");
    expect(woken().crash("n1").result("A6").status).toBe("held");
    expect(woken().wait(1_000).crash("n1").broken()).toContain("A6");
    expect(renew(woken(), "n1").broken()).toContain("A6");
  });

  test("what was granted to the present life, it does", () => {
    const story = renew(playing().crash("n1").boot("n1").grant("p1", "n1", 2, "rejoin"), "n1");
    expect(renew(story.grant("p1", "n2", 3, "failover"), "n1").broken()).toContain("A6");
  });
});

describe("A5-emits", () => {
  /** The lease of n1 is over, and n2 has its player. */
  const taken = (): Story => {
    const story = renew(renew(new Story(), "n1"), "n2").join("p1", "n1", 1);
    story.say("n1", { fact: "leaseExpired", server: nodeId("n1"), lateUs: 0 });
    return story.grant("p1", "n2", 2, "failover").take("p1", "n2", 2);
  };

  test("a lease that comes back to a server that still has the player", () => {
    expect(renew(renew(taken(), "n1").wait(SECOND), "n2").broken()).toContain("A5-emits");
    const dropped = renew(taken(), "n1").wait(SECOND).drop("p1", "n2", 2);
    expect(dropped.broken()).toContain("A5-emits");
  });

  test("a server that takes a player late, and never had a lease: held, until it has one", () => {
    const late = (): Story => {
      const story = renew(new Story(), "n2").grant("p1", "n1", 1, "join").grant("p1", "n2", 2, "failover");
      return story.take("p1", "n2", 2).take("p1", "n1", 1).wait(SECOND);
    };
    expect(renew(late(), "n2").result("A5-emits").status).toBe("held");
    expect(renew(renew(late(), "n1").wait(SECOND), "n2").broken()).toContain("A5-emits");
  });

  test("or to one that has let go, or froze it for a transfer: held", () => {
    const gone = renew(taken().drop("p1", "n1", 1), "n1").wait(SECOND);
    expect(renew(gone, "n2").result("A5-emits").status).toBe("held");
    const frozen = taken().say("n1", { fact: "playerPaused", player: nodeId("p1"), transfer: "p1/1" });
    expect(renew(renew(frozen, "n1").wait(SECOND), "n2").result("A5-emits").status).toBe("held");
  });
});
