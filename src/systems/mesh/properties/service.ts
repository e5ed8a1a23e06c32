// Degraded mode, suspended play, the loss of the coordinators' majority, and the order of recoveries (properties.md P4,
// P5; MESH-FT-06).

import type { Findings } from "../../../check/property.ts";
import type { MeshView } from "../mesh-view.ts";
import { degradedUs } from "../degraded-mode.ts";
import { passedOver } from "../mode-view.ts";
import { leaseKeptUs, type MeshSettings } from "../settings.ts";
import { meshSettleUs } from "../settle.ts";
import { type MeshProperty, onEffect } from "./mesh-property.ts";

/**
 * P4. A server states that nothing of a player is under way in a suspended region, and nothing more will be: until it
 * states the opposite, ends, or loses the player, no effect for the player is accepted from it. What the player asked
 * for meanwhile is executed afterwards, once and in order, or refused: that is A8, A10 and AL1. Exercised by each player
 * that goes on.
 */
export const suspendedIsStill: MeshProperty = {
  id: "P4",
  kind: "always",
  claim: "in a suspended region nothing becomes durable",
  source: "properties.md P4; X-M-56",
  rules: {
    ...onEffect(({ id }, { server, action }, _at, findings, { mode }) => {
      if (mode.suspended.size === 0) return;
      const since = mode.suspended.get(id);
      if (since?.server !== server) return;
      findings.violated(id, `${action} took effect by ${server}, where play stands still`, [since.event]);
    }),
    playReleased: (_view, _fact, _at, findings) => findings.exercised(),
  },
};

/**
 * P5, majority of the coordinators lost: no lease is renewed, or lasts, beyond the length of a lease (and an election
 * timeout, for which a leader may believe itself one by a lease of its own). The end of a lease is known in true time,
 * also when its holder notices late. Not judged without leases or margins, nor once a clock errs by more than declared.
 * Exercised by each lease that runs out while the majority is lost.
 */
export function cutOffInTime(settings: MeshSettings): MeshProperty {
  const boundUs = leaseKeptUs(settings) + settings.coordinator.electionTimeout;
  const isJudged = (view: MeshView): boolean =>
    settings.lease.mode === "margin" && view.ratePpm <= settings.coordinator.driftMax;
  return {
    id: "P5",
    kind: "always",
    claim: "without a majority of the coordinators no server acts for longer than a lease",
    source: "properties.md P5; MESH-F5-06",
    rules: {
      leaseExpired: (view, { server, lateUs }, { atUs }, findings) => {
        const { quorumLostUs } = view.mode;
        if (quorumLostUs === null || !isJudged(view)) return;
        findings.exercised();
        const overUs = atUs - lateUs - quorumLostUs - boundUs;
        if (overUs <= 0) return;
        findings.violated(server, `${server} held a lease ${overUs} us longer than the majority lost allows`);
      },
      leaseRenewed: (view, { server }, { atUs }, findings) => {
        const { quorumLostUs } = view.mode;
        if (quorumLostUs === null || atUs - quorumLostUs <= boundUs || !isJudged(view)) return;
        findings.violated(server, `${server} renewed its lease without a majority of the coordinators`);
      },
    },
  };
}

/**
 * P5, the way back: a running server that may not act when the world heals, or has to stop acting afterwards, may act
 * again within `settleUs`; and full service is back within that and the longest that degraded mode can last, counted from
 * healing or from the end of full service.
 */
export function serviceReturns(settings: MeshSettings): MeshProperty {
  const settleUs = meshSettleUs(settings);
  const spellUs = settleUs + degradedUs(settings.degraded, settings.health.check);
  const oweLease = (view: MeshView, server: string, atUs: number, findings: Findings): void => {
    if (view.healedUs === null) return;
    findings.owe(server, Math.max(atUs, view.healedUs) + settleUs, `${server} has no lease in a fair world`);
  };
  const oweService = ({ mode, healedUs }: MeshView, atUs: number, findings: Findings): void => {
    if (mode.level === "normal" || healedUs === null) return;
    findings.owe("full service", atUs + spellUs, `service is ${mode.level} though nothing fails any more`);
  };
  return {
    id: "P5-back",
    kind: "eventually",
    claim: "in a fair world every server may act, and service is full, within the bound",
    source: "properties.md P5; X-M-55",
    rules: {
      healed: (view, _fact, { atUs }, findings) => {
        for (const [server, lease] of view.leases) {
          if (!lease.believes && view.mapsKnown.has(server)) oweLease(view, server, atUs, findings);
        }
        oweService(view, atUs, findings);
      },
      leaseExpired: (view, { server }, { atUs }, findings) => oweLease(view, server, atUs, findings),
      serverExpelled: (view, { server }, { atUs }, findings) => {
        // One that had no lease owes already.
        if (view.leaseEnded !== null) oweLease(view, server, atUs, findings);
      },
      leaseRenewed: (_view, { server }, _at, findings) => findings.paid(server),
      nodeCrashed: (_view, _fact, { node }, findings) => findings.forgiven(node),
      nodeStopped: (_view, _fact, { node }, findings) => findings.forgiven(node),
      degraded_mode_activated: (view, { change }, { atUs }, findings) => {
        // One spell has one debt, however often its level changes.
        if (view.mode.spell === change && view.mode.change === change) oweService(view, atUs, findings);
      },
      degraded_mode_deactivated: (_view, _fact, _at, findings) => findings.paid("full service"),
    },
  };
}

/**
 * MESH-FT-06, CL-M-45: no region's recovery begins while one that comes first waits: a critical one, or one of the same
 * kind with more players. Those that have begun are not interrupted. Exercised when several wait at once.
 */
export const recoveryInOrder: MeshProperty = {
  id: "MESH-FT-06",
  kind: "always",
  claim: "regions are recovered in the order of their priority",
  source: "MESH-FT-06; CL-M-45",
  rules: {
    recoveryBegun: ({ mode }, { region }, _at, findings) => {
      for (const { begun } of mode.recoveries.values()) if (!begun) findings.exercised();
      const first = passedOver(mode, region);
      if (first === undefined) return;
      findings.violated(`region ${region}`, `region ${region} is recovered before region ${first}, which comes first`, [
        mode.recoveries.get(first)?.event ?? 0,
      ]);
    },
  },
};
