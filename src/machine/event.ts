// What a host tells a machine. Every event carries the node's own two clocks; there is no other way to know the time.

import type { NodeId } from "../base/ids.ts";
import type { Message } from "./message.ts";

/** The node's clocks at the event, in integer microseconds: they may drift, and the wall clock may jump. */
export interface NodeClocks {
  /** Never goes back within one incarnation; what timers run on. */
  readonly monotonicUs: number;
  /** What the node believes the time of day is; steps, slews and freezes reach it. */
  readonly wallUs: number;
}

/**
 * One record as a disk gives it back: what was written, or the knowledge that it cannot be read. `torn`: the power went
 * while it was written, and a part of it is as blank as it was before. It was never durable, and nothing stands behind
 * it. `corrupt`: it was written whole, may have been confirmed, and is not what it was.
 */
export type DiskRecord =
  | { readonly type: "intact"; readonly value: unknown }
  | { readonly type: "torn" }
  | { readonly type: "corrupt" };

/** All durable files of a node, by name. */
export type DiskContents = ReadonlyMap<string, readonly DiskRecord[]>;

export type ConnectionLoss = "refused" | "reset" | "timedOut";

export type MachineEvent<M extends Message = Message> = NodeClocks &
  (
    | {
        /** The first event of every incarnation. Nothing but `disk` survives from the incarnation before. */
        readonly type: "booted";
        /** 0 at the first start, one more at each restart. */
        readonly incarnation: number;
        readonly disk: DiskContents;
      }
    | { readonly type: "received"; readonly from: NodeId; readonly message: M }
    | { readonly type: "timerFired"; readonly timer: string }
    | { readonly type: "drawn"; readonly purpose: string; readonly value: number }
    | { readonly type: "synced"; readonly sync: string }
    /** The sync, and every write since the last good one, may or may not be durable. */
    | { readonly type: "syncFailed"; readonly sync: string; readonly error: "io" | "full" }
    /** A stream to `peer` ended: messages sent on it and not yet delivered are lost. */
    | { readonly type: "connectionLost"; readonly peer: NodeId; readonly reason: ConnectionLoss }
    /** Asked to leave in good order; the machine answers with a `halt` effect when it is done. */
    | { readonly type: "stopRequested" }
  );
