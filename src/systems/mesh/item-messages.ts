// What is said of items on the wire: between servers about what lies near their borders, with the store about the ground
// of regions and what is in escrow, and between a player and its server.

import type { NodeId } from "../../base/ids.ts";
import type { Escrow } from "./items.ts";

/** Who is to have an item, and what is wanted for it; empty: nothing. */
export interface Bargain {
  readonly to: NodeId;
  readonly other: string;
}

/** `reserved`: what is offered in a trade waits in escrow for the answer. */
export type WriteResult =
  | "done"
  | "failed"
  | "reserved"
  | "staleToken"
  | "staleEpoch"
  | "outOfOrder"
  | "versionConflict"
  | "late";

export type ItemTalk =
  // player to its server, which passes it on to the store
  | { readonly type: "where"; readonly player: NodeId; readonly question: number; readonly item: string }
  // server to player
  /** What the player has, after its server did something for it beside its actions. */
  | {
      readonly type: "inventory";
      readonly session: number;
      readonly token: number;
      readonly version: number;
      readonly items: readonly string[];
    }
  // store to server, which passes it on to the player
  | {
      readonly type: "found";
      readonly player: NodeId;
      readonly question: number;
      readonly item: string;
      readonly at: "ground" | "held" | "nowhere";
      readonly held: NodeId | "";
    };

/** What servers tell each other of items near their border (MESH-F6-05..07). */
export type BoundaryMessage =
  /**
   * Read-only replicas of what lies near the border. `sequence` counts the changes told in that epoch, from above those of
   * an earlier life; `whole`: it is all there is. `digest`: of all that the receiver should have then.
   */
  | {
      readonly type: "replicas";
      readonly region: number;
      readonly epoch: number;
      readonly sequence: number;
      readonly whole: boolean;
      readonly items: readonly LyingItem[];
      readonly gone: readonly string[];
      readonly digest: number;
    }
  /** Something of it was lost: tell all of it. */
  | { readonly type: "resync"; readonly region: number }
  /** ENTITY_ACTION: `move` names the request, so that it is known when it comes again. */
  | {
      readonly type: "entityAction";
      readonly action: "pickup";
      readonly move: string;
      readonly item: string;
      readonly player: NodeId;
    }
  | {
      readonly type: "entityAnswer";
      readonly move: string;
      readonly player: NodeId;
      readonly item: string;
      readonly answer: "reserved" | "refused";
    };

export interface LyingItem {
  readonly item: string;
  readonly x: number;
}

/** Server to coordinator: the store refuses the epoch in which the map has the region as this server's. */
export interface RegionQuestion {
  readonly type: "reopen";
  readonly region: number;
  readonly epoch: number;
}

/** Servers and the store on the ground of regions, and on what is in escrow. */
export type GroundMessage =
  | RegionQuestion
  // server to store
  /** It has the region in that epoch: older ones are refused from now on. */
  | { readonly type: "openRegion"; readonly region: number; readonly epoch: number }
  /** What it has of its ground; the store tells what differs, and what waits in escrow. */
  | { readonly type: "survey"; readonly region: number; readonly epoch: number; readonly digest: number }
  | {
      readonly type: "lay";
      readonly region: number;
      readonly epoch: number;
      readonly op: "reserve" | "restore" | "collect";
      readonly item: string;
      readonly move: string;
      /** For whom it is reserved; empty: for nobody. */
      readonly player: NodeId | "";
    }
  /** It has the item at home, and a replica of it. */
  | { readonly type: "suspect"; readonly item: string }
  // store to server
  | {
      readonly type: "regionOpened";
      readonly region: number;
      readonly epoch: number;
      readonly items: readonly LyingItem[];
    }
  /** `epoch`: the one that stands in the way. */
  | { readonly type: "regionClosed"; readonly region: number; readonly epoch: number }
  | {
      readonly type: "laid";
      readonly region: number;
      readonly epoch: number;
      readonly op: "reserve" | "restore" | "collect";
      readonly item: string;
      readonly move: string;
      readonly result: "done" | "gone" | "staleEpoch";
      /** Where it lies when it is put back. */
      readonly x: number;
    }
  /** Something waits in escrow that is this server's to see to. */
  | { readonly type: "parcel"; readonly item: string; readonly escrow: Escrow }
  /** The store itself has changed the player's row. */
  | { readonly type: "revised"; readonly player: NodeId; readonly version: number }
  | { readonly type: "duplicate"; readonly item: string; readonly places: readonly string[] }
  | { readonly type: "cleared"; readonly item: string }
  // coordinator to store, before the region goes to the next server; and its answer
  | { readonly type: "sealRegion"; readonly region: number; readonly epoch: number }
  | { readonly type: "regionSealed"; readonly region: number; readonly epoch: number };

type ItemMessageType = BoundaryMessage["type"] | GroundMessage["type"] | "where" | "inventory" | "found" | "reopen";

/** One line each: what a fault's `message:` may name. */
export const itemMessages: readonly (readonly [ItemMessageType, string])[] = [
  ["where", "player asks where an item is"],
  ["inventory", "server tells a player what it has"],
  ["found", "store says where it is"],
  ["reopen", "server cannot open its region under the epoch it has"],
  ["replicas", "server tells its neighbour what lies near the border, as read-only replicas (MESH-F6-06)"],
  ["resync", "neighbour asks for all of it"],
  ["entityAction", "server asks the authority for an item that it has a replica of (MESH-F6-07)"],
  ["entityAnswer", "authority has reserved it, or has not"],
  ["openRegion", "server opens the log of its region at the store"],
  ["survey", "server compares its ground with the store's"],
  ["lay", "server changes the ground of its region"],
  ["suspect", "server has an item at home and a replica of it (MESH-F6-03)"],
  ["regionOpened", "store gives the ground of a region"],
  ["regionClosed", "store knows a newer epoch of the region"],
  ["laid", "store's answer to a change of the ground"],
  ["parcel", "store tells a server of what waits in escrow"],
  ["revised", "store has changed a player's row"],
  ["duplicate", "store has found an item in two places"],
  ["cleared", "store knows of one instance only"],
  ["sealRegion", "coordinator seals a region against older epochs"],
  ["regionSealed", "region is sealed"],
];
