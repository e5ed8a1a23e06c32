// The sentence in code: a scenario builds a world, the world runs a system, what it states is judged and measured.

import type { NodeId } from "./base/ids.ts";
import { Figures, type FiguresData, type FiguresPlan, figuresPlan, summarise } from "./check/figures.ts";
import type { HistoryEntry } from "./check/history.ts";
import { Judge, judgePlan, type JudgePlan } from "./check/judge.ts";
import type { Verdict } from "./check/property.ts";
import type { Fact } from "./machine/effect.ts";
import { type ExpectationResult, judgeExpectations, outcomeOf, type RunOutcome } from "./scenario/expectations.ts";
import type { Decisions, Scenario } from "./scenario/scenario.ts";
import { systemNamed } from "./systems/registry.ts";
import type { AnySystem } from "./systems/system.ts";
import type { FactObserver, MessageListener, Tracer } from "./trace/trace-event.ts";
import type { Controls } from "./world/controls.ts";
import type { FaultTally } from "./world/fault.ts";
import type { WorldPlan } from "./world/plan.ts";
import { type Ending, type MessageCounts, World } from "./world/world.ts";

/** A system, and what its faults go through on their way to the world; absent: nothing. */
export interface HostedSystem extends AnySystem {
  readonly bend?: WorldBend;
}

/** A world that is not what its plan says. */
export interface WorldBend {
  readonly plan?: (plan: WorldPlan) => WorldPlan;
  readonly controls?: (controls: Controls) => Controls;
}

export interface SimulateOptions {
  /** In place of the scenario's own. */
  readonly seed?: number | undefined;
  /** In place of the registered system of that name. */
  readonly system?: HostedSystem | undefined;
  readonly tracer?: Tracer | undefined;
  readonly listener?: MessageListener | undefined;
  /** Freezes all that travels, so that a machine which changes what it sent is caught. */
  readonly check?: boolean | undefined;
  /** False: nobody asks for the digest of the run, and none is made. */
  readonly digest?: boolean | undefined;
  /** Keeps what chance decided, for a failure file. */
  readonly recordDecisions?: boolean | undefined;
  /** Asked now and then; true cuts the run short. */
  readonly poll?: (() => boolean) | undefined;
  /** Takes client-visible operations as they happen. */
  readonly history?: ((entry: HistoryEntry) => void) | undefined;
  /** Sees each fact once it was judged. */
  readonly observer?: FactObserver | undefined;
}

export interface Run {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly outcome: RunOutcome;
  readonly verdict: Verdict;
  readonly expectations: readonly ExpectationResult[];
  readonly figures: FiguresData;
  /** Empty when none was asked for. */
  readonly digest: string;
  readonly tallies: readonly FaultTally[];
  readonly messages: MessageCounts;
  readonly eventsDone: number;
  readonly endedAtUs: number;
  /** Forced decisions that could not be: above 0, a failure file no longer tells the story it was made of. */
  readonly forcedMisfits: number;
  /** When they were asked for. */
  readonly decisions: Decisions;
}

export function simulate(scenario: Scenario, { system, ...options }: SimulateOptions = {}): Run {
  return new Simulation(scenario, system).run(options);
}

/** What all runs of a scenario have in common, made once: for who runs it under many seeds. */
export class Simulation {
  readonly #scenario: Scenario;
  readonly #system: HostedSystem;
  readonly #judging: JudgePlan<unknown, Fact>;
  readonly #measuring: FiguresPlan;

  /** @param system in place of the registered one of that name. */
  constructor(scenario: Scenario, system: HostedSystem = systemNamed(scenario.system)) {
    const input = inputOf(scenario);
    this.#scenario = scenario;
    this.#system = system;
    this.#judging = judgePlan(system.model(input), system.properties(input));
    this.#measuring = figuresPlan(system.measures.figures);
  }

