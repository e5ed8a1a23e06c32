// One item of a mesh: it lies on the ground or in one pair of hands, and comes and goes once (properties.md I1, I5, I6).
//
// op        value              possible when
// spawn     null               it never was: an item that is gone does not come back
// pickup    { player }         it lies on the ground
// drop      { player }         the player has it
// give      { player, to }     the player has it
// destroy   null, { player }   it lies on the ground; the player has it
// where     null               answered { player }, { player: null } for the ground, null when it is nowhere

import { cellAction } from "./cell.ts";
import { fieldOf, type Meaning, meaningless, type Model, named, type Said } from "./model.ts";

const UNBORN = "unborn";
const GROUND = "ground";
const GONE = "gone";
/** Before the name of who has it, for a player may be called "ground". */
const HELD = "held by ";

export const item: Model<string> = {
  name: "item",
  about: "a thing that lies on the ground or is in one pair of hands",
  operations: ["spawn", "pickup", "drop", "give", "destroy", "where"],
  initial: UNBORN,
  meaning: itemMeaning,
  identity: (place) => place,
  tell: (place) => tellings.get(place) ?? place,
};

const tellings: ReadonlyMap<string, string> = new Map([
  [UNBORN, "not there yet"],
  [GROUND, "on the ground"],
  [GONE, "gone for good"],
]);

function itemMeaning({ op, value, answer }: Said): Meaning<string> {
  const player = fieldOf(value, "player");
  switch (op) {
    case "spawn":
      return cellAction({ says: "spawn", from: UNBORN, to: GROUND });
    case "pickup":
      if (typeof player !== "string") return meaningless('{"player":"…"} as the value of a pickup');
      return cellAction({ says: `pickup by ${named(player)}`, from: GROUND, to: HELD + player });
    case "drop":
      if (typeof player !== "string") return meaningless('{"player":"…"} as the value of a drop');
      return cellAction({ says: `drop by ${named(player)}`, from: HELD + player, to: GROUND });
    case "give": {
      const to = fieldOf(value, "to");
      if (typeof player !== "string" || typeof to !== "string") {
        return meaningless('{"player":"…","to":"…"} as the value of a give');
      }
      return cellAction({ says: `give by ${named(player)} to ${named(to)}`, from: HELD + player, to: HELD + to });
    }
    case "destroy":
      if (value === null) return cellAction({ says: "destroy", from: GROUND, to: GONE });
      if (typeof player !== "string") return meaningless('null or {"player":"…"} as the value of a destroy');
      return cellAction({ says: `destroy by ${named(player)}`, from: HELD + player, to: GONE });
    default:
      return whereMeaning(answer);
  }
}

function whereMeaning(answer: Said["answer"]): Meaning<string> {
  if (answer === null) return cellAction({ says: "where without an answer", from: undefined, to: undefined });
  if (answer.value === null) {
    const next = (place: string): string | undefined => (place === UNBORN || place === GONE ? place : undefined);
    // It was nowhere at first without anybody's help.
    return {
      type: "action",
      action: { says: "where: nowhere", next, observes: true, overwrites: false, needs: GONE, leaves: undefined },
    };
  }
  const player = fieldOf(answer.value, "player");
  if (player === null) return cellAction({ says: "where: on the ground", from: GROUND, to: undefined });
  if (typeof player !== "string")
    return meaningless('{"player":"…"}, {"player":null} or null as the answer of a where');
  return cellAction({ says: `where: held by ${named(player)}`, from: HELD + player, to: undefined });
}
