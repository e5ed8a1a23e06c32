// What primaries, their backups and a new primary say to each other; part of messages.ts.

import type { NodeId } from "../../base/ids.ts";
import type { ActionKind } from "./facts.ts";
import type { PlayerState } from "./player-state.ts";

/** A soft action: acknowledged, and not in the store yet. */
export interface NotedAction {
  readonly session: number;
  readonly sequence: number;
  readonly kind: ActionKind;
  readonly item: string;
}

/** What a backup has of one player. */
export interface ReplicaCopy {
  readonly player: NodeId;
  readonly token: number;
  /** What the store had accepted. */
  readonly state: PlayerState;
  readonly x: number;
  /** Soft actions since, in order. */
  readonly tail: readonly NotedAction[];
}

/** Names the stream of one life of one primary: a later epoch or life is another one. */
export interface StreamName {
  readonly region: number;
  readonly epoch: number;
  /** The primary's incarnation. */
  readonly life: number;
}

export type ReplicationMessage =
  // primary to backup: everything that changed after change `from`, up to change `to`; `from` 0: everything
  | (StreamName & {
      readonly type: "replicate";
      readonly from: number;
      readonly to: number;
      readonly copies: readonly ReplicaCopy[];
      readonly gone: readonly { readonly player: NodeId; readonly token: number }[];
    })
  // backup to primary: it has everything up to `to`; `missing`: and not what the last message began with. `backupLife`:
  // what an earlier life of the backup had is gone
  | (StreamName & {
      readonly type: "replicated";
      readonly backupLife: number;
      readonly to: number;
      readonly missing: boolean;
    })
  /** There is a later primary, of that epoch. */
  | { readonly type: "replicateRefused"; readonly region: number; readonly epoch: number }
  // new primary to backups: what do you have?
  | { readonly type: "recall"; readonly region: number; readonly epoch: number; readonly ask: number }
  | {
      readonly type: "recalled";
      readonly region: number;
      readonly ask: number;
      readonly copies: readonly ReplicaCopy[];
    };
