// Recoveries by the clocks that claims are measured on (X-ALL-01), folded from facts alone.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import { Story } from "./properties/story.ts";

const MS = 1000;
const p1 = nodeId("p1");
const n1 = nodeId("n1");
const n2 = nodeId("n2");

const playing = (): Story => new Story().join("p1", "n1", 1).connecting("p1", "n1").connected("p1", "n1", 1);
const ended = { fact: "runEnded", ending: "until" } as const;
const failed = (attempt: number) =>
  ({ fact: "attemptFailed", transfer: "p1/1", attempt, because: "timeout", afterUs: 100 * MS }) as const;

describe("a pause", () => {
  test("while attempts fail lasts to the end of it, and one without a failure is none of those (CL-M-11)", () => {
    const story = playing()
      .start("p1/1", "n1", "n2", 1)
      .say("n1", { fact: "playerPaused", player: p1, transfer: "p1/1" })
      .wait(100 * MS)
      .say("n1", failed(1))
      .wait(60 * MS)
      .say("n1", { fact: "playerResumed", player: p1, transfer: "p1/1" });
    const quiet = playing().transfer("p1/1", "n1", "n2", 1);
    expect(story.figure("pause.failed")).toMatchObject({ count: 1, mean: 160 * MS });
    expect(quiet.figure("pause.failed").count).toBe(0);
  });
});

describe("a rollback", () => {
  const begun = (): Story =>
    playing()
      .start("p1/1", "n1", "n2", 1)
      .say("n1", { fact: "rollbackStarted", transfer: "p1/1", player: p1, because: "timeout" });

  test("succeeds when its source has the player again (MESH-REC-02)", () => {
    expect(begun().end("p1/1", "n1", "rolledBack", 1).figure("rollback.success")).toMatchObject({ count: 1, mean: 1 });
  });

  test("of a transfer that the target has is none", () => {
    expect(begun().end("p1/1", "n1", "completed", 1).figure("rollback.success").count).toBe(0);
  });

  test("fails with its source's process, and when the run ends before it does (X-M-10)", () => {
    expect(begun().crash("n1").figure("rollback.success")).toMatchObject({ count: 1, mean: 0 });
    const open = begun().say("", ended);
    expect(open.figure("rollback.success")).toMatchObject({ count: 1, mean: 0 });
  });
});

test("a stuck transfer, from the attempt and from its being found (X-M-44)", () => {
  const story = playing()
    .start("p1/1", "n1", "n2", 1)
    .wait(10_000 * MS)
    .say("n1", { fact: "transferStuck", transfer: "p1/1", player: p1, ageUs: 10_000 * MS })
    .wait(5 * MS)
    .end("p1/1", "n1", "rolledBack", 1);
  expect(story.figure("stuck.faultToService").mean).toBe(10_005 * MS);
  expect(story.figure("stuck.detectionToService").mean).toBe(5 * MS);
});

describe("a server that goes", () => {
  const gone = (): Story =>
    playing()
      .crash("n1")
      .wait(4_000 * MS)
      .say("c1", { fact: "server_failure_detected", server: n1, silentUs: 4_000 * MS })
      .wait(10 * MS);

  test("is recovered from when its player is in play with another one", () => {
    const story = gone()
      .grant("p1", "n2", 2, "failover")
      .take("p1", "n2", 2)
      .wait(2 * MS)
      .connected("p1", "n2", 2);
    expect(story.figure("failover.served")).toMatchObject({ count: 1, mean: 1 });
    expect(story.figure("failover.recovery").mean).toBe(12 * MS);
  });

  test("is not when nobody serves its player before the end (MESH-REC-03)", () => {
    const story = gone().say("", ended);
    expect(story.figure("failover.served")).toMatchObject({ count: 1, mean: 0 });
    expect(story.figure("failover.recovery").count).toBe(0);
  });
});

test("a lease is outlived by what passes from its last renewal to its holder's letting go (X-M-20)", () => {
  const story = new Story()
    .say("n1", { fact: "leaseRenewed", server: n1, untilUs: 30_000 * MS })
    .wait(1_000 * MS)
    .say("n1", { fact: "leaseRenewed", server: n1, untilUs: 31_000 * MS })
    .say("n2", { fact: "leaseRenewed", server: n2, untilUs: 31_000 * MS })
    .wait(29_900 * MS)
    .say("n1", { fact: "leaseExpired", server: n1, lateUs: 0 });
  expect(story.figure("lease.outlived")).toMatchObject({ count: 1, mean: 29_900 * MS });
});

test("a throttled burst lasts from its first transfer to the end of its last; one a second later is another (X-M-50)", () => {
  const story = playing()
    .start("p1/1", "n1", "n2", 1)
    .throttle("n1")
    .wait(300 * MS)
    .end("p1/1", "n1", "rolledBack", 1)
    .wait(2_000 * MS)
    .start("p1/2", "n1", "n2", 1)
    .wait(50 * MS)
    .end("p1/2", "n1", "rolledBack", 1)
    .say("", ended);
  expect(story.figure("overload.faultToService")).toMatchObject({ count: 1, mean: 300 * MS });
});
