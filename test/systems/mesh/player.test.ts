// A client: what it believes, how it finds its server again, and how far it goes on without an answer.
import { describe, expect, test } from "vitest";

import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import type { ClientState } from "../../../src/systems/mesh/client-state.ts";
import { Player } from "../../../src/systems/mesh/player.ts";
import { meshWorkload, personOf } from "../../../src/systems/mesh/workload.ts";
import { Bench, coordinator, p1, p2, s1, s2, settingsWith, topology } from "./bench.ts";

const fresh = (settings: object = {}, players: unknown = {}): Bench =>
  new Bench(() => {
    const person = personOf(meshWorkload.parse({ players }), p1);
    const common = { topology, settings: settingsWith(settings) };
    return new Player({ self: p1, ordinal: 0, person, items: ["item-1"], others: [p1, p2], ...common });
  }).boot();

const located = (bench: Bench, server = s1, token = 1): MeshMessage => {
  const { session, ask } = bench.machine.state as ClientState;
  return { type: "located", session, ask, server, token };
};
const welcome = (token = 1, version = 0, session = 1): MeshMessage => ({
  type: "welcome",
  session,
  token,
  version,
  paused: false,
  items: [],
});
const view = (token: number, version: number, session = 1): MeshMessage => ({
  type: "view",
  session,
  token,
  version,
  x: 0,
  paused: false,
});
const moved = (token: number, server = s2): MeshMessage => ({
  type: "notice",
  transfer: "p1/1",
  notice: "moved",
  server,
  token,
});

function playing(settings: object = {}, players: unknown = {}): Bench {
  const bench = fresh(settings, players).fire("arrive");
  bench.receive(coordinator, located(bench)).receive(s1, welcome());
  bench.take();
  bench.takeFacts();
  return bench;
}

describe("a client", () => {
  test("joins, greets, and asks again for whatever is not answered", () => {
    const bench = fresh().fire("arrive").fire("ask");
    expect(bench.takeTypes()).toEqual(["join", "join"]);
    bench.receive(coordinator, located(bench)).fire("ask").fire("ask").fire("ask");
    expect(bench.takeTypes()).toEqual(["hello", "hello", "hello", "locate"]);
    bench.receive(coordinator, located(bench)).receive(s1, welcome());
    expect(bench.takeFacts()).toEqual(["playerConnecting", "emitShown", "playerConnected"]);
    expect(bench.timers.has("ask")).toBe(false);
  });

  test("believes no answer to an earlier question, and none older than what it knows", () => {
    const bench = fresh().fire("arrive");
    const old = located(bench);
    bench.fire("ask").receive(coordinator, old);
    expect((bench.machine.state as ClientState).server).toBeNull();
    const later = playing().receive(s1, moved(3)).receive(s2, { type: "notOwner", session: 1 });
    later.receive(coordinator, located(later, s1, 2));
    expect((later.machine.state as ClientState).server).toBe(s2);
  });

  test("ignores what comes under a token lower than it has seen (A5, X-M-21)", () => {
    const bench = playing().receive(s1, moved(2));
    bench.takeFacts();
    bench.receive(s1, view(1, 7)).receive(s1, moved(1, s1));
    expect(bench.takeFacts()).toEqual(["emitIgnored", "emitIgnored"]);
    const off = playing({ defence: { clientTokenCheck: false } })
      .receive(s1, moved(2))
      .receive(s1, view(1, 7));
    expect(off.takeFacts()).toContain("emitShown");
  });

  test("shows nothing that was overtaken, and nothing of an earlier session (A10)", () => {
    const bench = playing().receive(s1, view(1, 5));
    bench.takeFacts();
    bench.receive(s1, view(1, 4)).receive(s1, view(2, 3, 0));
    expect(bench.takeFacts()).toEqual([]);
  });

  test("follows its authority, and asks the new server at once what waits for an answer", () => {
    const bench = playing().drawn(0);
    bench.take();
    bench.receive(s2, moved(2));
    expect(bench.sent).toMatchObject([{ to: s2, message: { type: "act", sequence: 1 } }]);
    expect(bench.takeFacts()).toContain("playerConnected");
  });

  test("goes on for so many actions past its oldest without an answer, answered ones in between or not", () => {
    const bench = playing({ client: { pipelineMax: 3 } });
    for (let sequence = 1; sequence <= 3; sequence += 1) bench.drawn(0);
    bench.receive(s1, { type: "acted", session: 1, sequence: 2, outcome: "done", token: 1, version: 1 });
    bench.fire("act");
    expect((bench.machine.state as ClientState).sequence).toBe(3);
    bench.receive(s1, { type: "acted", session: 1, sequence: 1, outcome: "done", token: 1, version: 2 });
    expect(bench.facts.filter(({ fact }) => fact === "actionAnswered")).toHaveLength(2);
  });

  test("repeats what is not answered, and says which is its oldest", () => {
    const bench = playing().drawn(0).drawn(0);
    bench.receive(s1, { type: "acted", session: 1, sequence: 1, outcome: "done", token: 1, version: 1 });
    bench.take();
    bench.after(300_000).fire("again");
    expect(bench.take()).toMatchObject([{ type: "act", sequence: 2, oldest: 2 }]);
  });

  test("asks where it belongs when it hears nothing, or is sent away", () => {
    const bench = playing().after(1_100_000).fire("step");
    expect(bench.takeTypes()).toEqual(["move", "locate"]);
    expect(playing().receive(s1, { type: "notOwner", session: 1 }).takeTypes()).toEqual(["locate"]);
    expect(playing().receive(s2, { type: "notOwner", session: 1 }).takeTypes()).toEqual([]);
  });

  test("stands still while it is paused, and walks on when it is told to", () => {
    const bench = playing().receive(s1, { ...moved(1, s1), notice: "paused" } as MeshMessage);
    const at = () => (bench.machine.state as ClientState).walk.x;
    const before = at();
    bench.fire("step");
    expect(at()).toBe(before);
    bench.receive(s1, view(1, 0)).fire("step");
    expect(at()).not.toBe(before);
  });

  test("leaves with its questions open, and comes back in another session", () => {
    const bench = playing({}, { stay: "5s" }).drawn(0).fire("leave");
    expect(bench.takeFacts()).toEqual(["actionInvoked", "actionUnanswered", "playerLeft"]);
    expect([...bench.timers.keys()]).toEqual(["arrive"]);
    bench.take();
    bench.receive(s1, view(9, 9)).fire("arrive");
    expect(bench.take()).toMatchObject([{ type: "join", session: 2 }]);
  });

  test("never uses a session twice, restarted or not", () => {
    const bench = playing().restart().fire("arrive");
    expect(bench.take()).toMatchObject([{ type: "join", session: 1_000_001 }]);
  });
});

