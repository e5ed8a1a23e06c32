// The ground of regions, and replicas of it: who may change it, and how long a replica may be out of date (properties.md
// A1 trap 9, I3). Fencing of players says nothing about the ground: it is a resource of its own, with tokens of its own.

import type { Findings } from "../../../check/property.ts";
import { currentOf, isOnGround } from "../items-model.ts";
import type { MeshView } from "../mesh-view.ts";
import type { MeshProperty } from "./mesh-property.ts";
import { onEffect, onItems } from "./mesh-property.ts";

interface Acted {
  readonly server: string;
  readonly region: number;
  readonly epoch: number;
}

function judgeServer(view: MeshView, { server, region, epoch }: Acted, findings: Findings): void {
  const current = currentOf(view, region);
  if (view.regions.has(region)) findings.exercised();
  if (current === undefined || (current.server === server && current.epoch === epoch)) return;
  findings.violated(
    `region ${region}`,
    `${server} changed the ground of region ${region} in epoch ${epoch} while it was ${current.server}'s, epoch ${current.epoch}`,
    [current.event],
  );
}

/** A1 for items on the ground: judged by the committed map. Exercised by each change of a region that has moved. */
export const oneLayer: MeshProperty = {
  id: "A1-items",
  kind: "always",
  claim: "an accepted change of a region's ground carries the server and epoch of the map that is current then",
  source: "properties.md A1, traps 8 and 9",
  rules: {
    ...onEffect((_player, { server, onGround }, _at, findings, view) => {
      if (onGround !== undefined) judgeServer(view, { server, ...onGround }, findings);
    }),
    groundChanged: (view, fact, _at, findings) => {
      if (!fact.recovered || view.recoveredAnew) judgeServer(view, fact, findings);
    },
  },
};

/** A1 for the logs of regions. Exercised by each that is opened after its region has moved. */
export const oneOpener: MeshProperty = {
  id: "A1-regions",
  kind: "always",
  claim: "the log of a region is opened only by the server, and in the epoch, of the map that is current then",
  source: "properties.md A1, traps 8 and 9",
  rules: {
    regionOpened: (view, { region, epoch, server, recovered }, _at, findings) => {
      if (server !== "" && (!recovered || view.recoveredAnew)) judgeServer(view, { server, region, epoch }, findings);
    },
  },
};

/**
 * I3, who authorises: what is done by a replica is done in the name of a server that has not been asked. Judged by the
 * server whose region it is, whatever epoch is named. Exercised by each change of ground of which others have a replica.
 */
export const replicasAuthoriseNothing: MeshProperty = {
  id: "I3",
  kind: "always",
  claim: "an item on the ground is moved by its region's own server only, and never by a replica of it",
  source: "properties.md I3; MESH-F6-05",
  rules: onEffect((_player, { server, onGround, item, action }, _at, findings, view) => {
    if (onGround === undefined) return;
    const servers = view.replicas.get(item);
    if (servers !== undefined && servers.size > 0) findings.exercised();
    const current = currentOf(view, onGround.region);
    if (current === undefined || current.epoch !== onGround.epoch || current.server === server) return;
    const how = servers?.has(server) === true ? " by a replica" : "";
    findings.violated(item, `${server} moved ${item}${how} (${action}) on the ground of ${current.server}`, [
      current.event,
    ]);
  }),
};

const key = (item: string, server: string): string => `${server} ${item}`;

function forgiveAll(view: MeshView, node: string, findings: Findings): void {
  for (const item of view.replicas.keys()) findings.forgiven(key(item, node));
}

/** I3, how late: from `settleUs` after healing on, no replica outlives its item's lying there by more than `staleUs`. */
export const replicasFresh = (settleUs: number, staleUs: number): MeshProperty => {
  const owe = (view: MeshView, item: string, atUs: number, findings: Findings): void => {
    if (view.healedUs === null) return;
    // Counted from when it was lifted: being told of it once more puts nothing off.
    const sinceUs = Math.max(view.items.get(item)?.liftedUs ?? atUs, view.healedUs + settleUs);
    const dueUs = Math.max(atUs, sinceUs + staleUs);
    for (const server of view.replicas.get(item) ?? []) {
      findings.owe(key(item, server), dueUs, `${server} still has a replica of ${item}, which lies there no more`);
    }
  };
  return {
    id: "I3-fresh",
    kind: "eventually",
    claim: "replicas follow what lies on the ground within the declared bound",
    source: "properties.md I3; MESH-F6-02",
    rules: {
      ...onItems((view, _what, at, findings) => {
        for (const item of view.itemsMoved) {
          if (!isOnGround(view, item)) owe(view, item, at.atUs, findings);
          else for (const server of view.replicas.get(item) ?? []) findings.forgiven(key(item, server));
        }
      }),
      healed: (view, _fact, at, findings) => {
        for (const item of view.replicas.keys()) if (!isOnGround(view, item)) owe(view, item, at.atUs, findings);
      },
      replicasChanged: (view, { server, items, gone }, at, findings) => {
        for (const item of gone) findings.paid(key(item, server));
        for (const item of items) if (!isOnGround(view, item)) owe(view, item, at.atUs, findings);
      },
      nodeCrashed: (view, _fact, at, findings) => forgiveAll(view, at.node, findings),
      nodeStopped: (view, _fact, at, findings) => forgiveAll(view, at.node, findings),
      serverExpelled: (view, _fact, at, findings) => forgiveAll(view, at.node, findings),
    },
  };
};
