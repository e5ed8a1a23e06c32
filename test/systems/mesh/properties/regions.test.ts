// Regions have one server in each epoch (properties.md P1).
import { expect, test } from "vitest";

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

test("MESH-INV-11: a server that is back learns the map in time, and one that ended meanwhile need not", () => {
  const healed = () => new Story().say("coordinator", moved("n2", 2)).heal();
  const rejoined: JudgedFact = { fact: "serverRejoined", server: nodeId("n3"), incarnation: 1, players: 0 };
  const late = healed().say("coordinator", rejoined).wait(600_000_000);
  expect(late.result("MESH-INV-11").status).toBe("violated");
  const ended = healed().crash("n3").say("coordinator", rejoined).wait(600_000_000);
  expect(ended.broken()).not.toContain("MESH-INV-11");
});
