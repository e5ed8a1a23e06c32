// Findings by what they have in common: one signature is one finding, however many seeds show it.

import type { Scenario } from "../scenario/scenario.ts";
import { type HostedSystem, simulate } from "../simulate.ts";
import type { Proposal } from "./candidate.ts";
import { findingOf } from "./failure.ts";
import { type Finding, shapeOf } from "./finding.ts";
import { HuntedWorld } from "./hunted-world.ts";
import { signatureOf } from "./signature.ts";

export interface FindingGroup {
  readonly signature: string;
  readonly first: Finding;
  /** Of the first: runs alone, with whatever was decided otherwise than its seed would. */
  readonly scenario: Scenario;
  /** All findings in it, and by strategy. */
  count: number;
  readonly strategies: Map<string, number>;
}

/** Of findings that look alike so many are looked at closely; the others are counted with the last of these. */
const closelyMax = 3;

export class Groups {
  readonly #system: HostedSystem;
  readonly #bySignature = new Map<string, FindingGroup>();
  readonly #byShape = new Map<string, { looked: number; last: FindingGroup }>();

  constructor(system: HostedSystem) {
    this.#system = system;
  }

  /** In order of their first findings. */
  get all(): readonly FindingGroup[] {
    return [...new Set(this.#bySignature.values())];
  }

  /** Findings come in order of candidates. Runs the first of each sort once or twice more. */
  add(finding: Finding): void {
    const shape = shapeOf(finding);
    const alike = this.#byShape.get(shape);
    const group = alike === undefined || alike.looked < closelyMax ? this.#grouped(finding, shape) : alike.last;
    this.#byShape.set(shape, { looked: (alike?.looked ?? 0) + 1, last: group });
    group.count += 1;
    group.strategies.set(finding.strategy, (group.strategies.get(finding.strategy) ?? 0) + 1);
  }

  /** Takes a group up into another one: looked at closely, they were the same. */
  fold(group: FindingGroup, into: FindingGroup): void {
    into.count += group.count;
    for (const [strategy, count] of group.strategies) {
      into.strategies.set(strategy, (into.strategies.get(strategy) ?? 0) + count);
    }
    this.#bySignature.set(group.signature, into);
  }

  #grouped(finding: Finding, shape: string): FindingGroup {
    const scenario = finding.kind === "lost" ? finding.proposal.scenario : standalone(finding.proposal, this.#system);
    const signature = finding.kind === "violation" ? this.#signature(finding, scenario, shape) : shape;
    const known = this.#bySignature.get(signature);
    if (known !== undefined) return known;
    const group: FindingGroup = { signature, first: finding, scenario, count: 0, strategies: new Map() };
    this.#bySignature.set(signature, group);
    return group;
  }

  #signature({ property }: Finding, scenario: Scenario, shape: string): string {
    const failure = findingOf(simulate(scenario, { system: this.#system }), property);
    return failure === undefined ? `${shape} | not seen again` : signatureOf(failure, this.#system);
  }
}

/** A group by its smallest run: what it is about, what else that run breaks, and how it comes to it. */
interface Smallest {
  readonly property: string;
  readonly broken: ReadonlySet<string>;
  readonly signature: string;
}

/**
 * Groups with those that are the same as they. One bug breaks several properties, and which one first is chance: the
 * smallest run of each then breaks the properties of both. Of one property they are the same when they come to it alike.
 * @returns each group once, the first of those that are the same leading.
 */
export function alikeAmong<One extends Smallest>(all: readonly One[]): readonly (readonly [One, ...One[]])[] {
  const found: [One, ...One[]][] = [];
  for (const one of all) {
    const same = found.find(([first]) => isSame(first, one));
    if (same === undefined) found.push([one]);
    else same.push(one);
  }
  return found;
}

function isSame(one: Smallest, other: Smallest): boolean {
  if (one.property === other.property) return one.signature === other.signature;
  return one.broken.has(other.property) && other.broken.has(one.property);
}

/**
 * A scenario of its own for a run that went on under other seeds: the last of them, with what was decided before forced.
 * Of a run that breaks that is whatever was decided until then.
 */
export function standalone({ scenario, reseeds }: Proposal, system: HostedSystem): Scenario {
  const last = reseeds.at(-1);
  if (last === undefined) return scenario;
  const world = new HuntedWorld(scenario, { system, recordDecisions: true });
  try {
    world.finish(reseeds);
  } catch {
    // Whoever runs the scenario meets it again.
  }
  return { ...scenario, seed: last.seed, decisions: world.recordedDecisions() };
}
