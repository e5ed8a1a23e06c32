// What clients and an operator say to the nodes of the replicated store, and what they hear.

import type { NodeId } from "../../base/ids.ts";
import type { ChangeAnswer, TransferAnswer } from "./membership.ts";

export type StoreMessage =
  | { readonly type: "store.open"; readonly ask: number }
  | { readonly type: "store.opened"; readonly ask: number; readonly session: number }
  | {
      readonly type: "store.write";
      readonly session: number;
      readonly sequence: number;
      readonly key: string;
      readonly value: string;
      readonly expected: number;
    }
  | {
      readonly type: "store.wrote";
      readonly session: number;
      readonly sequence: number;
      readonly done: boolean;
      readonly value: string;
      readonly version: number;
    }
  /** The session was forgotten: what became of the request is not known. */
  | { readonly type: "store.expired"; readonly session: number; readonly sequence: number }
  | { readonly type: "store.read"; readonly ask: number; readonly key: string }
  | { readonly type: "store.value"; readonly ask: number; readonly value: string; readonly version: number }
  /** Ask the leader; null: this node knows none. */
  | { readonly type: "store.elsewhere"; readonly leader: NodeId | null }
  | {
      readonly type: "store.changeMembers";
      readonly voters: readonly NodeId[];
      readonly learners: readonly NodeId[];
    }
  | { readonly type: "store.transferLeadership"; readonly target: NodeId }
  | { readonly type: "store.administered"; readonly answer: ChangeAnswer | TransferAnswer };
