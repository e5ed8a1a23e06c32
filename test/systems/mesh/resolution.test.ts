// Which of several states of one player counts, and that the answer depends on nothing but the states (MESH-F5-10, 11).
import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import { causalOrder, joined, ticked, type VectorClock } from "../../../src/systems/mesh/lineage.ts";
import type { PlayerState } from "../../../src/systems/mesh/player-state.ts";
import { resolved, type ResolutionPolicy, type Version } from "../../../src/systems/mesh/resolution.ts";

const [store, a, b, c] = ["store", "a", "b", "c"].map(nodeId) as [
  Version["holder"],
  Version["holder"],
  Version["holder"],
  Version["holder"],
];
const servers = [a, b, c];

interface Written {
  readonly clock?: VectorClock;
  readonly wroteUs?: number;
  readonly items?: readonly string[];
  readonly score?: number;
  readonly token?: number;
  readonly version?: number;
}

function had(holder: Version["holder"], written: Written = {}): Version {
  const { clock = [], wroteUs = 0, items = [], score = 0, token = 0 } = written;
  const version = written.version ?? clock.reduce((sum, [, effects]) => sum + effects, 0);
  const state: PlayerState = {
    version,
    x: 0,
    score,
    items,
    session: 1,
    sequence: version,
    lineage: { clock, wroteUs },
  };
  return { holder, token, state };
}

describe("clocks", () => {
  test.each<[VectorClock, VectorClock, ReturnType<typeof causalOrder>]>([
    [[], [], "equal"],
    [[[a, 1]], [[a, 1]], "equal"],
    [[], [[a, 1]], "before"],
    [[[a, 2]], [[a, 1]], "after"],
    [[[a, 1]], [[b, 1]], "concurrent"],
    [
      [
        [a, 2],
        [b, 1],
      ],
      [
        [a, 1],
        [b, 1],
      ],
      "after",
    ],
    [
      [
        [a, 2],
        [b, 1],
      ],
      [
        [a, 1],
        [b, 2],
      ],
      "concurrent",
    ],
  ])("%j is to %j: %s", (one, other, order) => {
    expect(causalOrder(one, other)).toBe(order);
  });

  test("count each server's effects, in order of names", () => {
    expect(ticked(ticked(ticked([], b), a), b)).toEqual([
      [a, 1],
      [b, 2],
    ]);
    expect(joined([[b, 2]], [[a, 1]])).toEqual([
      [a, 1],
      [b, 2],
    ]);
  });
});

describe("the state that counts", () => {
  test("contains the others, however late they say they are", () => {
    const older = had(a, { clock: [[a, 1]], wroteUs: 900 });
    const newer = had(b, {
      clock: [
        [a, 1],
        [b, 1],
      ],
      wroteUs: 100,
    });
    const { winner, state, by, discarded } = resolved([older, newer], "vectorClock", store);
    expect([winner.holder, by, discarded]).toEqual([b, "causality", []]);
    expect(state).toBe(newer.state);
  });

  test("was written last where neither contains the other, and has the items of both", () => {
    const one = had(a, { clock: [[a, 2]], wroteUs: 900, items: ["sword"], score: 7 });
    const other = had(b, { clock: [[b, 1]], wroteUs: 901, items: ["shield"], score: 3 });
    const { winner, state, by, discarded } = resolved([one, other], "vectorClock", store);
    expect([winner.holder, by, discarded]).toEqual([b, "timestamp", [a]]);
    expect(state).toMatchObject({ score: 3, items: ["shield", "sword"], version: 3 });
    expect(state.lineage?.clock).toEqual([
      [a, 2],
      [b, 1],
    ]);
  });

  test("is by timestamps alone the last one, although it is the older one (X-M-30)", () => {
    const older = had(a, { clock: [[a, 1]], wroteUs: 900 });
    const newer = had(b, {
      clock: [
        [a, 1],
        [b, 5],
      ],
      wroteUs: 100,
    });
    const { winner, by, discarded } = resolved([older, newer], "timestamp", store);
    expect([winner.holder, by, discarded]).toEqual([a, "timestamp", [b]]);
  });

  test("is the store's if that is the policy, with the store's items", () => {
    const stored = had(store, { clock: [[a, 1]], items: ["sword"] });
    const more = had(a, { clock: [[a, 2]], wroteUs: 5, items: ["sword", "shield"] });
    const { winner, state, discarded } = resolved([more, stored], "store", store);
    expect([winner.holder, state.items, discarded]).toEqual([store, ["sword"], [a]]);
    expect(state.version).toBeGreaterThan(more.state.version);
  });

  test("is everybody's when all have the same, and stays as it was", () => {
    const holds = had(a, { token: 3 });
    const { state, by } = resolved([had(store), holds], "vectorClock", store);
    expect(by).toBe("agreement");
    expect(state).toBe(holds.state);
  });
});

