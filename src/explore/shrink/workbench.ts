// Where a failure lies while it is made smaller: every candidate is run, and becomes the best so far if it fails alike.

import { PlainHasher } from "../../base/plain-hash.ts";
import type { Violation } from "../../check/property.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import type { HostedSystem } from "../../simulate.ts";
import type { FaultKind } from "../../world/fault.ts";
import { sparesMajority } from "../fault-draws.ts";
import { type Trial, tryScenario } from "../trial.ts";

export interface WorkbenchOptions {
  readonly system: HostedSystem;
  readonly property: string;
  /** Asked before each run and now and then within; once true, nothing is accepted any more. */
  readonly poll?: (() => boolean) | undefined;
  /** Hears of each run that counted. */
  readonly onTry?: ((bench: Workbench) => void) | undefined;
}

export interface BestSoFar {
  readonly best: Scenario;
  readonly violation: Violation;
}

/** A run may take so many times the events of the best one before it is given up as another story. */
const eventsFactor = 3;
const eventsMin = 20_000;
/** What is struck by one of these is not what it was any more: a quorum of such nodes is none. */
const lasting: ReadonlySet<FaultKind> = new Set(["lose", "bitRot", "misdirectedWrite", "lostSync"]);
const lasts = (kind: FaultKind): boolean => lasting.has(kind);
const witnessesTried = 5;
const witnessesMax = 3;

export class Workbench {
  readonly system: HostedSystem;
  readonly property: string;
  best: Scenario;
  violation: Violation;
  /** Runs made. */
  tries = 0;
  /** What is being done, for whoever waits. */
  step = "";
  /**
   * Other seeds under which the failure is there as well. What fails under its own seed and no longer under most of
   * these fails by luck, and is not the same failure.
   */
  witnesses: readonly number[] = [];
  /** Candidates that failed by luck alone. */
  lucky = 0;
  /** Whether faults that last took a minority of each role: with fewer nodes they would take the rest, which is no wonder. */
  readonly #isMinority: boolean;
  #events: number;
  #isOver = false;
  readonly #poll: (() => boolean) | undefined;
  readonly #onTry: ((bench: Workbench) => void) | undefined;
  readonly #known = new Map<string, boolean>();

  private constructor(scenario: Scenario, trial: Trial, violation: Violation, options: WorkbenchOptions) {
    this.system = options.system;
    this.property = options.property;
    this.best = scenario;
    this.violation = violation;
    this.#isMinority = sparesMajority(scenario.world.faults, scenario.nodes, lasts);
    this.#events = trial.events;
    this.#poll = options.poll;
    this.#onTry = options.onTry;
  }

  /** Undefined: the scenario does not break the property, and there is nothing to make smaller. */
  static of(scenario: Scenario, options: WorkbenchOptions): Workbench | undefined {
    const trial = tryScenario(scenario, { system: options.system, property: options.property });
    return trial.violation === undefined ? undefined : new Workbench(scenario, trial, trial.violation, options);
  }

  /** Whether time is up. */
  get isOver(): boolean {
    if (!this.#isOver && this.#poll?.() === true) this.#isOver = true;
    return this.#isOver;
  }

  /** When the best one breaks the property, in microseconds from its start. */
  get brokenUs(): number {
    return this.violation.atUs - this.best.world.startUs;
  }

  /** Options to run the best one with, for whoever wants to look at it. */
  get options() {
    return { system: this.system, property: this.property, eventsMax: this.#eventsMax };
  }

  /** Runs a candidate; true when it fails alike, and then it is the best. */
  accept(candidate: Scenario | undefined): boolean {
    if (candidate === undefined || this.isOver) return false;
    if (this.#isMinority && !sparesMajority(candidate.world.faults, candidate.nodes, lasts)) return false;
    const key = keyOf(candidate);
    if (this.#known.get(key) === false) return false;
    const trial = this.#run(candidate);
    const failsAlike = trial?.violation !== undefined && this.#isWitnessed(candidate);
    // A run that was cut by the reader says nothing about its scenario.
    if (!failsAlike && this.isOver) return false;
    this.#known.set(key, failsAlike);
    if (failsAlike) {
      this.best = candidate;
      this.violation = trial.violation;
      this.#events = trial.events;
    } else if (trial?.violation !== undefined) {
      this.lucky += 1;
    }
    this.#onTry?.(this);
    return failsAlike;
  }

  /** Looks for other seeds under which the best one fails; few or none, when it hangs on its own. */
  findWitnesses(): void {
    const seeds = Array.from({ length: witnessesTried }, (_, index) => this.best.seed + index + 1);
    const failing = seeds.filter((seed) => !this.isOver && this.#run({ ...this.best, seed })?.violation !== undefined);
    this.witnesses = failing.length * 2 > witnessesTried ? failing.slice(0, witnessesMax) : [];
  }

  #isWitnessed(candidate: Scenario): boolean {
    const needed = Math.ceil(this.witnesses.length / 2);
    let left = this.witnesses.length;
    let failing = 0;
    for (const seed of this.witnesses) {
      if (failing >= needed || failing + left < needed) break;
      left -= 1;
      if (this.#run({ ...candidate, seed })?.violation !== undefined) failing += 1;
    }
    return failing >= needed;
  }

  /** The first of several that fails alike, from the boldest to the most timid. */
  acceptFirst(candidates: Iterable<Scenario | undefined>): boolean {
    for (const candidate of candidates) if (this.accept(candidate)) return true;
    return false;
  }

  /** Where the best one stands, to come back to. */
  snapshot(): BestSoFar {
    return { best: this.best, violation: this.violation };
  }

  restore({ best, violation }: BestSoFar): void {
    this.best = best;
    this.violation = violation;
  }

  get #eventsMax(): number {
    return Math.max(eventsMin, this.#events * eventsFactor);
  }

  #run(candidate: Scenario): Trial | undefined {
    const { explain } = this.system;
    const { nodes, settings, workload } = candidate;
    if ((explain?.({ nodes, settings, workload }) ?? []).length > 0) return undefined;
    this.tries += 1;
    try {
      return tryScenario(candidate, { ...this.options, poll: () => this.isOver });
    } catch {
      // Shrinking makes up scenarios that nobody would write: one that cannot be built is no candidate.
      return undefined;
    }
  }
}

/** All that a run depends on, and nothing that only a reader sees. */
function keyOf({ seed, nodes, world, settings, workload, decisions }: Scenario): string {
  const hasher = new PlainHasher();
  hasher.hash({ seed, nodes, world, settings, workload, decisions });
  return `${hasher.first} ${hasher.second}`;
}
