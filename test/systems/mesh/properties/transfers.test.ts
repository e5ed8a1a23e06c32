// How transfers end (A7, MESH-INV-06, MESH-INV-07, MESH-INV-10, MESH-GEN-05).
import { describe, expect, test } from "vitest";

import { type NodeId, nodeId } from "../../../../src/base/ids.ts";
import { bounds, SECOND, Story } from "./story.ts";

const p1: NodeId = nodeId("p1");
const playing = (): Story => new Story().join("p1", "n1", 1).act("p1", "n1", 1);

test("a rollback that goes well breaks nothing", () => {
  const story = playing().rollback("p1/1", "n1", "n2", 1).act("p1", "n1", 2);
  story.say("n1", { fact: "lateMessageIgnored", transfer: "p1/1", attempt: 1, message: "confirm", because: "ended" });
  const verdict = story.wait(20 * SECOND).finish();
  expect(verdict.outcome).toBe("held");
  const held = verdict.properties.filter(({ status }) => status === "held").map(({ id }) => id);
  expect(held).toEqual(
    expect.arrayContaining(["A7", "MESH-INV-06", "MESH-INV-10", "MESH-GEN-05", "SEEN-ROLLBACK", "SEEN-LATE"]),
  );
});

describe("A7: a transfer ends once", () => {
  test("completed and then rolled back", () => {
    const story = playing().transfer("p1/1", "n1", "n2", 1).end("p1/1", "n1", "rolledBack", 1);
    expect(story.result("A7").first[0]?.because).toBe("p1/1 ended as rolledBack after it had ended as completed");
  });

  test("ended twice in the same way", () => {
    expect(playing().transfer("p1/1", "n1", "n2", 1).end("p1/1", "n1", "completed", 2).broken()).toEqual(["A7"]);
  });

  test("the confirmation was lost: the target is granted, the source rolls back (X-M-09)", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .ship("p1/1", "n1")
      .adopt("p1/1", "n2")
      .grant("p1", "n2", 2, "transfer", "p1/1")
      .take("p1", "n2", 2, "p1/1")
      .wait(100_000)
      .end("p1/1", "n1", "rolledBack", 1);
    expect(story.result("A7").first[0]?.because).toBe(
      "p1/1 ended as rolled back, and the current grant is n2's, token 2",
    );
  });

  test("rolled back after the coordinator took the grant back", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .ship("p1/1", "n1")
      .adopt("p1/1", "n2")
      .grant("p1", "n2", 2, "transfer", "p1/1")
      .grant("p1", "n1", 3, "rollback", "p1/1")
      .take("p1", "n1", 3)
      .end("p1/1", "n1", "rolledBack", 3)
      .take("p1", "n2", 2, "p1/1");
    expect(story.broken()).toEqual([]);
  });

  test("a confirmation after the rollback changes the owner", () => {
    const story = playing().rollback("p1/1", "n1", "n2", 1).wait(10).grant("p1", "n2", 3, "transfer", "p1/1");
    expect(story.broken()).toEqual(["A7"]);
  });

  test("completed, and the target was never granted the player", () => {
    expect(playing().start("p1/1", "n1", "n2", 1).end("p1/1", "n1", "completed", 2).broken()).toEqual(["A7"]);
  });

  test("completed under a token that was never granted", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .grant("p1", "n2", 2, "transfer", "p1/1")
      .end("p1/1", "n1", "completed", 9);
    expect(story.broken()).toEqual(["A7"]);
  });

  test("completed, told late: the target has restarted and been granted anew since", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .ship("p1/1", "n1")
      .adopt("p1/1", "n2")
      .grant("p1", "n2", 2, "transfer", "p1/1")
      .crash("n2")
      .boot("n2")
      .grant("p1", "n2", 3, "rejoin")
      .end("p1/1", "n1", "completed", 3);
    expect(story.broken()).toEqual([]);
  });

  test("the end of a transfer that never started", () => {
    expect(playing().end("p1/9", "n1", "rolledBack", 1).broken()).toEqual(["A7"]);
  });

  test("a source that crashed owes no end, and may give one when it is back", () => {
    const crashed = (): Story =>
      playing()
        .start("p1/1", "n1", "n2", 1)
        .crash("n1")
        .wait(60 * SECOND);
    expect(crashed().broken()).toEqual([]);
    expect(crashed().boot("n1").grant("p1", "n1", 2, "rejoin").end("p1/1", "n1", "rolledBack", 2).broken()).toEqual([]);
  });
});

