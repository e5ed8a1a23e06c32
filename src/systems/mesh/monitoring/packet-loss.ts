// How many packets between servers were lost. Neither end knows: the sender knows what it sent, the receiver what came.
// The monitor hears of both, and takes one from the other. A packet that is still on its way is missing for a moment, so
// at each pair a few at most are counted that were only late; doubled packets hide lost ones.

import type { NodeId } from "../../../base/ids.ts";
import type { Scraped } from "./metrics.ts";

/** One direction between two servers, in one life of both. */
interface Direction {
  readonly sentBefore: number;
  readonly receivedBefore: number;
  /** The most that was ever missing: a counter does not fall. */
  readonly lost: number;
}

/** Plain data. */
export interface PacketLoss {
  /** By sender and receiver. */
  readonly directions: Map<string, Direction>;
  /** By sender, in all lives and directions. */
  readonly lost: Map<NodeId, number>;
  /** The life of each server in which it was last heard. */
  readonly lives: Map<NodeId, number>;
}

export const freshPacketLoss = (): PacketLoss => ({ directions: new Map(), lost: new Map(), lives: new Map() });

/**
 * Takes in what was answered to one scrape. A pair of which one did not answer is left for a later scrape; one of which
 * either has started again begins anew, for what was under way then was lost by a crash and not by the network.
 */
export function compareCounts(loss: PacketLoss, answers: ReadonlyMap<NodeId, Scraped>): void {
  const isNew = (node: NodeId): boolean => loss.lives.get(node) !== answers.get(node)?.incarnation;
  for (const [source, { links }] of answers) {
    for (const { peer, sent } of links) {
      const target = answers.get(peer);
      if (target === undefined) continue;
      const received = target.links.find((link) => link.peer === source)?.received ?? 0;
      compare(loss, { source, target: peer, sent, received, isNew: isNew(source) || isNew(peer) });
    }
  }
  for (const [node, { incarnation }] of answers) loss.lives.set(node, incarnation);
}

interface Counted {
  readonly source: NodeId;
  readonly target: NodeId;
  readonly sent: number;
  readonly received: number;
  readonly isNew: boolean;
}

function compare(loss: PacketLoss, { source, target, sent, received, isNew }: Counted): void {
  const name = `${source} ${target}`;
  if (isNew) {
    loss.directions.set(name, { sentBefore: sent, receivedBefore: received, lost: 0 });
    return;
  }
  // A pair that was silent so far in this life of both began at nothing.
  const direction = loss.directions.get(name) ?? { sentBefore: 0, receivedBefore: 0, lost: 0 };
  const missing = sent - direction.sentBefore - (received - direction.receivedBefore);
  if (missing > direction.lost) loss.lost.set(source, (loss.lost.get(source) ?? 0) + missing - direction.lost);
  loss.directions.set(name, { ...direction, lost: Math.max(direction.lost, missing) });
}
