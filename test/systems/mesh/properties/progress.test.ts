// That play goes on once the world is fair (AL1), and what a campaign must have seen.
import { describe, expect, test } from "vitest";

import { type NodeId, nodeId } from "../../../../src/base/ids.ts";
import { coverage } from "../../../../src/systems/mesh/properties/coverage.ts";
import { bounds, SECOND, Story } from "./story.ts";

const B = bounds.settleUs;
const p1: NodeId = nodeId("p1");
const playing = (): Story => new Story().join("p1", "n1", 1).act("p1", "n1", 1);
const verdictOf = (story: Story): unknown => story.result("AL1").status;

describe("AL1: players", () => {
  test("an action outstanding at healing is answered within B, or not", () => {
    const asked = (): Story =>
      playing()
        .invoke("p1", "p1/1/2")
        .wait(100 * SECOND)
        .heal();
    expect(verdictOf(asked().wait(B).effect("p1", "n1", 1).answer("p1", "p1/1/2"))).toBe("held");
    expect(
      verdictOf(
        asked()
          .wait(B + 1)
          .effect("p1", "n1", 1)
          .answer("p1", "p1/1/2"),
      ),
    ).toBe("violated");
  });

  test("an action begun after healing has B of its own", () => {
    const asked = (): Story =>
      playing()
        .heal()
        .wait(5 * B)
        .invoke("p1", "p1/1/2");
    expect(verdictOf(asked().wait(B - 1))).toBe("not exercised");
    expect(verdictOf(asked().wait(B + 1))).toBe("violated");
  });

  test("losing the session and asking again does not start the clock anew", () => {
    const story = playing().heal();
    for (let session = 2; session <= 4; session++) {
      story
        .invoke("p1", `p1/${session}/1`)
        .wait(B / 2)
        .say("p1", { fact: "actionUnanswered", player: p1, action: `p1/${session}/1` })
        .connecting("p1", "n1", session)
        .connected("p1", "n1", 1, session);
    }
    expect(story.result("AL1")).toMatchObject({ status: "violated", violations: 1 });
  });

  test("answered every now and then, with something always outstanding", () => {
    const story = playing().heal();
    for (let sequence = 2; sequence <= 8; sequence++) {
      story.invoke("p1", `p1/1/${sequence}`).wait(B / 2);
      if (sequence > 2) story.effect("p1", "n1", 1, { sequence: sequence - 1 }).answer("p1", `p1/1/${sequence - 1}`);
    }
    expect(story.result("AL1")).toMatchObject({ status: "held", violations: 0 });
  });

  test("a refusal by the store is an answer; a refusal by somebody who cannot act is none", () => {
    const story = (because: "itemGone" | "staleToken"): Story => {
      const told = playing().heal();
      for (let sequence = 2; sequence <= 5; sequence++) {
        const action = `p1/1/${sequence}`;
        told
          .invoke("p1", action)
          .wait(B / 3)
          .refuse("p1", "n1", 1, action, because)
          .answer("p1", action, "failed");
      }
      return told;
    };
    expect(verdictOf(story("itemGone"))).toBe("held");
    expect(verdictOf(story("staleToken"))).toBe("violated");
  });

  test("a player that had no answer, rests, and asks again has B again", () => {
    const story = playing()
      .heal()
      .invoke("p1", "p1/1/2")
      .wait(10)
      .answer("p1", "p1/1/2", "failed")
      .wait(10 * B);
    expect(
      verdictOf(story.invoke("p1", "p1/1/3").wait(B).effect("p1", "n1", 1, { sequence: 3 }).answer("p1", "p1/1/3")),
    ).toBe("held");
  });

  test("a player that cannot get a connection is owed one", () => {
    const lost = (): Story => playing().crash("p1").boot("p1").connecting("p1", "n1", 2).wait(SECOND).heal();
    expect(verdictOf(lost().wait(B + 1))).toBe("violated");
    expect(
      verdictOf(
        lost()
          .wait(B)
          .connected("p1", "n1", 1, 2)
          .wait(10 * B),
      ),
    ).toBe("held");
  });

  test("before healing nothing is owed, and nothing is owed to who left, crashed, or wants nothing", () => {
    expect(
      verdictOf(
        playing()
          .invoke("p1", "p1/1/2")
          .wait(10 * B),
      ),
    ).toBe("not exercised");
    expect(
      verdictOf(
        playing()
          .invoke("p1", "p1/1/2")
          .heal()
          .say("p1", { fact: "playerLeft", player: p1 })
          .wait(10 * B),
      ),
    ).toBe("not exercised");
    expect(
      verdictOf(
        playing()
          .invoke("p1", "p1/1/2")
          .heal()
          .crash("p1")
          .wait(10 * B),
      ),
    ).toBe("not exercised");
    expect(
      verdictOf(
        playing()
          .heal()
          .wait(10 * B),
      ),
    ).toBe("not exercised");
  });
});

