// PHOLD on SIM.JS: a timer whose callback sets the next one. It is given our generator, which is faster than its own.

import { Generator } from "../../../src/base/random.ts";
import { Meter, programArguments } from "../meter.ts";
import { Entity, Sim } from "./simjs.ts";

const given = programArguments();
const generator = new Generator(given.seed);
const meter = new Meter(given);
const arrivals = new Uint32Array(given.nodes);
let isDone = false;

class Processes extends Entity {
  override start(): void {
    for (let process = 0; process < given.nodes; process++) this.schedule(process);
  }

  schedule(process: number): void {
    const delay = 0.1 + generator.exponential(1_000_000) / 1_000_000;
    this.setTimer(delay).done(this.arrive, this, process);
  }

  readonly arrive = (process: number): void => {
    arrivals[process]++;
    isDone = meter.count();
    if (!isDone) this.schedule(generator.below(given.nodes));
  };
}

const sim = new Sim();
sim.addEntity(Processes, "processes");
// SIM.JS cannot be stopped from inside, but takes a number of events.
sim.simulate(Infinity, given.warmupEvents + given.timedEvents);
if (!isDone) throw new Error("SIM.JS ended before its last event");
meter.report();
