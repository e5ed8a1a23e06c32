// Every property fires: a story in which what it forbids happens, or what it demands does not (properties.md X9).
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import { canPart } from "../../../src/protocols/raft/properties/groups.ts";
import { raftProperties } from "../../../src/protocols/raft/properties/raft-properties.ts";
import { raftSettings } from "../../../src/protocols/raft/settings.ts";
import { perform } from "./conversation.ts";

interface Firing {
  readonly id: string;
  readonly group: string;
  readonly story: string;
}

const firings: readonly Firing[] = [
  {
    id: "RF1",
    group: "raft nodes=3 voteFsync=off",
    story: `cut n1 n2 | n3; disk n2 stops; run 200ms; stand n1; run 10ms; crash n2; mend; cut n1 | n2 n3
      restart n2; run 200ms; stand n3; run 10ms`,
  },
  {
    id: "RF1-quorum",
    group: "raft nodes=3 spares=2 catchUpFirst=off jointMajorities=off",
    story: `lead n1; cut n1 n2 n3 | n4 n5; hold n2 n1 appended; hold n3 n1 appended; members n1 n1,n4,n5; run 10ms
      crash n1; pass; restart n1; lead n2`,
  },
  {
    id: "RF2",
    group: "raft nodes=3 entryChecksum=off",
    story: "lead n1; open c1 n1; damage other; put c1 n1 x=1; run 40ms",
  },
  {
    id: "RF3",
    group: "raft nodes=3 logUpToDate=off",
    story: "lead n1; cut n1 n2 | n3; open c1 n1; run 10ms; crash n1; mend; lead n3",
  },
  {
    id: "RF4",
    group: "raft nodes=3 logUpToDate=off",
    story: `lead n1; cut n1 n2 | n3; open c1 n1; put c1 n1 x=1; run 40ms; crash n2; mend; cut n1 | n2 n3; restart n2; lead n3
      open c2 n3; put c2 n3 x=2; run 40ms`,
  },
  {
    id: "RF5",
    group: "raft nodes=3 checkQuorum=off readConfirm=off",
    story: `lead n1; open c1 n1; put c1 n1 x=1; run 5ms; cut n1 | n2 n3; lead n2; open c2 n2; put c2 n2 x=2; run 6ms
      get c1 n1 x; run 10ms`,
  },
  {
    id: "RF6",
    group: "raft nodes=3 voteFsync=off",
    story: `cut n1 n2 | n3; disk n2 stops; run 200ms; stand n1; run 10ms; crash n2; mend; cut n1 | n2 n3
      restart n2; run 200ms; stand n3; run 10ms`,
  },
  {
    id: "RF7",
    group: "raft nodes=3 spares=2 jointConsensus=off",
    story: "lead n1; members n1 n1,n4,n5; run 200ms",
  },
  {
    id: "RF8",
    group: "raft nodes=3 appendFsync=off",
    story: "lead n1; disk n2 stops; disk n3 stops; open c1 n1; run 10ms",
  },
  {
    id: "RF9",
    group: "raft nodes=3 sessionDedupe=off",
    story: "lead n1; open c1 n1; put c1 n1 x=1; run 1ms; again c1 n1 x=1; run 40ms",
  },
  { id: "RFL1", group: "raft nodes=3", story: "fair; run 5s" },
  { id: "RFL1", group: "raft nodes=3", story: "fair; lead n1; cut n1 | n2 n3; run 5s" },
  {
    id: "RFL2",
    group: "raft nodes=3",
    story: "lead n1; open c1 n1; fair; cut n1 | n2 n3; put c1 n1 x=1; run 10s",
  },
  { id: "RFL3", group: "raft nodes=3", story: "lead n1; cut n1 n2 | n3; open c1 n1; run 40ms; fair; run 10s" },
  {
    id: "RFL4",
    group: "raft nodes=3 preVote=off",
    story: `lead n1; cut n1 n2 | n3; ${"run 200ms; stand n3; ".repeat(12)}`,
  },
];

describe("a property fires", () => {
  test.each(firings)("$id in $group", ({ id, group, story }) => {
    const { properties } = perform(group, story).verdict();
    expect(properties.filter(({ status }) => status === "violated").map((property) => property.id)).toContain(id);
  });

  test("and so does every other one", () => {
    const ids = raftProperties(raftSettings(), { retryUs: 1, nodes: 1 })
      .filter(({ kind }) => kind !== "sometimes")
      .map(({ id }) => id);
    expect([...new Set(firings.map(({ id }) => id))].sort()).toEqual(ids.sort());
  });
});

describe("a property does not fire", () => {
  test("at a leader whose votes were long on their way, for what was committed in a later term (RF3)", () => {
    const stage = perform(
      "raft nodes=3 preVote=off",
      `run 200ms; hold n1 n3 voted; hold n2 n3 voted; stand n3; run 3ms; pause n3; cut n1 n2 | n3; pass; lead n1
      open c1 n1; release; resume n3; run 5ms`,
    );
    const told = stage.lines.filter((line) => /leads term|commits/.test(line)).map((line) => line.trim());
    expect(told).toEqual([
      "405.4 n1: leads term 2",
      "407.6 n1: commits to 1/2",
      "425.0 n2: commits to 1/2",
      "426.2 n1: commits to 2/2",
      "429.0 n3: leads term 1",
    ]);
    expect(stage.verdict().properties.filter(({ status }) => status === "violated")).toEqual([]);
  });

  test("at a member that is behind when the world heals, and is removed before it is due (RFL3)", () => {
    const stage = perform(
      "raft nodes=4",
      "lead n1; cut n4 | n1 n2 n3; open c1 n1; run 40ms; fair; members n1 n1,n2,n3; run 10s",
    );
    expect(stage.verdict().properties.filter(({ status }) => status === "violated")).toEqual([]);
  });
});

describe("two configurations", () => {
  const group = (voters: string, outgoing = "") => ({
    voters: voters.split("").map(nodeId),
    outgoing: outgoing.split("").map(nodeId),
    learners: [],
  });

  test.each([
    ["one server more", group("abc"), group("abcd"), false],
    ["one server more for two leaders", group("abcde"), group("bcd"), true],
    ["two servers exchanged", group("abc"), group("ade"), true],
    ["joint with the old one", group("abc"), group("ade", "abc"), false],
    ["joint with the new one", group("ade", "abc"), group("ade"), false],
    ["two joint ones from the same group", group("ade", "abc"), group("bfg", "abc"), false],
    ["a group and itself", group("abc"), group("abc"), false],
  ])("%s: can both decide without a common node?", (_, left, right, expected) => {
    expect(canPart(left, right)).toBe(expected);
    expect(canPart(right, left)).toBe(expected);
  });
});
