// Regions have one server in each epoch (properties.md P1).
import { describe, expect, test } from "vitest";

import { nodeId } from "../../../../src/base/ids.ts";
import type { JudgedFact } from "../../../../src/systems/mesh/mesh-view.ts";
import { Story } from "./story.ts";

const moved = (server: string, epoch: number): JudgedFact => ({
  fact: "regionMoved",
  region: 0,
  from: nodeId("n1"),
  server: nodeId(server),
  epoch,
  because: "failure",
  map: epoch,
});
const isBroken = (...moves: readonly JudgedFact[]): boolean =>
  new Story()
    .say("coordinator", ...moves)
    .broken()
    .includes("P1");

test("moves with rising epochs are right, and so are old ones that a new leader states again", () => {
  expect(isBroken(moved("n2", 2), moved("n3", 3))).toBe(false);
  expect(isBroken(moved("n2", 2), moved("n3", 3), moved("n2", 2), moved("n3", 3), moved("n1", 4))).toBe(false);
});

test("P1: two servers have one epoch, now or looking back", () => {
  expect(isBroken(moved("n2", 2), moved("n3", 2))).toBe(true);
  expect(isBroken(moved("n2", 2), moved("n3", 3), moved("n1", 2))).toBe(true);
});

test("P1: a server learns that it has a region in the epoch of another, now or looking back", () => {
  const learned = (server: string, epoch: number): boolean =>
    new Story()
      .say("coordinator", moved("n2", 2), moved("n3", 3))
      .say(server, { fact: "mapLearned", server: nodeId(server), map: epoch, regions: [{ region: 0, epoch }] })
      .broken()
      .includes("P1");
  expect([learned("n3", 3), learned("n2", 2)]).toEqual([false, false]);
  expect([learned("n2", 3), learned("n1", 2)]).toEqual([true, true]);
});

test("MESH-INV-11: a server that is back learns the map in time, and one that ended meanwhile need not", () => {
  const healed = () => new Story().say("coordinator", moved("n2", 2)).heal();
  const rejoined: JudgedFact = { fact: "serverRejoined", server: nodeId("n3"), incarnation: 1, players: 0 };
  const late = healed().say("coordinator", rejoined).wait(600_000_000);
  expect(late.result("MESH-INV-11").status).toBe("violated");
  const ended = healed().crash("n3").say("coordinator", rejoined).wait(600_000_000);
  expect(ended.broken()).not.toContain("MESH-INV-11");
});

describe("MESH-INV-11, while the map goes on changing", () => {
  const SETTLED = 30_000_000;
  const learned = (map: number): JudgedFact => ({ fact: "mapLearned", server: nodeId("n3"), map, regions: [] });
  const playing = (): Story =>
    new Story()
      .say("n3", { fact: "leaseRenewed", server: nodeId("n3"), untilUs: 1 })
      .heal()
      .wait(1);
  const changing = (story: Story, ...moves: readonly number[]): Story =>
    moves.reduce((told, epoch) => told.say("coordinator", moved("n2", epoch)).wait(SETTLED / 2), story);

  test("a server that never learns of any change is late", () => {
    expect(changing(playing(), 2, 3, 4, 5).broken()).toContain("MESH-INV-11");
    expect(changing(playing(), 2, 2, 2, 2).broken()).toContain("MESH-INV-11");
  });

  test("and one that learns of each before the next but one is not", () => {
    let story = changing(playing(), 2, 3);
    for (const map of [2, 3, 4, 5, 6]) story = changing(story.say("n3", learned(map)), map + 2);
    expect(story.broken()).not.toContain("MESH-INV-11");
  });
});
