// A server beside its transfers: whom it believes, what it answers, and what it does when something is missing.
import { describe, expect, test } from "vitest";

import type { MeshMessage } from "../../../src/systems/mesh/messages.ts";
import type { PlayerState } from "../../../src/systems/mesh/player-state.ts";
import { Server } from "../../../src/systems/mesh/server.ts";
import type { ServerState } from "../../../src/systems/mesh/server-state.ts";
import { Checksums } from "../../../src/systems/mesh/state-checksum.ts";
import { Bench, coordinator, granted, p1, p2, s1, s2, s3, settingsWith, store, topology } from "./bench.ts";

const state: PlayerState = { version: 3, x: 5_000, score: 3, items: [], session: 1, sequence: 3 };

const fresh = (settings: object = {}): Bench =>
  new Bench(() => new Server(s1, topology, settingsWith(settings)), ["openRegion", "survey"]).boot();

/** Answers the last load that the server sent, and forgets what it sent. */
function load(bench: Bench, loaded: PlayerState = state, player = p1): Bench {
  const asked = bench.sent.flatMap(({ message }) => (message.type === "load" ? [message] : [])).at(-1);
  return bench.receive(store, {
    type: "loaded",
    player,
    token: asked?.token ?? 0,
    ask: asked?.ask ?? 0,
    state: loaded,
  });
}
const move = (step: number, x: number): MeshMessage => ({ type: "move", session: 1, step, x });
const act = (sequence: number, oldest = 1): MeshMessage => ({
  type: "act",
  session: 1,
  sequence,
  oldest,
  kind: "score",
  item: "",
  bargain: null,
});
const wrote = (
  sequence: number,
  version: number,
  more: Partial<Extract<MeshMessage, { type: "wrote" }>> = {},
): MeshMessage => ({
  type: "wrote",
  player: p1,
  token: 1,
  session: 1,
  sequence,
  kind: "score",
  epoch: 0,
  result: "done",
  repeated: false,
  version,
  ...more,
});

/** With p1 under token 1, at version 3. */
function holding(settings: object = {}): Bench {
  const bench = load(fresh(settings).receive(coordinator, granted(1)));
  bench.take();
  bench.takeFacts();
  return bench;
}
const held = (bench: Bench) => (bench.machine.state as ServerState).held.get(p1);

const loading = (bench: Bench) => [...(bench.machine.state as ServerState).loading.keys()];

/** On its way to s2, in the middle of the first attempt. */
function transferring(settings: object = {}): Bench {
  const bench = holding(settings).receive(p1, move(1, 12_000));
  bench.take();
  bench.takeFacts();
  return bench;
}
const attempt = (number = 1, transfer = "p1/1") => ({ transfer, attempt: number, player: p1 });

describe("authority", () => {
  test("is taken once the state has come from the store, asked for until it has", () => {
    const bench = fresh().receive(coordinator, granted(1));
    bench.fire("load:p1");
    expect(bench.sent.map(({ message }) => message.type)).toEqual(["load", "load"]);
    load(bench);
    expect(bench.takeFacts()).toEqual(["authorityTaken"]);
    expect([...bench.timers.keys()]).toEqual([]);
  });

  test("is not taken from grants that are older than what is known, or for a former life", () => {
    const bench = fresh().receive(coordinator, granted(1, { incarnation: 1 }));
    expect(bench.take()).toEqual([]);
    const later = holding().receive(coordinator, { type: "owner", player: p1, server: s3, token: 5 });
    later.receive(coordinator, granted(4)).receive(coordinator, granted(5));
    expect(held(later)?.token).toBe(1);
  });

  test("goes on under a newer token, and writes again what is on its way", () => {
    const bench = holding().receive(p1, act(1));
    bench.take();
    bench.receive(coordinator, granted(2, { cause: "rejoin" }));
    expect(bench.take()).toMatchObject([{ type: "write", token: 2, sequence: 1 }]);
    expect(bench.takeFacts()).toEqual(["authorityTaken"]);
  });

  test("is dropped when the store knows a higher token, and the coordinator asked who has the player", () => {
    const bench = holding().receive(p1, act(1));
    bench.take();
    bench.receive(store, wrote(1, 3, { result: "staleToken" }));
    expect(bench.takeTypes()).toEqual(["claim", "notOwner"]);
    expect(bench.takeFacts()).toEqual(["authorityDropped"]);
    expect([...bench.timers.keys()]).toEqual([]);
  });

  test("is not dropped for what the store said of an older token", () => {
    const bench = holding()
      .receive(p1, act(1))
      .receive(coordinator, granted(2, { cause: "rejoin" }));
    bench.receive(store, wrote(1, 3, { result: "staleToken", token: 1 }));
    expect(held(bench)?.token).toBe(2);
  });

  test("is claimed when a player greets a server that does not have it", () => {
    const bench = fresh().receive(p1, { type: "hello", session: 1 });
    expect(bench.take()).toEqual([{ type: "claim", player: p1, incarnation: 0 }]);
    load(bench.receive(coordinator, granted(1)));
    expect(bench.take().at(-1)).toMatchObject({ type: "welcome", session: 1, token: 1, version: 3 });
    const other = fresh().receive(p1, { type: "hello", session: 1 });
    other.take();
    other.receive(coordinator, { type: "owner", player: p1, server: s3, token: 4 });
    expect(other.take()).toMatchObject([{ type: "notice", notice: "moved", server: s3, token: 4 }]);
  });
});

