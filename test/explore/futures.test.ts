// What strategies make of a candidate: futures of a moment that scenarios of their own come to as well, and faults that
// strike where something is live.
import { expect, test } from "vitest";

import { reachedBytes } from "../../src/explore/coverage.ts";
import { type Candidate, groundOf, type Proposal } from "../../src/explore/candidate.ts";
import { Corpus } from "../../src/explore/corpus.ts";
import { Die } from "../../src/explore/die.ts";
import { isWithin } from "../../src/explore/fault-draws.ts";
import { standalone } from "../../src/explore/groups.ts";
import { basesOf, huntSpecOf, worldsOf } from "../../src/explore/hunt-spec.ts";
import { HuntedWorld } from "../../src/explore/hunted-world.ts";
import { momentsOf } from "../../src/explore/moments.ts";
import { mutated } from "../../src/explore/mutate.ts";
import { swarm } from "../../src/explore/strategies/swarm.ts";
import { aimed, targeted } from "../../src/explore/strategies/targeted.ts";
import { tryCandidate } from "../../src/explore/try-candidate.ts";
import { simulate } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import type { Fault } from "../../src/world/fault.ts";

const system = systemNamed("mesh");
const spec = huntSpecOf(system);
const bases = basesOf(worldsOf(spec, system).stories, spec, system, 1_000_000);
const hunting = { system, spec, bases, corpus: new Corpus() };
const nothing = (): Uint8Array => new Uint8Array(reachedBytes);

function candidate(seed: number): Candidate {
  return { index: seed, strategy: "swarm", ...swarm.propose(new Die("futures", seed), hunting) };
}

test("each future of a moment is what a scenario of its own comes to", { timeout: 60_000 }, () => {
  const branch = { atUs: 12_000_000, seeds: [5, 6, 5] };
  const trials = tryCandidate({ ...candidate(1), branch }, { system, spec, reached: nothing() });
  const digests = trials.map(
    ({ proposal }) => new HuntedWorld(proposal.scenario, { system, digest: true }).finish(proposal.reseeds).digest,
  );
  expect(digests[0]).toBe(digests[2]);
  expect(digests[0]).not.toBe(digests[1]);
  for (const [part, { proposal, effects }] of trials.entries()) {
    const run = simulate(standalone(proposal, system), { system });
    expect([run.digest, run.forcedMisfits]).toEqual([digests[part], 0]);
    expect(run.eventsDone).toBe(effects.eventsDone);
  }
});

test("what is reached is the same whoever watches, and new only once", { timeout: 60_000 }, () => {
  const reached = nothing();
  const [first] = tryCandidate(candidate(2), { system, spec, reached });
  const [again] = tryCandidate(candidate(2), { system, spec, reached: nothing() });
  expect(again?.news).toEqual(first?.news);
  expect(first?.news.length).toBeGreaterThan(500);
});

test("a fault is aimed at what is live, and before it everything is as it was", { timeout: 60_000 }, () => {
  const plan = targeted.propose(new Die("futures", 3), hunting)!;
  const calm = { ...plan.scenario, world: { ...plan.scenario.world, faults: [] } };
  const before: Proposal = { scenario: calm, reseeds: [] };
  const struck = aimed({ index: 3, strategy: "targeted", ...before, aims: 1 }, { system, spec });
  const { faults } = struck.scenario.world;
  expect(faults.length).toBeGreaterThan(0);
  expect(isWithin(faults, groundOf(calm, system, spec.model))).toBe(true);
  const firstUs = Math.min(...faults.map(({ timing }) => (timing.type === "scripted" ? timing.atUs : 0)));
  const upTo = (proposal: Proposal) =>
    momentsOf(proposal, { system, spec }).flatMap(({ atUs, node, spec: { name } }) =>
      atUs < firstUs ? [[atUs, node, name]] : [],
    );
  expect(upTo(struck)).toEqual(upTo(before));
  expect(upTo(before).length).toBeGreaterThan(0);
});

test("mutations keep to the fault model, and to a file", () => {
  for (let seed = 0; seed < 200; seed++) {
    const { scenario } = candidate(seed);
    const ground = {
      ...groundOf(scenario, system, spec.model),
      system,
      variables: spec.variables,
      other: candidate(seed + 1_000).scenario,
    };
    const changed = mutated(scenario, new Die("mutate", seed), ground);
    expect([seed, isWithin(changed.world.faults, ground)]).toEqual([seed, true]);
    for (const { timing } of changed.world.faults) {
      expect(timing.type === "scripted" ? timing.atUs : timing.fromUs).toBeLessThan(changed.world.healUs);
    }
    const ids = changed.world.faults.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test("mutations pile no fault up upon itself", () => {
  // What was bred of one scenario again and again has everything in common with it.
  let { scenario: bred } = candidate(1);
  for (let seed = 0; seed < 400; seed++) {
    const other = candidate(seed % 4).scenario;
    const ground = { ...groundOf(bred, system, spec.model), system, variables: spec.variables, other };
    bred = mutated({ ...bred, seed }, new Die("mutate", seed), { ...ground, other: seed % 2 === 0 ? bred : other });
    const copying = bred.world.faults.filter(({ action }) => action.kind === "duplicate");
    expect(copying.length).toBeLessThanOrEqual(2);
    const isUponItself = ({ timing }: Fault): boolean => timing.type === "random" && timing.everyUs < timing.forUsMax;
    expect(copying.filter(isUponItself)).toEqual([]);
  }
  const contents = bred.world.faults.map(({ timing, action }) => JSON.stringify({ timing, action }));
  expect(new Set(contents).size).toBe(contents.length);
});
