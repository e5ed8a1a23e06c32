// A player with two owners in the register: nobody's until it is decided, decided once, and granted once.
import { describe, expect, test } from "vitest";

import { nodeId, type NodeId } from "../../../src/base/ids.ts";
import {
  applyCommand,
  type AuthorityRegister,
  freshRegister,
  type RegisterCommand,
  registerOfText,
  registerText,
} from "../../../src/systems/mesh/authority-register.ts";
import { freshMap } from "../../../src/systems/mesh/region-map.ts";
import { meshSettings } from "../../../src/systems/mesh/settings.ts";

const [p1, s1, s2, s3] = ["p1", "s1", "s2", "s3"].map(nodeId) as [NodeId, NodeId, NodeId, NodeId];

const { degraded } = meshSettings.parse({});
const rules = { compareVersions: false, backups: 0, degraded };

function after(register: AuthorityRegister, ...commands: readonly RegisterCommand[]) {
  return commands.map((command) => applyCommand(register, command, rules)).at(-1);
}

const close = (token: number): RegisterCommand => ({ type: "close", player: p1, token, version: 3 });
const resolve = (above: number, ...servers: NodeId[]): RegisterCommand => ({
  type: "resolve",
  player: p1,
  above,
  servers,
});
const decide = (token: number, server = s1): RegisterCommand => ({
  type: "decide",
  player: p1,
  token,
  decision: {
    server,
    region: 1,
    state: { version: 3, x: 0, score: 0, items: [], session: 1, sequence: 1 },
    policy: "vectorClock",
    by: "causality",
    winner: s1,
    versions: [],
    discarded: [],
    silent: [],
  },
});
const open: RegisterCommand = {
  type: "open",
  player: p1,
  fromToken: 1,
  source: s1,
  target: s2,
  transfer: "p1/1",
  version: 0,
  region: 1,
};

/** s1 owns p1 under token 1. */
function joined(): AuthorityRegister {
  const register = freshRegister(freshMap([s1, s2, s3], 0, 0));
  after(register, { type: "assign", player: p1, region: 0 }, close(1));
  return register;
}

const of = (register: AuthorityRegister) => register.players.get(p1);

describe("while it is found out whose a player is", () => {
  test("the token is above all that was ever claimed", () => {
    const register = joined();
    expect(after(register, resolve(7, s1, s2))).toEqual({ type: "resolving", player: p1 });
    expect(register.resolutions.get(p1)).toMatchObject({ token: 8, servers: [s1, s2], decided: null });
    expect(of(register)?.tokens).toBe(8);
  });

  test("a grant on its way is taken back, and none is opened", () => {
    const register = joined();
    after(register, open, resolve(1, s1, s2));
    expect(of(register)?.pending).toBeNull();
    expect(after(register, open)).toEqual({ type: "refused", player: p1, because: "resolving" });
    expect(after(register, { type: "abort", player: p1, fromToken: 1, source: s1, transfer: "p1/1" })).toEqual({
      type: "unchanged",
      player: p1,
    });
    expect(after(register, close(2))).toEqual({ type: "unchanged", player: p1 });
  });

  test("a server that comes back or fails changes nothing of it", () => {
    const register = joined();
    after(register, resolve(1, s1, s2));
    expect(after(register, { type: "reclaim", server: s1, incarnation: 1000 })).toMatchObject({ players: [] });
    expect(after(register, { type: "fail", server: s1, incarnation: 1000, sealed: null })).toMatchObject({
      players: [],
    });
    expect(of(register)?.pending).toBeNull();
  });

  test("it begins anew only for somebody with a newer token", () => {
    const register = joined();
    after(register, resolve(1, s1, s2));
    expect(after(register, resolve(1, s3))).toEqual({ type: "unchanged", player: p1 });
    expect(after(register, resolve(2, s3))).toEqual({ type: "resolving", player: p1 });
    expect(register.resolutions.get(p1)).toMatchObject({ token: 3, servers: [s1, s2, s3] });
  });

  test("also a player nobody knows", () => {
    const register = freshRegister(freshMap([s1, s2, s3], 0, 0));
    after(register, resolve(4, s2), decide(5, s2), close(6));
    expect(of(register)?.owner).toMatchObject({ server: s2, token: 6 });
  });
});

describe("what is decided", () => {
  test("is decided once, and granted above everything before", () => {
    const register = joined();
    after(register, resolve(1, s1, s2));
    expect(after(register, decide(2))).toEqual({ type: "decided", player: p1 });
    expect(after(register, decide(2, s2))).toEqual({ type: "unchanged", player: p1 });
    expect(of(register)?.pending).toMatchObject({ server: s1, token: 3, cause: "resolution" });
    expect(after(register, close(3))).toEqual({ type: "granted", player: p1, conflict: null });
    expect(register.resolutions.size).toBe(0);
    expect(after(register, decide(2))).toEqual({ type: "unchanged", player: p1 });
  });

  test("is for another server when the one it was for is given up", () => {
    const register = joined();
    after(register, resolve(1, s1, s2), decide(2));
    expect(after(register, { type: "fail", server: s1, incarnation: 0, sealed: null })).toMatchObject({
      players: [p1],
    });
    expect(of(register)?.pending).toMatchObject({ server: s2, token: 4, cause: "resolution" });
    expect(register.resolutions.get(p1)?.decided).toMatchObject({ server: s2, state: { version: 3 } });
  });

  test("is part of a snapshot", () => {
    const register = joined();
    after(register, resolve(1, s1, s2), decide(2));
    expect(registerOfText(registerText(register))).toEqual(register);
  });
});
