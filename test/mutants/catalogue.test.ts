// The catalogue as a whole, and a sample of it hunted: what is planted can be found, and by whom it should be.
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { runMutantTask } from "../../src/campaign/mutant-worker.ts";
import { catalogue } from "../../src/mutants/catalogue.ts";
import { groundsOf } from "../../src/mutants/grounds.ts";
import { mutantNamed, plantedSystem } from "../../src/mutants/plant.ts";
import { Trials } from "../../src/mutants/trial.ts";
import { allowancesOf, audited } from "../../src/mutants/world-contract.ts";
import { WorldWatch } from "../../src/mutants/world-laws.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import { storyNamed } from "../laws/stories.ts";

const storyOf = (reference: string) => storyNamed(reference.replace(/#base$/, ""));

test("there are enough of them, of every kind", () => {
  const count = (such: (mutant: (typeof catalogue)[number]) => boolean): number => catalogue.filter(such).length;
  expect(catalogue.length).toBeGreaterThanOrEqual(60);
  expect(count(({ where }) => where === "world")).toBeGreaterThanOrEqual(12);
  expect(count(({ where }) => where === "judge")).toBeGreaterThanOrEqual(12);
  expect(count(({ system, depth = 0 }) => system === "raft" && depth >= 3)).toBeGreaterThanOrEqual(12);
  expect(count(({ system, depth = 0 }) => system === "mesh" && depth >= 3)).toBeGreaterThanOrEqual(12);
});

test("each is looked for in stories that are there, and beside bugs that are in the catalogue", () => {
  const references = new Set(catalogue.flatMap((mutant) => groundsOf(mutant).map(({ reference }) => reference)));
  for (const reference of references) {
    const [file = "", variant = ""] = reference.split("#");
    const text = readFileSync(new URL(`../../scenarios/${file}.yaml`, import.meta.url), "utf8");
    expect(variant === "base" || text.includes(`\n  ${variant}:\n`) ? "" : reference).toBe("");
  }
  const beside = catalogue.flatMap((mutant) => groundsOf(mutant).flatMap(({ knownBad }) => knownBad ?? []));
  for (const id of beside) expect(mutantNamed(id)?.id).toBe(id);
});

describe("found at once, by who is there for it", () => {
  test.each([
    ["raft/no-append-fsync", "raft/close-calls#base", "RF8"],
    ["raft/sessions-forgotten-unevenly", "raft/tempest#base", "RF4"],
    ["mesh/no-seal-before-grant", "mesh/close-calls#base", "A1"],
    ["world/drops-nothing", "raft/tempest#by-the-clock", "WORLD-DROP"],
    ["world/partition-leaks-one-way", "raft/tempest#by-the-clock", "WORLD-CUT"],
    ["world/delays-nothing", "raft/tempest#by-the-clock", "WORLD-DELAY"],
    ["world/crash-for-good", "raft/tempest#by-the-clock", "WORLD-RESTART"],
    ["world/fsync-lies", "raft/tempest#by-the-clock", "HOST-DISK"],
    ["world/crash-keeps-everything", "raft/tempest#by-the-clock", "HOST-DISK"],
    ["world/memory-survives", "raft/tempest#by-the-clock", "HOST-BOOT"],
    ["world/timers-early", "raft/tempest#by-the-clock", "HOST-TIMER"],
    ["world/heard-twice", "raft/tempest#by-the-clock", "HOST-MAIL"],
    ["judge/mesh-effects-unseen", "mesh/defences#base", "A9 holds"],
    ["judge/raft-resets-at-a-new-leader", "raft/tempest#base", "RF1-quorum holds"],
  ])("%s in %s: %s", (id, reference, by) => {
    const mutant = mutantNamed(id);
    if (mutant === undefined) throw new Error(`${id} is not in the catalogue`);
    const ground = { reference, scenario: storyOf(reference), knownBad: null };
    expect(new Trials(mutant, systemNamed(mutant.system)).try(ground, 1).found?.id).toBe(by);
  });
});

describe("a sound world", () => {
  const scenario = storyNamed("raft/tempest#by-the-clock");
  const sound = systemNamed("raft");

  test("breaks no law, and its accountants change nothing", () => {
    const watch = new WorldWatch(scenario.world);
    const system = audited(sound, allowancesOf(scenario.world));
    const run = simulate(scenario, { system, tracer: watch });
    expect(watch.verdict(run)).toBeUndefined();
    expect(run.verdict.outcome).toBe("held");
    expect(run.digest).toBe(simulate(scenario).digest);
  });

  test("is found sound by a hunt, too", () => {
    const grounds = [{ reference: "raft/tempest#by-the-clock", scenario, knownBad: null }];
    const budget = { runsMax: 2, cpuMsMax: 60_000, shrinkMsMax: 0 };
    const outcome = runMutantTask({ hunt: { type: "control", system: "raft" }, grounds, ...budget }, () => false);
    expect([outcome.found, outcome.runs, outcome.wasStopped]).toEqual([null, 2, false]);
  });
});

test("what is planted changes what happens, whatever the judge knows of it", () => {
  const scenario = storyNamed("raft/tempest");
  const raft = systemNamed("raft");
  const { digest } = simulate(scenario);
  for (const id of ["raft/no-append-fsync", "raft/asking-raises-the-term", "raft/written-before-committed"]) {
    expect(simulate(scenario, { system: plantedSystem(raft, id) }).digest).not.toBe(digest);
  }
  expect(simulate(scenario, { system: plantedSystem(raft, "judge/raft-content-unseen") }).digest).toBe(digest);
});
