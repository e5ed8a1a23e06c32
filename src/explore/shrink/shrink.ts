// From a failure to the smallest one that is left: big things first, every step run again, and in the end each part that
// is left taken out once more, to be sure that none can be.

import { type Expectations, type Scenario } from "../../scenario/scenario.ts";
import { type HostedSystem, simulate } from "../../simulate.ts";
import { countDecisions, withScriptedFaults, withStruckMessages } from "../concretise.ts";
import { type Failure, findingOf } from "../failure.ts";
import { tryScenario } from "../trial.ts";
import { minimalSubset } from "./ddmin.ts";
import { calmWorld, type Ladder, plainNames, simplerFaults, simplerRun } from "./ladders.ts";
import { decisions, faultKinds, faults, type Shelf, shelvesOf, streams } from "./shelves.ts";
import { Workbench } from "./workbench.ts";

export interface ShrinkOptions {
  readonly system: HostedSystem;
  /** Asked now and then; once true, the best so far is the result. */
  readonly poll?: (() => boolean) | undefined;
  readonly onProgress?: ((progress: ShrinkProgress) => void) | undefined;
}

export interface ShrinkProgress {
  readonly step: string;
  readonly tries: number;
  /** Of what is left; absent when nothing is being taken out. */
  readonly size: Size | undefined;
}

/** How much there is to a failure. */
export interface Size {
  readonly faults: number;
  readonly nodes: number;
  readonly untilUs: number;
  /** Outcomes that are forced. */
  readonly forced: number;
}

export interface Shrunk {
  readonly failure: Failure;
  readonly before: Size & { readonly decisions: number };
  readonly after: Size & { readonly decisions: number };
  /** Runs made. */
  readonly tries: number;
  /** Each part that is left was taken out alone, and then it did not fail. False: it was cut short. */
  readonly isMinimal: boolean;
  /** How many parts that were. */
  readonly removals: number;
  /** So many other seeds were asked as well: what fails under fewer than half of them did not count as failing alike. */
  readonly witnesses: number;
  /** Of so many other seeds, under how many it fails alike. */
  readonly seeds: { readonly failing: number; readonly tried: number };
}

/** More single messages than this say less than the one fault that struck them all. */
const singlesMax = 2;
const roundsMax = 6;
const otherSeeds = 20;

/** Undefined: the scenario does not break the property (any more). */
export function shrink(failure: Failure, options: ShrinkOptions): Shrunk | undefined {
  const { system, poll, onProgress } = options;
  const { property } = failure;
  const bench = Workbench.of(failure.scenario, {
    system,
    property,
    poll,
    onTry: ({ step, tries, best }) => onProgress?.({ step, tries, size: sizeOf(best) }),
  });
  if (bench === undefined) return undefined;
  const before = { ...sizeOf(bench.best), decisions: countDecisions(bench.best, bench.options) };
  begin(bench);
  const removals = untilMinimal(bench);
  const best = told(bench.best, failure, bench.violation.because);
  const run = simulate(best, { system });
  const found = findingOf(run, property);
  if (found === undefined) return undefined;
  return {
    failure: { ...found, scenario: best },
    before,
    after: { ...sizeOf(best), decisions: countDecisions(best, bench.options) },
    tries: bench.tries,
    isMinimal: removals !== undefined,
    removals: removals ?? 0,
    witnesses: bench.witnesses.length,
    seeds: otherwiseSeeded(best, bench),
  };
}

const sizeOf = ({ world, nodes, decisions: forced = [] }: Scenario): Size => ({
  faults: world.faults.length,
  nodes: [...nodes.values()].flat().length,
  untilUs: world.untilUs,
  forced: forced.reduce((sum, { values }) => sum + values.filter((value) => value !== null).length, 0),
});

/** Makes every later run short, and every fault one that can be taken out. */
function begin(bench: Workbench): void {
  bench.step = "ending at the violation";
  bench.acceptFirst(endings(bench));
  if (bench.best.decisions !== undefined) {
    bench.step = "leaving chance to the seed";
    const { decisions: _forced, ...free } = bench.best;
    bench.accept(free);
  }
  bench.step = "writing down what struck";
  if (bench.best.world.faults.some(({ timing }) => timing.type === "random")) {
    bench.accept(withScriptedFaults(bench.best, bench.options));
  }
  bench.step = "asking other seeds";
  bench.findWitnesses();
}

/** An end a little behind the violation: without some of what led to it, it may come later. */
function endings({ best, brokenUs }: Workbench): readonly Scenario[] {
  const { untilUs, healUs } = best.world;
  return [Math.ceil(brokenUs * 1.25) + 1_000_000, brokenUs + 1_000_000, brokenUs + 1]
    .filter((us) => us < untilUs)
    .map((us) => ({ ...best, world: { ...best.world, untilUs: us, healUs: Math.min(us, healUs) } }));
}

