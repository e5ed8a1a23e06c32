// The coordinator: nothing is answered that its disk does not have, and nothing is granted that the store is not sealed
// for.
import { describe, expect, test } from "vitest";

import { Coordinator } from "../../../src/systems/mesh/coordinator.ts";
import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import { Bench, coordinator, operator, p1, s1, s2, s3, settingsWith, store, topology } from "./bench.ts";

/** A coordinator that is alone leads as soon as its vote is on its disk. */
const fresh = (settings: object = {}): Bench =>
  new Bench(() => new Coordinator(coordinator, topology, settingsWith(settings))).boot().sync();

const fenced = (token: number, version = 0): MeshMessage => ({ type: "fenced", player: p1, token, version });
const adopt = (fromToken: number, version = 0): MeshMessage => ({
  type: "adopt",
  transfer: `p1/${fromToken}`,
  player: p1,
  fromToken,
  source: s1,
  version,
  x: 15_000,
});
const abort = (fromToken: number): MeshMessage => ({
  type: "abort",
  transfer: `p1/${fromToken}`,
  player: p1,
  fromToken,
});
const join: MeshMessage = { type: "join", session: 1, ask: 1, x: 500 };

/** With p1 at s1 under token 1. */
function joined(settings: object = {}): Bench {
  const bench = fresh(settings).receive(p1, join).sync().receive(store, fenced(1)).sync();
  bench.take();
  bench.takeFacts();
  return bench;
}

describe("the coordinator", () => {
  test("places a player by where it stands, and answers when the grant is committed", () => {
    const bench = fresh()
      .receive(p1, { ...join, x: 25_000 })
      .sync();
    expect(bench.take()).toEqual([{ type: "fence", player: p1, token: 1, server: s3 }]);
    bench.receive(store, fenced(1));
    expect(bench.take()).toEqual([]);
    bench.sync();
    expect(bench.take()).toMatchObject([
      { type: "granted", token: 1, cause: "join", incarnation: 0 },
      { type: "located", server: "s3", token: 1 },
    ]);
    expect(bench.takeFacts()).toEqual(["granted"]);
  });

  test("seals the store before it grants, and asks until it is sealed", () => {
    const bench = joined().receive(s2, adopt(1)).sync();
    expect(bench.takeTypes()).toEqual(["fence"]);
    bench.fire("seal:p1").fire("seal:p1");
    expect(bench.takeTypes()).toEqual(["fence", "fence"]);
    bench.receive(store, fenced(2)).sync();
    expect(bench.takeTypes()).toEqual(["granted"]);
    expect(bench.timers.has("seal:p1")).toBe(false);
    bench.receive(store, fenced(2)).sync();
    expect(bench.take()).toEqual([]);
  });

  test("without sealing, grants at once", () => {
    const bench = joined({ defence: { sealBeforeGrant: false } });
    bench.receive(s2, adopt(1)).sync();
    expect(bench.takeTypes()).toEqual(["granted"]);
  });

  test("seals again when the timer was lost and somebody still asks", () => {
    const bench = joined().receive(s2, adopt(1)).sync();
    bench.take();
    bench.after(50_000).receive(s2, adopt(1));
    expect(bench.take()).toEqual([]);
    bench.after(1_000_000).receive(s2, adopt(1));
    expect(bench.takeTypes()).toEqual(["fence"]);
  });

  test("answers the source: back, or gone (X-M-09)", () => {
    const back = joined().receive(s1, abort(1)).sync().receive(store, fenced(2)).sync();
    expect(back.take().at(-1)).toMatchObject({ type: "granted", cause: "rollback", token: 2 });
    expect(back.receive(s1, abort(1)).take()).toMatchObject([{ type: "granted", token: 2 }]);
    const gone = joined().receive(s2, adopt(1)).sync().receive(store, fenced(2)).sync();
    gone.take();
    expect(gone.receive(s1, abort(1)).take()).toMatchObject([{ type: "settled", server: s2, token: 2 }]);
  });

  test("takes a pending grant back, and refuses the target from then on", () => {
    const bench = joined().receive(s2, adopt(1)).sync().receive(s1, abort(1)).sync();
    bench.take();
    bench.receive(store, fenced(2)).receive(s2, adopt(1)).sync();
    expect(bench.take()).toMatchObject([{ type: "adoptRefused", because: "superseded" }]);
    expect(bench.takeFacts()).toContain("grantRefused");
  });

  test("tells both of a conflict of versions (policy version)", () => {
    const bench = joined({ transfer: { policy: "version" } })
      .receive(s2, adopt(1, 4))
      .sync();
    bench.take();
    bench.receive(store, fenced(2, 5)).sync();
    expect(bench.sent.map(({ to, message }) => [to, message.type])).toEqual([
      [s1, "granted"],
      [s2, "adoptRefused"],
    ]);
  });

  test("answers claims for the incarnation it knows, and names the owner otherwise", () => {
    const bench = joined();
    expect(bench.receive(s1, { type: "claim", player: p1, incarnation: 0 }).take()).toMatchObject([
      { type: "granted" },
    ]);
    expect(bench.receive(s1, { type: "claim", player: p1, incarnation: 1 }).take()).toEqual([]);
    expect(bench.receive(s2, { type: "claim", player: p1, incarnation: 0 }).take()).toMatchObject([
      { type: "owner", server: s1 },
    ]);
  });

  test("grants a restarted server everything anew, under its new incarnation", () => {
    const bench = joined().receive(s1, { type: "rejoin", incarnation: 1 }).sync();
    expect(bench.takeTypes()).toEqual(["rejoined", "map", "fence"]);
    bench.receive(store, fenced(2)).sync();
    expect(bench.take()).toMatchObject([{ type: "granted", cause: "rejoin", token: 2, incarnation: 1 }]);
    expect(bench.receive(s1, { type: "rejoin", incarnation: 1 }).takeTypes()).toEqual(["rejoined"]);
  });

  test("passes an operator's command on to the owner, and to a source that has not heard (MESH-F7-07)", () => {
    const command: MeshMessage = { type: "forceRollback", command: "command:0", player: p1, reason: "stuck" };
    expect(fresh().receive(operator, command).take()).toMatchObject([{ type: "forced", answer: "noOwner" }]);
    const bench = joined().receive(s2, adopt(1)).sync().receive(store, fenced(2)).sync();
    bench.take();
    bench.receive(operator, command);
    expect(bench.sent.map(({ to, message }) => [to, message.type])).toEqual([
      [s1, "settled"],
      [s2, "force"],
    ]);
  });
});

