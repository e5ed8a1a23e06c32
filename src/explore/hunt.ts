// A hunt: rounds of candidates, and what was learnt from them. Candidates of a round depend on the seed and on what was
// learnt two rounds before, so that the next round can be run while this one is; on nothing else, so that any number of
// workers hunts the same.

import type { Base, Candidate, Plan } from "./candidate.ts";
import { Corpus } from "./corpus.ts";
import { countReached, reach, type Reached } from "./coverage.ts";
import { Die } from "./die.ts";
import { type Effects, mergeEffects, noEffects, type StrategyEffect } from "./effects.ts";
import type { Finding } from "./finding.ts";
import { swarm } from "./strategies/swarm.ts";
import type { Strategy } from "./strategy.ts";
import type { Trial } from "./try-candidate.ts";
import type { HuntSpec } from "../systems/hunting.ts";
import type { AnySystem } from "../systems/system.ts";

export interface HuntedSystem {
  readonly system: AnySystem;
  readonly spec: HuntSpec;
  readonly bases: readonly Base[];
}

export interface HuntOptions {
  readonly seed: number;
  readonly strategies: readonly Strategy[];
  /** This part of a hunt on several machines: the `index`-th of `count`, from 1. */
  readonly shard: { readonly index: number; readonly count: number };
}

/** What had been reached after so many runs. */
export interface Growth {
  readonly runs: number;
  readonly reached: number;
}

export const roundSize = 64;

export class Hunt {
  effects: Effects = noEffects;
  /** In order of candidates. */
  readonly findings: Finding[] = [];
  readonly strategies = new Map<string, StrategyEffect>();
  /** At each doubling of the runs, and now. */
  readonly growth: Growth[] = [];
  readonly corpus = new Corpus();
  readonly #hunted: HuntedSystem;
  readonly #options: HuntOptions;
  readonly #reached: Reached;
  #growthNext = roundSize;

  /** @param reached nothing yet; only written to by `learn`. */
  constructor(hunted: HuntedSystem, options: HuntOptions, reached: Reached) {
    this.#hunted = hunted;
    this.#options = options;
    this.#reached = reached;
  }

  /** The candidates of a round, from 0, of so many runs at the most. Rounds are asked for in order. */
  round(round: number, runsMax = Infinity): readonly Candidate[] {
    const candidates: Candidate[] = [];
    let runs = 0;
    for (let place = 0; place < roundSize && runs < runsMax; place += 1) {
      const candidate = cutTo(this.#candidate(round, place), runsMax - runs);
      runs += runsOf(candidate);
      candidates.push(candidate);
    }
    return candidates;
  }

  /** Trials of one round, in any order. @returns those that reached something new. */
  learn(trials: readonly Trial[]): readonly Trial[] {
    const fresh: Trial[] = [];
    for (const trial of trials.toSorted((a, b) => a.index - b.index || a.part - b.part)) {
      const { strategy, finding, proposal, newAtUs } = trial;
      const news = reach(this.#reached, trial.news).length;
      this.effects = mergeEffects(this.effects, trial.effects);
      this.#credit(strategy, news > 0, finding !== undefined);
      if (finding !== undefined) this.findings.push(finding);
      if (news === 0) continue;
      this.corpus.add({ proposal, strategy, news, newAtUs });
      fresh.push(trial);
    }
    this.#grow();
    return fresh;
  }

  get system(): AnySystem {
    return this.#hunted.system;
  }

  get reached(): number {
    return countReached(this.#reached);
  }

  #candidate(round: number, place: number): Candidate {
    const { seed, strategies, shard } = this.#options;
    const index = (round * roundSize + place) * shard.count + shard.index - 1;
    const die = new Die("hunt", seed, index);
    const hunting = { ...this.#hunted, corpus: this.corpus };
    const strategy = strategies[place % strategies.length];
    const plan: Plan | undefined = strategy.propose(die, hunting);
    if (plan !== undefined) return { index, strategy: strategy.name, ...plan };
    // Whoever needs to know more first does what needs to know nothing.
    return { index, strategy: swarm.name, ...swarm.propose(die, hunting) };
  }

  #credit(strategy: string, isNew: boolean, isFailed: boolean): void {
    const { runs, runsNew, runsFailed } = this.strategies.get(strategy) ?? { runs: 0, runsNew: 0, runsFailed: 0 };
    this.strategies.set(strategy, {
      runs: runs + 1,
      runsNew: runsNew + (isNew ? 1 : 0),
      runsFailed: runsFailed + (isFailed ? 1 : 0),
    });
  }

  #grow(): void {
    const { runs } = this.effects;
    if (runs < this.#growthNext) return;
    this.growth.push({ runs, reached: this.reached });
    while (this.#growthNext <= runs) this.#growthNext *= 2;
  }
}

export const runsOf = ({ branch }: Candidate): number => branch?.seeds.length ?? 1;

/** A candidate of several runs takes as many as are left. */
function cutTo(candidate: Candidate, runsMax: number): Candidate {
  const { branch } = candidate;
  if (branch === undefined || branch.seeds.length <= runsMax) return candidate;
  return { ...candidate, branch: { ...branch, seeds: branch.seeds.slice(0, runsMax) } };
}
