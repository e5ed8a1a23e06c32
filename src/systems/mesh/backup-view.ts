// What the facts say of backups, soft actions and buffers: part of the mesh view, for properties and figures.

import type { NodeId } from "../../base/ids.ts";

/** How one region is followed. */
export interface Cover {
  server: NodeId;
  epoch: number;
  /** Backups it is to have, and those that have everything its primary has. */
  wanted: number;
  readonly inStep: Set<NodeId>;
  /** Since when it has had fewer than it could have; null: it has them. */
  lacksSinceUs: number | null;
  /** Up to here its time has been counted, in whole slices. */
  countedUs: number;
}

/** An action that was acknowledged before it was durable. */
export interface SoftAction {
  readonly player: NodeId;
  readonly session: number;
  readonly sequence: number;
  /** The acknowledgement was on its way since some instant between these two. */
  readonly askedUs: number;
  readonly notedUs: number;
  readonly event: number;
  /** Up to which action of its session effects were there when the store decided that this one has none; -1: it has not. */
  refusedAfter: number;
}

/** What is known when a client learns that a soft action is lost. */
export interface SoftLoss {
  readonly soft: SoftAction;
  /** Copies that were lost, or could not be asked, since it was acknowledged. */
  readonly copiesGone: number;
  /** The highest action of its session that took effect: above it, what is lost is no suffix. */
  readonly acceptedUpTo: number;
  /** Of those this player lost at once: how many, and over how long they had been acknowledged. */
  readonly count: number;
  readonly spanUs: number;
}

export interface BackupView {
  readonly covers: Map<number, Cover>;
  /** How many servers there were to be backups when it was noted last which regions lack some. */
  candidates: number;
  /** Servers that an operator has drained: they are nobody's backups. */
  readonly drained: Set<NodeId>;
  /** When each server last lost its memory, was given up, or could not be asked for what it had. */
  readonly copiesGone: Map<NodeId, number>;
  /** Soft actions whose outcome their client does not know yet. */
  readonly soft: Map<string, SoftAction>;
  /** The last loss of a player: its first and last acknowledgement, and when it was last told of one of them. */
  readonly losses: Map<NodeId, { count: number; fromUs: number; toUs: number; toldUs: number }>;
  lost: SoftLoss | null;
  /**
   * Actions that clients asked for again after they had been without a server; of them, those that wait for an answer;
   * and actions that were given up.
   */
  readonly replayed: Map<string, { readonly player: NodeId; readonly atUs: number; readonly event: number }>;
  readonly open: Set<string>;
  readonly expired: Set<string>;
  /** Actions of the client that ended last: nobody is left to be told of them. */
  forgotten: string[];
  /** When servers were suspected; who had failed when a player was granted to another; when that one took it. */
  readonly suspected: Map<NodeId, number>;
  readonly movedFrom: Map<NodeId, NodeId>;
  readonly taken: Map<NodeId, number>;
  /** Players who have been without a server. */
  readonly affected: Set<NodeId>;
}

export const freshBackupView = (): BackupView => ({
  covers: new Map(),
  candidates: 0,
  drained: new Set(),
  copiesGone: new Map(),
  soft: new Map(),
  losses: new Map(),
  lost: null,
  replayed: new Map(),
  open: new Set(),
  expired: new Set(),
  forgotten: [],
  suspected: new Map(),
  movedFrom: new Map(),
  taken: new Map(),
  affected: new Set(),
});
