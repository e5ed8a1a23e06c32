// The group of coordinators: nothing is decided without a majority (MESH-F5-05), and whoever asks finds the leader.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import { Coordinator } from "../../../src/systems/mesh/coordinator.ts";
import { freshSeat, heardFrom, seatFor, sentElsewhere } from "../../../src/systems/mesh/coordinators.ts";
import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import { Bench, p1, s1, settingsWith, store, topology } from "./bench.ts";

const [c1, c2, c3] = ["c1", "c2", "c3"].map(nodeId) as [typeof p1, typeof p1, typeof p1];
const three = { ...topology, coordinators: [c1, c2, c3], members: new Set([...topology.members, c1, c2, c3]) };
const join: MeshMessage = { type: "join", session: 1, ask: 1, x: 500 };

type Sent<Type extends MeshMessage["type"]> = Extract<MeshMessage, { type: Type }>;

/** The last message of a type to c2, and nothing sent before is looked at again. */
function lastTo<Type extends MeshMessage["type"]>(bench: Bench, type: Type): Sent<Type> {
  const found = bench.sent.findLast(({ to, message }) => to === c2 && message.type === type);
  bench.sent = [];
  return found?.message as Sent<Type>;
}

/** c2 has on its disk what it was sent last. */
function acknowledge(bench: Bench): Bench {
  const { term, prevIndex, entries, round } = lastTo(bench, "raft.append");
  return bench.receive(c2, { type: "raft.appended", term, match: prevIndex + entries.length, round });
}

/** c1 of three, elected by c2, and not yet certain of what is committed. */
function elected(): Bench {
  const bench = new Bench(() => new Coordinator(c1, three, settingsWith())).boot().after(600_000).fire("raft.election");
  const { term } = lastTo(bench, "raft.preVote");
  bench.receive(c2, { type: "raft.preVoted", term, granted: true }).sync();
  return bench.receive(c2, { type: "raft.voted", term, granted: true }).sync();
}

describe("a coordinator of three", () => {
  test("answers nobody before it is elected, and names nobody it does not know", () => {
    const bench = new Bench(() => new Coordinator(c1, three, settingsWith())).boot().after(600_000);
    bench.fire("raft.election").receive(p1, join);
    expect(bench.take().at(-1)).toEqual({ type: "elsewhere", leader: null });
  });

  test("points to the leader it follows", () => {
    const bench = new Bench(() => new Coordinator(c1, three, settingsWith())).boot();
    const heartbeat = { prevIndex: 0, prevTerm: 0, commit: 0, round: 1, entries: [] };
    bench
      .receive(c3, { type: "raft.append", term: 1, ...heartbeat })
      .sync()
      .receive(p1, join);
    expect(bench.take().at(-1)).toEqual({ type: "elsewhere", leader: c3 });
  });

  test("elected, answers nobody before its first entry is committed", () => {
    const bench = elected().receive(p1, join).sync();
    expect(bench.takeTypes().filter((type) => !type.startsWith("raft."))).toEqual([]);
  });

  test("grants nothing that a majority does not have on disk, and answers nothing while it may be deposed", () => {
    const bench = acknowledge(elected());
    bench.sent = [];
    bench.receive(p1, join).sync();
    // The question waits for a round of heartbeats; the command it leads to, for a majority.
    const answers = (): readonly string[] =>
      bench.sent.flatMap(({ message }) => (message.type.startsWith("raft.") ? [] : [message.type]));
    expect(answers()).toEqual([]);
    acknowledge(bench).sync();
    expect(answers()).toEqual([]);
    acknowledge(bench).sync();
    expect(answers()).toEqual(["fence"]);
    bench.receive(store, { type: "fenced", player: p1, token: 1, version: 0 }).sync();
    expect(answers()).toEqual(["fence"]);
    acknowledge(bench).sync();
    expect(answers()).toEqual(["granted", "located"]);
  });

  test("that is deposed forgets who waits, and asks the store no more", () => {
    const bench = acknowledge(elected()).receive(p1, join).sync();
    acknowledge(bench).sync();
    acknowledge(bench).sync();
    expect(bench.timers.has("seal:p1")).toBe(true);
    bench.receive(c3, { type: "raft.append", term: 9, prevIndex: 0, prevTerm: 0, commit: 0, round: 1, entries: [] });
    expect(bench.timers.has("seal:p1")).toBe(false);
    bench.sync().take();
    bench.receive(store, { type: "fenced", player: p1, token: 1, version: 0 }).sync();
    expect(bench.takeTypes()).toEqual([]);
  });
});

describe("whoever asks", () => {
  test("asks the same one until it has been silent for too long, then the next", () => {
    const seat = freshSeat();
    const asked = [0, 50, 99, 100, 150, 200, 300].map((nowUs) => seatFor(seat, three, nowUs, 100));
    expect(asked.join(" ")).toBe("c1 c1 c1 c2 c2 c3 c1");
  });

  test("stays with the one that answered", () => {
    const seat = freshSeat();
    seatFor(seat, three, 0, 100);
    heardFrom(seat, three, c3);
    heardFrom(seat, three, s1);
    expect(seatFor(seat, three, 1_000, 100)).toBe(c3);
  });

  test("goes where it is sent, but only by the one it asked, and only to another one", () => {
    const seat = freshSeat();
    expect(sentElsewhere(seat, three, c2, { type: "elsewhere", leader: c3 })).toBe(false);
    expect(sentElsewhere(seat, three, c1, { type: "elsewhere", leader: null })).toBe(false);
    expect(sentElsewhere(seat, three, c1, { type: "elsewhere", leader: c1 })).toBe(false);
    expect(seatFor(seat, three, 0, 100)).toBe(c1);
    expect(sentElsewhere(seat, three, c1, { type: "elsewhere", leader: c3 })).toBe(true);
    expect(seatFor(seat, three, 1, 100)).toBe(c3);
  });
});
