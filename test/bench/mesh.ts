// The whole product, judged: the mesh on its world, its facts streaming through every property.
// Arguments: servers (1: the walk), seconds of warm-up and of the timed part in the mesh's own time, seed.

import { simulate, type Run } from "../../src/simulate.ts";
import { cpuSeconds, programArguments, report } from "./meter.ts";
import { meshScenario } from "./mesh-scenario.ts";

const { nodes: servers, warmupEvents: warmupSeconds, timedEvents: timedSeconds, seed } = programArguments();
/** Several seeds, so that the figure is not one history's own. */
const RUNS = 3;

simulate(meshScenario(servers, warmupSeconds), { seed });
const scenario = meshScenario(servers, timedSeconds / RUNS);
const runs: Run[] = [];
const begunAt = cpuSeconds();
for (let run = 1; run <= RUNS; run++) runs.push(simulate(scenario, { seed: seed + run }));
const seconds = cpuSeconds() - begunAt;
report({
  events: runs.reduce((sum, run) => sum + run.eventsDone, 0),
  seconds,
  timesRealTime: timedSeconds / seconds,
  outcomes: [...new Set(runs.map((run) => run.outcome))].join(", "),
  digest: runs.map((run) => run.digest).join(" "),
});
