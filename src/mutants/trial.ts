// What is tried against one bug, and what is a finding: for logic a promise that breaks, for a world also a law of it or a
// fault that does nothing, for a judge a story whose known end it does not see.

import type { HistoryEntry } from "../check/history.ts";
import { canonicalJson } from "../base/canonical-json.ts";
import { checkHistory } from "../check/linearizability/linearizability.ts";
import { models } from "../check/linearizability/models.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type HostedSystem, type Run, simulate } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import { difference, type FoundBy } from "./difference.ts";
import type { Mutant } from "./mutant.ts";
import { allowancesOf, audited } from "./world-contract.ts";
import { inertIn, WorldWatch } from "./world-laws.ts";

/** A story in which bugs are looked for. */
export interface Ground {
  /** What names it on a command line. */
  readonly reference: string;
  readonly scenario: Scenario;
  /** For judges: the bug that is planted beside, for which the story is known to be bad. Null: it is so by itself, or good. */
  readonly knownBad: Mutant | null;
}

export interface Trial {
  readonly found: FoundBy | undefined;
  /** Runs that were made. */
  readonly runs: number;
  /** Of the planted one. */
  readonly digest: string;
}

type Poll = (() => boolean) | undefined;

/** Tries one bug, story by story. A world's faults are counted over all of them. */
export class Trials {
  readonly #mutant: Mutant;
  readonly #system: AnySystem;
  /** What worlds did so far: a fault may strike once in several runs. */
  readonly #planted: Run[] = [];
  readonly #sound: Run[] = [];

  constructor(mutant: Mutant, system: AnySystem) {
    this.#mutant = mutant;
    this.#system = system;
  }

  try(ground: Ground, seed: number, poll?: () => boolean): Trial {
    switch (this.#mutant.where) {
      case "logic":
        return this.#tryLogic(ground, seed, poll);
      case "world":
        return this.#tryWorld(ground, seed, poll);
      case "judge":
        return this.#tryJudge(ground, seed, poll);
    }
  }

  #tryLogic({ scenario }: Ground, seed: number, poll: Poll): Trial {
    const run = simulate(scenario, { seed, system: this.#mutant.plant(this.#system), poll });
    let runs = 1;
    const found = difference(run, () => {
      runs++;
      return simulate(scenario, { seed, system: this.#system, poll });
    });
    return { found, runs, digest: run.digest };
  }

  #tryWorld({ scenario }: Ground, seed: number, poll: Poll): Trial {
    const system = audited(this.#system, allowancesOf(scenario.world));
    const planted = lawfulRun(scenario, seed, this.#mutant.plant(system), poll);
    const sound = lawfulRun(scenario, seed, system, poll);
    this.#planted.push(planted.run);
    this.#sound.push(sound.run);
    const broken = sound.broken === undefined ? planted.broken : undefined;
    const found = broken ?? difference(planted.run, () => sound.run) ?? inertIn(this.#planted, this.#sound);
    return { found, runs: 2, digest: planted.run.digest };
  }

  #tryJudge({ scenario, knownBad }: Ground, seed: number, poll: Poll): Trial {
    const system = knownBad === null ? this.#system : knownBad.plant(this.#system);
    const sound = chronicledRun(scenario, seed, system, poll);
    const planted = chronicledRun(scenario, seed, this.#mutant.plant(system), poll);
    const found = misjudged(planted.run, sound.run) ?? miswritten(planted.history, sound.history);
    return { found, runs: 2, digest: planted.run.digest };
  }
}

function lawfulRun(scenario: Scenario, seed: number, system: HostedSystem, poll: Poll) {
  const watch = new WorldWatch(scenario.world);
  const run = simulate(scenario, { seed, system, tracer: watch, poll });
  const host = run.verdict.properties.find(({ id, status }) => id.startsWith("HOST-") && status === "violated");
  const broken: FoundBy | undefined =
    host === undefined
      ? watch.verdict(run)
      : { kind: "law", id: host.id, because: host.first[0]?.because ?? host.claim };
  return { run, broken };
}

function chronicledRun(scenario: Scenario, seed: number, system: HostedSystem, poll: Poll) {
  const history: HistoryEntry[] = [];
  const run = simulate(scenario, { seed, system, poll, history: (entry) => void history.push(entry) });
  return { run, history };
}

/** What one judge finds broken, or seen at all, and the other does not. */
function misjudged(planted: Run, sound: Run): FoundBy | undefined {
  const here = new Map(planted.verdict.properties.map((property) => [property.id, property]));
  for (const { id, status, kind, advisory } of sound.verdict.properties) {
    const found = here.get(id);
    if (advisory || found?.status === status) continue;
    if (status === "violated") return { kind: "expectation", id: `${id} is violated`, because: "it is not found so" };
    if (found?.status === "violated")
      return { kind: "expectation", id: `${id} holds`, because: found.first[0]?.because ?? "it is found violated" };
    if (kind === "sometimes" && status === "held")
      return { kind: "expectation", id: `${id} happens`, because: "it is not seen" };
  }
  return undefined;
}

function miswritten(planted: readonly HistoryEntry[], sound: readonly HistoryEntry[]): FoundBy | undefined {
  const [here, there] = [verdictOn(planted), verdictOn(sound)];
  if (here === there) return undefined;
  return { kind: "expectation", id: `the history is ${there}`, because: `it is found ${here}` };
}

/** Beyond this a history is not searched any further: it counts as one that is in order. */
const CONFIGURATIONS_MAX = 200_000;

function verdictOn(history: readonly HistoryEntry[]): "linearizable" | "not linearizable" {
  const text = history.map((entry) => `${canonicalJson(entry)}\n`).join("");
  const judgement = checkHistory(text, { models, configurationsMax: CONFIGURATIONS_MAX });
  if (judgement.type === "malformed") return "not linearizable";
  const isImpossible = judgement.objects.some(({ verdict }) => verdict.type === "impossible");
  return isImpossible ? "not linearizable" : "linearizable";
}
