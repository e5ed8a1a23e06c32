// Client-visible operations, for linearizability checkers and `--history` (DESIGN §7).

import type { NodeId } from "../base/ids.ts";
import type { Fact } from "../machine/effect.ts";

/** One line of a history file. `process` is a client under one name; after `info` it goes on under a new name. */
export interface HistoryEntry {
  readonly process: string;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly op: string;
  readonly key: string;
  readonly value: unknown;
  /** True time, microseconds, non-decreasing over the file. */
  readonly time: number;
  readonly error?: string;
}

/** Tells the facts of one run as operations, in order. Remembers what is open: a run has one of its own. */
export type Historian<F extends Fact> = (fact: F, atUs: number, node: NodeId) => readonly HistoryEntry[];
