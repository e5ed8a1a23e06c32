// What a leader counts on: that nobody who promised to wait for it votes, and that a majority is of different servers.
import { expect, test } from "vitest";

import { nodeId } from "../../../src/base/ids.ts";
import { parseScenario } from "../../../src/scenario/parse.ts";
import { simulate } from "../../../src/simulate.ts";
import { systemNamed } from "../../../src/systems/registry.ts";
import { Stage } from "./stage.ts";

const broken = (stage: Stage): readonly string[] =>
  stage
    .verdict()
    .properties.filter(({ status }) => status === "violated")
    .map(({ id }) => id);

test("who came to a term by another message than the request for its vote is bound by a lease all the same (RF5)", () => {
  const stage = new Stage({ nodes: 3, spares: 0, settings: { reads: "lease" } });
  const put = (client: string, node: string, value: string): void =>
    stage.put(client, node, { key: "x", value, expected: -1 });
  stage.quietly(() => {
    stage.run(200_000);
    stage.stand("n1");
    stage.run(20_000);
    stage.open("c1", "n1");
    stage.open("c2", "n1");
    stage.run(10_000);
    put("c1", "n1", "1");
    stage.run(43_000);
  });
  stage.cutOneWay("n1", "n2");
  stage.cutOneWay("n1", "n3");
  stage.run(412_000 - stage.nowUs);
  stage.mend();
  stage.cut([["n1"], ["n3"]]);
  // A heartbeat of the leader is 3 ms late, and renews its lease on n2.
  stage.hold("n1", "n2", "append");
  stage.run(3_700);
  stage.stopDisk("n3");
  stage.stand("n3");
  stage.run(1_200);
  stage.stand("n2");
  stage.run(700);
  stage.release();
  // By then n3 has refused n2 in its new term, and asks for its vote.
  stage.run(1_500);
  stage.startDisk("n3");
  stage.run(5_000);
  put("c2", "n3", "2");
  stage.run(5_000);
  stage.get("c1", "n1", "x");
  stage.run(13_000);
  expect(stage.lines.some((line) => line.includes("n3 -> n2 vote term=2"))).toBe(true);
  expect(broken(stage)).toEqual([]);
});

test("a name given twice counts once towards a majority", () => {
  const stage = new Stage({ nodes: 3, spares: 2, settings: {} });
  stage.quietly(() => {
    stage.run(200_000);
    stage.stand("n1");
    stage.run(40_000);
  });
  const voters = ["n1", "n1", "n1", "n2", "n4"].map(nodeId);
  stage.administer("n1", { type: "store.changeMembers", voters, learners: [] });
  stage.run(50_000);
  stage.cut([["n1"], ["n2", "n3", "n4"]]);
  stage.open("c9", "n1");
  stage.run(60_000);
  expect(stage.lines.filter((line) => line.includes("-> c9 opened"))).toEqual([]);
});

test("a node that missed much catches up, although snapshots are taken faster than one arrives", () => {
  const stage = new Stage({ nodes: 3, spares: 0, settings: { snapshotEvery: 4, logKeep: 0, chunkMax: 10 } });
  const put = (value: number): void => {
    stage.put("c1", "n1", { key: "x", value: String(value), expected: -1 });
    stage.run(5_000);
  };
  stage.run(200_000);
  stage.stand("n1");
  stage.run(20_000);
  stage.open("c1", "n1");
  stage.run(5_000);
  stage.cut([["n1", "n2"], ["n3"]]);
  for (let value = 0; value < 20; value++) put(value);
  stage.mend();
  const before = stage.lines.length;
  for (let value = 20; value < 120; value++) put(value);
  const since = stage.lines.slice(before);
  expect(since.filter((line) => line.includes("n1: takes a snapshot")).length).toBeGreaterThan(20);
  // One, and from there on what follows it: what that was has been kept.
  expect(since.filter((line) => line.includes("n3: installs the snapshot"))).toHaveLength(1);
  expect(since.filter((line) => line.includes("n3: commits to")).length).toBeGreaterThan(50);
  expect(broken(stage)).toEqual([]);
});

test("nobody is owed an answer whose client has ended (RFL2)", () => {
  const story = `
title: A client that ends with a question open
why: Nobody is owed an answer whose client has ended.
system: raft
until: 20s
heal: 5s
world: { nodes: { nodes: 3, clients: 2 }, link: { latency: 1ms..2ms } }
workload: { think: 2ms, thinkSpread: 5ms }
faults:
  - { at: 900ms, for: 1s, partition: { isolate: client-1 } }
  - { at: 1500ms, for: 500ms, crash: { node: client-1 } }
`;
  const parsed = parseScenario(story, "story.yaml", { systems: new Map([["raft", systemNamed("raft")]]), set: [] });
  if (parsed.type === "refused") throw new Error(JSON.stringify(parsed.problems));
  const { verdict } = simulate(parsed.story.base, { seed: 1 });
  expect(verdict.properties.filter(({ status }) => status === "violated").map(({ id }) => id)).toEqual([]);
});
