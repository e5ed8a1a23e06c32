// The largest story there is, and parts of it: so many players, fifty to a server, nothing going wrong in parts.
// Arguments: players, (unused), seconds of the mesh's own time, seed, and "whole" for the story itself with its faults.

import { simulate } from "../../src/simulate.ts";
import { planetScenario } from "./mesh-scenario.ts";
import { cpuSeconds, programArguments, report } from "./meter.ts";

const { nodes: players, timedEvents: simulatedSeconds, seed, variant } = programArguments();
const scenario = planetScenario(players, simulatedSeconds, { isWhole: variant === "whole" });
const begunAt = cpuSeconds();
const run = simulate(scenario, { seed });
const seconds = cpuSeconds() - begunAt;
report({
  events: run.eventsDone,
  seconds,
  timesRealTime: simulatedSeconds / seconds,
  perPlayerSecond: seconds / simulatedSeconds / players,
  outcome: run.outcome,
  digest: run.digest,
});
