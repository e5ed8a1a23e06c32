// What each defence is worth: with it off, one way of things going wrong breaks the property it protects; with it on, the
// same way breaks nothing. Each is a fault that somebody has made in a Raft of their own.
import { describe, expect, test } from "vitest";

import { type RaftDefences, raftSettings } from "../../../src/protocols/raft/settings.ts";
import { perform } from "./conversation.ts";

interface Way {
  readonly defence: keyof RaftDefences;
  readonly breaks: string;
  readonly how: string;
  readonly group: string;
  readonly story: string;
  /** What the story itself makes impossible, whatever the group does. */
  readonly besides?: string;
}

const ways: readonly Way[] = [
  {
    defence: "voteFsync",
    breaks: "RF6",
    how: "a voter crashes before its vote is on the disk, and votes again",
    group: "raft nodes=3",
    story: `cut n1 n2 | n3; disk n2 stops; run 200ms; stand n1; run 10ms; crash n2; mend; cut n1 | n2 n3
      restart n2; run 200ms; stand n3; run 10ms`,
  },
  {
    defence: "stableCampaign",
    breaks: "RF3",
    how: "a candidate crashes, its log is shorter then, and votes for the longer one still come",
    group: "raft nodes=3 preVote=off",
    story: `lead n3; open c1 n3; disk n1 stops; put c1 n3 x=1; run 10ms; crash n3; run 200ms
      hold n2 n1 voted; stand n1; run 5ms; pass; crash n1; disk n1 goes; restart n1; run 200ms; stand n1; run 1ms
      release; run 10ms`,
  },
  {
    defence: "appendFsync",
    breaks: "RF8",
    how: "followers acknowledge what their disks have not written",
    group: "raft nodes=3",
    story: "lead n1; disk n2 stops; disk n3 stops; open c1 n1; run 10ms",
  },
  {
    defence: "selfFsync",
    breaks: "RF8",
    how: "the leader's own disk is slow",
    group: "raft nodes=3",
    story: "lead n1; cut n1 n2 | n3; disk n1 stops; open c1 n1; run 10ms",
  },
  {
    defence: "syncKnowsTruncation",
    breaks: "RF8",
    how: "a sync covers entries that a new leader replaces meanwhile",
    group: "raft nodes=5",
    story: `lead n1; open c1 n1; run 40ms; disk n3 stops; cut n1 n3 | n2 n4 n5; put c1 n1 x=1; run 5ms; crash n1; mend
      lead n2; run 40ms; disk n3 goes; disk n3 stops; run 5ms; crash n3; restart n3`,
  },
  {
    defence: "ownTermCommitOnly",
    breaks: "RF3",
    how: "an old entry reaches a majority, and is overwritten (Figure 8)",
    group: "raft nodes=5 maxBatch=1",
    story: `lead n1; cut n1 n2 | n3 n4 n5; open c1 n1; crash n1; hold n5 n3 append; hold n5 n4 append; lead n5; crash n5
      pass; restart n1; mend; cut n1 n2 n3 | n4 n5; lead n1; run 200ms; stand n1; run 7ms; cut n1 > n3; run 5ms; crash n1
      mend; restart n5; lead n5; lead n5`,
  },
  {
    defence: "logUpToDate",
    breaks: "RF3",
    how: "a node that missed a commit stands for election",
    group: "raft nodes=3",
    story: "lead n1; cut n1 n2 | n3; open c1 n1; run 10ms; crash n1; mend; lead n3",
  },
  {
    defence: "conflictOnlyTruncate",
    breaks: "RF8",
    how: "an append arrives after later ones were acknowledged",
    group: "raft nodes=3",
    story: `lead n1; open c1 n1; run 10ms; cut n1 n2 | n3; hold n1 n2 append; put c1 n1 x=1; run 1ms; pass
      put c1 n1 x=2; run 20ms; release; run 5ms`,
  },
  {
    defence: "commitClamp",
    breaks: "RF8",
    how: "a heartbeat tells a follower with entries of its own how far others have committed",
    group: "raft nodes=3",
    story: `lead n1; open c1 n1; run 40ms; cut n1 | n2 n3; put c1 n1 x=1; put c1 n1 x=2; run 1ms; lead n2; open c2 n2
      mend; get c2 n2 x; run 3ms`,
  },
  {
    defence: "prevCheck",
    breaks: "RF2",
    how: "a follower has entries of another leader where the new one goes on",
    group: "raft nodes=3",
    story: `lead n1; open c1 n1; run 40ms; cut n1 | n2 n3; put c1 n1 x=1; put c1 n1 x=2; run 1ms; lead n2; open c2 n2
      run 40ms; crash n2; mend; lead n3; lead n3`,
  },
  {
    defence: "replyTermCheck",
    breaks: "RF8",
    how: "an acknowledgement of an earlier leadership comes late",
    group: "raft nodes=5",
    story: `lead n1; open c1 n1; run 40ms; cut n1 n2 | n3 n4 n5; hold n2 n1 appended
      put c1 n1 a=1; put c1 n1 a=2; put c1 n1 a=3; put c1 n1 a=4; run 10ms; pass; crash n2; lead n3; mend; run 100ms
      crash n3; lead n1; lead n1; cut n1 n4 | n5; open c2 n1; put c2 n1 b=1; put c2 n1 b=2; run 10ms; release; run 5ms`,
  },
  {
    defence: "preVote",
    breaks: "RFL4",
    how: "a node that is cut off stands again and again",
    group: "raft nodes=3",
    story: `lead n1; cut n1 n2 | n3; ${"run 200ms; stand n3; ".repeat(12)}`,
  },
  {
    defence: "checkQuorum",
    breaks: "RFL2",
    how: "a leader is heard by everyone and hears nobody",
    group: "raft nodes=3",
    story: `lead n1; open c1 n1; cut n2 > n1; cut n3 > n1; fair; put c1 n1 x=1; run 200ms; stand n2; run 300ms; stand n2
      run 20ms; again c1 n2 x=1; run 5s`,
  },
  {
    defence: "quietStart",
    breaks: "RF5",
    how: "a voter on whom a lease rests restarts, and votes",
    group: "raft nodes=3 reads=lease",
    story: `lead n1; open c1 n1; put c1 n1 x=1; run 5ms; cut n1 n2 | n3; run 200ms; crash n2; restart n2; mend
      cut n1 | n2 n3; stand n3; run 10ms; open c2 n3; put c2 n3 x=2; run 10ms; get c1 n1 x; run 10ms`,
  },
  {
    defence: "jointConsensus",
    breaks: "RF7",
    how: "two of three voters are exchanged",
    group: "raft nodes=3 spares=2",
    story: "lead n1; members n1 n1,n4,n5; run 200ms",
  },
  {
    defence: "jointMajorities",
    breaks: "RF8",
    how: "the old voters are a majority of all, and the new ones are cut off",
    group: "raft nodes=3 spares=2 catchUpFirst=off",
    story: "lead n1; cut n1 n2 n3 | n4 n5; members n1 n1,n4,n5; run 100ms",
  },
  {
    defence: "changeAfterNoop",
    breaks: "RF7",
    how: "two leaders each begin to change one server (raft-dev, July 2015)",
    group: "raft nodes=4 spares=1 jointConsensus=off catchUpFirst=off",
    story: `lead n1; cut n1 n5 | n2 n3 n4; members n1 n1,n2,n3,n4,n5; run 10ms; hold n2 n3 append; hold n2 n4 append
      lead n2; members n2 n2,n3,n4; run 10ms; release; run 50ms; members n2 n2,n3,n4; run 50ms`,
  },
  {
    defence: "learnersDoNotCount",
    breaks: "RF8",
    how: "learners are all that a leader reaches",
    group: "raft nodes=3 spares=2",
    story: `lead n1; learners n1 n1,n2,n3 n4,n5; run 100ms; cut n1 n4 n5 | n2 n3; open c1 n1; run 20ms`,
  },
  {
    defence: "catchUpFirst",
    breaks: "RFL2",
    how: "a server that cannot be reached is added, and another one fails",
    group: "raft nodes=3 spares=1",
    story: `lead n1; open c1 n1; cut n4 | n1 n2 n3; members n1 n1,n2,n3,n4; run 100ms; crash n3; fair; put c1 n1 x=1
      run 5s`,
    besides: "RFL3",
  },
  {
    defence: "readConfirm",
    breaks: "RF5",
    how: "a leader that has been replaced is asked",
    group: "raft nodes=3 checkQuorum=off",
    story: `lead n1; open c1 n1; put c1 n1 x=1; run 5ms; cut n1 | n2 n3; lead n2; open c2 n2; put c2 n2 x=2; run 6ms
      get c1 n1 x; run 10ms`,
  },
  {
    defence: "readAfterNoop",
    breaks: "RF5",
    how: "a new leader is asked before it knows what is committed",
    group: "raft nodes=3",
    story: `lead n1; open c1 n1; run 31ms; put c1 n1 x=1; run 5ms; crash n1; run 200ms; stand n2; run 5ms; disk n3 stops
      get c1 n2 x; run 60ms`,
  },
  {
    defence: "leaseMargin",
    breaks: "RF5",
    how: "the leader's clock is slow and the voters' are fast, as declared",
    group: "raft nodes=3 reads=lease driftPpm=200000",
    story: `drift n1 -200000; drift n2 200000; drift n3 200000; lead n1; open c1 n1; put c1 n1 x=1; run 65ms
      cut n1 | n2 n3; run 126ms; stand n2; run 8ms; open c2 n2; put c2 n2 x=2; run 5ms; get c1 n1 x; run 5ms`,
  },
  {
    defence: "leaseEndsAtTransfer",
    breaks: "RF5",
    how: "a leader that handed over does not hear that it worked",
    group: "raft nodes=3 reads=lease",
    story: `lead n1; open c1 n1; put c1 n1 x=1; run 40ms; cut n2 > n1; cut n3 > n1; transfer n1 n2; run 8ms; open c2 n2
      put c2 n2 x=2; run 6ms; get c1 n1 x; run 5ms`,
  },
  {
    defence: "snapshotGuard",
    breaks: "RF4",
    how: "a snapshot arrives once more, after what follows it",
    group: "raft nodes=3 snapshotEvery=4 logKeep=0",
    story: `lead n1; open c1 n1; cut n1 n2 | n3; put c1 n1 x=1; run 5ms; put c1 n1 x=2; run 5ms; put c1 n1 x=3; run 5ms
      hold n1 n3 snapshot; mend; run 40ms; pass; run 100ms; put c1 n1 x=4; run 40ms; release; run 40ms`,
  },
  {
    defence: "sessionsInSnapshot",
    breaks: "RF4",
    how: "a node restarts from a snapshot, and clients go on with their sessions",
    group: "raft nodes=3 snapshotEvery=4",
    story: `lead n1; open c1 n1; put c1 n1 x=1; run 5ms; put c1 n1 x=2; run 5ms; put c1 n1 x=3; run 50ms
      crash n2; restart n2; run 50ms
      put c1 n1 x=4; run 5ms; put c1 n1 x=5; run 5ms; put c1 n1 x=6; run 50ms`,
  },
  {
    defence: "sessionDedupe",
    breaks: "RF9",
    how: "a client asks again, for it had no answer",
    group: "raft nodes=3",
    story: "lead n1; open c1 n1; put c1 n1 x=1; run 1ms; again c1 n1 x=1; run 40ms",
  },
  {
    defence: "entryChecksum",
    breaks: "RF2",
    how: "an entry is damaged on its way, and nobody notices",
    group: "raft nodes=3",
    story: "lead n1; open c1 n1; damage other; put c1 n1 x=1; run 40ms",
  },
  {
    defence: "entryChecksum",
    breaks: "RF4",
    how: "a part of a snapshot is damaged on its way, and nobody notices",
    group: "raft nodes=3 snapshotEvery=4 logKeep=0",
    story: `lead n1; open c1 n1; cut n1 n2 | n3; put c1 n1 x=1; run 5ms; put c1 n1 x=11; run 5ms; put c1 n1 x=21; run 5ms
      damage 7; mend; run 200ms`,
  },
];

const brokenBy = ({ group, defence, story }: Way, on: boolean): readonly string[] => {
  const { properties } = perform(`${group} ${defence}=${on ? "on" : "off"}`, story).verdict();
  return properties.filter(({ status }) => status === "violated").map(({ id }) => id);
};

describe("without", () => {
  test.each(ways.map((way) => [way.defence, way.how, way] as const))(
    "%s, when %s, a property breaks",
    (_, _how, way) => {
      expect(brokenBy(way, false)).toContain(way.breaks);
    },
  );
});

describe("with", () => {
  test.each(ways.map((way) => [way.defence, way.how, way] as const))("%s, when %s, all holds", (_, _how, way) => {
    expect(brokenBy(way, true).filter((id) => id !== way.besides)).toEqual([]);
  });
});

test("every defence has its way here", () => {
  expect([...new Set(ways.map(({ defence }) => defence))].sort()).toEqual(Object.keys(raftSettings().defence).sort());
});
