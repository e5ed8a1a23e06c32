// The register of authority: compare-and-swap on tokens, one grant on its way, and nothing done twice.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import {
  applyCommand,
  type AuthorityRegister,
  freshRegister,
  incarnationOf,
  type RegisterCommand,
  type RegisterRules,
  registerOfText,
  registerText,
} from "../../../src/systems/mesh/authority-register.ts";
import { meshSettings } from "../../../src/systems/mesh/settings.ts";
import { freshMap, settled, standingOf, withStanding } from "../../../src/systems/mesh/region-map.ts";

const [p1, p2, s1, s2, s3] = ["p1", "p2", "s1", "s2", "s3"].map(nodeId) as [NodeId, NodeId, NodeId, NodeId, NodeId];

/** Server k has region k-1. */
const fresh = (): AuthorityRegister => freshRegister(freshMap([s1, s2, s3], 0, 0));
const { degraded } = meshSettings.parse({});
const rules = (compareVersions: boolean): RegisterRules => ({ compareVersions, backups: 0, degraded });

/** Applies commands in order and returns the outcome of the last. */
function after(register: AuthorityRegister, ...commands: readonly RegisterCommand[]) {
  return commands.map((command) => applyCommand(register, command, rules(true))).at(-1);
}

const assign: RegisterCommand = { type: "assign", player: p1, region: 0 };
const close = (token: number, version = 0): RegisterCommand => ({ type: "close", player: p1, token, version });
const open = (fromToken: number, transfer = "p1/1", target = s2, version = 0): RegisterCommand => ({
  type: "open",
  player: p1,
  fromToken,
  source: s1,
  target,
  transfer,
  version,
  region: target === s3 ? 2 : 1,
});
const abort = (fromToken: number, transfer = "p1/1"): RegisterCommand => ({
  type: "abort",
  player: p1,
  fromToken,
  source: s1,
  transfer,
});

const joined = (): AuthorityRegister => {
  const register = fresh();
  after(register, assign, close(1));
  return register;
};
const of = (register: AuthorityRegister) => register.players.get(p1);

