// Runs what a strategy thought of, and says what came of it. The same code on every thread.

import type { HostedSystem } from "../simulate.ts";
import type { HuntSpec } from "../systems/hunting.ts";
import type { Candidate, Proposal } from "./candidate.ts";
import type { Feature, Reached } from "./coverage.ts";
import { type Effects, effectsOf, noEffects } from "./effects.ts";
import { type Finding, whatFailed } from "./finding.ts";
import { HuntedWorld } from "./hunted-world.ts";
import { aimed } from "./strategies/targeted.ts";
import { Watch } from "./watch.ts";

/** One run of a candidate. */
export interface Trial {
  readonly index: number;
  readonly part: number;
  readonly strategy: string;
  readonly effects: Effects;
  /** As it was run. */
  readonly proposal: Proposal;
  readonly finding: Finding | undefined;
  /** What it reached beyond what was known when it ran, and when about half of that had been reached. */
  readonly news: readonly Feature[];
  readonly newAtUs: number;
}

export interface TrialOptions {
  readonly system: HostedSystem;
  readonly spec: HuntSpec;
  readonly reached: Reached;
  readonly poll?: (() => boolean) | undefined;
}

export function tryCandidate(candidate: Candidate, options: TrialOptions): readonly Trial[] {
  const { index, strategy, branch } = candidate;
  const { system, spec, poll } = options;
  const isAimed = (candidate.aims ?? 0) > 0;
  const proposal: Proposal = isAimed ? aimed(candidate, options) : withoutPlan(candidate);
  const watch = new Watch(spec, proposal.scenario);
  const world = new HuntedWorld(proposal.scenario, { system, observer: watch, listener: watch, poll });
  const who = { index, strategy };
  if (branch === undefined) return [finished({ ...who, part: 0 }, proposal, { world, watch }, options)];

  const { reseeds } = proposal;
  for (const { atUs, seed } of reseeds) {
    if (world.runTo(atUs)) world.reseed(seed);
  }
  world.runTo(branch.atUs);
  const kept = { world: world.checkpoint(), watch: watch.checkpoint() };
  return branch.seeds.map((seed, part) => {
    if (part > 0) {
      world.restore(kept.world);
      watch.restore(kept.watch);
    }
    world.reseed(seed);
    const future: Proposal = { ...proposal, reseeds: [...reseeds, { atUs: branch.atUs, seed }] };
    return finished({ ...who, part }, future, { world, watch, isUnderWay: true }, options);
  });
}

/** The trial of a candidate whose run nobody lived to judge. */
export function failedTrial(candidate: Candidate, kind: "broke" | "lost", because: string): Trial {
  const { index, strategy } = candidate;
  const proposal = withoutPlan(candidate);
  const who = { index, part: 0, strategy };
  const effects = { ...noEffects, runs: 1, inconclusive: 1 };
  const finding: Finding = { kind, property: kind, because, ...who, proposal };
  return { ...who, effects, proposal, finding, news: [], newAtUs: 0 };
}

const withoutPlan = ({ scenario, reseeds }: Candidate): Proposal => ({ scenario, reseeds });

function finished(
  who: Pick<Trial, "index" | "part" | "strategy">,
  proposal: Proposal,
  { world, watch, isUnderWay = false }: { world: HuntedWorld; watch: Watch; isUnderWay?: boolean },
  { reached }: TrialOptions,
): Trial {
  const { scenario, reseeds } = proposal;
  const run = world.finish(isUnderWay ? [] : reseeds);
  const { startUs, untilUs } = scenario.world;
  watch.finish(startUs + untilUs, run.verdict.properties);
  const failed = whatFailed(run, scenario);
  const finding = failed === undefined ? undefined : { ...failed, ...who, proposal };
  const found = watch.newIn(reached);
  const news = found.map(({ feature }) => feature);
  const newAtUs = (found[Math.floor(found.length / 2)]?.atUs ?? startUs) - startUs;
  return { ...who, effects: effectsOf(run, watch.turnovers), proposal, finding, news, newAtUs };
}