describe("A7-owner: the owner can act", () => {
  const granted = (): Story =>
    playing().start("p1/1", "n1", "n2", 1).grant("p1", "n2", 2, "transfer", "p1/1").end("p1/1", "n1", "completed", 2);

  test("the target never takes up what it was granted", () => {
    const { status, first } = granted()
      .heal()
      .wait(bounds.settleUs + 1)
      .result("A7-owner");
    expect(status).toBe("violated");
    expect(first[0]).toMatchObject({ about: "p1", because: "n2 holds token 2 for p1 and never took it up" });
  });

  test("before healing nothing is owed; after it the clock starts at healing", () => {
    expect(
      granted()
        .wait(10 * bounds.settleUs)
        .broken(),
    ).toEqual([]);
    expect(
      granted()
        .wait(10 * bounds.settleUs)
        .heal()
        .wait(bounds.settleUs)
        .take("p1", "n2", 2)
        .broken(),
    ).toEqual([]);
  });

  test("paid by an effect under the current grant, not by a belief in an older one", () => {
    expect(granted().heal().wait(10).effect("p1", "n2", 2).wait(bounds.settleUs).result("A7-owner").status).toBe(
      "held",
    );
    expect(granted().heal().wait(10).take("p1", "n1", 1).wait(bounds.settleUs).result("A7-owner").status).toBe(
      "violated",
    );
  });

  test("an owner that crashed before it could act leaves the player without one", () => {
    const story = granted()
      .take("p1", "n2", 2)
      .crash("n2")
      .heal()
      .wait(bounds.settleUs + 1);
    expect(story.result("A7-owner").status).toBe("violated");
  });

  test("a player that left is owed nothing", () => {
    expect(
      granted()
        .heal()
        .say("p1", { fact: "playerLeft", player: p1 })
        .wait(10 * bounds.settleUs)
        .broken(),
    ).toEqual([]);
  });
});

