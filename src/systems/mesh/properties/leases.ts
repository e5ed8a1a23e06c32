// Leases: whoever is given up has stopped acting before anybody else is granted what it had (properties.md A6).

import type { Findings } from "../../../check/property.ts";
import type { MeshView } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";
import { onGrant } from "./mesh-property.ts";

/**
 * A6. A server states when its lease has run out; one that found out late (it was slow, or stood still) did nothing in
 * between and says by how much, so the end is known in true time. A grant because its server is given up, committed
 * before that end, breaks the promise: two servers could show the player different things. Not judged once a fault has
 * made a clock err by more than `driftMaxPpm`: then leases promise nothing, and A1 to A4 are judged all the same.
 * Exercised by each such grant from a server that has had a lease.
 */
export const leaseIncluded = (driftMaxPpm: number): MeshProperty => {
  const judged =
    (rule: (view: MeshView, findings: Findings) => void) =>
    (view: MeshView, _fact: unknown, _at: unknown, findings: Findings): void => {
      if (view.ratePpm <= driftMaxPpm) rule(view, findings);
    };
  const judgeEnd = judged(judgeLeaseEnd);
  return {
    id: "A6",
    kind: "always",
    claim: "nobody is granted what a lease still covers, unless its holder has let go",
    source: "properties.md A6; MESH-INV-05; MESH-F5-06",
    rules: {
      ...onGrant((_player, { cause }, _at, findings, view) => {
        if (view.ratePpm > driftMaxPpm) return;
        if (cause === "failover" && view.grantedFrom !== null && view.leases.has(view.grantedFrom))
          findings.exercised();
      }),
      leaseRenewed: (view, { server }, _at, findings) => {
        const outrunBy = view.leases.get(server)?.outrunBy ?? null;
        if (outrunBy !== null && view.ratePpm <= driftMaxPpm) {
          findings.violated(
            server,
            `${server} renewed its lease after ${outrunBy.player} had been granted to another`,
            [outrunBy.event],
          );
        }
      },
      leaseExpired: judgeEnd,
      serverExpelled: judgeEnd,
      nodeCrashed: judgeEnd,
      nodeStopped: judgeEnd,
    },
  };
};

function judgeLeaseEnd({ leaseEnded }: MeshView, findings: Findings): void {
  if (leaseEnded === null || leaseEnded.outrunBy === null) return;
  const { server, endUs, outrunBy } = leaseEnded;
  if (endUs <= outrunBy.atUs) return;
  findings.violated(
    server,
    `${server} held its lease for ${endUs - outrunBy.atUs} us after ${outrunBy.player} had been granted to another`,
    [outrunBy.event],
  );
}