describe("AL1: transfers", () => {
  test("open at healing: ends within B of it", () => {
    const open = (): Story =>
      playing()
        .start("p1/1", "n1", "n2", 1)
        .wait(100 * SECOND)
        .heal();
    expect(verdictOf(open().wait(B).end("p1/1", "n1", "rolledBack", 1))).toBe("held");
    expect(
      verdictOf(
        open()
          .wait(B + 1)
          .end("p1/1", "n1", "rolledBack", 1),
      ),
    ).toBe("violated");
  });

  test("begun after healing: ends within B of its beginning", () => {
    expect(
      verdictOf(
        playing()
          .heal()
          .wait(B)
          .start("p1/1", "n1", "n2", 1)
          .wait(B + 1),
      ),
    ).toBe("violated");
    expect(
      verdictOf(
        playing()
          .heal()
          .wait(B)
          .start("p1/1", "n1", "n2", 1)
          .wait(B - 1),
      ),
    ).toBe("not exercised");
  });

  test("nobody owes the end of a transfer whose source's process ended", () => {
    expect(
      verdictOf(
        playing()
          .heal()
          .start("p1/1", "n1", "n2", 1)
          .crash("n1")
          .wait(10 * B),
      ),
    ).toBe("not exercised");
  });
});

test("what a campaign must have seen is seen when it happens, and breaks nothing when it does not", () => {
  const none = new Story().finish();
  expect(
    none.properties.filter(({ kind }) => kind === "sometimes").every(({ status }) => status === "not exercised"),
  ).toBe(true);
  expect(none.outcome).toBe("held");

  const story = new Story().spawn("sword").join("p1", "n1", 1).act("p1", "n1", 1, { kind: "pickup", item: "sword" });
  story
    .transfer("p1/1", "n1", "n2", 1)
    .rollback("p1/2", "n2", "n3", 2)
    .refuse("p1", "n1", 1, "p1/1/9")
    .repeat("p1", "n2", 3, "p1/1/1")
    .start("p1/3", "n2", "n1", 3)
    .ship("p1/3", "n2")
    .grant("p1", "n1", 4, "transfer", "p1/3")
    .take("p1", "n1", 4, "p1/3");
  story.say(
    "n2",
    { fact: "attemptFailed", transfer: "p1/3", attempt: 1, because: "timeout", afterUs: 100_000 },
    { fact: "lateMessageIgnored", transfer: "p1/2", attempt: 1, message: "confirm", because: "ended" },
    {
      fact: "transferEnded",
      transfer: "p1/3",
      player: p1,
      outcome: "completed",
      endedBy: "watchdog",
      attempt: 2,
      token: 4,
    },
  );
  story.say("n1", { fact: "stateMismatch", transfer: "p1/3", attempt: 1, player: p1, expected: "a", actual: "b" });
  story.say(
    "p1",
    { fact: "actionUnanswered", player: p1, action: "p1/1/9" },
    { fact: "emitIgnored", player: p1, server: nodeId("n1"), token: 1 },
    { fact: "noticeShown", player: p1, transfer: "p1/1", notice: "moved" },
  );
  story.start("p1/4", "n1", "n2", 4).crash("n1");
  const seen = story
    .finish()
    .properties.filter(({ kind, status }) => kind === "sometimes" && status === "held")
    .map(({ id }) => id);
  expect(seen).toEqual(coverage.map(({ id }) => id));
});
