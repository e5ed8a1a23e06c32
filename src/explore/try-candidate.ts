// Runs what a strategy thought of, and says what came of it. The same code on every thread.

import type { HostedSystem } from "../simulate.ts";
import type { HuntSpec } from "../systems/hunting.ts";
import type { Candidate, Proposal } from "./candidate.ts";
import { type Effects, effectsOf, noEffects } from "./effects.ts";
import { type Finding, whatFailed } from "./finding.ts";
import { huntOnce } from "./hunted-world.ts";
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
}

export interface TrialOptions {
  readonly system: HostedSystem;
  readonly spec: HuntSpec;
  readonly poll?: (() => boolean) | undefined;
}

export function tryCandidate(candidate: Candidate, { system, spec, poll }: TrialOptions): readonly Trial[] {
  const { index, strategy, scenario, reseeds } = candidate;
  const proposal: Proposal = { scenario, reseeds };
  const watch = new Watch(spec);
  const run = huntOnce(proposal, { system, observer: watch, poll });
  const failed = whatFailed(run, scenario);
  const who = { index, part: 0, strategy };
  const finding = failed === undefined ? undefined : { ...failed, ...who, proposal };
  return [{ ...who, effects: effectsOf(run, watch.turnovers), proposal, finding }];
}

/** The trial of a candidate whose run nobody lived to judge. */
export function failedTrial(
  { index, strategy, scenario, reseeds }: Candidate,
  kind: "broke" | "lost",
  because: string,
): Trial {
  const proposal: Proposal = { scenario, reseeds };
  const who = { index, part: 0, strategy };
  const effects = { ...noEffects, runs: 1, inconclusive: 1 };
  return { ...who, effects, proposal, finding: { kind, property: kind, because, ...who, proposal } };
}
