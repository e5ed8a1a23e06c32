// What a player does next, as it was drawn: a kind by weight, an item, and with whom.

import type { NodeId } from "../../base/ids.ts";
import type { ActionKind } from "./facts.ts";
import type { Bargain } from "./item-messages.ts";
import type { Person } from "./workload.ts";

interface Choice {
  readonly kind: ActionKind | "where";
  readonly item: string;
  readonly bargain: Bargain | null;
}

/** In the order in which their weights are counted. */
const choices = ["score", "pickup", "drop", "give", "trade", "spawn", "destroy", "where"] as const;

type Weights = Person["actions"];

export const weightOf = (weights: Weights): number => choices.reduce((sum, kind) => sum + weights[kind], 0);

function kindAt(weights: Weights, drawn: number): Choice["kind"] {
  let left = drawn;
  for (const kind of choices) {
    if (left < weights[kind]) return kind;
    left -= weights[kind];
  }
  return "score";
}

interface Chooser {
  readonly person: Person;
  readonly items: readonly string[];
  readonly others: readonly NodeId[];
}

/** Who chooses among others has so many more choices. */
export const partnersOf = ({ person: { actions }, others }: Chooser): number =>
  actions.give + actions.trade > 0 ? Math.max(1, others.length) : 1;

/** `name`: of the action; `own`: what the player has, as far as it knows. */
export function chosen(
  { person, items, others }: Chooser,
  drawn: number,
  name: string,
  own: readonly string[],
): Choice {
  const kind = kindAt(person.actions, drawn % weightOf(person.actions));
  const number = Math.floor(drawn / weightOf(person.actions));
  const partner = others[Math.floor(number / Math.max(1, items.length))];
  const item = items[number % Math.max(1, items.length)];
  if (kind === "spawn") return { kind, item: `made-${name}`, bargain: null };
  if (kind === "score" || item === undefined) return { kind: "score", item: "", bargain: null };
  if (kind === "where" || kind === "pickup") return { kind, item, bargain: null };
  const owned = own[number % Math.max(1, own.length)];
  if (owned === undefined) return { kind: "pickup", item, bargain: null };
  if (kind === "give") return { kind, item: owned, bargain: { to: partner, other: "" } };
  return { kind, item: owned, bargain: kind === "trade" ? { to: partner, other: item } : null };
}
