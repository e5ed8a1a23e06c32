// A candidate of a hunt: what is run next, and who thought of it. And what a hunt draws candidates from.

import type { Scenario } from "../scenario/scenario.ts";
import { type Variable as VariableStory, variableOf, varied } from "../scenario/vary.ts";
import type { Change, FaultModel, Variable } from "../systems/hunting.ts";
import type { AnySystem } from "../systems/system.ts";
import { printDuration } from "../base/units.ts";
import type { Die } from "./die.ts";
import type { FaultGround } from "./fault-draws.ts";

/** From a moment on everything is drawn from another seed, as if the run had had it and had decided all before by force. */
export interface Reseed {
  readonly atUs: number;
  readonly seed: number;
}

export interface Proposal {
  /** Seed inside. */
  readonly scenario: Scenario;
  /** In order of time. */
  readonly reseeds: readonly Reseed[];
}

/** What a strategy asks for: a run, and what is to be made of it where it is run. */
export interface Plan extends Proposal {
  /** Faults to be placed where something is live, one after the other. */
  readonly aims?: number;
  /** Several runs, which are one up to a moment and go on from there each under a seed of its own. */
  readonly branch?: { readonly atUs: number; readonly seeds: readonly number[] };
}

export interface Candidate extends Plan {
  readonly index: number;
  readonly strategy: string;
}

/** A story that candidates are drawn from, with whatever may vary in it. */
export interface Base {
  readonly story: VariableStory;
  readonly variables: readonly Variable[];
}

export const baseOf = (scenario: Scenario, variables: readonly Variable[], system: AnySystem): Base => ({
  story: variableOf(scenario, system),
  variables,
});

/** Percent of candidates whose settings are the story's own. */
const plainShare = 35;
const changesMax = 8;

/** The story with a few of its variables changed, as far as they do not contradict each other. */
export function drawVariant({ story, variables }: Base, die: Die, system: AnySystem): Scenario {
  if (variables.length === 0 || die.percent(plainShare)) return story.scenario;
  let changes = Array.from({ length: die.doubling(1, changesMax) }, () => drawChange(die, die.pick(variables)));
  while (changes.length > 0) {
    const scenario = varied(story, changes, system);
    if (scenario !== undefined) return scenario;
    changes = changes.slice(0, -1);
  }
  return story.scenario;
}

export function drawChange(die: Die, variable: Variable): Change {
  const { path } = variable;
  if ("values" in variable) return { path, value: die.pick(variable.values) };
  if ("countMin" in variable) return { path, value: drawCount(die, variable.countMin, variable.countMax) };
  const { millisecondsMin, millisecondsMax } = variable;
  return { path, value: printDuration(die.doubling(millisecondsMin, millisecondsMax) * 1_000) };
}

const drawCount = (die: Die, min: number, max: number): number =>
  min < 1 ? die.between(min, max) : die.doubling(min, max);

export const groundOf = (scenario: Scenario, system: AnySystem, model: FaultModel): FaultGround => ({
  model,
  nodes: scenario.nodes,
  messages: [...system.messages.keys()],
  healUs: scenario.world.healUs,
});
