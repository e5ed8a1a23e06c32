// A world that is hunted: judged, watched for what it reaches, and measured in nothing that nobody asks for. It can be
// kept at a moment, and sent on from there into another future.

import { Judge, type JudgeCheckpoint, judgePlan } from "../check/judge.ts";
import type { Verdict } from "../check/property.ts";
import type { Fact } from "../machine/effect.ts";
import { outcomeOf } from "../scenario/expectations.ts";
import type { Decisions, Scenario } from "../scenario/scenario.ts";
import { inputOf, worldOf } from "../simulate.ts";
import type { AnySystem } from "../systems/system.ts";
import type { FactObserver, MessageListener } from "../trace/trace-event.ts";
import type { FaultTally } from "../world/fault.ts";
import type { Ending, World, WorldCheckpoint } from "../world/world.ts";
import type { Reseed } from "./candidate.ts";

/** What a run came to. */
export interface HuntedRun {
  readonly outcome: "held" | "violated" | "inconclusive";
  readonly verdict: Verdict;
  readonly tallies: readonly FaultTally[];
  /** Empty when none was asked for. */
  readonly digest: string;
  readonly eventsDone: number;
  readonly simulatedUs: number;
  /** What cut it short: a limit of the world, or the patience of whoever waited. */
  readonly cutBy: string | undefined;
}

export interface HuntedOptions {
  readonly system: AnySystem;
  /** Sees each fact once it was judged. */
  readonly observer?: FactObserver | undefined;
  readonly listener?: MessageListener | undefined;
  /** Asked now and then; true cuts the run short. */
  readonly poll?: (() => boolean) | undefined;
  readonly recordDecisions?: boolean;
  /** True: the run has a digest, which no hunt asks for. */
  readonly digest?: boolean;
}

export interface HuntedCheckpoint {
  readonly world: WorldCheckpoint;
  readonly judge: JudgeCheckpoint<unknown>;
}

export class HuntedWorld {
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #judge: Judge<unknown, Fact>;
  readonly #poll: (() => boolean) | undefined;
  readonly #digests: boolean;
  #ending: Ending | undefined;

  constructor(scenario: Scenario, options: HuntedOptions) {
    const { system, observer, listener, poll, recordDecisions = false, digest = false } = options;
    const input = inputOf(scenario);
    const judge = new Judge(judgePlan(system.model(input), system.properties(input)));
    this.#scenario = scenario;
    this.#judge = judge;
    this.#poll = poll;
    this.#digests = digest;
    const both: FactObserver = {
      observe(atUs, event, node, fact) {
        judge.observe(atUs, event, node, fact);
        observer?.observe(atUs, event, node, fact);
      },
    };
    this.#world = worldOf(scenario, system, observer === undefined ? judge : both, {
      listener,
      recordDecisions,
      digest,
    });
  }

  /** Runs up to a moment, counted from the start; false when a limit stood in the way. */
  runTo(atUs: number): boolean {
    if (this.#ending?.type === "limit") return false;
    const ending = this.#world.runUntil(this.#scenario.world.startUs + atUs, this.#poll);
    this.#ending = ending;
    return ending.type !== "limit";
  }

  /** From here on everything is drawn from another seed. */
  reseed(seed: number): void {
    this.#world.reseed(seed);
  }

  /** Runs to the end, by way of other seeds, and judges. */
  finish(reseeds: readonly Reseed[] = []): HuntedRun {
    const { world: plan, expect } = this.#scenario;
    for (const { atUs, seed } of reseeds) {
      if (this.runTo(atUs)) this.reseed(seed);
    }
    this.runTo(plan.untilUs);
    const ending = this.#ending;
    const cutBy = ending?.type === "limit" ? cutOf(ending.limit, this.#scenario) : undefined;
    this.#world.finish(cutBy ?? "reached");
    const { eventsDone, nowUs } = this.#world;
    const verdict = this.#judge.finish({
      atUs: cutBy === undefined ? plan.startUs + plan.untilUs : nowUs,
      event: eventsDone,
      ...(cutBy === undefined ? {} : { cutBy }),
    });
    const outcome = outcomeOf(expect, { properties: verdict.properties, isCut: cutBy !== undefined }, []);
    return {
      outcome: outcome === "unmet" ? "held" : outcome,
      verdict,
      tallies: this.#world.tallies(),
      digest: this.#digests ? this.#world.digestHex() : "",
      eventsDone,
      simulatedUs: nowUs - plan.startUs,
      cutBy,
    };
  }

  recordedDecisions(): Decisions {
    return this.#world.recordedDecisions();
  }

  checkpoint(): HuntedCheckpoint {
    return { world: this.#world.checkpoint(), judge: this.#judge.checkpoint() };
  }

  restore({ world, judge }: HuntedCheckpoint): void {
    this.#world.restore(world);
    this.#judge.restore(judge);
    this.#ending = undefined;
  }
}

function cutOf(limit: "events" | "time" | "memory" | "wall", { world: { limits } }: Scenario): string {
  if (limit === "events") return `event limit (${limits.eventsMax})`;
  if (limit === "memory") return `memory limit (${limits.pendingMax})`;
  return limit === "wall" ? "wall-clock limit" : "end of time";
}
