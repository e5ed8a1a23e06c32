// Where exploration begins: nobody runs yet; or the world has run quietly up to what is of interest, with every message
// arriving in the order in which it was sent, no fault, and all clocks alike.

import type { Fact } from "../../machine/effect.ts";
import { type Possible, type SmallState, type SmallWorld } from "./small-world.ts";

export interface Beginning {
  readonly state: SmallState;
  /** Moves of the quiet world up to there. */
  readonly moves: number;
}

/** A quiet world that has not come to it by then will not. */
const movesMax = 2000;

/**
 * @param isWanted whether exploration begins behind the step that states this.
 * @param waits false: it begins at once.
 */
export function quietBeginning(
  world: SmallWorld,
  isWanted: (fact: Fact) => boolean,
  waits: boolean,
): Beginning | undefined {
  let state = world.unborn();
  // In the order in which they were sent, which a state does not remember.
  let queue: readonly number[] = [];
  let moves = 0;
  for (let isOver = !waits; !isOver; moves++) {
    const move = nextMove(world, state, queue);
    if (move === undefined || moves >= movesMax) return undefined;
    if (move.type === "timer") {
      const { nowUs } = world.images.valueOf(move.outcome?.image ?? 0);
      state = world.at(state, nowUs);
    }
    const again = world.possible(state).find(({ key }) => key === move.key) ?? move;
    const { outcome } = again;
    if (again.type === "deliver") queue = queue.slice(1);
    queue = [...queue, ...(outcome?.sends ?? [])];
    isOver = world.judge.statements.valueOf(outcome?.statements ?? 0).facts.some((fact) => isWanted(fact));
    state = world.after(state, again).state;
  }
  return { state: world.bounded(state), moves };
}

/** First who is down, then disks, then messages; when nothing else is left the soonest timer of all. */
function nextMove(world: SmallWorld, state: SmallState, queue: readonly number[]): Possible | undefined {
  const possible = world.possible(state).filter(({ choice }) => choice === 0);
  const now =
    possible.find(({ type }) => type === "boot") ??
    possible.find(({ type }) => type === "sync") ??
    possible.find(({ type, subject }) => type === "deliver" && subject === queue[0]);
  if (now !== undefined) return now;
  const dueOf = ({ node }: Possible): number => world.images.valueOf(state.nodes[node]).timers[0].dueUs;
  return possible.filter(({ type }) => type === "timer").toSorted((a, b) => dueOf(a) - dueOf(b) || a.node - b.node)[0];
}