describe("a client's buffer", () => {
  const away = (settings: object = {}): Bench => {
    const bench = playing(settings).after(1_100_000).fire("step");
    bench.take();
    bench.takeFacts();
    return bench;
  };
  const back = (bench: Bench): Bench =>
    bench.receive(s2, { ...moved(2), transfer: "", notice: "reassigned" } as MeshMessage);
  const asked = (bench: Bench) => bench.sent.flatMap(({ message }) => (message.type === "act" ? [message] : []));

  test("keeps what is done without a server, and asks for it under the same names afterwards (MESH-FT-14)", () => {
    const bench = away().drawn(0).drawn(0).drawn(0);
    expect(asked(bench)).toEqual([]);
    back(bench);
    expect(asked(bench).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(bench.takeFacts()).toContain("player_reconnected");
    for (const sequence of [1, 2, 3])
      bench.receive(s2, { type: "acted", session: 1, sequence, outcome: "done", token: 2, version: sequence });
    expect(bench.facts.at(-1)).toMatchObject({ fact: "failover_completed", success: true });
  });

  test("sends no further ahead than the pipeline, and goes on as answers come", () => {
    const bench = away({ client: { pipelineMax: 2 } })
      .drawn(0)
      .drawn(0)
      .drawn(0);
    expect(asked(back(bench)).map(({ sequence }) => sequence)).toEqual([1, 2]);
    bench.receive(s2, { type: "acted", session: 1, sequence: 1, outcome: "done", token: 2, version: 1 });
    expect(asked(bench).at(-1)?.sequence).toBe(3);
  });

  test("is bounded: beyond it nothing is asked for, and it says so (MESH-FT-13)", () => {
    const bench = away({ buffer: { maxActions: 2 }, client: { pipelineMax: 1 } })
      .drawn(0)
      .drawn(0)
      .fire("act");
    expect(bench.facts.at(-1)).toMatchObject({ fact: "actionDropped", because: "full" });
  });

  test("withdraws what has waited for too long; the answer says whether it was done", () => {
    const bench = back(away().drawn(0).after(10_000_000));
    expect(bench.facts.find(({ fact }) => fact === "actionExpired")).toMatchObject({ action: "p1/1/1" });
    expect(asked(bench)).toMatchObject([{ sequence: 1, withdrawn: true }]);
    bench.receive(s2, { type: "acted", session: 1, sequence: 1, outcome: "failed", token: 2, version: 0 });
    expect(bench.facts.at(-1)).toMatchObject({ fact: "failover_completed", success: false });
  });

  test("that begins with the failover withdraws what was asked for before (X-M-58)", () => {
    const bench = playing({ buffer: { mode: "onFailover" } }).drawn(0);
    bench.after(1_100_000).fire("step").drawn(0);
    bench.take();
    expect(asked(back(bench))).toMatchObject([{ sequence: 1, withdrawn: true }, { sequence: 2 }]);
  });

  test("keeps soft actions until their outcome is known, and says when one is lost", () => {
    const soft = { replication: { mode: "none", softActions: "score" } };
    const noted: MeshMessage = { type: "noted", session: 1, sequence: 1, token: 1, version: 0 };
    const bench = playing(soft).drawn(0).receive(s1, noted).receive(s1, noted);
    expect(bench.takeFacts().filter((fact) => fact === "actionNoted")).toHaveLength(1);
    bench.take();
    expect(asked(back(bench))).toMatchObject([{ sequence: 1, withdrawn: true }]);
    bench.receive(s2, { type: "acted", session: 1, sequence: 1, outcome: "failed", token: 2, version: 0 });
    expect(bench.takeFacts()).toContain("actionLost");
    const own = playing({ ...soft, buffer: { source: "client" } })
      .drawn(0)
      .receive(s1, noted);
    own.take();
    expect(asked(back(own))).toEqual([expect.not.objectContaining({ withdrawn: true })]);
  });
});
