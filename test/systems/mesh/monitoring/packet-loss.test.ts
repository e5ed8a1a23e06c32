// Losses that no server can know of, from what both ends counted.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import { zeroTally } from "../../../../src/systems/mesh/monitoring/metrics.ts";
import { compareCounts, freshPacketLoss } from "../../../../src/systems/mesh/monitoring/packet-loss.ts";

const [a, b] = [nodeId("a"), nodeId("b")];

/** Packets that a sent to b and b received of them, with the lives of both; undefined: it did not answer. */
interface Round {
  readonly sent: number | undefined;
  readonly received: number | undefined;
  readonly lives?: readonly [number, number];
}

/** What a is known to have lost after each scrape. */
function lostAfter(...rounds: readonly Round[]): readonly number[] {
  const loss = freshPacketLoss();
  return rounds.map(({ sent, received, lives = [0, 0] }) => {
    const answer = (incarnation: number) => ({ incarnation, values: zeroTally(), latencies: [] });
    const answers = new Map();
    const linksOfA = sent === 0 ? [] : [{ peer: b, sent, received: 0 }];
    const linksOfB = received === 0 ? [] : [{ peer: a, sent: 0, received }];
    if (sent !== undefined) answers.set(a, { ...answer(lives[0]), links: linksOfA });
    if (received !== undefined) answers.set(b, { ...answer(lives[1]), links: linksOfB });
    compareCounts(loss, answers);
    return loss.lost.get(a) ?? 0;
  });
}

const start = { sent: 0, received: 0 };

describe("lost is", () => {
  test("what was sent and did not come", () => {
    expect(lostAfter(start, { sent: 10, received: 10 }, { sent: 30, received: 27 })).toEqual([0, 0, 3]);
  });

  test("everything where nothing comes through", () => {
    expect(lostAfter(start, { sent: 8, received: 0 }, { sent: 20, received: 0 })).toEqual([0, 8, 20]);
  });

  test("never less than before: what was late is counted once, and hides as many later losses", () => {
    const late = { sent: 10, received: 9 };
    expect(lostAfter(start, late, { sent: 20, received: 20 }, { sent: 30, received: 28 })).toEqual([0, 1, 1, 2]);
  });

  test("not known while one of the two does not answer, and known again afterwards", () => {
    const deaf = { sent: 10, received: undefined };
    expect(lostAfter(start, deaf, { sent: 20, received: 18 })).toEqual([0, 0, 2]);
    expect(lostAfter(start, { sent: undefined, received: 4 }, { sent: 20, received: 18 })).toEqual([0, 0, 2]);
  });

  test("none of what was under way when one of them started again", () => {
    const again = { sent: 30, received: 2, lives: [0, 1] } as const;
    expect(lostAfter(start, { sent: 10, received: 9 }, again, { ...again, sent: 40, received: 11 })).toEqual([
      0, 1, 1, 2,
    ]);
  });

  test("none of what was before a monitor that has just started", () => {
    expect(lostAfter({ sent: 100, received: 90 }, { sent: 110, received: 99 })).toEqual([0, 1]);
  });
});
