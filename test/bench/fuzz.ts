// What one run of a hunt costs: a small mesh under random faults, a minute of its own time, a fresh world for each seed.
// Arguments: servers, runs of warm-up, timed runs, first seed, and "unjudged" when nobody looks at the facts, or "hunted"
// as a hunt runs it: without a digest, which is made of what it finds.

import { Simulation, worldOf } from "../../src/simulate.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import { fuzzScenario } from "./mesh-scenario.ts";
import { cpuSeconds, programArguments, report } from "./meter.ts";

const { nodes: servers, warmupEvents: warmupRuns, timedEvents: timedRuns, seed, variant } = programArguments();
const scenario = fuzzScenario(servers);
const simulation = new Simulation(scenario);
const nobody = { observe() {} };

/** The events of one run. */
function run(of: number): number {
  if (variant !== "unjudged") return simulation.run({ seed: of, digest: variant !== "hunted" }).eventsDone;
  const world = worldOf(scenario, systemNamed(scenario.system), nobody, { seed: of });
  world.run();
  return world.eventsDone;
}

// Of other seeds than those that are timed.
for (let warm = 0; warm < warmupRuns; warm++) run(seed + timedRuns + warm);
let events = 0;
const begunAt = cpuSeconds();
for (let timed = 0; timed < timedRuns; timed++) events += run(seed + timed);
const seconds = cpuSeconds() - begunAt;
report({ events, seconds, runs: timedRuns, simulatedSeconds: (timedRuns * scenario.world.untilUs) / 1_000_000 });
