// Who is who in one mesh, and where its regions lie. Which server runs which region changes: region-map.ts.

import type { NodeId } from "../../base/ids.ts";

export interface Topology {
  /** The group that keeps the register of authority; any of them may be asked. */
  readonly coordinators: readonly NodeId[];
  readonly store: NodeId;
  readonly servers: readonly NodeId[];
  /** Who is told when something is wrong; null: nobody. */
  readonly operator: NodeId | null;
  /** Everybody, of every role. */
  readonly members: ReadonlySet<string>;
  /** Region k is x in [k*width, (k+1)*width), the first and last also what lies beyond the world's ends. Millimetres. */
  readonly width: number;
}

/** The region a place lies in, of `regions` in all. */
export const regionAt = (regions: number, width: number, x: number): number =>
  Math.max(0, Math.min(regions - 1, Math.floor(x / width)));

/** How many regions the servers have between them. */
export const regionCount = (servers: number, spares: number): number => Math.max(1, servers - spares);
