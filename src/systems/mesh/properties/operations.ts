// What clients asked for, and what they were told: exactly once, truthfully, in order, and never taken back
// (properties.md A8–A10, MESH-INV-03).

import type { Instant } from "../../../check/property.ts";
import type { Acknowledged, MeshView, PlayerView } from "../mesh-view.ts";
import type { PlayerState } from "../player-state.ts";
import type { EffectFact, MeshProperty } from "./mesh-property.ts";
import { onEffect } from "./mesh-property.ts";

/**
 * A8. Per operation id, not per message: a write that was refused and comes again under a new token is that operation's
 * first effect. Exercised when an operation reaches the store again: recognised as repeated, or refused though it has
 * an effect.
 */
export const exactlyOnce: MeshProperty = {
  id: "A8",
  kind: "always",
  claim: "no operation has more than one effect over the whole history",
  source: "properties.md A8; MESH-GEN-06",
  rules: {
    ...onEffect((player, { action, server, token }, _at, findings, view) => {
      const earlier = view.effectBefore;
      if (earlier === null) return;
      findings.violated(player.id, `${action} took effect again, by ${server} under token ${token}`, [earlier.event]);
    }),
    effectRepeated: (_view, _fact, _at, findings) => findings.exercised(),
    effectRefused: (view, fact, _at, findings) => {
      if (view.effects.has(fact.action)) findings.exercised();
    },
  },
};

/**
 * A9. "Done" is judged when the client learns it: an effect that comes later makes the answer a lie all the same.
 * "Failed" binds for ever. No answer says nothing. Exercised by each answer.
 */
export const truthfulAnswers: MeshProperty = {
  id: "A9",
  kind: "always",
  claim: "what a client is told is done has its effect by then, and what it is told failed never has one",
  source: "properties.md A9",
  rules: {
    actionAnswered: (view, fact, _at, findings) => {
      const effect = view.effectAnswered;
      findings.exercised();
      if (fact.outcome === "done" && effect === null) {
        findings.violated(fact.player, `the client was told that ${fact.action} is done, and it had no effect`);
      }
      if (fact.outcome === "failed" && effect !== null) {
        findings.violated(fact.player, `the client was told that ${fact.action} failed, and it had its effect`, [
          effect.event,
        ]);
      }
    },
    ...onEffect((player, { action }, _at, findings, view) => {
      if (view.failed.size === 0) return;
      const told = view.failed.get(action);
      if (told === undefined) return;
      findings.violated(player.id, `${action} took effect after its client was told that it failed`, [told]);
    }),
  },
};

/**
 * A10. Effects: sequence numbers of one session are accepted in rising order. Shown state: its version never lies below
 * the version at which an acknowledged operation of that player took effect (the store's version, not the one the
 * answer claims), over any number of transfers and sessions. Exercised by the second and later effects of a session,
 * by effects refused as out of order, and by state shown after an acknowledgement.
 */
export const sessionOrder: MeshProperty = {
  id: "A10",
  kind: "always",
  claim: "effects of a session come in the client's order, and shown state never goes back behind an acknowledgement",
  source: "properties.md A10",
  rules: {
    ...onEffect((player, { action, session, sequence }, _at, findings, view) => {
      const before = player.sequenceBefore;
      if (before < 0) return;
      findings.exercised();
      // An operation that takes effect twice has its own property.
      if (sequence > before || view.effectBefore !== null) return;
      const evidence = player.actingBefore === null ? [] : [player.actingBefore.event];
      findings.violated(player.id, `${action} took effect after action ${before} of session ${session}`, evidence);
    }),
    effectRefused: (_view, fact, _at, findings) => {
      if (fact.because === "outOfOrder") findings.exercised();
    },
    emitShown: (view, { player: id, server, version }, _at, findings) => {
      const floor = view.players.get(id)?.acknowledged;
      if (floor === undefined || floor.event < 0) return;
      findings.exercised();
      if (version >= floor.version) return;
      findings.violated(id, `${server} showed version ${version} after version ${floor.version} was acknowledged`, [
        floor.event,
      ]);
    },
  },
};

/**
 * MESH-INV-03. From an acknowledgement on, committed state contains the effect: no lower version, score or session and
 * sequence, and the item it picked up until an accepted drop; and no item is nowhere. Judged at each effect, each
 * acknowledgement (which may come after the effect was overwritten) and each load, so that a store that lost its disk
 * is seen when it gives out the older state. Effects never acknowledged may vanish here; A2 and A1 say when they do.
 * Exercised by each effect and load of a player who has an acknowledgement.
 */
export const nothingVanishes: MeshProperty = {
  id: "MESH-INV-03",
  kind: "always",
  claim: "no acknowledged action and no item vanishes",
  source: "MESH-INV-03; MESH-GEN-02",
  rules: {
    ...onEffect((player, fact, at, findings, view) => {
      for (const item of view.itemsMoved) {
        const known = view.items.get(item);
        if (known?.places.length === 0 && !known.gone) findings.violated(item, `${item} is nowhere`, [at.event]);
      }
      const floor = player.acknowledged;
      if (floor.event < 0) return;
      findings.exercised();
      const missing = missingAfter(player, fact);
      if (missing !== undefined) findings.violated(player.id, `${missing}, which was acknowledged`, [floor.event]);
    }),
    stateRepaired: (view, fact, _at, findings) => {
      const player = view.players.get(fact.player);
      if (player === undefined || player.acknowledged.event < 0) return;
      const missing = missingAfter(player, fact);
      if (missing !== undefined)
        findings.violated(fact.player, `${missing}, which was acknowledged`, [player.acknowledged.event]);
    },
    actionAnswered: (view, fact, _at, findings) => {
      const player = view.players.get(fact.player);
      if (fact.outcome !== "done" || player === undefined || player.state === null) return;
      const missing = missingFrom(player.state, player.acknowledged);
      if (missing === undefined) return;
      const evidence = eventsOf(view, player);
      findings.violated(fact.player, `${missing} when ${fact.action} was acknowledged`, evidence);
    },
    stateLoaded: (view, { player: id, server, version }, _at, findings) => {
      const floor = view.players.get(id)?.acknowledged;
      if (floor === undefined || floor.event < 0) return;
      findings.exercised();
      if (version >= floor.version) return;
      findings.violated(id, `${server} was given version ${version} and version ${floor.version} is acknowledged`, [
        floor.event,
      ]);
    },
  },
};

/** What this effect took away; undefined when nothing, or when it was missing before. */
function missingAfter(player: PlayerView, { state }: Pick<EffectFact, "state">): string | undefined {
  const missing = missingFrom(state, player.acknowledged);
  if (missing === undefined || player.stateBefore === null) return missing;
  return missingFrom(player.stateBefore, player.acknowledged) === undefined ? missing : undefined;
}

function missingFrom(state: PlayerState, floor: Acknowledged): string | undefined {
  if (state.version < floor.version)
    return `committed state went back to version ${state.version} from ${floor.version}`;
  if (state.score < floor.score) return `committed score went back to ${state.score} from ${floor.score}`;
  if (state.session < floor.session || (state.session === floor.session && state.sequence < floor.sequence)) {
    return `committed state lost action ${floor.sequence} of session ${floor.session}`;
  }
  for (const item of floor.items.keys()) {
    if (!state.items.includes(item)) return `committed state lost the item ${item}`;
  }
  return undefined;
}

function eventsOf({ effectAnswered }: MeshView, { acting }: PlayerView): readonly Instant["event"][] {
  return [effectAnswered, acting].flatMap((told) => (told === null ? [] : [told.event]));
}