describe("actions", () => {
  test("are written one at a time, in the client's order, and answered once the store has them", () => {
    const bench = holding().receive(p1, act(2)).receive(p1, act(1)).receive(p1, act(3));
    expect(bench.take()).toMatchObject([{ type: "write", sequence: 1, base: 3 }]);
    bench.receive(store, wrote(1, 4));
    expect(bench.take()).toMatchObject([
      { type: "acted", sequence: 1, version: 4 },
      { type: "write", sequence: 2, base: 4 },
    ]);
  });

  test("are written again until they are answered", () => {
    const bench = holding().receive(p1, act(1)).fire("write:p1");
    expect(bench.takeTypes()).toEqual(["write", "write"]);
    bench.receive(store, wrote(1, 4));
    expect(bench.timers.has("write:p1")).toBe(false);
  });

  test("are written again when the timer was lost and the client still asks", () => {
    const bench = holding().receive(p1, act(1)).after(1_000_000).receive(p1, act(1));
    expect(bench.takeTypes()).toEqual(["write", "write"]);
  });

  test("whose effect was there already change nothing twice", () => {
    const bench = holding().receive(p1, act(1));
    bench.receive(store, wrote(1, 3, { repeated: true }));
    expect(held(bench)?.state.version).toBe(3);
    expect(held(bench)?.reload).toBeNull();
    // As this very write, or before another change of the row that was not heard of: the store knows.
    bench.receive(p1, act(2)).receive(store, wrote(2, 4, { repeated: true }));
    expect(held(bench)?.state.version).toBe(3);
    // Nothing is acknowledged before: what is shown with it would be older than what it acknowledges (A10).
    load(bench, { ...state, version: 4, items: ["shield"] });
    expect(bench.takeTypes()).toEqual(["write", "acted", "write", "load", "write"]);
    bench.receive(store, wrote(2, 4, { repeated: true }));
    expect(bench.take()).toMatchObject([{ type: "acted", sequence: 2, version: 4 }]);
    expect(held(bench)?.state).toMatchObject({ version: 4, items: ["shield"] });
  });

  test("answered twice do not take a later write for their own", () => {
    const bench = holding().receive(p1, act(1)).receive(store, wrote(1, 4)).receive(p1, act(1));
    // The echo of the first answer speaks of version 4; the write under way would make version 5.
    bench.receive(store, wrote(1, 4));
    expect(held(bench)?.state).toMatchObject({ version: 4, score: 4 });
  });

  test("that are undone are not taken for undone by what is said of the offer, however late it comes (I1)", () => {
    const bench = load(fresh().receive(coordinator, granted(1)), { ...state, items: ["sword"] });
    const offered = { to: p2, other: "shield" };
    bench.receive(p1, { ...act(1), kind: "trade", item: "sword", bargain: offered } as MeshMessage);
    bench.receive(store, wrote(1, 4, { kind: "trade", result: "reserved" }));
    bench.receive(p1, { ...act(1), kind: "trade", item: "sword", bargain: offered, withdrawn: true } as MeshMessage);
    bench.after(60_000_000).fire("entity:p1");
    expect(bench.take().at(-1)).toMatchObject({ type: "write", kind: "undo", sequence: 1, base: 4 });
    // What the store says of the offer, asked for again, is "failed" as well.
    bench.receive(store, wrote(1, 4, { kind: "trade", result: "failed", repeated: true }));
    expect(held(bench)?.write?.action.kind).toBe("undo");
    bench.receive(store, wrote(1, 5, { kind: "undo", result: "failed" }));
    expect(held(bench)?.state).toMatchObject({ version: 5, items: ["sword"] });
  });

  test("under a new epoch are not refused by what is said once more of those under the old one (MESH-INV-07)", () => {
    const opened = (epoch: number): MeshMessage => {
      return { type: "regionOpened", region: 0, epoch, items: [{ item: "sword", x: state.x }] };
    };
    const pickup = { ...act(1), kind: "pickup", item: "sword" } as MeshMessage;
    const owned = (epoch: number) => ({ server: s1, epoch, backups: [] });
    const bench = holding().receive(store, opened(1)).receive(p1, pickup);
    expect(bench.take().at(-1)).toMatchObject({ type: "write", terms: { region: 0, epoch: 1 } });
    const refused = wrote(1, 3, { kind: "pickup", epoch: 1, result: "staleEpoch" });
    bench.receive(store, refused);
    expect(held(bench)?.write).toBeNull();
    bench.receive(coordinator, {
      type: "map",
      version: 2,
      level: "normal",
      critical: [],
      suspended: [],
      owners: [owned(2), { server: s2, epoch: 1, backups: [] }, { server: s3, epoch: 1, backups: [] }],
    });
    bench.receive(store, opened(2)).receive(p1, pickup);
    expect(bench.take().at(-1)).toMatchObject({ type: "write", terms: { region: 0, epoch: 2 } });
    bench.receive(store, refused);
    expect(held(bench)?.write).not.toBeNull();
    bench.receive(store, wrote(1, 4, { kind: "pickup", epoch: 2 }));
    expect(held(bench)?.state).toMatchObject({ version: 4, items: ["sword"] });
  });

  test("of another life's numbers are not answered by what was said under an older token", () => {
    const bench = holding().receive(p1, act(1));
    bench.receive(store, wrote(1, 4, { token: 0 }));
    expect(held(bench)?.write?.action.sequence).toBe(1);
  });

  test("of the server's own that failed change nothing here, whatever version the store has", () => {
    const bench = load(fresh().receive(coordinator, granted(1)), { ...state, items: ["sword"] });
    const escrow = {
      type: "escrow",
      id: "p2/1/4",
      kind: "trade",
      phase: "reserved",
      from: { type: "held", player: p2 },
      to: { type: "held", player: p1 },
      other: "sword",
      session: 1,
      sequence: 4,
    } as const;
    bench.receive(store, { type: "parcel", item: "shield", escrow });
    const [asked] = bench.take().flatMap((message) => (message.type === "write" ? [message] : []));
    expect(asked).toMatchObject({ kind: "accept", session: 0, base: 3 });
    const sequence = asked?.sequence ?? 0;
    bench.receive(store, wrote(sequence, 4, { session: 0, kind: "accept", result: "failed" }));
    // Version 4 is not what this write would have made: it is what the store has, and is not known here.
    expect(held(bench)?.state.items).toEqual(["sword"]);
    expect(held(bench)?.reload).not.toBeNull();
  });

  test("whose effect is not known yet are asked for again under the token of a rollback (I1, A10)", () => {
    const bench = holding().receive(p1, act(1)).receive(p1, move(1, 12_000));
    bench.receive(store, wrote(1, 4, { repeated: true }));
    const asked = bench.take().find((message) => message.type === "load");
    // The coordinator has raised the fence to roll the transfer back: the store answers no older token.
    bench.receive(store, { type: "loadRefused", player: p1, token: 1, ask: asked?.ask ?? 0, fence: 2 });
    expect(bench.takeTypes()).toContain("abort");
    bench.receive(coordinator, granted(2, { cause: "rollback", transfer: "p1/1", version: 4 }));
    expect(bench.take()).toContainEqual({ type: "load", player: p1, token: 2, ask: asked?.ask });
    const known = { ...state, version: 4, items: ["sword"] };
    bench.receive(store, { type: "loaded", player: p1, token: 2, ask: asked?.ask ?? 0, state: known });
    expect([held(bench)?.token, held(bench)?.state, held(bench)?.reload]).toEqual([2, known, null]);
  });

  test("refused for a version are written again from what the store has (policy version)", () => {
    const bench = holding({ transfer: { policy: "version" } }).receive(p1, act(1));
    bench.take();
    bench.receive(store, wrote(1, 9, { result: "versionConflict" }));
    load(bench, { ...state, version: 9 });
    expect(bench.take()).toMatchObject([{ type: "load" }, { type: "write", sequence: 1, base: 9 }]);
  });

  test("whose answer is an echo of long ago make nobody load, and an old load is no new state", () => {
    const bench = holding({ transfer: { policy: "version" } }).receive(p1, act(1));
    bench.receive(store, wrote(1, 2, { repeated: true }));
    expect(bench.takeTypes()).not.toContain("load");
    bench.receive(p1, act(2)).receive(store, wrote(2, 9, { result: "versionConflict" }));
    bench.receive(store, { type: "loaded", player: p1, token: 1, ask: 1, state });
    expect(held(bench)?.reload).not.toBeNull();
    expect(load(bench, { ...state, version: 9 }) && held(bench)?.state.version).toBe(9);
  });

  test("beyond the bound are dropped", () => {
    const bench = holding({ server: { queueMax: 2 } });
    for (let sequence = 1; sequence <= 9; sequence += 1) bench.receive(p1, act(sequence));
    expect(held(bench)?.queue).toHaveLength(2);
  });

  test("of an earlier session are forgotten when the next begins", () => {
    const bench = holding().receive(p1, act(2)).receive(p1, { type: "hello", session: 2 }).receive(p1, act(1));
    expect(held(bench)?.queue).toEqual([]);
    expect(bench.takeTypes()).toEqual(["welcome"]);
  });

  test("wait while the player is on its way, and walking does too (policy lock: MESH-F4-07)", () => {
    const bench = transferring().receive(p1, act(1)).receive(p1, move(2, 14_000));
    expect(bench.take()).toMatchObject([{ type: "view", x: 12_000, paused: true }]);
    const free = transferring({ transfer: { policy: "version" } }).receive(p1, act(1));
    expect(free.takeTypes()).toEqual(["write"]);
  });
});

