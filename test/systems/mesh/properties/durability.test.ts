// P2, P3, MESH-INV-08 and MESH-INV-09: each is shown to fire, and to stay silent when all is well.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import { Judge, judgePlan } from "../../../../src/check/judge.ts";
import type { JudgedFact, MeshView } from "../../../../src/systems/mesh/mesh-view.ts";
import { meshModel } from "../../../../src/systems/mesh/mesh-model.ts";
import { meshProperties } from "../../../../src/systems/mesh/properties/mesh-properties.ts";
import { meshSettings } from "../../../../src/systems/mesh/settings.ts";
import { bounds, SECOND, Story } from "./story.ts";

const p1 = nodeId("p1");
const n1 = nodeId("n1");

class Soft extends Story {
  override readonly judge: Judge<MeshView, JudgedFact>;

  constructor(mode: string, settings: object = {}) {
    super();
    const parsed = meshSettings.parse({ replication: { mode, softActions: "score", ...settings } });
    this.judge = new Judge<MeshView, JudgedFact>(judgePlan(meshModel, meshProperties(parsed, bounds)));
    this.join("p1", "n1", 1);
  }

  note(sequence: number): this {
    const action = `p1/1/${sequence}`;
    return this.invoke("p1", action)
      .wait(1000)
      .say("p1", { fact: "actionNoted", player: p1, action, session: 1, sequence });
  }

  lose(sequence: number): this {
    const action = `p1/1/${sequence}`;
    return this.say("p1", { fact: "actionLost", player: p1, action, session: 1, sequence });
  }

  back(...actions: readonly string[]): this {
    return this.say("p1", { fact: "player_reconnected", player: p1, server: n1, afterUs: SECOND, actions });
  }
}

describe("P2", () => {
  test("a soft action that becomes durable holds", () => {
    const story = new Soft("sync").note(1).effect("p1", "n1", 1).answer("p1", "p1/1/1");
    expect(story.result("P2")).toMatchObject({ status: "held", exercised: 1 });
  });

  test.each([
    ["sync", ["n1", "n2", "n3"], "held"],
    ["sync", ["n1", "n2"], "violated"],
    ["sync", ["n1"], "violated"],
    ["semiSync", ["n1", "n2"], "held"],
    ["semiSync", ["n1"], "violated"],
    ["async", ["n1"], "held"],
    ["async", [], "violated"],
    ["none", ["n1"], "held"],
  ])("what is lost under %s when %j crash is %s", (mode, crashed, status) => {
    const story = new Soft(mode).note(1).wait(1000);
    for (const server of crashed) story.crash(server);
    expect(story.lose(1).result("P2").status).toBe(status);
  });

  test.each([
    [1, ["n1", "n2"], "held"],
    [1, ["n1"], "violated"],
    [2, ["n1", "n2"], "violated"],
  ])(
    "where servers are left for %i backups sync waits for no more: when %j crash it is %s",
    (wanted, crashed, status) => {
      const served = { fact: "regionServed", region: 0, epoch: 1, server: n1, backups: wanted, wanted } as const;
      const story = new Soft("sync").say("n1", served).note(1).wait(1000);
      for (const server of crashed) story.crash(server);
      expect(story.lose(1).result("P2").status).toBe(status);
    },
  );

  test("copies that nobody could ask for are gone, too", () => {
    const story = new Soft("sync").note(1).crash("n1");
    story.say("n2", { fact: "tailsRecalled", region: 0, actions: 0, silent: ["n3", "n4"].map(nodeId) });
    expect(story.lose(1).result("P2").status).toBe("held");
  });

  test("a copy of whoever is given up is gone, though it may only be cut off", () => {
    const cutOff = (mode: string): Soft => new Soft(mode).note(1).wait(1000).grant("p1", "n2", 2, "failover");
    expect(cutOff("async").lose(1).result("P2").status).toBe("held");
    expect(cutOff("semiSync").lose(1).result("P2").status).toBe("violated");
  });

  test("a crash before the action was asked for is no excuse", () => {
    expect(new Soft("async").crash("n1").wait(1000).note(1).lose(1).result("P2").status).toBe("violated");
  });

  test("a loss in the middle is no suffix", () => {
    const story = new Soft("async").note(1).note(2).effect("p1", "n1", 1, { action: "p1/1/2", sequence: 2 });
    expect(story.crash("n1").lose(1).result("P2").status).toBe("violated");
  });

  test("what was asked for, and done, after the store had decided the loss is no gap", () => {
    const story = new Soft("async").note(1).crash("n1").say("store", {
      fact: "effectRefused",
      player: p1,
      server: n1,
      token: 1,
      action: "p1/1/1",
      because: "itemGone",
    });
    const later = story.invoke("p1", "p1/1/2").effect("p1", "n1", 1, { action: "p1/1/2", sequence: 2 });
    expect(later.lose(1).result("P2").status).toBe("held");
  });

  test("more than the tail holds is too much, and so is what was acknowledged long ago", () => {
    const long = new Soft("async", { tailMax: 2 }).note(1).note(2).note(3).crash("n1").lose(1).lose(2);
    expect(long.lose(3).result("P2").status).toBe("violated");
    const old = new Soft("async")
      .note(1)
      .wait(6 * SECOND)
      .note(2)
      .crash("n1")
      .lose(1);
    expect(old.lose(2).result("P2").status).toBe("violated");
    const apart = new Soft("async", { tailMax: 1 }).note(1).crash("n1").back().lose(1).note(2).wait(1).crash("n1");
    expect(apart.back().lose(2).result("P2").status).toBe("held");
  });

  test("what was acknowledged after a loss had been told is another loss, also where nobody had to reconnect", () => {
    const first = new Soft("async", { tailMax: 1 }).note(1).crash("n1").lose(1);
    const second = first
      .wait(6 * SECOND)
      .note(2)
      .crash("n1");
    expect(second.lose(2).result("P2").status).toBe("held");
  });

  test("a loss in silence is found", () => {
    const silent = new Soft("async")
      .note(1)
      .heal()
      .wait(bounds.settleUs + 1);
    expect(silent.say("n2", { fact: "nodeResumed" }).result("P2-told").status).toBe("violated");
    const told = new Soft("async").heal().note(1).crash("n1").lose(1).answer("p1", "p1/1/1", "failed");
    expect(told.wait(bounds.settleUs + 1).result("P2-told").status).toBe("held");
    const gone = new Soft("async").heal().note(1).crash("p1");
    expect(gone.wait(bounds.settleUs + 1).result("P2-told").status).toBe("not exercised");
  });
});

