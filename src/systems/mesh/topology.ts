// Who is who in one mesh, and which server owns which strip of the world.

import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";

export interface Topology {
  /** The group that keeps the register of authority; any of them may be asked. */
  readonly coordinators: readonly NodeId[];
  readonly store: NodeId;
  /** Server k owns x in [k*width, (k+1)*width), the first and last also what lies beyond the world's ends. */
  readonly servers: readonly NodeId[];
  /** Everybody, of every role. */
  readonly members: ReadonlySet<string>;
  /** Millimetres. */
  readonly width: number;
}

export function serverAt({ servers, width }: Topology, x: number): NodeId {
  const server = servers[regionAt(servers.length, width, x)];
  assert(server !== undefined, "every place belongs to a server");
  return server;
}

/**
 * The server that should have a player at `x` whom server number `own` has; undefined: the player is no further than
 * `hysteresis` millimetres beyond its own strip.
 */
export function serverBeyond(topology: Topology, own: number, x: number, hysteresis: number): NodeId | undefined {
  const { width, servers } = topology;
  const tooFarLeft = own > 0 && x < own * width - hysteresis;
  const tooFarRight = own < servers.length - 1 && x >= (own + 1) * width + hysteresis;
  return tooFarLeft || tooFarRight ? serverAt(topology, x) : undefined;
}

const regionAt = (regions: number, width: number, x: number): number =>
  Math.max(0, Math.min(regions - 1, Math.floor(x / width)));