const clocks = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(3))
  .map((counts): VectorClock => servers.flatMap((server, at) => (counts[at] === 0 ? [] : [[server, counts[at] ?? 0]])));
const items = fc.uniqueArray(fc.constantFrom("i1", "i2", "i3", "i4"));
const versions = fc
  .array(fc.record({ clock: clocks, wroteUs: fc.nat(4), items, score: fc.nat(9), token: fc.nat(3) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((all) => [had(store, { clock: [[a, 1]] }), ...all.map((written, at) => had(servers[at] ?? a, written))]);
const policies = fc.constantFrom<ResolutionPolicy>("vectorClock", "timestamp", "store");
const contains = (one: Version, other: Version): boolean =>
  ["equal", "after"].includes(causalOrder(one.state.lineage?.clock ?? [], other.state.lineage?.clock ?? []));

describe("whatever the versions are", () => {
  property.prop([versions, policies, fc.nat()])("their order does not matter", (all, policy, turn) => {
    const turned = [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)].reverse();
    expect(resolved(turned, policy, store)).toEqual(resolved(all, policy, store));
  });

  property.prop([versions, policies])("saying one twice changes nothing", (all, policy) => {
    expect(resolved([...all, ...all], policy, store)).toEqual(resolved(all, policy, store));
  });

  property.prop([versions])("no item of a version that nothing follows is lost, and none is there twice", (all) => {
    const { state } = resolved(all, "vectorClock", store);
    const last = all.filter((one) => all.every((other) => !contains(other, one) || contains(one, other)));
    // Of equal states, one speaks for all of them.
    const spoken = last.filter((one) => last.every((other) => other === one || !contains(other, one)));
    for (const version of spoken) expect(state.items).toEqual(expect.arrayContaining([...version.state.items]));
    expect(new Set(state.items).size).toBe(state.items.length);
    const known = new Set(all.flatMap((version) => version.state.items));
    expect(state.items.filter((item) => !known.has(item))).toEqual([]);
  });

  property.prop([versions, policies])("what comes of them contains all of them", (all, policy) => {
    const { state, discarded } = resolved(all, policy, store);
    if (discarded.length === 0) return;
    const outcome: Version = { holder: store, token: 0, state };
    for (const version of all) {
      expect(contains(outcome, version)).toBe(true);
      expect(state.version).toBeGreaterThan(version.state.version);
    }
  });

  property.prop([versions])("resolving again, with the outcome among them, changes nothing any more", (all) => {
    const { state } = resolved(all, "vectorClock", store);
    const again = resolved([...all, { holder: c, token: 9, state }], "vectorClock", store);
    expect(again.state.items.toSorted()).toEqual(state.items.toSorted());
    expect(again.discarded).toEqual([]);
  });

  property.prop([versions])("nothing is discarded that was followed by what counts", (all) => {
    const { winner, discarded } = resolved(all, "vectorClock", store);
    for (const version of all) expect(discarded.includes(version.holder) && contains(winner, version)).toBe(false);
  });
});