describe("MESH-INV-06: every transfer ends", () => {
  const began = (story: Story, kind = "suppressTimers"): Story =>
    story.say("world", { fact: "faultBegan", fault: 1, kind, about: "n1", ratePpm: 0 });
  const ended = (story: Story): Story => story.say("world", { fact: "faultEnded", fault: 1, kind: "suppressTimers" });

  test("timers suppressed and no watchdog: found one bound after the fault is over, long before healing", () => {
    const story = ended(
      began(playing())
        .start("p1/1", "n1", "n2", 1)
        .wait(20 * SECOND),
    ).wait(bounds.transferUs + 1);
    const { status, first } = story.result("MESH-INV-06");
    expect(status).toBe("violated");
    expect(first[0]).toMatchObject({ about: "p1/1", atUs: 1000 + 2000 + 20 * SECOND + bounds.transferUs });
  });

  test("what a fault has made late is under way for as long as it said, and healing lets it go", () => {
    const late = (): Story =>
      began(playing(), "delay")
        .start("p1/1", "n1", "n2", 1)
        .wait(SECOND)
        .say("world", { fact: "faultEnded", fault: 1, kind: "delay", lateUs: 20 * SECOND });
    expect(
      late()
        .wait(20 * SECOND + bounds.transferUs - 1)
        .broken(),
    ).toEqual([]);
    const { status, first } = late()
      .wait(20 * SECOND + bounds.transferUs + 1)
      .result("MESH-INV-06");
    const endedUs = 1000 + 2000 + SECOND;
    expect([status, first[0]?.atUs]).toEqual(["violated", endedUs + 20 * SECOND + bounds.transferUs]);
    // One that begins meanwhile has as long, and another fault that ends meanwhile makes it no shorter.
    const shaken = ended(began(late().wait(SECOND))).wait(19 * SECOND + bounds.transferUs - 1);
    expect(shaken.broken()).toEqual([]);
    const healed = late()
      .wait(SECOND)
      .say("world", { fact: "healed" })
      .wait(bounds.transferUs + 1);
    expect(healed.broken()).toEqual(["MESH-INV-06"]);
  });

  test("a fault that strikes twice at once is open until both strikes have ended", () => {
    const story = ended(began(began(playing())).start("p1/1", "n1", "n2", 1).wait(SECOND)).wait(2 * bounds.transferUs);
    expect(story.result("MESH-INV-06").status).toBe("not exercised");
  });

  test("while a fault is open nothing is owed, and its end starts the clock anew", () => {
    expect(
      began(playing().start("p1/1", "n1", "n2", 1).wait(SECOND))
        .wait(20 * SECOND)
        .result("MESH-INV-06").status,
    ).toBe("not exercised");
    const late = ended(began(playing().start("p1/1", "n1", "n2", 1)).wait(20 * SECOND)).wait(bounds.transferUs);
    expect(late.end("p1/1", "n1", "rolledBack", 1).broken()).toEqual([]);
  });

  test("coordinators of whom a majority is gone for good undo nothing: none of it is owed, and with a majority it is", () => {
    const coordinators = ["c1", "c2", "c3"];
    const withoutSome = (gone: readonly string[]): Story => {
      const story = playing();
      for (const node of coordinators) story.boot(node);
      for (const node of coordinators) story.say(node, { fact: "raft.voted", term: 1, candidate: nodeId("c1") });
      began(story.start("p1/1", "n1", "n2", 1));
      for (const node of gone) story.crash(node);
      return ended(story).wait(bounds.transferUs + 1);
    };
    expect(withoutSome(["c1"]).broken()).toEqual(["MESH-INV-06"]);
    expect(withoutSome(["c1", "c2"]).result("MESH-INV-06").status).toBe("not exercised");
  });

  test("in a calm world: at the bound it may still end, later it may not", () => {
    const started = (): Story => playing().start("p1/1", "n1", "n2", 1);
    expect(started().wait(bounds.transferUs).end("p1/1", "n1", "rolledBack", 1).broken()).toEqual([]);
    expect(
      started()
        .wait(bounds.transferUs + 1)
        .end("p1/1", "n1", "rolledBack", 1)
        .broken(),
    ).toEqual(["MESH-INV-06"]);
  });

  test("healing ends what faults are open", () => {
    const story = began(playing())
      .start("p1/1", "n1", "n2", 1)
      .wait(20 * SECOND)
      .heal()
      .wait(bounds.transferUs + 1);
    expect(story.result("MESH-INV-06").status).toBe("violated");
  });

  test("a run that ends before the bound says nothing", () => {
    expect(
      playing()
        .start("p1/1", "n1", "n2", 1)
        .wait(bounds.transferUs - 1)
        .result("MESH-INV-06").status,
    ).toBe("not exercised");
  });

  test("a source that crashed in calm owes nothing", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .crash("n1")
      .wait(2 * bounds.transferUs);
    expect(story.broken()).toEqual([]);
  });
});