describe("the register", () => {
  test("assigns a player once", () => {
    const register = fresh();
    expect(after(register, assign)).toEqual({ type: "pending", player: p1 });
    expect(after(register, { ...assign, region: 1 })).toEqual({ type: "unchanged", player: p1 });
    expect(after(register, close(1))).toEqual({ type: "granted", player: p1, conflict: null });
    expect(of(register)?.owner).toMatchObject({ server: s1, token: 1, cause: "join" });
  });

  test("opens a transfer for the holder of the current token only", () => {
    expect(after(joined(), open(0))).toMatchObject({ type: "refused", because: "superseded" });
    expect(after(joined(), { ...open(1), source: s3 } as RegisterCommand)).toMatchObject({ type: "refused" });
    expect(after(joined(), open(1))).toMatchObject({ type: "pending" });
    expect(after(fresh(), open(1))).toMatchObject({ type: "refused" });
  });

  test("opens it once, however often it is asked, before and after the grant", () => {
    const register = joined();
    expect(after(register, open(1), open(1))).toEqual({ type: "unchanged", player: p1 });
    expect(after(register, close(2), open(1))).toEqual({ type: "unchanged", player: p1 });
    expect(of(register)?.tokens).toBe(2);
  });

  test("has one grant on its way: another target is refused", () => {
    expect(after(joined(), open(1), open(1, "p1/1.1", s3))).toMatchObject({ type: "refused", because: "superseded" });
  });

  test("takes a pending grant back, and never grants its token", () => {
    const register = joined();
    expect(after(register, open(1), abort(1))).toMatchObject({ type: "pending" });
    expect(of(register)?.pending).toMatchObject({ server: s1, token: 3, cause: "rollback" });
    expect(after(register, close(2))).toEqual({ type: "unchanged", player: p1 });
    expect(after(register, close(3))).toMatchObject({ type: "granted" });
    expect(of(register)?.owner).toMatchObject({ server: s1, token: 3, cause: "rollback", transfer: "p1/1" });
  });

  test("does not take back what has been granted (X-M-09)", () => {
    const register = joined();
    expect(after(register, open(1), close(2), abort(1))).toEqual({ type: "unchanged", player: p1 });
    expect(of(register)?.owner).toMatchObject({ server: s2, token: 2 });
  });

  test("takes back once, however often it is asked", () => {
    const register = joined();
    after(register, open(1), abort(1), abort(1), close(3), abort(1));
    expect(of(register)).toMatchObject({ owner: { token: 3 }, pending: null, tokens: 3 });
  });

  test("refuses a target that asks after the source took the player back", () => {
    expect(after(joined(), abort(1), open(1))).toMatchObject({ type: "refused", because: "superseded" });
    expect(after(joined(), abort(1), close(2), open(1))).toMatchObject({ type: "refused", because: "superseded" });
  });

  test("gives the sealed token to the source when the state has moved on (policy version)", () => {
    const register = joined();
    expect(after(register, open(1, "p1/1", s2, 4), close(2, 5))).toEqual({ type: "granted", player: p1, conflict: s2 });
    expect(of(register)?.owner).toMatchObject({ server: s1, token: 2, cause: "rollback" });
    const lock = joined();
    applyCommand(lock, open(1, "p1/1", s2, 4), rules(false));
    expect(applyCommand(lock, close(2, 5), rules(false))).toEqual({ type: "granted", player: p1, conflict: null });
  });

  test("grants everything of a restarted server anew, once for each restart", () => {
    const register = joined();
    const reclaim: RegisterCommand = { type: "reclaim", server: s1, incarnation: 1 };
    expect(after(register, reclaim)).toEqual({ type: "rearranged", players: [p1], moves: [] });
    expect(after(register, close(2), reclaim)).toEqual({ type: "rearranged", players: [], moves: [] });
    expect(of(register)?.owner).toMatchObject({ server: s1, token: 2, cause: "rejoin" });
    expect(incarnationOf(register, s1)).toBe(1);
    expect(after(register, { ...reclaim, incarnation: 2 })).toEqual({ type: "rearranged", players: [p1], moves: [] });
  });

  test("leaves a transfer alone whose source has restarted: it supersedes the old grant anyhow", () => {
    const register = joined();
    expect(after(register, open(1), { type: "reclaim", server: s1, incarnation: 1 })).toEqual({
      type: "rearranged",
      players: [],
      moves: [],
    });
    expect(after(register, close(2))).toMatchObject({ type: "granted" });
    expect(of(register)?.owner).toMatchObject({ server: s2 });
  });
});

