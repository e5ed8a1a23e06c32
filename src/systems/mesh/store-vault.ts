// What the parts of the store work with: its ledger, and the two ways to speak.

import type { NodeId } from "../../base/ids.ts";
import type { Ledger, LedgerRecord } from "./ledger.ts";
import type { MeshMessage } from "./messages.ts";
import type { MeshEffect, Outbox } from "./outbox.ts";
import type { MeshSettings } from "./settings.ts";
import type { Topology } from "./topology.ts";

/** Effects that leave once everything written before them is durable. */
export type Answer = readonly MeshEffect[];

export interface Vault {
  readonly state: { readonly ledger: Ledger; readonly audits: Map<string, number> };
  readonly settings: MeshSettings;
  readonly topology: Topology;
  readonly nowUs: number;
  readonly out: Outbox;
  /** Applies the record and writes it; the answer leaves once it is durable. */
  write(record: LedgerRecord, answer: Answer): void;
  /** Says something that needs no record, behind all that waits. */
  answer(answer: Answer): void;
}

export const send = (to: NodeId, message: MeshMessage): MeshEffect => ({ type: "send", to, message });