describe("MESH-INV-07: the state at the cut", () => {
  const upTo = (): Story => playing().start("p1/1", "n1", "n2", 1).ship("p1/1", "n1");

  test.each([
    ["a field changed on the way", { score: 99 }],
    ["an item lost on the way", { items: ["sword"] }],
    ["the place changed on the way", { x: 8 }],
  ])("%s, and the checksum did not notice", (_what, state) => {
    const story = upTo().adopt("p1/1", "n2", state).grant("p1", "n2", 2, "transfer", "p1/1");
    expect(story.broken()).toEqual(["MESH-INV-07"]);
  });

  test("equal states under another checksum", () => {
    const story = upTo().adopt("p1/1", "n2", {}, 1, "sum of something else").grant("p1", "n2", 2, "transfer", "p1/1");
    expect(story.broken()).toEqual(["MESH-INV-07"]);
  });

  test("the source acted on after it had shipped: the target starts from what the store has, or is found", () => {
    const granted = (): Story =>
      upTo().adopt("p1/1", "n2").effect("p1", "n1", 1).grant("p1", "n2", 2, "transfer", "p1/1");
    expect(granted().take("p1", "n2", 2, "p1/1", 2).broken()).toEqual([]);
    const stale = granted().take("p1", "n2", 2, "p1/1", 1).result("MESH-INV-07");
    expect(stale.first[0]?.because).toBe("n2 starts from version 1, and the cut is at 2");
  });

  test("an older version of the state was shipped", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .ship("p1/1", "n1", { version: 0, score: 0 })
      .adopt("p1/1", "n2", { version: 0, score: 0 })
      .grant("p1", "n2", 2, "transfer", "p1/1")
      .take("p1", "n2", 2, "p1/1", 0);
    expect(story.broken()).toEqual(["MESH-INV-07"]);
  });

  test("a late shipment of an older version that a target adopts in another life is not what it was granted", () => {
    const before = { version: 1, score: 1, sequence: 1 };
    const story = upTo().adopt("p1/1", "n2").effect("p1", "n1", 1).ship("p1/1", "n1", {}, 2).adopt("p1/1", "n2", {}, 2);
    story.grant("p1", "n2", 2, "transfer", "p1/1").take("p1", "n2", 2, "p1/1", 2).crash("n2").boot("n2");
    expect(story.adopt("p1/1", "n2", before).broken()).toEqual([]);
  });

  test("adopted only after the grant is judged then", () => {
    const story = upTo().grant("p1", "n2", 2, "transfer", "p1/1").adopt("p1/1", "n2", { score: 99 });
    expect(story.broken()).toEqual(["MESH-INV-07"]);
  });

  test("a damaged state adopted for an attempt that comes to nothing is not judged", () => {
    const story = upTo().adopt("p1/1", "n2", { score: 99 }).ship("p1/1", "n1", {}, 2).adopt("p1/1", "n2", {}, 2);
    expect(story.grant("p1", "n2", 2, "transfer", "p1/1").broken()).toEqual([]);
  });

  test("the attempt counts: the second shipment adopted under the first one's name", () => {
    const story = upTo()
      .ship("p1/1", "n1", { x: 9 }, 2)
      .adopt("p1/1", "n2", { x: 9 }, 1)
      .grant("p1", "n2", 2, "transfer", "p1/1");
    expect(story.broken()).toEqual(["MESH-INV-07"]);
  });

  test("adopted and never shipped", () => {
    const story = playing().start("p1/1", "n1", "n2", 1).adopt("p1/1", "n2").grant("p1", "n2", 2, "transfer", "p1/1");
    expect(story.broken()).toEqual(["MESH-INV-07"]);
  });

  test("adopted again when its transfer has ended, and another one after it: by the checksum", () => {
    const over = (): Story => playing().transfer("p1/1", "n1", "n2", 1).transfer("p1/2", "n2", "n1", 2);
    const again = over().adopt("p1/1", "n2");
    expect(again.broken()).toEqual([]);
    expect(over().adopt("p1/1", "n2", {}, 1, "another").broken()).toEqual(["MESH-INV-07"]);
    expect(over().adopt("p1/1", "n2", {}, 7).broken()).toEqual(["MESH-INV-07"]);
  });

  test("a target that restarted starts from what the store had at the cut, or is found", () => {
    const granted = (): Story =>
      upTo().adopt("p1/1", "n2").grant("p1", "n2", 2, "transfer", "p1/1").crash("n2").boot("n2");
    expect(granted().take("p1", "n2", 2, "p1/1").broken()).toEqual([]);
    expect(granted().take("p1", "n2", 2, "p1/1", 0).broken()).toEqual(["MESH-INV-07"]);
  });
});