describe("the map of regions (MESH-F3-06)", () => {
  const fail = (server: NodeId, incarnation = 0): RegisterCommand => ({
    type: "fail",
    server,
    incarnation,
    sealed: null,
  });

  test("a server that fails loses its regions and its players, under higher epochs and tokens", () => {
    const register = joined();
    expect(after(register, fail(s1))).toEqual({
      type: "rearranged",
      players: [p1],
      moves: [{ region: 0, from: s1, server: s2, epoch: 2 }],
    });
    expect(of(register)?.pending).toMatchObject({ server: s2, token: 2, cause: "failover", transfer: "" });
    expect(after(register, fail(s1))).toEqual({ type: "rearranged", players: [], moves: [] });
  });

  test("a failure of a life that is over changes nothing", () => {
    const register = joined();
    after(register, { type: "reclaim", server: s1, incarnation: 1 }, close(2));
    expect(after(register, fail(s1, 0))).toEqual({ type: "rearranged", players: [], moves: [] });
    expect(standingOf(register.map, s1)).toBe("up");
  });

  test("goes to a backup, else to whoever has the fewest players, then the fewest regions", () => {
    const map = freshMap([s1, s2, s3], 0, 1);
    expect(map.regions.map(({ backups }) => backups)).toEqual([[s2], [s1], [s1]].map((one) => one));
    const failed = withStanding(map, s1, "down");
    expect(settled(failed, new Map([[s2, 9]]), 1).regions[0]).toMatchObject({ server: s2, backups: [s3] });
    const bare = withStanding(freshMap([s1, s2, s3], 0, 0), s1, "down");
    expect(settled(bare, new Map([[s2, 9]]), 0).regions[0]).toMatchObject({ server: s3, epoch: 2 });
    const spare = withStanding(freshMap([s1, s2, s3], 1, 0), s1, "down");
    expect(settled(spare, new Map(), 0).regions[0]).toMatchObject({ server: s3 });
  });

  test("what was on its way to the failed server stays at its source, what was on its way from it goes on", () => {
    const to = joined();
    after(to, open(1), fail(s2));
    expect(of(to)?.pending).toMatchObject({ server: s1, cause: "rollback", transfer: "p1/1", token: 3 });
    const from = joined();
    after(from, open(1), fail(s1));
    expect(of(from)?.pending).toMatchObject({ server: s2, cause: "transfer", token: 2 });
  });

  test("nothing is granted back to a source that was given up meanwhile: what is pending goes its way", () => {
    const late = joined();
    after(late, open(1), fail(s1));
    expect(after(late, abort(1))).toMatchObject({ type: "unchanged" });
    after(late, close(2));
    expect(of(late)).toMatchObject({ owner: { server: s2, token: 2 }, pending: null });
    const changed = joined();
    after(changed, open(1), fail(s1), close(2, 6));
    expect(of(changed)).toMatchObject({ owner: { server: s2, token: 2, version: 6 }, pending: null });
  });

  test("nothing is granted to a server that was given up, until it is back", () => {
    const register = joined();
    after(register, fail(s2));
    expect(after(register, open(1))).toMatchObject({ type: "refused", because: "notReady" });
    after(register, { type: "reclaim", server: s2, incarnation: 1 });
    expect(after(register, open(1))).toMatchObject({ type: "pending" });
  });

  test("with nobody up players wait for the first that is back", () => {
    const register = joined();
    after(register, { type: "assign", player: p2, region: 2 }, { type: "close", player: p2, token: 1, version: 0 });
    after(register, fail(s3), { type: "close", player: p2, token: 2, version: 0 }, fail(s2), fail(s1));
    expect(of(register)).toMatchObject({ owner: { server: s1 }, pending: null });
    expect(after(register, { type: "reclaim", server: s3, incarnation: 1 })).toMatchObject({ players: [p1, p2] });
    expect(of(register)?.pending).toMatchObject({ server: s3, cause: "failover" });
    expect(register.map.regions.map(({ server }) => server)).toEqual([s3, s3, s3]);
  });

  test("a draining server gives its regions away and keeps its players, who follow by transfers", () => {
    const register = joined();
    const drained = after(register, { type: "drain", server: s1, sealed: null, order: 0 });
    expect(drained).toMatchObject({ players: [], moves: [{ region: 0, server: s2 }] });
    expect(of(register)?.pending).toBeNull();
    after(register, { type: "resume", server: s1, order: 1 });
    const moved = after(register, { type: "move", region: 0, epoch: 2, server: s1 });
    expect(moved).toMatchObject({ moves: [{ region: 0, from: s2, server: s1, epoch: 3 }] });
    expect(after(register, { type: "move", region: 0, epoch: 2, server: s3 })).toMatchObject({ moves: [] });
  });

  test("no region goes to another server that was opened again since it was sealed", () => {
    const sealed = [{ region: 0, epoch: 1 }];
    for (const command of [
      { type: "fail", server: s1, incarnation: 0, sealed },
      { type: "drain", server: s1, sealed, order: 0 },
    ] as const) {
      const register = joined();
      after(register, { type: "move", region: 0, epoch: 1, server: s1 });
      expect(after(register, command)).toEqual({ type: "rearranged", players: [], moves: [] });
      expect(standingOf(register.map, s1)).toBe("up");
      const known = { ...command, sealed: [{ region: 0, epoch: 2 }] };
      expect(after(register, known)).toMatchObject({ moves: [{ region: 0, from: s1, server: s2, epoch: 3 }] });
    }
  });

  test("no order counts that comes after a later one about the same thing, also behind a snapshot", () => {
    const freeze = { type: "freeze", region: 1, frozen: true, order: 0 } as const;
    const register = joined();
    after(register, { ...freeze, frozen: false, order: 1 });
    const again = registerOfText(registerText(register));
    after(again, freeze);
    after(again, { type: "drain", server: s1, sealed: null, order: 0 });
    expect(again.map.regions.some(({ frozen }) => frozen)).toBe(false);
    expect(standingOf(again.map, s1)).toBe("draining");
    after(again, { ...freeze, order: 2 });
    expect(again.map.regions[1].frozen).toBe(true);
  });

  test("is part of a snapshot", () => {
    const register = joined();
    after(register, fail(s1));
    expect(registerText(registerOfText(registerText(register)))).toBe(registerText(register));
  });
});

