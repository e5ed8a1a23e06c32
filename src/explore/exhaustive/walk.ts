// Walks through every state of a small world, or as many as a bound allows, and says what it met.
//
// The walk is reduced in three ways, none of which hides a state of the nodes or of the judge (test/explore/exhaustive):
// - sleep sets: of two moves that commute only one order is made. A state that is met again with fewer moves asleep is
//   gone on from with those that slept before, since otherwise what is remembered and what sleeps hide each other's work;
// - a state that another one covers is not gone on from (seen.ts);
// - a move that only takes a message out of the world is not made: what is left is covered by what was there.

import { Seen, type SeenEntry } from "./seen.ts";
import type { Possible, SmallState, SmallWorld } from "./small-world.ts";
import type { WalkOptions } from "./bounds.ts";

/** How a state was reached, back to the beginning. */
interface Link {
  readonly before: Link | undefined;
  readonly key: number;
  readonly depth: number;
}

interface Open {
  readonly state: SmallState;
  readonly sleeping: readonly number[];
  /** Only these; undefined: all that do not sleep. */
  readonly only: readonly number[] | undefined;
  readonly link: Link | undefined;
}

export interface Broken {
  readonly properties: readonly string[];
  /** Keys of the moves that lead to it, the last of which breaks them. */
  readonly path: readonly number[];
}

export type WalkEnding = "complete" | "violated" | "states" | "depth" | "stopped";

export interface WalkResult {
  readonly ending: WalkEnding;
  readonly states: number;
  readonly transitions: number;
  /** Of the deepest path walked. Breadth first, and complete: the most moves that any state is away. */
  readonly depth: number;
  readonly broken: Broken | undefined;
}

/** What it takes to go on with a walk. */
export interface WalkFile {
  readonly seen: readonly SeenEntry[];
  readonly open: readonly {
    readonly path: readonly number[];
    readonly sleeping: readonly number[];
    readonly only: readonly number[] | null;
  }[];
  readonly transitions: number;
  readonly depth: number;
  readonly cutByDepth: boolean;
}

export class Walk {
  readonly #world: SmallWorld;
  readonly #options: WalkOptions;
  readonly #seen: Seen;
  #open: Open[] = [];
  /** Breadth first: where the queue begins. */
  #head = 0;
  #transitions = 0;
  #depth = 0;
  #cutByDepth = false;

  constructor(world: SmallWorld, first: SmallState, options: WalkOptions, from?: WalkFile) {
    this.#world = world;
    this.#options = options;
    this.#seen = new Seen({ covers: options.reduces });
    if (from === undefined) this.#offer(first, [], undefined);
    else this.#restore(first, from);
  }

  get states(): number {
    return this.#seen.count;
  }

  get transitions(): number {
    return this.#transitions;
  }

  get depth(): number {
    return this.#depth;
  }

  /**
   * Until everything was seen, something is broken, or a bound is met.
   * @param turnsMax it stops after so many states, and can be gone on with.
   */
  run(turnsMax = Infinity): WalkResult {
    let turns = 0;
    for (let open = this.#take(); open !== undefined; open = this.#take()) {
      const stop = this.states >= this.#options.statesMax ? "states" : turns++ >= turnsMax ? "stopped" : undefined;
      if (stop !== undefined) {
        this.#putBack(open);
        return this.#result(stop);
      }
      const broken = this.#goOn(open);
      if (broken !== undefined) return { ...this.#result("violated"), broken };
    }
    return this.#result(this.#cutByDepth ? "depth" : "complete");
  }

  file(): WalkFile {
    return {
      seen: this.#seen.all(),
      open: this.#open
        .slice(this.#head)
        .map(({ link, sleeping, only }) => ({ path: pathOf(link), sleeping, only: only ?? null })),
      transitions: this.#transitions,
      depth: this.#depth,
      cutByDepth: this.#cutByDepth,
    };
  }

  #restore(first: SmallState, from: WalkFile): void {
    this.#seen.restore(from.seen);
    this.#transitions = from.transitions;
    this.#depth = from.depth;
    this.#cutByDepth = from.cutByDepth;
    this.#open = from.open.map(({ path, sleeping, only }) => {
      let state = first;
      let link: Link | undefined;
      for (const key of path) {
        state = moved(this.#world, state, key);
        link = linked(link, key);
      }
      return { state, sleeping, only: only ?? undefined, link };
    });
  }

  #take(): Open | undefined {
    if (this.#options.order === "depth") return this.#open.pop();
    if (this.#head >= this.#open.length) return undefined;
    const open = this.#open[this.#head++];
    // What was taken is let go of now and then.
    if (this.#head > 10_000 && this.#head * 2 > this.#open.length) {
      this.#open = this.#open.slice(this.#head);
      this.#head = 0;
    }
    return open;
  }

  #putBack(open: Open): void {
    if (this.#options.order === "depth") this.#open.push(open);
    else this.#open[--this.#head] = open;
  }

  /** Makes the moves that are left to be made from a state. */
  #goOn({ state, sleeping, only, link }: Open): Broken | undefined {
    const world = this.#world;
    const { reduces, depthMax } = this.#options;
    const possible = world.possible(state).filter((move) => !reduces || !move.isIdle);
    const byKey = new Map(possible.map((move) => [move.key, move]));
    const asleep = sleeping.flatMap((key) => byKey.get(key) ?? []);
    const moves = possible.filter(({ key }) => !sleeping.includes(key) && (only === undefined || only.includes(key)));
    if (depthMax !== undefined && moves.length > 0 && (link?.depth ?? 0) >= depthMax) {
      this.#cutByDepth = true;
      return undefined;
    }
    for (const move of moves) {
      this.#transitions += 1;
      const { state: next, broken } = world.after(state, move);
      const here = linked(link, move.key);
      this.#depth = Math.max(this.#depth, here.depth);
      if (broken.length > 0) return { properties: broken, path: pathOf(here) };
      const stillAsleep = reduces ? asleep.filter((other) => world.independent(state, move, other)) : [];
      this.#offer(
        next,
        stillAsleep.map(({ key }) => key),
        here,
      );
      asleep.push(move);
    }
    return undefined;
  }

  #offer(state: SmallState, sleeping: readonly number[], link: Link | undefined): void {
    const only = this.#seen.offer(state, sleeping);
    if (only === undefined || only.length > 0) this.#open.push({ state, sleeping, only, link });
  }

  #result(ending: WalkEnding): WalkResult {
    const { states, transitions, depth } = this;
    return { ending, states, transitions, depth, broken: undefined };
  }
}

/** The state after the move of that key. */
function moved(world: SmallWorld, state: SmallState, key: number): SmallState {
  return world.after(state, moveOf(world, state, key)).state;
}

export function moveOf(world: SmallWorld, state: SmallState, key: number): Possible {
  const move = world.possible(state).find((possible) => possible.key === key);
  if (move === undefined) throw new Error("a path is walked in the world in which it was found");
  return move;
}

const linked = (before: Link | undefined, key: number): Link => ({ before, key, depth: (before?.depth ?? 0) + 1 });

function pathOf(link: Link | undefined): readonly number[] {
  const path: number[] = [];
  for (let at = link; at !== undefined; at = at.before) path.push(at.key);
  return path.toReversed();
}