describe("MESH-INV-10: nothing is left", () => {
  const over = (): Story => playing().transfer("p1/1", "n1", "n2", 1);
  const locked = (story: Story): Story => story.say("n2", { fact: "lockTaken", lock: "player p1", transfer: "p1/1" });

  test("a lock held for a transfer that is over, beyond the grace", () => {
    const story = locked(over()).wait(bounds.leftoverUs + 1);
    expect(story.result("MESH-INV-10").first[0]?.because).toBe(
      "n2 still holds the lock player p1 of a transfer that is over",
    );
  });

  test("within the grace, in a run that was cut short, at a node that crashed, or while a fault is open: nothing", () => {
    expect(locked(over()).wait(bounds.leftoverUs).broken()).toEqual([]);
    expect(
      locked(over())
        .wait(2 * bounds.leftoverUs)
        .finish("event limit (9)").outcome,
    ).toBe("inconclusive");
    expect(
      locked(over())
        .crash("n2")
        .wait(2 * bounds.leftoverUs)
        .broken(),
    ).toEqual([]);
    const cut = locked(over()).say("world", {
      fact: "faultBegan",
      fault: 1,
      kind: "partition",
      about: "n2",
      ratePpm: 0,
    });
    expect(cut.wait(2 * bounds.leftoverUs).broken()).toEqual([]);
  });

  test("what a crashed source leaves at its target", () => {
    const story = locked(playing().start("p1/1", "n1", "n2", 1))
      .crash("n1")
      .wait(bounds.leftoverUs + 1);
    expect(story.broken()).toEqual(["MESH-INV-10"]);
  });

  test("a timer that names a transfer that is over", () => {
    const left = (timer: string): Story =>
      over()
        .wait(bounds.leftoverUs + 1)
        .say("n1", { fact: "timerLeft", timer });
    expect(left("retry:p1/1").broken()).toEqual(["MESH-INV-10"]);
    expect(left("retry:p1/2").broken()).toEqual([]);
    expect(left("sweep").broken()).toEqual([]);
  });
});

describe("MESH-GEN-05: players are told", () => {
  const paused = (): Story =>
    playing().say(
      "n1",
      { fact: "transferStarted", transfer: "p1/1", player: p1, source: nodeId("n1"), target: nodeId("n2"), token: 1 },
      { fact: "playerPaused", player: p1, transfer: "p1/1" },
    );
  const resume = (story: Story): Story => story.say("n1", { fact: "playerResumed", player: p1, transfer: "p1/1" });
  const notice = (story: Story, word: "paused" | "rolledBack"): Story =>
    story.say("n1", { fact: "noticeSent", player: p1, transfer: "p1/1", notice: word });

  test("back in play and never told", () => {
    expect(resume(paused()).wait(1).broken()).toEqual(["MESH-GEN-05"]);
  });

  test("told after service was back", () => {
    expect(notice(resume(paused()).wait(1), "paused").broken()).toEqual(["MESH-GEN-05"]);
  });

  test("told before, or at the same instant", () => {
    expect(resume(notice(paused(), "paused")).wait(1).result("MESH-GEN-05").status).toBe("held");
    expect(notice(resume(paused()), "paused").wait(1).result("MESH-GEN-05").status).toBe("held");
  });

  test("the target goes on while the source still asks to roll back: it need not speak of a rollback", () => {
    const story = notice(paused(), "paused")
      .say("n1", { fact: "rollbackStarted", transfer: "p1/1", player: p1, because: "timeout" })
      .say("n2", { fact: "playerResumed", player: p1, transfer: "p1/1" });
    expect(story.wait(1).broken()).toEqual([]);
  });

  test("rolled back, and told of the pause only", () => {
    const story = notice(paused(), "paused").say("n1", {
      fact: "rollbackStarted",
      transfer: "p1/1",
      player: p1,
      because: "timeout",
    });
    expect(resume(story).wait(1).broken()).toEqual(["MESH-GEN-05"]);
  });
});
