// One occurrence of one fault, as plain data: what it struck, and how far it has come.

import type { NodeIndex } from "../controls.ts";

/** An open strike. It belongs to the run and is part of a checkpoint. */
export interface Strike {
  /** The number under which the ledger counts it, from 1. */
  readonly number: number;
  /** Index into the faults of the plan. */
  readonly fault: number;
  /** Counts the strikes of this fault, from 1. */
  readonly ordinal: number;
  readonly beganUs: number;
  readonly window: "once" | "bounded" | "untilHeal";
  /** Length of a bounded window; 0 of the others. */
  readonly forUs: number;
  /** The nodes it holds. A node drops out when something stronger takes it: a pause ends with the process. */
  nodes: readonly NodeIndex[];
  /** What was drawn for each node, in the order of `nodes`, where the fault draws something. */
  amounts: readonly number[];
  /** Message faults: matches so far, and how many of them were struck. */
  matches: number;
  struck: number;
  /** Partitions: the cut is closed at this moment. */
  cut: boolean;
}