describe("a border", () => {
  test("is crossed once the player is beyond the hysteresis", () => {
    const bench = holding().receive(p1, move(1, 10_999));
    expect(bench.takeFacts()).toEqual([]);
    bench.receive(p1, move(2, 11_000));
    expect(bench.takeFacts()).toContain("transferStarted");
  });

  test("is not crossed by a step that came late", () => {
    const bench = holding().receive(p1, move(5, 5_000)).receive(p1, move(4, 12_000));
    expect(bench.takeFacts()).toEqual([]);
  });

  test("is crossed by as many as there are slots, the others wait their turn (MESH-F8-01)", () => {
    const bench = transferring({ transfer: { slots: 1 } });
    bench.receive(coordinator, { ...granted(1), player: p2 } as MeshMessage);
    load(bench, state, p2).receive(p2, move(1, 12_000));
    expect(bench.takeFacts()).toContain("transferDeferred");
    bench.receive(s2, { ...attempt(), type: "confirm", token: 2 });
    expect(bench.takeFacts()).toContain("transferStarted");
  });

  test("is not crossed again at once after a rollback (AL2)", () => {
    const bench = transferring().receive(coordinator, granted(2, { cause: "rollback", transfer: "p1/1" }));
    expect(bench.takeFacts()).toContain("transferEnded");
    bench.receive(p1, move(2, 12_000));
    expect(bench.takeFacts()).not.toContain("transferStarted");
    bench.after(600_000).receive(p1, move(3, 12_000));
    expect(bench.takeFacts()).toContain("transferStarted");
  });
});

