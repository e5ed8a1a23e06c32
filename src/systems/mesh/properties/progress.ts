// That play goes on once the world is fair again (properties.md AL1).

import type { Findings } from "../../../check/property.ts";
import type { MeshView, PlayerView } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";

/**
 * AL1, with B = `settleUs` from the settings. From `healed` on:
 * - a player who wants something (a connection, or the answer to an action) is served within B of healing or of the
 *   moment since when it has wanted in vain, whichever is later. Served means connected with nothing outstanding, or an
 *   answer by somebody who can act: "done", or a refusal that the store itself decided. Giving an action up, or losing
 *   the session, does not start the clock anew; an answer does, for what is still outstanding;
 * - a transfer that was open at healing, or began after it, ends within B of the later of the two.
 * Nothing is owed to a player that left or whose own process ended, nor for a transfer whose source's process ended
 * (its player is owed service all the same). A player found unserved is not found again before it has been served.
 */
export const progress = (settleUs: number): MeshProperty => {
  const owePlayer = (view: MeshView, player: PlayerView, atUs: number, findings: Findings): void => {
    const { id, connected, unservedSinceUs, waiting } = player;
    if (view.healedUs === null || unservedSinceUs === null) return;
    const dueUs = Math.max(unservedSinceUs, view.healedUs) + settleUs;
    if (dueUs < atUs) return;
    const want = connected && waiting.size > 0 ? "an answer by an owner that can act" : "a connection";
    findings.owe(id, dueUs, `${id} has waited ${settleUs} us in a fair world for ${want}`);
  };
  const serve = (view: MeshView, player: PlayerView, atUs: number, findings: Findings): void => {
    findings.paid(player.id);
    // Something is outstanding still.
    owePlayer(view, player, atUs, findings);
  };
  return {
    id: "AL1",
    kind: "eventually",
    claim: "in a fair world each player is served, and each transfer ends, within the bound",
    source: "properties.md AL1",
    rules: {
      healed: (view, _fact, at, findings) => {
        for (const player of view.players.values()) owePlayer(view, player, at.atUs, findings);
        for (const id of view.open)
          findings.owe(transferKey(id), at.atUs + settleUs, `${id} is open ${settleUs} us after healing`);
      },
      playerConnecting: (view, fact, at, findings) => {
        const player = view.players.get(fact.player);
        if (player !== undefined) owePlayer(view, player, at.atUs, findings);
      },
      playerConnected: (view, fact, at, findings) => {
        const player = view.players.get(fact.player);
        if (player?.unservedSinceUs === null) serve(view, player, at.atUs, findings);
      },
      actionInvoked: (view, fact, at, findings) => {
        const player = view.players.get(fact.player);
        if (player !== undefined && player.waiting.size === 1) owePlayer(view, player, at.atUs, findings);
      },
      actionAnswered: (view, fact, at, findings) => {
        const player = view.players.get(fact.player);
        if (player === undefined) return;
        if (fact.outcome === "done" || player.declined === fact.action) serve(view, player, at.atUs, findings);
      },
      playerLeft: (_view, fact, _at, findings) => findings.forgiven(fact.player),
      transferStarted: (view, fact, at, findings) => {
        if (view.healedUs === null || !view.open.has(fact.transfer)) return;
        findings.owe(
          transferKey(fact.transfer),
          at.atUs + settleUs,
          `${fact.transfer} is open ${settleUs} us after it began in a fair world`,
        );
      },
      transferEnded: (_view, fact, _at, findings) => findings.paid(transferKey(fact.transfer)),
      nodeCrashed: (view, _fact, at, findings) => forgiveGone(view, at.node, findings),
      nodeStopped: (view, _fact, at, findings) => forgiveGone(view, at.node, findings),
    },
  };
};

const transferKey = (id: string): string => `transfer ${id}`;

function forgiveGone(view: MeshView, node: string, findings: Findings): void {
  findings.forgiven(node);
  for (const id of view.abandoned) findings.forgiven(transferKey(id));
}
