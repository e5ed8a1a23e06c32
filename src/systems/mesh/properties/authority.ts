// Who may act for a player: at most one server, the one the coordinator has committed (properties.md §1, MESH-INV-01, INV-04).
//
// "Before" and "after" are the order of facts, which is the total order (time, sequence): of two facts at the same
// microsecond the one stated first came first. Facts of nodes that are down, cut off or removed count like any other:
// a write of theirs may still be on its way.

import { highestOfOthers } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";
import { onGrant, onRowWrite } from "./mesh-property.ts";

/**
 * A1, strong form. Judged against the coordinator's committed grants: not beliefs, not delivered grants, not the
 * highest token the store has seen, which may not have heard of the new grant yet (traps 1, 2, 8).
 * Exercised by each effect for a player that two servers or more have been granted.
 */
export const singleWriter: MeshProperty = {
  id: "A1",
  kind: "always",
  claim: "an accepted effect carries the server and token of the grant that is current when it is accepted",
  source: "properties.md A1; MESH-F5-01",
  rules: onRowWrite((player, { server, token }, _at, findings) => {
    const { grant } = player;
    if (player.granted.second !== null) findings.exercised();
    if (grant === null)
      return findings.violated(
        player.id,
        `${server} acted under token ${token}, and nobody was ever granted ${player.id}`,
      );
    if (grant.server === server && grant.token === token) return;
    findings.violated(
      player.id,
      `${server} acted for ${player.id} under token ${token} while the grant was ${grant.server}'s, token ${grant.token}`,
      [grant.event],
    );
  }),
};

/** A1, weak form: also holds where a server goes on under an old token of its own before it hears of its newer one. */
export const singleWriterWeak: MeshProperty = {
  id: "A1-weak",
  kind: "always",
  advisory: true,
  claim: "no effect is accepted under a token after which another server was granted the player",
  source: "properties.md A1, weak form",
  rules: onRowWrite((player, { server, token }, _at, findings) => {
    if (player.granted.second !== null) findings.exercised();
    const other = highestOfOthers(player.granted, server);
    if (other === null || token >= other.value) return;
    findings.violated(
      player.id,
      `${server} acted for ${player.id} under token ${token}, and ${other.server} had been granted token ${other.value}`,
      [other.event],
    );
  }),
};

/**
 * A2. A server has loaded the state when the store gave it out, or when it took the authority with it. Judged at each
 * effect: that the new owner overwrites the late one afterwards changes nothing (trap 3).
 * Exercised by each effect for a player whose state another server has loaded.
 */
export const noLateWrite: MeshProperty = {
  id: "A2",
  kind: "always",
  claim: "once a server has loaded a player's state, no effect of another server under a lower token is accepted",
  source: "properties.md A2",
  rules: onRowWrite((player, { server, token }, _at, findings) => {
    const other = highestOfOthers(player.loaded, server);
    if (other === null) return;
    findings.exercised();
    if (token >= other.value) return;
    findings.violated(
      player.id,
      `an effect of ${server} under token ${token} was accepted after ${other.server} had loaded the state under ${other.value}`,
      [other.event],
    );
  }),
};

/**
 * A3, over the whole history: a player that left and came back, a coordinator that restarted, change nothing. A token
 * that is no exact integer has no order at all (trap 10).
 */
export const tokensRise: MeshProperty = {
  id: "A3",
  kind: "always",
  claim: "the tokens of a player's committed grants strictly increase over the whole history",
  source: "properties.md A3",
  rules: onGrant((player, { token, server }, _at, findings) => {
    const before = player.tokenGrantedBefore;
    if (!Number.isSafeInteger(token))
      return findings.violated(player.id, `the token ${String(token)} granted to ${server} is no exact integer`);
    if (player.grants > 1) findings.exercised();
    if (token > before.value) return;
    findings.violated(player.id, `token ${token} was granted to ${server} after token ${before.value}`, [before.event]);
  }),
};

