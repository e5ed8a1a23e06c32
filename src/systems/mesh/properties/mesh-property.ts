// What the properties of the mesh have in common: their types, and rules for facts that come in two forms.

import type { NodeId } from "../../../base/ids.ts";
import type { Findings, Instant, Property, Rules } from "../../../check/property.ts";
import type { JudgedFact, MeshView, PlayerView } from "../mesh-view.ts";

export type MeshProperty = Property<MeshView, JudgedFact>;
export type MeshRules = Rules<MeshView, JudgedFact>;
export type Told<Name extends JudgedFact["fact"]> = Extract<JudgedFact, { fact: Name }>;

/** A grant or an effect, stated at once or found by a restart. */
export type GrantFact = Told<"granted"> | Told<"grantRecovered">;
export type EffectFact = Told<"effectAccepted"> | Told<"effectRecovered">;

type PlayerRule<F> = (player: PlayerView, fact: F, at: Instant, findings: Findings, view: MeshView) => void;

/**
 * Rules for every committed grant. One that a restarted coordinator recovered is judged when it was not stated before:
 * nobody can have been told of it in between, so it is committed now. Nor is one that was stated before judged again.
 */
export const onGrant = (rule: PlayerRule<GrantFact>): Pick<MeshRules, "granted" | "grantRecovered"> => ({
  granted: (view, fact, at, findings) => {
    if (view.recoveredAnew && view.subject !== null) rule(view.subject, fact, at, findings, view);
  },
  grantRecovered: (view, fact, at, findings) => {
    if (view.recoveredAnew && view.subject !== null) rule(view.subject, fact, at, findings, view);
  },
});

/** Rules for every effect the store accepted; a recovered one is judged when it was not stated before. */
export const onEffect = (rule: PlayerRule<EffectFact>): Pick<MeshRules, "effectAccepted" | "effectRecovered"> => ({
  effectAccepted: (view, fact, at, findings) => {
    if (view.subject !== null) rule(view.subject, fact, at, findings, view);
  },
  effectRecovered: (view, fact, at, findings) => {
    if (view.recoveredAnew && view.subject !== null) rule(view.subject, fact, at, findings, view);
  },
});

/** What every accepted write says of who acted: that of an action of the player's own, or of an errand for it. */
export interface RowWrite {
  readonly server: NodeId;
  readonly token: number;
}

/** Rules for everything that changed a player's row. */
export const onRowWrite = (
  rule: PlayerRule<RowWrite>,
): Pick<MeshRules, "effectAccepted" | "effectRecovered" | "itemCarried"> => ({
  ...onEffect(rule),
  itemCarried: (view, fact, at, findings) => {
    if ((!fact.recovered || view.recoveredAnew) && view.subject !== null) rule(view.subject, fact, at, findings, view);
  },
});

/** Rules for everything that moved items: `what` names it. */
export function onItems(
  rule: (view: MeshView, what: string, at: Instant, findings: Findings) => void,
): Pick<
  MeshRules,
  | "effectAccepted"
  | "effectRecovered"
  | "itemCarried"
  | "groundChanged"
  | "itemCopied"
  | "itemResolved"
  | "stateRepaired"
> {
  return {
    ...onEffect((_player, { action }, at, findings, view) => rule(view, action, at, findings)),
    itemCarried: (view, { recovered, errand, move }, at, findings) => {
      if (!recovered || view.recoveredAnew) rule(view, `${errand} of ${move}`, at, findings);
    },
    groundChanged: (view, { recovered, op, move }, at, findings) => {
      if (!recovered || view.recoveredAnew) rule(view, `${op} of ${move}`, at, findings);
    },
    stateRepaired: (view, { player }, at, findings) => rule(view, `the resolution of ${player}`, at, findings),
    itemCopied: (view, { place }, at, findings) => rule(view, `a copy at ${place}`, at, findings),
    itemResolved: (view, { kept }, at, findings) => rule(view, `an audit that kept ${kept}`, at, findings),
  };
}
