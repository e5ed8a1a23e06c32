// What a mesh run is measured by.
import { describe, expect, test } from "vitest";

import { type NodeId, nodeId } from "../../../src/base/ids.ts";
import { Figures, figuresPlan, summarise } from "../../../src/check/figures.ts";
import type { JudgedFact } from "../../../src/systems/mesh/mesh-view.ts";
import { meshMeasures } from "../../../src/systems/mesh/measures.ts";
import { meshModel } from "../../../src/systems/mesh/mesh-model.ts";
import { faultProfiles } from "../../../src/world/profiles.ts";
import { fight } from "./arena.ts";
import { Story } from "./properties/story.ts";

const MS = 1000;
const p1: NodeId = nodeId("p1");
const playing = (): Story => new Story().join("p1", "n1", 1).act("p1", "n1", 1);

/** Attempts fail after 100 ms each, and the next begins 50 ms later; the last one gets through 10 ms after it began. */
function completedAtRetry(retry: number): Story {
  const story = playing().start("p1/1", "n1", "n2", 1);
  for (let attempt = 1; attempt <= retry; attempt++) {
    story
      .wait(100 * MS)
      .say("n1", { fact: "attemptFailed", transfer: "p1/1", attempt, because: "timeout", afterUs: 100 * MS })
      .wait(50 * MS)
      .say("n1", { fact: "attemptStarted", transfer: "p1/1", attempt: attempt + 1 });
  }
  return story
    .wait(10 * MS)
    .grant("p1", "n2", 2, "transfer", "p1/1")
    .take("p1", "n2", 2, "p1/1")
    .say("n2", { fact: "playerResumed", player: p1, transfer: "p1/1" })
    .wait(5 * MS)
    .drop("p1", "n1", 1)
    .say("n1", {
      fact: "transferEnded",
      transfer: "p1/1",
      player: p1,
      outcome: "completed",
      endedBy: "retry",
      attempt: retry + 1,
      token: 2,
    });
}

describe("transfers", () => {
  test("that succeed at once", () => {
    const story = playing().transfer("p1/1", "n1", "n2", 1);
    expect(story.figure("transfer.started").count).toBe(1);
    expect(story.figure("transfer.completed").count).toBe(1);
    expect(story.figure("transfer.latency")).toMatchObject({ count: 1, mean: 6 * MS });
    expect(story.figure("transfer.attempts")).toMatchObject({ kind: "amount", mean: 1 });
    expect(story.figure("transfer.firstTry").mean).toBe(1);
    expect(story.figure("retry.endedAt1").count).toBe(0);
    expect(story.figure("player.pause").mean).toBe(6 * MS);
  });

  test("that succeed at the second retry", () => {
    const story = completedAtRetry(2);
    expect(["1", "2", "3"].map((retry) => story.figure(`retry.endedAt${retry}`).mean)).toEqual([0, 1, 0]);
    expect(story.figure("retry.rolledBack")).toMatchObject({ count: 1, mean: 0 });
    expect(story.figure("attempt.timeouts").count).toBe(2);
    expect(story.figure("attempt.detection")).toMatchObject({ count: 2, mean: 100 * MS });
    expect(story.figure("transfer.firstTry").mean).toBe(0);
    expect(story.figure("transfer.success").mean).toBe(1);
  });

  test("one recovery, three clocks (X-ALL-01)", () => {
    const story = completedAtRetry(1);
    expect(story.figure("repair.faultToService").mean).toBe(160 * MS);
    expect(story.figure("repair.detectionToService").mean).toBe(60 * MS);
    expect(story.figure("repair.faultToEnd").mean).toBe(165 * MS);
  });

  test("that are rolled back", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .wait(100 * MS)
      .say("n1", { fact: "attemptFailed", transfer: "p1/1", attempt: 1, because: "mismatch", afterUs: 100 * MS })
      .say("n1", { fact: "rollbackStarted", transfer: "p1/1", player: p1, because: "mismatch" })
      .wait(27 * MS)
      .grant("p1", "n1", 2, "rollback", "p1/1")
      .end("p1/1", "n1", "rolledBack", 2);
    expect(story.figure("rollback.time").mean).toBe(27 * MS);
    expect(story.figure("transfer.rolledBack").count).toBe(1);
    expect(story.figure("transfer.latency").count).toBe(0);
    expect(story.figure("retry.rolledBack").mean).toBe(1);
    expect(story.figure("attempt.timeouts").count).toBe(0);
  });

  test("that are lost with their source, or found stuck", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .wait(11_000 * MS)
      .say("n1", { fact: "transferStuck", transfer: "p1/1", player: p1, ageUs: 11_000 * MS })
      .crash("n1")
      .wait(5)
      .end("p1/1", "n1", "rolledBack", 1);
    expect(story.figure("transfer.stuckAge").max).toBe(11_000 * MS);
    expect(story.figure("transfer.abandoned").count).toBe(1);
    expect(story.figure("transfer.success").count).toBe(0);
  });
});

