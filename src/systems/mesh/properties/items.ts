// Things in the world: each is in exactly one place, in every cut (properties.md §2, MESH-INV-02).
//
// A cut is the committed state of the store after one accepted effect, which the store makes as a whole. Places are the
// inventories of all players, connected or not, and the ground; counted by identity, so that a duplicate of one item
// and the loss of another do not cancel. Shipped, cached and shown copies authorise nothing and are no copies.

import type { Findings } from "../../../check/property.ts";
import type { MeshView } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";
import { onEffect } from "./mesh-property.ts";

/** I1. Exercised by each effect that moves an item. */
export const conservation: MeshProperty = {
  id: "I1",
  kind: "always",
  claim: "after every effect each item that was created is in exactly one place, and no other item is anywhere",
  source: "properties.md I1",
  rules: {
    ...onEffect((_player, { action }, _at, findings, view) => judgePlaces(view, action, findings)),
    stateRepaired: (view, { player }, _at, findings) => judgePlaces(view, `the resolution of ${player}`, findings),
  },
};

function judgePlaces(view: MeshView, by: string, findings: Findings): void {
  for (const id of view.itemsMoved) {
    findings.exercised();
    const item = view.items.get(id);
    if (item === undefined) findings.violated(id, `${by} moved ${id}, which nobody created`);
    else if (!item.spawned) findings.violated(id, `${by} made ${id} appear, which nobody created`);
    else if (item.places.length === 0) findings.violated(id, `${by} left ${id} nowhere`);
    else if (item.places.length > 1) findings.violated(id, `${by} left ${id} with ${item.places.join(" and ")}`);
  }
}

/** MESH-INV-02: the half of I1 that is about duplicates. Exercised by each effect that moves an item. */
export const oneLocation: MeshProperty = {
  id: "MESH-INV-02",
  kind: "always",
  claim: "an item has at most one authoritative place in the whole world",
  source: "MESH-INV-02; MESH-F6-04",
  rules: {
    ...onEffect((_player, { action }, _at, findings, view) => judgeDuplicates(view, action, findings)),
    stateRepaired: (view, { player }, _at, findings) => judgeDuplicates(view, `the resolution of ${player}`, findings),
  },
};

function judgeDuplicates(view: MeshView, by: string, findings: Findings): void {
  for (const id of view.itemsMoved) {
    findings.exercised();
    const places = view.items.get(id)?.places ?? [];
    if (places.length > 1) findings.violated(id, `${by} left ${id} with ${places.join(" and ")}`);
  }
}
