// The parts a Raft node is made of, each by itself.
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import { isMajority, reachedByMajority } from "../../../src/protocols/raft/configuration.ts";
import {
  appendEntry,
  compactTo,
  firstOfItsTerm,
  freshLog,
  lastIndexOf,
  lastNotAbove,
  termAt,
} from "../../../src/protocols/raft/log.ts";
import { keepReply, openSession, type Sessions, standingOf } from "../../../src/protocols/raft/sessions.ts";
import { leaseUs, raftSettings } from "../../../src/protocols/raft/settings.ts";
import { applyToStore, freshStore, storeOfText, storeText } from "../../../src/protocols/raft/store.ts";
import { isWellFormed } from "../../../src/protocols/raft/well-formed.ts";

/** Terms of a log: they never fall. */
const terms = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 30 }).map((steps) => {
  let term = 1;
  return steps.map((step) => (term += step));
});

function logOf(all: readonly number[], base: number) {
  const log = freshLog();
  all.forEach((term, at) => appendEntry(log, { index: at + 1, term, kind: "noop", checksum: 0 }));
  compactTo(log, Math.min(base, all.length));
  return log;
}

describe("a log", () => {
  property.prop([terms, fc.nat(20), fc.nat(30)])("finds the beginning of a term, as a walk would", (all, base, at) => {
    const log = logOf(all, base);
    const index = Math.min(Math.max(at, log.base), lastIndexOf(log));
    let walked = index;
    while (walked > log.base && termAt(log, walked - 1) === termAt(log, index)) walked--;
    expect(firstOfItsTerm(log, index)).toBe(walked);
  });

  property.prop([terms, fc.nat(20), fc.nat(40), fc.nat(30)])(
    "finds the last entry of a term or an earlier one, as a walk would",
    (all, base, term, at) => {
      const log = logOf(all, base);
      let walked = Math.max(log.base, Math.min(at, lastIndexOf(log)));
      while (walked > log.base && termAt(log, walked) > term) walked--;
      expect(lastNotAbove(log, term, Math.max(at, log.base))).toBe(walked);
    },
  );
});

describe("a majority", () => {
  const values = fc.array(fc.nat(9), { minLength: 1, maxLength: 7 });

  property.prop([values, values])("has reached what more than half of each set has reached", (left, right) => {
    const sets = [left.map((_, at) => nodeId(`l${at}`)), right.map((_, at) => nodeId(`r${at}`))];
    const valueOf = (node: string): number => (node.startsWith("l") ? left : right)[Number(node.slice(1))];
    const reached = reachedByMajority(sets, valueOf, []);
    expect(isMajority(sets, (node) => valueOf(node) >= reached)).toBe(true);
    expect(isMajority(sets, (node) => valueOf(node) > reached)).toBe(false);
  });

  test("of nobody is none", () => {
    expect(isMajority([[]], () => true)).toBe(false);
    expect(reachedByMajority([[]], () => 1, [])).toBe(-Infinity);
  });
});

describe("sessions", () => {
  test("know the last request and its reply, and nothing of earlier ones", () => {
    const sessions: Sessions<string> = new Map();
    openSession(sessions, 4, { opener: "c", max: 10 });
    expect(standingOf(sessions, 4, 1)).toEqual({ type: "new" });
    keepReply(sessions, 4, { sequence: 1, reply: "one", index: 5 });
    expect(standingOf(sessions, 4, 1)).toEqual({ type: "repeated", reply: "one" });
    keepReply(sessions, 4, { sequence: 2, reply: "two", index: 6 });
    expect(standingOf(sessions, 4, 1)).toEqual({ type: "unknown" });
    expect(standingOf(sessions, 5, 1)).toEqual({ type: "unknown" });
  });

  test("beyond the bound, the one unused for longest goes", () => {
    const sessions: Sessions<string> = new Map();
    for (const index of [1, 2, 3]) openSession(sessions, index, { opener: `c${index}`, max: 3 });
    keepReply(sessions, 1, { sequence: 1, reply: "", index: 4 });
    openSession(sessions, 5, { opener: "c5", max: 3 });
    expect([...sessions.keys()]).toEqual([1, 3, 5]);
  });
});

test("asked once more, a store opens the same session, and forgets nobody for it", () => {
  const store = freshStore();
  const rules = { sessionsMax: 2, dedupe: true };
  const open = (name: string, ask: number) => ({ type: "open", client: nodeId(name), ask }) as const;
  applyToStore(store, 1, open("c", 0), rules);
  expect(applyToStore(store, 2, open("d", 0), rules)).toMatchObject({ session: 2 });
  expect(applyToStore(store, 3, open("d", 0), rules)).toMatchObject({ session: 2 });
  expect([...store.sessions.keys()]).toEqual([1, 2]);
  expect(applyToStore(store, 4, open("d", 1), rules)).toMatchObject({ session: 4 });
});

test("a store is the same after its text, sessions included", () => {
  const store = freshStore();
  const rules = { sessionsMax: 10, dedupe: true };
  const client = nodeId("c");
  applyToStore(store, 1, { type: "open", client, ask: 0 }, rules);
  const write = { type: "write", client, session: 1, sequence: 1, key: "x", value: "1", expected: -1 } as const;
  applyToStore(store, 2, write, rules);
  const again = storeOfText(storeText(store, true));
  expect(again).toEqual(store);
  expect(applyToStore(again, 3, write, rules)).toMatchObject({ type: "wrote", repeated: true });
});

test("a lease is shorter than the timeout by what both clocks may err", () => {
  expect(leaseUs(raftSettings({ driftPpm: 0 }))).toBe(150_000);
  expect(leaseUs(raftSettings({ driftPpm: 200_000 }))).toBe(100_000);
});

test("settings that cannot work are refused", () => {
  expect(() => raftSettings({ heartbeatUs: 100_000 })).toThrow("an election timeout is two heartbeats or more");
  expect(() => raftSettings({ driftPpm: 1_000_000 })).toThrow("a clock that errs still goes on");
});

describe("a damaged message", () => {
  const append = { type: "raft.append", term: 1, prevIndex: 0, prevTerm: 0, commit: 0, round: 0, entries: [] };

  test.each([
    ["as it is", {}, true],
    ["without a term", { term: undefined }, false],
    ["with a term below 0", { term: -1 }, false],
    ["with half an index", { prevIndex: 0.5 }, false],
    ["with entries that are none", { entries: [null] }, false],
    ["with entries out of place", { entries: [{ index: 7, term: 1, kind: "noop", checksum: 0 }] }, false],
    ["of no type", { type: "raft.nothing" }, false],
  ])("%s", (_, change, expected) => {
    expect(isWellFormed({ ...append, ...change })).toBe(expected);
  });
});
