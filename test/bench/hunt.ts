// What guidance costs a hunt, and what it costs to keep a moment of a run and go back to it: candidates of the swarm.
// Arguments: (unused), runs of warm-up, timed runs, seed, and what is timed: "bare" runs, "watched" ones, or "moments".

import { reachedBytes } from "../../src/explore/coverage.ts";
import { basesOf, huntSpecOf, worldsOf } from "../../src/explore/hunt-spec.ts";
import { Hunt } from "../../src/explore/hunt.ts";
import { HuntedWorld } from "../../src/explore/hunted-world.ts";
import { swarm } from "../../src/explore/strategies/swarm.ts";
import { Watch } from "../../src/explore/watch.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { systemNamed } from "../../src/systems/registry.ts";
import { cpuSeconds, programArguments, report } from "./meter.ts";

const { warmupEvents: warmupRuns, timedEvents: timedRuns, seed, variant } = programArguments();
const system = systemNamed("mesh");
const spec = huntSpecOf(system);
const bases = basesOf(worldsOf(spec, system).stories, spec, system, 10_000_000);
const reached = new Uint8Array(reachedBytes);
const hunt = new Hunt({ system, spec, bases }, { seed, strategies: [swarm], shard: { index: 1, count: 1 } }, reached);
const scenarios = [0, 1, 2].flatMap((round) => hunt.round(round).map(({ scenario }) => scenario));
/** Of a run, kept and gone back to so often. */
const MOMENTS = 10;

/** The events of one run. */
function run(scenario: Scenario): number {
  if (variant === "bare") return new HuntedWorld(scenario, { system }).finish().eventsDone;
  const watch = new Watch(spec, scenario);
  const { eventsDone, verdict } = new HuntedWorld(scenario, { system, observer: watch, listener: watch }).finish();
  watch.finish(scenario.world.untilUs, verdict.properties);
  watch.newIn(reached);
  return eventsDone;
}

/** CPU seconds of keeping a moment in the middle of a run, and of going back to it. */
function moments(scenario: Scenario): { readonly keep: number; readonly goBack: number } {
  const world = new HuntedWorld(scenario, { system });
  world.runTo(scenario.world.healUs / 2);
  let kept = world.checkpoint();
  const begunAt = cpuSeconds();
  for (let moment = 0; moment < MOMENTS; moment++) kept = world.checkpoint();
  const keptAt = cpuSeconds();
  for (let moment = 0; moment < MOMENTS; moment++) world.restore(kept);
  return { keep: (keptAt - begunAt) / MOMENTS, goBack: (cpuSeconds() - keptAt) / MOMENTS };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const scenarioAt = (index: number): Scenario => scenarios[index % scenarios.length];

if (variant === "moments") {
  for (let warm = 0; warm < warmupRuns; warm++) moments(scenarioAt(warm));
  const begunAt = cpuSeconds();
  const timed = Array.from({ length: timedRuns }, (_, index) => moments(scenarioAt(index)));
  const checkpointMs = median(timed.map(({ keep }) => keep * 1_000));
  const restoreMs = median(timed.map(({ goBack }) => goBack * 1_000));
  report({ events: timedRuns * MOMENTS, seconds: cpuSeconds() - begunAt, checkpointMs, restoreMs });
} else {
  for (let warm = 0; warm < warmupRuns; warm++) run(scenarioAt(timedRuns + warm));
  let events = 0;
  const begunAt = cpuSeconds();
  for (let timed = 0; timed < timedRuns; timed++) events += run(scenarioAt(timed));
  report({ events, seconds: cpuSeconds() - begunAt, runs: timedRuns });
}
