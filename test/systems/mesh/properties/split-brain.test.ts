// What is promised of a player with two owners, each with what breaks it (MESH-F5-09..12).
import { expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import type { JudgedFact } from "../../../../src/systems/mesh/mesh-view.ts";
import type { PlayerState } from "../../../../src/systems/mesh/player-state.ts";
import { bounds, Story } from "./story.ts";

const [p1, n1, n2] = [nodeId("p1"), nodeId("n1"), nodeId("n2")];

const began = (token: number, index = 10): JudgedFact => ({
  fact: "resolutionBegan",
  player: p1,
  token,
  servers: [n1, n2],
  index,
});
const decided = (token: number, index = 11): JudgedFact => ({
  fact: "resolutionDecided",
  player: p1,
  server: n2,
  token,
  policy: "vectorClock",
  by: "causality",
  winner: n1,
  versions: [
    { holder: n1, token: 1, version: 1, clock: [[n1, 1]], wroteUs: 5 },
    { holder: n2, token: 2, version: 0, clock: [], wroteUs: 0 },
  ],
  discarded: [],
  silent: [],
  index,
});
const repaired = (
  story: Story,
  token: number,
  changes: Partial<PlayerState> = {},
  lies: string[] = [],
): JudgedFact => ({
  fact: "stateRepaired",
  player: p1,
  token,
  state: { ...story.state("p1"), ...changes },
  flagged: [],
  ground: lies.map((item) => ({ item, lies: true })),
});

/** Two servers have the player: n2 by the grant, n1 by itself. */
const split = (): Story =>
  new Story()
    .spawn("sword", "shield")
    .join("p1", "n1", 1)
    .grant("p1", "n2", 2, "failover")
    .take("p1", "n2", 2)
    .wait(400_000)
    .say("coordinator", { fact: "duplicateAuthorityDetected", player: p1, servers: [n2, n1], tokens: [2, 1] });

/** Both have let go, and it is decided. */
const settled = (): Story =>
  split()
    .say("coordinator", began(3))
    .drop("p1", "n1", 1)
    .drop("p1", "n2", 2)
    .wait(2000)
    .say("coordinator", decided(4));

const regranted = (story = settled()): Story =>
  story.say("store", repaired(story, 4)).wait(1000).grant("p1", "n2", 4, "resolution").take("p1", "n2", 4);

const split5 = ["MESH-F5-09", "MESH-F5-10", "MESH-F5-12", "I1", "MESH-INV-03"];
const brokenIn = (story: Story): readonly string[] => story.broken().filter((id) => split5.includes(id));

test("what goes as it should holds, and is measured", () => {
  const story = regranted().heal();
  const { properties } = story.finish();
  const ours = properties.filter(({ id }) => split5.includes(id));
  expect(ours.filter(({ status }) => status === "violated")).toEqual([]);
  expect(ours.find(({ id }) => id === "MESH-F5-09")).toMatchObject({ status: "held", exercised: 1 });
  expect(ours.find(({ id }) => id === "MESH-F5-10")).toMatchObject({ status: "held", exercised: 1 });
  const max = (id: string): number => story.figure(id).max;
  expect(max("split.detection")).toBe(400_000);
  expect([max("split.fenced"), max("split.decided"), max("split.resolved")]).toEqual([0, 2000, 3000]);
  expect([max("split.toOneOwner"), max("split.success"), max("split.hidden")]).toEqual([403_000, 1, 0]);
  expect([max("split.falseAlarms"), max("split.discarded")]).toEqual([0, 0]);
});

test("MESH-F5-09: a transfer is granted meanwhile", () => {
  const story = split().say("coordinator", began(3)).grant("p1", "n1", 4, "transfer", "p1/2");
  expect(brokenIn(story)).toContain("MESH-F5-09");
});

test("MESH-F5-09: the grant that ends it is no newer than what it made void", () => {
  const story = split().say("coordinator", began(5), decided(4)).grant("p1", "n2", 4, "resolution");
  expect(brokenIn(story)).toEqual(["MESH-F5-09"]);
});

test("MESH-F5-10: it is decided twice", () => {
  expect(brokenIn(regranted(settled().say("coordinator", decided(5, 12))))).toEqual(["MESH-F5-10"]);
});

test("MESH-F5-10: a new leader that states the same decision again decides nothing", () => {
  expect(brokenIn(regranted(settled().say("coordinator-2", began(3), decided(4))))).toEqual([]);
});

test("MESH-F5-10: it is granted and nothing was decided", () => {
  expect(brokenIn(split().say("coordinator", began(3)).grant("p1", "n2", 4, "resolution"))).toEqual(["MESH-F5-10"]);
});

test("MESH-F5-12: nothing comes of it", () => {
  const story = settled()
    .heal()
    .wait(bounds.settleUs + 1);
  story.say("coordinator", { fact: "runEnded", ending: "reached" });
  expect(brokenIn(story)).toContain("MESH-F5-12");
  expect(story.figure("split.success").max).toBe(0);
});

test("I1: a merged inventory has what lies on the ground", () => {
  const story = settled();
  expect(brokenIn(regranted(story.say("store", repaired(story, 4, { items: ["sword"] }))))).toEqual(["I1"]);
});

test("I1: what was in the inventory is nowhere any more", () => {
  const story = split().act("p1", "n2", 2, { kind: "pickup", item: "sword" });
  story.say("coordinator", began(3), decided(4)).say("store", repaired(story, 4, { items: [] }));
  expect(brokenIn(story)).toContain("I1");
});

test("MESH-INV-03: an acknowledged effect is not in what goes on, and is counted as discarded", () => {
  const lineage = { clock: [[n2, 1]] as const, wroteUs: 1 };
  const story = split().act("p1", "n2", 2, { state: { lineage } });
  const before: Partial<PlayerState> = { version: 3, score: 0 };
  story.say("coordinator", began(3), decided(4)).say("store", repaired(story, 4, before));
  expect(brokenIn(story)).toContain("MESH-INV-03");
  expect(story.figure("split.discarded").max).toBe(1);
});

test("a report of a hand-over that went as it should is a false alarm", () => {
  const story = new Story().join("p1", "n1", 1).start("p1/1", "n1", "n2", 1).grant("p1", "n2", 2, "transfer", "p1/1");
  story
    .take("p1", "n2", 2, "p1/1")
    .say("coordinator", { fact: "duplicateAuthorityDetected", player: p1, servers: [n1, n2], tokens: [1, 2] });
  expect(story.figure("split.falseAlarms").max).toBe(1);
});

test("a duplicate that ends by itself was hidden", () => {
  const story = new Story().join("p1", "n1", 1).grant("p1", "n2", 2, "failover").take("p1", "n2", 2).wait(5000);
  story.drop("p1", "n1", 1);
  expect([story.figure("split.hidden").max, story.figure("split.believed").max]).toEqual([1, 5000]);
});
