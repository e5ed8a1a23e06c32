// A hunt: rounds of candidates, and what was learnt from them. Candidates of a round depend on the seed and on what was
// learnt two rounds before, so that the next round can be run while this one is; on nothing else, so that any number of
// workers hunts the same.

import type { Candidate } from "./candidate.ts";
import { Die } from "./die.ts";
import { type Effects, mergeEffects, noEffects, type StrategyEffect } from "./effects.ts";
import type { Finding } from "./finding.ts";
import { swarm } from "./strategies/swarm.ts";
import type { Hunting, Strategy } from "./strategy.ts";
import type { Trial } from "./try-candidate.ts";

export interface HuntOptions {
  readonly seed: number;
  readonly strategies: readonly Strategy[];
  /** This part of a hunt on several machines: one of `of`, from 0. */
  readonly shard: { readonly part: number; readonly of: number };
}

export const roundSize = 64;

export class Hunt {
  effects: Effects = noEffects;
  /** In order of candidates. */
  readonly findings: Finding[] = [];
  readonly strategies = new Map<string, StrategyEffect>();
  readonly #hunting: Hunting;
  readonly #options: HuntOptions;

  constructor(hunting: Hunting, options: HuntOptions) {
    this.#hunting = hunting;
    this.#options = options;
  }

  /** The candidates of a round, from 0; rounds are asked for in order. */
  round(round: number, count = roundSize): readonly Candidate[] {
    const { seed, strategies, shard } = this.#options;
    return Array.from({ length: count }, (_, place) => {
      const index = (round * roundSize + place) * shard.of + shard.part;
      const die = new Die("hunt", seed, index);
      const strategy = strategies[place % strategies.length];
      const proposal = strategy.propose(die, this.#hunting);
      if (proposal !== undefined) return { index, strategy: strategy.name, ...proposal };
      // Whoever needs to know more first does what needs to know nothing.
      return { index, strategy: swarm.name, ...(swarm.propose(die, this.#hunting) ?? neverAtALoss()) };
    });
  }

  /** Trials of one round, in any order. */
  learn(trials: readonly Trial[]): void {
    for (const trial of trials.toSorted((a, b) => a.index - b.index || a.part - b.part)) {
      this.effects = mergeEffects(this.effects, trial.effects);
      const before = this.strategies.get(trial.strategy) ?? { runs: 0, runsNew: 0, runsFailed: 0 };
      this.strategies.set(trial.strategy, {
        runs: before.runs + 1,
        runsNew: before.runsNew,
        runsFailed: before.runsFailed + (trial.finding === undefined ? 0 : 1),
      });
      if (trial.finding !== undefined) this.findings.push(trial.finding);
    }
  }
}

function neverAtALoss(): never {
  throw new Error("the swarm always has something to propose");
}
