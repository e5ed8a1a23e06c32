// The register of authority: compare-and-swap on tokens, one grant on its way, and nothing done twice.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import {
  applyCommand,
  type AuthorityRegister,
  freshRegister,
  incarnationOf,
  type RegisterCommand,
} from "../../../src/systems/mesh/authority-register.ts";

const [p1, s1, s2, s3] = [nodeId("p1"), nodeId("s1"), nodeId("s2"), nodeId("s3")];

/** Applies commands in order and returns the outcome of the last. */
function after(register: AuthorityRegister, ...commands: readonly RegisterCommand[]) {
  return commands.map((command) => applyCommand(register, command, true)).at(-1);
}

const assign: RegisterCommand = { type: "assign", player: p1, server: s1 };
const close = (token: number, version = 0): RegisterCommand => ({ type: "close", player: p1, token, version });
const open = (fromToken: number, transfer = "p1/1", target = s2, version = 0): RegisterCommand => ({
  type: "open",
  player: p1,
  fromToken,
  source: s1,
  target,
  transfer,
  version,
});
const abort = (fromToken: number, transfer = "p1/1"): RegisterCommand => ({
  type: "abort",
  player: p1,
  fromToken,
  source: s1,
  transfer,
});

const joined = (): AuthorityRegister => {
  const register = freshRegister();
  after(register, assign, close(1));
  return register;
};
const of = (register: AuthorityRegister) => register.players.get(p1);

describe("the register", () => {
  test("assigns a player once", () => {
    const register = freshRegister();
    expect(after(register, assign)).toEqual({ type: "pending", player: p1 });
    expect(after(register, { ...assign, server: s2 })).toEqual({ type: "unchanged", player: p1 });
    expect(after(register, close(1))).toEqual({ type: "granted", player: p1, conflict: null });
    expect(of(register)?.owner).toMatchObject({ server: s1, token: 1, cause: "join" });
  });

  test("opens a transfer for the holder of the current token only", () => {
    expect(after(joined(), open(0))).toMatchObject({ type: "refused", because: "superseded" });
    expect(after(joined(), { ...open(1), source: s3 } as RegisterCommand)).toMatchObject({ type: "refused" });
    expect(after(joined(), open(1))).toMatchObject({ type: "pending" });
    expect(after(freshRegister(), open(1))).toMatchObject({ type: "refused" });
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
    applyCommand(lock, open(1, "p1/1", s2, 4), false);
    expect(applyCommand(lock, close(2, 5), false)).toEqual({ type: "granted", player: p1, conflict: null });
  });

  test("grants everything of a restarted server anew, once for each restart", () => {
    const register = joined();
    const reclaim: RegisterCommand = { type: "reclaim", server: s1, incarnation: 1 };
    expect(after(register, reclaim)).toEqual({ type: "reclaimed", players: [p1] });
    expect(after(register, close(2), reclaim)).toEqual({ type: "reclaimed", players: [] });
    expect(of(register)?.owner).toMatchObject({ server: s1, token: 2, cause: "rejoin" });
    expect(incarnationOf(register, s1)).toBe(1);
    expect(after(register, { ...reclaim, incarnation: 2 })).toEqual({ type: "reclaimed", players: [p1] });
  });

  test("leaves a transfer alone whose source has restarted: it supersedes the old grant anyhow", () => {
    const register = joined();
    expect(after(register, open(1), { type: "reclaim", server: s1, incarnation: 1 })).toEqual({
      type: "reclaimed",
      players: [],
    });
    expect(after(register, close(2))).toMatchObject({ type: "granted" });
    expect(of(register)?.owner).toMatchObject({ server: s2 });
  });
});

const servers = fc.constantFrom(s1, s2, s3);
const tokens = fc.integer({ min: 0, max: 8 });
const commands: fc.Arbitrary<RegisterCommand> = fc.oneof(
  fc.record({ type: fc.constant("assign" as const), player: fc.constant(p1), server: servers }),
  fc.record({
    type: fc.constant("open" as const),
    player: fc.constant(p1),
    fromToken: tokens,
    source: servers,
    target: servers,
    transfer: fc.constantFrom("a", "b", "c"),
    version: fc.integer({ min: 0, max: 2 }),
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
);

property.prop([fc.array(commands, { maxLength: 40 }), fc.boolean()])(
  "tokens of grants only rise, whatever is asked in whatever order (A3)",
  (asked, compare) => {
    const register = freshRegister();
    const granted: number[] = [];
    for (const command of asked) {
      const outcome = applyCommand(register, command, compare);
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
    const register = freshRegister();
    for (const command of asked) {
      applyCommand(register, command, false);
      const before = JSON.stringify([...register.players, ...register.incarnations]);
      applyCommand(register, command, false);
      expect(JSON.stringify([...register.players, ...register.incarnations])).toBe(before);
    }
  },
);