describe("a source", () => {
  test("finds an expired attempt at the next tick, and not before (MESH-F1-03)", () => {
    const bench = transferring().after(99_999).fire("tick");
    expect(bench.takeFacts()).toEqual([]);
    bench.after(1).fire("tick");
    expect(bench.takeFacts()).toEqual(["attemptFailed", "retryScheduled"]);
  });

  test("has a tick only while a transfer is under way", () => {
    const bench = transferring();
    expect([...bench.timers.keys()]).toEqual(["tick", "watchdog"]);
    bench
      .receive(s2, { ...attempt(), type: "confirm", token: 2 })
      .fire("tick")
      .fire("watchdog");
    expect([...bench.timers.keys()]).toEqual([]);
  });

  test("fails fast when the connection is refused (MESH-F3-01)", () => {
    const bench = transferring().lose(s3);
    expect(bench.takeFacts()).toEqual([]);
    bench.lose(s2);
    expect(bench.facts[0]).toMatchObject({ fact: "attemptFailed", because: "unreachable" });
  });

  test("believes its target only, and only for this attempt", () => {
    const bench = transferring();
    bench.receive(s3, { ...attempt(), type: "confirm", token: 2 });
    bench.receive(s2, { ...attempt(2), type: "confirm", token: 2 });
    bench.receive(s2, { ...attempt(1, "p1/0"), type: "confirm", token: 2 });
    expect(bench.takeFacts()).toEqual(["lateMessageIgnored", "lateMessageIgnored", "lateMessageIgnored"]);
    expect(held(bench)?.transfer?.phase).toBe("preparing");
  });

  test("tells the player who comes too late where to go, and forgets nothing newer", () => {
    const bench = transferring().receive(s2, { ...attempt(), type: "confirm", token: 2 });
    bench.take();
    bench.receive(p1, move(2, 12_000)).receive(p1, act(1));
    expect(bench.take()).toMatchObject([
      { notice: "moved", server: s2, token: 2 },
      { notice: "moved", server: s2 },
    ]);
  });
});

