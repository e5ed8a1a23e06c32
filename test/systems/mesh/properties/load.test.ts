// What is promised under load (FM-008), each promise broken once by a story that breaks nothing else.
import { describe, expect, test } from "vitest";

import { bounds, SECOND, Story } from "./story.ts";

const MILLISECOND = 1_000;

describe("MESH-F8-01: the queue", () => {
  test("holds as many as it may, and no more", () => {
    const story = new Story({ transfer: { queueMax: 2 } }).defer("p1", "n1", 1).defer("p2", "n1", 2);
    expect(story.result("MESH-F8-01").status).toBe("held");
    const full = new Story({ transfer: { queueMax: 2 } });
    // What the server says of its length is not believed.
    for (const player of ["p1", "p2", "p3"]) full.defer(player, "n1", 1);
    expect(full.result("MESH-F8-01").first[0]?.because).toBe("p3 is number 3 in a queue for 2");
  });

  test("is first come, first served", () => {
    const story = new Story().defer("p1", "n1", 1).defer("p2", "n1", 2).admit("p2", "n1");
    expect(story.result("MESH-F8-01").first[0]?.because).toBe("p2 began, and p1 was the first to wait");
  });
});

describe("MESH-F8-06: the throttle", () => {
  const begin = (story: Story, count: number, everyUs: number, server = "n1", prefix = "p"): Story => {
    for (let number = 0; number < count; number++) story.start(`${prefix}${number}/1`, server, "n2", 1).wait(everyUs);
    return story;
  };

  test("lets a hundred a second pass", () => {
    expect(begin(new Story().throttle("n1"), 250, 10 * MILLISECOND).result("MESH-F8-06").status).toBe("held");
    // One more in a second than the rate allows, with what a clock may be fast by.
    const broken = begin(new Story().throttle("n1"), 250, 9_800).result("MESH-F8-06");
    expect(broken.first[0]?.because).toBe("102 transfers began within a second, and 101 may while throttled");
  });

  test("is not judged before it throttles, after it has ended, or under faults on clocks", () => {
    const never = begin(new Story(), 500, MILLISECOND).result("MESH-F8-06");
    expect(never.status).toBe("not exercised");
    const ended = new Story().throttle("n1").say("n1", { fact: "throttlingEnded", depth: 1, afterUs: 1 });
    expect(begin(ended, 500, MILLISECOND).result("MESH-F8-06").status).toBe("not exercised");
    const fast = new Story()
      .throttle("n1")
      .say("world", { fact: "faultBegan", fault: 1, kind: "clockDrift", about: "", ratePpm: 0 });
    expect(begin(fast, 500, MILLISECOND).result("MESH-F8-06").status).toBe("not exercised");
  });

  test("is one for all, where the rate is the cluster's", () => {
    const cluster = { load: { scope: "cluster" } };
    const two = (story: Story): Story => {
      for (let number = 0; number < 120; number++)
        story
          .start(`p${number}/1`, "n1", "n2", 1)
          .start(`q${number}/1`, "n2", "n1", 1)
          .wait(12 * MILLISECOND);
      return story;
    };
    expect(two(new Story().throttle("n1").throttle("n2")).result("MESH-F8-06").status).toBe("held");
    const shared = two(new Story(cluster).throttle("n1").throttle("n2")).result("MESH-F8-06");
    expect(shared.status).toBe("violated");
  });
});

describe("MESH-F8-06-first: what was begun elsewhere goes first", () => {
  const full = (slots: number): Story =>
    new Story({ transfer: { slots } }).start("p9/1", "n2", "n1", 1).putOff("n1", "p9/1", "busy", 200 * MILLISECOND);

  test("a transfer of its own takes the slot that another one waits for", () => {
    const story = full(1).start("p1/1", "n1", "n2", 1).slot("n1", "out", "p1/1");
    expect(story.result("MESH-F8-06-first").first[0]?.because).toBe(
      "p1/1 took a slot: 0 of 1 were taken, and one begun elsewhere waits",
    );
  });

  test("there is a slot for each, the other one has its own by now, has ended, or does not come again", () => {
    const own = (story: Story): Story => story.start("p1/1", "n1", "n2", 1).slot("n1", "out", "p1/1");
    expect(own(full(2)).result("MESH-F8-06-first").status).toBe("held");
    expect(own(full(2).slot("n1", "in", "p9/1")).result("MESH-F8-06-first").status).toBe("not exercised");
    expect(own(full(1).wait(160 * MILLISECOND)).result("MESH-F8-06-first").status).toBe("not exercised");
    const dropped = full(1).say("n1", { fact: "requestDropped", transfer: "p9/1", player: "p9" as never });
    expect(own(dropped).result("MESH-F8-06-first").status).toBe("not exercised");
    const ended = full(1).say("n2", { fact: "rollbackStarted", transfer: "p9/1", player: "p9" as never, because: "" });
    expect(own(ended.end("p9/1", "n2", "rolledBack", 1)).result("MESH-F8-06-first").status).toBe("not exercised");
  });
});

test("MESH-F8-06-told: a player waits and is not told", () => {
  const story = new Story().defer("p1", "n1", 1).defer("p2", "n1", 2, false).wait(SECOND);
  expect(story.broken()).toEqual(["MESH-F8-06-told"]);
});

