// What is stated of items beside the effects of actions: by the store, whose every record is a cut of where things are, by
// servers about their borders, and by clients that ask.

import type { NodeId } from "../../base/ids.ts";
import type { ActionKind } from "./facts.ts";
import type { PlayerState } from "./player-state.ts";

/** What is written to a player's row: its actions, and what its server does for it beside them. */
export type WriteKind = ActionKind | Errand;
/** To collect what is in escrow for it; to accept a trade it is offered; to take back what it offered in vain. */
export type Errand = "collect" | "accept" | "undo";

/** An item that lies on the ground, or waits in escrow, after what is stated with it; or does not any more. */
export interface Laid {
  readonly item: string;
  readonly lies: boolean;
  /** Absent: on the ground. */
  readonly at?: "escrow";
}

/** Whose ground an effect has changed: in which epoch the server acted as the region's. */
export interface GroundChanged {
  readonly region: number;
  readonly epoch: number;
}

export interface CopiedInto {
  readonly player: NodeId;
  readonly state: PlayerState;
}

export type ItemFact =
  // store, at the instant the record is durable
  /**
   * A row was changed for its player without being the effect of an action of its own: `reserve` takes what it offers in
   * a trade into escrow, the others are errands. `recovered`: a restarted store cannot know whether it said so.
   */
  | {
      readonly fact: "itemCarried";
      readonly player: NodeId;
      readonly server: NodeId;
      readonly token: number;
      readonly errand: "reserve" | Errand;
      readonly item: string;
      /** The move it belongs to: the name of the action that began it. */
      readonly move: string;
      readonly state: PlayerState;
      readonly ground: readonly Laid[];
      /** What the accepted trade hands to the one who offered it; empty: nothing. */
      readonly other: string;
      readonly to: NodeId | "";
      readonly recovered: boolean;
    }
  /** A server has changed the ground of its region by itself: an item into escrow, back, or onto it from another region. */
  | {
      readonly fact: "groundChanged";
      readonly server: NodeId;
      readonly region: number;
      readonly epoch: number;
      readonly op: "reserve" | "restore" | "collect";
      readonly item: string;
      readonly move: string;
      /** Counts the changes of the item. */
      readonly version: number;
      readonly recovered: boolean;
    }
  | {
      readonly fact: "groundRefused";
      readonly server: NodeId;
      readonly region: number;
      readonly epoch: number;
      readonly because: "staleEpoch";
    }
  /**
   * The log of a region is opened by its server, or sealed for the next one: older epochs are refused from now on.
   * `recovered`: as in `itemCarried`.
   */
  | {
      readonly fact: "regionOpened";
      readonly region: number;
      readonly epoch: number;
      readonly server: NodeId | "";
      readonly recovered: boolean;
    }
  /** The workload has put a second instance of an item somewhere. */
  | { readonly fact: "itemCopied"; readonly item: string; readonly place: string; readonly state: CopiedInto | null }
  /** Known to be in several places, and by whom: a server that saw it at home and in a replica, or the store. */
  | {
      readonly fact: "itemFrozen";
      readonly item: string;
      readonly places: readonly string[];
      readonly foundBy: "local" | "global";
    }
  /** One instance is kept, and the others are no more. `states`: of the players that had one of those. */
  | {
      readonly fact: "itemResolved";
      readonly item: string;
      readonly kept: string;
      readonly removed: readonly string[];
      readonly states: readonly CopiedInto[];
    }
  // server: the items of its neighbours
  /** What a server knows of a neighbour's ground near the border, as replicas of this one source (MESH-F6-06). */
  | {
      readonly fact: "replicasChanged";
      readonly server: NodeId;
      readonly source: NodeId;
      readonly region: number;
      readonly epoch: number;
      readonly items: readonly string[];
      readonly gone: readonly string[];
    }
  /** The server has it at home, and a replica of it from `source` (MESH-F6-03): it asks the store which is right. */
  | { readonly fact: "itemSuspected"; readonly server: NodeId; readonly item: string; readonly source: NodeId }
  /** It was one item on its way, and not two. */
  | { readonly fact: "itemCleared"; readonly server: NodeId; readonly item: string }
  /** The authority is asked for an item of its own (MESH-F6-07). */
  | {
      readonly fact: "pickupForwarded";
      readonly server: NodeId;
      readonly authority: NodeId;
      readonly action: string;
      readonly item: string;
      readonly sent: number;
    }
  | {
      readonly fact: "pickupReturned";
      readonly server: NodeId;
      readonly action: string;
      readonly item: string;
      readonly answer: "reserved" | "refused" | "none";
      readonly afterUs: number;
    }
  /** The client wants to know where an item is; `question` names it. */
  | { readonly fact: "whereAsked"; readonly player: NodeId; readonly question: string; readonly item: string }
  /** `held`: by whom, empty when nobody has it. */
  | {
      readonly fact: "whereTold";
      readonly player: NodeId;
      readonly question: string;
      readonly item: string;
      readonly at: "ground" | "held" | "nowhere";
      readonly held: NodeId | "";
    }
  | { readonly fact: "whereUntold"; readonly player: NodeId; readonly question: string };
