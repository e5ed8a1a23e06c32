// Findings that look different and are the same.
import { expect, test } from "vitest";

import type { Proposal } from "../../src/explore/candidate.ts";
import { alikeAmong, Groups, standalone } from "../../src/explore/groups.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { AnySystem } from "../../src/systems/system.ts";
import { storyNamed } from "../laws/stories.ts";

const broken = (property: string, ...others: string[]) => ({
  property,
  broken: new Set([property, ...others]),
  signature: `${property} | as ever`,
});
const named = (all: Parameters<typeof alikeAmong>[0]) =>
  alikeAmong(all).map((alike) => alike.map(({ property }) => property));

test("findings are one when the smallest run of each breaks the other's property as well", () => {
  expect(named([broken("A1", "A2", "I1"), broken("A2", "A1"), broken("I1")])).toEqual([["A1", "A2"], ["I1"]]);
  expect(named([broken("A1"), broken("A2", "A1")])).toEqual([["A1"], ["A2"]]);
  // What is alike with neither is a third.
  expect(named([broken("A1", "A2"), broken("A3", "A4"), broken("A2", "A1"), broken("A4", "A3")])).toEqual([
    ["A1", "A2"],
    ["A3", "A4"],
  ]);
});

test("findings of one property are one when their smallest runs come to it alike", () => {
  const first = { ...broken("A1", "A2"), signature: "A1 | acted | granted" };
  const other = { ...broken("A1"), signature: "A1 | acted | fenceRaised" };
  expect(alikeAmong([first, other, { ...first }]).map((alike) => alike.length)).toEqual([2, 1]);
});

test("a group that is taken up into another is counted with it, and so is what comes of it later", () => {
  const groups = new Groups(systemNamed("mesh"));
  // Lost runs are told apart by their words alone, and nothing is run again.
  const add = (because: string, strategy: string): void =>
    groups.add({ kind: "lost", property: "lost", because, proposal: {} as Proposal, strategy, index: 0, part: 0 });
  add("gone", "swarm");
  add("ended", "swarm");
  add("ended", "guided");
  const [gone, ended] = groups.all;
  groups.fold(ended, gone);
  add("ended", "guided");
  expect(groups.all).toEqual([gone]);
  expect([gone.count, [...gone.strategies]]).toEqual([
    4,
    [
      ["swarm", 2],
      ["guided", 2],
    ],
  ]);
});

test("a run that broke on its way through other futures is kept with what led there, and ends nothing else", () => {
  const mesh = systemNamed("mesh");
  const breaking: AnySystem = {
    ...mesh,
    properties: () => [
      {
        id: "X",
        kind: "always",
        claim: "a judge can judge",
        source: "here",
        rules: {},
        atEnd() {
          throw new Error("and this one cannot");
        },
      },
    ],
  };
  const scenario = storyNamed("mesh/walk", ["until=2s"]);
  const proposal: Proposal = { scenario, reseeds: [{ atUs: 1_000_000, seed: 7 }] };
  const groups = new Groups(breaking);
  groups.add({ kind: "broke", property: "broke", because: "it", proposal, strategy: "branching", index: 0, part: 0 });
  const [kept] = groups.all;
  expect(kept.scenario).toMatchObject({ seed: 7, decisions: standalone(proposal, mesh).decisions });
  expect(kept.scenario.decisions?.length).toBeGreaterThan(0);
});