/** Rounds until a whole one changes nothing. @returns how many removals were tried in vain; undefined: time was up. */
function untilMinimal(bench: Workbench): number | undefined {
  for (let round = 0; round < roundsMax && !bench.isOver; round += 1) {
    const before = bench.best;
    takeOut(bench, faultKinds(bench.best));
    takeOut(bench, faults(bench.best));
    climb(bench, calmWorld);
    nameMessages(bench);
    takeOut(bench, streams(bench.best));
    takeOut(bench, decisions(bench.best));
    for (const { name } of shelvesOf(bench.best, bench.system)) takeOutOf(bench, name);
    climb(bench, simplerFaults);
    climb(bench, (scenario) => simplerRun(scenario, bench.brokenUs));
    climb(bench, plainNames);
    if (bench.best !== before) continue;
    const removals = certify(bench);
    if (removals !== undefined || bench.isOver) return bench.isOver ? undefined : removals;
  }
  return bench.isOver ? undefined : certify(bench);
}

function takeOutOf(bench: Workbench, name: string): void {
  const shelf = shelvesOf(bench.best, bench.system).find((one) => one.name === name);
  if (shelf !== undefined) takeOut(bench, shelf);
}

function takeOut(bench: Workbench, { name, parts, keeping }: Shelf): void {
  bench.step = `taking out ${name}`;
  minimalSubset(
    parts,
    (kept) => bench.accept(keeping(new Set(kept))),
    () => bench.isOver,
  );
}

/** Every ladder of the best scenario there is when its turn comes. */
function climb(bench: Workbench, laddersOf: (scenario: Scenario) => readonly Ladder[]): void {
  for (const { name } of laddersOf(bench.best)) {
    bench.step = `simplifying ${name}`;
    bench.acceptFirst(laddersOf(bench.best).find((ladder) => ladder.name === name)?.rungs ?? []);
  }
}

/** A fault that strikes many messages becomes faults of single ones, when few of those do. */
function nameMessages(bench: Workbench): void {
  const before = bench.best;
  const { world } = before;
  const isVague = world.faults.some(
    ({ action, timing }) => "messages" in action && !(timing.type === "scripted" && timing.forUs === "once"),
  );
  const loses = [world.link, ...world.links.map(({ link }) => link)].some(
    ({ loss }) => (loss?.type ?? "none") !== "none",
  );
  if (!isVague && !loses) return;
  bench.step = "naming the messages that were struck";
  const kept = bench.snapshot();
  if (!bench.accept(withStruckMessages(before, bench.options))) return;
  takeOut(bench, faults(bench.best));
  const singles = bench.best.world.faults.length;
  if (singles > Math.max(singlesMax, world.faults.length)) bench.restore(kept);
}

/** Takes each part out alone. @returns how many removals were in vain; undefined: one of them was not. */
function certify(bench: Workbench): number | undefined {
  bench.step = "making sure that nothing more can go";
  let removals = 0;
  for (const { parts, keeping } of shelvesOf(bench.best, bench.system)) {
    for (const part of parts) {
      if (bench.isOver) return undefined;
      const less = keeping(new Set(parts.filter((other) => other !== part)));
      if (less === undefined) continue;
      if (bench.accept(less)) return undefined;
      removals += 1;
    }
  }
  return removals;
}

function otherwiseSeeded(best: Scenario, bench: Workbench): Shrunk["seeds"] {
  let failing = 0;
  let tried = 0;
  for (let seed = best.seed + 1; seed <= best.seed + otherSeeds && !bench.isOver; seed += 1) {
    tried += 1;
    if (tryScenario({ ...best, seed }, bench.options).violation !== undefined) failing += 1;
  }
  return { failing, tried };
}

/** The scenario as its file tells it: it expects nothing but what it is about. */
function told(scenario: Scenario, { property }: Failure, because: string): Scenario {
  const { violated } = scenario.expect;
  const expect: Expectations = {
    exercised: [],
    violated: violated.includes(property) ? [property] : [],
    figures: [],
    alerts: [],
  };
  const { decisions: forced = [], ...rest } = scenario;
  const title = titleOf(property, because);
  return { ...rest, title, expect, ...(forced.length === 0 ? {} : { decisions: forced }) };
}

/** What a file is called that is about one violation; no longer than titles may be. */
export const titleOf = (property: string, because: string): string => `${property} is broken: ${because}`.slice(0, 200);
