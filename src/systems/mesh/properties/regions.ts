// Regions: one server for each region and epoch, and a map that everybody comes to know.

import type { Findings } from "../../../check/property.ts";
import type { MeshView } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";

/** P1. Exercised by each move, and by each server that learns of a region of its own. */
export const onePrimary: MeshProperty = {
  id: "P1",
  kind: "always",
  claim: "for every region and epoch at most one server is primary, and epochs strictly increase",
  source: "properties.md P1; MESH-F3-06",
  rules: {
    regionMoved: ({ regionBefore }, { region, server, epoch }, _at, findings) => {
      findings.exercised();
      const known = regionBefore?.epoch ?? 1;
      if (epoch > known || (epoch === known && (regionBefore?.server ?? server) === server)) return;
      if (regionBefore?.earlier.get(epoch) === server) return;
      findings.violated(
        `region ${region}`,
        `region ${region} went to ${server} in epoch ${epoch} after epoch ${known} was ${regionBefore?.server ?? "its first"}`,
        regionBefore === undefined ? [] : [regionBefore.event],
      );
    },
    mapLearned: ({ regions }, { server, regions: own }, _at, findings) => {
      for (const { region, epoch } of own) {
        const known = regions.get(region);
        const primary = known?.epoch === epoch ? known.server : known?.earlier.get(epoch);
        if (known === undefined || primary === undefined) continue;
        findings.exercised();
        if (primary === server) continue;
        findings.violated(`region ${region}`, `${server} has region ${region} in the epoch ${epoch} of ${primary}`, [
          known.event,
        ]);
      }
    },
  },
};

/**
 * MESH-INV-11. Every running server that is known to the coordinator learns of a change of the map within `settleUs` of
 * it, of healing, or of the last map it learned, whichever is latest: a further change puts nothing off. A server that
 * ends, or is given up, owes nothing until it is back.
 */
export const mapAgreed = (settleUs: number): MeshProperty => {
  const owe = (view: MeshView, server: string, atUs: number, findings: Findings): void => {
    if (view.healedUs === null) return;
    findings.owe(server, Math.max(atUs, view.healedUs) + settleUs, `${server} does not know map ${view.mapVersion}`);
  };
  const oweAll = (view: MeshView, knownMin: number, atUs: number, findings: Findings): void => {
    for (const [server, known] of view.mapsKnown) {
      if (known >= knownMin && known < view.mapVersion) owe(view, server, atUs, findings);
    }
  };
  return {
    id: "MESH-INV-11",
    kind: "eventually",
    claim: "all running servers come to agree on who has which region",
    source: "MESH-INV-11; MESH-F3-06",
    rules: {
      regionMoved: (view, _fact, at, findings) => oweAll(view, view.mapBefore, at.atUs, findings),
      healed: (view, _fact, at, findings) => oweAll(view, 0, at.atUs, findings),
      serverRejoined: (view, { server }, at, findings) => {
        // It asked before it ended, and is no running server: it will ask again.
        if (view.stopwatches.gone.has(server) && !view.paused.has(server)) return;
        // Whoever let go of its players only still knows the map.
        const known = view.mapsKnown.get(server) ?? 1;
        if (known < view.mapVersion) owe(view, server, at.atUs, findings);
      },
      mapLearned: (view, { server, map }, at, findings) => {
        if (map >= view.mapVersion) findings.paid(server);
        else owe(view, server, at.atUs, findings);
      },
      nodeCrashed: (_view, _fact, { node }, findings) => findings.forgiven(node),
      nodeStopped: (_view, _fact, { node }, findings) => findings.forgiven(node),
      serverExpelled: (_view, { server }, _at, findings) => findings.forgiven(server),
    },
  };
};
