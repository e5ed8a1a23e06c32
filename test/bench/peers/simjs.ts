// SIM.JS as its npm package has it: a bundle for browsers, without types, that exports nothing and puts itself on `window`.

interface Timer {
  done<Argument>(callback: (argument: Argument) => void, context: object, argument: Argument): unknown;
}

interface Simulation {
  addEntity(kind: typeof SimEntity, name: string): unknown;
  simulate(endTime: number, eventsMax: number): boolean;
}

declare class SimEntity {
  constructor(simulation: Simulation, name: string);
  /** Called once when it is added; SIM.JS insists on it. */
  start(): void;
  setTimer(duration: number): Timer;
}

interface SimJs {
  readonly Sim: new () => Simulation;
  readonly Entity: typeof SimEntity;
}

const window: { Sim?: SimJs } = {};
Object.assign(globalThis, { window });
// @ts-expect-error: it has no types, and nothing of it is used but what it leaves on `window`.
await import("simjs");
if (window.Sim === undefined) throw new Error("SIM.JS did not put itself on window");

export const { Sim, Entity } = window.Sim;