describe("a server that is silent", () => {
  const watching = {
    lease: { mode: "margin" },
    failover: { decidedBy: "coordinator" },
    defence: { sealBeforeGrant: false },
  };
  const beat: MeshMessage = { type: "heartbeat", incarnation: 0, sentUs: 0, map: 1 };

  test("has its lease renewed when it is heard of again in time", () => {
    const bench = fresh(watching).receive(s1, beat).sync();
    expect(bench.take()).toMatchObject([{ type: "leased", incarnation: 0 }]);
  });

  test("is promised no lease any more from the instant at which it is decided to give it up (A6)", () => {
    const bench = fresh(watching).after(60_000_000);
    bench.take();
    // Its heartbeats have waited as long as the coordinator stood still; the decision waits for the disk.
    bench.fire("health").receive(s1, beat);
    expect(bench.takeTypes()).not.toContain("leased");
    bench.sync();
    expect(bench.takeTypes()).toContain("expelled");
  });
});

describe("an operator's order", () => {
  type Verb = Extract<MeshMessage, { type: "order" }>["verb"];
  const order = (number: number, verb: Verb, subject: string): MeshMessage => ({
    type: "order",
    command: `command:${number}`,
    number,
    verb,
    subject,
  });
  const answered = (bench: Bench): readonly MeshMessage[] => bench.take().filter(({ type }) => type === "ordered");
  const sealed = (region: number, epoch: number): MeshMessage => ({ type: "regionSealed", region, epoch });

  /** s2 was drained and is back; the region that was its own is to be sealed before it is given back. */
  const resuming = (): Bench => {
    const bench = fresh()
      .receive(operator, order(0, "drain", s2))
      .sync();
    expect(bench.take()).toMatchObject([{ type: "sealRegion", region: 1, epoch: 2 }, { answer: "underway" }]);
    bench
      .receive(store, sealed(1, 2))
      .sync()
      .receive(operator, order(0, "drain", s2))
      .sync();
    expect(answered(bench)).toMatchObject([{ answer: "done" }]);
    bench
      .receive(operator, order(1, "resume", s2))
      .sync()
      .receive(operator, order(1, "resume", s2))
      .sync();
    expect(bench.take().at(-2)).toMatchObject({ type: "sealRegion", region: 1, epoch: 3 });
    return bench;
  };

  test("that waits for a seal is asked once more by each other seal, and no oftener", () => {
    const bench = resuming();
    bench.receive(store, sealed(0, 2));
    expect(bench.take()).toEqual([{ type: "sealRegion", region: 1, epoch: 3 }]);
    bench
      .receive(store, sealed(1, 3))
      .sync()
      .receive(operator, order(1, "resume", s2))
      .sync();
    expect(answered(bench)).toMatchObject([{ answer: "done" }]);
    expect(bench.receive(store, sealed(2, 2)).take()).toEqual([]);
  });

  test("is superseded by a later one about the same thing, though that asked for what was so already", () => {
    const about = (verb: Verb, subject: string, later: Verb): void => {
      const bench = fresh()
        .receive(operator, order(1, later, subject))
        .sync();
      bench.receive(operator, order(1, later, subject)).sync();
      expect(answered(bench).at(-1)).toMatchObject({ command: "command:1", answer: "done" });
      bench.receive(operator, order(0, verb, subject)).sync();
      expect(answered(bench)).toMatchObject([{ command: "command:0", answer: "superseded" }]);
      bench.receive(operator, order(1, later, subject)).sync();
      expect(answered(bench)).toMatchObject([{ command: "command:1", answer: "done" }]);
    };
    about("freeze", "1", "unfreeze");
    about("stopAdmissions", "", "openAdmissions");
    about("drain", s2, "resume");
    about("drain", s2, "addNode");
  });
});

