// Things in the world: each is in exactly one place, in every cut (properties.md §2, MESH-INV-02).
//
// A cut is the committed state of the store after one record, which the store makes as a whole. Places are the inventories
// of all players, connected or not, the ground, and escrow; counted by identity, so that a duplicate of one item and the
// loss of another do not cancel. Shipped, cached and shown copies authorise nothing and are no copies; neither are replicas
// beyond a border, as long as nothing is done by them (I3, in ground.ts).

import type { MeshProperty } from "./mesh-property.ts";
import { onItems } from "./mesh-property.ts";

/** I1. Exercised by each item that moves. */
export const conservation: MeshProperty = {
  id: "I1",
  kind: "always",
  claim:
    "in every cut each item that was created and not destroyed is in exactly one place, and no other item is anywhere",
  source: "properties.md I1",
  rules: onItems((view, what, _at, findings) => {
    for (const id of view.itemsMoved) {
      findings.exercised();
      const item = view.items.get(id);
      if (item === undefined) findings.violated(id, `${what} moved ${id}, which nobody created`);
      else if (!item.spawned) findings.violated(id, `${what} made ${id} appear, which nobody created`);
      else if (item.gone && item.places.length > 0) findings.violated(id, `${what} left ${id}, which is destroyed`);
      else if (item.places.length === 0 && !item.gone) findings.violated(id, `${what} left ${id} nowhere`);
      else if (item.places.length > 1) findings.violated(id, `${what} left ${id} with ${item.places.join(" and ")}`);
    }
  }),
};

/** MESH-INV-02: the half of I1 that is about duplicates. Exercised by each item that moves. */
export const oneLocation: MeshProperty = {
  id: "MESH-INV-02",
  kind: "always",
  claim: "an item has at most one authoritative place in the whole world",
  source: "MESH-INV-02; MESH-F6-04",
  rules: onItems((view, what, _at, findings) => {
    for (const id of view.itemsMoved) {
      findings.exercised();
      const places = view.items.get(id)?.places ?? [];
      if (places.length > 1) findings.violated(id, `${what} left ${id} with ${places.join(" and ")}`);
    }
  }),
};

/** I2. There is one kind of thing here. Exercised by each cut in which something moved. */
export const balance: MeshProperty = {
  id: "I2",
  kind: "always",
  claim: "in every cut the items made, less those destroyed, are as many as there are",
  source: "properties.md I2",
  rules: onItems((view, what, _at, findings) => {
    if (view.itemsMoved.length === 0) return;
    findings.exercised();
    const { created, destroyed, live } = view;
    if (created - destroyed === live) return;
    findings.violated("items", `after ${what} there are ${live}, of ${created} made and ${destroyed} destroyed`);
  }),
};

/**
 * I4, at the instant of the trade: what is wanted leaves for the one who offered as what was offered arrives. Whatever
 * comes of a trade, it comes once. Exercised by each trade that is accepted or undone.
 */
export const tradesWhole: MeshProperty = {
  id: "I4",
  kind: "always",
  claim: "both legs of a trade take effect, or none",
  source: "properties.md I4",
  rules: {
    itemCarried: (view, { errand, move, item, player, other, recovered }, _at, findings) => {
      if (errand === "collect" || errand === "reserve" || (recovered && !view.recoveredAnew)) return;
      findings.exercised();
      if (view.tradeBefore !== "reserved") {
        findings.violated(move, `${errand} of ${move}, which was ${view.tradeBefore ?? "never offered"}`);
      } else if (errand === "accept" && other === "") {
        findings.violated(move, `${player} got ${item} by ${move}, and gave nothing for it`);
      }
    },
    actionAnswered: (view, { action, outcome }, _at, findings) => {
      const trade = view.trades.get(action);
      if (trade === undefined || (outcome === "done") === (trade === "done")) return;
      findings.violated(action, `the client was told that ${action} is ${outcome}, and it is ${trade}`);
    },
  },
};

/**
 * I5. Nothing that was destroyed is anywhere again, and no change of an item's record comes twice, as it would after a
 * store had gone back to an older state. Exercised by each item destroyed, and by each further change of one.
 */
export const noResurrection: MeshProperty = {
  id: "I5",
  kind: "always",
  claim: "what was destroyed or handed over does not come back by a failover or a restart",
  source: "properties.md I5",
  rules: {
    ...onItems((view, what, _at, findings) => {
      for (const id of view.itemsMoved) {
        const item = view.items.get(id);
        if (item === undefined || !item.gone) continue;
        findings.exercised();
        if (item.places.length > 0) findings.violated(id, `${what} brought ${id} back, which is destroyed`);
      }
    }),
    groundChanged: (view, { item, version, recovered, move }, _at, findings) => {
      if (view.itemVersionBefore > 0) findings.exercised();
      if (recovered || version > view.itemVersionBefore) return;
      findings.violated(item, `${move} made version ${version} of ${item} after version ${view.itemVersionBefore}`);
    },
  },
};

/** MESH-F6-09. Exercised by each item that is frozen. */
export const frozenStays: MeshProperty = {
  id: "MESH-F6-09",
  kind: "always",
  claim: "nothing is done with an item while it is frozen",
  source: "MESH-F6-09",
  rules: {
    ...onItems((view, what, _at, findings) => {
      for (const id of view.itemsMoved) {
        if (view.items.get(id)?.frozen === true) findings.violated(id, `${what} moved ${id}, which is frozen`);
      }
    }),
    itemFrozen: (_view, _fact, _at, findings) => findings.exercised(),
  },
};

/** MESH-F6-10. The workload's copies are known to the judge. Exercised by each audit of an item with such a copy. */
export const originalKept: MeshProperty = {
  id: "MESH-F6-10",
  kind: "always",
  claim: "of an item in two places, the original is kept",
  source: "MESH-F6-10; X-M-43",
  rules: {
    itemResolved: (view, { item, kept }, _at, findings) => {
      findings.exercised();
      if (view.keptBefore === "copy") findings.violated(item, `${kept} was kept, which is the copy`);
    },
  },
};

/** IL1. An item that is in escrow when the world heals, or comes there later, leaves it within `settleUs`. */
export const escrowEnds = (settleUs: number): MeshProperty => ({
  id: "IL1",
  kind: "eventually",
  claim: "no item waits in escrow for ever",
  source: "properties.md IL1",
  rules: {
    ...onItems((view, _what, at, findings) => {
      for (const id of view.itemsMoved) {
        if (view.items.get(id)?.places.includes("escrow") !== true) findings.paid(id);
        else if (view.healedUs !== null) findings.owe(id, at.atUs + settleUs, `${id} is still in escrow`, [at.event]);
      }
    }),
    healed: (view, _fact, at, findings) => {
      for (const [id, { places, event }] of view.items) {
        if (places.includes("escrow")) findings.owe(id, at.atUs + settleUs, `${id} is still in escrow`, [event]);
      }
    },
  },
});