describe("beliefs and acts", () => {
  test("two servers believe for 30 ms, and nobody acts wrongly (X-M-21)", () => {
    const story = playing()
      .grant("p1", "n2", 2)
      .take("p1", "n2", 2)
      .wait(30 * MS)
      .drop("p1", "n1", 1)
      .effect("p1", "n2", 2);
    expect(story.figure("belief.overlap")).toMatchObject({ count: 1, mean: 30 * MS });
    expect(story.figure("act.stale").count).toBe(0);
  });

  test("an overlap of three ends when one is left, by a crash too", () => {
    const story = playing()
      .take("p1", "n2", 2)
      .wait(10)
      .take("p1", "n3", 3)
      .wait(10)
      .drop("p1", "n1", 1)
      .wait(10)
      .crash("n2");
    expect(story.figure("belief.overlap")).toMatchObject({ count: 1, mean: 30 });
  });

  test("acting under another grant than the current one is counted", () => {
    expect(playing().grant("p1", "n2", 2).effect("p1", "n1", 1).figure("act.stale").count).toBe(1);
  });
});

test("a crash lasts, for its players, until an owner can act", () => {
  const story = playing()
    .crash("n1")
    .wait(500 * MS)
    .grant("p1", "n1", 2, "rejoin")
    .wait(20 * MS)
    .take("p1", "n1", 1)
    .take("p1", "n1", 2);
  expect(story.figure("crash.toOwner")).toMatchObject({ count: 1, mean: 520 * MS });
});

test("a pause at a server that crashed lasts until the player acts again", () => {
  const story = playing()
    .start("p1/1", "n1", "n2", 1)
    .wait(100 * MS)
    .crash("n1")
    .grant("p1", "n1", 2, "rejoin")
    .take("p1", "n1", 2)
    .wait(100 * MS);
  expect(story.effect("p1", "n1", 2).figure("player.pause").mean).toBe(200 * MS);
});

test("actions: how long the client waits, and for what answer", () => {
  const story = playing()
    .invoke("p1", "p1/1/2")
    .wait(70)
    .answer("p1", "p1/1/2", "failed")
    .invoke("p1", "p1/1/3")
    .wait(70)
    .say("p1", { fact: "actionUnanswered", player: p1, action: "p1/1/3" });
  expect(story.figure("action.latency")).toMatchObject({ count: 2, min: 70, max: 2 * MS });
  expect(["invoked", "done", "failed", "unanswered"].map((what) => story.figure(`action.${what}`).count)).toEqual([
    3, 1, 1, 1,
  ]);
});

test("a mismatch in which nothing differs was a false one (X-M-12)", () => {
  const diagnosed = (difference: readonly string[]): JudgedFact => ({
    fact: "mismatchDiagnosed",
    transfer: "p1/1",
    player: p1,
    difference,
  });
  expect(
    playing()
      .say("n1", diagnosed([]), diagnosed(["score"]))
      .figure("mismatch.false").count,
  ).toBe(1);
});

test("a fact that no property and no stopwatch knows repeats no sample", () => {
  const story = playing().transfer("p1/1", "n1", "n2", 1);
  story.say(
    "p1",
    { fact: "noticeShown", player: p1, transfer: "p1/1", notice: "moved" },
    { fact: "noticeShown", player: p1, transfer: "p1/1", notice: "moved" },
  );
  expect(story.figure("transfer.latency").count).toBe(1);
  expect(story.figure("notice.shown").count).toBe(2);
});

test("every figure of a stormy campaign is fed by something, and sums agree", () => {
  const figures = new Figures(figuresPlan(meshMeasures.figures));
  for (const seed of [1, 2, 3]) {
    const view = meshModel.fresh();
    const { facts } = fight({ seed, faults: faultProfiles.get("storm")?.([], 20_000_000) ?? [] });
    for (const { atUs, event, node, fact } of facts) {
      const at = { atUs, event, node };
      meshModel.fold(view, fact as JudgedFact, at);
      meshMeasures.measure(view, fact as JudgedFact, at, figures);
    }
  }
  const summary = new Map(summarise(meshMeasures.figures, figures.data()).map((figure) => [figure.id, figure]));
  const countOf = (id: string): number => summary.get(id)?.count ?? Number.NaN;
  expect(countOf("transfer.latency")).toBe(countOf("transfer.completed"));
  expect(countOf("transfer.success")).toBe(countOf("transfer.completed") + countOf("transfer.rolledBack"));
  expect(countOf("action.latency")).toBe(countOf("action.done") + countOf("action.failed"));
  expect(countOf("attempt.detection")).toBe(countOf("attempt.failed"));
  // Of a transfer that was abandoned after its player was back in play, the end is nobody's.
  expect(countOf("repair.faultToService")).toBeGreaterThanOrEqual(countOf("repair.faultToEnd"));
  expect(countOf("act.stale")).toBe(0);
  const fed = [
    "transfer.latency",
    "rollback.time",
    "belief.overlap",
    "player.pause",
    "repair.faultToService",
    "notice.shown",
    "effect.fenced",
  ];
  expect(fed.filter((id) => countOf(id) === 0)).toEqual([]);
});
