// A way through a small world: as a short text that leads there again, and step by step with all that happens.

import type { NodeId } from "../../base/ids.ts";
import type { Violation } from "../../check/property.ts";
import type { Fact } from "../../machine/effect.ts";
import type { Sending } from "./small-node.ts";
import { isArrival, type MoveType, type Possible, type SmallState, type SmallWorld } from "./small-world.ts";
import { moveOf } from "./walk.ts";

/** One move of a way. */
export interface TrailStep {
  /** From 1. */
  readonly step: number;
  readonly type: MoveType;
  readonly node: NodeId;
  /** Of an arrival or a loss. */
  readonly message: Sending | undefined;
  /** Name of the timer or sync; empty for others. */
  readonly name: string;
  readonly facts: readonly Fact[];
  /** What was sent, and at which steps it arrives; none: it never does. */
  readonly sends: readonly { readonly message: Sending; readonly arrivals: readonly number[] }[];
  readonly violations: readonly Violation[];
}

/** Places of the moves among all that are possible, in an order that no walk has a part in: "0.4.1". */
export function trailOf(world: SmallWorld, first: SmallState, path: readonly number[]): string {
  const places: number[] = [];
  let state = first;
  for (const key of path) {
    const moves = inOrder(world, state);
    const at = moves.findIndex((move) => move.key === key);
    places.push(at);
    state = world.after(state, moves[at]).state;
  }
  return places.join(".");
}

/** The path that a text describes; undefined: it leads nowhere in this world. */
export function pathOfTrail(world: SmallWorld, first: SmallState, trail: string): readonly number[] | undefined {
  const path: number[] = [];
  let state = first;
  for (const place of trail.split(".")) {
    const move = /^\d+$/.test(place) ? inOrder(world, state)[Number(place)] : undefined;
    if (move === undefined) return undefined;
    path.push(move.key);
    state = world.after(state, move).state;
  }
  return path;
}

export function stepsOf(world: SmallWorld, first: SmallState, path: readonly number[]): readonly TrailStep[] {
  const moves: { readonly move: Possible; readonly name: string }[] = [];
  let state = first;
  for (const key of path) {
    const move = moveOf(world, state, key);
    moves.push({ move, name: nameIn(world, state, move) });
    state = world.after(state, move).state;
  }
  const arrivals = arrivalsOf(moves.map(({ move }) => move));
  const findings = world.judge.findings(
    first.view,
    moves.map(({ move }) => move.outcome?.statements ?? 0),
  );
  return moves.map(({ move, name }, at) => {
    const { type, subject, outcome } = move;
    const message = isArrival(type) ? world.messages.valueOf(subject) : undefined;
    return {
      step: at + 1,
      type,
      node: message?.to ?? world.nodes[subject].spec.id,
      message,
      name,
      facts: world.judge.statements.valueOf(outcome?.statements ?? 0).facts,
      sends: (outcome?.sends ?? []).map((id, index) => ({
        message: world.messages.valueOf(id),
        arrivals: arrivals[at][index],
      })),
      violations: findings[at],
    };
  });
}

/** For each message sent by each move: at which steps it arrives, the first sent first. */
function arrivalsOf(moves: readonly Possible[]): readonly (readonly (readonly number[])[])[] {
  const taken = new Set<number>();
  return moves.map(({ outcome }, sentAt) =>
    (outcome?.sends ?? []).map((id) => {
      const steps: number[] = [];
      for (let at = sentAt + 1; at < moves.length; at++) {
        const { type, subject } = moves[at];
        if (!isArrival(type) || subject !== id || taken.has(at)) continue;
        taken.add(at);
        if (type !== "drop") steps.push(at + 1);
        if (type !== "deliverAndKeep") break;
      }
      return steps;
    }),
  );
}

function nameIn({ images }: SmallWorld, { nodes }: SmallState, { type, node }: Possible): string {
  if (type === "timer") return images.valueOf(nodes[node]).timers[0].timer;
  return type === "sync" ? images.valueOf(nodes[node]).syncs[0].sync : "";
}

/** By names, which are the same in every walk. */
function inOrder(world: SmallWorld, state: SmallState): readonly Possible[] {
  const named = world.possible(state).map((move) => ({ move, name: world.nameOf(move) }));
  return named.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ move }) => move);
}