  run(options: Omit<SimulateOptions, "system"> = {}): Run {
    const scenario = this.#scenario;
    const judge = new Judge(this.#judging);
    const figures = new Figures(this.#measuring);
    const world = worldOf(scenario, this.#system, watched(judge, figures, this.#system, options), options);

    const ending = world.run(options.poll);
    const cutBy = whatCut(ending, scenario);
    const endedAtUs = cutBy === undefined ? scenario.world.startUs + scenario.world.untilUs : ending.atUs;
    const verdict = judge.finish({
      atUs: endedAtUs,
      event: world.eventsDone,
      ...(cutBy === undefined ? {} : { cutBy }),
    });
    const measured = figures.data();
    const expectations = this.#expectationsOf(verdict, measured);
    const outcome = outcomeOf(scenario.expect, { ...verdict, isCut: cutBy !== undefined }, expectations);
    const { eventsDone, forcedMisfits } = world;
    return {
      scenario,
      seed: options.seed ?? scenario.seed,
      outcome,
      verdict,
      expectations,
      figures: measured,
      digest: options.digest === false ? "" : world.digestHex(),
      tallies: world.tallies(),
      messages: world.messageCounts(),
      eventsDone,
      endedAtUs,
      forcedMisfits,
      decisions: world.recordedDecisions(),
    };
  }

  #expectationsOf({ properties }: Verdict, measured: FiguresData): readonly ExpectationResult[] {
    const { expect } = this.#scenario;
    const counts = new Map(properties.map((property) => [property.id, property]));
    // Most stories expect nothing of figures, and what they come to takes a while to say.
    const asksFigures = expect.figures.length > 0 || expect.alerts.length > 0;
    return judgeExpectations(expect, counts, asksFigures ? summarise(this.#system.measures.figures, measured) : []);
  }
}

/** What a system may know of a scenario. */
export const inputOf = (scenario: Scenario) => ({
  nodes: scenario.nodes,
  settings: scenario.settings,
  workload: scenario.workload,
  untilUs: scenario.world.untilUs,
  healUs: scenario.world.healUs,
});

/** The world of a scenario, ready to run. */
export function worldOf(
  scenario: Scenario,
  system: HostedSystem,
  observer: FactObserver,
  options: SimulateOptions,
): World {
  const { tracer, listener, check = false, digest, recordDecisions: record = false, seed = scenario.seed } = options;
  const force = scenario.decisions === undefined ? {} : { force: scenario.decisions };
  const nodes = system.nodes(inputOf(scenario));
  const { plan, controls: bend } = system.bend ?? {};
  const planned = plan === undefined ? scenario.world : plan(scenario.world);
  return new World(planned, nodes, {
    seed,
    observer,
    tracer,
    listener,
    check,
    ...(digest === undefined ? {} : { digest }),
    decisions: { ...force, record },
    bend,
  });
}

/** Each fact is judged, then measured against the view it changed, then told as an operation. */
function watched(
  judge: Judge<unknown, Fact>,
  figures: Figures,
  system: AnySystem,
  { history, observer }: SimulateOptions,
): FactObserver {
  const { measure: measureAll, measures } = system.measures;
  const historian = system.history();
  const at: { atUs: number; event: number; node: NodeId } = { atUs: 0, event: 0, node: "" as NodeId };
  return {
    observe(atUs, event, node, fact) {
      judge.observe(atUs, event, node, fact);
      const measure = measures === undefined ? measureAll : measures.get(fact.fact);
      if (measure !== undefined) {
        at.atUs = atUs;
        at.event = event;
        at.node = node;
        measure(judge.view, fact, at, figures);
      }
      if (history !== undefined) for (const entry of historian(fact, atUs, node)) history(entry);
      observer?.observe(atUs, event, node, fact);
    },
  };
}

function whatCut(ending: Ending, { world: { limits } }: Scenario): string | undefined {
  if (ending.type === "stopped") return "stopped";
  if (ending.type !== "limit") return undefined;
  const limitOf = { events: limits.eventsMax, memory: limits.pendingMax, time: undefined, wall: undefined };
  const bound = limitOf[ending.limit];
  return `${ending.limit === "wall" ? "wall-clock" : ending.limit} limit${bound === undefined ? "" : ` (${bound})`}`;
}