describe("AL2-queue: everyone gets a turn", () => {
  test("or leaves the queue, or the server is gone", () => {
    const story = new Story().defer("p1", "n1", 1).defer("p2", "n1", 2).defer("p3", "n1", 3);
    story.say("n1", { fact: "transferWithdrawn", player: "p2" as never, because: "back", queued: 2 });
    story
      .admit("p1", "n1")
      .crash("n1")
      .wait(60 * SECOND);
    expect(story.result("AL2-queue")).toMatchObject({ status: "held", exercised: 1 });
  });

  test("within what those before it may need, counted from the last fault on", () => {
    const story = new Story().defer("p1", "n1", 1).wait(bounds.settleUs + bounds.transferUs + 9 * MILLISECOND);
    expect(story.result("AL2-queue").status).toBe("not exercised");
    expect(
      new Story()
        .defer("p1", "n1", 1)
        .wait(43 * SECOND)
        .broken(),
    ).toEqual(["AL2-queue"]);
    const shaken = new Story().defer("p1", "n1", 1).wait(5 * SECOND);
    shaken.say("world", { fact: "faultBegan", fault: 1, kind: "slow", about: "", ratePpm: 0 }).wait(60 * SECOND);
    shaken.say("world", { fact: "faultEnded", fault: 1, kind: "slow" }).wait(5 * SECOND);
    expect(shaken.broken()).toEqual([]);
    const starved = new Story().say("world", { fact: "faultBegan", fault: 1, kind: "slow", about: "", ratePpm: 0 });
    starved
      .defer("p1", "n1", 1)
      .say("world", { fact: "faultEnded", fault: 1, kind: "slow" })
      .wait(43 * SECOND);
    expect(starved.broken()).toEqual(["AL2-queue"]);
  });
});

describe("P5-overload: an overload passes", () => {
  const settings = { load: { throttleAt: 2, resumeAt: 1, throttling: "off" } };
  const overloaded = (): Story => {
    const story = new Story(settings);
    for (const player of ["p1", "p2", "p3"]) story.start(`${player}/1`, "n1", "n2", 1).slot("n1", "out", `${player}/1`);
    return story;
  };
  const free = (story: Story, player: string): Story =>
    story.say("n1", { fact: "lockReleased", lock: `slot/out/${player}`, transfer: `${player}/1` });

  test("when slots are free again", () => {
    const story = free(free(overloaded(), "p1"), "p2").wait(60 * SECOND);
    expect(story.result("P5-overload").status).toBe("held");
  });

  test("or it is one that feeds itself: those who were rolled back come again for ever (X-M-49)", () => {
    const story = overloaded();
    for (let round = 1; round < 60; round++) {
      for (const player of ["p1", "p2", "p3"]) {
        free(story, player).end(`${player}/${round}`, "n1", "rolledBack", 1);
        story.start(`${player}/${round + 1}`, "n1", "n2", 1).slot("n1", "out", `${player}/1`);
      }
      story.wait(SECOND);
    }
    expect(story.result("P5-overload").first[0]?.because).toContain("nobody new came to n1");
  });

  test("new players put the end off: then it is not over", () => {
    const story = overloaded();
    for (let number = 10; number < 40; number++)
      story
        .wait(5 * SECOND)
        .start(`p${number}/1`, "n1", "n2", 1)
        .slot("n1", "out", `p${number}/1`);
    expect(story.result("P5-overload").status).not.toBe("violated");
  });
});

describe("P5-goodput: who was rolled back gets through", () => {
  const round = (story: Story, number: number): Story =>
    story.start(`p1/${number}`, "n1", "n2", number).wait(SECOND).end(`p1/${number}`, "n1", "rolledBack", number);

  test("one who never does, at any depth, is a state that does not pass (X-M-49)", () => {
    const story = new Story();
    for (let number = 1; number < 34; number++) round(story, number);
    expect(story.result("P5-goodput").first[0]?.because).toBe("p1 has tried for 30s and got nowhere");
  });

  test("one who does in time, stops trying, or comes again much later", () => {
    const story = round(new Story().join("p1", "n1", 1), 1)
      .transfer("p1/2", "n1", "n2", 2)
      .wait(60 * SECOND);
    expect(story.result("P5-goodput")).toMatchObject({ status: "held", exercised: 1 });
    const homeward = round(round(new Story(), 1), 2).wait(60 * SECOND);
    expect(round(homeward, 3).result("P5-goodput").status).toBe("not exercised");
  });
});

describe("AL2: nobody starves at a border", () => {
  /** To and fro for so long, paused for a part of each second. */
  const bounce = (pausedUs: number, seconds: number): Story => {
    const story = new Story().join("p1", "n1", 1);
    for (let second = 0; second < seconds; second++) {
      const [from, to] = second % 2 === 0 ? ["n1", "n2"] : ["n2", "n1"];
      const token = second + 1;
      const transfer = `p1/${token}`;
      story.start(transfer, from, to, token).wait(pausedUs);
      story
        .ship(transfer, from)
        .adopt(transfer, to)
        .fence("p1", token + 1);
      story.grant("p1", to, token + 1, "transfer", transfer).take("p1", to, token + 1, transfer);
      story
        .drop("p1", from, token)
        .end(transfer, from, "completed", token + 1)
        .wait(SECOND - pausedUs);
    }
    return story;
  };

  test("who is paused for a part of the time has an owner for the rest", () => {
    expect(bounce(400 * MILLISECOND, 25).result("AL2")).toMatchObject({ status: "held", exercised: 2 });
  });

  test("who is paused for most of it starves", () => {
    expect(bounce(600 * MILLISECOND, 25).result("AL2").first[0]?.because).toMatch(
      /^p1 had an owner that could act for 37 % of 10600ms, in 11 transfers/,
    );
  });

  test("who crosses now and then is no such player", () => {
    const story = new Story()
      .join("p1", "n1", 1)
      .transfer("p1/1", "n1", "n2", 1)
      .wait(20 * SECOND);
    expect(story.transfer("p1/2", "n2", "n1", 2).result("AL2").status).toBe("not exercised");
  });
});