describe("while nobody new is let in", () => {
  const closed = (bench: Bench): Bench => {
    bench
      .receive(operator, { type: "order", command: "command:0", number: 0, verb: "stopAdmissions", subject: "" })
      .sync();
    bench.take();
    return bench;
  };

  test("whoever has no place gets none (MESH-FT-28)", () => {
    expect(closed(fresh()).receive(p1, join).take()).toMatchObject([{ type: "turnedAway" }]);
  });

  test("whoever has one, or waits for the grant, is told of it", () => {
    expect(closed(joined()).receive(p1, join).take()).toMatchObject([{ type: "located", server: s1, token: 1 }]);
    const pending = closed(fresh().receive(p1, join).sync()).receive(p1, { ...join, ask: 2 });
    expect(pending.take()).toEqual([]);
    pending.receive(store, fenced(1)).sync();
    expect(pending.take()).toMatchObject([{ type: "granted" }, { type: "located", ask: 2 }]);
  });
});

describe("a restarted coordinator", () => {
  test("knows what it has answered, and resumes the sealing it had begun", () => {
    const bench = joined().receive(s2, adopt(1)).sync();
    bench.take();
    bench.restart();
    expect(bench.receive(s1, abort(1)).take()).toEqual([{ type: "elsewhere", leader: null }]);
    bench.sync();
    expect(bench.take()).toEqual([{ type: "fence", player: p1, token: 2, server: s2 }]);
    bench.receive(store, fenced(2)).sync();
    expect(bench.take()).toMatchObject([{ type: "granted", token: 2, cause: "transfer" }]);
  });

  test("never gives a token out twice, whatever it forgot (A3, MESH-INV-04, X-M-24)", () => {
    const bench = joined().receive(s2, adopt(1)).restart().sync();
    bench.take();
    bench.receive(s2, adopt(1)).sync();
    expect(bench.take()).toEqual([{ type: "fence", player: p1, token: 2, server: s2 }]);
    bench.restart().sync();
    bench.take();
    bench.receive(s1, abort(1)).sync();
    expect(bench.take()).toEqual([{ type: "fence", player: p1, token: 3, server: s1 }]);
  });

  test("without durable grants, forgets what it has answered (X-M-24)", () => {
    const bench = fresh({ defence: { durableGrants: false } })
      .receive(p1, join)
      .receive(store, fenced(1));
    expect(bench.takeTypes()).toEqual(["fence", "granted", "located"]);
    bench.restart().sync();
    expect(bench.receive(p1, { type: "locate", session: 1, ask: 2 }).takeTypes()).toEqual(["unplaced"]);
  });

  test("states again the grant whose telling it cannot know of", () => {
    const bench = joined().restart().sync();
    expect(bench.takeFacts()).toEqual(["grantRecovered"]);
  });

  test("goes on from a snapshot", () => {
    const bench = joined({ coordinator: { snapshotEvery: 10 } });
    for (let token = 1; token < 30; token += 1)
      bench
        .receive(s1, abort(token))
        .sync()
        .receive(store, fenced(token + 1))
        .sync();
    bench.restart().sync();
    bench.take();
    expect(bench.receive(p1, { type: "locate", session: 1, ask: 2 }).take()).toMatchObject([
      { type: "located", token: 30 },
    ]);
  });

  test("tries a failed disk again, also when its timer was lost", () => {
    const bench = joined().receive(s2, adopt(1)).failSync();
    bench.fire("raft.disk").sync();
    expect(bench.takeTypes()).toEqual(["fence"]);
    bench.receive(store, fenced(2)).failSync().after(1_000_000).receive(s2, adopt(1)).sync();
    expect(bench.takeTypes()).toContain("granted");
  });

  test("halts at a hole in its log rather than invent authority", () => {
    const bench = joined().restart("hole");
    expect(bench.halted).toBe(true);
    expect(bench.facts.at(-1)).toMatchObject({ fact: "raft.diskUnreadable", record: 0 });
    expect(bench.receive(p1, join).takeTypes()).toEqual(["elsewhere"]);
  });
});
