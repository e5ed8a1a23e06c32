// PHOLD through the kernel's public face: on arrival draw a delay and a destination, and schedule the next arrival.

import { Generator } from "../../src/base/random.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { Meter, programArguments } from "./meter.ts";

const ARRIVAL = 0;
const DELAY_US_MIN = 100_000;
const DELAY_US_MEAN = 1_000_000;

const given = programArguments();
const kernel = new Kernel({ digest: given.variant !== "no digest" });
const generator = new Generator(given.seed);
const meter = new Meter(given);
const arrivals = new Uint32Array(given.nodes);

kernel.on(ARRIVAL, (process) => {
  arrivals[process]++;
  if (meter.count()) {
    kernel.stop();
    return;
  }
  const atUs = kernel.nowUs + DELAY_US_MIN + generator.exponential(DELAY_US_MEAN);
  kernel.schedule(atUs, ARRIVAL, generator.below(given.nodes), 0);
});
for (let process = 0; process < given.nodes; process++) {
  kernel.schedule(DELAY_US_MIN + generator.exponential(DELAY_US_MEAN), ARRIVAL, process, 0);
}
kernel.runUntilIdle();
meter.report({ digest: kernel.digest.hex() });