const regions = fc.integer({ min: 0, max: 2 });
const servers = fc.constantFrom(s1, s2, s3);
const tokens = fc.integer({ min: 0, max: 8 });
const orders = fc.integer({ min: 0, max: 4 });
const sealed = fc.option(fc.array(fc.record({ region: regions, epoch: fc.integer({ min: 1, max: 4 }) })));
const commands: fc.Arbitrary<RegisterCommand> = fc.oneof(
  fc.record({ type: fc.constant("assign" as const), player: fc.constant(p1), region: regions }),
  fc.record({
    type: fc.constant("open" as const),
    player: fc.constant(p1),
    fromToken: tokens,
    source: servers,
    target: servers,
    transfer: fc.constantFrom("a", "b", "c"),
    version: fc.integer({ min: 0, max: 2 }),
    region: regions,
  }),
  fc.record({
    type: fc.constant("close" as const),
    player: fc.constant(p1),
    token: tokens,
    version: fc.integer({ min: -1, max: 2 }),
  }),
  fc.record({
    type: fc.constant("abort" as const),
    player: fc.constant(p1),
    fromToken: tokens,
    source: servers,
    transfer: fc.constantFrom("a", "b", "c"),
  }),
  fc.record({ type: fc.constant("reclaim" as const), server: servers, incarnation: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    type: fc.constant("fail" as const),
    server: servers,
    incarnation: fc.integer({ min: 0, max: 3 }),
    sealed,
  }),
  fc.record({ type: fc.constant("drain" as const), server: servers, sealed, order: orders }),
  fc.record({ type: fc.constant("resume" as const), server: servers, order: orders }),
  fc.record({ type: fc.constant("freeze" as const), region: regions, frozen: fc.boolean(), order: orders }),
  fc.record({ type: fc.constant("shut" as const), closed: fc.boolean(), order: orders }),
  fc.record({
    type: fc.constant("move" as const),
    region: regions,
    epoch: fc.integer({ min: 1, max: 4 }),
    server: servers,
  }),
);

property.prop([fc.array(commands, { maxLength: 40 }), fc.boolean()])(
  "tokens of grants only rise, whatever is asked in whatever order (A3)",
  (asked, compare) => {
    const register = fresh();
    const granted: number[] = [];
    for (const command of asked) {
      const outcome = applyCommand(register, command, rules(compare));
      const now = of(register);
      if (outcome.type === "granted") granted.push(now?.owner?.token ?? -1);
      expect(now?.pending === null || now?.pending === undefined || now.pending.token === now.tokens).toBe(true);
      expect((now?.owner?.token ?? 0) <= (now?.tokens ?? 0)).toBe(true);
    }
    expect(granted).toEqual([...new Set(granted)].sort((left, right) => left - right));
  },
);

property.prop([fc.array(commands, { maxLength: 30 })])(
  "a command applied twice in a row changes nothing the second time (MESH-GEN-06)",
  (asked) => {
    const register = fresh();
    for (const command of asked) {
      applyCommand(register, command, rules(false));
      const before = registerText(register);
      applyCommand(register, command, rules(false));
      expect(registerText(register)).toBe(before);
    }
  },
);
