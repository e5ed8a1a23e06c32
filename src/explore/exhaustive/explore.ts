// Every interleaving of a small world: sets it up, walks it, and looks for the shortest way to what it found broken.

import { equalPlain } from "../../base/plain-data.ts";
import type { Fact } from "../../machine/effect.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { inputOf } from "../../simulate.ts";
import type { AnySystem } from "../../systems/system.ts";
import { type Beginning, quietBeginning } from "./beginning.ts";
import type { Bounds, WalkOptions } from "./bounds.ts";
import { SmallJudge } from "./small-judge.ts";
import { type SmallState, SmallWorld } from "./small-world.ts";
import { type Broken, Walk, type WalkFile, type WalkResult } from "./walk.ts";

export interface Exploration {
  readonly scenario: Scenario;
  readonly system: AnySystem;
  readonly bounds: Bounds;
  /** Name of a fact: exploration begins where the quiet world first states it. Undefined: where nobody runs yet. */
  readonly from: string | undefined;
  readonly walk: WalkOptions;
}

/** A walk with the world that it goes through. */
export interface SetUp {
  readonly world: SmallWorld;
  readonly beginning: Beginning;
}

export interface Explored {
  readonly result: WalkResult;
  /** Of the walk that looked for the shortest, when something was broken. */
  readonly shortest:
    | { readonly broken: Broken; readonly isShortest: boolean; readonly search: WalkResult | undefined }
    | undefined;
  /** What it takes to go on, when it was stopped or met its bound of states. */
  readonly file: ExploreFile | undefined;
}

/** A walk that was ended early, with the numbers of all it met. */
export interface ExploreFile {
  readonly images: readonly string[];
  readonly messages: readonly string[];
  readonly statements: readonly string[];
  readonly views: readonly string[];
  readonly walk: WalkFile;
}

export interface ExploreProgress {
  readonly phase: "walk" | "shortest";
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
}

/** States between two pauses. */
const pauseEvery = 1000;

/** Undefined: the quiet world never states the fact to begin at. */
export function setUp({ scenario, system, bounds, from }: Exploration): SetUp | undefined {
  const input = inputOf(scenario);
  const { startUs } = scenario.world;
  // A property of any view and fact: whoever made it paired it with its model.
  const judge = new SmallJudge(system.model(input), system.properties(input), startUs);
  const world = new SmallWorld(system.nodes(input), judge, bounds, startUs);
  const beginning = quietBeginning(world, (fact: Fact) => from !== undefined && fact.fact === from, from !== undefined);
  return beginning === undefined ? undefined : { world, beginning };
}

/** Walks, and tells now and then how far it is; answered with false it ends early. */
export function* explore(
  { walk: options }: Exploration,
  { world, beginning }: SetUp,
  resume?: ExploreFile,
): Generator<ExploreProgress, Explored, boolean> {
  if (resume !== undefined) restoreNumbers(world, resume);
  const walk = new Walk(world, beginning.state, options, resume?.walk);
  const result = yield* walked(walk, "walk");
  const isOpen = result.ending === "stopped" || result.ending === "states";
  const file = isOpen ? { ...numbersOf(world), walk: walk.file() } : undefined;
  if (result.broken === undefined) return { result, shortest: undefined, file };
  const { broken } = result;
  if (options.order === "breadth") return { result, shortest: { broken, isShortest: true, search: undefined }, file };
  const shorter = new Walk(world, beginning.state, { ...options, order: "breadth", depthMax: broken.path.length - 1 });
  const search = yield* walked(shorter, "shortest");
  const isShortest = search.ending !== "states" && search.ending !== "stopped";
  return { result, shortest: { broken: search.broken ?? broken, isShortest, search }, file };
}

function* walked(walk: Walk, phase: ExploreProgress["phase"]): Generator<ExploreProgress, WalkResult, boolean> {
  for (;;) {
    const result = walk.run(pauseEvery);
    if (result.ending !== "stopped") return result;
    const { states, transitions, depth } = walk;
    const goesOn = yield { phase, states, transitions, depth };
    if (!goesOn) return result;
  }
}

const numbered = ["images", "messages", "statements", "views"] as const;

/**
 * Whether a walk that was kept belongs to this world: it began in the same state, what both met first has the same
 * numbers, and every way that is still open leads through nothing that it had not met. Takes its numbers over.
 */
export function belongsTo({ world, beginning: { state } }: SetUp, file: ExploreFile): boolean {
  const here = numbersOf(world);
  if (!numbered.every((name) => here[name].every((digest, at) => file[name][at] === digest))) return false;
  const { nodes, flights, view, crashesLeft, duplicatesLeft, dropsLeft } = state;
  const first = file.walk.seen[0]?.slice(0, 4);
  if (!equalPlain(first, [nodes, flights, view, [crashesLeft, duplicatesLeft, dropsLeft]])) return false;
  restoreNumbers(world, file);
  const isThere = file.walk.open.every(({ path }) => leadsSomewhere(world, state, path));
  const met = numbersOf(world);
  return isThere && numbered.every((name) => met[name].length === file[name].length);
}

function leadsSomewhere(world: SmallWorld, first: SmallState, path: readonly number[]): boolean {
  let state = first;
  for (const key of path) {
    const move = world.possible(state).find((possible) => possible.key === key);
    if (move === undefined) return false;
    state = world.after(state, move).state;
  }
  return true;
}

const numbersOf = ({ images, messages, judge }: SmallWorld): Omit<ExploreFile, "walk"> => ({
  images: images.digests(),
  messages: messages.digests(),
  statements: judge.statements.digests(),
  views: judge.views.digests(),
});

function restoreNumbers({ images, messages, judge }: SmallWorld, file: ExploreFile): void {
  images.restore(file.images);
  messages.restore(file.messages);
  judge.statements.restore(file.statements);
  judge.views.restore(file.views);
}