describe("P3 and MESH-INV-09", () => {
  test("an action that was buffered and done once holds", () => {
    const story = new Soft("async").heal().invoke("p1", "p1/1/1").back("p1/1/1").effect("p1", "n1", 1);
    story.answer("p1", "p1/1/1");
    const judged = story.finish().properties.filter(({ id }) => id === "P3" || id === "MESH-INV-09");
    expect(judged.map(({ status }) => status)).toEqual(["held", "held"]);
  });

  test("one that is done again by the replay is found (X-M-60)", () => {
    const story = new Soft("async").invoke("p1", "p1/1/1").effect("p1", "n1", 1).back("p1/1/1");
    story.effect("p1", "n1", 1, { action: "p1/1/1", sequence: 1 });
    expect(story.broken()).toEqual(expect.arrayContaining(["P3", "MESH-INV-09", "A8"]));
  });

  test("one that is never done, or refused by nobody who could, is found; one that was withdrawn is not", () => {
    const never = new Soft("async")
      .invoke("p1", "p1/1/1")
      .back("p1/1/1")
      .heal()
      .wait(bounds.settleUs + 1);
    expect(never.result("MESH-INV-09").status).toBe("violated");
    const refused = new Soft("async").invoke("p1", "p1/1/1").back("p1/1/1").answer("p1", "p1/1/1", "failed");
    expect(refused.result("MESH-INV-09").status).toBe("violated");
    const withdrawn = new Soft("async").invoke("p1", "p1/1/1").back("p1/1/1");
    withdrawn.say("p1", { fact: "actionExpired", player: p1, action: "p1/1/1", because: "maxTime" });
    expect(withdrawn.answer("p1", "p1/1/1", "failed").result("MESH-INV-09").status).toBe("held");
  });
});