describe("a target", () => {
  const ship = (changes: Partial<Extract<MeshMessage, { type: "ship" }>> = {}): MeshMessage => ({
    ...attempt(),
    type: "ship",
    fromToken: 1,
    state,
    checksum: new Checksums().of(state),
    ...changes,
  });
  const prepare = (number = 1, transfer = "p1/1", fromToken = 1): MeshMessage => ({
    ...attempt(number, transfer),
    type: "prepare",
    fromToken,
  });
  const adopting = (): Bench => fresh().receive(s2, prepare()).receive(s2, ship());

  test("adopts nothing whose checksum differs, and says what it received (MESH-F4-03)", () => {
    const bench = fresh().receive(s2, prepare());
    bench.take();
    bench.receive(s2, ship({ state: { ...state, score: 9 } }));
    expect(bench.take()).toMatchObject([{ type: "mismatch", received: { score: 9 } }]);
    expect(bench.takeFacts()).not.toContain("stateAdopted");
  });

  test("acts with what was shipped when the store was sealed at it, and loads it otherwise", () => {
    const same = adopting().receive(coordinator, granted(2, { cause: "transfer", transfer: "p1/1", version: 3 }));
    expect(same.takeTypes()).toEqual(["prepared", "adopt", "notice", "confirm"]);
    const other = adopting().receive(coordinator, granted(2, { cause: "transfer", transfer: "p1/1", version: 4 }));
    load(other, { ...state, version: 4 });
    expect(other.takeTypes()).toEqual(["prepared", "adopt", "load", "notice", "confirm"]);
    expect([...other.timers.keys()]).toEqual(["watchdog"]);
  });

  test("takes nobody by an answer that comes when the player has gone again (A5-emits)", () => {
    const grant = granted(2, { cause: "transfer", transfer: "p1/1", version: 3 });
    // A copy of the grant comes before what is shipped, and the state is asked for; another one comes after it.
    const bench = fresh().receive(s2, prepare()).receive(coordinator, grant);
    const asked = bench.take().find(({ type }) => type === "load");
    bench.receive(s2, ship()).receive(coordinator, grant);
    expect([held(bench)?.token, bench.timers.has("load:p1"), loading(bench)]).toEqual([2, false, []]);
    expect(asked).toBeDefined();
    // Nor by one that is overtaken by the word that somebody else has a newer token.
    const gone = fresh().receive(coordinator, granted(1));
    load(gone.receive(coordinator, { type: "owner", player: p1, server: s2, token: 2 }));
    expect([held(gone), loading(gone)]).toEqual([undefined, []]);
  });

  test("asks the coordinator again until it is answered", () => {
    const bench = adopting();
    bench.take();
    bench.fire("adopt:p1");
    expect(bench.takeTypes()).toEqual(["adopt"]);
    bench.receive(coordinator, { type: "adoptRefused", transfer: "p1/1", player: p1, because: "superseded" });
    expect(bench.take()).toMatchObject([{ type: "refused", because: "superseded" }]);
    expect(bench.timers.has("adopt:p1")).toBe(false);
  });

  test("forgets what nothing is heard of, and frees its slot (MESH-INV-10)", () => {
    const bench = fresh().receive(s2, prepare()).after(2_000_000).fire("incoming:p1");
    expect(bench.takeFacts()).toEqual(["lockTaken", "lockReleased"]);
    const lost = fresh().receive(s2, prepare()).after(4_000_000).fire("watchdog");
    expect(lost.takeFacts()).toEqual(["lockTaken", "lockReleased"]);
  });

  test("refuses a source whose token is old, and one that comes before it is known again", () => {
    const bench = holding().receive(s2, prepare(1, "p1/0", 0));
    expect(bench.take()).toMatchObject([{ type: "refused", because: "superseded" }]);
    const restarted = fresh().restart();
    restarted.take();
    restarted.receive(s2, prepare());
    expect(restarted.take()).toMatchObject([{ type: "refused", because: "notReady" }]);
  });

  test("keeps what it adopted when the next attempt asks for a place", () => {
    const bench = adopting().receive(s2, prepare(2));
    expect(bench.takeTypes()).toEqual(["prepared", "adopt", "prepared"]);
    bench.receive(coordinator, granted(2, { cause: "transfer", transfer: "p1/1" }));
    expect(bench.take().at(-1)).toMatchObject({ type: "confirm", attempt: 2 });
  });
});

