// How a player with two owners gets one again: nobody is granted it meanwhile but by the resolution, which is decided once
// and ends (requirements MESH-F5-09..12).

import type { NodeId } from "../../../base/ids.ts";
import type { Findings } from "../../../check/property.ts";
import type { MeshView } from "../mesh-view.ts";
import { type MeshProperty, onGrant } from "./mesh-property.ts";

/** MESH-F5-12, MESH-REC-04. Owed from the beginning of a resolution or from healing, whichever is later. */
export const resolutionEnds = (settleUs: number): MeshProperty => {
  const owe = (view: MeshView, player: NodeId, atUs: number, findings: Findings): void => {
    if (view.healedUs === null || !view.resolutions.has(player)) return;
    findings.owe(player, Math.max(atUs, view.healedUs) + settleUs, `${player} has two owners, and then none`);
  };
  return {
    id: "MESH-F5-12",
    kind: "eventually",
    claim: "a player with two owners gets one again",
    source: "MESH-F5-12; MESH-REC-04",
    rules: {
      resolutionBegan: (view, { player }, at, findings) => owe(view, player, at.atUs, findings),
      healed: (view, _fact, at, findings) => {
        for (const player of view.resolutions.keys()) owe(view, player, at.atUs, findings);
      },
      ...onGrant((player, { cause }, _at, findings) => {
        if (cause === "resolution") findings.paid(player.id);
      }),
    },
  };
};

/** MESH-F5-09, the pause. Exercised by each grant that ends a resolution. */
export const nothingMeanwhile: MeshProperty = {
  id: "MESH-F5-09",
  kind: "always",
  claim: "while it is found out whose a player is, it is granted to nobody",
  source: "MESH-F5-09",
  rules: onGrant((player, { server, token, cause }, _at, findings, { resolutionBefore }) => {
    if (resolutionBefore === null) return;
    findings.exercised();
    if (cause === "resolution" && token > resolutionBefore.token) return;
    findings.violated(
      player.id,
      `${server} was granted token ${token} (${cause}) while tokens up to ${resolutionBefore.token} were void`,
      [resolutionBefore.event],
    );
  }),
};

/** MESH-F5-09, the decision: in the log, once, before the grant. Exercised by each decision. */
export const oneDecision: MeshProperty = {
  id: "MESH-F5-10",
  kind: "always",
  claim: "each resolution is decided once, and granted only then",
  source: "MESH-F5-09; MESH-F5-10",
  rules: {
    resolutionDecided: (view, { player, index }, _at, findings) => {
      findings.exercised();
      const before = view.resolutions.get(player)?.decisionBefore ?? null;
      if (before === null || before.index === index) return;
      findings.violated(player, `${player} was decided at ${index}, and before that at ${before.index}`, [
        before.event,
      ]);
    },
    ...onGrant((player, { cause }, _at, findings, { resolutionBefore }) => {
      if (cause !== "resolution" || (resolutionBefore?.decision ?? null) !== null) return;
      findings.violated(player.id, `${player.id} was granted anew and nothing had been decided`);
    }),
  },
};