describe("MESH-INV-08", () => {
  const served = { fact: "regionServed", region: 0, epoch: 1, server: n1, backups: 2, wanted: 2 } as const;
  const created = (server: string) =>
    ({ fact: "backup_created", region: 0, epoch: 1, server: nodeId(server) }) as const;
  const begun = (): Story => {
    const story = new Story();
    for (const server of ["n1", "n2", "n3"])
      story.say(server, { fact: "leaseRenewed", server: nodeId(server), untilUs: SECOND });
    return story.say("n1", served);
  };

  test("a region with both backups in step holds, and is covered", () => {
    const story = begun().say("n1", created("n2")).say("n1", created("n3")).heal();
    story.wait(SECOND).say("world", { fact: "runEnded", ending: "until" });
    expect(story.figure("coverage.share")).toMatchObject({ count: 10, mean: 1 });
    expect(story.result("MESH-INV-08").status).toBe("held");
  });

  test("one that never gets the second is found, unless nobody is left to be it", () => {
    const lacking = begun().say("n1", created("n2")).heal();
    expect(lacking.wait(bounds.settleUs + 1).result("MESH-INV-08").status).toBe("violated");
    const alone = begun().say("n1", created("n2")).crash("n3").heal();
    expect(alone.wait(bounds.settleUs + 1).result("MESH-INV-08").status).toBe("held");
  });

  test("a region that lacks one for good is found, whatever else happens meanwhile", () => {
    const flapping = begun().heal();
    const leaving = begun().say("n1", created("n2")).heal();
    for (let round = 0; round < 5; round++) {
      flapping.say("n1", created("n2")).wait(bounds.settleUs / 4);
      flapping.say("n1", { ...created("n2"), fact: "backupLost" }).wait(bounds.settleUs / 4);
      leaving
        .wait(bounds.settleUs / 2)
        .say("n1", served)
        .crash("p1");
    }
    expect(flapping.result("MESH-INV-08").status).toBe("violated");
    expect(leaving.result("MESH-INV-08").status).toBe("violated");
  });

  test("a server that was drained is missed as a backup by nobody, until it resumes", () => {
    const drained = begun()
      .say("n1", created("n2"))
      .say("c1", { fact: "serverDrained", server: nodeId("n3") })
      .heal();
    expect(drained.wait(bounds.settleUs + 1).result("MESH-INV-08").status).toBe("held");
    const resumed = begun()
      .say("n1", created("n2"))
      .say("c1", { fact: "serverDrained", server: nodeId("n3") })
      .heal();
    resumed.say("c1", { fact: "serverResumed", server: nodeId("n3") }).wait(bounds.settleUs + 1);
    expect(resumed.result("MESH-INV-08").status).toBe("violated");
  });

  test("a former primary that says that it serves the region takes nothing from its successor", () => {
    const story = begun()
      .say("n2", { ...served, server: nodeId("n2"), epoch: 2 })
      .say("n1", served);
    for (const server of ["n1", "n3"]) story.say("n2", { ...created(server), epoch: 2 });
    expect(
      story
        .heal()
        .wait(bounds.settleUs + 1)
        .result("MESH-INV-08").status,
    ).toBe("held");
  });

  test("a backup that stands still has what it had; one that is gone by then has not", () => {
    const resumed = begun().say("n1", created("n2")).say("n3", { fact: "nodePaused" }).say("n1", created("n3"));
    resumed.say("n3", { fact: "nodeResumed" }).heal();
    expect(resumed.wait(bounds.settleUs + 1).result("MESH-INV-08").status).toBe("held");
    const crashed = begun().say("n1", created("n2")).crash("n3").say("n1", created("n3"));
    crashed
      .say("n3", { fact: "nodeBooted", incarnation: 1 })
      .say("n3", { fact: "leaseRenewed", server: nodeId("n3"), untilUs: SECOND });
    expect(
      crashed
        .heal()
        .wait(bounds.settleUs + 1)
        .result("MESH-INV-08").status,
    ).toBe("violated");
  });

  test("a backup whose process ends covers nothing any more", () => {
    const story = begun().say("n1", created("n2")).say("n1", created("n3")).wait(SECOND).crash("n3").wait(SECOND);
    story.say("world", { fact: "runEnded", ending: "until" });
    expect(story.figure("coverage.share")).toMatchObject({ count: 20, mean: 0.5 });
  });
});