describe("a restarted server", () => {
  test("asks for its players until it is answered, and takes part then", () => {
    const bench = holding().restart();
    expect(bench.take()).toEqual([{ type: "rejoin", incarnation: 1000 }]);
    bench.fire("rejoin");
    expect(bench.takeTypes()).toEqual(["rejoin"]);
    bench.receive(coordinator, { type: "rejoined", incarnation: 1000, players: 1 });
    expect([...bench.timers.keys()]).toEqual([]);
    bench.receive(coordinator, granted(1)).receive(coordinator, granted(2, { cause: "rejoin", incarnation: 1000 }));
    expect(bench.take()).toMatchObject([{ type: "load", player: p1, token: 2 }]);
  });
});

describe("replicas of what lies beyond the border", () => {
  const told = (more: Partial<Extract<MeshMessage, { type: "replicas" }>> = {}): MeshMessage => ({
    type: "replicas",
    region: 1,
    epoch: 1,
    sequence: 1,
    whole: true,
    items: [],
    gone: [],
    digest: 77,
    ...more,
  });

  test("nobody is asked again about what comes twice, however wrong it is (MESH-GEN-06)", () => {
    const bench = fresh().receive(s2, told());
    bench.take();
    expect(bench.receive(s2, told()).take()).toEqual([]);
  });

  test("who starts again under the same epoch counts on above all that it told before (I3-fresh)", () => {
    const near = { item: "sword", x: topology.width - 1 };
    const opened: MeshMessage = { type: "regionOpened", region: 0, epoch: 1, items: [near] };
    const bench = fresh();
    const firstTold = (incarnation: number): number => {
      bench.take();
      bench.receive(coordinator, { type: "rejoined", incarnation, players: 0 });
      const messages = bench.receive(store, opened).take();
      return messages.flatMap((message) => (message.type === "replicas" ? [message.sequence] : []))[0] ?? -1;
    };
    expect(firstTold(0)).toBe(1);
    bench.restart();
    expect(firstTold(1000)).toBeGreaterThan(1000);
  });

  test("what was reserved in a region is forgotten with it: whoever has it now knows from the store", () => {
    const bench = fresh().receive(store, {
      type: "regionOpened",
      region: 0,
      epoch: 1,
      items: [{ item: "sword", x: topology.width - 500 }],
    });
    bench.receive(s2, { type: "entityAction", action: "pickup", move: "p1/1/1", item: "sword", player: p1 });
    expect([...bench.timers.keys()]).toContain("escrow:p1/1/1");
    const owners = [s2, s2, s3].map((server, region) => ({ server, epoch: region === 0 ? 2 : 1, backups: [] }));
    bench.receive(coordinator, { type: "map", version: 9, owners, level: "normal", critical: [], suspended: [] });
    expect([...bench.timers.keys()]).not.toContain("escrow:p1/1/1");
  });

  test("a comparison that does not fit is", () => {
    const bench = fresh().receive(s2, told());
    bench.take();
    expect(bench.receive(s2, told({ whole: false })).take()).toEqual([{ type: "resync", region: 1 }]);
  });
});
