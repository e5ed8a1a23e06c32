// Raft groups in the simulated world, through everything they have to survive, over fixed seeds: every property is judged.
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import type { FaultAction } from "../../../src/world/fault.ts";
import { planDefaults } from "../../../src/world/profiles.ts";
import { fault } from "../../world/plans.ts";
import { type Arena, arenaWorld, fight } from "./arena.ts";
import { tempest } from "./tempest.ts";

const healUs = 8_000_000;
const untilUs = 15_000_000;
const small = { snapshotEvery: 60, logKeep: 10, chunkMax: 300 };

const arenas: Readonly<Record<string, Arena>> = {
  "three nodes": { nodes: 3, settings: small },
  "five nodes that snapshot often": { nodes: 5, settings: small },
  "five nodes with long logs": { nodes: 5 },
  "members that come and go, leaders that hand over": { nodes: 5, spares: 2, operatesUs: 400_000, settings: small },
  "reads by lease": { nodes: 5, spares: 1, operatesUs: 900_000, settings: { ...small, reads: "lease" } },
  "clients that ask again at once": { nodes: 5, client: { retryUs: 15_000 }, settings: small },
  "what is proposed and asked for waits for more": { nodes: 5, settings: { ...small, batchDelayUs: 4_000 } },
  "batches, members that come and go, reads by lease": {
    nodes: 5,
    spares: 2,
    operatesUs: 400_000,
    settings: { ...small, batchDelayUs: 20_000, reads: "lease" },
  },
  "small batches and no pipeline": { nodes: 3, settings: { ...small, maxBatch: 1, pipelineMax: 1 } },
};

const seen = new Map<string, number>();

describe.each(Object.entries(arenas))("%s", (_, arena) => {
  test.each([1, 2, 3])("survive a tempest, seed %i", (seed) => {
    const { told, exercised } = fight({ ...arena, seed, healUs, untilUs, faults: tempest(healUs) });
    for (const [id, count] of exercised) seen.set(id, (seen.get(id) ?? 0) + count);
    expect(told).toEqual([]);
  });
});

describe("clocks at the declared bound", () => {
  test.each([1, 2])("break no lease, seed %i", (seed) => {
    const drift = (node: string, ppm: number) => ({
      nodes: { nodes: [nodeId(node)], roles: [] },
      plan: { driftPpm: ppm },
    });
    const clocks = [drift("n1", -50_000), drift("n2", 50_000), drift("n3", -50_000), drift("n4", 50_000)];
    const { told } = fight({
      seed,
      healUs,
      untilUs,
      plan: { clocks },
      settings: { ...small, reads: "lease", driftPpm: 50_000 },
      faults: tempest(healUs, ["isolate", "halves", "restart", "delay", "pause", "drop"]),
    });
    expect(told).toEqual([]);
  });
});

describe("a calm group", () => {
  test("elects one leader, and keeps it", () => {
    const { told, exercised } = fight({ healUs: 0, untilUs: 10_000_000, nodes: 5 });
    expect(told).toEqual([]);
    expect(exercised.get("RF1")).toBe(1);
    expect(exercised.get("RFL2")).toBeGreaterThan(1_000);
  });

  test("of one node serves alone", () => {
    const { told, exercised } = fight({ healUs: 0, untilUs: 3_000_000, nodes: 1 });
    expect(told).toEqual([]);
    expect(exercised.get("RFL2")).toBeGreaterThan(100);
  });
});

describe("one seed is one history", () => {
  const arena: Arena = { ...arenas["members that come and go, leaders that hand over"], healUs, untilUs, seed: 9 };
  const storm: Arena = { ...arena, faults: tempest(healUs) };
  const { digest } = fight(storm);

  test("again, and without checks", () => {
    expect(fight(storm).digest).toBe(digest);
    expect(fight({ ...storm, world: { check: false } }).digest).toBe(digest);
    expect(fight({ ...storm, seed: 10 }).digest).not.toBe(digest);
  });

  test("from checkpoints on, too: a node remembers nothing outside its state", () => {
    let { world } = arenaWorld(storm);
    for (let atUs = 500_000; atUs < untilUs; atUs += 500_000) {
      world.runUntil(atUs);
      const next = arenaWorld(storm).world;
      next.restore(world.checkpoint());
      world = next;
    }
    world.run();
    expect(world.digestHex()).toBe(digest);
  });
});

describe("frames damaged without notice", () => {
  const messages = {
    types: [],
    from: { nodes: [], roles: ["node"] },
    to: { nodes: [], roles: ["node"] },
    skip: 0,
    count: Infinity,
    rate: { of: 1, outOf: 30 },
  };
  const corrupt: FaultAction = { kind: "corrupt", messages, field: "" };

  test.each([1, 2, 3])("break no node: what has not the shape of a message is ignored, seed %i", (seed) => {
    const { world, judge } = arenaWorld({
      seed,
      healUs,
      untilUs,
      faults: [fault(corrupt)],
      settings: small,
      plan: { link: { ...planDefaults.link, frameChecksum: false } },
    });
    world.run();
    const { properties } = judge.finish({ atUs: world.nowUs, event: world.eventsDone });
    expect(properties.find(({ id }) => id === "NO-PANIC")?.first).toEqual([]);
  });
});

test("nothing was judged in vain: what is forbidden could have happened, and what must be seen was", () => {
  expect([...seen].filter(([, count]) => count === 0).map(([id]) => id)).toEqual([]);
});