/** A4. Exercised by an effect under another token than the one before, and by each write refused for its token. */
export const effectsInTokenOrder: MeshProperty = {
  id: "A4",
  kind: "always",
  claim: "the tokens of a player's accepted effects never decrease",
  source: "properties.md A4; MESH-F5-07",
  rules: {
    ...onRowWrite((player, { token, server }, _at, findings) => {
      const before = player.tokenAcceptedBefore;
      if (before.value >= 0 && token !== before.value) findings.exercised();
      if (token >= before.value) return;
      findings.violated(
        player.id,
        `an effect of ${server} under token ${token} was accepted after one under ${before.value}`,
        [before.event],
      );
    }),
    effectRefused: (_view, fact, _at, findings) => {
      if (fact.because === "staleToken") findings.exercised();
    },
  },
};

/**
 * A5, observable form: the client. What an old owner still emits is harmless when the client ignores it.
 * Exercised by an output under another token than the one before, and by each ignored output.
 */
export const outputsInTokenOrder: MeshProperty = {
  id: "A5",
  kind: "always",
  claim: "a client never acts on an output of an older token than one it has acted on",
  source: "properties.md A5, observable form",
  rules: {
    emitShown: (view, fact, _at, findings) => {
      const player = view.players.get(fact.player);
      if (player === undefined) return;
      const before = player.tokenShownBefore;
      if (before.value >= 0 && fact.token !== before.value) findings.exercised();
      if (fact.token >= before.value) return;
      findings.violated(
        fact.player,
        `the client acted on an output of ${fact.server} under token ${fact.token} after one under ${before.value}`,
        [before.event],
      );
    },
    emitIgnored: (_view, _fact, _at, findings) => findings.exercised(),
  },
};

/**
 * MESH-INV-01. Acting is having effects accepted; a term is a server and its token. Terms of one player do not overlap:
 * once another term has acted, an earlier one never acts again, and no token serves two servers. Needs no coordinator,
 * so it also finds what A1 cannot, such as one token granted twice. Beliefs that overlap are a figure, not a violation.
 */
export const oneActor: MeshProperty = {
  id: "MESH-INV-01",
  kind: "always",
  claim: "at any instant at most one server acts for a player",
  source: "MESH-INV-01; X-M-21",
  rules: onRowWrite((player, { server, token }, _at, findings) => {
    const { actingBefore, actedUnderBefore } = player;
    if (player.actedUnder.size > 1) findings.exercised();
    if (actingBefore === null || actedUnderBefore === undefined) return;
    if (actedUnderBefore !== server) {
      findings.violated(player.id, `${actedUnderBefore} and ${server} both acted under token ${token}`, [
        actingBefore.event,
      ]);
    } else if (actingBefore.token !== token) {
      findings.violated(
        player.id,
        `${server} acted again under token ${token} after ${actingBefore.server} had acted under ${actingBefore.token}`,
        [actingBefore.event],
      );
    }
  }),
};

/** MESH-INV-04: A3, and the store against everything it has seen: fences, loads and accepted writes. */
export const tokensGuard: MeshProperty = {
  id: "MESH-INV-04",
  kind: "always",
  claim: "tokens strictly increase with grants, and the store accepts none lower than one it has seen",
  source: "MESH-INV-04",
  rules: {
    ...onGrant((player, { token }, _at, findings) => {
      if (player.grants > 1) findings.exercised();
      const before = player.tokenGrantedBefore;
      if (token > before.value) return;
      findings.violated(player.id, `token ${token} was granted after token ${before.value}`, [before.event]);
    }),
    ...onRowWrite((player, { token, server }, _at, findings) => {
      const seen = player.tokenSeenBefore;
      if (token >= seen.value) return;
      findings.violated(player.id, `the store accepted ${server}'s token ${token} and had seen ${seen.value}`, [
        seen.event,
      ]);
    }),
    effectRefused: (_view, fact, _at, findings) => {
      if (fact.because === "staleToken") findings.exercised();
    },
  },
};
