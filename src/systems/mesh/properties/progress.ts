// That play goes on once the world is fair again (properties.md AL1).

import type { Findings } from "../../../check/property.ts";
import type { MeshView, PlayerView } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";

/**
 * AL1, with B = `settleUs` from the settings. From `healed` on:
 * - a player that asks for a connection has one within B of healing or of the first time it asked, whichever is later;
 * - a player with an action outstanding is answered, to this action or another, within B of healing or of the moment
 *   since when it has been asking in vain, whichever is later. An answer is one by somebody who can act: "done", or a
 *   refusal that the store itself decided. Giving an action up, or losing the session, does not start the clock anew;
 *   an answer does, for what is still outstanding; and so does asking again after B, which was a violation or a rest;
 * - a transfer that was open at healing, or began after it, ends within B of the later of the two.
 * Nothing is owed to a player that left, has nothing outstanding, or whose own process ended, nor for a transfer whose
 * source's process ended (its player is owed service all the same).
 */
export const progress = (settleUs: number): MeshProperty => ({
  id: "AL1",
  kind: "eventually",
  claim: "in a fair world each player is served, and each transfer ends, within the bound",
  source: "properties.md AL1",
  rules: {
    ...playerRules(settleUs),
    ...transferRules(settleUs),
    healed: (view, _fact, at, findings) => {
      for (const player of view.players.values()) {
        oweConnection(view, player, at.atUs + settleUs, findings);
        oweAnswer(view, player, at.atUs + settleUs, findings);
      }
      for (const id of view.open)
        findings.owe(transferKey(id), at.atUs + settleUs, `${id} has not ended since healing`);
    },
    nodeCrashed: (view, _fact, at, findings) => forgiveGone(view, at.node, findings),
    nodeStopped: (view, _fact, at, findings) => forgiveGone(view, at.node, findings),
    serverExpelled: (view, _fact, at, findings) => forgiveGone(view, at.node, findings),
  },
});

const playerRules = (settleUs: number): MeshProperty["rules"] => ({
  playerConnecting: (view, fact, at, findings) => {
    const player = view.players.get(fact.player);
    if (player === undefined) return;
    oweConnection(view, player, dueUs(view, player.unconnectedSinceUs, at.atUs, settleUs), findings);
  },
  playerConnected: (_view, fact, _at, findings) => findings.paid(connectionKey(fact.player)),
  actionInvoked: (view, fact, at, findings) => {
    const player = view.players.get(fact.player);
    if (player?.waiting.size !== 1) return;
    oweAnswer(view, player, dueUs(view, player.unansweredSinceUs, at.atUs, settleUs), findings);
  },
  actionAnswered: (view, fact, at, findings) => {
    const player = view.players.get(fact.player);
    if (player === undefined) return;
    if (fact.outcome === "done" || player.declined === fact.action) {
      findings.paid(fact.player);
      oweAnswer(view, player, at.atUs + settleUs, findings);
    } else if (player.waiting.size === 0) findings.forgiven(fact.player);
  },
  actionUnanswered: (view, fact, _at, findings) => {
    if (view.players.get(fact.player)?.waiting.size === 0) findings.forgiven(fact.player);
  },
  playerLeft: (_view, fact, _at, findings) => forgivePlayer(fact.player, findings),
});

const transferRules = (settleUs: number): MeshProperty["rules"] => ({
  transferStarted: (view, fact, at, findings) => {
    if (view.healedUs === null || !view.open.has(fact.transfer)) return;
    findings.owe(transferKey(fact.transfer), at.atUs + settleUs, `${fact.transfer} has not ended in a fair world`);
  },
  transferEnded: (_view, fact, _at, findings) => findings.paid(transferKey(fact.transfer)),
});

/** B after the want began in a fair world; when that has passed, B from now. */
function dueUs({ healedUs }: MeshView, sinceUs: number | null, atUs: number, settleUs: number): number {
  const due = Math.max(sinceUs ?? atUs, healedUs ?? atUs) + settleUs;
  return due < atUs ? atUs + settleUs : due;
}

function oweConnection(
  { healedUs }: MeshView,
  { id, unconnectedSinceUs }: PlayerView,
  due: number,
  findings: Findings,
): void {
  if (healedUs === null || unconnectedSinceUs === null) return;
  findings.owe(connectionKey(id), due, `${id} asked for a connection and had none in a fair world`);
}

function oweAnswer({ healedUs }: MeshView, { id, waiting }: PlayerView, due: number, findings: Findings): void {
  if (healedUs === null || waiting.size === 0) return;
  findings.owe(id, due, `${id} asked for actions and had no answer in a fair world`);
}

const connectionKey = (id: string): string => `connection of ${id}`;
const transferKey = (id: string): string => `transfer ${id}`;

function forgivePlayer(id: string, findings: Findings): void {
  findings.forgiven(id);
  findings.forgiven(connectionKey(id));
}

function forgiveGone(view: MeshView, node: string, findings: Findings): void {
  forgivePlayer(node, findings);
  for (const id of view.abandoned) findings.forgiven(transferKey(id));
}
